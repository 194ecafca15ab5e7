"""The group's statements: companies side by side, eliminations, and what they come to (ACCOUNTING 17)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.gold import consolidated_cash_flow, consolidated_statements
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.completeness import finality
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets.tables.releases import release
from monette_assets_tests.frames import rows
from monette_assets_tests.reports.farm_lake import farm_group
from monette_assets_tests.reports.small_lake import AT, CONTRACTS, GOLD, publish

TABLES = (consolidated_statements.CONTRACT, consolidated_cash_flow.CONTRACT)
DECEMBER = "2025-12"
# step, component, account, statement, classification, profit type, movement and closing
FIGURES = (
    ("companies", "north", "bank", "balance_sheet", "Asset", None, "70", "500"),
    ("companies", "north", "receivables", "balance_sheet", "Asset", None, "30", "200"),
    ("companies", "north", "capital", "balance_sheet", "Equity", None, "0", "-600"),
    ("companies", "north", "sales", "profit_and_loss", "Revenue", "Sales Revenue", "-100", "-100"),
    ("companies", "south", "bank", "balance_sheet", "Asset", None, "-40", "300"),
    ("companies", "south", "payables", "balance_sheet", "Liability", None, "0", "-200"),
    ("companies", "south", "capital", "balance_sheet", "Equity", None, "0", "-140"),
    ("companies", "south", "fuel", "profit_and_loss", "Expense", "Direct Operating Expenses", "40", "40"),
    ("eliminations", "balances", "receivables", "balance_sheet", "Asset", None, "0", "-200"),
    ("eliminations", "balances", "payables", "balance_sheet", "Liability", None, "0", "200"),
    ("eliminations", "income", "sales", "profit_and_loss", "Revenue", "Sales Revenue", "40", "40"),
    ("eliminations", "income", "fuel", "profit_and_loss", "Expense", "Direct Operating Expenses", "-40", "-40"),
)
FLOWS = (
    ("companies", "north", "net_income", "net_income", "100"),
    ("companies", "north", "working_capital", "receivables", "-30"),
    ("companies", "north", "cash", "opening_cash", "430"),
    ("companies", "north", "cash", "closing_cash", "500"),
    ("companies", "south", "net_income", "net_income", "-40"),
    ("companies", "south", "cash", "closing_cash", "300"),
    ("companies", "south", "scope", "companies_joined", "340"),
)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return farm_group(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("lake") / "lake"))
    CONTRACTS.update({each.name: each for each in TABLES})
    header = "step component group_account statement classification profit_type movement_cad closing_cad"
    whole = rows(TABLES[0], header, *FIGURES, period=DECEMBER, subgroup="group")
    south = [{**row, "subgroup": "country/US"} for row in whole if row["component"] == "south"]
    publish(lake, TABLES[0].name, [*whole, *south])
    flows = rows(TABLES[1], "step component section line amount_cad", *FLOWS, period=DECEMBER, subgroup="group")
    publish(lake, TABLES[1].name, flows)
    publish(lake, "gold/trial_balance", [{"company": "north", "period": date(2025, 12, 1), "account_id": "1"}])
    complete = {"period": date(2025, 12, 1), "basis": "accrual", "arrived_at": AT}
    publish(
        lake,
        "gold/completeness",
        [{**complete, "company": "north", "complete": False}, {**complete, "company": "south", "complete": True}],
    )
    contracts = {each.name: each for each in (*GOLD, *TABLES)}
    release(lake, list(contracts.values()), "run", group)
    return lake


@pytest.fixture
def ask(lake: Lake, group: Group) -> Any:
    return lambda name, **what: STATEMENTS[name](Question(open_release(lake, group.time_zone), group, **what))


def line(statement: Any, name: str) -> dict[str, Decimal]:
    [found] = [row for row in statement.rows if row["line"] == name and len(row) > 1]
    return {key: value for key, value in found.items() if isinstance(value, Decimal)}


def test_companies_and_eliminations_add_up_line_by_line(ask: Any) -> None:
    found = ask("consolidation")
    titles = ["", "Account", "north", "south", "Eliminations", "Consolidated"]
    assert [field.title for field in found.fields] == titles
    columns = ("north", "south", "eliminations", "consolidated")
    amounts = {
        row["line"]: tuple(str(row.get(name, Decimal("0.00"))) for name in columns)
        for row in found.rows
        if len(row) > 1
    }
    assert amounts["Receivables"] == ("200.00", "0.00", "-200.00", "0.00")
    assert amounts["Sales"] == ("100.00", "0.00", "-40.00", "60.00")
    assert amounts["Net Income"] == ("100.00", "-40.00", "0.00", "60.00")
    assert amounts["Total assets"] == ("700.00", "300.00", "-200.00", "800.00")
    assert amounts["Total liabilities and equity"] == ("700.00", "300.00", "-200.00", "800.00")


def test_the_groups_balance_sheet_and_profit_and_loss_are_consolidated(ask: Any) -> None:
    sheet, income = ask("balance_sheet"), ask("profit_and_loss", view=View.MONTH)
    assert line(sheet, "Total assets")["current"] == line(sheet, "Total liabilities and equity")["current"] == 800
    assert line(sheet, "Net income of the year so far")["current"] == 60
    assert line(income, "Net Income")["current"] == 60
    assert income.subtitle == "CAD; accrual; consolidated; incomplete: north; release 1"


def test_a_part_of_the_group_knows_its_own_companies_alone(ask: Any) -> None:
    found = ask("balance_sheet", subgroup="country/US")
    assert found.title == "US: balance sheet, end of December 2025"
    assert line(found, "Total assets")["current"] == 300
    assert "; complete; " in found.subtitle  # north is not one of them
    with pytest.raises(ReportError, match="--subgroup pillar/Grian: expected one of country/US, group"):
        ask("balance_sheet", subgroup="pillar/Grian")


@pytest.mark.parametrize("whom", [{}, {"subgroup": "group"}, {"subgroup": "country/US"}])
def test_figures_that_lack_a_company_are_incomplete_and_name_it(
    tmp_path: Path, group: Group, whom: dict[str, str]
) -> None:
    """South's month was held back, for want of a rate: nothing of it is in the group's figures or in its country's."""
    month = date(2025, 12, 1)
    lake = Lake(str(tmp_path / "lake"))
    header = "step component group_account statement classification profit_type movement_cad closing_cad"
    only_north = [each for each in FIGURES if each[1] == "north"]
    publish(lake, TABLES[0].name, rows(TABLES[0], header, *only_north, period=DECEMBER, subgroup="group"))
    publish(lake, "gold/trial_balance", [{"company": each, "period": month} for each in ("north", "south")])
    publish(
        lake,
        "gold/completeness",
        [
            {"company": each, "period": month, "basis": "accrual", "arrived_at": AT, "complete": each == "north"}
            for each in ("north", "south")
        ],
    )
    release(lake, [*GOLD, TABLES[0]], "run", group)
    question = Question(open_release(lake, group.time_zone), group, month, **whom)  # type: ignore[arg-type]
    assert finality(question, [month]) == "incomplete: south"


def test_the_groups_cash_flow_tells_what_companies_brought_along(ask: Any) -> None:
    found = ask("cash_flow")
    assert line(found, "Cash of companies that joined")["current"] == 340
    assert line(found, "Net change in cash")["current"] == 370
    assert line(found, "Cash at the beginning")["current"] + 370 == line(found, "Cash at the end")["current"] == 800
