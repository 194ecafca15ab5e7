"""Lines of a location with mixed herds: who gets what, and that nothing is won or lost (ACCOUNTING 26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.gold import ledger
from monette_assets.gold.cattle_split import CONTRACT, cattle_split
from monette_assets.silver import head_counts
from monette_assets.tables import Context
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LINES = "transaction_id period location class_name classification profit_type pillar amount"
FEED = ("Expense", "Direct Operating Expenses", "Cow-Calf")
BOOKS = (
    ("1", "2024-11", "South Ranch", "Cattle:Cow/Calf", *FEED, "100.00"),
    ("2", "2024-11", "South Ranch", "FEEDLOT", *FEED, "50.00"),
    ("3", "2024-11", "South Ranch", None, *FEED, "100.00"),  # 2 of 3 heads are cows: 66.67 and 33.33
    ("4", "2024-11", "South Ranch", "General", "Revenue", "Sales Revenue", "Cow-Calf", "-0.01"),
    ("5", "2024-11", "South Ranch", None, "Asset", None, "Cow-Calf", "-150.00"),  # a bank account needs no herd
    ("6", "2024-11", "North Home", None, "Expense", "Direct Operating Expenses", "Grain", "7.00"),  # one pillar
    ("7", "2024-12", "South Ranch", None, *FEED, "9.00"),  # nobody counted in December
    ("8", "2024-12", "South Ranch", "Feedlot", *FEED, "4.00"),
)
COUNTED = (("2024-11", "South Ranch", "Cow-Calf", 20), ("2024-11", "South Ranch", "Feedlot", 10))


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")


def inputs(spark: SparkSession, lines: Any = BOOKS, counted: Any = COUNTED) -> dict[str, DataFrame]:
    constants = {"company": "south", "account_id": "60", "line_number": 1, "currency": "USD", "average_rate": "1.40"}
    posted = rows(ledger.CONTRACT, LINES, *lines, **constants)
    counts = rows(head_counts.CONTRACT, "period location herd head", *counted, company="south")
    return {
        "ledger": frame(spark, ledger.CONTRACT, posted),
        "head_counts": frame(spark, head_counts.CONTRACT, counts),
    }


@pytest.fixture(scope="module")
def found(context: Context) -> list[Row]:
    return [row.asDict() for row in cattle_split(context, **inputs(context.spark)).collect()]


def test_a_class_names_the_herd_and_head_counts_split_the_rest(found: list[Row]) -> None:
    parts = [row for row in found if row["entry"] == "SYNTHETIC_SPLIT"]
    assert shown(parts, "transaction_id herd pillar amount head heads") == [
        ("1", "Cow-Calf", "Cow-Calf", "100.00", None, None),
        ("2", "Feedlot", "Feedlot", "50.00", None, None),
        ("3", "Cow-Calf", "Cow-Calf", "66.67", 20, 30),
        ("3", "Feedlot", "Feedlot", "33.33", 10, 30),
        ("4", "Cow-Calf", "Cow-Calf", "-0.01", 20, 30),  # -2/3 and -1/3 of a cent
        ("4", "Feedlot", "Feedlot", "0.00", 10, 30),
        ("8", "Feedlot", "Feedlot", "4.00", None, None),
    ]


def test_what_is_split_is_taken_out_of_its_location_and_refers_to_its_line(found: list[Row]) -> None:
    there = [row for row in found if row["entry"] != "SYNTHETIC_SPLIT"]
    assert shown(there, "transaction_id account_id line_number entry location amount") == [
        ("1", "60", 1, "ORIGINAL", "South Ranch", "100.00"),
        ("1", "60", 1, "SYNTHETIC_OFFSET", "South Ranch", "-100.00"),
        ("2", "60", 1, "ORIGINAL", "South Ranch", "50.00"),
        ("2", "60", 1, "SYNTHETIC_OFFSET", "South Ranch", "-50.00"),
        ("3", "60", 1, "ORIGINAL", "South Ranch", "100.00"),
        ("3", "60", 1, "SYNTHETIC_OFFSET", "South Ranch", "-100.00"),
        ("4", "60", 1, "ORIGINAL", "South Ranch", "-0.01"),
        ("4", "60", 1, "SYNTHETIC_OFFSET", "South Ranch", "0.01"),
        ("7", "60", 1, "ORIGINAL", "South Ranch", "9.00"),  # without head counts it stays where it was
        ("8", "60", 1, "ORIGINAL", "South Ranch", "4.00"),
        ("8", "60", 1, "SYNTHETIC_OFFSET", "South Ranch", "-4.00"),
    ]


def test_the_groups_total_does_not_change_in_either_currency(found: list[Row]) -> None:
    for amount in ("amount", "amount_cad"):
        assert sum(row[amount] for row in found if row["entry"] != "ORIGINAL") == 0


UNCOUNTED = ("south", "2024-12", "South Ranch", 1, "9.00")


def said_of_herds(context: Context, found: list[Row]) -> dict[str, list[tuple[Any, ...]]]:
    """What the checks of head counts find wrong, by severity."""
    given, header = frame(context.spark, CONTRACT, found), "company period location lines amount"
    said = {
        check.severity.value: shown(failures(CONTRACT, check.name, context, given), header)
        for check in CONTRACT.checks
        if check.name.startswith("herds_are_counted")
    }
    return {severity: wrong for severity, wrong in said.items() if wrong}


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2024-12-05", {}),  # nobody counts the herd of a month that runs
        ("2024-12-31", {}),
        ("2025-01-01", {"warns": [UNCOUNTED]}),
        ("2025-01-10", {"warns": [UNCOUNTED]}),  # the tenth day is in time
        ("2025-01-11", {"reports": [UNCOUNTED]}),
        ("2026-03-01", {"reports": [UNCOUNTED]}),
    ],
)
def test_a_month_that_nobody_counted_is_awaited_when_it_is_over_and_wrong_when_its_count_is_overdue(
    context: Context, found: list[Row], today: str, said: dict[str, list[tuple[Any, ...]]]
) -> None:
    late_in_the_evening = datetime.fromisoformat(f"{today}T23:30:00-06:00")
    assert said_of_herds(replace(context, now=late_in_the_evening), found) == said


def test_the_group_contract_says_when_head_counts_are_due(context: Context, found: list[Row], tmp_path: Path) -> None:
    at_once = group_of(tmp_path / "group", group=small_contract()["group"] | {"head_counts_within_days": 0})
    new_year = replace(context, group=at_once, now=datetime(2025, 1, 1, 12, tzinfo=UTC))
    assert said_of_herds(new_year, found) == {"reports": [UNCOUNTED]}


@pytest.mark.parametrize(
    ("entry", "amount"), [("SYNTHETIC_SPLIT", "0.01"), ("SYNTHETIC_OFFSET", "0.01"), ("ORIGINAL", "0.01")]
)
def test_a_cent_too_many_is_found(context: Context, found: list[Row], entry: str, amount: str) -> None:
    read = inputs(context.spark)
    assert failures(CONTRACT, "conserved", context, frame(context.spark, CONTRACT, found), **read) == []
    at = next(i for i, row in enumerate(found) if (row["transaction_id"], row["entry"]) == ("3", entry))
    wrong = [{**row, "amount": row["amount"] + Decimal(amount)} if i == at else row for i, row in enumerate(found)]
    broken = failures(CONTRACT, "conserved", context, frame(context.spark, CONTRACT, wrong), **read)
    assert shown(broken, "transaction_id") == [("3",)]


@settings(max_examples=15)
@given(
    amounts=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=8),
    cows=st.integers(1, 50_000),
    fed=st.integers(1, 50_000),
)
def test_parts_always_sum_to_the_line(context: Context, amounts: list[int], cows: int, fed: int) -> None:
    lines = [
        (str(i), "2024-11", "South Ranch", None, *FEED, str(Decimal(cents).scaleb(-2)))
        for i, cents in enumerate(amounts)
    ]
    counted = (("2024-11", "South Ranch", "Cow-Calf", cows), ("2024-11", "South Ranch", "Feedlot", fed))
    read = inputs(context.spark, lines, counted)
    made = cattle_split(context, **read)
    assert failures(CONTRACT, "conserved", context, made, **read) == []
    for row in made.collect():
        if row["entry"] == "SYNTHETIC_SPLIT":
            exact = Decimal(amounts[int(row["transaction_id"])]) / 100 * row["head"] / row["heads"]
            assert abs(row["amount"] - exact) < Decimal("0.01")
