"""The balance sheet of a month: balances, the year's result as a line, both sides equal (ACCOUNTING 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import trial_balance
from monette_assets.gold.balance_sheet import CONTRACT, balance_sheet
from monette_assets.tables import Context
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TRIAL_BALANCE = (
    ("north", "bank", "Asset", "900.00"),
    ("north", "receivable", "Asset", "0.00"),
    ("north", "loan", "Liability", "-400.00"),
    ("north", "overdrawn", "Liability", "25.00"),
    ("north", "capital", "Equity", "-300.00"),
    ("north", "dividends", "Equity", "10.00"),
    ("north", "sales", "Revenue", "-285.00"),
    ("north", "fuel", "Expense", "50.00"),
    ("south", "bank", "Asset", "7.00"),
    ("south", "capital", "Equity", "-7.00"),
    ("south", "sales", "Revenue", "-3.00"),
    ("south", "fuel", "Expense", "3.00"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


@pytest.fixture(scope="module")
def computed(spark: SparkSession, context: Context) -> DataFrame:
    table = trial_balance.CONTRACT
    given = rows(table, "company account_id classification closing", *TRIAL_BALANCE, period="2024-11", currency="CAD")
    return balance_sheet(context, trial_balance=frame(spark, table, given)).cache()


def test_every_balance_once_and_the_years_result_as_a_line(computed: DataFrame) -> None:
    """Assets, liabilities and equity all read positive (ACCOUNTING 22); accounts at zero are left out."""
    assert shown(computed, "company classification account_id amount display_amount") == [
        ("north", "Asset", "bank", "900.00", "900.00"),
        ("north", "Equity", "capital", "-300.00", "300.00"),
        ("north", "Equity", "dividends", "10.00", "-10.00"),
        ("north", "Equity", "net_income", "-235.00", "235.00"),  # 285 - 50
        ("north", "Liability", "loan", "-400.00", "400.00"),
        ("north", "Liability", "overdrawn", "25.00", "-25.00"),
        ("south", "Asset", "bank", "7.00", "7.00"),
        ("south", "Equity", "capital", "-7.00", "7.00"),
    ]


def test_a_side_that_is_heavier_is_found(context: Context, computed: DataFrame) -> None:
    from pyspark.sql import functions as F

    assert failures(CONTRACT, "balances", context, computed) == []
    found = failures(CONTRACT, "balances", context, computed.where(F.col("account_id") != "overdrawn"))
    assert shown(found, "company period difference") == [("north", "2024-11", "-25.00")]


def test_balances_and_the_years_result_are_those_of_the_trial_balance(
    spark: SparkSession, context: Context, computed: DataFrame
) -> None:
    """ACCOUNTING 7: also where what was lost nets to zero."""
    table = trial_balance.CONTRACT
    header = "company account_id classification closing"
    given = frame(spark, table, rows(table, header, *TRIAL_BALANCE, period="2024-11", currency="CAD"))
    assert failures(CONTRACT, "conserved", context, computed, trial_balance=given) == []
    lost = computed.where("company <> 'south'")
    found = failures(CONTRACT, "conserved", context, lost, trial_balance=given)
    assert shown(found, "company period balances result") == [("south", "2024-11", "-14.00", "0.00")]
    lost = computed.where("account_id not in ('net_income', 'capital')")
    found = failures(CONTRACT, "conserved", context, lost, trial_balance=given)
    assert shown(found, "company balances result") == [("north", "-300.00", "235.00"), ("south", "-7.00", "0.00")]
