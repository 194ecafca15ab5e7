"""What the files of a table say of themselves, without reading them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monette_assets.lake.lake import Lake


def latest(lake: Lake, table: str, column: str = "period") -> date | None:
    """The latest day of a date column, by the statistics of the table's files; read, where a file has none.

    None of a table that does not exist or has no rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not lake.exists(table):
        return None
    files = pa.table(lake.open(table).get_add_actions(flatten=True))
    told = next((name for name in (f"partition.{column}", f"max.{column}") if name in files.column_names), None)
    if told is None or files.column(told).null_count:
        days = lake.read(table, columns=[column]).column(column)
    else:
        days = files.column(told)
    found: date | None = pc.max(days.cast(pa.date32())).as_py() if len(days) else None
    return found
