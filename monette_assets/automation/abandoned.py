"""Runs whose process died without saying so (power cut, kill): nobody else would end them, and they hold what waits.

Every run of the platform carries the process that executes it. A number is given again once its process is gone, so
that the moment the process began is part of its name.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import dagster as dg

PROCESS_TAG = "monette/process"  # on a run: host:pid:start of the process that executes it
UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def this_process() -> str:
    """This process's name on its runs."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def fail_abandoned(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs failed whose process on this machine is gone; their ids."""
    failed = []
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        if not _gone(run.tags.get(PROCESS_TAG, "")):
            continue
        last = instance.get_run_by_id(run.run_id)  # what it wrote before it ended
        if last is not None and last.status in UNFINISHED:
            instance.report_run_failed(last, "its process ended without saying so; run it again")
            failed.append(run.run_id)
    return failed


def _gone(process: str) -> bool:
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
