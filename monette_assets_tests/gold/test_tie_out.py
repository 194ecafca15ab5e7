"""Ours against QuickBooks' own reports, account by account, to the cent (ACCOUNTING 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import balance_sheet, profit_and_loss, trial_balance
from monette_assets.gold.tie_out import CONTRACT, tie_out
from monette_assets.silver import reported_balances
from monette_assets.tables import Context, Contract, Severity, accepted_differences
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
        "accepted_differences": frame(spark, accepted_differences.CONTRACT),
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


def test_what_somebody_accepted_covers_that_account_and_that_amount_and_only_warns(
    spark: SparkSession, context: Context, given: Given
) -> None:
    def accepted(*acts: tuple[Any, ...]) -> DataFrame:
        header = "number action statement account_id difference who why"
        log = rows(accepted_differences.CONTRACT, header, *acts, company="north", period="2024-11")
        return tie_out(context, **{**given, "accepted_differences": frame(spark, accepted_differences.CONTRACT, log)})

    def open_(found: DataFrame) -> list[tuple[Any, ...]]:
        return shown(failures(CONTRACT, "ties_out", context, found), "statement account_id difference")

    bank = ("trial_balance", "bank", "0.01", "Ann", "rounded by QuickBooks")
    income = ("balance_sheet", "net_income", "1.00", "Ann", "a filter")
    others = [("trial_balance", "only ours", "-10.01"), ("trial_balance", "only theirs", "10.00")]
    found = accepted((1, "accept", *bank), (2, "accept", *income)).cache()
    assert open_(found) == others
    warned = failures(CONTRACT, "nothing_accepted", context, found)
    assert shown(warned, "account_id difference accepted_by accepted_because") == [
        ("bank", "0.01", "Ann", "rounded by QuickBooks"), ("net_income", "1.00", "Ann", "a filter"),
    ]  # fmt: skip
    assert next(each for each in CONTRACT.checks if each.name == "nothing_accepted").severity is Severity.WARNS
    everything = [("balance_sheet", "net_income", "1.00"), ("trial_balance", "bank", "0.01"), *others]
    dearer = ("trial_balance", "bank", "0.02", "Ann", "rounded by QuickBooks")
    elsewhere = ("balance_sheet", "bank", "0.01", "Ann", "rounded by QuickBooks")
    assert open_(accepted((1, "accept", *dearer), (2, "accept", *elsewhere))) == everything
    assert open_(accepted((1, "accept", *bank), (2, "withdraw", *bank))) == everything
    assert open_(accepted((1, "accept", *bank), (2, "withdraw", *bank), (3, "accept", *bank))) == [
        ("balance_sheet", "net_income", "1.00"), *others,
    ]  # fmt: skip


def test_an_acceptance_of_another_month_or_company_covers_nothing(
    spark: SparkSession, context: Context, given: Given
) -> None:
    header = "number action company period statement account_id difference"
    said = ("trial_balance", "bank", "0.01")
    log = rows(
        accepted_differences.CONTRACT, header,
        (1, "accept", "north", "2024-12", *said), (2, "accept", "south", "2024-11", *said),
    )  # fmt: skip
    found = tie_out(context, **{**given, "accepted_differences": frame(spark, accepted_differences.CONTRACT, log)})
    assert failures(CONTRACT, "nothing_accepted", context, found) == []
