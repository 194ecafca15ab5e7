"""The embedded store: a folder of encrypted files, whose key lies outside of it and of the home.

A write is on the disk (file and folder synced) before it returns, and replaces the old record in one step. All writers
take one lock for that step, which is what makes `replaces` a true compare-and-set here.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from secrets import token_hex

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from monette_assets.sources import durable
from monette_assets.sources.secrets.file_locks import TIMEOUT_SECONDS, FileLocks
from monette_assets.sources.secrets.store import Secret, SecretStoreError, Superseded, checked

SUFFIX = ".secret"
_WRITING = "0-writing"  # the lock of every write: names of secrets begin with a letter


class _Record(msgspec.Struct):
    """What a file holds once it is opened."""

    version: str
    value: str


class EncryptedFolder:
    """A file per secret (Fernet, 0600). The key's file may hold several keys, one a line: the first seals, all open.

    Args:
        outside_of: where the key may not lie besides `folder`: who copies a home shall not have both.

    Raises:
        SecretStoreError: the key lies in there, is missing while secrets exist, or does not open them.
    """

    def __init__(
        self, folder: Path, key_path: Path, *, outside_of: Path | None = None, lock_timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._folder = folder.absolute()
        self._key_path = key_path.absolute()
        for place in (self._folder, outside_of):
            if place is not None and self._key_path.resolve().is_relative_to(place.resolve()):
                raise SecretStoreError(
                    f"{key_path}: the key must lie outside of {place}, where what it opens is; move it, and say where "
                    "in MONETTE_SECRETS_KEY"
                )
        self._locks = FileLocks(self._folder, timeout=lock_timeout)

    def __repr__(self) -> str:
        return f"EncryptedFolder({str(self._folder)!r})"

    def names(self) -> list[str]:
        """The names of all secrets, sorted."""
        return sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))

    def read(self, name: str) -> Secret | None:
        """The secret, or None where there is no record of it."""
        path = self._path(name)
        while True:
            try:
                sealed = path.read_bytes()
            except FileNotFoundError:
                return None
            except OSError as error:
                raise SecretStoreError(f"{path}: cannot be read: {error.strerror}; check who may read it") from None
            try:
                record = msgspec.json.decode(self._box().decrypt(sealed), type=_Record)
            except msgspec.MsgspecError:
                raise SecretStoreError(f"{path}: no record of a secret; delete it, and store {name} anew") from None
            except InvalidToken:
                if path.exists() and path.read_bytes() != sealed:
                    continue  # the key was rotated between the two looks
                raise SecretStoreError(
                    f"{path}: cannot be opened with the key {self._key_path}; put back the key it was written with, "
                    f"or delete the file and store {name} anew (tokens: `monette connect`)"
                ) from None
            return Secret(record.value, record.version)

    def write(self, name: str, value: str, *, replaces: str | None) -> Secret:
        """Replace the record in one step; on return it survives a power cut. Raises also Superseded."""
        path = self._path(name)
        with self._locks(_WRITING):
            held = self.read(name)
            found = None if held is None else held.version
            if found != replaces:
                raise Superseded(f"{path}: another process has written {name} meanwhile; read it and try again")
            record = _Record(token_hex(16), value)
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                durable.replace(path, self._box().encrypt(msgspec.json.encode(record)))
            except OSError as error:
                raise SecretStoreError(f"{path}: cannot keep {name}: {error.strerror}; free the disk") from error
        return Secret(value, record.version)

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the file lock of a name."""
        return self._locks(checked(name))

    def rotate_key(self) -> int:
        """Seal every secret with a new key, and forget the old. Killed at any point: all stays readable; run it again.

        Returns:
            how many secrets there are.
        """
        with self._locks(_WRITING):
            for name in self.names():  # nothing is begun that cannot be ended
                self.read(name)
            box, new = self._box(), Fernet.generate_key()
            old = self._key_path.read_bytes()
            try:
                durable.replace(self._key_path, new + b"\n" + old)
                box = self._box()
                for name in self.names():
                    durable.replace(self._path(name), box.rotate(self._path(name).read_bytes()))
                durable.replace(self._key_path, new)
            except OSError as error:
                raise SecretStoreError(
                    f"{error.filename or self._key_path}: cannot be replaced: {error.strerror}; every secret is still "
                    "readable; make its folder writable and rotate again"
                ) from None
            return len(self.names())

    def _path(self, name: str) -> Path:
        return self._folder / f"{checked(name)}{SUFFIX}"

    def _box(self) -> MultiFernet:
        try:
            content = self._key_path.read_bytes()
        except FileNotFoundError:
            content = self._new_key()
        except OSError as error:
            raise SecretStoreError(
                f"{self._key_path}: cannot be read: {error.strerror}; check who may read it"
            ) from None
        try:
            return MultiFernet([Fernet(line) for line in content.split()])
        except ValueError:
            raise SecretStoreError(f"{self._key_path}: not a Fernet key; put the right key back") from None

    def _new_key(self) -> bytes:
        if names := self.names():
            # A new key would lock everything out; a person has to decide that.
            raise SecretStoreError(
                f"{self._key_path}: the key is missing, while {self._folder} holds {len(names)} secrets; put it back "
                "(MONETTE_SECRETS_KEY says where it is), or delete the folder, store credentials anew and "
                "`monette connect --all`"
            )
        try:
            self._key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            durable.create(self._key_path, Fernet.generate_key())
        except OSError as error:
            raise SecretStoreError(
                f"{self._key_path}: the key cannot be made there: {error.strerror}; name a place in MONETTE_SECRETS_KEY"
            ) from None
        return self._key_path.read_bytes()
