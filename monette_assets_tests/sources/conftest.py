"""The two stores of secrets, for tests that hold of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
from monette_assets.sources.secrets.file_locks import FileLocks
from monette_assets.sources.secrets.key_vault import open_vault
from monette_assets.sources.secrets.store import SecretStore
from monette_assets_tests.certificates import certificate
from monette_assets_tests.sources.secrets.vault import Vault
from monette_assets_tests.sources.serving import Switch, serving


@dataclass(frozen=True)
class Place:
    """Where secrets are kept: what any process needs to open the store."""

    folder: Path
    vault: str | None = None

    def open(self) -> SecretStore:
        """The store, as a process of its own would open it."""
        if self.vault is None:
            return EncryptedFolder(self.folder / "secrets", self.folder / "key")
        return open_vault(self.vault, FileLocks(self.folder / "locks"), retry_backoff_factor=0)


@pytest.fixture(scope="session")
def vault_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Switch, Path]]:
    """One HTTPS server for the vaults of all tests, and its certificate."""
    switch, (trusted, key) = Switch(), certificate(tmp_path_factory.mktemp("vault"))
    with serving(switch, certificate=(trusted, key)) as url:
        switch.url = url
        yield switch, trusted


@pytest.fixture
def vault(vault_service: tuple[Switch, Path], monkeypatch: pytest.MonkeyPatch) -> Vault:
    """An empty vault, and a machine with an identity that may read and write there."""
    switch, trusted = vault_service
    vault = Vault()
    vault.url, switch.app = switch.url, vault.app()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{vault.url}/identity")
    monkeypatch.setenv("IDENTITY_HEADER", "this-machine")
    return vault


@pytest.fixture(params=["folder", "vault"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each of the two."""
    return Place(tmp_path, request.getfixturevalue("vault").url if request.param == "vault" else None)
