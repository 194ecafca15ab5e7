"""Exchange rates: a month's answer verbatim, the days before it included; a month that failed has not arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import orjson
import pytest

from monette_assets.bronze.appending import append_commit
from monette_assets.bronze.exchange_rates import CONTRACT
from monette_assets.definitions import build
from monette_assets.resources import BankOfCanada
from monette_assets_tests.bronze.conftest import DECEMBER, NOVEMBER, Bronze
from monette_assets_tests.world import World


@pytest.fixture
def rates(world: World) -> Bronze:
    return Bronze(world, CONTRACT)


def astray(rates: Bronze) -> Bronze:
    """The same table, fetched from an address where there are no rates."""
    world = rates.world
    settings = world.settings.model_copy(update={"bank_of_canada_url": f"{world.settings.quickbooks_url}/nowhere"})
    definitions = build(world.settings, world.group, {"bank_of_canada": BankOfCanada(settings)})
    return Bronze(replace(world, definitions=definitions), CONTRACT)


def days(row: dict[str, str]) -> list[date]:
    return [date.fromisoformat(each["d"]) for each in orjson.loads(row["payload"])["observations"]]


def test_a_months_answer_holds_the_days_before_it_for_a_month_that_begins_with_holidays(rates: Bronze) -> None:
    run = rates.fetch("2024-11", "2024-12")
    assert run.success, run.error
    november, december = sorted(rates.rows(series="FXUSDCAD"), key=lambda row: row["period"])
    assert (november["period"], december["period"]) == (NOVEMBER, DECEMBER)
    assert days(november)[0] == date(2024, 10, 18)
    assert days(november)[-1] == date(2024, 11, 29)
    assert days(december)[0] == date(2024, 11, 18)
    arrived = rates.arrived(run)
    assert {month: each.passed for month, each in arrived.items()} == {"2024-11": True, "2024-12": True}


def test_the_answer_is_kept_verbatim(rates: Bronze) -> None:
    rates.fetch("2024-11")
    [row] = rates.rows()
    asked = {"start_date": "2024-10-18", "end_date": "2024-11-30"}
    assert row["payload"] == rates.world.outside.get("/valet/observations/FXUSDCAD/json", params=asked).text


def test_the_same_answer_again_adds_nothing(rates: Bronze) -> None:
    rates.fetch("2024-11")
    before = rates.rows()
    assert rates.fetch("2024-11").success
    assert rates.rows() == before


def test_a_month_whose_rates_did_not_come_has_not_arrived_and_keeps_what_it_had(rates: Bronze) -> None:
    rates.fetch("2024-11")
    before = rates.rows()
    run = astray(rates).fetch("2024-11", "2024-12")
    arrived = rates.arrived(run)
    assert {month: each.passed for month, each in arrived.items()} == {"2024-11": False, "2024-12": False}
    assert "FXUSDCAD from 2024-10-18 to 2024-11-30: HTTP 404" in str(arrived["2024-11"].description)
    assert rates.rows() == before
    assert run.success  # what a missing rate blocks is decided where it is used


def test_the_same_answer_once_the_month_is_over_is_kept_once_more(rates: Bronze) -> None:
    """November 2024 ends on a Saturday: what the Bank says on Friday evening is final, and nobody knows it yet."""
    rates.fetch("2024-11")
    [final] = rates.rows()
    world = rates.world
    during = {**final, "period": DECEMBER, "fetched_at": datetime(2024, 12, 31, 22, tzinfo=UTC), "run_id": "during"}
    asked = {"start_date": "2024-11-17", "end_date": "2024-12-31"}
    payload = world.outside.get("/valet/observations/FXUSDCAD/json", params=asked).text
    during |= {"payload": payload, "content_hash": sha256(payload.encode()).hexdigest()}
    append_commit(world.lake, CONTRACT, [during], "during", world.group, during["fetched_at"])
    for _ in range(2):
        assert rates.fetch("2024-11", "2024-12").success
    first, second = rates.rows(period=DECEMBER)
    assert (first["run_id"], first["content_hash"]) == ("during", second["content_hash"])
    assert second["fetched_at"].date() > date(2024, 12, 31)
    assert rates.rows(period=NOVEMBER) == [final]
