"""A process that has imported everything and does nothing: every child it forks is a run of its own, within moments.

It reads one JSON object a line, forks, and says what became of each child. Nothing that starts a thread may happen in
it before it forks: neither delta-rs nor the engine survive that.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

IMPORTED = (
    "dagster_pyspark", "httpx", "pandas", "pyspark.sql.connect.session", "pyspark.sql.functions", "pysail.spark",
    "monette_assets.automation.abandoned", "monette_assets.automation.refresh", "monette_assets.cli",
    "monette_assets.commands.progress", "monette_assets.commands.refreshing", "monette_assets.definitions",
    "monette_assets.home", "monette_assets.resources", "monette_assets_tests.reliability.reader",
    "monette_assets_tests.reliability.wounds",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (negative: the signal), what it wrote, its CPU seconds."""

    status: int
    wrote: str
    cpu: float

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Child:
    """A forked process with a session, and so a process group, of its own."""

    def __init__(self, zygote: Zygote, pid: int, log: Path) -> None:
        self.pid = pid
        self._zygote, self._log = zygote, log

    def wait(self) -> Ended:
        """Until it has ended."""
        found = self._zygote.wait(self.pid)
        return Ended(found["status"], self._log.read_text(encoding="utf-8", errors="replace"), found["cpu"])


class Zygote:
    """The forking process, from the outside."""

    def __init__(self) -> None:
        self._logs = tempfile.TemporaryDirectory(prefix="reliability-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._count = 0

    def _ask(self, **question: Any) -> dict[str, Any]:
        ours, theirs = self._process.stdin, self._process.stdout
        assert ours is not None and theirs is not None  # noqa: PT018 - for the type checker
        ours.write(json.dumps(question) + "\n")
        ours.flush()
        line = theirs.readline()
        assert line, f"the forking process ended with status {self._process.poll()}"
        found: dict[str, Any] = json.loads(line)
        return found

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], wounds: Mapping[str, Any]) -> Child:
        """`monette ARGUMENTS`, or the reader, in a new process."""
        self._count += 1
        log = Path(self._logs.name) / f"{self._count}.log"
        asked = {"arguments": list(arguments), "environment": dict(environment), "wounds": dict(wounds)}
        return Child(self, self._ask(fork=asked, log=str(log))["pid"], log)

    def wait(self, pid: int) -> dict[str, Any]:
        return self._ask(wait=pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._logs.cleanup()


def child(asked: Mapping[str, Any], log: str) -> int:
    """What a forked process does."""
    os.setsid()
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(written, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(asked["environment"])
    arguments = asked["arguments"]
    if arguments[0] == "read":
        from monette_assets_tests.reliability.reader import watch

        return watch(*arguments[1:])
    from monette_assets.cli import main
    from monette_assets_tests.reliability.wounds import wound

    wound(asked["wounds"])
    return main(["--debug", *arguments])


def serve(questions: IO[str], answers: IO[str]) -> None:
    """Fork and wait as asked, until the questions end."""
    for name in IMPORTED:
        importlib.import_module(name)
    for line in questions:
        question = json.loads(line)
        if "fork" in question:
            pid = os.fork()
            if pid == 0:
                status = 99
                try:
                    status = child(question["fork"], question["log"])
                except BaseException:
                    import traceback

                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(status)
            answer: dict[str, Any] = {"pid": pid}
        else:
            _, ended, used = os.wait4(question["wait"], 0)
            answer = {"status": os.waitstatus_to_exitcode(ended), "cpu": used.ru_utime + used.ru_stime}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
