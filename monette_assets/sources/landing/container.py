"""The landing folder in a container of Azure Storage, reached through the Blob API alone.

No directory is renamed and no hierarchical namespace is asked for, so that an account of either kind will do. Names are
what the service lists, as plain text: one odd name never hides the others.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets.azure_storage import AzureAccess, StorageUrl
from monette_assets.azure_storage.client import container_client
from monette_assets.azure_storage.reached import reached
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

_NO_SUCH_RANGE = 416


def open_folder(url: str, access: AzureAccess | None = None) -> Folder:
    """The folder at a path, or the container's folder at an `abfss://` URL. Raises `StorageUrlError`."""
    if "://" not in url:
        return LocalFolder(Path(url))
    place, access = StorageUrl.parse(url), access or AzureAccess()
    return ContainerFolder(container_client(place, access), place, access)


class ContainerFolder:
    """The objects directly below a folder of a container."""

    def __init__(self, client: ContainerClient, place: StorageUrl, access: AzureAccess) -> None:
        self._client, self._place, self._access = client, place, access
        self._prefix = f"{place.path}/" if place.path else ""

    def __repr__(self) -> str:
        return f"ContainerFolder({self._where})"

    @property
    def _where(self) -> str:
        return f"{self._client.container_name}/{self._prefix}"

    def files(self) -> list[Landed]:
        """The objects by name; what lies in folders below is left alone."""
        from azure.storage.blob import BlobProperties

        with reached(self._place, self._access):
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
        with reached(self._place, self._access):
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

        with reached(self._place, self._access):
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
