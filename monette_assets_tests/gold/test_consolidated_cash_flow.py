"""The group's cash flow: companies and eliminations add up, and no cash appears from nowhere (ACCOUNTING 17)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import cash_flow, consolidated_statements
from monette_assets.gold.consolidated_cash_flow import CONTRACT, consolidated_cash_flow
from monette_assets.tables import Context
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.gold.farm_books import companies, contract

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# In December hill joins with 70 of its own and mill, which held 30, has left. North sells grain to hill on account:
# 200 to receive here, 200 to pay there, and 40 of profit still in hill's stock.
FLOWS = (
    ("2024-11", "north", "cash", "opening_cash", "100"), ("2024-11", "north", "cash", "closing_cash", "100"),
    ("2024-11", "mill", "cash", "opening_cash", "25"), ("2024-11", "mill", "net_income", "net_income", "5"),
    ("2024-11", "mill", "cash", "net_change", "5"), ("2024-11", "mill", "cash", "closing_cash", "30"),
    ("2024-12", "north", "cash", "opening_cash", "100"), ("2024-12", "north", "cash", "net_change", "50"),
    ("2024-12", "north", "net_income", "net_income", "250"), ("2024-12", "north", "cash", "closing_cash", "150"),
    ("2024-12", "north", "working_capital", "receivables", "-200"),
    ("2024-12", "hill", "cash", "opening_cash", "70"), ("2024-12", "hill", "cash", "net_change", "-8"),
    ("2024-12", "hill", "working_capital", "grain", "-200"), ("2024-12", "hill", "cash", "closing_cash", "62"),
    ("2024-12", "hill", "working_capital", "payables", "200"), ("2024-12", "hill", "financing", "loan", "-9"),
    ("2024-12", "hill", "exchange", "exchange_effect", "1"),
)  # fmt: skip
# step, component, account, statement, classification, movement, closing
FIGURES = (
    ("2024-11", "companies", "north", "bank", "balance_sheet", "Asset", "0", "100"),
    ("2024-11", "companies", "mill", "bank", "balance_sheet", "Asset", "5", "30"),
    ("2024-12", "companies", "north", "bank", "balance_sheet", "Asset", "50", "150"),
    ("2024-12", "companies", "hill", "bank", "balance_sheet", "Asset", "-8", "62"),
    ("2024-12", "eliminations", "balances", "receivables", "balance_sheet", "Asset", "-200", "-200"),
    ("2024-12", "eliminations", "balances", "payables", "balance_sheet", "Liability", "200", "200"),
    ("2024-12", "eliminations", "unrealised_profit", "fuel", "profit_and_loss", "Expense", "40", "40"),
    ("2024-12", "eliminations", "unrealised_profit", "grain", "balance_sheet", "Asset", "-40", "-40"),
    ("2024-12", "eliminations", "investment", "machinery", "balance_sheet", "Asset", "-500", "-500"),
    ("2024-12", "eliminations", "investment", "capital", "balance_sheet", "Equity", "500", "500"),
    ("2024-12", "adjustments", "entry 1", "bank", "balance_sheet", "Asset", "-12", "-12"),
    ("2024-12", "adjustments", "entry 1", "payables", "balance_sheet", "Liability", "12", "12"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    files = contract(
        companies=companies(north=11, mill=11, hill=1),
        locations=[{"name": "North Home", "pillars": [{"pillar": "Grain"}]}],
    )
    return context_of(spark, group_of(tmp_path_factory.mktemp("group"), **files), "2024-11", "2024-12")


@pytest.fixture(scope="module")
def inputs(spark: SparkSession) -> dict[str, DataFrame]:
    header = "period step component group_account statement classification movement_cad closing_cad"
    table = consolidated_statements.CONTRACT
    return {
        "cash_flow": frame(
            spark, cash_flow.CONTRACT, rows(cash_flow.CONTRACT, "period company section line amount_cad", *FLOWS)
        ),
        "consolidated_statements": frame(spark, table, rows(table, header, *FIGURES, subgroup="group")),
    }


@pytest.fixture(scope="module")
def computed(context: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return consolidated_cash_flow(context, **inputs).cache()


def test_companies_eliminations_and_adjustments_each_stand_for_themselves(computed: DataFrame) -> None:
    december = computed.where(computed["period"] == date(2024, 12, 1))
    assert shown(december, "step component section line amount_cad") == [
        ("adjustments", "entry 1", "cash", "closing_cash", "-12.00"),
        ("adjustments", "entry 1", "cash", "opening_cash", "0.00"),
        ("adjustments", "entry 1", "working_capital", "payables", "-12.00"),
        ("companies", "hill", "cash", "closing_cash", "62.00"),
        ("companies", "hill", "exchange", "exchange_effect", "1.00"),
        ("companies", "hill", "financing", "loan", "-9.00"),
        ("companies", "hill", "scope", "companies_joined", "70.00"),  # not an opening: it was not the group's
        ("companies", "hill", "working_capital", "grain", "-200.00"),
        ("companies", "hill", "working_capital", "payables", "200.00"),
        ("companies", "mill", "cash", "opening_cash", "30.00"),
        ("companies", "mill", "scope", "companies_left", "-30.00"),
        ("companies", "north", "cash", "closing_cash", "150.00"),
        ("companies", "north", "cash", "opening_cash", "100.00"),
        ("companies", "north", "net_income", "net_income", "250.00"),
        ("companies", "north", "working_capital", "receivables", "-200.00"),
        ("eliminations", "balances", "working_capital", "payables", "-200.00"),
        ("eliminations", "balances", "working_capital", "receivables", "200.00"),
        # an investment eliminated is no flow
        ("eliminations", "unrealised_profit", "net_income", "net_income", "-40.00"),
        ("eliminations", "unrealised_profit", "working_capital", "grain", "40.00"),
    ]


def test_every_check_passes(context: Context, inputs: dict[str, DataFrame], computed: DataFrame) -> None:
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, computed, **inputs) == []


def test_a_months_run_alone_equals_its_part_of_a_longer_one(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    one = consolidated_cash_flow(context_of(context.spark, context.group, "2024-12"), **inputs)
    header = "step component section line amount_cad"
    assert shown(one, header) == shown(computed.where(computed["period"] == date(2024, 12, 1)), header)


def test_cash_that_the_balance_sheet_does_not_hold_is_found(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    found = failures(CONTRACT, "ties_to_cash", context, computed.where("line <> 'companies_left'"), **inputs)
    assert shown(found, "period opening_cad flows_cad closing_cad balance_sheet_cad") == [
        ("2024-12", "130.00", "100.00", "200.00", "200.00")
    ]


def test_a_companys_flow_that_is_missing_is_found(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    found = failures(CONTRACT, "conserved", context, computed.where("line <> 'loan'"), **inputs)
    assert shown(found, "period section line companies group") == [("2024-12", "financing", "loan", "-9.00", "0.00")]
