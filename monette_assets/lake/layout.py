"""How rows lie in the files of a table."""

from __future__ import annotations

from dataclasses import dataclass

from deltalake import WriterProperties


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How rows lie in files. Tables of huge values (0.5 MB of payload each) need small row groups.

    Small files keep the replacement of a month cheap where the data came sorted by month; small row groups keep the
    memory of many open partitions low (docs/decisions/lake_layout.md).
    """

    row_group_rows: int = 32_768
    compression_level: int = 3
    file_bytes: int = 16_000_000

    def writer_properties(self) -> WriterProperties:
        """As delta-rs takes them. Statistics of long text are cut short: they only skip files."""
        return WriterProperties(
            compression="ZSTD",
            compression_level=self.compression_level,
            max_row_group_size=self.row_group_rows,
            write_batch_size=min(self.row_group_rows, 1024),
            statistics_truncate_length=64,
        )


PAYLOADS = Layout(row_group_rows=16, file_bytes=64_000_000)
"""For bronze: one row is a whole answer of a source."""

SMALL_ROWS = frozenset({"bronze/events"})
"""Tables of bronze whose rows are as small as any."""


def usual_layout(table: str) -> Layout:
    """How rows of a table lie in files unless its writer says otherwise."""
    return PAYLOADS if table.startswith("bronze/") and table not in SMALL_ROWS else Layout()
