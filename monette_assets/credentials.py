"""Which store of secrets a deployment has, and the credentials that its settings refer to.

A setting that is a secret may hold `secret:NAME` in place of the secret: then the store's `NAME` is read where it is
needed, and never before, so that loading the code location reaches out to nobody.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from monette_assets.settings import REFERENCE

if TYPE_CHECKING:
    from monette_assets.azure_storage import AzureAccess
    from monette_assets.settings import Settings
    from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
    from monette_assets.sources.secrets.store import SecretStore
    from monette_assets.sources.secrets.tokens import TokenStore


def secret_store(settings: Settings) -> SecretStore:
    """The vault that `MONETTE_SECRETS` names, or the encrypted folder. Raises SecretStoreError."""
    if settings.vault_url is None:
        return encrypted_folder(settings)
    from monette_assets.sources.secrets.key_vault import open_vault

    return open_vault(settings.vault_url, partial(writers_lock, settings))


def encrypted_folder(settings: Settings) -> EncryptedFolder:
    """The embedded store. Raises SecretStoreError where its key lies in the home."""
    from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder

    return EncryptedFolder(settings.secrets_path, settings.secrets_key_path, outside_of=settings.home)


def token_store(settings: Settings) -> TokenStore:
    """The companies' tokens."""
    from monette_assets.sources.secrets.tokens import TokenStore

    return TokenStore(secret_store(settings))


def referred(settings: Settings) -> dict[str, str]:
    """The names of secrets that settings refer to, by setting."""
    return {
        field: value.get_secret_value().removeprefix(REFERENCE)
        for field, value in settings
        if isinstance(value, SecretStr) and value.get_secret_value().startswith(REFERENCE)
    }


def credential(settings: Settings, field: str) -> SecretStr | None:
    """A setting that is a secret: its value, or what it refers to; None where it is not set.

    Raises:
        SecretStoreError: the store cannot be read, or holds nothing of that name.
    """
    value: SecretStr | None = getattr(settings, field)
    name = referred(settings).get(field)
    if name is None:
        return value
    from monette_assets.sources.secrets.store import SecretStoreError

    found = secret_store(settings).read(name)
    if found is None:
        raise SecretStoreError(
            f"MONETTE_{field.upper()}: expected a secret {name}, the store holds none; `monette secrets set {name}`"
        )
    return SecretStr(found.value)


def storage_access(settings: Settings) -> AzureAccess:
    """How the account of lake, landing and compute logs is entered. Raises SecretStoreError."""
    from monette_assets.azure_storage import AzureAccess

    names = ("azure_storage_key", "azure_storage_signature", "azure_client_secret")
    found = (credential(settings, name) for name in names)
    key, signature, secret = (each.get_secret_value() if each else None for each in found)
    return AzureAccess(
        key=key,
        signature=signature,
        tenant=settings.azure_tenant_id,
        client=settings.azure_client_id,
        secret=secret,
        endpoint=settings.azure_storage_endpoint,
    )


def writers_lock(settings: Settings, name: str) -> AbstractContextManager[None]:
    """The lock of a vault's secret. Who writes to one vault shares a lake: a lease beside it, or a file in the home."""
    from monette_assets.azure_storage import StorageUrl
    from monette_assets.azure_storage.client import container_client
    from monette_assets.sources.secrets.file_locks import FileLocks
    from monette_assets.sources.secrets.leases import Leases

    if "://" not in settings.lake_url:
        return FileLocks(settings.home.absolute() / "locks")(name)
    place = StorageUrl.parse(settings.lake_url)
    return Leases(container_client(place, storage_access(settings)), place.path)(name)
