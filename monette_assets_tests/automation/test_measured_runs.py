"""What runs took, from event logs written out with their moments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest
from dagster import EventLogEntry
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.execution.plan.objects import StepSuccessData
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation.chain import CHAIN_TAG, RANGE_END, RANGE_START
from monette_assets.automation.measured_runs import measured
from monette_assets.automation.refresh_job import PARENT_TAG
from monette_assets.bronze.platform_usage import Usage
from monette_assets.group import Group
from monette_assets.tables.compute import COMPUTE_TAG, Compute

Kind = dg.DagsterEventType
NOON = datetime(2026, 11, 3, 18, tzinfo=UTC)
LAPTOP = Compute("sail", "laptop")


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    """One for all of them: each looks at its own runs."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


class Log:
    """A run of chosen tables, or of a job, and what it says at which second after noon."""

    def __init__(self, instance: dg.DagsterInstance, job: str = "__ASSET_JOB", **tags: str) -> None:
        self.instance, self.job = instance, job
        self.run_id = create_run_for_test(instance, job_name=job, tags=tags).run_id

    def says(self, second: float, kind: dg.DagsterEventType, step: str | None = None, **data: Any) -> Log:
        event = DagsterEvent(kind.value, self.job, step_key=step, **data)
        at = NOON.timestamp() + second
        entry = EventLogEntry(None, "debug", "", self.run_id, at, step, self.job, event)  # type: ignore[no-untyped-call]
        self.instance.handle_new_event(entry)
        return self

    def made(self, second: float, step: str, partition: str | None, **metadata: Any) -> Log:
        """A materialization of the step's table."""
        key = dg.AssetKey(step.split("__"))
        made = dg.AssetMaterialization(key, partition=partition, metadata=metadata)
        return self.says(second, Kind.ASSET_MATERIALIZATION, step, event_specific_data=StepMaterializationData(made))

    def step(self, name: str, first: float, last: float) -> Log:
        return self.says(first, Kind.STEP_START, name).done(last, name)

    def done(self, second: float, name: str) -> Log:
        return self.says(second, Kind.STEP_SUCCESS, name, event_specific_data=StepSuccessData(0.0))  # type: ignore[no-untyped-call]

    def run(self, first: float, last: float, ended: dg.DagsterEventType = Kind.RUN_SUCCESS) -> Log:
        """It begins, and ends; to be said after its steps, whose moments it encloses."""
        return self.says(first, Kind.RUN_START).says(last, ended)


def taken(instance: dg.DagsterInstance, group: Group, log: Log) -> dict[str, Usage]:
    """What the run took, by table."""
    runs = list(measured(instance, group, LAPTOP, None))
    return {each.asset: each for usages in runs for each in usages if each.run_id == log.run_id}


def seconds(found: dict[str, Usage]) -> dict[str, float]:
    return {asset: round(usage.seconds, 3) for asset, usage in found.items()}


def test_steps_and_what_lies_between_them_are_the_whole_run(instance: dg.DagsterInstance, group: Group) -> None:
    log = Log(instance, **{CHAIN_TAG: "c1"})
    log.step("silver__accounts", 2, 3.5).step("gold__ledger", 4, 10).run(0, 12)
    found = taken(instance, group, log)
    assert seconds(found) == {"silver/accounts": 1.5, "gold/ledger": 6, "between steps": 4.5}
    assert {usage.chain_id for usage in found.values()} == {"c1"}
    assert {usage.compute for usage in found.values()} == {LAPTOP}  # the run does not say what it ran on


def test_a_table_is_split_by_its_rows_and_what_has_none_as_the_rest_of_the_run(
    instance: dg.DagsterInstance, group: Group
) -> None:
    on = Compute("databricks-jobs", "D4", "D8", 3, share=Decimal("0.25"))
    log = Log(instance, **{COMPUTE_TAG: on.tag})
    log.says(1, Kind.STEP_START, "gold__ledger")
    log.made(2, "gold__ledger", "2024-11", **{"dagster/row_count": 7, "seconds_engine": 0.5, "cpu_seconds": 1.25})
    log.made(2, "gold__ledger", "2024-12", **{"dagster/row_count": 2, "seconds_engine": 0.5, "cpu_seconds": 1.25,
                                               "rows_by_company": {"north": 6, "south": 3, "group": 9}})  # fmt: skip
    log.done(3, "gold__ledger").step("silver__exchange_rates", 3, 4).run(0, 5)
    found = taken(instance, group, log)
    ledger = found["gold/ledger"]
    assert (dict(ledger.weights), ledger.split_by, ledger.rows) == ({"north": 6, "south": 3}, "rows", 9)
    assert ([f"{month:%Y-%m}" for month in ledger.months], dict(ledger.phases)) == (
        ["2024-11", "2024-12"], {"engine": 0.5},
    )  # fmt: skip
    assert (ledger.cpu_seconds, ledger.compute) == (1.25, on)
    rates = found["silver/exchange_rates"]
    assert (dict(rates.weights), rates.split_by) == ({"north": 6, "south": 3}, "run")


def test_a_fetch_is_split_by_the_partitions_it_made_or_was_asked_for(
    instance: dg.DagsterInstance, group: Group
) -> None:
    asked = {RANGE_START: "north|2024-11", RANGE_END: "south|2024-12"}
    log = Log(instance, **asked).says(0, Kind.STEP_START, "bronze__quickbooks_reports")
    for partition in ("north|2024-11", "north|2024-12", "south|2024-11"):
        log.made(1, "bronze__quickbooks_reports", partition)
    log.done(4, "bronze__quickbooks_reports").run(0, 4)
    usage = taken(instance, group, log)["bronze/quickbooks_reports"]
    assert (dict(usage.weights), usage.split_by) == ({"north": 2, "south": 1}, "partitions")
    silent = Log(instance, **asked).step("bronze__quickbooks_reports", 0, 4).run(0, 4)
    usage = taken(instance, group, silent)["bronze/quickbooks_reports"]
    assert (dict(usage.weights), usage.split_by) == ({"north": 2, "south": 2}, "partitions")


def test_a_killed_run_costs_until_its_last_sign_not_until_it_was_found_dead(
    instance: dg.DagsterInstance, group: Group
) -> None:
    log = Log(instance).step("silver__accounts", 1, 2).says(2, Kind.STEP_START, "gold__ledger")
    log.made(9, "gold__ledger", "2024-11").says(0, Kind.RUN_START).says(7200, Kind.RUN_FAILURE)
    found = taken(instance, group, log)
    assert seconds(found) == {"silver/accounts": 1, "gold/ledger": 7, "between steps": 1}


def test_the_runs_of_a_chain_are_not_counted_with_their_job(instance: dg.DagsterInstance, group: Group) -> None:
    job = Log(instance, job="refresh")
    first = Log(instance, **{PARENT_TAG: job.run_id}).step("gold__ledger", 5, 9).run(4, 10)
    Log(instance, **{PARENT_TAG: job.run_id}).step("gold__tie_out", 10, 11).run(10, 12)
    job.step("refresh_chain", 3, 13).run(1, 14)
    assert seconds(taken(instance, group, job)) == {"refresh": 2, "between steps": 3}
    assert {each.held_by for each in taken(instance, group, first).values()} == {job.run_id}
    assert {each.held_by for each in taken(instance, group, job).values()} == {None}


def test_what_runs_has_not_been_measured(instance: dg.DagsterInstance, group: Group) -> None:
    log = Log(instance).says(0, Kind.RUN_START).says(1, Kind.STEP_START, "gold__ledger")
    assert taken(instance, group, log) == {}
    assert list(measured(instance, group, LAPTOP, NOON + timedelta(days=36500))) == []
