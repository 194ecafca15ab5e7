"""Two connected companies of a stand-in, and a client for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monette_assets.sources.http import Retry
from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.oauth import App, TokenKeeper
from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
from monette_assets.sources.secrets.tokens import TokenStore
from monette_assets_tests.sources.quickbooks.stand_in import StandIn
from monette_assets_tests.sources.serving import HandClock, Switch, serving

REALMS = {"north": "1001", "south": "1002"}
APP = App("client-id", "THE-CLIENT-SECRET")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def switch() -> Iterator[Switch]:
    switch = Switch()
    with serving(switch) as url:
        switch.url = url
        yield switch


@pytest.fixture
def quickbooks(switch: Switch) -> StandIn:
    stand_in = StandIn()
    stand_in.url, switch.app = switch.url, stand_in.app()
    return stand_in


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(EncryptedFolder(tmp_path / "secrets", tmp_path / "key"))


@pytest.fixture
def keeper(quickbooks: StandIn, store: TokenStore, clock: HandClock) -> Iterator[TokenKeeper]:
    keeper = TokenKeeper(
        store=store, app=APP, token_url=quickbooks.token_url, clock=clock, retry=Retry(attempts=3, clock=clock)
    )
    for company, realm in REALMS.items():
        keeper.connect(company, realm, f"code-of-{realm}", "http://127.0.0.1/connected")
    yield keeper
    keeper.close()


@pytest.fixture
def client(quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock) -> Iterator[QuickBooksClient]:
    with QuickBooksClient(
        base_url=quickbooks.url, realms=REALMS, tokens=keeper, clock=clock, retry=Retry(attempts=4, clock=clock)
    ) as client:
        yield client
