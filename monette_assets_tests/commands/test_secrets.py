"""`monette secrets`, and what `monette doctor` says of a store that is half configured."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from monette_assets.cli import main
from monette_assets.commands.platform import Platform
from monette_assets.commands.secrets import store_answers
from monette_assets.credentials import credential, secret_store, token_store
from monette_assets.settings import Settings
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.sources.conftest import Place, place, vault, vault_service  # noqa: F401 - fixtures

NOBODY = "http://127.0.0.1:9"
NAME = "quickbooks-client-secret"

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new home, nothing outside, and a client secret that is kept in the store."""
    contract = tmp_path / "group"
    contract.mkdir()
    group_of(contract, companies=small_contract()["companies"])
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "GROUP": str(contract),
        "QUICKBOOKS_URL": NOBODY,
        "BANK_OF_CANADA_URL": NOBODY,
        "QUICKBOOKS_CLIENT_SECRET": f"secret:{NAME}",
    }.items():
        monkeypatch.setenv(f"MONETTE_{name}", value)
    return tmp_path / "home"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run the command with something on standard input: exit status, and all it says."""

    def run(*arguments: str, said: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        status = main(arguments)
        return status, "".join(capsys.readouterr())

    return run


@pytest.fixture
def configured(home: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> Settings:  # noqa: F811
    """Of each kind of store."""
    if place.vault is not None:
        monkeypatch.setenv("MONETTE_SECRETS", place.vault)
    return Settings()


def test_a_stored_credential_is_what_a_setting_refers_to(
    configured: Settings, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONETTE_LOGS", "/absent/monette.jsonl")
    status, out = say("doctor", "--no-engine")
    assert "MONETTE_LOGS: /absent/monette.jsonl cannot be written: No such file or directory; name another" in out
    monkeypatch.delenv("MONETTE_LOGS")
    [found] = [line for line in out.splitlines() if " secrets " in line]
    assert found.startswith("not ok ")
    assert f"MONETTE_QUICKBOOKS_CLIENT_SECRET: expected a secret {NAME}, the store holds none" in found
    assert say("secrets", "set", NAME) == (2, f"monette: {NAME}: expected its value on standard input, found nothing\n")
    for value in ("THE-FIRST", "THE-SECOND"):
        status, out = say("secrets", "set", NAME, said=f"{value}\n")
        assert (status, "stored, version " in out, "THE-" in out) == (0, True, False)
    stored = credential(configured, "quickbooks_client_secret")
    assert stored is not None
    assert (stored.get_secret_value(), str(stored)) == ("THE-SECOND", "**********")
    assert store_answers(Platform())[1] == ""


def test_companies_are_connected_and_their_state_is_told(
    configured: Settings, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the simulator, which takes the app's secret of the store alone."""
    group = group_of(tmp_path / "again", companies=small_contract()["companies"])
    assert say("secrets", "set", NAME, said="THE-APP-SECRET")[0] == 0
    with running(generate_books(group, until=date(2024, 11, 30)), client_secret="THE-APP-SECRET") as simulator:
        monkeypatch.setenv("MONETTE_QUICKBOOKS_URL", simulator.url)
        monkeypatch.setenv("MONETTE_QUICKBOOKS_TOKEN_URL", f"{simulator.url}/oauth2/v1/tokens/bearer")
        assert say("connect", "north", "south") == (0, "Connected: north, south\n")
        assert "2 of 2 companies connected" in say("doctor", "--no-engine")[1]
    held = token_store(configured).read("south")
    assert held is not None
    assert held.realm_id == "1002"


def test_the_embedded_store_has_a_key_to_rotate_and_a_vault_has_not(configured: Settings, say: Say) -> None:
    say("secrets", "set", NAME, said="KEPT")
    status, out = say("secrets", "rotate-key")
    if configured.vault_url is None:
        assert (status, out) == (0, f"1 secret(s) sealed with a new key in {configured.secrets_key_path}; back it up\n")
    else:
        assert (status, "keeps its own keys" in out) == (2, True)
    found = secret_store(configured).read(NAME)
    assert found is not None
    assert found.value == "KEPT"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MONETTE_SECRETS_KEY": "{home}/key"}, r"the key must lie outside of"),
        ({"MONETTE_SECRETS_KEY": "{wrong}"}, "cannot be opened with the key"),
        ({"MONETTE_SECRETS": "http://name.vault.azure.net"}, "expected a folder or https://NAME.vault.azure.net"),
        ({"MONETTE_SECRETS": "https://127.0.0.1:9"}, "no answer (ServiceRequestError); check the vault's name"),
        ({"MONETTE_SECRETS": "{vault}", "IDENTITY_HEADER": "nobody"}, "the vault does not know who this is"),
        (
            {"MONETTE_SECRETS": "{vault}", "MONETTE_LAKE": "abfss://lake@fictional.dfs.core.windows.net",
             "MONETTE_AZURE_STORAGE_KEY": "a2V5", "MONETTE_AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:9/fictional"},
            "_leases/monette-doctor: the lease that makes one writer cannot be had (ServiceRequestError)",
        ),
    ],
    ids=["key in the home", "wrong key", "no TLS", "no vault there", "no identity", "no lease"],
)  # fmt: skip
def test_doctor_names_a_store_that_is_half_configured(
    home: Path,
    say: Say,
    vault: object,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    named: str,
) -> None:
    say("secrets", "set", NAME, said="KEPT")
    wrong = home.with_name("another.key")
    wrong.write_bytes(Fernet.generate_key())
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(home=home, wrong=wrong, vault=getattr(vault, "url", "")))
    assert named in store_answers(Platform())[1]
