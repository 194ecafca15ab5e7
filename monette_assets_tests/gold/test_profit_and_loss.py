"""Income and expense of a month: which postings, summed how, rounded when, shown with which sign."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import cattle_split, ledger
from monette_assets.gold.profit_and_loss import CONTRACT, profit_and_loss
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# three thirds of a cent at 1.333333: 0.013333 + 0.013333 + 0.013333, rounded once 0.04, each on its own 0.03
THIRD = Decimal("0.01") * Decimal("1.333333")
LINES = (
    ("south", "fuel", "Expense", "Direct Operating Expenses", "South Ranch", None, "0.01", THIRD),
    ("south", "fuel", "Expense", "Direct Operating Expenses", "South Ranch", None, "0.01", THIRD),
    ("south", "fuel", "Expense", "Direct Operating Expenses", "South Ranch", None, "0.01", THIRD),
    ("south", "fuel", "Expense", "Direct Operating Expenses", "North Home", None, "0.01", THIRD),
    ("south", "calves", "Revenue", "Sales Revenue", "South Ranch", "calves", "-90.00", Decimal("-119.99997")),
    ("south", "calves", "Revenue", "Sales Revenue", "South Ranch", None, "-9.00", Decimal("-11.999997")),
    ("south", "other", "Revenue", "Other Operating Revenue", "South Ranch", None, "-3.00", Decimal("-3.999999")),
    ("south", "gain", "Revenue", "Other Income", "South Ranch", None, "6.00", Decimal("7.999998")),
    ("south", "new", "Expense", None, "South Ranch", None, "3.00", Decimal("3.999999")),
    ("south", "half", "Expense", "Other Expense", "South Ranch", None, "1.00", Decimal("1.125")),
    ("south", "half credit", "Expense", "Other Expense", "South Ranch", None, "-1.00", Decimal("-1.125")),
    ("south", "bank", "Asset", None, "South Ranch", None, "89.00", Decimal("118.666637")),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


@pytest.fixture(scope="module")
def posted(spark: SparkSession) -> DataFrame:
    header = "company account_id classification profit_type location commodity amount amount_cad"
    constants = {"period": "2024-11", "average_rate": "1.333333", "currency": "USD", "fiscal_year": 2024}
    return frame(spark, ledger.CONTRACT, rows(ledger.CONTRACT, header, *LINES, **constants))


@pytest.fixture(scope="module")
def found(context: Context, posted: DataFrame) -> list[Row]:
    return [row.asDict() for row in profit_and_loss(context, ledger=posted, cattle_split=nothing(context)).collect()]


def nothing(context: Context) -> DataFrame:
    """No location with mixed herds."""
    return frame(context.spark, cattle_split.CONTRACT, [])


def test_one_row_an_account_location_and_commodity_in_home_currency(found: list[Row]) -> None:
    assert shown(found, "account_id location commodity amount") == [
        ("calves", "South Ranch", "", "-9.00"),
        ("calves", "South Ranch", "calves", "-90.00"),
        ("fuel", "North Home", "", "0.01"),
        ("fuel", "South Ranch", "", "0.03"),
        ("gain", "South Ranch", "", "6.00"),
        ("half credit", "South Ranch", "", "-1.00"),
        ("half", "South Ranch", "", "1.00"),
        ("new", "South Ranch", "", "3.00"),
        ("other", "South Ranch", "", "-3.00"),
    ]


def test_the_translated_sum_is_rounded_once_half_away_from_zero(found: list[Row]) -> None:
    """ACCOUNTING 16."""
    by_account = {(row["account_id"], row["location"]): str(row["amount_cad"]) for row in found}
    assert by_account["fuel", "South Ranch"] == "0.04"
    assert by_account["fuel", "North Home"] == "0.01"
    assert (by_account["half", "South Ranch"], by_account["half credit", "South Ranch"]) == ("1.13", "-1.13")


def test_revenue_and_cost_both_read_positive(found: list[Row]) -> None:
    """ACCOUNTING 22: display amount = -ledger for revenue and income, = ledger for costs and expenses."""
    assert shown(found, "account_id profit_type amount_cad display_amount_cad") == [
        ("calves", "Sales Revenue", "-12.00", "12.00"),
        ("calves", "Sales Revenue", "-120.00", "120.00"),
        ("fuel", "Direct Operating Expenses", "0.01", "0.01"),
        ("fuel", "Direct Operating Expenses", "0.04", "0.04"),
        ("gain", "Other Income", "8.00", "-8.00"),  # a loss
        ("half credit", "Other Expense", "-1.13", "-1.13"),
        ("half", "Other Expense", "1.13", "1.13"),
        ("new", "Unmapped", "4.00", "4.00"),
        ("other", "Other Operating Revenue", "-4.00", "4.00"),
    ]


def test_conservation_in_home_currency(context: Context, posted: DataFrame) -> None:
    from pyspark.sql import functions as F

    computed = profit_and_loss(context, ledger=posted, cattle_split=nothing(context))
    assert failures(CONTRACT, "conserved", context, computed, ledger=posted) == []
    lost = computed.where(F.col("account_id") != "new")
    found = failures(CONTRACT, "conserved", context, lost, ledger=posted)
    assert shown(found, "company period posted published") == [("south", "2024-11", "-92.96", "-95.96")]


def test_lines_of_mixed_herds_stand_with_their_herd_and_nothing_is_left_where_they_were(context: Context) -> None:
    """ACCOUNTING 26: at South Ranch, 100.00 of feed is two thirds the cows' and one third the feedlot's."""
    spark = context.spark
    constants = {
        "period": "2024-11", "company": "south", "location": "South Ranch", "average_rate": "1.40", "currency": "USD",
        "fiscal_year": 2024, "basis": "accrual", "profit_type": "Direct Operating Expenses",
    }  # fmt: skip
    lines = (
        ("feed", "feed", "Cow-Calf", "100.00", "140.00"),
        ("fuel", "fuel", "Cow-Calf", "7.00", "9.80"),  # nobody splits it
    )
    header = "account_id group_account pillar amount amount_cad"
    ledger_rows = rows(ledger.CONTRACT, header, *lines, classification="Expense", **constants)
    moved = (
        ("feed", "feed", "Cow-Calf", "100.00", "140.00", "ORIGINAL", ""),
        ("feed", "feed", "Cow-Calf", "-100.00", "-140.00", "SYNTHETIC_OFFSET", ""),
        ("feed", "feed", "Cow-Calf", "66.67", "93.338", "SYNTHETIC_SPLIT", "Cow-Calf"),
        ("feed", "feed", "Feedlot", "33.33", "46.662", "SYNTHETIC_SPLIT", "Feedlot"),
    )
    split_rows = rows(cattle_split.CONTRACT, f"{header} entry herd", *moved, **constants)
    posted = frame(spark, ledger.CONTRACT, ledger_rows)
    by_herd = profit_and_loss(context, ledger=posted, cattle_split=frame(spark, cattle_split.CONTRACT, split_rows))
    assert shown(by_herd, "account_id location pillar amount amount_cad") == [
        ("feed", "South Ranch", "Cow-Calf", "66.67", "93.34"),
        ("feed", "South Ranch", "Feedlot", "33.33", "46.66"),
        ("fuel", "South Ranch", "Cow-Calf", "7.00", "9.80"),
    ]
    assert failures(CONTRACT, "conserved", context, by_herd, ledger=posted) == []


def test_a_line_whose_class_names_another_herd_leaves_no_empty_row(context: Context) -> None:
    spark = context.spark
    constants = {
        "period": "2024-11", "company": "south", "location": "South Ranch", "average_rate": "1.40", "currency": "USD",
        "fiscal_year": 2024, "basis": "accrual", "profit_type": "Direct Operating Expenses", "account_id": "feed",
    }  # fmt: skip
    ledger_rows = rows(ledger.CONTRACT, "pillar amount amount_cad", ("Cow-Calf", "50.00", "70.00"),
                       classification="Expense", **constants)  # fmt: skip
    moved = (
        ("Cow-Calf", "-50.00", "-70.00", "SYNTHETIC_OFFSET"),
        ("Feedlot", "50.00", "70.00", "SYNTHETIC_SPLIT"),
    )
    split_rows = rows(cattle_split.CONTRACT, "pillar amount amount_cad entry", *moved, **constants)
    by_herd = profit_and_loss(
        context,
        ledger=frame(spark, ledger.CONTRACT, ledger_rows),
        cattle_split=frame(spark, cattle_split.CONTRACT, split_rows),
    )
    assert shown(by_herd, "pillar amount") == [("Feedlot", "50.00")]
