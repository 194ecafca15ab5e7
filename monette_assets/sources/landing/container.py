"""The landing folder in a container of Azure Storage, reached through the Blob API alone.

No directory is renamed and no hierarchical namespace is asked for, so that an account of either kind will do. Names are
what the service lists, as plain text: one odd name never hides the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets.sources.landing import folder as bounds
from monette_assets.sources.landing.folder import (
    REASON,
    REJECTED,
    Folder,
    Landed,
    LocalFolder,
    Unreadable,
    bounded,
    checked_name,
    reason_text,
    rejected_name,
    wanted,
)

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_URL = re.compile(
    r"abfss://(?P<container>[a-z0-9$][a-z0-9-]{2,62})@(?P<account>[a-z0-9]{3,24})\.dfs\.(?P<cloud>[a-z0-9.-]+)"
    r"(?P<path>(?:/[^/\\?#]+)*)/?"
)
_NO_SUCH_RANGE = 416
EXPECTED = "abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER"


class LandingUrl(ValueError):  # noqa: N818 - it says what is wrong
    """A landing URL that names no container: expected, found."""


@dataclass(frozen=True, slots=True)
class AzureAccess:
    """How an account of Azure Storage is reached: by its key, by a shared access signature, or as who this process is.

    With neither key nor signature azure-identity's chain decides: workload identity, managed identity, or whom its
    own environment variables name. `endpoint` replaces the account's own Blob endpoint (Azurite, a private endpoint).
    """

    key: str | None = field(default=None, repr=False)
    signature: str | None = field(default=None, repr=False)
    endpoint: str | None = None


def open_folder(url: str, access: AzureAccess | None = None) -> Folder:
    """The folder at a path, or the container's folder at an `abfss://` URL. Raises `LandingUrl`."""
    if "://" not in url:
        return LocalFolder(Path(url))
    found = container_at(url, access)
    if found is None:
        raise LandingUrl(f"MONETTE_LANDING: expected the path of a folder or {EXPECTED}, found {url.partition('?')[0]}")
    return ContainerFolder(*found)


def container_at(url: str, access: AzureAccess | None = None) -> tuple[ContainerClient, str] | None:
    """The container of an `abfss://` URL and the path in it; None where the URL is none."""
    found = _URL.fullmatch(url)
    if found is None:
        return None
    access = access or AzureAccess()
    endpoint = access.endpoint or f"https://{found['account']}.blob.{found['cloud']}"
    return _client(endpoint, found["container"], found["account"], access), found["path"].strip("/")


def _client(endpoint: str, container: str, account: str, access: AzureAccess) -> ContainerClient:
    from azure.storage.blob import ContainerClient, ExponentialRetry

    credential: Any
    if access.key is not None:
        credential = {"account_name": account, "account_key": access.key}
    elif access.signature is not None:
        credential = access.signature.removeprefix("?")
    else:
        from azure.identity import DefaultAzureCredential

        credential = DefaultAzureCredential()
    return ContainerClient(
        endpoint,
        container,
        credential=credential,
        # a tick of the sensor has seconds; what cannot be reached now is asked again in the next
        retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=2),
        connection_timeout=5,
        read_timeout=30,
    )


class ContainerFolder:
    """The objects directly below a folder of a container."""

    def __init__(self, client: ContainerClient, path: str) -> None:
        self._client = client
        self._prefix = f"{path}/" if path else ""

    def __repr__(self) -> str:
        return f"ContainerFolder({self._where})"

    @property
    def _where(self) -> str:
        return f"{self._client.container_name}/{self._prefix}"

    def files(self) -> list[Landed]:
        """The objects by name; what lies in folders below is left alone."""
        from azure.storage.blob import BlobProperties

        with self._reached():
            found = [
                Landed(name, each.size, each.last_modified)
                for each in self._client.walk_blobs(name_starts_with=self._prefix, delimiter="/")
                if isinstance(each, BlobProperties) and wanted(name := each.name.removeprefix(self._prefix)) and name
            ]
        return sorted(found, key=lambda landed: landed.name)

    def read(self, name: str) -> bytes:
        """The content. Raises `Unreadable` for a name to refuse, an object beyond the bound or one that is gone."""
        from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

        path = self._prefix + checked_name(name)
        with self._reached():
            try:
                stream = self._client.download_blob(path, offset=0, length=bounds.MAX_FILE_BYTES + 1)
                return bounded(stream.readall())
            except ResourceNotFoundError as error:
                if getattr(error, "error_code", None) == "ContainerNotFound":
                    raise
                raise Unreadable("expected a file that can be opened, found none: it is gone") from None
            except HttpResponseError as error:
                if error.status_code == _NO_SUCH_RANGE:  # the first byte of an empty object
                    return b""
                raise

    def reject(self, name: str, reason: str) -> str:
        """Move it under a name not taken yet: copied, then deleted unless it is another by now."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError

        with self._reached():
            try:
                content = self._client.download_blob(self._prefix + name)
            except ResourceNotFoundError:
                return ""  # whoever dropped it took it away
            number = 1
            while self._client.get_blob_client(self._rejected(rejected_name(name, number))).exists():
                number += 1
            target = rejected_name(name, number)
            told = reason_text(name, reason).encode()
            self._client.upload_blob(f"{self._rejected(target)}{REASON}", told, overwrite=True)
            try:
                self._client.upload_blob(self._rejected(target), content.chunks(), length=content.size)
            except ResourceExistsError:
                raise OSError(f"{self._where}: another process rejects {name!a} too; look again") from None
            # put right in the meantime: then it stays, and is looked at again
            with suppress(ResourceModifiedError, ResourceNotFoundError):
                self._client.delete_blob(
                    self._prefix + name, etag=content.properties.etag, match_condition=MatchConditions.IfNotModified
                )
        return f"{REJECTED}/{target}"

    def _rejected(self, name: str) -> str:
        return f"{self._prefix}{REJECTED}/{name}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """What the SDK raises, as OSError; never in its own words, which quote the signature in a URL."""
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            yield
        except HttpResponseError as error:
            code = getattr(error, "error_code", None) or error.reason or "no reason given"
            raise OSError(
                f"{self._where}: expected to be let in, the account answered {error.status_code} ({code}); check the "
                "container's name and what MONETTE_AZURE_STORAGE_KEY, _SIGNATURE or this identity may do"
            ) from None
        except AzureError as error:
            raise OSError(
                f"{self._where}: expected an answer of {self._client.primary_hostname}, found none "
                f"({type(error).__name__}); it is asked again"
            ) from None
