"""The management accounts' results (ACCOUNTING 24), worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import profit_and_loss
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
def found(context: Context, posted: DataFrame) -> list[Row]:
    return [row.asDict() for row in financial_summary(context, profit_and_loss=posted).collect()]


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


def test_net_income_that_is_not_the_profit_and_losss_is_found(
    spark: SparkSession, context: Context, posted: DataFrame
) -> None:
    from pyspark.sql import functions as F

    computed = financial_summary(context, profit_and_loss=posted)
    assert failures(CONTRACT, "adds_up", context, computed, profit_and_loss=posted) == []
    lost = computed.where(F.col("location") != "Yard")
    found = failures(CONTRACT, "adds_up", context, lost, profit_and_loss=posted)
    assert shown(found, "company period net_income_cad ledger_cad") == [("north", "2024-11", "313.77", "-305.77")]
