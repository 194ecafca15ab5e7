"""The event log writes what Dagster's own writes: the same job is run on both, and their databases are compared."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.errors import DagsterInvariantViolationError
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from monette_assets.automation.event_log import PooledSqliteEventLogStorage

Logged = dict[str, Counter[tuple[Any, ...]]]
RANGES = (("2024-11", "2024-12", "2025-01"), ("2024-12",))
RUNS = ("11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000")
MONTHS = dg.StaticPartitionsDefinition(["2024-11", "2024-12", "2025-01"])
WHEAT, GROUP = dg.AssetKey(["gold", "wheat"]), dg.AssetKey(["gold", "group"])
QUERIES = {  # an event's number is its place in the log; what it leads to is what is compared
    "events": "select run_id, dagster_event_type, step_key, asset_key, partition, event from event_logs",
    "checks": """
        select c.asset_key, c.check_name, c.partition, c.run_id, c.execution_status, c.evaluation_event,
               told.dagster_event_type, told.partition, target.dagster_event_type, target.partition
        from asset_check_executions c
        left join event_logs told on told.id = c.evaluation_event_storage_id
        left join event_logs target on target.id = c.materialization_event_storage_id
    """,
    "assets": "select asset_key, last_materialization, last_run_id, asset_details from asset_keys",
    "tags": """
        select e.asset_key, e.partition, t.asset_key, t.key, t.value
        from asset_event_tags t join event_logs e on e.id = t.event_id
    """,
}


@dg.multi_asset(
    specs=[dg.AssetSpec(WHEAT)],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=[dg.AssetCheckSpec(name, asset=WHEAT, partitions_def=MONTHS) for name in ("dry", "clean")],
    can_subset=True,
)
def wheat(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """By month: dry in every one, not clean in the last."""
    for month in context.partition_keys:
        yield dg.AssetCheckEvaluation(asset_key=WHEAT, check_name="dry", passed=True, partition=month)
        clean = month != "2025-01"
        yield dg.AssetCheckEvaluation(asset_key=WHEAT, check_name="clean", passed=clean, partition=month)
        context.add_asset_metadata({"tonnes": 12}, asset_key=WHEAT, partition_key=month)
    yield dg.MaterializeResult(asset_key=WHEAT)


@dg.asset(key=GROUP, deps=[WHEAT], check_specs=[dg.AssetCheckSpec("whole", asset=GROUP)])
def group() -> Iterator[Any]:
    """Without months."""
    yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="whole")])


def written(folder: Path, storage: SqliteEventLogStorage) -> Logged:
    """Every row of both runs' databases and of the index, moments and durations left out."""
    with dg.instance_for_test(temp_dir=str(folder)) as instance:
        instance._event_storage = storage
        storage.register_instance(instance)
        for run_id, months in zip(RUNS, RANGES, strict=True):
            span = {"dagster/asset_partition_range_start": months[0], "dagster/asset_partition_range_end": months[-1]}
            _job(wheat).execute_in_process(instance=instance, run_id=run_id, tags=span)
            _job(group).execute_in_process(instance=instance, run_id=run_id.replace("0000-4000", "0001-4000"))
        storage.dispose()
    found = {}
    for database in sorted((folder / "events").glob("*.db")):
        with sqlite3.connect(database) as connection:
            for name, query in QUERIES.items():
                rows = connection.execute(query).fetchall()
                found[f"{database.stem} {name}"] = Counter(tuple(map(_lasting, row)) for row in rows)
    return found


def _job(asset: dg.AssetsDefinition) -> dg.JobDefinition:
    return dg.Definitions(assets=[asset], jobs=[dg.define_asset_job("one", [asset])]).resolve_job_def("one")


def _lasting(value: object) -> object:
    """A value without what differs from run to run: moments, durations, places in the log, names drawn at random."""
    if not isinstance(value, str):
        return value
    fleeting = r'"storage_id": \d+|"log_key": "\w+"|\d+(\.\d+)?(ms|s)\b|\d+\.\d+(e-\d+)?'
    return re.sub(fleeting, "...", value)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    folder = tmp_path_factory.mktemp("stock")
    return written(folder, SqliteEventLogStorage(str(folder / "events")))


def test_both_logs_hold_the_same_rows(stock: Logged, tmp_path: Path) -> None:
    ours = written(tmp_path, PooledSqliteEventLogStorage(str(tmp_path / "events")))
    assert ours.keys() == stock.keys()
    for table, rows in stock.items():
        assert (table, ours[table]) == (table, rows)


def test_what_is_compared_is_there(stock: Logged) -> None:
    checks = Counter((row[1], row[2], row[4], row[6], row[8]) for row in stock["index checks"].elements())
    assert checks["clean", "2025-01", "FAILED", "ASSET_CHECK_EVALUATION", None] == 1
    assert checks["dry", "2024-12", "SUCCEEDED", "ASSET_CHECK_EVALUATION", None] == 2  # of both ranges
    assert checks["whole", None, "SUCCEEDED", "ASSET_CHECK_EVALUATION", "ASSET_MATERIALIZATION"] == 2
    assert {row[0] for row in stock["index assets"]} == {WHEAT.to_string(), GROUP.to_string()}
    tagged = {row[:4] for row in stock["index tags"]}
    assert (WHEAT.to_string(), "2025-01", WHEAT.to_string(), "dagster/data_version") in tagged


def test_an_evaluation_planned_twice_is_refused(tmp_path: Path) -> None:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        run = _job(group).execute_in_process(instance=instance)
        logged = instance.all_logs(run.run_id)
    planned, evaluated = (
        next(each for each in logged if each.dagster_event_type is kind)
        for kind in (dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    )
    storage = PooledSqliteEventLogStorage(str(tmp_path / "ours"))
    for event in (planned, planned):
        storage.store_event(event)
    with pytest.raises(
        DagsterInvariantViolationError, match=f"whole of no partition was planned 2 times in run {run.run_id}"
    ):
        storage.store_event(evaluated)
    storage.dispose()
