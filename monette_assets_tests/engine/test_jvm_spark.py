"""Spark on a JVM: its tables are the embedded engine's to the cell, and its Delta keeps what the lake promises."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from monette_assets import freezing
from monette_assets.clock import now
from monette_assets.engine import Engine
from monette_assets.engine.session import configure
from monette_assets.group import Group
from monette_assets.lake import Lake, Published, Scope
from monette_assets.lake.engine_rows import Write
from monette_assets.lake.errors import SchemaMismatch
from monette_assets.tables import Context, Partitions, Table
from monette_assets.tables.engine_rows import SparkRows
from monette_assets.tables.judge import Judge
from monette_assets.tables.refresh import read_input
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.engine.full_lake import MONTHS, TABLES, full_lake
from monette_assets_tests.frames import context_of, group_of
from monette_assets_tests.lake import test_lake as of_the_lake
from monette_assets_tests.lake import test_races as races
from monette_assets_tests.lake.books import FEBRUARY, JANUARY, MARCH, SCHEMA, commit, months, rows_of, table
from monette_assets_tests.lake.test_lake import ALL, BOOKS, LAYOUTS, TABLE
from monette_assets_tests.lake.test_lake_model import Publishing
from monette_assets_tests.spark import FRUGAL, Spark, engine_lake, running
from monette_assets_tests.spark.engine_lake import EngineLake
from monette_assets_tests.tables import test_refresh as of_refreshing
from monette_assets_tests.tables.sample import Books

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LAYOUT = ("period",)
FEW = settings(max_examples=2, stateful_step_count=8, deadline=None)


@pytest.fixture(scope="module")
def embedded(small_world: SmallWorld, engine: Engine) -> SparkSession:
    """The embedded engine, started before the other: a process's engines find its newest session."""
    return engine.spark


@pytest.fixture(scope="module")
def server(embedded: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """Spark on a JVM, one for all."""
    with running(tmp_path_factory.mktemp("spark"), FRUGAL) as server:
        yield server


@pytest.fixture(scope="module")
def spark(server: Spark) -> Iterator[SparkSession]:
    """A session on Spark on a JVM."""
    from pyspark.sql import SparkSession as Sessions

    session: SparkSession = Sessions.builder.remote(server.remote).create()
    configure(session, embedded=False)
    yield session
    session.stop()


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


@pytest.fixture(scope="module")
def full(
    embedded: SparkSession, small_world: SmallWorld, judge: Judge, tmp_path_factory: pytest.TempPathFactory
) -> freezing.Books:
    """The small world's lake with rows in every table."""
    return full_lake(tmp_path_factory.mktemp("full"), small_world, embedded, judge, now(small_world.group))


def computed(spark: SparkSession, full: freezing.Books, table: Table, scratch: Path, *, embedded: bool) -> pa.Table:
    """What the table's function makes of the lake's tables on this engine."""
    contract, lake = table.contract, full.lake
    periods = MONTHS if contract.partitions is Partitions.MONTH else ()
    context = Context(spark, full.group, periods, full.now(), embedded, scratch=str(scratch))
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


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_the_same_to_the_cell(
    embedded: SparkSession, full: freezing.Books, spark: SparkSession, table: Table, tmp_path: Path
) -> None:
    expected = computed(embedded, full, table, tmp_path / "embedded", embedded=True)
    found = computed(spark, full, table, tmp_path / "spark", embedded=False)
    kinds = [{field.name: str(field.type) for field in rows.schema} for rows in (found, expected)]
    assert kinds[0] == kinds[1]
    assert counted(found) == counted(expected)
    good = [row for row in expected.to_pylist() if row.get("_kind", "row") == "row"]
    assert good, f"{table.name} has no row to compare: give it some in {full_lake.__module__}"


# ---- the engine's Delta: the lake's own tests and those of a refresh hold for it


@LAYOUTS
def test_replaces_the_scope_and_nothing_else(lake: Lake, partition_by: tuple[str, ...]) -> None:
    of_the_lake.test_replaces_the_scope_and_nothing_else(lake, partition_by)


def test_no_rows_empty_the_scope(lake: Lake) -> None:
    of_the_lake.test_no_rows_empty_the_scope(lake, LAYOUT)


@LAYOUTS
def test_rows_outside_the_scope_are_refused(lake: Lake, partition_by: tuple[str, ...]) -> None:
    of_the_lake.test_rows_outside_the_scope_are_refused(lake, partition_by)


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


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """Writers at once, each a few times. The server that commits for them is one, as for runs of a deployment."""
    monkeypatch.setattr(races, "times", lambda _: 2)
    with ThreadPoolExecutor(races.WRITERS) as pool:
        yield pool


def test_of_publishes_of_the_same_scope_the_last_wins_whole(threads: ThreadPoolExecutor, lake: Lake) -> None:
    races.test_of_publishes_of_the_same_scope_the_last_wins_whole(threads, lake)


def test_one_publish_by_many_writers_is_written_once(threads: ThreadPoolExecutor, lake: Lake) -> None:
    races.test_one_publish_in_many_processes_is_written_once(threads, lake)


def test_readers_of_either_engine_never_see_a_mix(threads: ThreadPoolExecutor, lake: Lake, spark: SparkSession) -> None:
    first = table(races.lines("north", 0))
    lake.publish(races.TABLE, first, schema=SCHEMA, scope=Scope.everything(), commit=commit())
    writing = [threads.submit(races.same_company, lake, writer) for writer in (1, 2)]
    looks = 0
    while not all(each.done() for each in writing):
        assert set(races.watch(lake, 0)) == {1}
        found = spark.read.format("delta").load(lake.uri(races.TABLE)).select("account").toArrow()
        assert found.num_rows == 3
        assert len(set(found.column("account").to_pylist())) == 1
        looks += 1
    assert looks
    assert [each.result() for each in writing] == [None, None]


@dataclass
class Late(SparkRows):
    """Rows of a publish that a rival makes after the lake has looked and before the engine does."""

    frame: DataFrame
    rival: Callable[[], Published]

    def commit(self, write: Write) -> None:
        self.rival()
        super().commit(write)


def test_a_publish_that_a_rival_made_meanwhile_is_replayed_not_taken_for_ones_own(lake: Lake) -> None:
    assert isinstance(lake, EngineLake)
    said, row = commit("the one"), ("north", JANUARY, "4000", Decimal("1.00"))

    def rival() -> Published:
        return lake.publish(TABLE, table([row]), schema=SCHEMA, scope=ALL, commit=said)

    late = Late(lake.rows(table(BOOKS)), rival)
    done = Lake(lake.url).publish(TABLE, late, schema=SCHEMA, scope=ALL, commit=said)
    assert done.replayed
    assert (done.version, done.rows_written) == (1, 0)
    assert rows_of(lake.read(TABLE)) == [row]


def test_a_publish_whose_client_was_killed_before_its_answer_is_made_once(
    server: Spark, lake: Lake, tmp_path: Path
) -> None:
    lake.create(TABLE, SCHEMA)
    folder = Path(lake.uri(TABLE))
    client = subprocess.Popen([sys.executable, "-m", engine_lake.__name__, server.remote, lake.url])
    begun = Retrying(retry=retry_if_result(lambda seen: not seen), wait=wait_fixed(0.01), stop=stop_after_delay(90))
    begun(lambda: any(folder.rglob("*.parquet")) or client.poll() is not None)  # the engine writes
    client.kill()
    assert client.wait() == -signal.SIGKILL
    lake.publish(TABLE, engine_lake.DATA, schema=SCHEMA, scope=Scope.everything(), commit=commit(engine_lake.PUBLISH))
    made = [entry for entry in lake.history(TABLE) if entry.commit and entry.commit.publish_id == engine_lake.PUBLISH]
    assert len(made) == 1
    assert lake.version(TABLE) == 1
    assert rows_of(lake.read(TABLE)) == rows_of(engine_lake.DATA)


def test_whatever_is_published_and_restored_a_table_holds_what_a_list_would(spark: SparkSession) -> None:
    class PublishingByTheEngine(Publishing):
        def opened(self) -> Lake:
            return EngineLake(self.folder, spark=spark)

    run_state_machine_as_test(PublishingByTheEngine, settings=FEW)  # type: ignore[no-untyped-call]


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
