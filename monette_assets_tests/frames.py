"""Tables written out in a test: a header line, then readable rows; and a frame read back the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets.group import Group, load_group
from monette_assets.tables import Column, Context, Contract, Staged
from monette_assets.tables.partitions import periods_of
from monette_assets.tables.table import staging_ddl
from monette_assets_tests.contracts import write_contract

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]
NOW = datetime(2025, 12, 10, 12, tzinfo=UTC)


def group_of(folder: Path, **overrides: Any) -> Group:
    """The small group, some of its files replaced."""
    return load_group(write_contract(folder, **overrides))


def context_of(spark: SparkSession, group: Group, *months: str, now: datetime = NOW) -> Context:
    """What a table's function gets: the months asked for, "2024-11" each."""
    return Context(spark, group, periods_of(months), now)


def rows(contract: Contract, header: str, *lines: Sequence[Any], **constants: Any) -> list[Row]:
    """Rows of a contract: `header` names the columns of `lines`; other columns are `constants` or empty.

    "2024-11" is a month, "2024-11-05" a day, "12.50" an amount where the column is one. A column that is neither named
    nor nullable is "", 0, False or the first of its choices.
    """
    names = header.split()
    unknown = {*names, *constants} - set(contract.column_names)
    assert not unknown, f"{contract.name} has no column {unknown}"
    given = ({**constants, **dict(zip(names, line, strict=True))} for line in lines)
    return [
        {
            column.name: _typed(column, row[column.name]) if column.name in row else _default(column)
            for column in contract.columns
        }
        for row in given
    ]


def _typed(column: Column, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if column.type.startswith("decimal"):
        return Decimal(value)
    if column.type == "date":
        return date.fromisoformat(value if len(value) > 7 else f"{value}-01")
    if column.type == "timestamp":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def _default(column: Column) -> Any:
    if column.nullable:
        return None
    if column.choices:
        return column.choices[0]
    if column.type.startswith("decimal"):
        return Decimal(0)
    defaults: dict[str, Any] = {
        "string": "", "int": 0, "bigint": 0, "boolean": False, "date": date(2024, 11, 1), "timestamp": NOW,
        "binary": b"",
    }  # fmt: skip
    return [] if column.type.startswith("array") else defaults[column.type]


def frame(spark: SparkSession, contract: Contract, given: Iterable[Mapping[str, Any]] = ()) -> DataFrame:
    """The rows as a frame with the contract's schema."""
    return spark.createDataFrame([tuple(row[name] for name in contract.column_names) for row in given], contract.ddl)


def computed(frame: DataFrame) -> DataFrame:
    """The frame's rows as a table has them: an engine computes a frame anew wherever it is used."""
    ddl = ", ".join(f"{name} {kind}" for name, kind in frame.dtypes)
    return frame.sparkSession.createDataFrame([tuple(row) for row in frame.collect()], ddl)


def shown(found: Iterable[Mapping[str, Any]] | DataFrame, header: str) -> list[tuple[Any, ...]]:
    """The named columns of rows or of a frame, in order: amounts as text, a month as "2024-11"."""
    collected = found if not hasattr(found, "collect") else [row.asDict() for row in found.collect()]
    names = header.split()
    return sorted((tuple(_plain(row[name]) for name in names) for row in collected), key=str)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%Y-%m}" if value.day == 1 else f"{value:%Y-%m-%d}"
    return value


def failures(contract: Contract, check: str, context: Context, given: DataFrame, **inputs: DataFrame) -> list[Row]:
    """What a check finds wrong with these rows as the staged ones of the table."""
    nothing = context.spark.createDataFrame([], staging_ddl(contract))
    staged = Staged(given, nothing, nothing, inputs, context)
    found = next(each for each in contract.checks if each.name == check).failures(staged)
    return [row.asDict() for row in found.collect()]


def parsed_failures(
    contract: Contract, check: str, context: Context, found: DataFrame, **inputs: DataFrame
) -> list[Row]:
    """What a check finds wrong with what a table read: its rows, refusals and counts, told apart by `_kind`."""
    rows = found.where("_kind = 'row'").select(*contract.column_names)
    staged = Staged(rows, found.where("_kind = 'refused'"), found.where("_kind = 'read'"), inputs, context)
    wrong = next(each for each in contract.checks if each.name == check).failures(staged)
    return [row.asDict() for row in wrong.collect()]
