"""Runs that no launcher launched are as whoever executes them; of the others their launcher is asked."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation import events_job
from monette_assets.automation.chain import CHAIN_TAG
from monette_assets.automation.liveness import health
from monette_assets.automation.refresh_job import PARENT_TAG
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables.attribution import WHO_TAG
from monette_assets_tests.automation.test_abandoned import dead

LAUNCHED = CheckRunHealthResult(WorkerStatus.NOT_FOUND, "asked the launcher")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def run(
    instance: dg.DagsterInstance, tags: dict[str, str] | None = None, status: Status = Status.STARTED
) -> dg.DagsterRun:
    made: dg.DagsterRun = create_run_for_test(instance, status=status, tags=tags)
    return made


def how(instance: dg.DagsterInstance, one: dg.DagsterRun) -> tuple[WorkerStatus, list[str]]:
    """How the run is, and which runs the launcher was asked about."""
    asked: list[str] = []

    def launched(each: dg.DagsterRun) -> CheckRunHealthResult:
        asked.append(each.run_id)
        return LAUNCHED

    return health(instance, one, launched).status, asked


def test_of_a_run_that_was_launched_its_launcher_is_asked(instance: dg.DagsterInstance) -> None:
    one = run(instance)
    assert how(instance, one) == (WorkerStatus.NOT_FOUND, [one.run_id])


@pytest.mark.parametrize("tag", [PARENT_TAG, events_job.PARENT_TAG])
def test_a_run_of_a_refresh_lives_as_the_refresh_does(instance: dg.DagsterInstance, tag: str) -> None:
    refresh = run(instance)
    step = run(instance, {CHAIN_TAG: "c", tag: refresh.run_id, PROCESS_TAG: "elsewhere:1:1"})
    assert how(instance, step) == (WorkerStatus.NOT_FOUND, [refresh.run_id])


@pytest.mark.parametrize("status", [Status.FAILURE, Status.SUCCESS, Status.CANCELED])
def test_a_run_of_a_refresh_that_is_over_is_dead(instance: dg.DagsterInstance, status: Status) -> None:
    refresh = run(instance, status=status)
    step = run(instance, {CHAIN_TAG: "c", PARENT_TAG: refresh.run_id})
    assert how(instance, step) == (WorkerStatus.FAILED, [])


def test_a_run_of_a_refresh_that_was_deleted_is_dead(instance: dg.DagsterInstance) -> None:
    step = run(instance, {CHAIN_TAG: "c", PARENT_TAG: "11111111-1111-4111-8111-111111111111"})
    assert how(instance, step) == (WorkerStatus.FAILED, [])


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        pytest.param(dead(), WorkerStatus.FAILED, id="gone"),
        pytest.param(this_process(), WorkerStatus.RUNNING, id="alive"),
        pytest.param("elsewhere:1:1", WorkerStatus.RUNNING, id="another machine"),
    ],
)
def test_a_run_of_the_command_lives_as_its_process_does(
    instance: dg.DagsterInstance, process: str, expected: WorkerStatus
) -> None:
    one = run(instance, {CHAIN_TAG: "c", PROCESS_TAG: process})
    assert how(instance, one) == (expected, [])


def test_a_run_of_a_chain_that_somebody_ran_again_in_the_interface_was_launched(instance: dg.DagsterInstance) -> None:
    refresh = run(instance, status=Status.FAILURE)
    one = run(instance, {CHAIN_TAG: "c", PARENT_TAG: refresh.run_id, WHO_TAG: "olive@example.com"})
    assert how(instance, one) == (WorkerStatus.NOT_FOUND, [one.run_id])
