"""Settings of Azure Storage: every mistake is named at once, in the settings' own names, and no secret is quoted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from monette_assets.settings import Settings

LAKE = "abfss://lake@farm.dfs.core.windows.net/tables"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAKE", "LANDING", "COMPUTE_LOGS"):
        monkeypatch.delenv(f"MONETTE_{name}", raising=False)


def refused(**values: str) -> str:
    """Why these settings are refused, as one text."""
    with pytest.raises(ValidationError) as found:
        Settings(**values)  # type: ignore[arg-type]
    return str(found.value)


@pytest.mark.parametrize(
    "values",
    [
        {"azure_storage_key": "a2V5"},
        {"azure_storage_signature": "sv=1&se=2&sp=rl&sig=3"},
        {"azure_tenant_id": "t", "azure_client_id": "c", "azure_client_secret": "s"},
        {"azure_client_id": "the user-assigned identity"},
        {},
        {"landing": "abfss://sheets@other.dfs.core.windows.net"},
        {"azure_storage_key": "a2V5", "azure_storage_endpoint": "http://azurite:10000/farm"},
    ],
)
def test_each_way_in_will_do(values: dict[str, str]) -> None:
    assert Settings(lake=LAKE, **values).lake_url == LAKE  # type: ignore[arg-type]


def test_every_mistake_of_a_half_configured_environment_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "planted-ambient")
    said = refused(
        lake="abfss://lake",
        landing="abfss://sheets@farm.dfs.core.windows.net/in",
        compute_logs="abfss://logs@other.dfs.core.windows.net",
        azure_storage_key="planted-key",
        azure_storage_signature="planted-signature",
        azure_client_secret="planted-secret",
        azure_storage_endpoint="http://storage.example/farm",
    )
    for problem in (
        "MONETTE_LAKE: expected abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER, found abfss://lake",
        "found MONETTE_AZURE_CLIENT_SECRET and MONETTE_AZURE_STORAGE_KEY and MONETTE_AZURE_STORAGE_SIGNATURE",
        "MONETTE_AZURE_CLIENT_SECRET is set, MONETTE_AZURE_CLIENT_ID and MONETTE_AZURE_TENANT_ID not",
        "MONETTE_AZURE_STORAGE_ENDPOINT: expected https://",
        "of one account, found MONETTE_LANDING in farm, MONETTE_COMPUTE_LOGS in other",
        "MONETTE_COMPUTE_LOGS: Dagster signs links to logs, by a key or an identity",
        "AZURE_STORAGE_ACCOUNT_KEY: would be taken in place of what MONETTE_AZURE_... says; unset",
    ):
        assert problem in said
    assert "planted" not in said


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"lake": "s3://bucket/lake"}, "MONETTE_LAKE: expected abfss://"),
        ({"lake": "abfss://lake@farm.blob.core.windows.net/x"}, "MONETTE_LAKE: expected abfss://"),
        ({"lake": f"{LAKE}?sig=planted"}, "MONETTE_LAKE: expected abfss://"),
        ({"compute_logs": "/var/log"}, "MONETTE_COMPUTE_LOGS: expected abfss://"),
        ({"azure_storage_key": "planted"}, "MONETTE_AZURE_STORAGE_KEY: set, and nothing lies in Azure"),
        ({"lake": LAKE, "azure_tenant_id": "t"}, "MONETTE_AZURE_CLIENT_SECRET not: a service principal is all three"),
    ],
)
def test_what_cannot_be_meant_is_refused(values: dict[str, str], says: str) -> None:
    said = refused(**values)
    assert says in said
    assert "planted" not in said


def test_variables_of_azure_do_not_matter_to_a_lake_on_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "of something else on this machine")
    assert Settings().lake is None
