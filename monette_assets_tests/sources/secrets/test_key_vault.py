"""Key Vault, by the real SecretClient over HTTPS: versions, writers at the same moment, and what each refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.keyvault.secrets import SecretClient

from monette_assets.sources.secrets.file_locks import FileLocks
from monette_assets.sources.secrets.key_vault import KeyVault, open_vault
from monette_assets.sources.secrets.store import SecretStoreError, Superseded
from monette_assets_tests.sources.secrets.vault import Vault, refusal
from monette_assets_tests.sources.serving import Switch, serving

NAME = "quickbooks-tokens-north"


@pytest.fixture
def store(vault: Vault, tmp_path: Path) -> KeyVault:
    return open_vault(vault.url, FileLocks(tmp_path), retry_backoff_factor=0)


def client(store: KeyVault) -> SecretClient:
    return store._client


def test_every_version_stays_readable_and_says_which_it_replaced(store: KeyVault) -> None:
    first = store.write(NAME, "FIRST", replaces=None)
    second = store.write(NAME, "SECOND", replaces=first.version)
    assert client(store).get_secret(NAME, first.version).value == "FIRST"
    newest = client(store).get_secret(NAME).properties
    assert (newest.version, (newest.tags or {})["replaces"]) == (second.version, first.version)
    assert [each.version for each in client(store).list_properties_of_secret_versions(NAME)] == [
        first.version, second.version
    ]  # fmt: skip


def test_one_who_is_overwritten_at_the_same_moment_is_told(store: KeyVault, vault: Vault) -> None:
    first = store.write(NAME, "FIRST", replaces=None)
    put = vault.put

    def overtaken(name: str, value: str, **tags: str) -> dict[str, object]:
        made = put(name, value, **tags)
        put(name, "RIVAL", replaces=first.version)
        return made

    vault.put = overtaken  # type: ignore[method-assign]
    with pytest.raises(Superseded, match="another process wrote it at the same moment"):
        store.write(NAME, "OURS", replaces=first.version)


def test_only_what_the_role_has_to_grant_is_asked_for(store: KeyVault, vault: Vault) -> None:
    store.write(NAME, "FIRST", replaces=None)
    with store.lock(NAME):
        store.read(NAME)
    assert {method for method, _ in vault.asked} == {"GET", "PUT"}
    assert {path.rstrip("/") for _, path in vault.asked} == {f"/secrets/{NAME}"}


def test_a_throttled_call_is_made_again(store: KeyVault, vault: Vault) -> None:
    vault.answers.extend([refusal(429, "Throttled", "too many requests", Retry_After="0"), None])
    assert store.write(NAME, "FIRST", replaces=None).value == "FIRST"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            refusal(429, "Throttled", "too many", Retry_After="0"),
            r"HTTP 429, Throttled: the vault throttles; try again",
        ),
        (
            refusal(403, "Forbidden", "may not", "ForbiddenByRbac"),
            r"HTTP 403, ForbiddenByRbac: .*role Key Vault Secrets Officer",
        ),
        (
            refusal(403, "Forbidden", "no", "ForbiddenByFirewall"),
            r"HTTP 403, ForbiddenByFirewall: the vault's firewall",
        ),
        (refusal(404, "NotFound", "what is this"), r"HTTP 404, NotFound: not answered by a Key Vault; expected https"),
        (refusal(500, "InternalServerError", "oops", Retry_After="0"), r"HTTP 500, .*try again later; nothing is lost"),
    ],
    ids=["throttled", "role", "firewall", "no vault", "broken"],
)
def test_a_refusal_says_what_to_do(store: KeyVault, vault: Vault, answer: object, message: str) -> None:
    vault.answers.extend([answer] * 8)  # type: ignore[list-item]
    with pytest.raises(SecretStoreError, match=f"secrets/{NAME}: cannot read it: {message}"):
        store.read(NAME)


def test_a_role_that_only_reads_is_said(store: KeyVault, vault: Vault) -> None:
    vault.may = {"GET"}
    with pytest.raises(SecretStoreError, match=r"cannot write it: HTTP 403, ForbiddenByRbac"):
        store.write(NAME, "x", replaces=None)


def test_a_deleted_secret_is_none_and_its_name_is_kept(store: KeyVault, vault: Vault) -> None:
    written = store.write(NAME, "FIRST", replaces=None)
    vault.may = {"GET", "PUT", "DELETE", "POST"}
    client(store).begin_delete_secret(NAME)
    assert store.read(NAME) is None
    with pytest.raises(SecretStoreError, match=r"HTTP 409, ObjectIsDeletedButRecoverable: it was deleted .* recover"):
        store.write(NAME, "SECOND", replaces=None)
    client(store).begin_recover_deleted_secret(NAME)
    assert store.read(NAME) == written


def test_a_disabled_secret_is_said(store: KeyVault, vault: Vault) -> None:
    store.write(NAME, "FIRST", replaces=None)
    vault.disable(NAME)
    with pytest.raises(SecretStoreError, match=r"SecretDisabled: its newest version is disabled; enable it"):
        store.read(NAME)


def test_a_machine_without_an_identity_is_told_to_get_one(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "another-machine")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    store = open_vault(vault.url, FileLocks(tmp_path), retry_total=0)
    with pytest.raises(SecretStoreError, match=r"the vault does not know who this is .*; on Azure give the process"):
        store.read(NAME)


def test_what_does_not_answer_or_is_no_vault_is_said(
    vault: Vault, vault_service: tuple[Switch, Path], tmp_path: Path
) -> None:
    nobody = open_vault("https://127.0.0.1:9", FileLocks(tmp_path), retry_total=0)
    with pytest.raises(SecretStoreError, match=r"127.0.0.1:9/secrets/.*: cannot read it: no answer"):
        nobody.read(NAME)
    vault.resource = "https://vault.azure.net"  # would have a token of ours that is good for vaults
    trusted = vault_service[1]
    with (
        serving(vault.app(), certificate=(trusted, trusted.with_name("tls.key"))) as url,
        pytest.raises(SecretStoreError, match="not answered by a Key Vault; expected https://NAME"),
    ):
        open_vault(url, FileLocks(tmp_path)).read(NAME)
    assert vault.asked == []
    for wrong in ("http://127.0.0.1:9", "https://somebody:THE-SECRET@host", "abfss://a@b.dfs.core.windows.net/c"):
        with pytest.raises(SecretStoreError, match="MONETTE_SECRETS: expected a folder or https://NAME") as caught:
            open_vault(wrong, FileLocks(tmp_path))
        assert "THE-SECRET" not in str(caught.value)
