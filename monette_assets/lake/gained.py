"""The rows that a table which only grows has gained, read from the files that have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monette_assets.lake import staging
from monette_assets.lake.refusing import refusing

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc

    from monette_assets.lake.lake import Lake


@refusing
def rows(
    lake: Lake, table: str, before: int, after: int, columns: Sequence[str], filters: pc.Expression | None = None
) -> pa.Table:
    """These columns of the rows in files that version `after` has and version `before` lacks.

    After a compaction these are all rows. Raises `TableMissing`, `VersionGone`.
    """
    import pyarrow as pa
    import pyarrow.dataset as pa_ds

    there = lake.open(table, after)
    old = set(pa.table(lake.open(table, before).get_add_actions()).column("path").to_pylist())
    files = staging.filesystem(lake.uri(table), {}) if "://" not in lake.url else None  # Arrow's own: faster
    dataset = there.to_pyarrow_dataset(filesystem=files)
    come = [fragment for fragment in dataset.get_fragments() if fragment.path.lstrip("/") not in old]
    found: pa.Table = pa_ds.FileSystemDataset(come, dataset.schema, dataset.format, dataset.filesystem).to_table(
        columns=list(columns), filter=filters
    )
    return found
