"""The place of a folder in a container: `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER`."""

from __future__ import annotations

import re
from dataclasses import dataclass

EXPECTED = "abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER"

_URL = re.compile(
    r"abfss://(?P<container>[a-z0-9$][a-z0-9-]{2,62})@(?P<account>[a-z0-9]{3,24})\.dfs\.(?P<cloud>[a-z0-9.-]+)"
    r"(?P<path>(?:/[^/\\?#]+)*)/?"
)


class StorageUrlError(ValueError):
    """A URL that names no container: expected, found."""


@dataclass(frozen=True, slots=True)
class StorageUrl:
    """A folder of a container. `cloud` is what all accounts of a cloud end in, e.g. `core.windows.net`."""

    container: str
    account: str
    cloud: str
    path: str = ""

    @classmethod
    def parse(cls, url: str) -> StorageUrl:
        """The place a URL names. Raises `StorageUrlError`; what follows a `?` may be a secret, and is not quoted."""
        found = _URL.fullmatch(url)
        if found is None:
            raise StorageUrlError(f"expected {EXPECTED}, found {url.partition('?')[0]}")
        return cls(found["container"], found["account"], found["cloud"], found["path"].strip("/"))

    @property
    def endpoint(self) -> str:
        """The account's own Blob endpoint. Nothing here needs the one of ADLS: no folder is ever renamed."""
        return f"https://{self.account}.blob.{self.cloud}"

    def __str__(self) -> str:
        return f"abfss://{self.container}@{self.account}.dfs.{self.cloud}{'/' if self.path else ''}{self.path}"
