"""Runs of a process that is gone are failed; those of a living one, and of another machine, are left alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.owed import REQUEST_TAG, RETRY_AFTER
from monette_assets.automation.refresh_job import JOB
from monette_assets.clock import now
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets_tests.automation.conftest import Watch, World

HERE = socket.gethostname()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def dead() -> str:
    """A process that was this machine's."""
    told = "from monette_assets.process import this_process as p; print(p())"
    return subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.strip()


def run_of(instance: dg.DagsterInstance, process: str, status: dg.DagsterRunStatus, **tags: str) -> str:
    tags[PROCESS_TAG] = process
    return str(create_run_for_test(instance, job_name=JOB, status=status, tags=tags).run_id)


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
def test_a_run_whose_process_is_gone_is_failed_once_saying_why(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    run_id = run_of(instance, dead(), status)
    assert fail_abandoned(instance) == [run_id]
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert any("its process ended without saying so" in event.message for event in instance.all_logs(run_id))
    assert fail_abandoned(instance) == []


def test_a_number_that_was_given_to_another_process_is_not_the_process(instance: dg.DagsterInstance) -> None:
    host, pid, started = this_process().split(":")
    if not started:
        pytest.skip("this machine has no /proc: when a process began is not known")
    run_id = run_of(instance, f"{host}:{pid}:{int(started) - 1}", dg.DagsterRunStatus.STARTED)
    assert fail_abandoned(instance) == [run_id]


def test_a_process_that_ended_and_that_nobody_waited_for_is_gone(instance: dg.DagsterInstance) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("this machine has no /proc: a process that nobody waited for looks alive")
    told = "from monette_assets.process import this_process as p; print(p(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", told], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        run_id = run_of(instance, child.stdout.readline().strip(), dg.DagsterRunStatus.STARTED)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the list of processes
        assert fail_abandoned(instance) == [run_id]


KILLED = """
import os, signal, sys
import dagster as dg
from monette_assets.group import load_group
from monette_assets.resources import lake_resource
from monette_assets.settings import Settings

@dg.asset(required_resource_keys={"lake"})
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    lake = lake_resource(Settings(lake=sys.argv[1]), load_group())
    dg.materialize([killed], instance=instance, resources={"lake": lake})
"""


def test_a_run_that_nobody_named_a_process_for_and_that_is_killed_is_failed(tmp_path: Path) -> None:
    """As those launched from the user interface are: killed with the code server that executes them."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.STARTED
        assert fail_abandoned(instance) == [run.run_id]


@pytest.mark.parametrize(
    "process",
    [
        pytest.param(this_process(), id="alive"),
        pytest.param(f"elsewhere:{os.getpid()}:1", id="another machine"),
        pytest.param(f"{HERE}:not-a-number:1", id="unreadable"),
        pytest.param("", id="unknown"),
    ],
)
def test_a_run_whose_process_is_not_known_to_be_gone_is_left_alone(instance: dg.DagsterInstance, process: str) -> None:
    run_of(instance, process, dg.DagsterRunStatus.STARTED)
    assert fail_abandoned(instance) == []


def test_a_run_that_finished_or_has_not_begun_is_left_alone(instance: dg.DagsterInstance) -> None:
    process = dead()
    for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.NOT_STARTED):
        run_of(instance, process, status)
    assert fail_abandoned(instance) == []


def test_a_killed_refresh_is_failed_by_the_next_tick_and_what_it_owed_is_asked_for_again(
    world: World, watch: Watch
) -> None:
    world.add("north", "2024-12-14")
    moment = now(world.group)
    result = watch.tick(moment)
    assert isinstance(result, dg.SensorResult)
    assert result.run_requests
    key = str(result.run_requests[0].run_key)
    run_id = run_of(watch.instance, dead(), dg.DagsterRunStatus.STARTED, **{REQUEST_TAG: key})
    assert isinstance(watch.tick(moment), dg.SensorResult)  # it waits for no refresh
    run = watch.instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert watch.requested(moment + RETRY_AFTER) == {"north": ["2024-12"]}
