"""The weekly maintenance: many small files become few, no row changes, and bronze keeps every file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation import maintenance
from monette_assets.bronze import quickbooks_reports
from monette_assets.clock import now
from monette_assets.definitions import build
from monette_assets.gold import balance_sheet
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.lake.maintenance import files
from monette_assets.settings import Settings
from monette_assets.tables import Contract
from monette_assets_tests.frames import group_of, rows

DAY = datetime(2025, 1, 1, tzinfo=UTC)


def commit(number: int) -> Commit:
    return Commit(run_id=f"r{number}", publish_id=f"p{number}", code_version="1", contract_version="c", at=DAY)


def stored(contract: Contract, number: int) -> pa.Table:
    """One row of the table, another for every number."""
    name = next(column.name for column in contract.columns if column.type == "string")
    return pa.Table.from_pylist(rows(contract, name, (f"row {number}",)), schema=contract.arrow_schema)


def daily(lake: Lake, days: int) -> None:
    """A report fetched and a balance sheet published every day."""
    bronze, gold = quickbooks_reports.CONTRACT, balance_sheet.CONTRACT
    for day in range(days):
        lake.append(bronze.name, stored(bronze, day), schema=bronze.arrow_schema, commit=commit(day))
        scope = Scope.of(("company",), {(f"company {day}",)})
        row = stored(gold, day).set_column(
            gold.column_names.index("company"), "company", pa.array([f"company {day}"], pa.string())
        )
        lake.publish(gold.name, row, schema=gold.arrow_schema, scope=scope, commit=commit(day))


def test_many_small_files_become_few_and_no_row_changes(tmp_path: Path) -> None:
    lake, group = Lake(str(tmp_path / "lake")), group_of(tmp_path / "group")
    daily(lake, maintenance.MANY_APPENDED + 1)
    tables = (quickbooks_reports.CONTRACT.name, balance_sheet.CONTRACT.name)
    before = {name: sorted(map(str, lake.read(name).to_pylist())) for name in tables}
    with dg.DagsterInstance.ephemeral() as instance:
        job = build(Settings(home=tmp_path, lake=lake.url), group).resolve_job_def(maintenance.JOB)
        assert job.execute_in_process(instance=instance).success
    for name in tables:
        assert files(lake, name)[0] == 1
        assert sorted(map(str, lake.read(name).to_pylist())) == before[name]
    assert all((Path(lake.uri(tables[0])) / path).exists() for path in _bronze_files(lake))


def _bronze_files(lake: Lake) -> list[str]:
    """What bronze held before the compaction."""
    there = lake.open(quickbooks_reports.CONTRACT.name, maintenance.MANY_APPENDED + 1)
    return [uri.removeprefix("file://") for uri in there.file_uris()]


def test_what_keeps_every_file_is_compacted_less_often(tmp_path: Path) -> None:
    lake, group = Lake(str(tmp_path / "lake")), group_of(tmp_path / "group")
    daily(lake, maintenance.MANY_FILES + 1)
    for name, left in (
        (quickbooks_reports.CONTRACT.name, maintenance.MANY_FILES + 1),
        (balance_sheet.CONTRACT.name, 1),
    ):
        maintenance.maintain(lake, name, "run", group, DAY)
        assert files(lake, name)[0] == left


def test_one_month_of_many_files_is_compacted_though_others_have_one_each(tmp_path: Path) -> None:
    lake, group = Lake(str(tmp_path / "lake")), group_of(tmp_path / "group")
    schema = pa.schema([("company", pa.string()), ("period", pa.date32())])
    months = [date(2024, month, 1) for month in range(1, 13)]
    units = [("north", month) for month in months] + [(f"company {day}", months[-1]) for day in range(8)]
    for number, unit in enumerate(units):
        row = pa.Table.from_pylist([{"company": unit[0], "period": unit[1]}], schema=schema)
        scope = Scope.of(("company", "period"), [unit])
        lake.publish("gold/ledger", row, schema=schema, scope=scope, commit=commit(number), partition_by=("period",))
    assert files(lake, "gold/ledger") == (20, maintenance.MANY_FILES + 1)
    maintenance.maintain(lake, "gold/ledger", "run", group, DAY)
    assert files(lake, "gold/ledger") == (12, 1)
    assert lake.read("gold/ledger").num_rows == 20


def test_few_files_are_left_alone(tmp_path: Path) -> None:
    lake, group = Lake(str(tmp_path / "lake")), group_of(tmp_path / "group")
    daily(lake, 3)
    name = balance_sheet.CONTRACT.name
    done = maintenance.maintain(lake, name, "run", group, DAY)
    assert done == {"files": 3, "files_deleted": 0}
    assert lake.version(name) == 3


def test_what_a_killed_run_left_in_staging_goes_and_what_a_running_one_stages_stays(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with dg.DagsterInstance.ephemeral() as instance:
        killed = create_run_for_test(instance, status=dg.DagsterRunStatus.FAILURE).run_id
        running = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED).run_id
        for run_id in (killed, running, "of-another-instance"):
            folder = Path(lake.stage_uri(run_id, "gold/ledger"))
            folder.mkdir(parents=True)
            pq.write_table(pa.table({"amount": [1]}), folder / "part-0.parquet")
        assert maintenance.clean_left_over(lake, instance) == [killed]
    assert lake.staged_runs() == sorted([running, "of-another-instance"])


@pytest.mark.parametrize(("keep_runs_days", "kept"), [(30, False), (60, True)])
def test_it_forgets_runs_of_longer_ago_than_the_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep_runs_days: int, kept: bool
) -> None:
    group = group_of(tmp_path / "group")
    monkeypatch.setattr(maintenance, "now", lambda group: now(group) + timedelta(days=45))
    with dg.DagsterInstance.ephemeral() as instance:
        old = create_run_for_test(instance, status=dg.DagsterRunStatus.SUCCESS).run_id
        settings = Settings(home=tmp_path, lake=str(tmp_path / "lake"), keep_runs_days=keep_runs_days)
        assert build(settings, group).resolve_job_def(maintenance.JOB).execute_in_process(instance=instance).success
        assert instance.has_run(old) == kept
