"""Names of processes: a number is given again once its process is gone, so the moment it began is part of the name."""

from __future__ import annotations

import os
import socket
from pathlib import Path

PROCESS_TAG = "monette/process"  # on a run: host:pid:start of the process that executes it


def this_process() -> str:
    """This process's name on its runs."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def gone(process: str) -> bool:
    """Whether the process is known to be gone: one of another machine never is."""
    host, pid, started = [*process.split(":"), "", ""][:3]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    return not _alive(int(pid)) or (started != "" and _started(int(pid)) != started)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """When it began, in the kernel's ticks; "" without /proc, "gone" for one that ended and nobody waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "gone" if fields[0] in ("Z", "X") else fields[19]
