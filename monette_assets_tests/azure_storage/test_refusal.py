"""What keeps the lake's writer and the engine out of a container is told by its name, with what to do; no secret is."""

from __future__ import annotations

import base64
import traceback
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monette_assets.azure_storage import AzureAccess, StorageUrl
from monette_assets.azure_storage.refusal import of_signature
from monette_assets.engine import Engine, Store
from monette_assets.lake import Lake, Scope
from monette_assets.lake.errors import StoreRefused
from monette_assets.lake.opening import asked_briefly
from monette_assets.lake.refusing import named_when_refused
from monette_assets.sources.landing.container import open_folder
from monette_assets_tests.azure_storage.stand_in import running
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.lake.books import JANUARY, SCHEMA, commit, rows_of, table
from monette_assets_tests.processes import free_port

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
WRONG = base64.b64encode(b"the key of another account").decode()
TABLE = "gold/ledger"
ROWS = [("north", JANUARY, "4000", Decimal("1.00"))]


@pytest.fixture(scope="module")
def url(azurite: Azurite) -> str:
    """A lake with one table."""
    azurite.client("refusals").create_container()
    azurite.lake("refusals", "lake").publish(
        TABLE, table(ROWS), schema=SCHEMA, scope=Scope.everything(), commit=commit()
    )
    return azurite.url("refusals", "lake")


def lake_of(url: str, access: AzureAccess) -> Lake:
    return asked_briefly(Lake(url, access.options(StorageUrl.parse(url))))


def said_of(lake: Lake, *secrets: str) -> str:
    """What reading and writing are refused with; neither it nor what led to it quotes the secrets."""
    with pytest.raises(StoreRefused) as read:
        lake.read(TABLE)
    with pytest.raises(StoreRefused) as written:
        lake.publish(TABLE, table(ROWS), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    for error in (read, written):
        told = "".join(traceback.format_exception(error.value))
        assert not [secret for secret in secrets if secret in told]
    assert str(read.value) == str(written.value)
    return str(read.value)


def test_a_wrong_key(azurite: Azurite, url: str) -> None:
    said = said_of(lake_of(url, AzureAccess(key=WRONG, endpoint=azurite.endpoint)), WRONG)
    assert "expected the account's key (MONETTE_AZURE_STORAGE_KEY) to be let in, the account answered 403" in said
    assert "copy it anew (az storage account keys list --account-name monettetests)" in said


def test_a_key_that_is_none(azurite: Azurite, url: str) -> None:
    said = said_of(lake_of(url, AzureAccess(key="#planted", endpoint=azurite.endpoint)), "#planted")
    assert "expected base64 as the account's key (MONETTE_AZURE_STORAGE_KEY), found something else" in said


@pytest.mark.parametrize(
    ("begins", "ends", "says"),
    [
        (NOW - 2 * HOUR, NOW - HOUR, "expired at"),
        (NOW + HOUR, NOW + 2 * HOUR, "begins at"),  # so it looks, too, from a clock that is behind
    ],
)
def test_a_signature_out_of_its_time(azurite: Azurite, url: str, begins: datetime, ends: datetime, says: str) -> None:
    access = AzureAccess(signature=azurite.signature(begins=begins, ends=ends), endpoint=azurite.endpoint)
    said = said_of(lake_of(url, access), "sig=", str(access.signature)[-20:])
    assert "expected the shared access signature (MONETTE_AZURE_STORAGE_SIGNATURE) to be let in" in said
    [told] = of_signature(access, NOW)
    assert says in told


def test_a_signature_that_allows_all_writes_too(azurite: Azurite, url: str) -> None:
    access = AzureAccess(signature=azurite.signature(), endpoint=azurite.endpoint)
    lake = lake_of(url, access)
    lake.publish("gold/balance_sheet", table(ROWS), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert rows_of(azurite.lake("refusals", "lake").read("gold/balance_sheet")) == ROWS


def test_a_signature_that_allows_to_read_only(azurite: Azurite, url: str) -> None:
    access = AzureAccess(signature="?" + azurite.signature("rl"), endpoint=azurite.endpoint)
    lake = lake_of(url, access)
    assert rows_of(lake.read(TABLE)) == ROWS
    with pytest.raises(StoreRefused, match=r"to be allowed to read, write and delete.*make one with sp=rwcdl"):
        lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert rows_of(lake.read(TABLE)) == ROWS
    [told] = of_signature(access, NOW)
    assert "does not allow to write (w), create (c), delete (d)" in told


def test_a_signature_says_all_that_is_wrong_with_it() -> None:
    access = AzureAccess(signature="sv=2024-11-04&srt=o&sp=r&st=2025-01-01T00:00:00Z&se=2025-02-01&sig=x")
    told = of_signature(access, datetime(2024, 12, 1, tzinfo=UTC))
    assert [sentence.partition(") ")[2].partition(";")[0] for sentence in told] == [
        "begins at 2025-01-01 00:00 UTC, it is 2024-12-01 00:00 UTC",
        "does not allow to write (w), create (c), delete (d), list (l)",
        "is of srt=o, without c",
    ]
    [cut] = of_signature(AzureAccess(signature="sv=2024-11-04&se=2025-02-01"), NOW)
    assert "found no sp, sig; copy it whole" in cut
    assert of_signature(AzureAccess(key="a2V5"), NOW) == []


def test_a_container_that_is_missing(azurite: Azurite) -> None:
    lake = lake_of(azurite.url("nowhere", "lake"), azurite.access)
    said = said_of(lake)
    assert "expected a container nowhere in the account monettetests, the account answered 404" in said
    assert "az storage container create --account-name monettetests --name nowhere" in said
    for ask in (lambda: lake.exists(TABLE), lambda: lake.version(TABLE), lake.staged_runs):
        with pytest.raises(StoreRefused, match="expected a container nowhere"):
            ask()


def test_an_endpoint_where_nobody_answers(url: str) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/monettetests"
    said = said_of(lake_of(url, AzureAccess(key=WRONG, endpoint=endpoint)), WRONG)
    assert f"expected an answer of {endpoint}, found none; check the account's name, the network" in said


def test_the_engine_is_told_the_same(azurite: Azurite, url: str) -> None:
    options = AzureAccess(key=WRONG, endpoint=azurite.endpoint).options(StorageUrl.parse(url))
    engine = Engine(store=Store(url, options))
    try:
        with pytest.raises(StoreRefused, match="expected the account's key"), named_when_refused(url, options):
            engine.spark.read.format("delta").load(f"{url}/{TABLE}").collect()
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("ahead", "says"),
    [(timedelta(minutes=20), "20 minutes behind the"), (timedelta(minutes=-20), "20 minutes ahead of")],
)
def test_a_clock_that_is_wrong(ahead: timedelta, says: str) -> None:
    url = "abfss://lake@monettetests.dfs.core.windows.net/x"
    with running(ahead) as address:
        access = AzureAccess(key=WRONG, endpoint=f"{address}/monettetests")
        assert f"this machine's clock is {says}" in said_of(lake_of(url, access))
        with pytest.raises(OSError, match=says):
            open_folder(url, access).files()
