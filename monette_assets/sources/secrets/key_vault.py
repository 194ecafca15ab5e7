"""Azure Key Vault. It keeps every version of a secret, and has no compare-and-set.

So one writer at a time is kept by a lock elsewhere (`leases`, or a file's), and a writer that lost its lock is found
out: what stands is looked at before a write and after it. What remains is in docs/decisions.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monette_assets.sources.secrets.store import Lock, Secret, SecretStoreError, Superseded, checked

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.keyvault.secrets import SecretClient

_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/?")
EXPECTED = "https://NAME.vault.azure.net"
ROLE = "Key Vault Secrets Officer (or a role of its own with get and set)"


def open_vault(url: str, lock: Lock, **options: Any) -> KeyVault:
    """The vault at a URL, as who this process is: workload identity, managed identity, or what azure-identity finds.

    Args:
        options: of azure-core's pipeline, in place of what is set here.

    Raises:
        SecretStoreError: the URL is none of a vault, or the packages for Azure are not installed.
    """
    if not _URL.fullmatch(url):
        found = urlsplit(url)  # somebody's name and password may stand before the host
        raise SecretStoreError(
            f"MONETTE_SECRETS: expected a folder or {EXPECTED}, found {found.scheme}://{found.hostname}"
        )
    try:
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient
    except ImportError:
        raise SecretStoreError(
            f"MONETTE_SECRETS: {url} needs the packages for Azure; install `monette-assets[azure]`"
        ) from None
    # a tick of a sensor has seconds; what cannot be reached now is asked again by the next
    usual = {"retry_total": 3, "retry_backoff_factor": 0.5, "connection_timeout": 5, "read_timeout": 30}
    return KeyVault(SecretClient(url, DefaultAzureCredential(), **{**usual, **options}), lock)


class KeyVault:
    """The secrets of a vault. Needs the permissions get and set, and no other."""

    def __init__(self, client: SecretClient, lock: Lock) -> None:
        self._client = client
        self._lock = lock
        self._writer = f"{socket.gethostname()}:{os.getpid()}"

    def __repr__(self) -> str:
        return f"KeyVault({self._client.vault_url!r})"

    def read(self, name: str) -> Secret | None:
        """The newest version; None where the vault holds none, or only a deleted one."""
        from azure.core.exceptions import ResourceNotFoundError

        with self._reached("read", name):
            try:
                found = self._client.get_secret(checked(name))
            except ResourceNotFoundError as error:
                if _code(error) == "SecretNotFound":
                    return None
                raise
        return Secret(found.value or "", found.properties.version or "")

    def write(self, name: str, value: str, *, replaces: str | None) -> Secret:
        """A new version, if `replaces` is the newest. Raises also Superseded, if so after having written."""
        held = self.read(name)
        if (None if held is None else held.version) != replaces:
            raise Superseded(f"{self._where(name)}: another process has written it meanwhile; read it and try again")
        with self._reached("write", name):
            made = self._client.set_secret(
                name, value, content_type="application/json", tags={"writer": self._writer, "replaces": replaces or ""}
            )
        written = Secret(value, made.properties.version or "")
        newest = self.read(name)
        if newest is None or newest.version != written.version:
            raise Superseded(f"{self._where(name)}: another process wrote it at the same moment; read it and try again")
        return written

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock of a name, wherever it is kept."""
        return self._lock(checked(name))

    def _where(self, name: str) -> str:
        return f"{self._client.vault_url}/secrets/{name}"

    @contextmanager
    def _reached(self, doing: str, name: str) -> Iterator[None]:
        """What the SDK raises, as SecretStoreError, in our own words."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

        where = self._where(name)
        try:
            yield
        except ClientAuthenticationError as error:
            raise SecretStoreError(
                f"{where}: cannot {doing} it: the vault does not know who this is ({type(error).__name__}); on Azure "
                "give the process a managed or workload identity (AZURE_CLIENT_ID names one of several), elsewhere "
                "`az login`"
            ) from None
        except HttpResponseError as error:
            raise SecretStoreError(f"{where}: cannot {doing} it: {_refusal(error)}") from None
        except AzureError as error:
            raise SecretStoreError(
                f"{where}: cannot {doing} it: no answer ({type(error).__name__}); check the vault's name, the network "
                "and its private endpoint; nothing is lost"
            ) from None
        except ValueError:  # its check that who asks for a token is a vault
            raise SecretStoreError(f"{where}: not answered by a Key Vault; expected {EXPECTED}") from None


def _code(error: HttpResponseError) -> str:
    """What the vault says it is, innermost first: ForbiddenByRbac within Forbidden."""
    said: Any = getattr(error, "error", None)
    inner = getattr(said, "innererror", None) or {}
    return str(inner.get("code") or getattr(said, "code", None) or "no reason given")


_REFUSALS = {  # by what the vault says, else by status
    "SecretDisabled": "its newest version is disabled; enable it, or store it anew",
    "ForbiddenByFirewall": "the vault's firewall does not let this machine in; add its network or a private endpoint",
    "ForbiddenByConnection": "the vault takes private connections only; use its private endpoint",
    "ObjectIsDeletedButRecoverable": "it was deleted and its name is kept; recover it (`az keyvault secret recover`)",
    403: f"this identity may not; give it the role {ROLE}, which takes some minutes to count",
    404: f"not answered by a Key Vault; expected {EXPECTED}",
    429: "the vault throttles; try again in some minutes",
}


def _refusal(error: HttpResponseError) -> str:
    status, code = error.status_code or 0, _code(error)
    why = _REFUSALS.get(code) or _REFUSALS.get(status) or "try again later; nothing is lost"
    return f"HTTP {status}, {code}: {why}"
