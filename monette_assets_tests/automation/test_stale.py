"""What came late, was restated or written by hand reaches every table below, in order, once: tick by tick."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
from dagster._core.test_utils import create_run_for_test

from monette_assets import catalog
from monette_assets.automation import chain, rebuilding, refresh_job
from monette_assets.lake import Commit, notes
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables import Months, provenance, releases, staleness
from monette_assets.tables.asset import asset_key
from monette_assets.tables.provenance import Provenance
from monette_assets_tests.automation.conftest import World
from monette_assets_tests.automation.small_graph import (
    BALANCES,
    DECEMBER,
    FLOWS,
    JANUARY,
    LINES,
    NIGHT,
    NOVEMBER,
    Graph,
)
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of, shown


def test_a_late_month_reaches_every_table_once_and_in_order(graph: Graph) -> None:
    graph.arrive("north", JANUARY, "7.00")
    assert graph.settle() == [
        ("silver/lines", "2025-01..2025-01"),
        ("gold/flows", "2025-01..2025-01"),
        ("gold/balances", "2025-01..2025-01"),
    ]
    assert ("north", "2025-01", "207.00") in graph.amounts(BALANCES)
    assert graph.lake.sequence(releases.NAME) == 1


def test_a_restated_month_reaches_its_own_flows_and_every_later_balance(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    assert graph.settle() == [
        ("silver/lines", "2024-11..2024-11"),
        ("gold/flows", "2024-11..2024-11"),
        ("gold/balances", "2024-11..2024-12"),
    ]
    assert graph.amounts(BALANCES) == [
        ("north", "2024-11", "150.00"),
        ("north", "2024-12", "250.00"),
        ("south", "2024-12", "100.00"),
    ]


def test_two_months_at_once_are_one_rebuild(graph: Graph) -> None:
    graph.arrive("south", NOVEMBER, "1.00")
    graph.arrive("north", JANUARY, "2.00")
    assert graph.settle() == [
        ("silver/lines", "2024-11..2024-11"),
        ("gold/flows", "2024-11..2024-11"),
        ("silver/lines", "2025-01..2025-01"),
        ("gold/flows", "2025-01..2025-01"),
        ("gold/balances", "2024-11..2025-01"),
    ]
    assert graph.lake.sequence(releases.NAME) == 1


def test_what_a_failed_check_holds_back_stops_there_and_is_not_asked_for_again(graph: Graph) -> None:
    before = graph.amounts(BALANCES)
    graph.arrive("north", NOVEMBER, "-5.00")
    graph.arrive("south", NOVEMBER, "5.00")
    assert not graph.rebuild(graph.ask()).ok
    assert graph.ask() is None
    assert graph.amounts(FLOWS) == [
        ("north", "2024-11", "100.00"),  # the last good row
        ("north", "2024-12", "100.00"),
        ("south", "2024-11", "5.00"),
        ("south", "2024-12", "100.00"),
    ]
    assert graph.amounts(BALANCES)[:2] == before[:2]
    graph.arrive("north", NOVEMBER, "6.00")
    graph.settle()
    assert ("north", "2024-12", "106.00") in graph.amounts(BALANCES)


def test_a_rebuild_that_breaks_down_is_tried_again_later_and_later_until_it_is_through(graph: Graph) -> None:
    def breaks() -> None:
        raise OSError(28, "No space left on device")

    graph.arrive("north", NOVEMBER, "150.00")
    asked = graph.ask()
    graph.meanwhile.append(breaks)
    assert not graph.rebuild(asked).ok
    assert [table for table, _ in graph.computed] == ["silver/lines", "gold/flows"]  # of balances nothing changed
    assert graph.ask() is not None  # what is left is something else, and asked for at once
    graph.meanwhile.append(breaks)
    assert not graph.rebuild({"deployed": False}).ok
    assert isinstance(graph.tick(timedelta(minutes=4)), dg.SkipReason)
    later = graph.tick(timedelta(minutes=1))
    assert isinstance(later, dg.SensorResult)
    assert later.run_requests
    assert graph.rebuild({"deployed": False}).ok
    assert graph.computed == [("gold/flows", "2024-11..2024-11"), ("gold/balances", "2024-11..2024-12")]
    assert graph.ask() is None
    assert ("north", "2024-12", "250.00") in graph.amounts(BALANCES)


def test_an_update_that_lands_while_its_month_is_computed_is_not_missed(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    asked = graph.ask()
    graph.meanwhile.append(lambda: graph.arrive("north", NOVEMBER, "160.00"))
    assert graph.rebuild(asked).ok
    assert ("north", "2024-11", "150.00") in graph.amounts(BALANCES)
    graph.settle()
    assert ("north", "2024-11", "160.00") in graph.amounts(BALANCES)


def test_a_new_company_freezes_nothing_and_the_rest_of_the_contract_waits_for_the_night(
    graph: Graph, tmp_path: Path
) -> None:
    companies = small_contract()["companies"]
    east = {**companies[0], "code": "east", "name": "East", "realm_id": "1003"}
    graph.group = group_of(tmp_path / "contract", companies=[*companies, east])
    told = graph.tick()
    assert isinstance(told, dg.SensorResult)
    assert told.skip_reason is not None
    assert str(told.skip_reason.skip_message).startswith("waits for the night: silver/lines stale (2 months, ")
    graph.arrive("east", NOVEMBER, "9.00")
    asked = graph.ask()
    assert asked is not None
    assert asked["deployed"] is False
    assert graph.rebuild(asked).ok
    assert ("east", "2024-12", "9.00") in graph.amounts(BALANCES)
    assert graph.ask() is None  # December's flows are of the contract before: not now
    graph.moment = NIGHT
    asked = graph.ask()
    assert asked is not None
    assert asked["deployed"] is True
    assert graph.rebuild(asked).ok
    assert ("gold/flows", "2024-12..2024-12") in graph.computed
    assert graph.ask() is None


def test_a_month_of_silver_or_gold_materialized_by_hand_is_followed_by_what_is_made_of_it(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    graph.backfill(LINES, first=NOVEMBER)
    assert graph.settle() == [("gold/flows", "2024-11..2024-11"), ("gold/balances", "2024-11..2024-12")]
    graph.arrive("north", NOVEMBER, "160.00")
    graph.backfill(LINES, FLOWS, first=NOVEMBER)
    assert graph.settle() == [("gold/balances", "2024-11..2024-12")]


def test_an_account_edited_reaches_the_months_it_was_used_in_and_no_others(graph: Graph) -> None:
    graph.arrive("north", JANUARY, "7.00", "loan")
    graph.settle()
    graph.name("north", "loan", "Term loan")
    assert graph.settle() == [("gold/flows", "2025-01..2025-01"), ("gold/balances", "2025-01..2025-01")]
    named = shown(graph.lake.read(FLOWS.name).to_pylist(), "period name")
    assert named == [
        ("2024-11", "Chequing"),
        ("2024-12", "Chequing"),
        ("2024-12", "Chequing"),
        ("2025-01", "Term loan"),
    ]


def test_a_restored_table_stands_and_what_is_made_of_it_follows(graph: Graph) -> None:
    version = graph.lake.version(FLOWS.name)
    assert version is not None
    graph.arrive("north", NOVEMBER, "150.00")
    graph.settle()
    commit = Commit(
        run_id="restore", publish_id="restore", code_version="", contract_version="", at=graph.moment.astimezone(UTC)
    )
    graph.lake.restore(FLOWS.name, version, commit)
    assert graph.settle() == [("gold/balances", "2024-11..2024-12")]
    assert ("north", "2024-11", "100.00") in graph.amounts(BALANCES)


def test_other_code_is_rebuilt_at_night(graph: Graph) -> None:
    noted = provenance.read(graph.lake, FLOWS.name)
    older = {month: replace(each, code="older") for month, each in noted.items()}
    provenance.write(graph.lake, FLOWS.name, older)
    graph.cursor = None
    assert graph.ask() is None
    graph.moment = NIGHT
    assert graph.settle() == [("gold/flows", "2024-11..2024-12")]
    commits = graph.lake.history(FLOWS.name)
    assert len([each for each in commits if each.commit]) == 1  # it came out equal: nothing else for balances


def test_a_lost_cursor_asks_for_nothing_twice_and_a_lost_note_costs_one_rebuild(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    graph.settle()
    graph.cursor = None
    assert graph.ask() is None
    notes.write(graph.lake, FLOWS.name, "half a no")
    graph.cursor, graph.moment = None, NIGHT
    assert graph.settle()[0] == ("gold/flows", "2024-11..2024-12")


def test_nothing_is_asked_for_while_a_run_writes(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    tags = {PROCESS_TAG: this_process()}
    writing = create_run_for_test(
        graph.instance, status=dg.DagsterRunStatus.STARTED, asset_selection=frozenset({asset_key(LINES)}), tags=tags
    )
    assert graph.ask() is None
    graph.instance.report_run_canceled(writing)
    assert graph.ask() is not None


def test_a_run_that_published_over_another_ones_rows_makes_the_month_stale(graph: Graph) -> None:
    """Should two have written all the same: whose rows stand is not known, so the month is computed again."""
    made_from = Provenance.of("", graph.group.fingerprint, {LINES.name: 0})
    provenance.note(graph.lake, FLOWS.name, 0, {DECEMBER: made_from})  # the table has moved on since version 0
    graph.cursor = None
    assert graph.settle()[0] == ("gold/flows", "2024-12..2024-12")


def test_whoever_looks_back_on_other_months_is_a_balance() -> None:
    """Flows run before balances and in the changed months only: none may rest on more than its own months."""
    flows = [table.contract for table in (*catalog.SILVER, *catalog.GOLD) if not table.contract.balance]
    looking_back = [
        (each.name, spec.contract.name)
        for each in flows
        for spec in each.inputs.values()
        if spec.contract.balance or spec.months is Months.UP_TO
    ]
    assert looking_back == []


def test_nothing_is_stale_after_a_refresh_and_months_of_bronze_fetched_by_hand_reach_gold(world: World) -> None:
    def stale_now() -> str:
        found = staleness.find(world.lake, world.group, rebuilding.tables())
        return "; ".join(f"{table} {found.told(table)}" for table in found.months)

    world.refresh()
    assert stale_now() == ""
    world.add("north", "2024-11-20", "10.00", "Utilities")
    assert world.execute(chain.plan(world.group, NOVEMBER, NOVEMBER, latest=DECEMBER)).ok
    assert stale_now() == ""  # December's balances came too, its flows are as they were
    before = world.cost("north", NOVEMBER, "Utilities")
    world.add("north", "2024-11-21", "12.34", "Utilities")
    reports = "bronze/quickbooks_reports"
    world.materialize(reports, chain.multi_key("north", NOVEMBER), chain.multi_key("north", DECEMBER))
    assert "silver/general_ledger stale (" in stale_now()
    config = refresh_job.run_config(refresh_job.Refresh(stale=True, fetch=False))
    job = world.definitions().resolve_job_def(refresh_job.JOB)
    done = job.execute_in_process(instance=world.instance, run_config=config, raise_on_error=False)
    assert world.cost("north", NOVEMBER, "Utilities") == before + Decimal("12.34")
    assert done.success
    assert stale_now() == ""
