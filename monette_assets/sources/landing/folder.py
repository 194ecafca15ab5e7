"""The folder (or container) where people drop sheets: list, read within a bound, move what cannot be read.

Only plain files directly in it are looked at, by the names the folder itself lists: no name is ever joined to a path
that came from outside, no link is followed, sub-folders are left alone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

REJECTED = "rejected"
MAX_FILE_BYTES = 20_000_000
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
    """Where sheets land."""

    def files(self) -> list[Landed]:
        """The files by name; none where the folder does not exist."""

    def read(self, name: str) -> bytes:
        """The content of a listed file. Raises `Unreadable` where it is too large or no plain file."""

    def reject(self, name: str, reason: str) -> str:
        """Move the file to `rejected/`, the reason beside it; returns its new name."""


def open_folder(url: str) -> Folder:
    """The folder at a path, or the container's folder at `abfss://container@account.dfs.core.windows.net/path`."""
    return ObjectStoreFolder(url) if "://" in url else LocalFolder(Path(url))


def wanted(name: str) -> bool:
    """Whether a listed name is somebody's sheet, not what a program left beside it."""
    plain = "/" not in name and "\\" not in name and name not in (".", "..") and name.isprintable()
    return plain and not name.startswith(IGNORED_PREFIXES) and not name.casefold().endswith(IGNORED_SUFFIXES)


def reason_text(name: str, reason: str) -> str:
    """What stands in the reason file."""
    return (
        f"{name} could not be taken in.\n\n{reason}\n\nPut it right and drop the file into the landing folder again.\n"
    )


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
        """The content. Raises `Unreadable` for a link, a device or a file beyond the bound."""
        try:
            # never through a link, and never waiting for a pipe's other end
            descriptor = os.open(self._path / _plain(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise Unreadable(f"expected a plain file that can be opened, found: {error.strerror}") from error
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable("expected a plain file, found a folder, pipe or device")
            content = file.read(MAX_FILE_BYTES + 1)
        return _bounded(content)

    def reject(self, name: str, reason: str) -> str:
        """Move it under a name not taken yet."""
        folder = self._path / REJECTED
        folder.mkdir(exist_ok=True)
        path = Path(_plain(name))
        number, target = 1, folder / path.name
        while target.exists() or target.is_symlink():
            number += 1
            target = folder / f"{path.stem} ({number}){path.suffix}"
        (self._path / path.name).rename(target)
        (folder / f"{target.name}.reason.txt").write_text(reason_text(name, reason), encoding="utf-8")
        return f"{REJECTED}/{target.name}"


class ObjectStoreFolder:
    """A folder in an object store, through Arrow's file systems; credentials are the environment's."""

    def __init__(self, url: str) -> None:
        from pyarrow import fs

        filesystem, path = fs.FileSystem.from_uri(url)
        self._fs: Any = fs.SubTreeFileSystem(path, filesystem)

    def files(self) -> list[Landed]:
        """The objects directly below the folder, by name."""
        from pyarrow import fs

        found = self._fs.get_file_info(fs.FileSelector("", allow_not_found=True))
        plain = [each for each in found if each.type == fs.FileType.File and wanted(each.base_name)]
        listed = [Landed(each.base_name, each.size, each.mtime or datetime.fromtimestamp(0, UTC)) for each in plain]
        return sorted(listed, key=lambda landed: landed.name)

    def read(self, name: str) -> bytes:
        """The content. Raises `Unreadable` for an object beyond the bound."""
        with self._fs.open_input_stream(_plain(name)) as stream:
            return _bounded(stream.read(MAX_FILE_BYTES + 1))

    def reject(self, name: str, reason: str) -> str:
        """Move it under a name not taken yet."""
        from pyarrow import fs

        self._fs.create_dir(REJECTED)
        path = Path(_plain(name))
        number, target = 1, path.name
        while self._fs.get_file_info(f"{REJECTED}/{target}").type != fs.FileType.NotFound:
            number += 1
            target = f"{path.stem} ({number}){path.suffix}"
        self._fs.move(path.name, f"{REJECTED}/{target}")
        with self._fs.open_output_stream(f"{REJECTED}/{target}.reason.txt") as stream:
            stream.write(reason_text(name, reason).encode())
        return f"{REJECTED}/{target}"


def _plain(name: str) -> str:
    if not wanted(name):
        raise Unreadable(f"expected the name of a file in the landing folder, found {name!r}")
    return name


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable(f"expected at most {MAX_FILE_BYTES // 1_000_000} MB, found more; split the workbook")
    return content
