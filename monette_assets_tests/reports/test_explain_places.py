"""A figure of the management accounts is explained to its ledger lines, its budget to the row of a sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Lake, Scope
from monette_assets.reports.explain import Explanation, explain
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.tables.releases import release
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.reports.every_figure import unexplained_places
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, commit_of, filled, publish

Row = dict[str, Any]
NUMBERS = {"amount", "amount_cad", "display_amount_cad", "average_rate", "budget", "budget_cad", "budget_rate", "rate"}
NORTH = {"company": "north", "currency": "CAD", "location": "North Home", "pillar": "Grain", "average_rate": "1"}
SOUTH = {"company": "south", "currency": "USD", "location": "South Ranch", "pillar": "Cow-Calf", "average_rate": "1.4"}
FUEL = {"account_id": "40", "account_number": "5300", "account_name": "Fuel", "classification": "Expense",
        "group_account": "direct", "profit_type": "Direct Operating Expenses"}  # fmt: skip
BILL = {"transaction_type": "Bill", "transaction_date": date(2024, 12, 15), "line_number": 1}
FEED = {**SOUTH, **FUEL, **BILL, "transaction_id": "9", "document_number": "BILL-9"}
# South's feed of 100.00 USD at 1.40 is for 20 cows and 10 steers; north burns fuel for 50.00 CAD.
LEDGER = (
    {**NORTH, **FUEL, **BILL, "transaction_id": "1", "document_number": "BILL-1", "amount": "50.00",
     "amount_cad": "50.00"},
    {**FEED, "amount": "100.00", "amount_cad": "140.00"},
)  # fmt: skip
SPLIT = (
    {**FEED, "entry": "ORIGINAL", "amount": "100.00", "amount_cad": "140.00"},
    {**FEED, "entry": "SYNTHETIC_OFFSET", "amount": "-100.00", "amount_cad": "-140.00"},
    {**FEED, "entry": "SYNTHETIC_SPLIT", "herd": "Cow-Calf", "head": 20, "heads": 30, "amount": "66.67",
     "amount_cad": "93.338"},
    {**FEED, "entry": "SYNTHETIC_SPLIT", "herd": "Feedlot", "pillar": "Feedlot", "head": 10, "heads": 30,
     "amount": "33.33", "amount_cad": "46.662"},
)  # fmt: skip
COWS = {**SOUTH, **FUEL, "amount": "66.67", "amount_cad": "93.34", "display_amount_cad": "93.34"}
STEERS = {**SOUTH, **FUEL, "pillar": "Feedlot", "amount": "33.33", "amount_cad": "46.66", "display_amount_cad": "46.66"}
PROFIT_AND_LOSS = (
    {**NORTH, **FUEL, "amount": "50.00", "amount_cad": "50.00", "display_amount_cad": "50.00"},
    COWS,
    STEERS,
)
AVERAGE = {"from_currency": "USD", "to_currency": "CAD", "kind": "average", "rate": "1.4",
           "rate_date": date(2024, 12, 31), "source": "Bank of Canada FXUSDCAD"}  # fmt: skip
LATER = {**AVERAGE, "rate": "1.5"}
SHEET = {
    **FUEL,
    "fiscal_year": 2025,
    "current": True,
    "version": 1,
    "file_version": 2,
    "row_number": 7,
    "sheet": "Plan",
}
SHEETS = (
    {**NORTH, **SHEET, "file_name": "North.xlsx", "amount": "30.00"},
    {**NORTH, **SHEET, "file_name": "North.xlsx", "file_version": 1, "current": False, "amount": "99.00"},
    {**SOUTH, **SHEET, "file_name": "South.xlsx", "amount": "20.00", "budget_rate": "1.35"},
)
BUDGET = (
    {**NORTH, **FUEL, "budget": "30.00", "budget_rate": "1", "budget_rate_source": "home", "budget_cad": "30.00"},
    {**SOUTH, **FUEL, "budget": "20.00", "budget_rate": "1.35", "budget_rate_source": "sheet", "budget_cad": "27.00"},
)


def whole(row: Row) -> Row:
    """The row in December, accrual, with amounts made decimal."""
    numbers = {name: Decimal(value) for name, value in row.items() if name in NUMBERS}
    return {"period": DECEMBER, "basis": "accrual", **row, **numbers}


def of_summary(scenario: str, rows: tuple[Row, ...], measure: str) -> list[Row]:
    """An expense lowers every result below gross margin."""
    lines = {"Direct Operating Expenses": 1, "Contribution Margin": -1, "EBITDA": -1, "Net Income": -1}
    return [
        whole({**row, "scenario": scenario, "line": line, "amount_cad": str(sign * Decimal(row[measure]))})
        for row in rows
        for line, sign in lines.items()
    ]


def herds(folder: Path, group: Group, **tables: Any) -> Lake:
    """The month, released; a table named is as given."""
    lake = Lake(str(folder))
    given = {
        "gold/ledger": LEDGER, "gold/cattle_split": SPLIT, "gold/profit_and_loss": PROFIT_AND_LOSS,
        "silver/exchange_rates": (AVERAGE,), "silver/budgets": SHEETS, "gold/budget_vs_actual": BUDGET,
        **{name.replace("__", "/"): rows for name, rows in tables.items()},
    }  # fmt: skip
    for name, rows in given.items():
        publish(lake, name, [whole(row) for row in rows])
    summary = of_summary("actual", PROFIT_AND_LOSS, "amount_cad") + of_summary("budget", BUDGET, "budget_cad")
    publish(lake, "gold/financial_summary", summary)
    publish(lake, "gold/trial_balance", [{"company": "north", "period": DECEMBER}])
    release(lake, GOLD, "run", group)
    return lake


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    pillars = [*small_contract()["pillars"], {"name": "Feedlot", "parent": "Cattle"}]
    return load_group(write_contract(tmp_path_factory.mktemp("group"), pillars=pillars))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Lake:
    return herds(tmp_path_factory.mktemp("herds"), group)


def asked(lake: Lake, group: Group, **of: Any) -> Question:
    return Question(open_release(lake, group.time_zone), group, DECEMBER, **of)


def step(found: Explanation, name: str) -> list[Row]:
    return [dict(row) for each in found.steps if each.title.endswith(name) for row in each.rows]


@pytest.mark.parametrize(
    ("of", "figure"),
    [
        ({}, "190.00"),
        ({"company": "south"}, "140.00"),
        ({"pillar": "Grain"}, "50.00"),
        ({"pillar": "Cattle"}, "140.00"),  # both herds
        ({"pillar": "Feedlot"}, "46.66"),
        ({"location": "South Ranch"}, "140.00"),
    ],
)
def test_a_part_of_the_management_accounts_is_explained(
    lake: Lake, group: Group, of: dict[str, Any], figure: str
) -> None:
    for line in ("direct", "Direct Operating Expenses"):
        found = explain(asked(lake, group, **of), "financial_summary", line)
        assert (found.figure, found.problems) == (Decimal(figure), ())
    result = explain(asked(lake, group, **of), "financial_summary", "EBITDA")
    assert (result.figure, result.problems) == (-Decimal(figure), ())


def test_a_pillar_of_the_profit_and_loss_is_that_of_the_management_accounts(lake: Lake, group: Group) -> None:
    found = explain(asked(lake, group, pillar="Feedlot"), "profit_and_loss", "net income")
    assert (found.figure, found.problems) == (Decimal("-46.66"), ())
    assert found.title == "Feedlot: Net Income, December 2024, CAD; accrual; release 1, before eliminations"


def test_a_split_line_shows_what_of_it_counts_and_by_how_many_head(lake: Lake, group: Group) -> None:
    found = explain(asked(lake, group, pillar="Feedlot"), "profit_and_loss", "direct")
    assert [(row["what"], row["by"], row["amount_cad"]) for row in step(found, "Cattle split")] == [
        ("to Feedlot", "10 of 30 head", Decimal("46.66"))
    ]
    assert [(row["document_number"], row["of"], row["amount"], row["amount_cad"]) for row in found.documents.rows] == [
        ("BILL-9", Decimal("100.00"), Decimal("33.33"), Decimal("46.66"))
    ]


def test_the_average_rate_has_its_day_and_source(lake: Lake, group: Group) -> None:
    found = explain(asked(lake, group), "financial_summary", "direct")
    *accounts, _ = step(found, "Translate")
    assert {(row["company"], row["rate"], row["rate_date"], row["rate_source"]) for row in accounts} == {
        ("north", "", None, "books in group currency"),
        ("south", "1.400000", date(2024, 12, 31), "Bank of Canada FXUSDCAD"),
    }


def test_a_rate_that_the_release_was_not_made_with_is_said(tmp_path: Path, group: Group) -> None:
    found = explain(
        asked(herds(tmp_path, group, silver__exchange_rates=(LATER,)), group), "financial_summary", "direct"
    )
    assert found.problems == (
        "rate: USD 2024-12: gold/profit_and_loss at 1.400000, silver/exchange_rates says 1.500000 (Bank of Canada "
        "FXUSDCAD)",
    )


def test_rates_are_read_as_the_release_was_made_from_them(tmp_path: Path, group: Group) -> None:
    lake = herds(tmp_path, group)
    ledger, rates = "gold/ledger", "silver/exchange_rates"
    made_from = {rates: lake.version(rates) or 0}
    data = filled(ledger, [whole(row) for row in LEDGER])
    commit = replace(commit_of(ledger, "again"), input_versions=made_from)
    lake.publish(ledger, data, schema=data.schema, scope=Scope.everything(), commit=commit)
    release(lake, GOLD, "again", group)
    publish(lake, rates, [whole(LATER)], "later")
    assert explain(asked(lake, group), "financial_summary", "direct").ties


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"gold__ledger": LEDGER[1:]},
         "documents: north account 40, North Home, Grain: lines of 0.00, gold/profit_and_loss says 50.00"),
        ({"gold__cattle_split": SPLIT[:3]},
         "documents: south account 40, South Ranch, Feedlot: lines of 0.00, gold/profit_and_loss says 33.33"),
        ({"gold__profit_and_loss": (*PROFIT_AND_LOSS[:2], {**STEERS, "amount_cad": "46.67"})},
         "translate: south account 40: 33.33 at 1.400000 is 46.66, found 46.67"),
        ({"gold__profit_and_loss": (*PROFIT_AND_LOSS[:2], {**STEERS, "display_amount_cad": "46.67"})},
         "figure: the steps come to 190.01, gold/financial_summary says 190.00"),
        ({"silver__exchange_rates": ()},
         "rate: USD 2024-12: gold/profit_and_loss at 1.400000, silver/exchange_rates says none"),
    ],
)  # fmt: skip
def test_what_does_not_tie_is_said(tmp_path: Path, group: Group, tables: dict[str, Any], problem: str) -> None:
    found = explain(asked(herds(tmp_path, group, **tables), group), "financial_summary", "Direct Operating Expenses")
    assert problem in found.problems


def test_a_budget_leads_to_workbook_tab_and_row(lake: Lake, group: Group) -> None:
    found = explain(asked(lake, group), "budget", "EBITDA")
    assert (found.figure, found.problems) == (Decimal("-57.00"), ())
    header = ("file_name", "file_version", "sheet", "row_number", "amount", "amount_cad")
    assert [tuple(row[name] for name in header) for row in found.documents.rows] == [
        ("North.xlsx", 2, "Plan", 7, Decimal("30.00"), Decimal("30.00")),
        ("South.xlsx", 2, "Plan", 7, Decimal("20.00"), Decimal("27.00")),
    ]
    assert {(row["rate"], row["rate_source"]) for row in step(found, "Translate")} == {
        ("1.000000", "books in group currency"), ("1.350000", "stated by the sheet"),
    }  # fmt: skip
    assert explain(asked(lake, group, pillar="Cattle"), "budget", "direct").figure == Decimal("27.00")


def test_a_budget_that_its_sheets_do_not_make_is_said(tmp_path: Path, group: Group) -> None:
    found = explain(asked(herds(tmp_path, group, silver__budgets=SHEETS[:1]), group), "budget", "direct")
    assert found.problems == ("documents: south, South Ranch, direct: rows of 0.00, gold/budget_vs_actual says 20.00",)


@pytest.mark.parametrize("name", ["pillar", "location"])
def test_every_figure_of_a_released_month_is_explained_by_place(small_world: SmallWorld, name: str) -> None:
    release = open_release(small_world.lake, small_world.group.time_zone)
    assert list(unexplained_places(release, small_world.group, DECEMBER, name, "actual")) == []


def test_every_hand_written_figure_is_explained_by_place(lake: Lake, group: Group) -> None:
    release = open_release(lake, group.time_zone)
    for name in ("pillar", "location"):
        for scenario in ("actual", "budget"):
            assert list(unexplained_places(release, group, DECEMBER, name, scenario)) == []


@pytest.mark.parametrize("of", [{}, {"company": "south"}, {"pillar": "Grain"}])
def test_a_quarter_is_the_sum_of_its_months(small_world: SmallWorld, of: dict[str, Any]) -> None:
    """The group's year begins in November, that of south in January: of either quarter two months are there."""
    release, group = open_release(small_world.lake, small_world.group.time_zone), small_world.group
    months = [
        explain(Question(release, group, month, **of), "profit_and_loss", "Net Income", limit=1).figure
        for month in (NOVEMBER, DECEMBER)
    ]
    found = explain(Question(release, group, DECEMBER, view=View.QUARTER, **of), "profit_and_loss", "Net Income")
    assert (found.figure, found.problems) == (sum(months), ())
    assert [row["amount"] for row in step(found, "Months")] == [*months, sum(months)]


@pytest.mark.parametrize(
    ("statement", "line", "of", "message"),
    [
        ("profit_and_loss", "dirrect", {"pillar": "Grain"}, "profit_and_loss has no line 'dirrect'; nearest: Direct"),
        ("profit_and_loss", "direct", {"pillar": "Grian"}, "--pillar Grian: expected one of Cattle, Cow-Calf, Feedlot, "
         r"Grain \(did you mean 'Grain'\?\)"),
        ("budget", "direct", {"location": "Nowhere"}, "--location Nowhere: expected one of North Home, South Ranch"),
        ("balance_sheet", "cash", {"pillar": "Grain"}, "balance_sheet has no --pillar; it has --company, --subgroup"),
        ("balance_sheet", "cash", {"view": View.YTD}, "balance_sheet has no --view; it has --company, --subgroup"),
        ("cash_flow", "cash/closing_cash", {"view": View.YTD}, "cash/closing_cash stands at a month's end; ask for"),
        ("profit_and_loss", "direct", {"view": View.TRAILING}, "--view trailing: expected month, quarter, ytd or year"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(
    lake: Lake, group: Group, statement: str, line: str, of: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        explain(asked(lake, group, **of), statement, line)
