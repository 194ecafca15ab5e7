"""`monette drained`: a code location that still executes runs is named with them, one that executes nothing may go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from monette_assets.cli import main
from monette_assets.home import dagster_instance
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.settings import Settings
from monette_assets_tests.automation.test_abandoned import dead


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with dagster_instance(Settings()) as made:
        yield made


def started(instance: dg.DagsterInstance, **tags: str) -> dg.DagsterRun:
    run: dg.DagsterRun = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run


def test_runs_that_it_launched_and_that_have_not_ended_are_named(
    instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    run = started(instance, **{GRPC_INFO_TAG: json.dumps({"host": "code-blue", "port": 4000})})
    assert main(["drained", "code-blue"]) == 1
    assert f"code-blue still executes {run.run_id[:8]}" in capsys.readouterr().err
    assert main(["drained", "code-green"]) == 0
    instance.report_run_failed(run)
    assert main(["drained", "code-blue"]) == 0
    assert capsys.readouterr().out.endswith("code-blue executes nothing; it may be stopped\n")


def test_so_are_runs_of_a_command_in_the_same_container_while_it_lives(instance: dg.DagsterInstance) -> None:
    started(instance, **{PROCESS_TAG: dead()})
    started(instance, **{PROCESS_TAG: "elsewhere:1:1"})
    assert main(["drained", "code-blue"]) == 0
    started(instance, **{PROCESS_TAG: this_process()})
    assert main(["drained", "code-blue"]) == 1
