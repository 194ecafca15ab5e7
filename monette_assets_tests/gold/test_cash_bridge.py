"""Accrual to cash: two counts of the same money, one from net income down, one from the bank up (ACCOUNTING 21)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monette_assets.gold import cash_flow, ledger, translated_balances, trial_balance
from monette_assets.gold.cash_bridge import CONTRACT, cash_bridge
from monette_assets.group.calendar import months_between
from monette_assets.silver import exchange_rates
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, shown
from monette_assets_tests.gold.farm_books import ACCOUNTS, BOOKS, contract, ledger_rows, translated, trial_balance_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MONTHS = months_between(date(2024, 11, 1), date(2025, 1, 1))


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    group = group_of(tmp_path_factory.mktemp("group"), **contract())
    return context_of(spark, group, *(f"{month:%Y-%m}" for month in MONTHS))


def bridge_of(context: Context, balances: list[Row], posted: list[Row]) -> DataFrame:
    """The bridge of books: the cash flow statement from balances, the bank's side from postings."""
    spark = context.spark
    flows = cash_flow.cash_flow(
        context,
        translated_balances=frame(spark, translated_balances.CONTRACT, translated(balances)),
        trial_balance=frame(spark, trial_balance.CONTRACT, balances),
        exchange_rates=frame(spark, exchange_rates.CONTRACT),
    )
    return cash_bridge(context, cash_flow=flows, ledger=frame(spark, ledger.CONTRACT, posted))


@pytest.fixture(scope="module")
def computed(context: Context) -> DataFrame:
    return bridge_of(context, trial_balance_rows(MONTHS), ledger_rows()).cache()


def of_month(computed: DataFrame, month: str) -> list[tuple[Any, ...]]:
    return shown(computed.where(computed["period"] == date.fromisoformat(f"{month}-01")), "section line amount")


def test_a_tractor_bought_on_account_is_neither_income_nor_cash(computed: DataFrame) -> None:
    assert of_month(computed, "2024-11") == [
        ("adjustments", "depreciation", "100.00"),
        ("at_bank", "fuel", "-200.00"),
        ("at_bank", "payables", "-4000.00"),  # 4,200 left the bank for operations; the loan is not one
        ("net_income", "net_income", "1200.00"),
        ("without_cash", "machinery", "-6000.00"),
        ("working_capital", "payables", "2000.00"),
        ("working_capital", "receivables", "-1500.00"),
    ]


def test_receipts_and_payments_stand_where_the_bank_saw_them(computed: DataFrame) -> None:
    assert of_month(computed, "2024-12") == [
        ("adjustments", "depreciation", "100.00"),
        ("at_bank", "payables", "-2000.00"),
        ("at_bank", "receivables", "900.00"),
        ("net_income", "net_income", "-400.00"),
        ("working_capital", "payables", "-1700.00"),
        ("working_capital", "receivables", "900.00"),
    ]
    assert of_month(computed, "2025-01") == [
        ("adjustments", "depreciation", "90.00"),
        ("adjustments", "disposal_gain", "-30.00"),
        ("at_bank", "payables", "-300.00"),
        ("at_bank", "receivables", "600.00"),  # the plough's 980 are investing
        ("net_income", "net_income", "-20.00"),
        ("working_capital", "grain", "-40.00"),
        ("working_capital", "payables", "-300.00"),
        ("working_capital", "receivables", "600.00"),
    ]


def test_both_ends_are_the_same_amount(context: Context, computed: DataFrame) -> None:
    assert failures(CONTRACT, "reconciles", context, computed) == []


def test_a_payment_missing_from_the_ledger_is_a_difference(context: Context) -> None:
    """The balances know of it, the bank's side does not."""
    posted = ledger_rows([each for each in BOOKS if each[:2] != ("2024-12", "receipt")])
    found = failures(CONTRACT, "reconciles", context, bridge_of(context, trial_balance_rows(MONTHS), posted))
    assert shown(found, "company period accrual at_bank difference") == [
        ("north", "2024-12", "-1100.00", "-2000.00", "900.00")
    ]


amounts = st.integers(1, 999_999_99).map(lambda cents: Decimal(cents).scaleb(-2))
accounts = st.sampled_from(sorted(ACCOUNTS))
# month, the credited account, what it is spread over
entries = st.tuples(st.sampled_from(MONTHS), accounts, st.dictionaries(accounts, amounts, min_size=1, max_size=3))


@settings(max_examples=5, suppress_health_check=[HealthCheck.data_too_large])
@given(st.lists(st.lists(entries, max_size=12), min_size=4, max_size=8))
def test_any_balanced_books_reconcile(context: Context, books: Any) -> None:
    balances: list[Row] = []
    posted: list[Row] = []
    for number, kept in enumerate(books):
        transactions = []
        for month, credited, spread in kept:
            postings = {account: str(amount) for account, amount in spread.items() if account != credited}
            postings[credited] = str(-sum((Decimal(amount) for amount in postings.values()), Decimal(0)))
            transactions.append((f"{month:%Y-%m}", "journal", postings))
        balances += trial_balance_rows(MONTHS, transactions, company=f"company_{number}")
        posted += ledger_rows(transactions, company=f"company_{number}")
    assert failures(CONTRACT, "reconciles", context, bridge_of(context, balances, posted)) == []
