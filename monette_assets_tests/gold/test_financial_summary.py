"""The management accounts' results (ACCOUNTING 24), worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import budget_vs_actual, profit_and_loss
from monette_assets.gold.financial_summary import CONTRACT, LINES, financial_summary
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# company, place, profit type, ledger sign, display sign
PROFIT_AND_LOSS = (
    ("north", "Home", "Sales Revenue", "-700.00", "700.00"),
    ("north", "Home", "Sales Revenue", "-300.00", "300.00"),
    ("north", "Home", "Cost of Goods Sold", "400.00", "400.00"),
    ("north", "Home", "Direct Operating Expenses", "150.00", "150.00"),
    ("north", "Home", "Other Operating Revenue", "-20.00", "20.00"),
    ("north", "Home", "Operating Overheads", "70.00", "70.00"),
    ("north", "Home", "Other Income", "-5.00", "5.00"),
    ("north", "Home", "Other Expense", "90.00", "90.00"),
    ("north", "Home", "Unmapped", "1.23", "1.23"),
    ("north", "Yard", "Operating Overheads", "8.00", "8.00"),
    ("south", "Ranch", "Other Income", "2.00", "-2.00"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


@pytest.fixture(scope="module")
def posted(spark: SparkSession) -> DataFrame:
    table = profit_and_loss.CONTRACT
    header = "company location profit_type amount_cad display_amount_cad"
    return frame(spark, table, rows(table, header, *PROFIT_AND_LOSS, period="2024-11", pillar="Grain"))


@pytest.fixture(scope="module")
def budgeted(spark: SparkSession) -> DataFrame:
    table = budget_vs_actual.CONTRACT
    header = "company location profit_type budget_cad"
    lines = (
        ("north", "Home", "Sales Revenue", "900.00"),
        ("north", "Home", "Cost of Goods Sold", "350.00"),
        ("north", "Yard", "Operating Overheads", "0.00"),
    )
    return frame(spark, table, rows(table, header, *lines, period="2024-11", pillar="Grain"))


@pytest.fixture(scope="module")
def both(context: Context, posted: DataFrame, budgeted: DataFrame) -> DataFrame:
    return financial_summary(context, profit_and_loss=posted, budget_vs_actual=budgeted)


@pytest.fixture(scope="module")
def found(both: DataFrame) -> list[Row]:
    return [row.asDict() for row in both.where("scenario = 'actual'").collect()]


def test_the_budget_stands_beside_it(both: DataFrame) -> None:
    assert shown(both.where("scenario = 'budget'"), "location line amount_cad") == [
        ("Home", "Contribution Margin", "550.00"),
        ("Home", "Cost of Goods Sold", "350.00"),
        ("Home", "EBITDA", "550.00"),
        ("Home", "Gross Margin", "550.00"),
        ("Home", "Net Income", "550.00"),
        ("Home", "Sales Revenue", "900.00"),
    ]


def test_the_statement_from_sales_to_net_income(found: list[Row]) -> None:
    home = sorted((row for row in found if row["location"] == "Home"), key=lambda row: int(row["line_order"]))
    assert [(row["line"], str(row["amount_cad"])) for row in home] == [
        ("Sales Revenue", "1000.00"),
        ("Cost of Goods Sold", "400.00"),
        ("Gross Margin", "600.00"),  # 1000 - 400
        ("Direct Operating Expenses", "150.00"),
        ("Other Operating Revenue", "20.00"),
        ("Contribution Margin", "470.00"),  # 600 - 150 + 20
        ("Operating Overheads", "70.00"),
        ("EBITDA", "400.00"),  # 470 - 70
        ("Other Income", "5.00"),
        ("Other Expense", "90.00"),
        ("Unmapped", "1.23"),  # nobody knows what it is, but it is not profit
        ("Net Income", "313.77"),  # 400 + 5 - 90 - 1.23
    ]


def test_a_place_has_the_lines_it_takes_part_in(found: list[Row]) -> None:
    others = [row for row in found if row["location"] != "Home"]
    assert shown(others, "company location line amount_cad") == [
        ("north", "Yard", "EBITDA", "-8.00"),
        ("north", "Yard", "Net Income", "-8.00"),
        ("north", "Yard", "Operating Overheads", "8.00"),
        ("south", "Ranch", "Net Income", "-2.00"),
        ("south", "Ranch", "Other Income", "-2.00"),
    ]


def test_lines_are_in_the_statements_order(found: list[Row]) -> None:
    assert {(row["line"], row["line_order"]) for row in found} == {(line, i) for i, line in enumerate(LINES, start=1)}
    assert {row["scenario"] for row in found} == {"actual"}


def test_net_income_that_is_not_the_profit_and_losss_or_the_budgets_is_found(
    spark: SparkSession, context: Context, posted: DataFrame, budgeted: DataFrame, both: DataFrame
) -> None:
    from pyspark.sql import functions as F

    inputs = {"profit_and_loss": posted, "budget_vs_actual": budgeted}
    assert failures(CONTRACT, "adds_up", context, both, **inputs) == []
    lost = both.where((F.col("location") != "Yard") & (F.col("scenario") == "actual"))
    found = failures(CONTRACT, "adds_up", context, lost, **inputs)
    assert shown(found, "company period scenario net_income_cad made_of_cad") == [
        ("north", "2024-11", "actual", "313.77", "305.77"),
        ("north", "2024-11", "budget", "0.00", "550.00"),
    ]
