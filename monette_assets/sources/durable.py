"""Files that are whole or not there, and on the disk before the caller goes on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Put `content` at `path` (0600): whole or not at all, and durable on return. Raises OSError."""
    written = temporary(path, content)
    try:
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create(path: Path, content: bytes) -> None:
    """Put `content` at `path` unless another process was first. Raises OSError."""
    written = temporary(path, content)
    try:
        path.hardlink_to(written)
    except FileExistsError:
        pass
    finally:
        written.unlink(missing_ok=True)
    sync_folder(path.parent)


def temporary(path: Path, content: bytes) -> Path:
    """A synced temporary file (0600) beside `path`."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    return written


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
