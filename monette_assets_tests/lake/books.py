"""A small table of amounts by company and month that the lake's tests write."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from itertools import count

import pyarrow as pa

from monette_assets.lake.commits import Commit
from monette_assets.lake.scope import Scope

SCHEMA = pa.schema(
    [
        pa.field("company", pa.string(), nullable=False),
        pa.field("period", pa.date32(), nullable=False),
        pa.field("account", pa.string()),
        pa.field("amount", pa.decimal128(18, 2)),
    ]
)
JANUARY, FEBRUARY, MARCH = (datetime.date(2025, month, 1) for month in (1, 2, 3))

Row = tuple[str, datetime.date, str | None, Decimal | None]

_numbers = count(1)


def table(rows: Iterable[Row], schema: pa.Schema = SCHEMA) -> pa.Table:
    """The rows in the order of the schema's columns."""
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def rows_of(found: pa.Table) -> list[Row]:
    """The rows, sorted, duplicates kept."""
    return sorted((tuple(row[name] for name in SCHEMA.names) for row in found.to_pylist()), key=repr)


def months(*units: tuple[str, datetime.date]) -> Scope:
    """A scope of company-months."""
    return Scope.of(("company", "period"), units)


def commit(publish_id: str | None = None, **more: object) -> Commit:
    """A commit of its own, or under the id given."""
    return Commit(
        run_id="run-1",
        publish_id=publish_id or f"run-1:table:{next(_numbers)}",
        code_version="abc123",
        contract_version="1",
        at=datetime.datetime(2025, 4, 1, 8, 30, tzinfo=datetime.UTC),
        **more,  # type: ignore[arg-type]
    )
