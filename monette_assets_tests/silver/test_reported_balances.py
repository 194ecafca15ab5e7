"""QuickBooks' own statements in one long table, debit positive, as the books behind them say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monette_assets.silver import accounts
from monette_assets.silver.reported_balances import NET_INCOME, reported_balances
from monette_assets.simulator.reports import LedgerIndex, render_report
from monette_assets_tests.frames import Row, context_of, frame, group_of
from monette_assets_tests.silver.ledgers import fetches_of
from monette_assets_tests.simulator.small_books import farm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

YEAR, FIRST, LAST = date(2024, 11, 1), date(2025, 2, 1), date(2025, 2, 28)
Balances = dict[str, Decimal]


def booked(first: date, last: date, *, income: bool | None = None) -> Balances:
    """What the books' documents post between two days, zeros left out; only income and expense, or only the others."""
    books = farm()
    sums: dict[str, int] = defaultdict(int)
    for document in books.documents.values():
        for posting in document.postings:
            earns = not books.accounts[posting.account_id].is_balance_sheet
            if first <= document.date <= last and income in (None, earns):
                sums[posting.account_id] += posting.amount
    return {account: Decimal(cents).scaleb(-2) for account, cents in sums.items() if cents}


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2025-02")
    index = LedgerIndex(farm())
    asked = (
        ("trial_balance", "TrialBalance", YEAR, LAST),
        ("opening_trial_balance", "TrialBalance", YEAR, date(2025, 1, 31)),
        ("profit_and_loss", "ProfitAndLoss", FIRST, LAST),
        ("balance_sheet", "BalanceSheet", YEAR, LAST),
    )
    fetches = [
        fetches_of(
            spark, ("north", "2025-02", "2025-03-01", [render_report(index, title, start, end).decode()]), name=name
        )
        for name, title, start, end in asked
    ]
    every = fetches[0]
    for fetch in fetches[1:]:
        every = every.unionByName(fetch)
    nothing = frame(spark, accounts.CONTRACT)
    return [row.asDict() for row in reported_balances(context, reports=every, accounts=nothing).collect()]


def statement(found: list[Row], name: str) -> Balances:
    rows = [row for row in found if row["_kind"] == "row" and row["statement"] == name]
    assert len({row["account_id"] for row in rows}) == len(rows)
    return {row["account_id"]: row["amount"] for row in rows if row["amount"]}


def test_nothing_is_refused(found: list[Row]) -> None:
    assert [row["_reason"] for row in found if row["_kind"] == "refused"] == []


@pytest.mark.parametrize(("name", "until"), [("trial_balance", LAST), ("opening_trial_balance", date(2025, 1, 31))])
def test_trial_balance(found: list[Row], name: str, until: date) -> None:
    """Balances to date, income since the year began, earlier income in retained earnings (account 9)."""
    expected = booked(date.min, until, income=False) | booked(YEAR, until, income=True)
    earned = sum(booked(date.min, date(2024, 10, 31), income=True).values())
    assert statement(found, name) == expected | {"9": earned}
    assert sum(statement(found, name).values()) == 0


def test_profit_and_loss(found: list[Row]) -> None:
    """Debit positive here, whatever sign the section prints: revenue is negative."""
    assert statement(found, "profit_and_loss") == booked(FIRST, LAST, income=True)


def test_balance_sheet_with_the_years_net_income_under_its_synthetic_id(found: list[Row]) -> None:
    shown = statement(found, "balance_sheet")
    assert shown[NET_INCOME] == sum(booked(YEAR, LAST, income=True).values())
    assert sum(shown.values()) == 0
    balances = booked(date.min, LAST, income=False)
    assert {account: shown[account] for account in balances} == balances
