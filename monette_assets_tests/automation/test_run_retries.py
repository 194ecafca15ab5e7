"""A run whose process is killed is tried again, twice at most; one that failed because of its data is not.

By the repository's own dagster.yaml, the daemon's own parts, and runs in processes of their own.
"""

from __future__ import annotations

import logging
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.test_utils import create_test_daemon_workspace_context
from dagster._core.workspace.load_target import PythonFileTarget
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.home import dagster_instance
from monette_assets.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240
CODE = """
import os, signal
import dagster as dg
from monette_assets.automation.refresh_job import JOB
from monette_assets.group import load_group
from monette_assets.resources import lake_resource
from monette_assets.settings import Settings

LAKE = {"lake": lake_resource(Settings(lake=os.environ["MONETTE_HOME"]), load_group(None))}

@dg.op(required_resource_keys={"lake"})
def is_killed(): os.kill(os.getpid(), signal.SIGKILL)

@dg.op(required_resource_keys={"lake"})
def finds_bad_data(): raise dg.Failure("a cent is missing", allow_retries=False)

@dg.job(name=JOB, resource_defs=LAKE, executor_def=dg.in_process_executor)
def refresh(): is_killed()

@dg.job(resource_defs=LAKE, executor_def=dg.in_process_executor)
def checked(): finds_bad_data()

@dg.sensor(jobs=[refresh, checked], minimum_interval_seconds=0, default_status=dg.DefaultSensorStatus.RUNNING)
def both(context):
    yield dg.RunRequest(run_key="killed", job_name=JOB)
    yield dg.RunRequest(run_key="checked", job_name="checked")

defs = dg.Definitions(jobs=[refresh, checked], sensors=[both])
"""


def test_a_killed_refresh_is_tried_twice_more_and_failed_data_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.chdir(ROOT)  # its dagster.yaml
    code = tmp_path / "code.py"
    code.write_text(CODE, encoding="utf-8")
    target = PythonFileTarget(str(code), None, str(ROOT), None)
    with (
        dagster_instance(Settings()) as instance,
        create_test_daemon_workspace_context(target, instance) as workspace,
        QueuedRunCoordinatorDaemon(interval_seconds=1) as queue,
        EventLogConsumerDaemon() as retries,
    ):
        list(retries.run_iteration(workspace))  # it begins to listen
        list(execute_sensor_iteration(workspace, logging.getLogger(), None, None))

        @retry(
            retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(PATIENCE_SECONDS),
            wait=wait_fixed(0.5), reraise=True,
        )  # fmt: skip
        def until_all_is_over() -> dict[str, list[dg.DagsterRun]]:
            """What the daemon does again and again, without its pauses; the runs by job, in order."""
            list(queue.run_iteration(workspace))
            fail_abandoned(instance)
            list(retries.run_iteration(workspace))
            runs: dict[str, list[dg.DagsterRun]] = {"refresh": [], "checked": []}
            for record in sorted(instance.get_run_records(), key=lambda record: record.create_timestamp):
                runs[record.dagster_run.job_name].append(record.dagster_run)
            assert all(run.status is dg.DagsterRunStatus.FAILURE for each in runs.values() for run in each)
            assert all(each and each[-1].tags.get("dagster/will_retry") == "false" for each in runs.values())
            return runs

        runs = until_all_is_over()
    assert [run.tags.get("dagster/retry_number") for run in runs["refresh"]] == [None, "1", "2"]
    assert {run.tags.get("dagster/run_key") for run in runs["refresh"]} == {"killed"}  # who asked knows them all
    assert len(runs["checked"]) == 1


def test_containers_retry_as_a_laptop_does() -> None:
    here, containers = (
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        for name in ("dagster.yaml", "infra/compose/dagster.yaml")
    )
    assert here["run_retries"] == containers["run_retries"]
