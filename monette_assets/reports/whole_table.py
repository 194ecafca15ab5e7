"""Any table of the lake as a report."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from monette_assets.reports.question import Question
from monette_assets.reports.statement import Field, Kind, Statement

if TYPE_CHECKING:
    import pyarrow as pa


def whole_table(question: Question, table: str) -> Statement:
    """Any table of the lake by its key, of one month and company where asked for; moments in the group's time zone."""
    import pyarrow as pa

    from monette_assets import catalog

    zone = question.group.time_zone
    keys = {contract.name: contract.key for contract in catalog.contracts()}
    found = question.release.table(table, period=question.period, company=question.company)
    key = [name for name in keys.get(table, ()) if name in found.column_names]
    found = found.sort_by([(name, "ascending") for name in key]) if key else found

    def kind(column: pa.DataType) -> Kind:
        if pa.types.is_decimal(column):
            return Kind.MONEY if column.scale == 2 else Kind.TEXT
        return Kind.COUNT if pa.types.is_integer(column) else Kind.TEXT

    def local(value: Any) -> Any:
        return value.astimezone(zone) if isinstance(value, datetime) else value

    return Statement(
        title=table,
        subtitle=question.subtitle(f"{found.num_rows:,} rows"),
        fields=tuple(Field(column.name, column.name, kind(column.type)) for column in found.schema),
        rows=[{name: local(value) for name, value in row.items()} for row in found.to_pylist()],
    )
