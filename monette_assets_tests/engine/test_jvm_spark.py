"""Spark on a JVM: its tables are the embedded engine's to the cell, and its Delta keeps what the lake promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from monette_assets import catalog
from monette_assets.clock import now
from monette_assets.engine import Engine
from monette_assets.engine.session import configure
from monette_assets.group import Group
from monette_assets.lake import Lake, Scope
from monette_assets.lake.errors import SchemaMismatch
from monette_assets.lake.lake import Published
from monette_assets.tables import Context, Partitions, Table
from monette_assets.tables.engine_rows import SparkRows
from monette_assets.tables.judge import Judge
from monette_assets.tables.refresh import read_input
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.frames import context_of, group_of
from monette_assets_tests.lake import test_lake as of_the_lake
from monette_assets_tests.lake.books import FEBRUARY, JANUARY, MARCH, SCHEMA, commit, months, rows_of, table
from monette_assets_tests.lake.test_lake import ALL, BOOKS, TABLE
from monette_assets_tests.spark import FRUGAL, running
from monette_assets_tests.tables import test_refresh as of_refreshing
from monette_assets_tests.tables.sample import Books

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LAYOUT = ("period",)


@pytest.fixture(scope="module")
def embedded(small_world: SmallWorld, engine: Engine) -> SparkSession:
    """The embedded engine, started before the other: a process's engines find its newest session."""
    return engine.spark


@pytest.fixture(scope="module")
def spark(embedded: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on Spark on a JVM."""
    from pyspark.sql import SparkSession as Sessions

    with running(tmp_path_factory.mktemp("spark"), FRUGAL) as server:
        session: SparkSession = Sessions.builder.remote(server.remote).create()
        configure(session, embedded=False)
        yield session
        session.stop()


@dataclass(frozen=True)
class EngineLake(Lake):
    """A lake whose publishes are committed by an engine."""

    spark: Any = None

    def publish(self, table: str, data: Any, **how: Any) -> Published:
        from pyspark.sql.pandas.types import from_arrow_schema

        rows = self.spark.createDataFrame(data.to_pylist(), from_arrow_schema(data.schema))
        return super().publish(table, SparkRows(rows), **how)


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return EngineLake(str(tmp_path / "lake"), spark=spark)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


@pytest.fixture
def books(spark: SparkSession, judge: Judge, group: Group, tmp_path: Path) -> Books:
    context = replace(context_of(spark, group, "2024-11", "2024-12", "2025-01"), commits=True)
    return Books(context, Lake(str(tmp_path / "books")), judge)


# ---- equal tables


def computed(spark: SparkSession, world: SmallWorld, table: Table, at: datetime, *, embedded: bool) -> pa.Table:
    """What the table's function makes of the world's tables on this engine."""
    contract, lake = table.contract, world.lake
    monthly = contract.partitions is Partitions.MONTH
    periods = world.group.periods(date(2024, 11, 1), date(2024, 12, 1)) if monthly else []
    context = Context(spark, world.group, tuple(periods), at, embedded)
    inputs = {
        name: read_input(context, lake, spec, lake.version(spec.contract.name))
        for name, spec in contract.inputs.items()
        if not spec.for_checks
    }
    return table(context, **inputs).toArrow()


def counted(rows: pa.Table) -> Mapping[str, int]:
    """How often each row is there, in any order. What was read is told by portion: its totals are compared."""
    found, read = [], Counter[str]()
    for row in rows.to_pylist():
        if row.get("_kind") == "read":
            read[f"{row['company']} rows read"] += row["_rows_seen"] or 0
            read[f"{row['company']} amounts read, cents"] += int((row["_gross_seen"] or 0) * 100)
        else:
            found.append(repr(sorted(row.items())))
    return Counter(found) + read


@pytest.mark.parametrize("table", [*catalog.SILVER, *catalog.GOLD], ids=lambda table: table.name)
def test_a_table_is_the_same_to_the_cell(
    embedded: SparkSession, spark: SparkSession, small_world: SmallWorld, table: Table
) -> None:
    at = now(small_world.group)
    expected = computed(embedded, small_world, table, at, embedded=True)
    found = computed(spark, small_world, table, at, embedded=False)
    kinds = [{field.name: str(field.type) for field in rows.schema} for rows in (found, expected)]
    assert kinds[0] == kinds[1]
    assert counted(found) == counted(expected)


# ---- the engine's Delta: the lake's own tests and those of a refresh hold for it


def test_replaces_the_scope_and_nothing_else(lake: Lake) -> None:
    of_the_lake.test_replaces_the_scope_and_nothing_else(lake, LAYOUT)


def test_no_rows_empty_the_scope(lake: Lake) -> None:
    of_the_lake.test_no_rows_empty_the_scope(lake, LAYOUT)


def test_rows_outside_the_scope_are_refused(lake: Lake) -> None:
    of_the_lake.test_rows_outside_the_scope_are_refused(lake, LAYOUT)


def test_a_publish_is_made_once_and_history_names_it(lake: Lake, tmp_path: Path) -> None:
    of_the_lake.test_a_publish_is_made_once(lake)
    of_the_lake.test_history_names_every_commit(replace(lake, url=str(tmp_path / "another")))


def test_a_new_nullable_column_is_taken_in(lake: Lake) -> None:
    of_the_lake.test_a_new_nullable_column_is_taken_in(lake)


def test_a_blocked_company_month_keeps_its_last_good_rows_and_leaves_quarantine_when_fixed(books: Books) -> None:
    of_refreshing.test_a_blocked_company_month_keeps_its_last_good_rows_and_leaves_quarantine_when_fixed(books)


def test_refused_rows_go_to_quarantine_with_their_reason_and_the_others_are_published(books: Books) -> None:
    of_refreshing.test_refused_rows_go_to_quarantine_with_their_reason_and_the_others_are_published(books)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("amount", pa.array([1.005]), r"amount: expected decimal\(18,2\), found double"),
        ("amount", pa.array([Decimal("1.005")], pa.decimal128(18, 3)), r"amount: expected decimal\(18,2\), found"),
        ("company", pa.array([None], pa.string()), "company"),
        ("surprise", pa.array(["x"]), "surprise: not in the contract"),
    ],
)
def test_data_unlike_the_contract_is_refused_never_cast(lake: Lake, column: str, values: pa.Array, says: str) -> None:
    lake.create(TABLE, SCHEMA)
    good = table([("north", JANUARY, "4000", Decimal("1.00"))], pa.schema([f.with_nullable(True) for f in SCHEMA]))
    at = good.schema.get_field_index(column)
    bad = good.append_column(column, values) if at < 0 else good.set_column(at, column, values)
    with pytest.raises(SchemaMismatch, match=says):
        lake.publish(TABLE, bad, schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert lake.version(TABLE) == 0


def test_publishes_that_race_are_all_there(lake: Lake) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit())
    units = [(company, month) for company in ("north", "south") for month in (FEBRUARY, MARCH)]

    def publish(unit: tuple[str, date]) -> Published:
        rows = table([(*unit, "race", Decimal(1))])
        return lake.publish(TABLE, rows, schema=SCHEMA, scope=months(unit), commit=commit())

    with ThreadPoolExecutor(len(units)) as pool:
        made = list(pool.map(publish, units))
    assert sorted(each.version for each in made) == [2, 3, 4, 5]
    kept = [row for row in BOOKS if row[:2] not in units]
    assert rows_of(lake.read(TABLE)) == sorted([*kept, *((*u, "race", Decimal("1.00")) for u in units)], key=repr)


def test_both_writers_go_on_where_the_other_stopped(lake: Lake, spark: SparkSession) -> None:
    delta_rs = Lake(lake.url)
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit())
    row = ("north", JANUARY, "4000", Decimal("1.00"))
    delta_rs.publish(TABLE, table([row]), schema=SCHEMA, scope=months(("north", JANUARY)), commit=commit())
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=months(("south", JANUARY)), commit=commit())
    expected = [row, BOOKS[1]]
    read_by_engine = spark.read.format("delta").load(lake.uri(TABLE)).toArrow()
    assert rows_of(read_by_engine) == rows_of(delta_rs.read(TABLE)) == sorted(expected, key=repr)
    delta_rs.restore(TABLE, 1, commit())
    assert rows_of(delta_rs.read(TABLE)) == sorted(BOOKS, key=repr)
    assert all(entry.commit for entry in delta_rs.history(TABLE)[:-1])
