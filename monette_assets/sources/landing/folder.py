"""The folder where people drop sheets: list, read within a bound, move what cannot be read.

Only plain files directly in it are looked at, by the names the folder itself lists: no name is ever joined to a path
that came from outside, no link is followed, sub-folders are left alone. `container.py` is the same for a container.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

REJECTED = "rejected"
REASON = ".reason.txt"
MAX_FILE_BYTES = 20_000_000
MAX_NAME_BYTES = 180  # file systems end at 255: there must be room for a number and `.reason.txt`
# what spreadsheet programs, browsers and file managers leave beside a file, and files still on their way
IGNORED_PREFIXES = (".", "~$")
IGNORED_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """A file or sheet that is refused: where, what was expected, what was found, what to do."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A file in the folder, as listed."""

    name: str
    size: int
    modified_at: datetime


class Folder(Protocol):
    """Where sheets land. Every method raises OSError where the folder itself cannot be reached."""

    def files(self) -> list[Landed]:
        """The files by name; none where the folder does not exist."""

    def read(self, name: str) -> bytes:
        """The content of a listed file. Raises `Unreadable` for a name or file that is not taken."""

    def reject(self, name: str, reason: str) -> str:
        """Move a listed file to `rejected/`, the reason beside it; returns where it is now."""


def wanted(name: str) -> bool:
    """Whether a listed name is somebody's sheet, not what a program left beside it."""
    return not name.startswith(IGNORED_PREFIXES) and not name.casefold().endswith(IGNORED_SUFFIXES)


def checked_name(name: str) -> str:
    """A name that can be written anywhere as it stands. Raises `Unreadable`."""
    problem = ""
    if not name.isprintable():  # control characters, invisible ones, those that turn the direction of writing
        problem = "has characters that cannot be seen"
    elif "/" in name or "\\" in name or name in ("", ".", ".."):
        problem = "is a path"
    elif len(name.encode()) > MAX_NAME_BYTES:
        problem = f"is longer than {MAX_NAME_BYTES} bytes"
    if problem:
        raise Unreadable(f"expected the plain name of a file, found one that {problem}: {name[:80]!a}; rename the file")
    return name


def rejected_name(name: str, number: int) -> str:
    """What the file is called among the rejected: safe to write, `number` tells those of one name apart."""
    safe = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name)
    path = PurePosixPath(safe if safe.strip(".") else "_")
    suffix = path.suffix if len(path.suffix.encode()) <= 20 else ""
    stem = path.name.removesuffix(suffix).encode()[: MAX_NAME_BYTES - len(suffix.encode())].decode(errors="ignore")
    return f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}"


def shown_name(name: str) -> str:
    """The name as it can be stored and shown: one that cannot be seen, or is no text at all, in escapes."""
    return name if name.isprintable() else ascii(name)


def reason_text(name: str, reason: str) -> str:
    """What stands in the reason file."""
    todo = "Put it right and drop the file into the landing folder again."
    return f"{shown_name(name)} could not be taken in.\n\n{reason}\n\n{todo}\n"


def bounded(content: bytes) -> bytes:
    """The content, of which one byte more than allowed was read at most. Raises `Unreadable`."""
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable(f"expected at most {MAX_FILE_BYTES // 1_000_000} MB, found more; split the workbook")
    return content


class LocalFolder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> list[Landed]:
        """Plain files and links by name (a link is refused when read)."""
        return sorted(self._listed(), key=lambda landed: landed.name)

    def _listed(self) -> Iterator[Landed]:
        try:
            entries = list(os.scandir(self._path))
        except FileNotFoundError:
            return
        for entry in entries:
            if not wanted(entry.name):
                continue
            with suppress(FileNotFoundError):  # gone since it was listed
                found = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(found.st_mode):
                    at = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Landed(entry.name, found.st_size, at)

    def read(self, name: str) -> bytes:
        """The content. Raises `Unreadable` for a link, a device, a name to refuse or a file beyond the bound."""
        try:
            # never through a link, and never waiting for a pipe's other end
            descriptor = os.open(self._path / checked_name(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise Unreadable(f"expected a plain file that can be opened, found: {error.strerror}") from error
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable("expected a plain file, found a folder, pipe or device")
            content = file.read(MAX_FILE_BYTES + 1)
        return bounded(content)

    def reject(self, name: str, reason: str) -> str:
        """Move it under a name not taken yet."""
        if "/" in name or "\0" in name or name in ("", ".", ".."):
            raise Unreadable(f"expected the name of a file in the landing folder, found {name[:80]!a}")
        folder = self._path / REJECTED
        folder.mkdir(exist_ok=True)
        number = 1
        while os.path.lexists(target := folder / rejected_name(name, number)):
            number += 1
        # the reason first: whoever finds the file finds the reason
        (folder / f"{target.name}{REASON}").write_text(reason_text(name, reason), encoding="utf-8")
        (self._path / name).rename(target)
        return f"{REJECTED}/{target.name}"
