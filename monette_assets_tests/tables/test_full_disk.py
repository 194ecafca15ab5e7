"""A disk that fills up while a table is staged, or while it is committed: nothing is published half, and it is said."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from monette_assets.lake import Lake
from monette_assets.lake.errors import DiskFull
from monette_assets_tests.tables.sample import Books

GOOD = (("north", "2024-11", "bank", "1.00", "first"), ("south", "2024-11", "bank", "2.00", "first"))
HEADER = "company period account amount memo"
SIZE = 6_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mount.returncode != 0:
        pytest.skip(f"a small disk cannot be made here: {mount.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def large() -> list[tuple[str, str, str, str, str]]:
    """Rows of a megabyte that nothing can make smaller."""
    random = Random(4)
    return [
        ("north", "2024-11", f"account {number}", "1.00", random.randbytes(500).hex()) for number in range(2_000)
    ]  # fmt: skip


def free(disk: Path) -> int:
    stat = os.statvfs(disk)
    return stat.f_bavail * stat.f_frsize


@pytest.mark.parametrize(
    ("room", "where"),
    [
        pytest.param(300_000, "staging", id="while it is staged"),
        pytest.param(1_800_000, "commit", id="while committed"),
    ],
)
def test_nothing_is_published_half_and_the_next_run_is_fine(books: Books, disk: Path, room: int, where: str) -> None:
    full = replace(books, lake=Lake(str(disk / "lake")))
    full.refresh(*GOOD, header=HEADER)
    version = full.lake.version("silver/sample")
    with (disk / "filler").open("wb") as filler:
        filler.write(bytes(free(disk) - room))
    with pytest.raises(
        DiskFull, match=r"^silver/sample: the disk is full \(0\.\d MB free of 6\.0 MB\).*Make room at /"
    ):
        full.refresh(*large(), header=HEADER)
    assert full.lake.version("silver/sample") == version
    assert full.stored(HEADER) == list(GOOD)
    assert full.lake.staged_runs() == []  # what was staged gave its room back
    assert full.quarantined() == []
    (disk / "filler").unlink()
    assert full.refresh(*large(), header=HEADER).committed
    assert len(full.stored()) == 2_000
