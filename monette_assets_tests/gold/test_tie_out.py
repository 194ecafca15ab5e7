"""Ours against QuickBooks' own reports, account by account, to the cent (ACCOUNTING 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import balance_sheet, profit_and_loss, trial_balance
from monette_assets.gold.tie_out import CONTRACT, tie_out
from monette_assets.silver import reported_balances
from monette_assets.tables import Context, Contract, Severity
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

THEIRS = (
    ("trial_balance", "bank", "100.00"),
    ("trial_balance", "capital", "-90.00"),
    ("trial_balance", "only theirs", "-10.00"),
    ("trial_balance", "zero", "0.00"),
    ("profit_and_loss", "sales", "-10.00"),
    ("balance_sheet", "bank", "100.00"),
    ("balance_sheet", "net_income", "-10.00"),
    ("opening_trial_balance", "bank", "55.00"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


Given = dict[str, "DataFrame"]


@pytest.fixture(scope="module")
def given(spark: SparkSession) -> Given:
    def of(table: Contract, header: str, *lines: tuple[Any, ...]) -> DataFrame:
        return frame(spark, table, rows(table, header, *lines, company="north", period="2024-11"))

    return {
        "trial_balance": of(
            trial_balance.CONTRACT, "account_id closing",
            ("bank", "100.01"), ("capital", "-90.00"), ("only ours", "-10.01"), ("nothing", "0.00"),
        ),
        "profit_and_loss": of(
            profit_and_loss.CONTRACT, "account_id location amount",
            ("sales", "Home", "-4.00"), ("sales", "Yard", "-6.00"),
        ),
        "balance_sheet": of(balance_sheet.CONTRACT, "account_id amount", ("bank", "100.00"), ("net_income", "-9.00")),
        "reported_balances": of(reported_balances.CONTRACT, "statement account_id amount", *THEIRS),
    }  # fmt: skip


@pytest.fixture(scope="module")
def computed(context: Context, given: Given) -> DataFrame:
    return tie_out(context, **given).cache()


def test_every_account_of_every_statement_with_its_difference(computed: DataFrame) -> None:
    assert shown(computed, "statement account_id ours theirs difference") == [
        ("balance_sheet", "bank", "100.00", "100.00", "0.00"),
        ("balance_sheet", "net_income", "-9.00", "-10.00", "1.00"),
        ("profit_and_loss", "sales", "-10.00", "-10.00", "0.00"),  # the sum over its locations
        ("trial_balance", "bank", "100.01", "100.00", "0.01"),
        ("trial_balance", "capital", "-90.00", "-90.00", "0.00"),
        ("trial_balance", "only ours", "-10.01", "0.00", "-10.01"),
        ("trial_balance", "only theirs", "0.00", "-10.00", "10.00"),
    ]


def test_differences_are_listed_with_account_and_amount_and_published(context: Context, computed: DataFrame) -> None:
    found = failures(CONTRACT, "ties_out", context, computed)
    assert shown(found, "company period statement account_id difference") == [
        ("north", "2024-11", "balance_sheet", "net_income", "1.00"),
        ("north", "2024-11", "trial_balance", "bank", "0.01"),
        ("north", "2024-11", "trial_balance", "only ours", "-10.01"),
        ("north", "2024-11", "trial_balance", "only theirs", "10.00"),
    ]
    assert next(each for each in CONTRACT.checks if each.name == "ties_out").severity is Severity.REPORTS


def test_no_amount_is_left_out_of_the_comparison(context: Context, computed: DataFrame, given: Given) -> None:
    """ACCOUNTING 7: a comparison that loses an account would tie out."""
    assert failures(CONTRACT, "conserved", context, computed, **given) == []
    lost = computed.where("account_id not in ('only theirs', 'sales')")
    found = failures(CONTRACT, "conserved", context, lost, **given)
    assert shown(found, "company period statement ours theirs") == [
        ("north", "2024-11", "profit_and_loss", "10.00", "10.00"),
        ("north", "2024-11", "trial_balance", "0.00", "-10.00"),
    ]
