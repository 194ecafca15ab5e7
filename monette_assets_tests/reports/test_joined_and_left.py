"""Statements of a company that left the group: they foot over the months it was there, and others are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.reports.explain import explain
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.trial_balance import trial_balance
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.frames import shown
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, JANUARY, NOVEMBER, publish


@pytest.fixture
def group(tmp_path: Path) -> Group:
    """South left after December 2024."""
    companies = [dict(each) for each in small_contract()["companies"]]
    companies[1]["last_period"] = date(2024, 12, 1)
    return load_group(write_contract(tmp_path / "group", companies=companies))


def bank(company: str, period: date, opening: str, closing: str) -> dict[str, Any]:
    moved = Decimal(closing) - Decimal(opening)
    return {
        "company": company, "period": period, "basis": "accrual", "account_id": "bank", "account_name": "Bank",
        "currency": "CAD", "opening": Decimal(opening), "debit": moved, "closing": Decimal(closing),
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path, group: Group) -> Lake:
    """North's bank: 0, 5, 7, 8; south's: 100, 110, 125."""
    made = Lake(str(tmp_path / "lake"))
    rows = [
        bank("north", NOVEMBER, "0.00", "5.00"), bank("north", DECEMBER, "5.00", "7.00"),
        bank("north", JANUARY, "7.00", "8.00"),
        bank("south", NOVEMBER, "100.00", "110.00"), bank("south", DECEMBER, "110.00", "125.00"),
    ]  # fmt: skip
    publish(made, "gold/trial_balance", rows)
    release(made, GOLD, "run", group)
    return made


def found(lake: Lake, group: Group, company: str | None, period: date, view: View) -> list[tuple[Any, ...]]:
    question = Question(open_release(lake, group.time_zone), group, period, company, view=view)
    return shown(trial_balance(question).rows, "opening debit closing")


def test_it_opens_with_its_first_month_and_closes_with_its_last(lake: Lake, group: Group) -> None:
    assert found(lake, group, "south", DECEMBER, View.TRAILING)[0] == ("100.00", "25.00", "125.00")
    assert found(lake, group, "north", JANUARY, View.YEAR)[0] == ("0.00", "8.00", "8.00")


def test_beside_others_it_closes_with_its_own_last_month(lake: Lake, group: Group) -> None:
    assert found(lake, group, None, JANUARY, View.YEAR) == [("0.00", "8.00", "8.00"), ("100.00", "25.00", "125.00")]


def test_a_month_after_it_left_is_refused(lake: Lake, group: Group) -> None:
    with pytest.raises(ReportError, match="South Farm LLC was part of the group in 2024-11 to 2024-12"):
        found(lake, group, "south", JANUARY, View.MONTH)


@pytest.mark.parametrize("statement", ["profit_and_loss", "balance_sheet", "cash_flow", "changes_in_equity"])
def test_a_figure_of_a_month_after_it_left_is_refused(lake: Lake, group: Group, statement: str) -> None:
    question = Question(open_release(lake, group.time_zone), group, JANUARY, "south")
    with pytest.raises(ReportError, match="South Farm LLC was part of the group in 2024-11 to 2024-12"):
        explain(question, statement, "Net Income")
