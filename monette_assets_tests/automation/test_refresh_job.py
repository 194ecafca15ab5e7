"""From an edit in QuickBooks to the profit and loss, by way of the sensor and the job it asks for."""

from __future__ import annotations

from decimal import Decimal

import dagster as dg
import pytest

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.refresh_job import Refresh, months_of, told, unfetched
from monette_assets.definitions import build
from monette_assets.resources import RunningJudge
from monette_assets.tables import releases
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, REALMS, Watch, World


def test_an_edited_document_travels_to_the_profit_and_loss(world: World) -> None:
    before, release = world.cost("north", NOVEMBER, "Utilities"), world.lake.sequence(releases.NAME)
    world.add("north", "2024-11-15", "1234.56", "Utilities")
    watch = Watch(world, instance=world.instance)
    result = watch.tick()
    assert isinstance(result, dg.SensorResult)
    assert result.run_requests
    request = result.run_requests[0]
    done = (
        world.definitions()
        .resolve_job_def(refresh_job.JOB)
        .execute_in_process(
            instance=world.instance, run_config=request.run_config, tags=dict(request.tags), raise_on_error=False
        )
    )
    assert done.success, [event.step_failure_data for event in done.all_events if event.is_step_failure]
    assert world.cost("north", NOVEMBER, "Utilities") == before + Decimal("1234.56")
    assert world.lake.sequence(releases.NAME) == release + 1
    # December is balanced against QuickBooks as it is now, whether or not anything of December was edited
    assert [row for row in world.lake.read("gold/tie_out").to_pylist() if row["difference"]] == []
    steps = world.instance.get_runs(dg.RunsFilter(tags={refresh_job.PARENT_TAG: done.run_id}))
    assert {run.tags["monette/step"] for run in steps} >= {"objects", "reports", "tables"}
    assert watch.requested() is None
    assert watch.memory.owed == {}


def test_months_are_given_by_company_or_as_a_range(world: World) -> None:
    whole = months_of(Refresh(first="2024-11", last="2024-12"), world.group)
    assert whole == {key: {NOVEMBER, DECEMBER} for key in REALMS}
    one = months_of(Refresh(first="2024-12", last="2024-12", companies=["south"]), world.group)
    assert one == {"south": {DECEMBER}}
    both = months_of(Refresh(first="2024-12", last="2024-12", months={"north": ["2024-11"]}), world.group)
    assert both == {"north": {NOVEMBER, DECEMBER}, "south": {DECEMBER}}


@pytest.mark.parametrize(
    ("refresh", "told"),
    [
        (Refresh(first="2024-11"), "expected both first and last"),
        (Refresh(first="2023-01", last="2024-11"), "expected months from 2024-11 to .*, found 2023-01"),
        (Refresh(months={"nort": ["2024-11"]}), "no company 'nort'"),
        (Refresh(months={"north": ["11/2024"]}), "11/2024"),
    ],
)
def test_what_cannot_be_refreshed_is_refused(world: World, refresh: Refresh, told: str) -> None:
    with pytest.raises((ValueError, KeyError), match=told):
        months_of(refresh, world.group)


def test_what_could_not_be_fetched_is_told_with_what_to_do(world: World) -> None:
    world.fault(kind="revoke_token", realm="1002")
    objects = [step for step in chain.plan(world.group, DECEMBER, DECEMBER) if step.name == "objects"]
    result = chain.execute(world.definitions(), world.instance, objects)
    world.heal()
    world.connect("south")
    assert unfetched(world.group, result) == {"south"}
    assert "south" in told(result)
    assert "monette connect south" in told(result)
    assert "north" not in told(result)


def test_a_failed_check_is_told_by_table_month_and_amount(world: World) -> None:
    step = chain.Step("tables", (), "2024-11", "2024-11")
    failed = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(["gold", "tie_out"]),
        check_name="ties_out",
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description="north 2024-11: account_id 60, difference 0.01",
        partition="2024-11",
    )
    result = chain.ChainResult("c0ffee", [chain.StepResult(step, "run", success=True, failed_checks=(failed,))])
    assert not unfetched(world.group, result)  # trying again would bring the same
    assert not result.ok
    assert "gold/tie_out ties_out 2024-11: north 2024-11: account_id 60, difference 0.01" in told(result)
    assert "monette check" in told(result)


def test_where_a_step_breaks_down_every_company_is_still_owed(world: World) -> None:
    """A full disk after everything came: the months stand in bronze, and not in gold."""

    class FullDisk:
        @property
        def lake(self) -> object:
            raise OSError(28, "No space left on device")

    definitions = build(world.settings, world.group, {"judge": RunningJudge(world.judge), "lake": FullDisk()})
    tables = [chain.Step("tables", (dg.AssetKey(["silver", "accounts"]),), "2024-12", "2024-12")]
    result = chain.execute(definitions, world.instance, tables)
    assert unfetched(world.group, result) == {"north", "south"}
