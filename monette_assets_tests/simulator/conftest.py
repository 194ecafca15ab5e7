"""A simulator over real HTTP, and a client that has connected a company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monette_assets.simulator.model import Books
from monette_assets.simulator.server import Running, start
from monette_assets.simulator.world import SimulatorOptions
from monette_assets_tests.simulator.small_books import TODAY, farm

REALM = "9130001"
CLIENT = ("demo-client", "demo-secret")


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Client:
    """Calls one company of a running simulator, with its current tokens."""

    simulator: Running
    http: httpx.Client
    clock: Clock
    realm: str = REALM
    tokens: dict[str, Any] | None = None

    def connect(self) -> dict[str, Any]:
        code = self.http.post(f"/simulator/connect/{self.realm}").json()["code"]
        self.tokens = self.token(grant_type="authorization_code", code=code).json()
        return self.tokens

    def token(self, **form: str) -> httpx.Response:
        return self.http.post("/oauth2/v1/tokens/bearer", data=form, auth=CLIENT)

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def get(self, path: str, *, accept: str = "application/json", **parameters: str) -> httpx.Response:
        tokens = self.tokens or self.connect()
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": accept}
        return self.http.get(f"/v3/company/{self.realm}/{path}", params=parameters, headers=headers)

    def report(self, name: str, start: str = "2025-02-01", end: str = "2025-02-28", **more: str) -> httpx.Response:
        return self.get(f"reports/{name}", start_date=start, end_date=end, **more)

    def query(self, text: str) -> httpx.Response:
        return self.get("query", query=text)

    def fault(self, **body: Any) -> httpx.Response:
        return self.http.post("/simulator/faults", json=body)


Serve = Callable[..., Client]


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[Running]]:
    """Simulators asked to stop: waited for once, at the end."""
    simulators: list[Running] = []
    yield simulators
    for simulator in simulators:
        simulator.stop()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory, stopping: list[Running]) -> Iterator[Serve]:
    """`serve(books, ..., option=...)`: a client of a simulator on a free loopback port, with a clock the test moves."""
    with ExitStack() as stack:

        def begin(*books: Books, state: Path | None = None, **options: Any) -> Client:
            clock = Clock()
            served = {one.realm_id: one for one in books or (farm(),)}
            options = {"requests_per_second": 10_000, "requests_per_minute": 10_000, **options}
            simulator = start(
                served,
                state=state or tmp_path_factory.mktemp("state"),
                options=SimulatorOptions(clock=clock, monotonic=clock.seconds, **options),
            )
            stopping.append(simulator)
            stack.callback(simulator.ask_to_stop)
            http = stack.enter_context(httpx.Client(base_url=simulator.url, timeout=20))
            return Client(simulator, http, clock, next(iter(served)))

        yield begin
