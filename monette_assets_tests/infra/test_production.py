"""Production as infra/compose has it, on a real PostgreSQL: the queue, a deployment and back, a killed code location.

Every service is a process of its own, started as the container's command starts it, with infra/compose's files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.storage.tags import GRPC_INFO_TAG

from monette_assets.automation import heartbeat
from monette_assets.automation.draining import executed_by
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets.simulator.server import running as simulator_running
from monette_assets.tables.attribution import WHO_TAG
from monette_assets.tables.code import Code
from monette_assets_tests import postgres
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.infra.chart import named, rendered
from monette_assets_tests.infra.deployment import (
    REPOSITORY,
    ROOT,
    Deployment,
    another_version,
    deployment,
    eventually,
)

BLUE, GREEN = "127.0.0.1", "127.0.0.2"
RATES = "bronze/exchange_rates"
SENSORS = """
query($of: RepositorySelector!) {
  sensorsOrError(repositorySelector: $of) { ... on Sensors { results { id name } } }
}
"""
SWITCH_OFF = "mutation($id: String!) { stopSensor(id: $id) { ... on StopSensorMutationResult { __typename } } }"


@dataclass
class Rehearsal:
    """What was seen of four runs of one table, while the code location was switched, switched back, and killed."""

    instance: dg.DagsterInstance
    production: Deployment
    another: Path  # the package that green was of
    through_blue: str  # begun on blue, ended after the switch to green
    through_green: str  # asked for of blue, waited in the queue, begun on green, ended after the switch back
    killed: str  # asked for of blue, waited through both switches, and killed with its code location
    tried_again: str
    seen: dict[str, object]

    def run(self, run_id: str) -> dg.DagsterRun:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run

    def code_of(self, run_id: str) -> str:
        """The version of the code that made what the run appended."""
        lake = Lake(self.production.environment["MONETTE_LAKE"])
        made = {entry.commit.run_id: entry.commit.code_version for entry in lake.history(RATES) if entry.commit}
        return made[run_id]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A place for the services, on an empty database; the environment is theirs."""
    folder = tmp_path_factory.mktemp("production")
    environment = {
        "MONETTE_HOME": str(folder / "home"),
        "MONETTE_GROUP": str(write_contract(folder / "group")),
        "MONETTE_LAKE": str(folder / "lake"),
    }
    with (
        postgres.running() as database,
        simulator_running({}) as outside,
        deployment(folder, database, environment, outside.url) as made,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in made.environment.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="module")
def rehearsal(production: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A deployment and its rollback while runs are executed and wait; then a code location that is killed."""
    with production.instance() as instance, ExitStack() as stack:
        first, second, third = (stack.enter_context(production.gate.holding(f"2025-0{month}")) for month in (3, 4, 5))

        def status(run_id: str) -> Status:
            run = instance.get_run_by_id(run_id)
            assert run is not None
            return run.status

        def begun(run_id: str) -> None:
            """Until its step asks the Bank of Canada."""
            started = dg.DagsterEventType.STEP_START
            eventually(lambda: bool(instance.all_logs(run_id, of_type=started)), production.told)

        production.code(BLUE)
        production.webserver(BLUE)
        for sensor in production.ask(SENSORS, {"of": REPOSITORY})["sensorsOrError"]["results"]:
            if sensor["name"] != heartbeat.SENSOR:  # theirs is another subject, and they cost time
                assert production.ask(SWITCH_OFF, {"id": sensor["id"]})["stopSensor"]
        production.daemon(BLUE)
        runs = [production.launch(f"2025-0{month}", RATES) for month in (3, 4, 5)]
        begun(runs[0])
        seen: dict[str, object] = {"while blue executes": [status(run) for run in runs]}

        another = another_version(tmp_path_factory.mktemp("another"))
        production.code(GREEN, another)
        production.daemon(GREEN)
        seen["executed by blue after the switch"] = [run.run_id for run in executed_by(instance, BLUE)]
        first.set()
        begun(runs[1])
        seen["executed by blue in the end"] = [run.run_id for run in executed_by(instance, BLUE)]

        production.daemon(BLUE)
        second.set()
        begun(runs[2])
        seen["executed by green in the end"] = [run.run_id for run in executed_by(instance, GREEN)]
        production.stop(f"code-{GREEN}")

        production.kill(f"code-{BLUE}")
        seen["just after the kill"] = status(runs[2])
        production.code(BLUE)
        third.set()
        eventually(lambda: status(runs[2]) is Status.FAILURE, production.told)

        def again() -> list[dg.DagsterRun]:
            return list(instance.get_runs(dg.RunsFilter(tags={"dagster/parent_run_id": runs[2]})))

        eventually(lambda: [run.status for run in again()] == [Status.SUCCESS], production.told)
        through_blue, through_green, killed = runs
        yield Rehearsal(instance, production, another, through_blue, through_green, killed, again()[0].run_id, seen)


def test_a_run_launched_in_the_interface_goes_through_the_queue_to_the_code_location(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(rehearsal.through_blue)
    assert (run.status, run.tags[WHO_TAG]) == (Status.SUCCESS, "olive@example.com")


def test_runs_of_one_table_wait_for_each_other(rehearsal: Rehearsal) -> None:
    assert rehearsal.seen["while blue executes"] == [Status.STARTED, Status.QUEUED, Status.QUEUED]


def test_runs_go_on_where_they_began_and_what_waits_is_executed_by_the_version_switched_to(
    rehearsal: Rehearsal,
) -> None:
    runs = (rehearsal.through_blue, rehearsal.through_green, rehearsal.tried_again)
    hosts = [json.loads(rehearsal.run(run).tags[GRPC_INFO_TAG])["host"] for run in runs]
    assert hosts == [BLUE, GREEN, BLUE]
    blue, green = Code().version(RATES), Code(rehearsal.another / "monette_assets").version(RATES)
    assert blue != green or "MONETTE_REHEARSE" in os.environ  # a commit may have left the table alone
    assert [rehearsal.code_of(run) for run in runs] == [blue, green, blue]


def test_who_deploys_is_told_when_the_old_code_location_may_be_stopped(rehearsal: Rehearsal) -> None:
    assert rehearsal.seen["executed by blue after the switch"] == [rehearsal.through_blue]
    assert rehearsal.seen["executed by blue in the end"] == []
    assert rehearsal.seen["executed by green in the end"] == []


def test_a_run_killed_with_its_code_location_is_settled_by_run_monitoring_and_tried_again(rehearsal: Rehearsal) -> None:
    """Nobody is left to say that it ended: the code location is asked, and knows nothing of it."""
    assert rehearsal.seen["just after the kill"] is Status.STARTED
    said = " ".join(event.message for event in rehearsal.instance.all_logs(rehearsal.killed))
    assert "was started anew, and does not execute it" in said
    assert rehearsal.run(rehearsal.tried_again).status is Status.SUCCESS


def test_sensors_are_evaluated_where_the_platforms_settings_are_though_the_daemon_has_none(
    rehearsal: Rehearsal,
) -> None:
    platform = rehearsal.production.platform
    assert platform.keys() & rehearsal.production.database.keys() == set()
    beat = Settings(home=Path(platform["MONETTE_HOME"])).heartbeat_path
    eventually(beat.is_file, rehearsal.production.told)


def test_no_run_is_lost(rehearsal: Rehearsal) -> None:
    ended = {run.run_id: run.status for run in rehearsal.instance.get_runs()}
    assert ended == {
        rehearsal.through_blue: Status.SUCCESS,
        rehearsal.through_green: Status.SUCCESS,
        rehearsal.killed: Status.FAILURE,
        rehearsal.tried_again: Status.SUCCESS,
    }


def test_the_charts_probe_finds_the_code_location_serving(rehearsal: Rehearsal) -> None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    pytest.importorskip("helm_python", reason="renders the chart, on Linux x86-64 only")
    [code] = named(rendered(), "Deployment", "monette-code")["spec"]["template"]["spec"]["containers"]
    with grpc.insecure_channel(f"{BLUE}:{rehearsal.production.code_port}") as channel:
        asked = health_pb2.HealthCheckRequest(service=code["livenessProbe"]["grpc"]["service"])
        said = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=30)
    assert said.status == health_pb2.HealthCheckResponse.SERVING


def test_both_versions_read_what_both_have_written(rehearsal: Rehearsal) -> None:
    for package in (ROOT, rehearsal.another):
        assert rehearsal.production.months_read_by(package, RATES) == {"2025-03", "2025-04", "2025-05"}


def test_what_a_person_switched_off_stays_off_whichever_code_location_answers(rehearsal: Rehearsal) -> None:
    names = [state.instigator_name for state in rehearsal.instance.all_instigator_state()]
    off = {
        state.instigator_name for state in rehearsal.instance.all_instigator_state() if state.status.value == "STOPPED"
    }
    assert len(names) == len(set(names))  # one state each: the code location's address is no part of it
    assert "quickbooks_changes" in off
    assert heartbeat.SENSOR not in off
