"""A run that failed is told until what it tried has been done, by whichever later run; not by just any later run."""

from __future__ import annotations

import uuid

import dagster as dg

from monette_assets.automation import chain, comparison, refresh_job
from monette_assets.automation.alerts.failures import broken_runs
from monette_assets.automation.failed_partitions import left_failed
from monette_assets.automation.failed_runs import FailedRun, last_failed, named
from monette_assets.automation.refresh_job import Refresh
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.automation.small_runs import FULL_DISK, check, job, make


def told(instance: dg.DagsterInstance, group: Group, lake: Lake) -> FailedRun | None:
    return last_failed(instance, group, left_failed(instance, group, lake))


def test_a_table_that_failed_is_told_until_it_is_made(instance: dg.DagsterInstance, group: Group, lake: Lake) -> None:
    assert told(instance, group, lake) is None
    run = make(instance, "silver/classes", fails=True)
    make(instance, "silver/contacts")  # the newest run succeeds, of something else
    found = told(instance, group, lake)
    assert found is not None
    assert (found.run_id, found.what, found.first) == (run, "silver/classes", "")
    assert FULL_DISK in found.why
    make(instance, "silver/classes")
    assert told(instance, group, lake) is None


def test_of_several_the_one_that_ended_last_is_told(instance: dg.DagsterInstance, group: Group, lake: Lake) -> None:
    first = make(instance, "silver/classes", fails=True)
    second = make(instance, "silver/contacts", fails=True)
    assert (found := told(instance, group, lake)) is not None
    assert found.run_id == second
    make(instance, "silver/contacts")
    assert (found := told(instance, group, lake)) is not None
    assert found.run_id == first


def test_a_refresh_whose_check_says_no_is_told_until_it_says_yes(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    """All of its runs succeed, the newest too: only the refresh itself, begun before them, fails."""
    refresh = str(uuid.uuid4())
    check(instance, passed=False, tags={refresh_job.PARENT_TAG: refresh})
    make(instance, "silver/classes", tags={refresh_job.PARENT_TAG: refresh})
    asked = Refresh(first="2024-11", last="2024-12")
    job(instance, refresh_job.JOB, dg.Failure("ties_out: north 2024-12 differs"), refresh, asked)
    found = told(instance, group, lake)
    assert found is not None
    assert (found.run_id, found.what, found.first, found.last) == (refresh, "refresh", "2024-11", "2024-12")
    assert found.why == "ties_out: north 2024-12 differs"
    check(instance, passed=True)
    assert told(instance, group, lake) is None


def test_a_check_that_only_warns_is_no_reason(instance: dg.DagsterInstance, group: Group, lake: Lake) -> None:
    refresh = str(uuid.uuid4())
    check(instance, passed=False, warns=True, tags={refresh_job.PARENT_TAG: refresh})
    job(instance, refresh_job.JOB, dg.Failure("another check, that passes now"), refresh)
    assert told(instance, group, lake) is None


def test_a_refresh_that_broke_down_is_put_right_by_one_of_its_months(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    november = Refresh(months={"north": ["2024-11"]})
    broken = job(instance, refresh_job.JOB, OSError(28, FULL_DISK), config=november)
    job(instance, refresh_job.JOB, config=Refresh(months={"north": ["2024-12"], "south": ["2024-11"]}))
    assert (found := told(instance, group, lake)) is not None
    assert (found.run_id, found.first, found.last) == (broken, "2024-11", "2024-11")
    job(instance, refresh_job.JOB, config=Refresh(first="2024-11", last="2024-12"))
    assert told(instance, group, lake) is None


def test_or_by_a_chain_of_the_command_that_releases_them(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    job(instance, refresh_job.JOB, OSError(28, FULL_DISK), config=Refresh(months={"north": ["2024-11"]}))

    def chained(table: str, first: str, last: str) -> None:
        tags = {chain.STEP_TAG: "tables", chain.RANGE_START: first, chain.RANGE_END: last}
        make(instance, table, tags)

    chained("releases", "2024-12", "2024-12")
    chained("silver/classes", "2024-11", "2024-12")  # what is made and not released
    assert told(instance, group, lake) is not None
    assert [each.subject for each in broken_runs(instance, group)] == ["refresh"]  # alerts see it alike
    chained("releases", "2024-11", "2024-12")
    assert told(instance, group, lake) is None
    assert list(broken_runs(instance, group)) == []


def test_a_run_is_named_by_its_step_its_tables_or_its_job(instance: dg.DagsterInstance) -> None:
    def called(run_id: str) -> str:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return named(run)

    assert called(make(instance, "silver/classes", {chain.STEP_TAG: "tables"})) == "tables"
    assert called(make(instance, "silver/classes")) == "silver/classes"
    assert called(job(instance, refresh_job.JOB)) == "refresh"


def test_a_job_that_makes_no_table_is_put_right_by_its_next_run(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    failed = job(instance, comparison.JOB, dg.Failure("1 company(ies) could not be compared"))
    job(instance, refresh_job.JOB)
    assert (found := told(instance, group, lake)) is not None
    assert (found.run_id, found.what) == (failed, comparison.JOB)
    job(instance, comparison.JOB)
    assert told(instance, group, lake) is None
