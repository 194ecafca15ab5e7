"""Cash flow, equity, balance sheet and bridge as people read them: by view, currency and fiscal year."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.rendering import show
from monette_assets.reports.statement import Statement
from monette_assets.reports.statements import STATEMENTS
from monette_assets_tests.reports.farm_lake import farm_group, farm_lake


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return farm_group(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Lake:
    return farm_lake(tmp_path_factory.mktemp("lake") / "lake", group)


@pytest.fixture
def ask(lake: Lake, group: Group) -> Any:
    def asked(name: str, **what: Any) -> Statement:
        return STATEMENTS[name](Question(open_release(lake, group.time_zone), group, **what))

    return asked


def column(statement: Statement, key: str = "current") -> dict[str, str]:
    return {row["line"]: str(row[key]) for row in statement.rows if row.get(key) is not None}


def test_cash_flow_of_a_month_beside_last_years(ask: Any) -> None:
    found = ask("cash_flow", company="north")
    assert found.title == "North Farm Ltd.: cash flow, Dec 2025"
    assert found.subtitle == "CAD; accrual; complete; release 1"
    assert column(found) == {
        "Net income": "100.00",
        "Depreciation, not cash": "20.00",
        "Change in receivables": "-50.00",
        "Cash from operating activities": "70.00",
        "Machinery": "-30.00",
        "Cash from investing activities": "-30.00",
        "Loan": "10.00",
        "Cash from financing activities": "10.00",
        "Net change in cash": "50.00",
        "Cash at the beginning": "1650.00",
        "Cash at the end": "1700.00",
    }
    assert column(found, "year_before")["Cash at the end"] == "1100.00"
    assert column(found, "change")["Cash at the end"] == "600.00"
    assert column(found, "change_percent")["Cash at the end"] == "54.5"


@pytest.mark.parametrize(
    ("company", "view", "months", "opening"),
    [
        ("north", View.YTD, 2, "1600.00"),  # since November
        ("south", View.YTD, 12, "1100.00"),  # since January
        ("north", View.QUARTER, 3, "1600.00"),  # November to January, which is running
        ("south", View.QUARTER, 3, "1550.00"),  # October to December
        ("north", View.YEAR, 3, "1600.00"),
    ],
)
def test_flows_add_up_over_the_companys_own_year_and_cash_opens_with_its_first_month(
    ask: Any, company: str, view: View, months: int, opening: str
) -> None:
    found = column(ask("cash_flow", company=company, view=view, currency=InCurrency.HOME))
    assert found["Net income"] == f"{100 * months}.00"
    assert found["Net change in cash"] == f"{50 * months}.00"
    assert found["Cash at the beginning"] == opening
    assert Decimal(found["Cash at the end"]) == Decimal(opening) + 50 * months


def test_a_companys_own_currency_is_shown_where_asked_for(ask: Any) -> None:
    assert column(ask("cash_flow", company="south"))["Cash at the end"] == "2380.00"
    home = ask("cash_flow", company="south", currency=InCurrency.HOME)
    assert home.subtitle.startswith("USD; ")
    assert column(home)["Cash at the end"] == "1700.00"


def test_twelve_months_each_and_together(ask: Any) -> None:
    found = ask("cash_flow", company="north", view=View.TRAILING)
    assert len(found.fields) == 2 + 12 + 1
    assert column(found, "total")["Net income"] == "1200.00"
    assert column(found, "2025-03")["Cash at the end"] == "1250.00"
    assert column(found, "total")["Cash at the end"] == "1700.00"


def test_a_running_month_is_provisional(ask: Any) -> None:
    found = ask("cash_flow", company="north", period=date(2026, 1, 1))
    assert "running: provisional" in found.subtitle


def test_equity_by_component_with_the_years_end(ask: Any) -> None:
    found = ask("changes_in_equity", company="south", view=View.YEAR, currency=InCurrency.HOME)
    assert [
        (row["line"], str(row["retained"]), str(row["current_earnings"]), str(row["total"])) for row in found.rows
    ] == [
        ("At the beginning", "0.00", "200.00", "200.00"),
        ("Result of the year before, to retained earnings", "200.00", "-200.00", "0.00"),
        ("Net income", "0.00", "1200.00", "1200.00"),
        ("At the end", "200.00", "1200.00", "1400.00"),
    ]


def test_a_companys_balance_sheet_balances_at_the_end_of_the_columns(ask: Any) -> None:
    found = ask("balance_sheet", company="south", view=View.QUARTER)
    assert found.title == "South Farm LLC: balance sheet, end of December 2025"
    assert column(found)["Total assets"] == column(found)["Total liabilities and equity"] == "1700.00"
    assert column(found, "year_before")["Chequing"] == "1100.00"
    assert "Does not balance by" not in column(found)


def test_a_trial_balance_over_a_quarter_opens_closes_and_adds_up(ask: Any) -> None:
    [chequing, _] = ask("trial_balance", company="south", view=View.QUARTER).rows
    assert [str(chequing[name]) for name in ("opening", "debit", "closing")] == ["1550.00", "150.00", "1700.00"]


def test_the_bridge_ends_in_no_difference(ask: Any) -> None:
    found = column(ask("cash_bridge", company="north", view=View.YTD))
    assert found["Net income, accrual"] == "200.00"
    assert found["Operating cash, from net income"] == found["Operating cash, at the bank"] == "130.00"
    assert found["Difference"] == "0.00"
    every = ask("cash_bridge")
    assert [(row["company"], str(row["at_bank"]), str(row["difference"])) for row in every.rows] == [
        ("north", "65.00", "0.00"), ("south", "65.00", "0.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["cash_flow", "balance_sheet"])
def test_sections_are_headed_their_lines_indented_and_negatives_in_parentheses(ask: Any, name: str) -> None:
    console = Console(file=io.StringIO(), width=120)
    show(ask(name, company="north"), console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    lines = {"cash_flow": (" Investing activities", "   Machinery"), "balance_sheet": (" Assets", "   Chequing")}
    for line in lines[name]:
        assert any(each.startswith(line) for each in text.splitlines())
    assert "-30" not in text
    assert ("(30.00)" in text) == (name == "cash_flow")


@pytest.mark.parametrize(
    ("name", "what", "sentence"),
    [
        (
            "cash_flow",
            {"pillar": "Grain"},
            "cash_flow has no --pillar; it has --company, --currency, --subgroup, --view",
        ),
        ("tie_out", {"view": View.YTD}, "tie_out has no --view; it has --company"),
        ("cash_flow", {}, "gold/consolidated_cash_flow is not in release 1"),
    ],
)
def test_what_a_statement_cannot_show_is_refused(ask: Any, name: str, what: Any, sentence: str) -> None:
    with pytest.raises(ReportError, match=sentence):
        ask(name, **what)
