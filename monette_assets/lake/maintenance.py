"""Keeping tables quick to read: compaction, checkpoints, and removing files no version within retention needs."""

from __future__ import annotations

import datetime

from deltalake import CommitProperties
from deltalake.exceptions import CommitFailedError

from monette_assets.azure_storage.access import by_signature
from monette_assets.lake import staging
from monette_assets.lake.commits import Commit
from monette_assets.lake.errors import AppendOnly, LakeError, LostRace
from monette_assets.lake.lake import Lake, is_append_only
from monette_assets.lake.layout import usual_layout
from monette_assets.lake.refusing import refusing

RETENTION = datetime.timedelta(days=30)
"""How far back time travel reaches after a vacuum. It is a convenience, not the record (`ACCOUNTING 12`)."""

_ATTEMPTS = 5


@refusing
def compact(lake: Lake, table: str, commit: Commit) -> int:
    """Merges small files in one commit that changes no row; returns the new version."""
    layout = usual_layout(table)
    for _ in range(_ATTEMPTS):
        there = lake.open(table)
        try:
            there.optimize.compact(
                writer_properties=layout.writer_properties(),
                commit_properties=CommitProperties(custom_metadata=commit.to_metadata()),
            )
        except CommitFailedError:
            continue
        return int(there.version())
    raise LostRace(f"{table}: compaction lost {_ATTEMPTS} races to other writers; nothing was changed, try later")


@refusing
def files(lake: Lake, table: str) -> tuple[int, int]:
    """How many files the table has, and how many the Delta partition has that has most of them."""
    import pyarrow as pa

    there = lake.open(table)
    count, columns = len(there.file_uris()), there.metadata().partition_columns
    if not columns or not count:
        return count, count
    actions = pa.table(there.get_add_actions(flatten=True))
    parts = actions.group_by([f"partition.{name}" for name in columns]).aggregate([([], "count_all")])
    return count, max(parts.column("count_all").to_pylist())


@refusing
def size(lake: Lake, table: str) -> int:
    """Bytes of the files a table is made of now."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = pa.table(lake.open(table).get_add_actions(flatten=True)).column("size_bytes")
    return int(pc.sum(sizes).as_py() or 0)


@refusing
def stored(lake: Lake, table: str) -> int:
    """Bytes of everything that lies in the table's folder: what an object store bills, older versions included."""
    import pyarrow.fs as pa_fs

    lake.uri(table)  # refuses what is no table's name
    files = staging.filesystem(lake.url, lake.storage_options)
    found = files.get_file_info(pa_fs.FileSelector(table, recursive=True, allow_not_found=True))
    return sum(info.size or 0 for info in found if info.type == pa_fs.FileType.File)


@refusing
def checkpoint(lake: Lake, table: str) -> None:
    """Writes a checkpoint, so that readers need not replay the whole log."""
    lake.open(table).create_checkpoint()


def vacuum(lake: Lake, table: str, retention: datetime.timedelta = RETENTION, *, dry_run: bool = False) -> list[str]:
    """Deletes files that no version within `retention` needs; returns them. Raises `AppendOnly` for bronze and records.

    Less than a day is refused: a publish under way may still need its files.
    """
    if is_append_only(table):
        raise AppendOnly(f"{table}: never vacuumed: silver is rebuilt from any moment of bronze, records stay for good")
    if retention < datetime.timedelta(days=1):
        raise LakeError(f"{table}: expected a retention of a day or more, found {retention}")
    return delete_unneeded(lake, table, int(retention.total_seconds() // 3600), dry_run=dry_run)


@refusing
def delete_unneeded(lake: Lake, table: str, hours: int, *, dry_run: bool = False) -> list[str]:
    """Deletes files that no version of the last `hours` needs, whatever the table; returns them."""
    signed = by_signature(lake.storage_options) is not None  # then files are deleted one at a time (`ObjectStore`)
    gone = list(lake.open(table).vacuum(hours, dry_run=dry_run or signed, enforce_retention_duration=False))
    if signed and not dry_run:
        store = staging.filesystem(lake.url, lake.storage_options)
        for path in gone:
            store.delete_file(f"{table}/{path}")
    return gone
