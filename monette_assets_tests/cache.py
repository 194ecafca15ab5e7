"""What tests stand on that is fetched once into the user's cache: packages of pip and npm, jars of Maven."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock


@contextmanager
def made_once(name: str, *locks: bytes) -> Iterator[tuple[Path, bool]]:
    """The folder of that name for these locks, nobody else's meanwhile, and whether it is still to be filled.

    It is filled once a block that was told to fill it has ended without an error or a skip.
    """
    digest = sha256(b"".join(locks)).hexdigest()[:12]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "monette_assets" / f"{name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    filled = folder / "filled"
    with FileLock(folder / "lock"):
        yield folder, not filled.exists()
        filled.touch()


def fetch(what: str, command: Sequence[str], folder: Path | None = None) -> None:
    """Run what fetches, in a folder; skips the test, saying why, where it cannot."""
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=1200)
    if made.returncode != 0:
        pytest.skip(f"{what} could not be fetched: {(made.stdout + made.stderr).strip()[-300:]}")
