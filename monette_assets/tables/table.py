"""A table: its contract and the pure function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.engine.spreading import spread
from monette_assets.tables.contract import Column, Contract

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from monette_assets.engine.spreading import BatchFunction
    from monette_assets.group import Group


@dataclass(frozen=True)
class Context:
    """What a table's function may know besides its inputs."""

    spark: SparkSession
    group: Group
    periods: tuple[date, ...]  # the months asked for, in order; empty for a table without months
    now: datetime  # aware; the group's clock
    embedded: bool = False  # whether the engine runs in this process, where all Python shares one interpreter
    commits: bool = False  # whether the engine's own Delta commits what is published; else delta-rs in this process
    scratch: str | None = None  # folder of what is computed `once`; None: it is computed wherever it is used

    def once(self, frame: DataFrame, name: str) -> DataFrame:
        """The frame, computed now: for one that is used more than once, since an engine computes it for every use.

        It is kept as parquet beside what the table stages, under a `name` unique in the table, and deleted with that.
        """
        if self.scratch is None:
            return frame
        folder = f"{self.scratch}/{name}/{f'{self.periods[0]:%Y-%m}' if self.periods else 'all'}"
        frame.write.mode("overwrite").parquet(folder)
        return self.spark.read.schema(frame.schema).parquet(folder)

    def map_batches(self, frame: DataFrame, function: BatchFunction, ddl: str, rows: int | None = None) -> DataFrame:
        """The frame's `mapInArrow`, for a function that treats every row by itself: see `engine.spreading.spread`.

        An engine of its own has processes of its own for Python, and is left to it.
        """
        return frame.mapInArrow(spread(function, rows) if self.embedded else function, ddl)

    def relation(self, rows: Iterable[Mapping[str, Any]], ddl: str) -> DataFrame:
        """A small frame from contract rows; columns are taken by the names in `ddl`."""
        names = [part.strip().split(" ")[0] for part in _columns_of(ddl)]
        return self.spark.createDataFrame([tuple(row[name] for name in names) for row in rows], ddl)


def _columns_of(ddl: str) -> list[str]:
    """Split a DDL at its top-level commas: decimal(18, 2) keeps its own."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(ddl):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(ddl[start:position])
            start = position + 1
    return [*parts, ddl[start:]]


@dataclass(frozen=True)
class Staged:
    """What a check sees: the staged rows, the refused ones, the report of what was read, and the inputs."""

    rows: DataFrame
    refused: DataFrame  # unit columns and those of REFUSAL_COLUMNS; empty for a table that refuses nothing
    read: DataFrame  # unit columns, _rows_seen, _gross_seen: what the source reports held; empty likewise
    inputs: Mapping[str, DataFrame]
    context: Context
    waived: DataFrame | None = None  # of the refused those that somebody waived, who and why in their _reason
    unwaived: DataFrame | None = None  # the others


TableFunction = Callable[..., "DataFrame"]


@dataclass(frozen=True)
class Table:
    """A contract and its function, ready to become an asset."""

    contract: Contract
    function: TableFunction

    @property
    def name(self) -> str:
        return self.contract.name

    def __call__(self, context: Context, **inputs: DataFrame) -> DataFrame:
        return self.function(context, **inputs)


def table(contract: Contract) -> Callable[[TableFunction], Table]:
    """Declare the function below as the one that computes this contract's table."""

    def declare(function: TableFunction) -> Table:
        return Table(contract, function)

    return declare


# A table that parses a source returns these columns beside its own. `_kind` tells a good row ("row") from a refused
# one ("refused", with its reason) and from the count of what a source report held ("read").
REFUSAL_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_kind", "string"),
    ("_reason", "string"),
    ("_path", "string"),
    ("_whole", "boolean"),  # the whole report is refused, not one of its transactions
    ("_transaction_type", "string"),
    ("_transaction_id", "string"),
    ("_amount", "decimal(18, 2)"),
    ("_raw", "string"),
    ("_rows_seen", "bigint"),
    ("_gross_seen", "decimal(18, 2)"),
)


def staging_columns(contract: Contract) -> tuple[Column, ...]:
    """The contract's columns, then those of a refusal."""
    return (*contract.columns, *(Column(name, kind, "", nullable=True) for name, kind in REFUSAL_COLUMNS))


def staging_ddl(contract: Contract) -> str:
    """The schema of a table that refuses, as Spark reads it."""
    return ", ".join(f"{column.name} {column.type}" for column in staging_columns(contract))


def staging_schema(contract: Contract) -> pa.Schema:
    """The schema of a table that refuses, as Arrow."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, column.arrow_type) for column in staging_columns(contract)])
