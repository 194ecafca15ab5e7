"""The simulated outside world over real HTTP on loopback: QuickBooks Online, the Bank of Canada, and their controls.

`create_app` is the whole of it as an ASGI application; `serve` runs it for the command, `running` for tests.
Nothing but the loopback interface is ever listened on.
"""

from __future__ import annotations

import contextlib
import gc
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from monette_assets.simulator.bank_of_canada import BankOfCanada
from monette_assets.simulator.control import Control
from monette_assets.simulator.model import Books
from monette_assets.simulator.quickbooks import QuickBooks, TransactionId
from monette_assets.simulator.world import SimulatorOptions, World

LOOPBACK = "127.0.0.1"


def create_app(
    books: Mapping[str, Books],
    *,
    state: Path,
    options: SimulatorOptions | None = None,
) -> Starlette:
    """The application over these books (any keys; companies are known by their realm id).

    Tokens and the journal of edits live in the `state` folder. The journal is replayed into the given books, so they
    must be as first made; EditError where it no longer fits them.
    """
    world = World(books, state, options or SimulatorOptions())
    quickbooks, bank, control = QuickBooks(world), BankOfCanada(world), Control(world)
    company = "/v3/company/{realm}"
    return Starlette(
        routes=[
            Route("/oauth2/v1/tokens/bearer", quickbooks.token, methods=["POST"]),
            Route(f"{company}/companyinfo/{{identifier}}", quickbooks.company_info),
            Route(f"{company}/preferences", quickbooks.preferences),
            Route(f"{company}/query", quickbooks.query),
            Route(f"{company}/cdc", quickbooks.cdc),
            Route(f"{company}/reports/{{report}}", quickbooks.report),
            Route("/valet/observations/{series}/json", bank.observations),
            Route("/simulator/health", control.health),
            Route("/simulator/companies", control.companies),
            Route("/simulator/connect/{realm}", control.connect, methods=["POST"]),
            Route("/simulator/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/simulator/requests", control.requests),
            Route("/simulator/edits", control.edits, methods=["POST"]),
            Route("/simulator/document", control.document),
        ],
        middleware=[Middleware(TransactionId)],
    )


@dataclass
class Running:
    """A simulator serving in a background thread."""

    url: str
    app: Starlette
    options: SimulatorOptions
    _server: uvicorn.Server = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def ask_to_stop(self) -> None:
        """Stop serving soon, without waiting for it."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Stop serving and wait for it; stopping twice is fine."""
        self.ask_to_stop()
        self._thread.join(timeout=30)


def start(
    books: Mapping[str, Books],
    *,
    state: Path,
    port: int = 0,
    options: SimulatorOptions | None = None,
) -> Running:
    """Serve in a background thread on loopback; port 0 picks a free one. Connections are accepted on return."""
    options = options or SimulatorOptions()
    app = create_app(books, state=state, options=options)
    listener = socket.create_server((LOOPBACK, port))
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True)
    thread.start()
    return Running(f"http://{LOOPBACK}:{listener.getsockname()[1]}", app, options, server, thread)


@contextlib.contextmanager
def running(books: Mapping[str, Books], *, state: Path | None = None, **options: Any) -> Iterator[Running]:
    """A simulator for a test: `with running(books, cell_limit=100) as simulator: httpx.get(simulator.url + ...)`.

    Keyword arguments are those of SimulatorOptions. Without `state`, tokens live as long as the block.
    """
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
        simulator = start(books, state=folder, options=SimulatorOptions(**options))
        try:
            yield simulator
        finally:
            simulator.stop()


def serve(
    books: Mapping[str, Books],
    host: str = LOOPBACK,
    port: int = 8765,
    *,
    state: Path,
    options: SimulatorOptions | None = None,
) -> None:
    """Serve until interrupted. Raises ValueError for a host that is not loopback, OSError where the port is taken."""
    if host not in (LOOPBACK, "localhost"):
        raise ValueError(f"the simulator listens on {LOOPBACK} only, not on {host!r}")
    app = create_app(books, state=state, options=options)
    gc.freeze()  # the books stay until the end: keep the collector off millions of postings
    with socket.create_server((LOOPBACK, port)) as listener:
        uvicorn.Server(_config(app)).run(sockets=[listener])


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
