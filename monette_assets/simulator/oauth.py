"""The authorisation server: codes, access tokens that expire, refresh tokens that rotate. Kept on disk across restarts.

Every change is on disk (temporary file, fsync, rename) before the answer leaves, so a crash at any point leaves either
the old or the new tokens, never neither.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

REFRESH_LIFETIME_SECONDS = 8_640_000  # 100 days


class OAuthError(Exception):
    """A refused token request: `error` and `description` as QuickBooks names them, with the HTTP status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status = error, description, status


class _Refresh(msgspec.Struct):
    realm: str
    dies_at: float


class _Access(msgspec.Struct):
    realm: str
    expires_at: float


class _Tokens(msgspec.Struct):
    codes: dict[str, str] = msgspec.field(default_factory=dict)  # code -> realm
    refresh: dict[str, _Refresh] = msgspec.field(default_factory=dict)
    access: dict[str, _Access] = msgspec.field(default_factory=dict)


@dataclass
class TokenStore:
    """All tokens of the simulated QuickBooks.

    `rotate`: each refresh gives a new refresh token, and the old one dies after `grace_seconds`; otherwise the same one
    lives on. `clock` gives the time in seconds since the epoch.
    """

    path: Path
    clock: Callable[[], float]
    access_seconds: int = 3600
    rotate: bool = True
    grace_seconds: float = 86_400
    _tokens: _Tokens = field(default_factory=_Tokens, repr=False)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self._tokens = msgspec.json.decode(self.path.read_bytes(), type=_Tokens)

    def connect(self, realm: str) -> str:
        """A person connects the company: a one-time authorisation code."""
        code = "AB" + secrets.token_urlsafe(24)
        self._tokens.codes[code] = realm
        self._save()
        return code

    def exchange(self, code: str) -> dict[str, Any]:
        """The first tokens for a code. Raises OAuthError for a code that is unknown or used."""
        realm = self._tokens.codes.pop(code, None)
        if realm is None:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        return self._issue(realm, self._new_refresh(realm))

    def refresh(self, token: str, *, grace: bool = True) -> dict[str, Any]:
        """New tokens for a refresh token. Raises OAuthError for one that is unknown, replaced or expired.

        `grace` False makes the old one die at once.
        """
        self._forget_dead()
        found = self._tokens.refresh.get(token)
        if found is None:
            if token in self._tokens.access:
                raise OAuthError("invalid_grant", "Incorrect Token type or clientID")
            raise OAuthError("invalid_grant", "Incorrect or invalid refresh token")
        if not self.rotate:
            found.dies_at = self.clock() + REFRESH_LIFETIME_SECONDS
            return self._issue(found.realm, token)
        dies_at = self.clock() + (self.grace_seconds if grace else 0)
        for other in self._tokens.refresh.values():
            if other.realm == found.realm:
                other.dies_at = min(other.dies_at, dies_at)
        return self._issue(found.realm, self._new_refresh(found.realm))

    def revoke(self, realm: str) -> None:
        """Every token of the company dies: a person must connect it again."""
        tokens = self._tokens
        tokens.refresh = {key: token for key, token in tokens.refresh.items() if token.realm != realm}
        tokens.access = {key: token for key, token in tokens.access.items() if token.realm != realm}
        self._save()

    def realm_of(self, token: str) -> str | None:
        """The company an access token is for; None where it is unknown or expired."""
        found = self._tokens.access.get(token)
        return found.realm if found and found.expires_at > self.clock() else None

    def realm_of_refresh(self, token: str) -> str | None:
        """The company a refresh token was given for; None where it is unknown."""
        found = self._tokens.refresh.get(token)
        return found.realm if found else None

    def _new_refresh(self, realm: str) -> str:
        token = "RT1-" + secrets.token_urlsafe(32)
        self._tokens.refresh[token] = _Refresh(realm, self.clock() + REFRESH_LIFETIME_SECONDS)
        return token

    def _issue(self, realm: str, refresh_token: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(48)
        self._tokens.access[access] = _Access(realm, self.clock() + self.access_seconds)
        self._forget_dead()
        self._save()
        return {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": self.access_seconds,
            "refresh_token": refresh_token,
            "x_refresh_token_expires_in": REFRESH_LIFETIME_SECONDS,
        }

    def _forget_dead(self) -> None:
        now, tokens = self.clock(), self._tokens
        tokens.refresh = {key: token for key, token in tokens.refresh.items() if token.dies_at > now}
        tokens.access = {key: token for key, token in tokens.access.items() if token.expires_at > now}

    def _save(self) -> None:
        temporary = self.path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self._tokens))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
