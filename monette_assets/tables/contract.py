"""The typed declaration of a table. Everything else about a table is derived from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from monette_assets.tables import code

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.tables.reach import Reach
    from monette_assets.tables.table import Staged

TABLE_NAME = re.compile(r"^(bronze|silver|gold)/[a-z][a-z_]*$|^[a-z][a-z_]*$")
DECIMAL = re.compile(r"^decimal\((\d+), (\d+)\)$")
NESTED = re.compile(r"^array<struct<(.+)>>$")
MONEY = "decimal(18, 2)"
RATE = "decimal(18, 6)"


class Severity(Enum):
    """What a failed check does to the unit (company-month, company or month) that it fails for."""

    BLOCKS = "blocks"  # the unit keeps its last good rows or stays absent
    REPORTS = "reports"  # the unit is published as it is; its month is incomplete
    WARNS = "warns"  # the unit is published and its month may be complete


class Partitions(Enum):
    """What one Dagster partition of a table is."""

    NONE = "none"
    MONTH = "month"
    COMPANY = "company"
    MONTH_COMPANY = "month x company"


class Months(Enum):
    """Which months of an input a run over months first..last reads."""

    SAME = "same"  # first..last
    UP_TO = "up to"  # everything up to last: balances
    ALL = "all"  # the whole table: dimensions


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its Spark type, what it means, its unit, and where it comes from (`table.column`)."""

    name: str
    type: str
    description: str
    unit: str | None = None
    source: tuple[str, ...] = ()
    nullable: bool = False
    choices: tuple[str, ...] = ()

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type the lake stores. Raises ValueError on a type this platform does not use."""
        import pyarrow as pa

        simple = {
            "string": pa.string(),
            "date": pa.date32(),
            "int": pa.int32(),
            "bigint": pa.int64(),
            "boolean": pa.bool_(),
            "timestamp": pa.timestamp("us", tz="UTC"),
            "binary": pa.binary(),
            "array<string>": pa.list_(pa.string()),
        }
        if self.type in simple:
            return simple[self.type]
        if match := DECIMAL.match(self.type):
            return pa.decimal128(int(match[1]), int(match[2]))
        if match := NESTED.match(self.type):
            pairs = [field.split(": ") for field in re.split(r", (?![^(]*\))", match[1])]
            return pa.list_(pa.struct([(name, Column(name, kind, "").arrow_type) for name, kind in pairs]))
        known = [*simple, "decimal(p, s)", "array<struct<...>>"]
        raise ValueError(f"column {self.name}: type {self.type!r} is none of {known}")


def nested(columns: Iterable[Column]) -> str:
    """The type of a column that holds rows of these columns."""
    return f"array<struct<{', '.join(f'{column.name}: {column.type}' for column in columns)}>>"


@dataclass(frozen=True, slots=True)
class Input:
    """An upstream table, and the months of it that a run needs.

    `only`, of a table that only grows: a column, and the values of it that are read at all. `reach`: which months of
    the table below a change of it reaches, where that is fewer than `months` says. `for_checks`: checks alone read it,
    the function does not see it, and what it lacks is not lacking below.
    """

    contract: Contract
    months: Months = Months.SAME
    only: tuple[str, tuple[str, ...]] | None = None
    reach: Reach | None = None
    for_checks: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over a staged table. `failures` returns the rows that break it: none means passed.

    The returned frame holds the contract's unit columns and whatever says which account, and by how much.
    """

    name: str
    description: str
    rule: str
    failures: Callable[[Staged], DataFrame]
    severity: Severity = Severity.BLOCKS
    of_source: bool = False  # needs what the run read and refused: cannot be told again from the published rows
    waivable: bool = False  # its failures are refusals, and those that somebody waived only warn


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a table may become before someone should look."""

    fail_after: timedelta
    warn_after: timedelta | None = None


def hours(count: int) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


@dataclass(frozen=True)
class Contract:
    """One table: its grain, columns, partitions, physical layout and checks.

    `unit` is the grain of trust: what a failed blocking check holds back (DESIGN, What blocks what).
    `partitions` are Dagster's, `layout` is Delta's physical partitioning: two separate decisions.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unit: tuple[str, ...] = ("company", "period")
    partitions: Partitions = Partitions.MONTH
    layout: tuple[str, ...] = ()
    inputs: Mapping[str, Input] = field(default_factory=dict)
    after: tuple[Contract, ...] = ()  # run before it: what they held back counts, nothing else of them is read
    checks: tuple[Check, ...] = ()
    owner: str = "finance"
    freshness: Freshness | None = None
    balance: bool = False  # a changed month changes every later one
    months_at_once: int | None = None  # computed in portions, where inputs are too large to hold; None: all at once
    # of the rows standing in months not asked for, those that should not (their key may have moved): the months named
    # are computed too. The inputs are those of all months.
    left_behind: Callable[[Staged, DataFrame], DataFrame] | None = None
    beside: tuple[str, ...] = ()  # what stands in the column company beside companies: the group
    kept: tuple[str, ...] = ()  # columns that keep the value they had when their key first appeared
    by_day: bool = False  # what it says, or a check of it, depends on the day: it is computed though nothing changed

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        problems = [f"column {name!r} is declared twice" for name in set(names) if names.count(name) > 1]
        problems += [f"key column {name!r} is not declared" for name in self.key if name not in names]
        problems += [f"unit column {name!r} is not declared" for name in self.unit if name not in names]
        problems += [f"kept column {name!r} is not declared" for name in self.kept if name not in names]
        problems += [
            f"check {check.name!r} holds rows back: nobody may waive it"
            for check in self.checks
            if check.waivable and check.severity is Severity.BLOCKS
        ]
        problems += [
            f"check {check.name!r} is of what a run refused: it is one of source"
            for check in self.checks
            if check.waivable and not check.of_source
        ]
        if not TABLE_NAME.match(self.name):
            problems.append(f"name does not match {TABLE_NAME.pattern}")
        if problems:
            raise ValueError(f"contract of table {self.name!r}: {'; '.join(problems)}")

    @property
    def column_names(self) -> list[str]:
        """Names in declared order, the order of the stored table."""
        return [column.name for column in self.columns]

    @property
    def ddl(self) -> str:
        """The schema as Spark reads it."""
        return ", ".join(f"{column.name} {column.type}" for column in self.columns)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema as the lake stores it."""
        import pyarrow as pa

        return pa.schema([pa.field(column.name, column.arrow_type) for column in self.columns])

    @property
    def code_version(self) -> str:
        """Which code makes it (`tables.code`); "" where no module of the platform bears its name."""
        return code.own().version(self.name)

    @property
    def rests_on(self) -> frozenset[str]:
        """The names of every table that its rows are made of, itself included."""
        above = (*(spec.contract for spec in self.inputs.values() if not spec.for_checks), *self.after)
        return frozenset({self.name}).union(*(contract.rests_on for contract in above))

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError naming the valid ones."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}; it has {', '.join(self.column_names)}")
