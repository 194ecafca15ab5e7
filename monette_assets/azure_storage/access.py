"""How an account of Azure Storage is entered: one model for the lake, the engine, landing and compute logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azure.core.credentials import TokenCredential

    from monette_assets.azure_storage.url import StorageUrl

_KEY, _SIGNATURE = "azure_storage_account_key", "azure_storage_sas_token"
_ENDPOINT = "azure_storage_endpoint"
_SECRET = "azure_storage_client_secret"  # noqa: S105 - an option's name


class Way(StrEnum):
    """What somebody shows to be let in; its value names it, with its settings, in a sentence."""

    KEY = "the account's key (MONETTE_AZURE_STORAGE_KEY)"
    SIGNATURE = "the shared access signature (MONETTE_AZURE_STORAGE_SIGNATURE)"
    PRINCIPAL = "the service principal (MONETTE_AZURE_TENANT_ID, _CLIENT_ID, _CLIENT_SECRET)"
    IDENTITY = "this process's identity (workload or managed; none of MONETTE_AZURE_STORAGE_KEY, _SIGNATURE is set)"


@dataclass(frozen=True, slots=True)
class AzureAccess:
    """A key, a shared access signature, a service principal (tenant, client, secret), or whoever this process is.

    The last is a workload identity where the environment names one (AKS), else a managed identity: `client` picks a
    user-assigned one. `endpoint` replaces the account's own Blob endpoint (Azurite).
    """

    key: str | None = field(default=None, repr=False)
    signature: str | None = field(default=None, repr=False)
    tenant: str | None = None
    client: str | None = None
    secret: str | None = field(default=None, repr=False)
    endpoint: str | None = None

    @property
    def way(self) -> Way:
        """What is shown."""
        if self.key is not None:
            return Way.KEY
        if self.signature is not None:
            return Way.SIGNATURE
        return Way.IDENTITY if self.secret is None else Way.PRINCIPAL

    def options(self, place: StorageUrl) -> dict[str, str]:
        """As delta-rs takes it; what begins with `azure_` the embedded engine finds in the environment, in upper case.

        A request is tried again for half a minute at most; by delta-rs' own default, for three.
        """
        told: dict[str, str | None] = {
            "azure_storage_account_name": place.account,
            _ENDPOINT: self.endpoint or place.endpoint,
            "azure_allow_http": "true" if self.endpoint and self.endpoint.startswith("http://") else None,
        }
        if self.way is Way.KEY:
            told[_KEY] = self.key
        elif self.way is Way.SIGNATURE:
            told[_SIGNATURE] = self._signed
        else:
            told |= {"azure_storage_client_id": self.client, "azure_storage_tenant_id": self.tenant}
            told[_SECRET] = self.secret
        patience = {"max_retries": "8", "retry_timeout": "60s"}
        return {**{name: value for name, value in told.items() if value is not None}, **patience}

    def credential(self, place: StorageUrl) -> Any:
        """As Microsoft's clients take it."""
        if self.way is Way.KEY:
            return {"account_name": place.account, "account_key": self.key}
        return self._signed if self.way is Way.SIGNATURE else self.token_credential()

    def token_credential(self) -> TokenCredential:
        """Who asks Entra ID for tokens: the service principal, or azure-identity's chain."""
        from azure.identity import ClientSecretCredential, DefaultAzureCredential

        if self.secret is not None and self.tenant is not None and self.client is not None:
            return ClientSecretCredential(self.tenant, self.client, self.secret)
        return DefaultAzureCredential(managed_identity_client_id=self.client)

    @property
    def _signed(self) -> str | None:
        return None if self.signature is None else self.signature.removeprefix("?")


def way_of(options: Mapping[str, str]) -> Way:
    """What is shown where these are the options."""
    if _KEY in options:
        return Way.KEY
    if _SIGNATURE in options:
        return Way.SIGNATURE
    return Way.PRINCIPAL if _SECRET in options else Way.IDENTITY


def by_signature(options: Mapping[str, str]) -> AzureAccess | None:
    """The way in that these are the options of, where a signature is shown."""
    signature = options.get(_SIGNATURE)
    return None if signature is None else AzureAccess(signature=signature, endpoint=options.get(_ENDPOINT))


def secrets_of(options: Mapping[str, str]) -> list[str]:
    """What of these options nobody may be told."""
    return [options[name] for name in (_KEY, _SIGNATURE, _SECRET) if options.get(name)]
