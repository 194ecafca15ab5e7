"""A company's books may begin before it is bought and go on after it is sold: those months are not the group's.

Grain's books say 100.00 of everything in each of three months, shop's 7.00. Shop is grain's in December alone
(ACCOUNTING 20).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.pack import behind, findings, management
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets.tables.releases import release
from monette_assets_tests.group_books import companies_group, company
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, JANUARY, NOVEMBER, publish, summary

MONTHS = (NOVEMBER, DECEMBER, JANUARY)
BOOKS = {"grain": Decimal("100.00"), "shop": Decimal("7.00")}


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return companies_group(
        tmp_path_factory.mktemp("group"), company("grain"), company("shop"), method="consolidated",
        ownership=[
            {"company": "shop", "parent": "grain", "share": "0.80", "from": DECEMBER, "to": JANUARY,
             "investment_account": "investment", "disposal_account": "gain",
             "opening_equity": [{"group_account": "capital", "amount": "100.00"}]},
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Released:
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    rows: list[dict[str, Any]] = [
        {
            "company": code, "period": month, "basis": "accrual", "currency": "CAD", "fiscal_year": 2025,
            "pillar": "Grain", "location": code, "profit_type": "Sales Revenue", "group_account": "sales",
            "account_id": "sales", "classification": "Revenue", "display_amount_cad": amount, "amount_cad": -amount,
            "actual_cad": amount, "variance_cad": amount, "fx_variance_cad": amount, "movement_cad": -amount,
        }
        for month in MONTHS for code, amount in BOOKS.items()
    ]  # fmt: skip
    for table in ("trial_balance", "profit_and_loss", "budget_vs_actual", "translated_balances"):
        publish(lake, f"gold/{table}", rows)
    publish(
        lake,
        "gold/financial_summary",
        [summary(row["company"], row["period"], "Grain", "Sales Revenue", str(row["actual_cad"])) for row in rows],
    )
    publish(
        lake, "gold/payables_aging",
        [{**row, "contact_name": "Yard", "bucket": "current", "open_balance_cad": row["actual_cad"]} for row in rows],
    )  # fmt: skip
    publish(
        lake, "gold/weekly_banking",
        [{**row, "week": row["period"], "matched": True, "amount": -row["amount_cad"],
          "amount_cad": row["actual_cad"]} for row in rows],
    )  # fmt: skip
    release(lake, GOLD, "run", group)
    return open_release(lake, group.time_zone)


# statement -> line and column of the month's figure
FIGURES = {
    "profit_and_loss": ("Sales Revenue", "total"),
    "financial_summary": ("Sales Revenue", "month"),
    "budget": ("Sales Revenue", "actual"),
    "payables_aging": ("Total", "total"),
}


def figure(statement: str, question: Question) -> Decimal:
    line, column = FIGURES[statement]
    name = "company" if question.company is None else "contact_name"
    rows = STATEMENTS[statement](question).rows
    (found,) = [row[column] for row in rows if line in (row.get("line"), row.get(name))]
    assert isinstance(found, Decimal)
    return found


@pytest.mark.parametrize(("month", "whole"), zip(MONTHS, ("100.00", "107.00", "100.00"), strict=True))
def test_the_groups_figures_are_of_who_is_part_of_it(released: Released, group: Group, month: date, whole: str) -> None:
    assert {name: str(figure(name, Question(released, group, month))) for name in FIGURES} == dict.fromkeys(
        FIGURES, whole
    )
    of_pillar = STATEMENTS["profit_and_loss"](Question(released, group, month, pillar="Grain"))
    assert {str(row["current"]) for row in of_pillar.rows if row["line"] == "Net Income"} == {whole}
    pack = management.read(released, group, month, NOVEMBER)
    assert pack is not None
    assert str(pack.amount("Total", "Sales Revenue", management.Span(month, month), "actual")) == whole
    (aging,) = findings.agings(released, group, month)
    assert str(sum(map(aging.of_company, aging.companies))) == whole
    assert [each.row["company"] for each in behind.accounts(released, group, month)["sales"]] == (
        ["grain", "shop"] if month == DECEMBER else ["grain"]
    )


def test_over_several_months_each_counts_for_itself(released: Released, group: Group) -> None:
    """Three months of grain's and one of shop's: 307.00."""
    question = Question(released, group, JANUARY)
    summed = {row["line"]: row for row in STATEMENTS["financial_summary"](question).rows}
    assert str(summed["Sales Revenue"]["to_date"]) == "307.00"
    (planned,) = [row for row in STATEMENTS["budget"](question).rows if row["line"] == "Sales Revenue"]
    assert str(planned["actual_to_date"]) == "307.00"
    assert sum(row["net"] for row in STATEMENTS["weekly_banking"](question).rows if row["activity"] == "Week") == 307
    pack = management.read(released, group, JANUARY, NOVEMBER)
    assert pack is not None
    assert str(pack.exchange["Sales Revenue"]) == "307.00"


@pytest.mark.parametrize("statement", ["profit_and_loss", "financial_summary", "budget"])
def test_the_companys_own_books_are_its_own(released: Released, group: Group, statement: str) -> None:
    """Of a month of the group; the others are refused, as in every report of a company."""
    assert figure(statement, Question(released, group, DECEMBER, "shop")) == BOOKS["shop"]
