"""What a store of secrets does, whichever it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

_NAME = re.compile(r"[a-z][a-z0-9-]{0,126}")  # what Key Vault takes, to which large and small letters are one


class SecretStoreError(Exception):
    """A secret cannot be read or kept: says where, why, and what to do. Never holds a secret."""


class Superseded(SecretStoreError):  # noqa: N818 - named after the fact
    """Another writer has written since: what was about to be replaced is not what stands there."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it was read. `version` names this writing of it, and no other."""

    value: str = field(repr=False)
    version: str


Lock = Callable[[str], AbstractContextManager[None]]
"""Who holds the lock of a name is its only writer, for as long as the block."""


class SecretStore(Protocol):
    """Keeps secrets by name. All of it raises SecretStoreError."""

    def read(self, name: str) -> Secret | None:
        """The newest version; None where there is none."""

    def write(self, name: str, value: str, *, replaces: str | None) -> Secret:
        """Keep `value` in place of the version `replaces` (None: nothing); durable on return.

        Raises:
            Superseded: another version stands there, or was written at the same moment. The newest may be either's:
                read it, and write again if yours is to stand.
        """

    def lock(self, name: str) -> AbstractContextManager[None]:
        """The name's only writer, across threads and processes."""


def checked(name: str) -> str:
    """`name`, which becomes part of paths and URLs. Raises SecretStoreError."""
    if not _NAME.fullmatch(name):
        raise SecretStoreError(f"expected a name of small letters, digits and hyphens, found {name!r}")
    return name
