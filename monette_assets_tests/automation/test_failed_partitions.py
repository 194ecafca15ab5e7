"""What is left failed is told by table, partition and reason; what was mended since is not."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from monette_assets.automation import chain
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.failed_partitions import (
    Left,
    Why,
    left_failed,
    never_fetched,
    to_fetch,
    to_rebuild,
    told,
)
from monette_assets.bronze import quickbooks_reports
from monette_assets.group import load_group
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, World
from monette_assets_tests.contracts import small_contract, write_contract

REPORTS, OBJECTS = "bronze/quickbooks_reports", "bronze/quickbooks_objects"


def fetching(world: World) -> list[chain.Step]:
    """The steps that ask QuickBooks for both months."""
    steps = chain.plan(world.group, NOVEMBER, DECEMBER)
    return [step for step in steps if step.name in ("objects", "reports")]


def test_what_a_company_did_not_send_is_left_until_it_comes(world: World, instance: dg.DagsterInstance) -> None:
    world.fault(kind="revoke_token", realm="1001")
    chain.execute(world.definitions(), instance, fetching(world))
    left = left_failed(instance, world.group, world.lake)
    assert [(each.table, each.partition, each.why) for each in left] == [
        (OBJECTS, "north", Why.ABSENT),
        (REPORTS, "north|2024-11", Why.ABSENT),
        (REPORTS, "north|2024-12", Why.ABSENT),
    ]
    assert to_fetch(left, world.group, DECEMBER) == {"north": {NOVEMBER, DECEMBER}}
    assert to_rebuild(left, DECEMBER) is None
    run = left[1].run_id[:8]
    assert told(left)[1] == f"{REPORTS} north|2024-11, north|2024-12 did not arrive (run {run})"
    world.heal()
    world.connect("north")
    chain.execute(world.definitions(), instance, fetching(world))
    assert left_failed(instance, world.group, world.lake) == []


def test_where_only_balances_were_asked_for_the_companies_that_sent_them_are_not_left(
    world: World, instance: dg.DagsterInstance
) -> None:
    """Such a run says nothing of a month's other reports, unless something is missing."""
    world.fault(kind="revoke_token", realm="1001")
    [reports] = [step for step in fetching(world) if step.name == "reports"]
    chain.execute(world.definitions(), instance, [replace(reports, config=quickbooks_reports.balances_only())])
    world.heal()
    world.connect("north")
    left = left_failed(instance, world.group, world.lake)
    assert {(each.partition, each.why) for each in left} == {
        ("north|2024-11", Why.ABSENT),
        ("north|2024-12", Why.ABSENT),
    }


KILLED = """
import os, signal, sys
from pathlib import Path
import dagster as dg
from monette_assets.automation import chain
from monette_assets.definitions import build
from monette_assets.group import load_group
from monette_assets.lake import Lake
from monette_assets.settings import Settings

class KillsAtTheSecondTable:
    asked = 0
    @property
    def lake(self):
        self.asked += 1
        if self.asked > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return Lake(settings.lake_url)

storage, home, contract = sys.argv[1:]
settings = Settings(home=Path(home), group=Path(contract))
tables = tuple(dg.AssetKey(["silver", name]) for name in ("accounts", "general_ledger"))
with dg.DagsterInstance.local_temp(storage) as instance:
    definitions = build(settings, load_group(Path(contract)), {"lake": KillsAtTheSecondTable()})
    chain.execute(definitions, instance, [chain.Step("tables", tables, "2024-11", "2024-12")])
"""


def test_what_a_killed_process_did_not_get_to_is_left_and_can_be_rebuilt(
    world: World, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    contract = str(world.settings.home / "group")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(world.settings.home), contract],
        check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert left_failed(instance, world.group, world.lake) == []  # as far as anybody knows it still runs
    [run_id] = fail_abandoned(instance)
    left = left_failed(instance, world.group, world.lake)
    assert left == [
        Left("silver/general_ledger", "2024-11", Why.CRASHED, run_id),
        Left("silver/general_ledger", "2024-12", Why.CRASHED, run_id),
    ]
    assert to_rebuild(left, DECEMBER) == (NOVEMBER, DECEMBER)
    assert to_fetch(left, world.group, DECEMBER) == {}
    again = chain.Step("tables", (dg.AssetKey(["silver", "general_ledger"]),), "2024-11", "2024-12")
    assert chain.execute(world.definitions(), instance, [again]).ok
    assert left_failed(instance, world.group, world.lake) == []
    world.settle()


def bad_data() -> None:
    raise dg.Failure("nothing passed the audit", allow_retries=False)


def full_disk() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("fails", "why"), [(bad_data, Why.REFUSED), (full_disk, Why.CRASHED)])
def test_data_that_is_wrong_is_told_from_a_break_down(
    world: World, instance: dg.DagsterInstance, fails: Callable[[], None], why: Why
) -> None:
    @dg.asset(key=["silver", "classes"])
    def classes() -> None:
        fails()

    dg.materialize([classes], instance=instance, raise_on_error=False)
    left = left_failed(instance, world.group, world.lake)
    assert [(each.table, each.partition, each.why) for each in left] == [("silver/classes", "", why)]
    assert to_rebuild(left, DECEMBER) == ((DECEMBER, DECEMBER) if why is Why.CRASHED else None)


def test_a_company_of_which_nothing_ever_came_is_left_for_each_month_it_belongs_to_the_group(
    world: World, tmp_path: Path
) -> None:
    north = small_contract()["companies"][0]
    west = {**north, "code": "west", "name": "West", "realm_id": "1003", "first_period": date(2024, 12, 1)}
    group = load_group(write_contract(tmp_path / "group", companies=[*small_contract()["companies"], west]))
    left = never_fetched(group, world.lake)
    assert left == [Left(REPORTS, "west|2024-12", Why.NEVER)]
    assert to_fetch(left, group, DECEMBER) == {"west": {DECEMBER}}


def test_a_company_that_left_the_contract_is_nobodys_concern(
    world: World, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    world.fault(kind="revoke_token", realm="1002")
    chain.execute(world.definitions(), instance, fetching(world)[:1])
    world.heal()
    world.connect("south")
    alone = load_group(
        write_contract(Path(str(instance.root_directory)) / "group", companies=small_contract()["companies"][:1])
    )
    assert [each.partition for each in left_failed(instance, world.group, world.lake)] == ["south"]
    assert left_failed(instance, alone, world.lake) == []
