"""What Dagster sees of a refresh: one materialization and one evaluation of each check, per month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa
import pytest

from monette_assets.bronze import quickbooks_reports
from monette_assets.engine import Engine
from monette_assets.gold import completeness, tie_out
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake
from monette_assets.silver import general_ledger
from monette_assets.tables import Context, Input, Months, Partitions, Table
from monette_assets.tables.asset import as_far_as_fetched, asset_key, build_asset, check_specs
from monette_assets.tables.judge import Judge
from monette_assets.tables.partitions import periods_of
from monette_assets_tests.frames import NOW, frame, rows
from monette_assets_tests.tables.sample import CONTRACT, HEADER
from monette_assets_tests.world import RunningEngine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KEY = asset_key(CONTRACT)
COPY = replace(CONTRACT, name="gold/copy", inputs={"sample": Input(CONTRACT)}, checks=())
COPY_KEY = asset_key(COPY)
TAGS = {"dagster/asset_partition_range_start": "2024-11", "dagster/asset_partition_range_end": "2025-01"}


@dataclass
class Resource:
    """What runs already, handed to a run."""

    lake: Lake | None = None
    judge: Judge | None = None


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def run(engine: Engine, judge: Judge, group: Group, lake: Lake, instance: dg.DagsterInstance) -> Run:
    """`run(*lines)`: a Dagster run over three months of the sample table and of its copy below."""

    def begin(*lines: tuple[str, ...]) -> dg.ExecuteInProcessResult:
        def sample(context: Context) -> DataFrame:
            return frame(context.spark, CONTRACT, rows(CONTRACT, HEADER, *lines))

        def copy(context: Context, sample: DataFrame) -> DataFrame:
            return sample

        return dg.materialize(
            [build_asset(Table(CONTRACT, sample), group), build_asset(Table(COPY, copy), group)],
            instance=instance,
            resources={
                "lake": Resource(lake=lake), "judge": Resource(judge=judge), "engine": RunningEngine(engine.spark)
            },
            tags=TAGS,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )  # fmt: skip

    return begin


LINES = (
    ("north", "2024-11", "bank", "1.00"),
    ("south", "2024-11", "bank", "2.00"),
    ("north", "2024-12", "bank", "-1.00"),  # held back
    ("south", "2024-12", "odd", "2.00"),  # reported
    ("north", "2025-01", "bank", "3.00"),
)


def test_one_failing_company_month_shows_on_its_month_and_the_run_goes_on(run: Run, lake: Lake) -> None:
    result = run(*LINES)
    assert result.success
    evaluations = {
        (each.check_name, each.partition): each
        for each in result.get_asset_check_evaluations()
        if each.asset_key == KEY
    }
    assert {key: each.passed for key, each in evaluations.items()} == {
        (name, month): (name, month) not in {("not_negative", "2024-12"), ("not_odd", "2024-12")}
        for name in ("contract", "not_negative", "not_odd")
        for month in ("2024-11", "2024-12", "2025-01")
    }
    failed = evaluations["not_negative", "2024-12"]
    assert failed.severity is dg.AssetCheckSeverity.ERROR
    assert failed.description == (
        "not_negative: north, 2024-12-01: 1 row(s); first: company=north, period=2024-12-01, account=bank, amount=-1.00"
    )
    assert failed.metadata["failed_units"].value == 1
    assert lake.read("gold/copy").num_rows == 4  # what passed went on to the table below


def test_every_month_is_materialized_with_its_own_counts(run: Run) -> None:
    result = run(*LINES)
    found = {
        event.partition: event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key == KEY
    }
    names = ("dagster/row_count", "rows_added", "held_back", "committed")
    assert {month: tuple(metadata[name].value for name in names) for month, metadata in found.items()} == {
        "2024-11": (2, 2, "nothing", True),
        "2024-12": (2, 1, "north/2024-12-01", True),
        "2025-01": (1, 1, "nothing", True),
    }


def test_a_run_that_publishes_nothing_fails_with_the_reason(run: Run) -> None:
    result = run(("north", "2024-11", "bank", "-1.00"))
    assert not result.success
    failure = next(event for event in result.all_events if event.is_step_failure).step_failure_data
    assert failure.user_failure_data is not None
    assert "nothing passed the audit, the last good rows stand. not_negative: north, 2024-11-01" in str(
        failure.user_failure_data.description
    )
    assert any(not each.passed for each in result.get_asset_check_evaluations())  # and the check says so too


def test_severity_says_what_a_failure_does(group: Group) -> None:
    described = {spec.name: spec.description or "" for spec in check_specs(CONTRACT, group)}
    assert described["not_negative"].endswith("(rule 1) Severity: blocks.")
    assert described["not_odd"].endswith("(rule 2) Severity: reports.")
    assert not any(spec.blocking for spec in check_specs(CONTRACT, group))  # companies are held back, not tables


REPORTS = replace(
    CONTRACT, name="bronze/sample_reports", partitions=Partitions.MONTH_COMPANY, unit=("company", "period"), checks=()
)
BALANCE = replace(
    CONTRACT,
    name="gold/balance",
    balance=True,
    inputs={"sample": Input(replace(CONTRACT, inputs={"reports": Input(REPORTS)}), Months.UP_TO)},
    checks=(),
)


@pytest.mark.parametrize(
    ("fetched", "months"),
    [(("2024-11", "2024-12"), ("2024-11", "2024-12")), (("2024-10",), ()), ((), ("2024-11", "2024-12", "2025-01"))],
)
def test_a_balance_runs_as_far_as_its_source_was_fetched(
    engine: Engine, judge: Judge, group: Group, lake: Lake, instance: dg.DagsterInstance,
    fetched: tuple[str, ...], months: tuple[str, ...],
) -> None:  # fmt: skip
    commit = Commit(run_id="run", publish_id="run", code_version="1", contract_version="c", at=NOW)
    if fetched:
        held = rows(REPORTS, "company period account amount", *(("north", month, "bank", "1.00") for month in fetched))
        data = pa.Table.from_pylist(held, schema=REPORTS.arrow_schema)
        lake.append(REPORTS.name, data, schema=REPORTS.arrow_schema, commit=commit)

    def carried(context: Context, sample: DataFrame) -> DataFrame:
        lines = [("north", f"{period:%Y-%m}", "bank", "1.00") for period in context.periods]
        return frame(context.spark, BALANCE, rows(BALANCE, HEADER, *lines))

    result = dg.materialize(
        [build_asset(Table(BALANCE, carried), group)],
        instance=instance,
        resources={"lake": Resource(lake=lake), "judge": Resource(judge=judge), "engine": RunningEngine(engine.spark)},
        tags=TAGS,
    )
    assert result.success
    stored = lake.read(BALANCE.name).to_pylist() if lake.exists(BALANCE.name) else []
    assert tuple(sorted(f"{row['period']:%Y-%m}" for row in stored)) == months


def test_what_is_made_of_balances_goes_no_further_than_they_though_it_reads_its_own_month_alone(lake: Lake) -> None:
    """Dagster carries a balance on to the running month: of a month nobody fetched, completeness has nothing to say."""
    commit = Commit(run_id="run", publish_id="run", code_version="1", contract_version="c", at=NOW)
    reports = quickbooks_reports.CONTRACT
    held = rows(reports, "company period", ("north", "2024-11"), ("north", "2024-12"))
    data = pa.Table.from_pylist(held, schema=reports.arrow_schema)
    lake.append(reports.name, data, schema=reports.arrow_schema, commit=commit)
    months = periods_of(["2024-11", "2024-12", "2025-01", "2025-02"])
    assert as_far_as_fetched(completeness.CONTRACT, lake, months) == months[:2]
    assert as_far_as_fetched(tie_out.CONTRACT, lake, months) == months[:2]
    assert as_far_as_fetched(general_ledger.CONTRACT, lake, months) == months  # a flow is of the months asked for
