"""Where tokens live: one durable, encrypted record per company, and one writer at a time.

A rotated refresh token that is lost means that a person has to connect the company again. So a write is on the disk
(file and folder synced) before it returns, replaces the old record in one step, and happens under the company's lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock, Timeout

from monette_assets.sources import durable

_COMPANY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SUFFIX = ".token"


class TokenStoreError(Exception):
    """Tokens cannot be read or kept: says which file, why, and what to do. Never holds a secret."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A company's OAuth tokens. Times are aware, UTC. The tokens are left out of `repr`."""

    realm_id: str
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    refused_at: datetime | None = None  # when Intuit last refused the refresh token; new tokens begin without


class TokenStore(Protocol):
    """Keeps tokens by company code."""

    def read(self, company: str) -> Tokens | None:
        """The company's newest tokens; None where it was never connected."""

    def write(self, company: str, tokens: Tokens) -> None:
        """Keep `tokens`; durable on return."""

    def lock(self, company: str) -> AbstractContextManager[None]:
        """The company's only writer, across threads and processes."""


class EncryptedFileTokenStore:
    """The embedded store: a file per company, encrypted (Fernet), 0600; the key lies outside of the folder.

    Raises:
        TokenStoreError: the key lies in the folder, is missing while tokens exist, or does not open them.
    """

    def __init__(self, folder: Path, key_path: Path, *, lock_timeout: float = 180.0) -> None:
        self._folder = folder.absolute()
        self._key_path = key_path.absolute()
        self._lock_timeout = lock_timeout
        if self._key_path.resolve().is_relative_to(self._folder.resolve()):
            raise TokenStoreError(f"{key_path}: the key must lie outside of the folder it opens, {folder}; move it")

    def __repr__(self) -> str:
        return f"EncryptedFileTokenStore({str(self._folder)!r})"

    def companies(self) -> list[str]:
        """The connected companies, sorted."""
        return sorted(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))

    def read(self, company: str) -> Tokens | None:
        """The company's tokens, or None where there is no record of it."""
        path = self._path(company)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(self._fernet().decrypt(sealed), type=Tokens)
        except InvalidToken:
            pass
        except msgspec.MsgspecError as error:
            raise TokenStoreError(f"{path}: no token record ({error}); `monette connect {company}`") from None
        raise TokenStoreError(
            f"{path}: cannot be opened with the key {self._key_path}; put back the key it was written with, "
            f"or delete the file and `monette connect {company}`"
        )

    def write(self, company: str, tokens: Tokens) -> None:
        """Replace the company's record in one step; on return it survives a power cut."""
        path = self._path(company)
        try:
            self._make_folder()
            durable.replace(path, self._fernet().encrypt(msgspec.json.encode(tokens)))
        except OSError as error:
            raise TokenStoreError(
                f"{path}: cannot keep the tokens of {company}: {error.strerror}; free the disk"
            ) from error

    @contextmanager
    def lock(self, company: str) -> Iterator[None]:
        """Hold the company's file lock."""
        self._make_folder()
        path = self._path(company).with_suffix(".lock")
        lock = FileLock(path, timeout=self._lock_timeout, mode=0o600, fallback_to_soft=False)
        try:
            lock.acquire()
        except Timeout:
            raise TokenStoreError(
                f"{path}: held by another process for {self._lock_timeout:g} s; look for a hanging run, then try again"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, company: str) -> Path:
        if not _COMPANY.fullmatch(company):
            raise TokenStoreError(f"company code {company!r}: expected letters, digits, - and _ only")
        return self._folder / f"{company}{_SUFFIX}"

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _fernet(self) -> Fernet:
        try:
            return Fernet(self._key_path.read_bytes().strip())
        except FileNotFoundError:
            pass
        except ValueError:
            raise TokenStoreError(f"{self._key_path}: not a Fernet key; put the right key back") from None
        if self.companies():
            # A new key would lock every company out; a person has to decide that.
            raise TokenStoreError(
                f"{self._key_path}: the key is missing, while {self._folder} holds {len(self.companies())} companies' "
                "tokens; put it back, or delete the folder and connect every company again"
            )
        self._key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.create(self._key_path, Fernet.generate_key())
        return Fernet(self._key_path.read_bytes().strip())
