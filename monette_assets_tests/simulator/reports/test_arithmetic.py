"""The reports agree with one another, whatever the books: that is what tie-outs are made against."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.simulator.model import Books
from monette_assets.simulator.reports.index import LedgerIndex
from monette_assets_tests.simulator.reading import (
    cents,
    column,
    every_row,
    group_total,
    leaves,
    report,
    rows,
    statement_accounts,
    trial_balance,
)
from monette_assets_tests.simulator.small_books import add, document, farm

_ACCOUNTS = sorted(farm().accounts)
_FIRST = date(2023, 11, 1)


@st.composite
def any_books(draw: st.DrawFn) -> Books:
    """The small farm with more transactions, on any accounts and days of two years, and any fiscal year."""
    books = farm(fiscal_year_start_month=draw(st.integers(1, 12)))
    for number in range(draw(st.integers(0, 12))):
        day = _FIRST + timedelta(days=draw(st.integers(0, 800)))
        lines = draw(
            st.lists(st.tuples(st.sampled_from(_ACCOUNTS), st.integers(-(10**9), 10**9)), min_size=1, max_size=4)
        )
        lines.append((draw(st.sampled_from(_ACCOUNTS)), -sum(amount for _, amount in lines)))
        add(books, document("JournalEntry", str(100 + number), day.isoformat(), lines))
    return books


MONTHS = st.integers(0, 27).map(lambda n: ((_FIRST.year * 12 + 10 + n) // 12, (_FIRST.year * 12 + 10 + n) % 12 + 1))


def _month(year_month: tuple[int, int]) -> tuple[str, str]:
    first = date(*year_month, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.isoformat(), last.isoformat()


@settings(max_examples=40)
@given(any_books(), MONTHS)
def test_statements_of_a_month_agree(books: Books, year_month: tuple[int, int]) -> None:
    first, last = _month(year_month)
    balances = trial_balance(report(books, "TrialBalance", first, last))
    sheet = report(books, "BalanceSheet", first, last)
    assert sum(balances.values()) == 0
    if rows(sheet):
        assert group_total(sheet, "TotalAssets") == group_total(sheet, "TotalLiabilitiesAndEquity")
        sign = {a.id: 1 if a.classification == "Asset" else -1 for a in books.accounts.values()}
        for account, amount in statement_accounts(sheet).items():
            assert sign[account] * amount == balances.get(account, 0)
    year_start = LedgerIndex(books).fiscal_year_start(date.fromisoformat(last)).isoformat()
    to_date = statement_accounts(report(books, "ProfitAndLoss", year_start, last))
    for account, amount in to_date.items():
        credit = books.accounts[account].classification == "Revenue"
        assert (-amount if credit else amount) == balances.get(account, 0)


@settings(max_examples=30)
@given(any_books(), MONTHS)
def test_the_general_ledger_is_the_movement_of_the_trial_balance(books: Books, year_month: tuple[int, int]) -> None:
    first, last = _month(year_month)
    before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    closing = trial_balance(report(books, "TrialBalance", first, last))
    opening = trial_balance(report(books, "TrialBalance", before, before))
    ledger = report(books, "GeneralLedger", first, last, columns=("tx_date", "account_name", "debt_amt", "credit_amt"))
    movement: dict[str, int] = {}
    for row in leaves(ledger):
        if column(ledger, row, "tx_date")["value"] != "Beginning Balance":
            account = column(ledger, row, "account_name")["id"]
            amount = cents(column(ledger, row, "debt_amt")["value"]) - cents(column(ledger, row, "credit_amt")["value"])
            movement[account] = movement.get(account, 0) + amount
    index = LedgerIndex(books)
    if date.fromisoformat(first) == index.fiscal_year_start(date.fromisoformat(first)):
        # the year turned: income and expense start again, and the old year's result is in retained earnings
        result = sum(amount for account, amount in opening.items() if index.is_profit_and_loss(account))
        opening = {account: amount for account, amount in opening.items() if not index.is_profit_and_loss(account)}
        opening["9"] = opening.get("9", 0) + result
    for account in books.accounts:
        assert closing.get(account, 0) - opening.get(account, 0) == movement.get(account, 0), account


@settings(max_examples=30)
@given(any_books(), MONTHS, st.integers(0, 40))
def test_profit_and_loss_detail_adds_up_to_the_profit_and_loss(
    books: Books, year_month: tuple[int, int], days: int
) -> None:
    first, last = _month(year_month)
    last = (date.fromisoformat(last) + timedelta(days=days)).isoformat()
    summary = report(books, "ProfitAndLoss", first, last)
    detail = report(books, "ProfitAndLossDetail", first, last)
    assert bool(rows(summary)) == bool(rows(detail))
    if rows(summary):
        net_income = rows(detail)[-1]["Summary"]["ColData"]
        assert cents(net_income[6]["value"]) == group_total(summary, "NetIncome")


@settings(max_examples=30)
@given(any_books(), MONTHS)
def test_agings_equal_their_control_accounts(books: Books, year_month: tuple[int, int]) -> None:
    first, last = _month(year_month)
    balances = trial_balance(report(books, "TrialBalance", first, last))
    for name, account, sign in (("AgedReceivableDetail", "2", 1), ("AgedPayableDetail", "6", -1)):
        aging = report(books, name, first, last)
        total = group_total(aging, "GrandTotal") if rows(aging) else 0
        assert total == sign * balances.get(account, 0)


def test_earlier_years_results_stand_in_retained_earnings() -> None:
    balances = trial_balance(report(farm(), "TrialBalance", "2024-11-01", "2024-11-30"))
    assert balances["9"] == -(9_000_00 - 2_000_00)
    assert "41" not in balances
    assert balances["20"] == -3_000_00


def test_a_parents_own_amount_stands_in_its_sections_header() -> None:
    body = report(farm(), "BalanceSheet", "2025-02-01", "2025-02-28")
    machinery = next(r for r in every_row(body) if r.get("Header", {}).get("ColData", [{}])[0].get("id") == "4")
    assert machinery["Header"]["ColData"][1]["value"] == "20000.00"
    assert machinery["Summary"]["ColData"][1]["value"] == "18000.00"


def test_sections_sum_to_their_summaries() -> None:
    body = report(farm(), "BalanceSheet", "2025-02-01", "2025-02-28")
    for row in every_row(body):
        if "Rows" not in row:
            continue
        parts = [
            cents((r["ColData"] if "ColData" in r else r["Summary"]["ColData"])[1]["value"]) for r in row["Rows"]["Row"]
        ]
        own = cents(row["Header"]["ColData"][1]["value"])
        assert sum(parts) + own == cents(row["Summary"]["ColData"][1]["value"])


def test_running_balances_start_from_the_beginning_balance() -> None:
    body = report(farm(), "GeneralLedger", "2025-02-01", "2025-02-28")
    chequing = rows(body)[0]["Rows"]["Row"]
    balances = [cents(column(body, row, "rbal_nat_amount")["value"]) for row in chequing]
    amounts = [cents(column(body, row, "subt_nat_amount")["value"]) for row in chequing]
    assert balances == [sum(amounts[: n + 1]) + balances[0] for n in range(len(amounts))]


def test_identical_lines_all_stay() -> None:
    body = report(farm(), "GeneralLedger", "2025-02-03", "2025-02-03", columns=("txn_type", "account_name", "debt_amt"))
    fuel = [row for row in leaves(body) if column(body, row, "account_name").get("id") == "40"]
    assert len(fuel) == 2
    assert fuel[0] == fuel[1]


@pytest.mark.parametrize(
    ("day", "open_amount"), [("2024-11-30", 5_000_25), ("2025-01-09", 5_000_25), ("2025-01-10", 2_500_25)]
)
def test_an_aging_is_as_of_its_date(day: str, open_amount: int) -> None:
    assert group_total(report(farm(), "AgedReceivableDetail", day, day), "GrandTotal") == open_amount
