"""What failed is read from what runs recorded: checks, partitions left failed, jobs."""

from __future__ import annotations

from datetime import date

import dagster as dg
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation import refresh_job
from monette_assets.automation.alerts.failures import broken_runs, failed_checks, left_behind
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.automation.alerts.conftest import evaluate

DECEMBER = date(2024, 12, 1)


def test_a_failed_check_is_found_for_each_unit_it_fails_for(instance: dg.DagsterInstance, group: Group) -> None:
    units = dg.MetadataValue.json([["north", "2024-12"], ["south", "2024-12"]])
    said = {"description": "2 rows", "metadata": {"units": units}}
    evaluate(instance, "gold/tie_out", "ties_out", "2024-12", passed=False, **said)
    evaluate(instance, "gold/tie_out", "ties_out", "2025-01", passed=True)
    assert failed_checks(instance, group) == [
        Finding(Kind.CHECK, "gold/tie_out ties_out", "2 rows", company, DECEMBER) for company in ("north", "south")
    ]


def test_one_that_only_warns_is_not(instance: dg.DagsterInstance, group: Group) -> None:
    warns = dg.AssetCheckSeverity.WARN
    evaluate(instance, "gold/ledger", "location_known", "2024-12", passed=False, severity=warns)
    assert failed_checks(instance, group) == []


def test_a_broken_log_is_found(instance: dg.DagsterInstance, group: Group) -> None:
    evaluate(instance, "closes", "chain_intact", None, passed=False, description="the chain is broken at entry 3")
    assert failed_checks(instance, group) == [
        Finding(Kind.CHECK, "closes chain_intact", "the chain is broken at entry 3")
    ]


def test_a_refresh_that_broke_down_is_found_until_one_ends_that_did_not(
    instance: dg.DagsterInstance, group: Group
) -> None:
    create_run_for_test(instance, job_name=refresh_job.JOB, status=dg.DagsterRunStatus.FAILURE)
    [found] = broken_runs(instance, group)
    assert (found.kind, found.subject) == (Kind.RUN, "refresh")
    create_run_for_test(instance, job_name=refresh_job.JOB, status=dg.DagsterRunStatus.SUCCESS)
    assert list(broken_runs(instance, group)) == []


def test_what_broke_down_is_left_with_the_reason_of_its_run(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    @dg.asset(key=["silver", "classes"])
    def classes() -> None:
        raise OSError(28, "No space left on device")

    run = dg.materialize([classes], instance=instance, raise_on_error=False)
    [found] = left_behind(instance, group, lake)
    assert (found.kind, found.subject) == (Kind.LEFT, "silver/classes")
    assert found.what.startswith(f"silver/classes broke down (run {run.run_id[:8]}): ")
    assert "No space left on device" in found.what


def test_what_did_not_arrive_is_told_as_its_check_tells_it(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    evaluate(instance, "bronze/quickbooks_reports", "arrived", "north|2024-12", passed=False, description="HTTP 503")
    evaluate(instance, "bronze/quickbooks_reports", "arrived", "strange|2024-12", passed=False)  # left the contract
    assert left_behind(instance, group, lake) == [
        Finding(Kind.CHECK, "bronze/quickbooks_reports arrived", "HTTP 503", "north", DECEMBER)
    ]
