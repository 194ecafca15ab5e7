"""Azurite, Microsoft's stand-in for Azure's Blob service, as a process of its own on loopback.

It needs node; what `package-lock.json` names is installed once, by npm, into the user's cache. Its Blob API only: there
is no hierarchical namespace, no ACL and no Entra ID in it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from azure.storage.blob import AccountSasPermissions, ContainerClient, ResourceTypes, generate_account_sas
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.azure_storage import AzureAccess, StorageUrl
from monette_assets.azure_storage.refusal import NEEDED
from monette_assets.lake import Lake
from monette_assets_tests.node_packages import installed
from monette_assets_tests.processes import free_port

HERE = Path(__file__).parent
ACCOUNT = "monettetests"
KEY = "bW9uZXR0ZSBhc3NldHMgdGVzdHMgb25seSwgbm8gc2VjcmV0"  # of an account that lives as long as a test run


@dataclass(frozen=True)
class Azurite:
    """A running service with one account."""

    endpoint: str
    account: str = ACCOUNT
    key: str = KEY

    @property
    def access(self) -> AzureAccess:
        """By its key."""
        return AzureAccess(key=self.key, endpoint=self.endpoint)

    @property
    def settings(self) -> dict[str, str]:
        """What to set to enter it, likewise."""
        return {"MONETTE_AZURE_STORAGE_KEY": self.key, "MONETTE_AZURE_STORAGE_ENDPOINT": self.endpoint}

    def signature(self, allowed: str = "rwcdl", begins: datetime | None = None, ends: datetime | None = None) -> str:
        """A shared access signature of the account; unless told otherwise it holds from an hour ago, for two."""
        now, hour = datetime.now(UTC), timedelta(hours=1)
        kinds = ResourceTypes(container=True, object=True)
        may = AccountSasPermissions(**dict.fromkeys((NEEDED[letter] for letter in allowed), True))
        signed: str = generate_account_sas(
            self.account, self.key, kinds, may, ends or now + hour, start=begins or now - hour
        )
        return signed

    def client(self, container: str) -> ContainerClient:
        """Microsoft's own client of a container, whether or not it exists."""
        credential = {"account_name": self.account, "account_key": self.key}
        return ContainerClient(self.endpoint, container, credential=credential)

    def url(self, container: str, path: str = "") -> str:
        """A folder of a container, as settings name it."""
        return f"abfss://{container}@{self.account}.dfs.core.windows.net/{path}"

    def lake(self, container: str, path: str, signature: str | None = None) -> Lake:
        """The lake at a folder of a container, by the account's key or a signature."""
        url = self.url(container, path)
        access = AzureAccess(signature=signature, endpoint=self.endpoint) if signature else self.access
        return Lake(url, access.options(StorageUrl.parse(url)))


@contextmanager
def running(folder: Path) -> Iterator[Azurite]:
    """A service of its own, empty, kept in memory; `folder` holds what it says."""
    program = installed("azurite", HERE) / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    port = free_port()
    with (folder / "azurite.out").open("wb") as said:
        process = subprocess.Popen(
            ["node", str(program), "--blobHost", "127.0.0.1", "--blobPort", str(port),
             "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"],
            cwd=folder,
            env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
            stdout=said,
            stderr=said,
        )  # fmt: skip
        try:
            _answers(f"http://127.0.0.1:{port}")
            yield Azurite(f"http://127.0.0.1:{port}/{ACCOUNT}")
        finally:
            process.terminate()
            process.wait(timeout=30)


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.1), retry=retry_if_exception_type(httpx.TransportError))
def _answers(address: str) -> None:
    httpx.get(address, timeout=5)  # an error of the service is an answer
