"""Locks for the processes of one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from monette_assets.sources.secrets.store import SecretStoreError

TIMEOUT_SECONDS = 180.0  # Intuit's token endpoint may take two minutes


class FileLocks:
    """A file per name. A killed process lets go of it."""

    def __init__(self, folder: Path, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._folder = folder
        self._timeout = timeout

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Hold the name's lock. Raises SecretStoreError where another process holds it for too long."""
        path = self._folder / f"{name}.lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(path, timeout=self._timeout, mode=0o600, fallback_to_soft=False)
            lock.acquire()
        except Timeout:
            raise SecretStoreError(
                f"{path}: held by another process for {self._timeout:g} s; look for a hanging run, then try again"
            ) from None
        except OSError as error:
            raise SecretStoreError(f"{path}: cannot be locked: {error.strerror}; check who may write there") from None
        try:
            yield
        finally:
            lock.release()
