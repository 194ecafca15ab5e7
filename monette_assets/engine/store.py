"""The way of the embedded engine to an object store: it reads it from the environment, once a session.

The environment holds keys for as long as that takes, and no longer: what is started later does not inherit them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PREFIX = "AZURE_"
_AUTHORITY = "AZURE_AUTHORITY_HOST"
_CREDENTIALS = frozenset({"AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CLIENT_SECRET"})


@dataclass(frozen=True)
class Store:
    """An object store by the URL of a folder in it, and the options that clients of it take."""

    url: str
    options: Mapping[str, str] = field(repr=False)  # holds keys

    def enter(self, session: SparkSession) -> None:
        """The session knows its way from here on. Raises what the engine raises where the store lets nobody in."""
        told = {name.upper(): value for name, value in self.options.items()}
        with _environment({name: value for name, value in told.items() if name.startswith(_PREFIX)}):
            try:
                session.read.schema("nothing int").parquet(f"{self.url}/_staging/nothing").collect()
            except BaseException:
                session.stop()  # a server does not stop before its sessions have
                raise


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process's variables with these; others that name a way into Azure are out of the way meanwhile.

    Where none of these is a credential the process's own identity is meant, and what names it stays.
    """
    named = _CREDENTIALS & values.keys()
    hidden = {
        name: os.environ[name]
        for name in list(os.environ)
        if name.startswith(_PREFIX)
        and name != _AUTHORITY
        and (named or name in values or (name == "AZURE_CLIENT_ID" and "AZURE_STORAGE_CLIENT_ID" in values))
    }
    for name in hidden:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(hidden)
