"""Reports: one row a fetch, verbatim; the same content again adds nothing, and a company that fails fails alone."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from monette_assets.bronze.quickbooks_reports import CONTRACT, balances_only
from monette_assets.sources.http import Clock
from monette_assets_tests.bronze.conftest import DECEMBER, NOVEMBER, REALMS, Bronze, company_months
from monette_assets_tests.world import World

[NORTH_NOVEMBER, SOUTH_NOVEMBER] = company_months(NOVEMBER, "north", "south")
[NORTH_DECEMBER, SOUTH_DECEMBER] = company_months(DECEMBER, "north", "south")
LEDGER = "general_ledger"


@pytest.fixture
def reports(world: World) -> Bronze:
    return Bronze(world, CONTRACT)


def test_a_report_is_kept_verbatim_with_how_it_was_asked_for(reports: Bronze) -> None:
    run = reports.fetch(NORTH_NOVEMBER)
    assert run.success, run.error
    [row] = reports.rows(report=LEDGER, basis="accrual")
    assert (row["company"], row["period"], row["run_id"]) == ("north", NOVEMBER, run.run_id)
    [payload], [request] = row["payloads"], row["requests"]
    header, asked = orjson.loads(payload)["Header"], orjson.loads(request)
    assert (header["ReportName"], header["StartPeriod"], header["EndPeriod"]) == (
        "GeneralLedger", "2024-11-01", "2024-11-30",
    )  # fmt: skip
    assert (asked["start"], asked["end"], asked["status"]) == ("2024-11-01", "2024-11-30", 200)
    assert asked["params"]["accounting_method"] == "Accrual"
    assert asked["intuit_tid"]
    assert orjson.dumps(orjson.loads(payload)).decode() == payload  # as the simulator wrote it, byte for byte
    assert reports.materialized(run)[NORTH_NOVEMBER]["new"] == len(reports.rows())


def test_the_same_content_again_adds_nothing_though_the_answers_clock_went_on(reports: Bronze) -> None:
    reports.fetch(NORTH_NOVEMBER)
    before = reports.rows()
    again = reports.fetch(NORTH_NOVEMBER)
    assert reports.rows() == before
    assert reports.materialized(again)[NORTH_NOVEMBER] == {"fetched": len(before), "new": 0, "bytes": 0}


def test_content_that_returns_to_what_it_was_is_a_row_again(reports: Bronze) -> None:
    reports.fetch(NORTH_NOVEMBER)
    entry = reports.add("north", "2024-11-05")
    reports.fetch(NORTH_NOVEMBER)
    reports.edit("north", "delete", id=entry)
    reports.fetch(NORTH_NOVEMBER)
    first, second, third = (row["content_hash"] for row in reports.rows(report=LEDGER, basis="accrual"))
    assert first == third != second


def test_what_is_fetched_after_a_clock_ran_ahead_is_the_newest(
    reports: Bronze, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Clock.now
    with monkeypatch.context() as ahead:
        ahead.setattr(Clock, "now", lambda clock: real(clock) + timedelta(days=2))
        reports.fetch(NORTH_NOVEMBER)
    reports.add("north", "2024-11-05", amount="77.25")
    reports.fetch(NORTH_NOVEMBER)
    before, newest = reports.rows(report=LEDGER, basis="accrual")
    assert "77.25" not in before["payloads"][0]
    assert "77.25" in newest["payloads"][0]
    reports.fetch(NORTH_NOVEMBER)
    assert len(reports.rows(report=LEDGER, basis="accrual")) == 2


def test_the_parts_of_a_bisected_range_are_one_row(reports: Bronze) -> None:
    reports.world.fault(kind="truncate", realm=REALMS["north"], report="GeneralLedger", times=1)
    assert reports.fetch(NORTH_NOVEMBER).success
    [row] = reports.rows(report=LEDGER, basis="accrual")
    spans = [(part["start"], part["end"]) for part in map(orjson.loads, row["requests"])]
    assert spans == [("2024-11-01", "2024-11-15"), ("2024-11-16", "2024-11-30")]
    headers = [orjson.loads(payload)["Header"] for payload in row["payloads"]]
    assert [(header["StartPeriod"], header["EndPeriod"]) for header in headers] == spans


def test_a_company_whose_token_is_dead_fails_alone_saying_what_to_do(reports: Bronze) -> None:
    reports.world.fault(kind="revoke_token", realm=REALMS["south"])
    run = reports.fetch(NORTH_NOVEMBER, SOUTH_NOVEMBER)
    assert not run.success
    assert "monette connect south" in run.error
    told = reports.arrived(run)
    assert {key: each.passed for key, each in told.items()} == {NORTH_NOVEMBER: True, SOUTH_NOVEMBER: False}
    assert "monette connect south" in str(told[SOUTH_NOVEMBER].description)
    assert set(reports.materialized(run)) == {NORTH_NOVEMBER}
    assert {row["company"] for row in reports.rows()} == {"north"}


def test_a_month_one_of_whose_reports_did_not_come_has_not_arrived_and_keeps_the_others(reports: Bronze) -> None:
    reports.world.fault(kind="wrong_company", realm=REALMS["north"], report="BalanceSheet")
    run = reports.fetch(NORTH_NOVEMBER)
    assert not run.success
    assert not reports.arrived(run)[NORTH_NOVEMBER].passed
    assert reports.materialized(run) == {}
    kept = {row["report"] for row in reports.rows()}
    assert LEDGER in kept
    assert "balance_sheet" not in kept


def test_a_company_that_was_not_in_the_group_that_month_is_not_asked(reports: Bronze) -> None:
    run = reports.fetch(NORTH_DECEMBER, SOUTH_DECEMBER)
    assert run.success, run.error
    assert set(reports.arrived(run)) == set(reports.materialized(run)) == {NORTH_DECEMBER}
    assert {row["company"] for row in reports.rows()} == {"north"}
    assert REALMS["south"] not in reports.world.outside.get("/simulator/requests").json()


def test_balances_only_leaves_flows_out_and_says_nothing_of_the_month(reports: Bronze) -> None:
    run = reports.fetch(NORTH_NOVEMBER, **balances_only())
    assert run.success, run.error
    fetched = {row["report"] for row in reports.rows()}
    assert "trial_balance" in fetched
    assert LEDGER not in fetched
    assert reports.materialized(run) == {}
    assert {row["period"] for row in reports.rows()} == {date(2024, 11, 1)}
