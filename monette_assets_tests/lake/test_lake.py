"""Publishing replaces exactly its scope in one commit that says who wrote it; nothing else is touched."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monette_assets.lake import staging
from monette_assets.lake.errors import (
    AppendOnly,
    LakeError,
    OutsideScope,
    PositionMoved,
    SchemaMismatch,
    ScopeRefused,
    SequenceTaken,
    TableMissing,
    TableName,
    VersionGone,
)
from monette_assets.lake.lake import Lake
from monette_assets.lake.layout import PAYLOADS
from monette_assets.lake.maintenance import checkpoint, compact
from monette_assets.lake.scope import Scope
from monette_assets_tests.lake.books import FEBRUARY, JANUARY, MARCH, SCHEMA, commit, months, rows_of, table

TABLE = "gold/profit_and_loss"
BOOKS = [
    ("north", JANUARY, "4000", Decimal("-100.10")),
    ("north", FEBRUARY, "4000", Decimal("-50.00")),
    ("south", JANUARY, "4000", Decimal("-7.25")),
    ("south", JANUARY, "4000", Decimal("-7.25")),  # two equal lines are two lines
]
ALL = months(*{(company, period) for company, period, _, _ in BOOKS})
LAYOUTS = pytest.mark.parametrize("partition_by", [(), ("period",), ("company", "period")])


def stage(lake: Lake, data: pa.Table, run: str = "run-1", files: int = 1) -> str:
    """Stages the table as an engine does: parquet files of any name in one folder."""
    uri = lake.stage_uri(run, TABLE)
    store, folder = staging.filesystem(lake.url, lake.storage_options), uri.removeprefix(f"{lake.url}/")
    store.create_dir(folder, recursive=True)
    size = -(-len(data) // files) or 1
    for number in range(files):
        part = f"{folder}/part-{number:05d}-x.parquet"
        pq.write_table(data.slice(number * size, size), part, filesystem=store)
    store.open_output_stream(f"{folder}/_SUCCESS").close()
    return uri


@LAYOUTS
def test_replaces_the_scope_and_nothing_else(lake: Lake, partition_by: tuple[str, ...]) -> None:
    first = lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit(), partition_by=partition_by)
    assert (first.version, first.previous_version, first.rows_written, first.attempts) == (1, 0, 4, 1)
    assert rows_of(lake.read(TABLE)) == sorted(BOOKS, key=repr)

    changed = ("north", JANUARY, "4000", Decimal("-100.11"))
    lake.publish(TABLE, table([changed]), schema=SCHEMA, scope=months(("north", JANUARY)), commit=commit())

    assert rows_of(lake.read(TABLE)) == sorted([changed, *BOOKS[1:]], key=repr)
    assert rows_of(lake.read(TABLE, version=1)) == sorted(BOOKS, key=repr)


@LAYOUTS
def test_no_rows_empty_the_scope(lake: Lake, partition_by: tuple[str, ...]) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit(), partition_by=partition_by)
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=months(("south", JANUARY)), commit=commit())
    assert rows_of(lake.read(TABLE)) == sorted(BOOKS[:2], key=repr)

    nothing_there = lake.publish(TABLE, table([]), schema=SCHEMA, scope=months(("west", MARCH)), commit=commit())
    assert nothing_there.version == 3
    assert rows_of(lake.read(TABLE)) == sorted(BOOKS[:2], key=repr)

    lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert rows_of(lake.read(TABLE)) == []


@LAYOUTS
def test_rows_outside_the_scope_are_refused(lake: Lake, partition_by: tuple[str, ...]) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit(), partition_by=partition_by)
    with pytest.raises(OutsideScope, match=r"gold/profit_and_loss.*1 units of \('company', 'period'\)"):
        lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=months(("north", JANUARY)), commit=commit())
    assert lake.version(TABLE) == 1
    assert rows_of(lake.read(TABLE)) == sorted(BOOKS, key=repr)


def test_staged_folders_batches_and_readers_are_the_same_data(lake: Lake) -> None:
    data = table(BOOKS)
    for given in (data, data.to_batches(), iter(data.to_batches(max_chunksize=1)), data.to_reader(), stage(lake, data)):
        done = lake.publish(TABLE, given, schema=SCHEMA, scope=Scope.everything(), commit=commit())
        assert done.rows_written == 4
        assert rows_of(lake.read(TABLE)) == sorted(BOOKS, key=repr)


def test_staged_data_is_listed_read_and_cleaned(lake: Lake) -> None:
    uri = stage(lake, table(BOOKS), files=2)
    stage(lake, table([]), run="run-2")
    assert [name.rsplit("/", 1)[1] for name in lake.staged_files(uri)] == [
        "part-00000-x.parquet",
        "part-00001-x.parquet",
    ]
    assert rows_of(lake.staged_reader(uri).read_all()) == sorted(BOOKS, key=repr)
    assert lake.staged_runs() == ["run-1", "run-2"]
    assert lake.clean_staged("run-1") == 2
    assert lake.clean_staged("run-1") == 0
    assert lake.staged_runs() == ["run-2"]
    with pytest.raises(TableMissing, match="staged"):
        lake.staged_reader(uri)


def test_a_marked_folder_without_files_has_no_rows(lake: Lake) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit())
    uri = lake.stage_uri("run-1", TABLE)
    with pytest.raises(TableMissing, match="staged"):  # never taken for "no rows": it would empty the scope
        lake.publish(TABLE, uri, schema=SCHEMA, scope=ALL, commit=commit())
    lake.mark_staged(uri)
    assert lake.compare_data(TABLE, uri, ALL, ["company", "period", "account"], schema=SCHEMA).added == 0
    lake.publish(TABLE, uri, schema=SCHEMA, scope=ALL, commit=commit())
    assert rows_of(lake.read(TABLE)) == []
    lake.clean_staged("run-1")
    with pytest.raises(TableMissing, match="staged"):
        lake.staged_reader(uri, schema=SCHEMA)


@pytest.mark.parametrize("run", ["", "..", "a/b", "../x", "-x\n", "x" * 200])
def test_run_ids_cannot_leave_the_staging_folder(lake: Lake, run: str) -> None:
    with pytest.raises(LakeError, match="run id"):
        lake.stage_uri(run, TABLE)
    with pytest.raises(LakeError, match="run id"):
        lake.clean_staged(run)


def test_only_staged_folders_are_read_as_staged(lake: Lake) -> None:
    for uri in (f"{lake.url}/gold/x", "/etc", f"{lake.url}/_staging/../gold/x"):
        with pytest.raises(LakeError, match="_staging"):
            lake.staged_reader(uri)


def test_a_publish_is_made_once(lake: Lake) -> None:
    data, again = table(BOOKS), commit("run-1:profit_and_loss:publish")
    first = lake.publish(TABLE, data, schema=SCHEMA, scope=ALL, commit=again)
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=ALL, commit=commit())
    replay = lake.publish(TABLE, data, schema=SCHEMA, scope=ALL, commit=again)
    assert not first.replayed
    assert replay.replayed
    assert (replay.version, replay.rows_written) == (2, 0)
    assert rows_of(lake.read(TABLE)) == []


def test_history_names_every_commit(lake: Lake) -> None:
    said = commit(input_versions={"silver/accounts": 7}, units="3 company-months", author="ana", reason="late bill")
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=said)
    published, created = lake.history(TABLE)
    assert published.commit == said
    assert (published.version, published.scope, published.rows_added) == (1, ALL, 4)
    assert created.commit is None
    assert [entry.version for entry in lake.history(TABLE, limit=1)] == [1]


def test_a_new_nullable_column_is_taken_in(lake: Lake) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit())
    wider = SCHEMA.insert(2, pa.field("location", pa.string()))
    row = ("north", JANUARY, "home farm", "4000", Decimal("1.00"))
    data = pa.Table.from_pylist([dict(zip(wider.names, row, strict=True))], schema=wider)
    lake.publish(TABLE, data, schema=wider, scope=months(("north", JANUARY)), commit=commit())
    locations = {(r["company"], r["period"], r["location"]) for r in lake.read(TABLE).to_pylist()}
    assert locations == {
        ("north", JANUARY, "home farm"),
        ("north", FEBRUARY, None),
        ("south", JANUARY, None),
    }
    with pytest.raises(SchemaMismatch, match="location: in the table, not in the contract"):
        lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit())


@pytest.mark.parametrize(
    ("contract", "says"),
    [
        (SCHEMA.append(pa.field("basis", pa.string(), nullable=False)), "basis: a new column must be nullable"),
        (SCHEMA.set(3, pa.field("amount", pa.decimal128(28, 2))), r"amount: contract decimal128\(28, 2\), table"),
        (SCHEMA.set(1, pa.field("period", pa.string(), nullable=False)), "period: contract string not null, table"),
        (SCHEMA.set(0, pa.field("company", pa.string())), "company: contract string, table string not null"),
        (SCHEMA.remove(2), "account: in the table, not in the contract"),
    ],
)
def test_any_other_change_of_columns_is_refused_by_name(lake: Lake, contract: pa.Schema, says: str) -> None:
    lake.create(TABLE, SCHEMA)
    with pytest.raises(SchemaMismatch, match=says):
        lake.publish(TABLE, contract.empty_table(), schema=contract, scope=Scope.everything(), commit=commit())
    with pytest.raises(SchemaMismatch, match=says):
        lake.create(TABLE, contract)
    assert lake.version(TABLE) == 0


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("amount", pa.array([1.005]), r"amount: expected decimal128\(18, 2\), found double"),
        ("amount", pa.array(["1.00"]), "amount: expected decimal"),
        ("amount", pa.array([Decimal("1.005")], pa.decimal128(18, 3)), "amount: expected decimal"),
        ("period", pa.array(["2025-01-01"]), "period: expected date32"),
        ("company", pa.array([None], pa.string()), "company: expected no null, found 1"),
        ("surprise", pa.array(["x"]), "surprise: not in the contract"),
    ],
)
@pytest.mark.parametrize("staged", [False, True])
def test_data_unlike_the_contract_is_refused_never_cast(
    lake: Lake, column: str, values: pa.Array, says: str, staged: bool
) -> None:
    lake.create(TABLE, SCHEMA)
    good = table([("north", JANUARY, "4000", Decimal("1.00"))], pa.schema([f.with_nullable(True) for f in SCHEMA]))
    at = good.schema.get_field_index(column)
    bad = good.append_column(column, values) if at < 0 else good.set_column(at, column, values)
    given = stage(lake, bad) if staged else bad
    with pytest.raises(SchemaMismatch, match=says):
        lake.publish(TABLE, given, schema=SCHEMA, scope=Scope.everything(), commit=commit())
    with pytest.raises(SchemaMismatch, match="account: missing"):
        lake.publish(TABLE, good.drop(["account"]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert lake.version(TABLE) == 0


def test_values_laid_out_differently_are_the_same_values(lake: Lake) -> None:
    schema = pa.schema([("company", pa.string()), ("at", pa.timestamp("us", "UTC"))])
    moment = datetime.datetime(2025, 1, 1, 7, 30, 1, 5, tzinfo=datetime.UTC)
    data = pa.table(
        {
            "at": pa.array([moment], pa.timestamp("ns", "America/Regina")),
            "company": pa.array(["north"]).dictionary_encode(),
        }
    )
    lake.publish(TABLE, data, schema=schema, scope=Scope.everything(), commit=commit())
    assert lake.read(TABLE).to_pylist() == [{"company": "north", "at": moment}]


def test_the_scope_must_fit_the_contract(lake: Lake) -> None:
    for scope in (Scope.of(("farm",), [("x",)]), Scope.of(("period",), [("2025-01-01",)])):
        with pytest.raises(SchemaMismatch, match="scope"):
            lake.publish(TABLE, table([]), schema=SCHEMA, scope=scope, commit=commit())
    with pytest.raises(ScopeRefused):
        months(("north' OR '1'='1", JANUARY))


def test_creating_again_is_nothing_unless_the_layout_differs(lake: Lake) -> None:
    lake.create(TABLE, SCHEMA, ["period"])
    lake.create(TABLE, SCHEMA, ["period"])
    assert lake.version(TABLE) == 0
    with pytest.raises(SchemaMismatch, match="partitions"):
        lake.create(TABLE, SCHEMA)


@pytest.mark.parametrize("name", ["", "Gold/x", "gold/x/y", "../x", "gold/x;", "gold/", "/x", "gold/x\n", "gold/x1"])
def test_table_names_are_plain(lake: Lake, name: str) -> None:
    with pytest.raises(TableName):
        lake.uri(name)


def test_what_is_not_there_is_said(lake: Lake) -> None:
    assert lake.version(TABLE) is None
    assert not lake.exists(TABLE)
    with pytest.raises(TableMissing, match=TABLE):
        lake.read(TABLE)
    lake.create(TABLE, SCHEMA)
    with pytest.raises(VersionGone, match="version 9"):
        lake.read(TABLE, version=9)


def test_reads_by_columns_scope_and_filter(lake: Lake) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit(), partition_by=["period"])
    found = lake.read(TABLE, columns=["amount"], scope=months(("north", JANUARY), ("north", FEBRUARY)))
    assert sorted(found["amount"].to_pylist()) == [Decimal("-100.10"), Decimal("-50.00")]
    import pyarrow.compute as pc

    small = lake.read(TABLE, filters=pc.field("amount") > Decimal("-10.00"), scope=ALL)
    assert rows_of(small) == BOOKS[2:]


def test_restore_publishes_the_old_rows_again(lake: Lake) -> None:
    lake.publish(TABLE, table(BOOKS), schema=SCHEMA, scope=ALL, commit=commit(), partition_by=["period"])
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    wider = SCHEMA.append(pa.field("location", pa.string()))
    lake.publish(TABLE, wider.empty_table(), schema=wider, scope=Scope.everything(), commit=commit())

    lake.restore(TABLE, 1, commit(), scope=months(("south", JANUARY)))
    assert rows_of(lake.read(TABLE)) == BOOKS[2:]
    whole = lake.restore(TABLE, 1, commit(reason="wrong rates"))
    assert rows_of(lake.read(TABLE)) == sorted(BOOKS, key=repr)
    assert (whole.version, whole.rows_written) == (5, 4)
    assert lake.history(TABLE, limit=1)[0].commit.reason == "wrong rates"  # type: ignore[union-attr]


def test_bronze_only_grows(lake: Lake) -> None:
    schema = pa.schema([("payload", pa.string())])
    for number in range(2):
        payload = pa.table({"payload": [f"{number}{'x' * 1000}"] * 200})
        lake.append("bronze/reports", payload, schema=schema, commit=commit(), layout=PAYLOADS)
    assert lake.read("bronze/reports").num_rows == 400
    store = staging.filesystem(lake.url, lake.storage_options)
    for file in staging.parquet_files(store, "bronze/reports"):
        stored = pq.ParquetFile(file, filesystem=store).metadata
        assert stored.row_group(0).num_rows == 16
        assert stored.row_group(0).column(0).compression == "ZSTD"
    with pytest.raises(AppendOnly):
        lake.publish("bronze/reports", payload, schema=schema, scope=Scope.everything(), commit=commit())
    with pytest.raises(AppendOnly):
        lake.restore("bronze/reports", 1, commit())


def test_an_append_is_made_once(lake: Lake) -> None:
    for _ in range(2):
        lake.append("bronze/reports", table(BOOKS), schema=SCHEMA, commit=commit("run-1:reports:north"))
    assert rows_of(lake.read("bronze/reports")) == sorted(BOOKS, key=repr)


def test_a_sequence_has_one_next_number(lake: Lake) -> None:
    assert lake.sequence("audit_log") == 0
    lake.append_once("audit_log", 1, table(BOOKS[:1]), schema=SCHEMA, commit=commit("first"))
    for taken in (0, 1, 3):
        with pytest.raises(SequenceTaken, match="found 1"):
            lake.append_once("audit_log", taken, table(BOOKS[:1]), schema=SCHEMA, commit=commit())
    lake.append_once("audit_log", 2, table(BOOKS[1:2]), schema=SCHEMA, commit=commit())
    assert lake.append_once("audit_log", 1, table(BOOKS[:1]), schema=SCHEMA, commit=commit("first")).replayed
    assert lake.sequence("audit_log") == 2
    assert lake.sequence("audit_log", version=1) == 1
    assert rows_of(lake.read("audit_log")) == sorted(BOOKS[:2], key=repr)


def test_a_stream_moves_with_the_rows_it_brought(lake: Lake) -> None:
    name = "bronze/stream"
    assert lake.positions(name, ["a[0]"]) == {}
    lake.append_onwards(name, {"a[0]": (None, 2), "a[1]": (None, 0)}, table(BOOKS[:2]), schema=SCHEMA, commit=commit())
    lake.append_onwards(name, {"a[0]": (2, 3)}, table(BOOKS[2:3]), schema=SCHEMA, commit=commit())
    for moves in ({"a[0]": (2, 3)}, {"a[0]": (None, 1)}, {"a[0]": (3, 4), "a[1]": (1, 2)}):
        with pytest.raises(PositionMoved, match=r"expected a\[.\] to stand at .*, found [03]: another run was faster"):
            lake.append_onwards(name, moves, table(BOOKS[:1]), schema=SCHEMA, commit=commit())
    assert lake.positions(name, ["a[0]", "a[1]", "b[0]"]) == {"a[0]": 3, "a[1]": 0}
    assert lake.positions(name, ["a[0]"], version=1) == {"a[0]": 2}
    assert rows_of(lake.read(name)) == sorted(BOOKS[:3], key=repr)


def test_positions_outlive_checkpoints_and_compaction(lake: Lake) -> None:
    name = "bronze/stream"
    for end in range(1, 4):
        lake.append_onwards(name, {"a[0]": (end - 1 or None, end)}, table(BOOKS[:1]), schema=SCHEMA, commit=commit())
    compact(lake, name, commit())
    checkpoint(lake, name)
    store, log = staging.filesystem(lake.url, lake.storage_options), f"{name}/_delta_log"
    for file in staging.names(store, log):
        if file.endswith(("0.json", "1.json", "2.json", "3.json")):
            store.delete_file(f"{log}/{file}")  # as the log's retention does
    assert lake.positions(name, ["a[0]"]) == {"a[0]": 3}
    lake.append_onwards(name, {"a[0]": (3, 4)}, table(BOOKS[:1]), schema=SCHEMA, commit=commit())
    assert lake.read(name).num_rows == 4


def test_keys_of_the_store_are_not_shown() -> None:
    lake = Lake("abfss://lake@farm.dfs.core.windows.net/", {"azure_storage_account_key": "secret"})
    assert lake.uri(TABLE) == "abfss://lake@farm.dfs.core.windows.net/gold/profit_and_loss"
    assert "secret" not in repr(lake)
