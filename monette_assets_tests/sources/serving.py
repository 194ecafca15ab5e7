"""Small servers on loopback, and a clock that tests turn, for tests of the sources."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from monette_assets.sources.http import Clock


class HandClock(Clock):
    """Stands still but for `sleep`, which moves it and returns at once."""

    def __init__(self) -> None:
        self.started = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
        self.elapsed = 0.0
        self.slept: list[float] = []
        self._lock = Lock()

    def now(self) -> datetime:
        return self.started + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.elapsed += seconds


class Switch:
    """An application that is another one for every test, so that one server serves them all."""

    def __init__(self) -> None:
        self.url = ""
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextmanager
def serving(app: ASGIApp, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Serve `app` on loopback, over TLS with a certificate and its key; yields its base URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    cert, key = certificate or (None, None)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
            ssl_certfile=cert,
            ssl_keyfile=key,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
