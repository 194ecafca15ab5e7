"""Gold written outside of a refresh is released once, when nothing is being written: the sensor tick by tick."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation import releasing
from monette_assets.automation.chain import CHAIN_TAG, HALFWAY_TAG, Step, execute, plan_months
from monette_assets.definitions import build
from monette_assets.group import Group, load_group
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.settings import Settings
from monette_assets.tables import Contract, partitions, releases
from monette_assets.tables.asset import asset_key
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.frames import NOW
from monette_assets_tests.tables.sample import CONTRACT

LEDGER = replace(CONTRACT, name="gold/ledger", checks=())
BALANCE = replace(CONTRACT, name="gold/balance", checks=())
RELEASES = dg.AssetKey(releases.NAME)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return load_group(write_contract(tmp_path_factory.mktemp("contract")))


@dataclass
class Resource:
    lake: Lake


@dataclass
class Graph:
    """Two gold tables by month and their releases, watched by the sensor."""

    group: Group
    lake: Lake
    instance: dg.DagsterInstance
    cursor: Any = None
    meanwhile: list[Callable[[], None]] = field(default_factory=list)  # what happens while a gold table is written

    def __post_init__(self) -> None:
        self.backfill(LEDGER, **{CHAIN_TAG: "first"})
        assert self.tick() == 0  # the first only notes how things are

    @property
    def assets(self) -> list[dg.AssetsDefinition]:
        def gold(contract: Contract) -> dg.AssetsDefinition:
            @dg.asset(
                key=asset_key(contract),
                partitions_def=partitions.months(self.group),
                backfill_policy=dg.BackfillPolicy.single_run(),
                required_resource_keys={"lake"},
            )
            def written(context: dg.AssetExecutionContext) -> None:
                self.write(contract, context.run_id)
                while self.meanwhile:
                    self.meanwhile.pop()()

            return written

        release = releases.build(
            [LEDGER, BALANCE], self.group, condition=releasing.CONDITION, who_writes=releasing.who_writes
        )
        return [gold(LEDGER), gold(BALANCE), release]

    def write(self, contract: Contract, run_id: str) -> None:
        self.lake.publish(
            contract.name,
            pa.Table.from_pylist([], schema=contract.arrow_schema),
            schema=contract.arrow_schema,
            scope=Scope.everything(),
            commit=Commit(
                run_id=run_id,
                publish_id=f"{run_id}:{contract.name}",
                code_version="1",
                contract_version="1",
                input_versions={},
                units="all",
                at=NOW,
            ),
        )

    @property
    def definitions(self) -> dg.Definitions:
        return dg.Definitions(self.assets, resources={"lake": Resource(self.lake)})

    def run(self, keys: list[dg.AssetKey], month: str | None, tags: dict[str, str]) -> None:
        """As the user interface and the sensor begin it."""
        job = self.definitions.resolve_implicit_job_def_def_for_assets(keys)
        assert job is not None
        done = job.execute_in_process(instance=self.instance, asset_selection=keys, partition_key=month, tags=tags)
        assert done.success

    def backfill(self, *contracts: Contract, month: str = "2024-11", **tags: str) -> None:
        """A run of these tables for a month."""
        self.run([asset_key(each) for each in contracts], month, tags)

    def tick(self) -> int:
        """How many runs of `releases` a tick asks for."""
        result = dg.evaluate_automation_conditions(self.definitions, self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        assert result.total_requested == result.get_num_requested(RELEASES)
        return result.total_requested

    def release(self, **tags: str) -> int:
        """The run asked for; the newest release after it."""
        self.run([RELEASES], None, tags)
        return self.lake.sequence(releases.NAME)


@pytest.fixture
def graph(tmp_path: Path, group: Group) -> Iterator[Graph]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Graph(group, Lake(str(tmp_path / "lake")), instance)


def test_a_backfilled_old_month_is_released_once(graph: Graph) -> None:
    assert graph.tick() == 0
    graph.backfill(LEDGER)
    assert graph.tick() == 1
    assert graph.tick() == 0
    assert graph.release() == 1
    assert [graph.tick(), graph.tick()] == [0, 0]
    graph.backfill(LEDGER, month="2024-12")
    assert graph.tick() == 1


def test_two_tables_at_once_are_one_release(graph: Graph) -> None:
    graph.backfill(LEDGER, BALANCE)
    assert [graph.tick(), graph.tick()] == [1, 0]
    assert graph.release() == 1
    assert set(releases.latest(graph.lake)) == {"gold/ledger", "gold/balance"}


def test_nothing_is_asked_for_while_a_table_is_being_written(graph: Graph) -> None:
    during: list[int] = []
    graph.backfill(LEDGER)
    graph.meanwhile.append(lambda: during.append(graph.tick()))
    graph.backfill(BALANCE)
    assert during == [0]
    assert [graph.tick(), graph.tick()] == [1, 0]


def test_an_update_after_the_request_is_asked_for_again(graph: Graph) -> None:
    """The release that was asked for may have looked before it."""
    graph.backfill(LEDGER)
    assert graph.tick() == 1
    graph.release()
    graph.backfill(BALANCE)
    assert [graph.tick(), graph.tick()] == [1, 0]


def test_a_refresh_releases_by_itself(graph: Graph) -> None:
    graph.backfill(LEDGER, BALANCE, **{CHAIN_TAG: "c0ffee"})
    assert graph.tick() == 0
    graph.backfill(LEDGER, **{CHAIN_TAG: "c0ffee"})
    graph.backfill(LEDGER)  # the same table and month by hand as well
    assert graph.tick() == 1


def test_what_was_asked_for_waits_for_whoever_began_to_write_meanwhile(graph: Graph) -> None:
    graph.backfill(LEDGER)
    assert graph.tick() == 1
    found: list[int] = []
    graph.meanwhile.append(lambda: found.append(graph.release()))
    graph.backfill(BALANCE)
    assert found == [0]
    assert graph.tick() == 1  # for the one that wrote meanwhile
    assert graph.release() == 1


def test_nothing_is_released_between_two_runs_of_a_refresh(graph: Graph) -> None:
    graph.backfill(LEDGER, **{CHAIN_TAG: "c0ffee", HALFWAY_TAG: "yes", PROCESS_TAG: this_process()})
    assert graph.release() == 0
    graph.backfill(BALANCE, **{CHAIN_TAG: "c0ffee", PROCESS_TAG: this_process()})
    assert graph.release(**{CHAIN_TAG: "c0ffee"}) == 1


def test_a_refresh_that_died_halfway_holds_nothing_up(graph: Graph) -> None:
    host, pid, _ = this_process().split(":")
    died = f"{host}:{pid}:0" if Path("/proc").exists() else f"{host}:999999999:"
    graph.backfill(LEDGER, **{CHAIN_TAG: "c0ffee", HALFWAY_TAG: "yes", PROCESS_TAG: died})
    assert graph.release() == 1


def test_a_run_that_has_not_begun_is_not_waited_for(graph: Graph) -> None:
    graph.backfill(LEDGER)
    create_run_for_test(
        graph.instance, status=dg.DagsterRunStatus.NOT_STARTED, asset_selection=frozenset({asset_key(BALANCE)})
    )
    assert graph.release() == 1


def test_the_first_of_two_table_runs_is_halfway(group: Group, tmp_path: Path) -> None:
    def nothing(step: Step) -> list[dg.AssetsDefinition]:
        def done(key: dg.AssetKey) -> dg.AssetsDefinition:
            @dg.asset(key=key, partitions_def=partitions.months(group), backfill_policy=dg.BackfillPolicy.single_run())
            def made() -> None: ...

            return made

        return [done(key) for key in step.assets]

    november, december = date(2024, 11, 1), date(2024, 12, 1)
    steps = plan_months(group, {"north": [november]}, latest=december, fetch=False)
    definitions = dg.Definitions([each for step in steps for each in nothing(step)])
    with dg.DagsterInstance.ephemeral() as instance:
        result = execute(definitions, instance, steps)
        tags = [instance.get_run_by_id(step.run_id).tags for step in result.steps]  # type: ignore[union-attr]
    assert [(step.step.name, HALFWAY_TAG in tag) for step, tag in zip(result.steps, tags, strict=True)] == [
        ("tables", True), ("balances", False)
    ]  # fmt: skip


def test_the_sensor_runs_from_the_start_and_asks_for_releases_only(group: Group, tmp_path: Path) -> None:
    definitions = build(Settings(home=tmp_path), group)
    sensor = definitions.resolve_sensor_def(releasing.SENSOR)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    graph = definitions.resolve_asset_graph()
    conditions = {key for key in graph.get_all_asset_keys() if graph.get(key).automation_condition is not None}
    assert conditions == {RELEASES}
    gold = {key for key in graph.get_all_asset_keys() if key.path[0] == "gold"}
    of_costs = {dg.AssetKey(["gold", f"platform_{name}"]) for name in ("budgets", "cost_restatements", "costs")}
    assert of_costs < gold
    assert graph.get(RELEASES).parent_keys == gold - of_costs  # decision 36: costs are in no release
