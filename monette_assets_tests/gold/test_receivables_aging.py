"""Open receivables by due date, in home and group currency, tied to the books (ACCOUNTING 5, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold.receivables_aging import CONTRACT, receivables_aging
from monette_assets.tables import Context, Severity
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.frames import context_of, failures, group_of, shown
from monette_assets_tests.gold.ageing import inputs_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BOOKED = ("117.00", "10.00")


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


def test_buckets_currency_and_closing_rate(context: Context) -> None:
    """On its due date a document is current; thirty days later it is in the first bucket still."""
    found = receivables_aging(
        context, **inputs_of(context.spark, "aged_receivable_detail", "Accounts Receivable", "Invoice", BOOKED)
    )
    header = "company transaction_id due_date days_overdue bucket document_currency open_balance open_balance_cad"
    assert shown(found, header) == [
        ("north", "1", "2024-11-30", 0, "current", "CAD", "15.00", "15.00000000"),
        ("north", "2", "2024-10-31", 30, "1-30", "USD", "100.00", "100.00000000"),
        ("north", "3", "2024-10-30", 31, "31-60", None, "1.00", "1.00000000"),
        ("north", "4", "2024-09-30", 61, "61-90", None, "2.00", "2.00000000"),
        ("north", "5", "2024-08-31", 91, "over 90", None, "3.00", "3.00000000"),
        ("north", "6", "2024-07", 152, "over 90", None, "-4.00", "-4.00000000"),
        ("south", "1", "2024-12", -1, "current", "USD", "10.00", "14.00000000"),
    ]


def test_the_total_is_the_control_accounts(context: Context) -> None:
    """By company; accounts of other types do not count."""
    inputs = inputs_of(context.spark, "aged_receivable_detail", "Accounts Receivable", "Invoice", BOOKED)
    found = receivables_aging(context, **inputs)
    assert failures(CONTRACT, "ties_to_control", context, found, **inputs) == []
    off = inputs_of(context.spark, "aged_receivable_detail", "Accounts Receivable", "Invoice", ("117.00", "9.99"))
    assert shown(failures(CONTRACT, "ties_to_control", context, found, **off), "company period difference") == [
        ("south", "2024-11", "0.01")
    ]
    assert next(check for check in CONTRACT.checks if check.name == "ties_to_control").severity is Severity.REPORTS


def test_a_balance_without_an_aging_is_a_difference(context: Context) -> None:
    inputs = inputs_of(context.spark, "aged_receivable_detail", "Accounts Receivable", "Invoice", BOOKED)
    nothing = receivables_aging(context, **inputs).where("company = 'nobody'")
    found = failures(CONTRACT, "ties_to_control", context, nothing, **inputs)
    assert shown(found, "company difference") == [("north", "-117.00"), ("south", "-10.00")]


def test_a_missing_rate_is_never_one(context: Context) -> None:
    inputs = inputs_of(context.spark, "aged_receivable_detail", "Accounts Receivable", "Invoice", BOOKED, rates=())
    found = receivables_aging(context, **inputs)
    assert shown(failures(CONTRACT, "rate_present", context, found, **inputs), "company lines") == [("south", 1)]
    assert next(check for check in CONTRACT.checks if check.name == "rate_present").severity is Severity.BLOCKS


def test_the_small_world_ties(small_world: SmallWorld) -> None:
    failed = {(check.asset_key.to_user_string(), check.check_name) for step in small_world.outcome.steps
              for check in step.failed_checks}  # fmt: skip
    assert ("gold/receivables_aging", "ties_to_control") not in failed
    rows = small_world.lake.read("gold/receivables_aging").to_pylist()
    assert {row["company"] for row in rows} == {"north", "south"}
    assert {row["bucket"] for row in rows} >= {"current", "1-30"}
