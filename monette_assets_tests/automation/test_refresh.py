"""What does not tie out is fetched again, once, and only what still differs then is reported."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest
from rich.console import Console

from monette_assets.automation import refresh_job
from monette_assets.automation.chain import CHAIN_TAG, ChainResult, plan
from monette_assets.automation.refresh import came_in, told_again
from monette_assets.automation.refresh_job import Refresh
from monette_assets.commands.refreshing import selected, show_outcome
from monette_assets.engine import Engine
from monette_assets.simulator.books import generate_books
from monette_assets.tables.judge import Judge
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.world import World, world_of

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
NORTH = "1001"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, engine: Engine, judge: Judge) -> Iterator[World]:
    """Two companies, November and December 2024 built."""
    group = group_of(tmp_path_factory.mktemp("group"), companies=small_contract()["companies"])
    books = generate_books(group, until=date(2024, 12, 31))
    with world_of(tmp_path_factory.mktemp("home"), group, books, engine, judge) as made:
        assert made.run(NOVEMBER, DECEMBER).ok
        yield made


@pytest.fixture(autouse=True)
def healed(world: World) -> Iterator[None]:
    """Every test leaves the world well."""
    yield
    world.heal()
    if differing(world):
        assert world.run(NOVEMBER, DECEMBER).ok


def differing(world: World) -> set[tuple[str, date]]:
    return {(row["company"], row["period"]) for row in world.rows("gold/tie_out") if row["difference"]}


def incomplete(world: World) -> dict[tuple[str, date], str]:
    rows = world.rows("gold/completeness")
    return {(row["company"], row["period"]): row["missing"] for row in rows if not row["complete"]}


def names(result: ChainResult) -> list[tuple[str, str, str]]:
    return [(each.step.name, each.step.start, each.step.end) for each in result.steps]


def test_one_wrong_answer_heals_by_itself(world: World) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="TrialBalance", times=1)
    result = world.run(DECEMBER, DECEMBER, latest=DECEMBER)
    assert result.fetched_again == {"north": [DECEMBER]}
    assert names(result) == [
        ("objects", "north", "south"),
        ("reports", "north|2024-12", "south|2024-12"),
        ("tables", "2024-12", "2024-12"),
        ("objects", "north", "north"),
        ("reports", "north|2024-12", "north|2024-12"),
        ("tables", "2024-12", "2024-12"),
    ]
    assert {check.check_name for check in result.steps[2].failed_checks} >= {"ties_out", "all_present"}
    assert result.ok
    assert (result.errors, differing(world), incomplete(world)) == ([], set(), {})
    runs = world.instance.get_runs(dg.RunsFilter(tags={CHAIN_TAG: result.chain_id}))
    assert len(runs) == 6
    told = io.StringIO()
    show_outcome(Console(file=told), result)
    assert told.getvalue().startswith("Did not tie out, fetched again once: north 2024-12\n")


def test_what_stays_wrong_is_fetched_again_exactly_once_and_then_reported(world: World) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="TrialBalance")
    asked = world.calls(NORTH, "TrialBalance")
    result = world.run(DECEMBER, DECEMBER, latest=DECEMBER)
    assert world.calls(NORTH, "TrialBalance") == asked + 2
    assert result.fetched_again == {"north": [DECEMBER]}
    assert not result.ok
    assert sorted(check.check_name for check in result.errors) == ["all_present", "ties_out"]  # each told once
    assert differing(world) == {("north", DECEMBER)}
    assert incomplete(world) == {("north", DECEMBER): "2 account(s) differ"}


def test_balances_of_later_months_that_were_fetched_again_count_too(world: World) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="BalanceSheet")
    result = world.run(NOVEMBER, NOVEMBER, companies=["north"], latest=DECEMBER)
    assert result.fetched_again == {"north": [NOVEMBER, DECEMBER]}
    assert {(check.check_name, check.partition) for check in result.errors if check.check_name == "ties_out"} == {
        ("ties_out", "2024-11"), ("ties_out", "2024-12")
    }  # fmt: skip


def test_only_what_the_chain_fetched_is_fetched_again(world: World) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="TrialBalance")
    world.run(DECEMBER, DECEMBER, latest=DECEMBER)
    asked = world.calls(NORTH, "TrialBalance")
    south = world.run(DECEMBER, DECEMBER, companies=["south"], latest=DECEMBER)
    rebuilt = world.run(DECEMBER, DECEMBER, latest=DECEMBER, fetch=False)
    assert (south.fetched_again, rebuilt.fetched_again) == ({}, {})
    assert world.calls(NORTH, "TrialBalance") == asked
    assert not rebuilt.ok


def test_what_did_not_come_is_not_fetched_again(world: World) -> None:
    world.fault(kind="half_json", realm=NORTH, report="TrialBalance")
    result = world.run(DECEMBER, DECEMBER, latest=DECEMBER)
    assert not result.ok
    assert came_in(world.group, result) == {("south", DECEMBER)}
    assert result.fetched_again == {}


def test_a_selection_is_fetched_again_as_selected(world: World) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="TrialBalance", times=1)
    steps = selected(
        plan(world.group, DECEMBER, DECEMBER, latest=DECEMBER), ["bronze/quickbooks_reports,silver/reported_balances+"]
    )
    result = world.execute(steps)
    assert result.ok
    assert [each.step.name for each in result.steps] == ["reports", "tables", "reports", "tables"]
    assert result.steps[1].step.assets == result.steps[3].step.assets


def test_the_job_says_what_it_fetched_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.fault(kind="misplaced_cent", realm=NORTH, report="TrialBalance", times=1)
    config = refresh_job.run_config(Refresh(first="2024-12", last="2024-12"))
    with caplog.at_level(logging.WARNING, "dagster"):
        done = world.definitions.resolve_job_def(refresh_job.JOB).execute_in_process(
            instance=world.instance, run_config=config
        )
    assert done.success
    messages = [entry.user_message for entry in world.instance.all_logs(done.run_id) if not entry.is_dagster_event]
    assert told_again({"north": [DECEMBER]}) in messages
