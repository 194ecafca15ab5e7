"""Budget beside actual, and what foreign exchange did to the difference (ACCOUNTING 25). One book, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import profit_and_loss
from monette_assets.gold.budget_vs_actual import CONTRACT, budget_vs_actual
from monette_assets.group import Group
from monette_assets.silver import budgets, exchange_rates
from monette_assets.tables import Context
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RATE, BUDGET_RATE = "1.370000", "1.300000"
# south is American: sold 1,100.00 USD, budgeted 1,000.00 at 1.30; paid 200.00 of 250.00; and 10.00 nobody budgeted
ACTUAL = (
    # company  location       pillar      profit type                   group account    amount      rate         CAD
    ("south", "South Ranch", "Cow-Calf", "Sales Revenue",             "sales",        "-1100.00", RATE,    "-1507.00"),
    ("south", "South Ranch", "Cow-Calf", "Direct Operating Expenses", "direct",       "200.00",   RATE,       "274.00"),
    ("south", "South Ranch", "Cow-Calf", "Other Expense",             "below_ebitda", "10.00",    RATE,       "13.70"),
    ("north", "North Home",  "Grain",    "Direct Operating Expenses", "direct",       "80.00",    "1.000000", "80.00"),
)  # fmt: skip
BUDGET = (
    # company  location       account  amount      rate         current
    ("south", "South Ranch", "4010",  "1000.00",  BUDGET_RATE, True),
    ("south", "South Ranch", "5300",  "250.00",   BUDGET_RATE, True),
    ("south", "South Ranch", "5300",  "9999.00",  BUDGET_RATE, False),  # replaced by a later version
    ("south", "South Ranch", "5010",  "33.33",    BUDGET_RATE, True),  # nothing was spent
    ("north", "North Home",  "5300",  "100.00",   None,        True),
)  # fmt: skip
SHOWN = (
    "company profit_type actual budget budget_rate actual_cad budget_cad variance_cad volume_variance_cad "
    "fx_variance_cad"
)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    reroutes = [{"company": "north", "group_account": "cost_of_goods", "to_group_account": "direct",
                 "from": date(2024, 12, 1)}]  # fmt: skip
    return group_of(tmp_path_factory.mktemp("group"), reroutes=reroutes)


@pytest.fixture(scope="module")
def context(spark: SparkSession, group: Group) -> Context:
    return context_of(spark, group, "2024-11")


def posted(spark: SparkSession, *lines: tuple[str, ...]) -> DataFrame:
    table = profit_and_loss.CONTRACT
    header = "company location pillar profit_type group_account amount average_rate amount_cad"
    given = rows(table, header, *lines, period="2024-11")
    for row in given:
        row["fiscal_year"] = 2024 if row["company"] == "south" else 2025
        row["currency"] = "USD" if row["company"] == "south" else "CAD"
        earned = row["profit_type"] in profit_and_loss.REVENUE_TYPES
        row["display_amount_cad"] = -row["amount_cad"] if earned else row["amount_cad"]
    return frame(spark, table, given)


def planned(spark: SparkSession, *lines: tuple[object, ...], month: str = "2024-11") -> DataFrame:
    table = budgets.CONTRACT
    given = rows(table, "company location account_number amount budget_rate current", *lines, period=month)
    for row in given:
        row["fiscal_year"] = 2024 if row["company"] == "south" else 2025
        row["currency"] = "USD" if row["company"] == "south" else "CAD"
    return frame(spark, table, given)


@pytest.fixture(scope="module")
def rates(spark: SparkSession) -> DataFrame:
    table = exchange_rates.CONTRACT
    given = rows(table, "kind rate", ("average", RATE), ("closing", "9.000000"), period="2024-11", from_currency="USD",
                 to_currency="CAD")  # fmt: skip
    return frame(spark, table, given)


@pytest.fixture(scope="module")
def inputs(spark: SparkSession, rates: DataFrame) -> dict[str, DataFrame]:
    return {"profit_and_loss": posted(spark, *ACTUAL), "budgets": planned(spark, *BUDGET), "exchange_rates": rates}


@pytest.fixture(scope="module")
def found(context: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return budget_vs_actual(context, **inputs)


def test_the_variance_and_its_two_parts(found: DataFrame) -> None:
    costs, direct = "Cost of Goods Sold", "Direct Operating Expenses"
    assert shown(found, SHOWN) == [
        # 80 - 100, no currency in it
        ("north", direct, "80.00", "100.00", "1.000000", "80.00", "100.00", "-20.00", "-20.00", "0.00"),
        # budgeted, not spent: 33.33 x 1.30 = 43.329
        ("south", costs, "0.00", "33.33", BUDGET_RATE, "0.00", "43.33", "-43.33", "-43.33", "0.00"),
        # volume (200 - 250) x 1.30 = -65.00; exchange 200 x 0.07 = 14.00
        ("south", direct, "200.00", "250.00", BUDGET_RATE, "274.00", "325.00", "-51.00", "-65.00", "14.00"),
        # not budgeted: all volume at the budget rate, 13.00, and 0.70 of exchange
        ("south", "Other Expense", "10.00", "0.00", BUDGET_RATE, "13.70", "0.00", "13.70", "13.00", "0.70"),
        # volume (1100 - 1000) x 1.30 = 130.00; exchange 1100 x (1.37 - 1.30) = 77.00
        ("south", "Sales Revenue", "1100.00", "1000.00", BUDGET_RATE, "1507.00", "1300.00", "207.00", "130.00",
         "77.00"),
    ]  # fmt: skip


def test_a_budget_has_the_place_and_the_account_of_the_ledger(
    spark: SparkSession, context: Context, group: Group
) -> None:
    nothing = {"profit_and_loss": posted(spark), "exchange_rates": frame(spark, exchange_rates.CONTRACT)}
    given = planned(spark, ("north", "North Home", "5010", "5.00", None, True), month="2024-12")
    december = context_of(spark, group, "2024-12")
    found = budget_vs_actual(december, budgets=given, **nothing)
    assert shown(found, "location pillar group_account profit_type budget_rate_source") == [
        ("North Home", "Grain", "direct", "Direct Operating Expenses", "home")  # rerouted from December on
    ]


def test_the_contracts_rate_where_the_sheet_states_none(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory,
                                                        inputs: dict[str, DataFrame]) -> None:  # fmt: skip
    settings = {**small_contract()["group"], "budget_rates": [{"fiscal_year": 2024, "currency": "USD", "rate": "1.25"}]}
    context = context_of(spark, group_of(tmp_path_factory.mktemp("rated"), group=settings), "2024-11")
    given = {**inputs, "budgets": planned(spark, ("south", "South Ranch", "4010", "1000.00", None, True))}
    sales = budget_vs_actual(context, **given).where("group_account = 'sales'")
    assert shown(sales, "budget_rate budget_rate_source budget_cad fx_variance_cad") == [
        ("1.250000", "contract", "1250.00", "132.00")  # 1100 x (1.37 - 1.25)
    ]


def test_without_a_budget_there_is_no_price_of_exchange(spark: SparkSession, context: Context,
                                                        inputs: dict[str, DataFrame]) -> None:  # fmt: skip
    given = {**inputs, "budgets": planned(spark)}
    sales = budget_vs_actual(context, **given).where("group_account = 'sales'")
    assert shown(sales, "budget_rate budget_rate_source variance_cad volume_variance_cad fx_variance_cad") == [
        (None, "none", "1507.00", "1507.00", "0.00")
    ]


def test_a_foreign_budget_without_a_rate_is_found(
    spark: SparkSession, context: Context, inputs: dict[str, DataFrame], found: DataFrame
) -> None:
    assert failures(CONTRACT, "budget_rate_present", context, found, **inputs) == []
    given = {**inputs, "budgets": planned(spark, ("south", "South Ranch", "4010", "1000.00", None, True))}
    computed = budget_vs_actual(context, **given)
    missing = failures(CONTRACT, "budget_rate_present", context, computed, **given)
    assert shown(missing, "company period currency fiscal_year lines") == [("south", "2024-11", "USD", 2024, 1)]


def test_two_budget_rates_are_found(spark: SparkSession, context: Context, inputs: dict[str, DataFrame],
                                    found: DataFrame) -> None:  # fmt: skip
    assert failures(CONTRACT, "one_budget_rate", context, found, **inputs) == []
    lines = [
        ("south", "South Ranch", account, "1.00", rate, True) for account, rate in (("4010", "1.3"), ("5300", "1.4"))
    ]
    several = failures(CONTRACT, "one_budget_rate", context, found, **{**inputs, "budgets": planned(spark, *lines)})
    assert shown(several, "company lowest highest") == [("south", "1.300000", "1.400000")]


def test_a_lost_line_is_found(context: Context, inputs: dict[str, DataFrame], found: DataFrame) -> None:
    assert failures(CONTRACT, "conserved", context, found, **inputs) == []
    lost = failures(CONTRACT, "conserved", context, found.where("profit_type != 'Cost of Goods Sold'"), **inputs)
    assert shown(lost, "company budget planned") == [("south", "1250.00", "1283.33")]


def test_parts_that_do_not_add_up_are_found(context: Context, inputs: dict[str, DataFrame], found: DataFrame) -> None:
    from pyspark.sql import functions as F

    assert failures(CONTRACT, "variance_adds_up", context, found, **inputs) == []
    moved = F.when(F.col("group_account") == "sales", F.lit("0.02").cast("decimal(18, 2)")).otherwise(F.lit(0))
    # two cents from one part to the other: they still add up, but no longer to what the rates say
    wrong = found.withColumn("fx_variance_cad", F.col("fx_variance_cad") + moved).withColumn(
        "volume_variance_cad", F.col("volume_variance_cad") - moved
    )
    assert shown(failures(CONTRACT, "variance_adds_up", context, wrong, **inputs), "company fx_variance_cad") == [
        ("south", "77.02")
    ]
