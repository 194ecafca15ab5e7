"""Processes of their own that a test starts: where they listen, what they say, and that they end."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


class Process:
    """A process that listens on a port; what it says is in the log, and in the failure where it does not come up."""

    def __init__(self, log: Path, port: int, *command: str | Path, **options: Any) -> None:
        self.log, self.port = log, port
        with log.open("wb") as said:
            self.process = subprocess.Popen(list(map(str, command)), stdout=said, stderr=subprocess.STDOUT, **options)

    def wait(self, host: str = "127.0.0.1") -> None:
        """Until it listens."""
        try:
            self._connect(host)
        except (OSError, ChildProcessError) as error:
            pytest.fail(f"{self.log.stem} does not listen on {self.port} ({error!r}):\n{self.log.read_text()}")

    @retry(
        stop=stop_after_delay(90), wait=wait_fixed(0.1), retry=retry_if_exception_type(ConnectionError), reraise=True
    )
    def _connect(self, host: str) -> None:
        if self.process.poll() is not None:
            raise ChildProcessError(f"it ended with {self.process.returncode}")
        socket.create_connection((host, self.port), timeout=5).close()

    def end(self) -> None:
        """By force where the signal was missed."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
