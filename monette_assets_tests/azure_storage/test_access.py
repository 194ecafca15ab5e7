"""Each way in is shown to the service by the lake's writer and by the engine alike; tokens come from a stand-in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monette_assets.azure_storage import AzureAccess, StorageUrl
from monette_assets.azure_storage.access import Way, way_of
from monette_assets.engine import Engine, Store
from monette_assets.lake import Lake
from monette_assets.lake.errors import StoreRefused
from monette_assets.lake.opening import asked_briefly
from monette_assets_tests.azure_storage.stand_in import CLIENT, FEDERATED, SECRET, TENANT, running

URL = "abfss://lake@farm.dfs.core.windows.net/tables"
PLACE = StorageUrl.parse(URL)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as found:
        yield found


@pytest.fixture(params=["service principal", "workload identity", "managed identity", "user-assigned identity"])
def identity(
    request: pytest.FixtureRequest, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AzureAccess:
    """Whoever has to ask for a token, as the environment of a process has it."""
    endpoint = f"{address}/farm"
    if request.param == "service principal":
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", address)
        return AzureAccess(tenant=TENANT, client=CLIENT, secret=SECRET, endpoint=endpoint)
    if request.param == "workload identity":  # AKS puts these into a pod
        (tmp_path / "token").write_text(FEDERATED)
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", address)
        monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
        monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
        return AzureAccess(endpoint=endpoint)
    monkeypatch.setenv("AZURE_MSI_ENDPOINT", f"{address}/metadata/identity/oauth2/token")
    return AzureAccess(client=CLIENT if request.param == "user-assigned identity" else None, endpoint=endpoint)


def of_azure() -> dict[str, str]:
    """What of Azure this process hands on to others."""
    return {name: value for name, value in os.environ.items() if name.startswith("AZURE")}


def test_lake_and_engine_show_the_token_they_are_given(identity: AzureAccess) -> None:
    options, before = identity.options(PLACE), of_azure()
    assert Lake(URL, options).exists("gold/ledger") is False  # an answer: the token was accepted
    engine = Engine(store=Store(URL, options))
    try:
        assert engine.spark.read.schema("a int").parquet(f"{URL}/gold/ledger").collect() == []
    finally:
        engine.close()
    assert of_azure() == before


def test_who_gets_no_token_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", address)
    access = AzureAccess(tenant=TENANT, client=CLIENT, secret="an expired one", endpoint=f"{address}/farm")
    with pytest.raises(StoreRefused, match=r"expected a token for the service principal.*the secret has expired") as no:
        asked_briefly(Lake(URL, access.options(PLACE))).exists("gold/ledger")
    assert "an expired one" not in str(no.value)


@pytest.mark.parametrize(
    ("access", "way"),
    [
        (AzureAccess(key="planted"), Way.KEY),
        (AzureAccess(signature="?planted"), Way.SIGNATURE),
        (AzureAccess(tenant="t", client="c", secret="planted"), Way.PRINCIPAL),
        (AzureAccess(client="c"), Way.IDENTITY),
    ],
)
def test_options_say_what_is_shown_and_nobody_prints_it(access: AzureAccess, way: Way) -> None:
    options = access.options(PLACE)
    assert access.way is way_of(options) is way
    assert options["azure_storage_endpoint"] == "https://farm.blob.core.windows.net"
    assert "azure_allow_http" not in options
    for shown in (access, Lake(URL, options), Store(URL, options)):
        assert "planted" not in repr(shown)


def test_a_signature_of_the_engine_is_not_outdone_by_an_identity_of_the_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's library prefers a pod's identity to a signature: it must not see it meanwhile."""
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token")
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    seen: dict[str, str] = {}

    class Session:
        """What a session is asked, and what it finds in the environment then."""

        def __getattr__(self, _: str) -> Session:
            return self

        def schema(self, _: str) -> Session:
            seen.update(os.environ)
            return self

        def parquet(self, _: str) -> Session:
            return self

        def collect(self) -> None:
            """Nothing."""

    Store(URL, AzureAccess(signature="sv=1&sig=2").options(PLACE)).enter(Session())  # type: ignore[arg-type]
    assert seen["AZURE_STORAGE_SAS_TOKEN"] == "sv=1&sig=2"
    assert "AZURE_FEDERATED_TOKEN_FILE" not in seen
    assert os.environ["AZURE_FEDERATED_TOKEN_FILE"] == "/var/run/token"
    assert "AZURE_STORAGE_SAS_TOKEN" not in os.environ
