"""An object store as a file system of pyarrow: delta-rs' own, by the same options as the tables."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.fs as pa_fs
from deltalake.fs import DeltaStorageHandler

from monette_assets.azure_storage.access import by_signature
from monette_assets.azure_storage.client import container_client
from monette_assets.azure_storage.reached import reached
from monette_assets.azure_storage.url import StorageUrl
from monette_assets.lake.errors import StoreRefused

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

    from monette_assets.azure_storage.access import AzureAccess


class ObjectStore(DeltaStorageHandler):  # type: ignore[misc]
    """delta-rs' handler, whose streams also take what pyarrow writes: buffers, where delta-rs asks for bytes.

    By a signature files are deleted one at a time, by Microsoft's client: delta-rs deletes in batches only, which
    Azurite refuses who shows one, and of such a refusal it quotes the signature.
    """

    def __init__(self, url: str, options: dict[str, str]) -> None:
        super().__init__(url, options)
        access = by_signature(options)
        self._one_at_a_time = None if access is None else _Deleting(StorageUrl.parse(url), access)

    def open_output_stream(self, path: str, metadata: dict[str, str] | None = None) -> pa.PythonFile:
        """Replaces the object, whole, when the stream is closed."""
        return pa.PythonFile(_Bytes(self._handler.open_output_stream(path, metadata)))

    def delete_file(self, path: str) -> None:
        """Deletes the object. Raises `StoreRefused`."""
        if self._one_at_a_time is None:
            super().delete_file(path)
        else:
            self._one_at_a_time.delete(path)

    def delete_dir(self, path: str) -> None:
        """Deletes every object below `path`. Raises `StoreRefused`."""
        if self._one_at_a_time is None:
            super().delete_dir(path)
            return
        for info in self._handler.get_file_info_selector(path, True, True):
            if info.type == pa_fs.FileType.File:
                self._one_at_a_time.delete(info.path)


class _Deleting:
    def __init__(self, place: StorageUrl, access: AzureAccess) -> None:
        self._place, self._access = place, access

    @cached_property
    def _client(self) -> ContainerClient:
        return container_client(self._place, self._access)

    def delete(self, path: str) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        name = f"{self._place.path}/{path}" if self._place.path else path
        try:
            with reached(self._place, self._access), suppress(ResourceNotFoundError):  # gone is gone
                self._client.delete_blob(name)
        except OSError as error:
            raise StoreRefused(str(error)) from None


class _Bytes:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.closed = False

    def write(self, data: Any) -> int:
        return int(self._stream.write(bytes(data)))

    def flush(self) -> None:
        """What is written arrives on closing."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._stream.close()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
