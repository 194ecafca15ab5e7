"""A company's tokens, as one record of a store of secrets.

A rotated refresh token that is lost means that a person has to connect the company again. So a write is durable before
it returns, and says which record it replaces: whoever was slower is told, and nothing is overwritten unseen.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from monette_assets.sources.secrets.store import SecretStore, SecretStoreError

_COMPANY = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A company's OAuth tokens. Times are aware, UTC. The tokens are left out of `repr`."""

    realm_id: str
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    refused_at: datetime | None = None  # when Intuit last refused the refresh token; new tokens begin without
    version: str | None = field(default=None, compare=False)  # of the record they were read from, or are to replace


class TokenStore:
    """Keeps tokens by company code, under the name `quickbooks-tokens-CODE`. All of it raises SecretStoreError."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def __repr__(self) -> str:
        return f"TokenStore({self._secrets!r})"

    def read(self, company: str) -> Tokens | None:
        """The company's newest tokens; None where it was never connected."""
        secret = self._secrets.read(_name(company))
        if secret is None:
            return None
        try:
            return replace(msgspec.json.decode(secret.value, type=Tokens), version=secret.version)
        except msgspec.MsgspecError as error:  # its text names the field, and never quotes
            raise SecretStoreError(
                f"{_name(company)}: no record of tokens ({error}); `monette connect {company}`"
            ) from None

    def version(self, company: str) -> str | None:
        """The version of the company's record, readable or not; None where there is none."""
        secret = self._secrets.read(_name(company))
        return None if secret is None else secret.version

    def write(self, company: str, tokens: Tokens) -> Tokens:
        """Keep `tokens` in place of the record of their `version`; durable on return, which tells the new version.

        Raises also Superseded.
        """
        record = msgspec.json.encode(replace(tokens, version=None)).decode()
        return replace(tokens, version=self._secrets.write(_name(company), record, replaces=tokens.version).version)

    def lock(self, company: str) -> AbstractContextManager[None]:
        """The company's only writer, across threads and processes."""
        return self._secrets.lock(_name(company))


def _name(company: str) -> str:
    if not _COMPANY.fullmatch(company):
        raise SecretStoreError(f"company code {company!r}: expected small letters, digits and _ only")
    return f"quickbooks-tokens-{company.replace('_', '-')}"
