"""Runs that people launch in the interface stand in the audit log, with who the proxy says they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceRequestContext
from dagster._core.workspace.workspace import CurrentWorkspace

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.resources import lake_resource
from monette_assets.settings import Settings
from monette_assets.tables.attribution import CHAIN_TAG, HEADER, NOBODY, WHO_TAG, AttributedRunCoordinator, who_asked
from monette_assets.tables.hash_chain import entries, verify


@dg.asset(required_resource_keys={"lake"})
def written() -> None:
    """What somebody materializes."""


@dg.asset(required_resource_keys={"lake"})
def broken() -> None:
    """What fails."""
    raise ValueError("no such month")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def launch(lake: Lake, group: Group, instance: dg.DagsterInstance, *assets: str, **tags: str) -> Any:
    """A run of chosen assets, as Dagster makes it."""
    graph = dg.Definitions(
        [written, broken],
        resources={"lake": lake_resource(Settings(lake=lake.url), group)},
        executor=dg.in_process_executor,
    )
    job = graph.resolve_implicit_global_asset_job_def()
    keys = [dg.AssetKey(name) for name in assets]
    return job.execute_in_process(instance=instance, asset_selection=keys, tags=tags, raise_on_error=False)


def told(lake: Lake) -> list[tuple[str, ...]]:
    names = ("who", "through", "action", "what", "phase")
    return [
        tuple(entry[name] for name in names) for entry in entries(lake, "audit_log") if entry["action"] != "contract"
    ]


def test_a_run_of_chosen_assets_is_in_the_log_before_its_first_step_and_when_it_is_over(
    lake: Lake, group: Group, instance: dg.DagsterInstance
) -> None:
    launch(lake, group, instance, "written", **{WHO_TAG: "ann@example.com", "dagster/partition": "2024-11"})
    launch(lake, group, instance, "broken", "written", **{"dagster/backfill": "xyz"})
    assert told(lake) == [
        ("ann@example.com", "interface", "materialize", "2024-11 of written", "begun"),
        ("ann@example.com", "interface", "materialize", "2024-11 of written", "done"),
        ("backfill xyz", "interface", "materialize", "broken, written", "begun"),
        ("backfill xyz", "interface", "materialize", "broken, written", "failed"),
    ]
    assert verify(lake, "audit_log") is None


def test_the_runs_of_a_chain_are_one_act_unless_a_person_only_says_they_are(
    lake: Lake, group: Group, instance: dg.DagsterInstance
) -> None:
    launch(lake, group, instance, "written", **{CHAIN_TAG: "c0ffee"})
    assert told(lake) == []
    launch(lake, group, instance, "written", **{CHAIN_TAG: "c0ffee", WHO_TAG: "eve@example.com"})
    assert [row[0] for row in told(lake)] == ["eve@example.com"] * 2


def test_what_cannot_be_written_down_does_not_run(lake: Lake, group: Group, instance: dg.DagsterInstance) -> None:
    launch(lake, group, instance, "written")
    lake.open("audit_log").delete("number = 3")
    done = launch(lake, group, instance, "written")
    assert not done.success
    assert instance.all_logs(done.run_id, of_type=dg.DagsterEventType.STEP_START) == []
    assert verify(lake, "audit_log") is not None


@pytest.mark.parametrize(
    ("tags", "asked"),
    [
        ({"dagster/sensor_name": "release_when_quiet"}, ("release_when_quiet", "sensor")),
        ({"dagster/schedule_name": "daily_refresh"}, ("daily_refresh", "schedule")),
        ({"dagster/sensor_name": "x", WHO_TAG: "ann@example.com"}, ("ann@example.com", "interface")),
        ({}, ("Dagster", "job")),
    ],
)
def test_who_asked(tags: dict[str, str], asked: tuple[str, str]) -> None:
    assert who_asked(tags) == asked


def request_with(instance: dg.DagsterInstance, headers: dict[str, str] | None) -> WorkspaceRequestContext:
    return WorkspaceRequestContext(
        instance=instance,
        current_workspace=CurrentWorkspace(code_location_entries={}),
        process_context=None,  # type: ignore[arg-type]
        version=None,
        source=None if headers is None else SimpleNamespace(headers=headers),
        read_only=False,
    )


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        ({HEADER: "ann@example.com"}, "ann@example.com"),
        ({}, NOBODY),
        ({HEADER: "n" * 999}, "n" * 120),
        (None, "own"),
    ],
)
def test_the_coordinator_says_who_launched_a_run_whatever_its_tags_say(
    tmp_path: Path, headers: dict[str, str] | None, who: str
) -> None:
    named = {"module": "monette_assets.tables.attribution", "class": AttributedRunCoordinator.__name__}
    overrides = {"run_coordinator": {**named, "config": {}}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        assert isinstance(instance.run_coordinator, AttributedRunCoordinator)
        run = create_run_for_test(instance, status=dg.DagsterRunStatus.NOT_STARTED, tags={WHO_TAG: "own"})
        tag = attributed(instance, run, request_with(instance, headers))
    assert tag == who


def attributed(instance: dg.DagsterInstance, run: dg.DagsterRun, workspace: WorkspaceRequestContext) -> str:
    coordinator = instance.run_coordinator
    assert isinstance(coordinator, AttributedRunCoordinator)
    return coordinator.attributed(SubmitRunContext(run, workspace)).dagster_run.tags[WHO_TAG]
