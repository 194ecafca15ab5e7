"""Whoever does not answer waits, the others go on; once it answers it is asked for what it owes, named by nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.catch_up import CHECK, Cursor, tick, wait_after
from monette_assets.automation.failed_partitions import left_failed
from monette_assets.clock import now
from monette_assets.definitions import build
from monette_assets.resources import QuickBooks, RunningJudge, token_keeper
from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.limits import Limits
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, REALMS, World
from monette_assets_tests.sources.serving import HandClock

BOTH = ["2024-11", "2024-12"]


def quick(world: World) -> QuickBooks:
    """QuickBooks through the real client, with a clock that waits for nobody: a 429 costs minutes."""
    made = QuickBooks(world.settings, world.group)
    made.__dict__["client"] = QuickBooksClient(
        base_url=world.settings.quickbooks_url,
        realms=REALMS,
        tokens=token_keeper(world.settings),
        limits=Limits(per_second=100_000, per_minute=1_000_000),
        clock=Hurried(),
    )
    return made


class Hurried(HandClock):
    """Waits take no time; the day is today."""

    def now(self) -> datetime:
        return datetime.now().astimezone()


@dataclass
class Watch:
    """The sensor, tick by tick, on an instance of its own."""

    world: World
    instance: dg.DagsterInstance
    cursor: str | None = None
    said: dg.AssetCheckEvaluation | None = None

    def tick(self, moment: datetime | None = None) -> dict[str, Any] | None:
        """What the tick asks the job to do; None if nothing."""
        world = self.world
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = tick(context, world.group, world.lake, quick(world), moment or now(world.group))
        assert isinstance(result, dg.SensorResult), result
        self.cursor = result.cursor
        for event in result.asset_events:
            assert isinstance(event, dg.AssetCheckEvaluation)
            assert event.check_name == CHECK
            self.said = event
        if not result.run_requests:
            return None
        config: dict[str, Any] = result.run_requests[0].run_config["ops"][refresh_job.OP]["config"]
        return {name: value for name, value in config.items() if value or name == "fetch"}

    def fetch(self) -> chain.ChainResult:
        """The fetching steps of a refresh of both months, whoever asked for it."""
        world = self.world
        steps = [
            step for step in chain.plan(world.group, NOVEMBER, DECEMBER) if step.name in ("objects", "reports")
        ]  # fmt: skip
        definitions = build(
            world.settings, world.group, {"judge": RunningJudge(world.judge), "quickbooks": quick(world)}
        )
        return chain.execute(definitions, self.instance, steps)


@pytest.fixture
def watch(world: World, tmp_path: Path) -> Any:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield Watch(world, instance)


def reconnect(world: World) -> None:
    world.heal()
    world.connect("north")


def heal(world: World) -> None:
    world.heal()


OUTAGES: Mapping[str, tuple[dict[str, Any], Callable[[World], None]]] = {
    "token revoked": ({"kind": "revoke_token"}, reconnect),
    "throttled for long": ({"kind": "throttle"}, heal),
    "source down": ({"kind": "gateway_timeout"}, heal),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_company_that_does_not_answer_waits_and_catches_up_by_itself(world: World, watch: Watch, outage: str) -> None:
    fault, ends = OUTAGES[outage]
    world.fault(realm="1001", **fault)
    try:
        result = watch.fetch()
        assert not result.ok
        owing = {(each.table, each.company) for each in left_failed(watch.instance, world.group, world.lake)}
        assert {company for _, company in owing} == {"north"}  # the other one came
        moment = now(world.group)
        for hours in (0, 1, 24):  # it is looked at all day, and nothing is asked of it
            assert watch.tick(moment + timedelta(hours=hours)) is None
    finally:
        ends(world)
    assert watch.said is not None
    assert not watch.said.passed
    assert "bronze/quickbooks_reports north|2024-11, north|2024-12 did not arrive" in str(watch.said.description)
    assert watch.tick(moment + timedelta(hours=24, minutes=1)) == {"fetch": True, "months": {"north": BOTH}}  # at once
    assert watch.fetch().ok
    assert watch.tick(moment + timedelta(hours=24, minutes=2)) is None
    assert watch.said.passed
    assert Cursor.model_validate_json(watch.cursor or "").tried == {}


def test_while_nobody_listens_at_all_everybody_waits_and_then_everybody_catches_up(world: World, watch: Watch) -> None:
    nowhere = world.settings.model_copy(update={"quickbooks_url": "http://127.0.0.1:9"})
    watch.world = replace(world, settings=nowhere)
    result = watch.fetch()
    assert "ConnectError" in result.steps[0].error
    moment = now(world.group)
    for hours in (0, 24):
        assert watch.tick(moment + timedelta(hours=hours)) is None
    watch.world = world
    assert watch.tick(moment + timedelta(hours=25)) == {"fetch": True, "months": {"north": BOTH, "south": BOTH}}


def test_what_can_never_succeed_is_tried_later_and_later_and_for_ever_but_seldom(world: World, watch: Watch) -> None:
    @dg.asset(key=["silver", "classes"])
    def classes() -> None:
        raise MemoryError

    dg.materialize([classes], instance=watch.instance, raise_on_error=False)
    moment, waits = now(world.group), []
    for attempt in range(1, 8):
        assert watch.tick(moment) == {"fetch": False, "first": "2024-12", "last": "2024-12"}
        assert watch.tick(moment + wait_after(attempt) - timedelta(seconds=1)) is None
        waits.append(wait_after(attempt) / timedelta(minutes=1))
        moment += wait_after(attempt)
    assert waits == [15, 30, 60, 120, 240, 240, 240]
    assert wait_after(100) == timedelta(hours=4)


def test_data_that_is_wrong_is_said_and_never_tried_again(world: World, watch: Watch) -> None:
    @dg.asset(key=["silver", "classes"])
    def classes() -> None:
        raise dg.Failure("nothing passed", allow_retries=False)

    dg.materialize([classes], instance=watch.instance, raise_on_error=False)
    assert watch.tick() is None
    assert watch.said is not None
    assert (watch.said.passed, watch.said.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "silver/classes failed because of its data" in str(watch.said.description)
    watch.said = None
    assert watch.tick() is None
    assert watch.said is None  # once is enough
