"""A full disk by its name: whoever writes says which table, where, and how much space is left."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monette_assets.lake.errors import DiskFull, LakeError

FULL = (errno.ENOSPC, errno.EDQUOT)
SAID = tuple(os.strerror(code).lower() for code in FULL)  # engines pass on the text, not the number


@contextmanager
def named_when_full(table: str, path: str) -> Iterator[None]:
    """Raises `DiskFull` in place of an error, of whatever library, that a full disk caused; any other as it is."""
    try:
        yield
    except DiskFull:
        raise
    except Exception as error:
        if not _is_full(error):
            raise
        raise DiskFull(
            f"{table}: the disk is full{_left(path)}: nothing was published, and what stood stands. Make room at "
            f"{path}, then run again"
        ) from error


def _is_full(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, LakeError):
            return False
        if isinstance(seen, OSError) and seen.errno in FULL:
            return True
        if any(said in str(seen).lower() for said in SAID):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _left(path: str) -> str:
    """How much is left where the path lies; nothing of an object store."""
    if "://" in path:
        return ""
    there = Path(path)
    while not there.exists() and there != there.parent:
        there = there.parent
    usage = shutil.disk_usage(there)
    return f" ({usage.free / 1e6:,.1f} MB free of {usage.total / 1e6:,.1f} MB)"
