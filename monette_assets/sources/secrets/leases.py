"""Locks for processes on several machines: leases on empty objects beside the lake, kept by Azure Storage itself.

A lease lasts a minute and is renewed while it is held: a machine that is gone is waited for no longer than that.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from monette_assets.sources.http import Clock
from monette_assets.sources.secrets.file_locks import TIMEOUT_SECONDS
from monette_assets.sources.secrets.store import SecretStoreError

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobLeaseClient, ContainerClient

FOLDER = "_leases"
SECONDS = 60  # the longest that Azure Storage grants, but for leases without end


class Leases:
    """An object per name, in a folder of a container."""

    def __init__(
        self,
        container: ContainerClient,
        path: str = "",
        *,
        seconds: int = SECONDS,
        timeout: float = TIMEOUT_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._container = container
        self._folder = "/".join(filter(None, (path, FOLDER)))
        self._seconds = seconds
        self._timeout = timeout
        self._clock = clock or Clock()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Hold the name's lease. Raises SecretStoreError where it cannot be had, or not in time."""
        from azure.core.exceptions import AzureError

        where = f"{self._container.container_name}/{self._folder}/{name}"
        try:
            lease = self._acquired(self._container.get_blob_client(f"{self._folder}/{name}"), where)
        except AzureError as error:  # its own words may quote a signature
            said = getattr(error, "error_code", None) or type(error).__name__
            raise SecretStoreError(
                f"{where}: the lease that makes one writer cannot be had ({said}); check MONETTE_LAKE's container, and "
                "that this identity may write there"
            ) from None
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(lease, done), name=f"lease {name}", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            with suppress(AzureError):  # it ends by itself
                lease.release()

    def _acquired(self, blob: BlobClient, where: str) -> BlobLeaseClient:
        from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

        until = self._clock.monotonic() + self._timeout
        while True:
            try:
                return blob.acquire_lease(self._seconds)
            except ResourceNotFoundError as error:
                if getattr(error, "error_code", None) == "ContainerNotFound":
                    raise
                with suppress(ResourceExistsError):
                    blob.upload_blob(b"")
            except HttpResponseError as error:
                if getattr(error, "error_code", None) != "LeaseAlreadyPresent":
                    raise
                if self._clock.monotonic() >= until:
                    raise SecretStoreError(
                        f"{where}: held by another process for {self._timeout:g} s; look for a hanging run, then try "
                        "again"
                    ) from None
                self._clock.sleep(1.0)

    def _renew(self, lease: BlobLeaseClient, done: threading.Event) -> None:
        """Until it is done with, or lost: then the store's own look before and after a write finds another writer."""
        from azure.core.exceptions import AzureError

        while not done.wait(self._seconds / 3):
            try:
                lease.renew()
            except AzureError:
                return
