"""Statements add up, never mix currencies, and are read through one release."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.reports.balance_sheet import balance_sheet
from monette_assets.reports.completeness import completeness
from monette_assets.reports.financial_summary import financial_summary
from monette_assets.reports.profit_and_loss import profit_and_loss
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.tie_out import tie_out
from monette_assets.reports.trial_balance import trial_balance
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, publish, small_lake, summary


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return load_group(write_contract(tmp_path / "group"))


@pytest.fixture
def lake(tmp_path: Path, group: Group) -> Lake:
    return small_lake(tmp_path / "lake", group)


def ask(
    lake: Lake, group: Group, period: date | None = None, company: str | None = None, as_of: str | None = None
) -> Question:
    return Question(open_release(lake, group.time_zone, as_of), group, period, company)


def test_profit_and_loss_shows_the_last_full_month_by_pillar_with_sub_pillars_in_their_own(
    lake: Lake, group: Group
) -> None:
    found = profit_and_loss(ask(lake, group))
    assert found.title == "Small Group: profit and loss by pillar, December 2024"
    assert "; before eliminations; " in found.subtitle
    assert [field.key for field in found.fields] == ["line", "Grain", "Cattle", "total"]
    net = next(row for row in found.rows if row["line"] == "Net Income")
    assert net == {
        "line": "Net Income",
        "Grain": Decimal("1000.10"),
        "Cattle": Decimal("-250.05"),
        "total": Decimal("750.05"),
    }


def test_an_incomplete_month_is_not_called_complete(lake: Lake, group: Group) -> None:
    assert "incomplete: north" in profit_and_loss(ask(lake, group, DECEMBER)).subtitle
    assert "incomplete" not in profit_and_loss(ask(lake, group, NOVEMBER)).subtitle


def test_financial_summary_sums_the_fiscal_year_to_date(lake: Lake, group: Group) -> None:
    net = next(row for row in financial_summary(ask(lake, group, company="north")).rows if row["line"] == "Net Income")
    assert (net["month"], net["to_date"]) == (Decimal("1000.10"), Decimal("1007.10"))


def test_financial_summary_sets_the_budget_beside_it_by_pillar_and_location(tmp_path: Path, group: Group) -> None:
    made = Lake(str(tmp_path / "budgeted"))
    rows = [
        summary("north", DECEMBER, "Grain", "Sales Revenue", "700.00"),
        {**summary("north", DECEMBER, "Grain", "Sales Revenue", "900.00"), "scenario": "budget"},
        {**summary("north", NOVEMBER, "Grain", "Sales Revenue", "50.00"), "scenario": "budget"},
        {**summary("south", DECEMBER, "Cow-Calf", "Sales Revenue", "30.00", 2024), "location": "South Ranch"},
    ]
    publish(made, "gold/financial_summary", rows)
    publish(made, "gold/trial_balance", [{"company": "north", "period": each} for each in (NOVEMBER, DECEMBER)])
    release(made, GOLD, "run", group)

    def sales(**asked: str) -> list[str]:
        question = Question(open_release(made, group.time_zone), group, DECEMBER, **asked)  # type: ignore[arg-type]
        row = next(each for each in financial_summary(question).rows if each["line"] == "Sales Revenue")
        return [str(row[name]) for name in ("month", "month_budget", "to_date", "to_date_budget")]

    assert sales() == ["730.00", "900.00", "730.00", "950.00"]
    assert sales(pillar="Grain") == ["700.00", "900.00", "700.00", "950.00"]
    assert sales(location="South Ranch") == ["30.00", "0.00", "30.00", "0.00"]


def test_a_trial_balance_ends_in_its_total(lake: Lake, group: Group) -> None:
    found = trial_balance(ask(lake, group, company="north"))
    assert found.rows[-1] == {
        "account_name": "Total", "opening": 0, "debit": Decimal("0.10"), "credit": Decimal("0.10"), "closing": 0,
    }  # fmt: skip


def test_tie_out_counts_what_was_compared_and_names_what_differs(lake: Lake, group: Group) -> None:
    found = tie_out(ask(lake, group))
    assert (found.rows[-1]["trial_balance"], found.rows[-1]["differences"]) == (2, 1)
    assert found.notes == [
        "north 2024-12 trial_balance account 1: ours 5.10, QuickBooks 5.00, difference 0.10",
    ]


def test_completeness_counts_months_and_names_the_company_that_is_missing(lake: Lake, group: Group) -> None:
    states = {row["period"]: row["state"] for row in completeness(ask(lake, group)).rows}
    assert states[NOVEMBER] == "complete"
    assert states[DECEMBER] == "incomplete: north"
    assert states[date(2025, 1, 1)] == "running: provisional"


def test_reports_read_the_release_and_not_what_came_after_it(lake: Lake, group: Group) -> None:
    publish(lake, "gold/financial_summary", [summary("north", DECEMBER, "Grain", "Net Income", "1.00")], "second")
    assert profit_and_loss(ask(lake, group)).rows[-1]["total"] == Decimal("750.05")
    release(lake, GOLD, "run 2", group)
    assert profit_and_loss(ask(lake, group)).rows[-1]["total"] == Decimal("1.00")
    assert profit_and_loss(ask(lake, group, as_of="1")).rows[-1]["total"] == Decimal("750.05")


@pytest.mark.parametrize("as_of", ["7", "2020-01-31"])
def test_a_release_that_never_was_is_refused(lake: Lake, group: Group, as_of: str) -> None:
    with pytest.raises(ReportError, match=f"--as-of {as_of}: no such release; there are 1 .* to 1 "):
        ask(lake, group, as_of=as_of)


def test_a_table_outside_of_the_release_is_refused_by_name(lake: Lake, group: Group) -> None:
    with pytest.raises(ReportError, match="gold/balance_sheet is not in release 1, which holds gold/completeness"):
        balance_sheet(ask(lake, group, company="north"))


def test_before_the_first_release_the_reader_is_told_what_to_do(tmp_path: Path, group: Group) -> None:
    with pytest.raises(ReportError, match="nothing has been released yet; run `monette demo`"):
        ask(Lake(str(tmp_path / "empty")), group)
