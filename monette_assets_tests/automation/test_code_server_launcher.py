"""What the launcher says of runs whose code server does not answer; one that does: infra/test_production.py."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test, instance_for_test

from monette_assets.automation.code_server_launcher import SILENCE_SECONDS, CodeServerRunLauncher
from monette_assets_tests.processes import free_port


@pytest.fixture
def instance(request: pytest.FixtureRequest) -> Iterator[dg.DagsterInstance]:
    launcher = {
        "module": CodeServerRunLauncher.__module__,
        "class": CodeServerRunLauncher.__name__,
        "config": getattr(request, "param", {}),
    }
    with instance_for_test(overrides={"run_launcher": launcher}) as made:
        yield made


def started(instance: dg.DagsterInstance, **tags: str) -> dg.DagsterRun:
    run: dg.DagsterRun = create_run_for_test(instance, status=Status.STARTED, tags=tags)
    return run


def launched_by_nobody_there() -> dict[str, str]:
    return {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": free_port()})}


def test_a_code_server_that_does_not_answer_is_given_time(instance: dg.DagsterInstance) -> None:
    run = started(instance, **launched_by_nobody_there())
    found = instance.run_launcher.check_run_worker_health(run)
    assert (found.status, "has not answered for 0 s" in str(found.msg)) == (WorkerStatus.RUNNING, True)
    assert SILENCE_SECONDS == 300


@pytest.mark.parametrize("instance", [{"silence_seconds": 0}], indirect=True)
def test_one_that_has_been_silent_for_too_long_has_lost_its_runs(instance: dg.DagsterInstance) -> None:
    run = started(instance, **launched_by_nobody_there())
    assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.FAILED


def test_a_run_that_no_code_server_was_told_of_is_lost(instance: dg.DagsterInstance) -> None:
    assert instance.run_launcher.check_run_worker_health(started(instance)).status is WorkerStatus.FAILED


def test_run_monitoring_asks_it(instance: dg.DagsterInstance) -> None:
    assert instance.run_launcher.supports_check_run_worker_health
