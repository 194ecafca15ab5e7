"""The group's equity from one month to the next, by its own fiscal year (ACCOUNTING 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import consolidated_statements
from monette_assets.gold.consolidated_changes_in_equity import CONTRACT, consolidated_changes_in_equity
from monette_assets.tables import Context
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.gold.farm_books import companies, contract

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# The group's year begins in November. In October north has earned 90 of the year's 100; in November hill joins.
# step, component, account, statement, classification, opening, movement, closing
FIGURES = (
    ("2025-10", "companies", "north", "bank", "balance_sheet", "Asset", "300", "10", "310"),
    ("2025-10", "companies", "north", "capital", "balance_sheet", "Equity", "-200", "0", "-200"),
    ("2025-10", "companies", "north", "retained", "balance_sheet", "Equity", "-10", "0", "-10"),
    ("2025-10", "companies", "north", "sales", "profit_and_loss", "Revenue", "-90", "-10", "-100"),
    ("2025-11", "companies", "north", "bank", "balance_sheet", "Asset", "310", "2", "312"),
    ("2025-11", "companies", "north", "capital", "balance_sheet", "Equity", "-200", "0", "-200"),
    ("2025-11", "companies", "north", "retained", "balance_sheet", "Equity", "-110", "0", "-110"),
    ("2025-11", "companies", "north", "sales", "profit_and_loss", "Revenue", "0", "-7", "-7"),
    ("2025-11", "companies", "north", "dividends", "balance_sheet", "Equity", "0", "5", "5"),
    ("2025-11", "companies", "hill", "bank", "balance_sheet", "Asset", "40", "3", "43"),
    ("2025-11", "companies", "hill", "capital", "balance_sheet", "Equity", "-40", "0", "-40"),
    ("2025-11", "companies", "hill", "sales", "profit_and_loss", "Revenue", "0", "-3", "-3"),
    ("2025-11", "eliminations", "unrealised_profit", "bank", "balance_sheet", "Asset", "-1", "-1", "-1"),
    ("2025-11", "eliminations", "unrealised_profit", "fuel", "profit_and_loss", "Expense", "0", "1", "1"),
    ("2025-11", "non_controlling_interest", "hill", "sales", "profit_and_loss", "Revenue", "0", "1", "1"),
    ("2025-11", "non_controlling_interest", "hill", "others", "balance_sheet", "Equity", "0", "-1", "-1"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    files = contract(
        group={**small_contract()["group"], "year_start_month": 11},
        companies=companies(north=11, hill=1),
        locations=[{"name": "North Home", "pillars": [{"pillar": "Grain"}]}],
    )
    return context_of(spark, group_of(tmp_path_factory.mktemp("group"), **files), "2025-10", "2025-11")


@pytest.fixture(scope="module")
def figures(spark: SparkSession) -> DataFrame:
    table = consolidated_statements.CONTRACT
    header = "period step component group_account statement classification opening_cad movement_cad closing_cad"
    return frame(spark, table, rows(table, header, *FIGURES, subgroup="group"))


@pytest.fixture(scope="module")
def computed(context: Context, figures: DataFrame) -> DataFrame:
    return consolidated_changes_in_equity(context, consolidated_statements=figures).cache()


def test_the_year_begins_with_its_result_in_retained_earnings_and_who_joined_is_told_apart(
    computed: DataFrame,
) -> None:
    assert shown(computed.where("period = '2025-11-01'"), "component line amount_cad") == [
        ("capital", "closing", "240.00"),
        ("capital", "opening", "200.00"),
        ("capital", "scope", "40.00"),
        ("current_earnings", "closing", "8.00"),
        ("current_earnings", "net_income", "9.00"),  # 7 + 3 - 1 unrealised
        ("current_earnings", "non_controlling_interest", "-1.00"),
        ("current_earnings", "opening", "100.00"),
        ("current_earnings", "year_end", "-100.00"),
        ("dividends", "closing", "-5.00"),
        ("dividends", "dividends", "-5.00"),
        ("others", "closing", "1.00"),
        ("others", "non_controlling_interest", "1.00"),
        ("retained", "closing", "110.00"),
        ("retained", "opening", "10.00"),
        ("retained", "year_end", "100.00"),
    ]


def test_every_check_passes(context: Context, figures: DataFrame, computed: DataFrame) -> None:
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, computed, consolidated_statements=figures) == []


def test_a_change_that_nothing_explains_is_found(context: Context, figures: DataFrame) -> None:
    """North's capital grew by 40 without an entry, and hill was there all the time."""
    from pyspark.sql import functions as F

    october = figures.where("component = 'hill' and period = '2025-11-01'").withColumn(
        "period", F.lit("2025-10-01").cast("date")
    )
    stayed = figures.unionByName(october.where("group_account = 'bank'"))
    found = failures(
        CONTRACT, "explained", context, consolidated_changes_in_equity(context, consolidated_statements=stayed),
        consolidated_statements=stayed,
    )  # fmt: skip
    assert shown(found, "period component amount_cad") == [("2025-11", "capital", "40.00")]


def test_equity_that_is_not_assets_less_liabilities_is_found(
    context: Context, figures: DataFrame, computed: DataFrame
) -> None:
    without = computed.where("not (component = 'dividends' and line = 'closing')")
    found = failures(CONTRACT, "ties_to_balance_sheet", context, without, consolidated_statements=figures)
    assert shown(found, "period equity_cad net_assets_cad") == [("2025-11", "359.00", "354.00")]
    assert shown(
        failures(CONTRACT, "rolls_forward", context, without, consolidated_statements=figures),
        "period component difference_cad",
    ) == [("2025-11", "dividends", "-5.00")]
