"""On cash basis, income and expense count when they are paid, in proportion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monette_assets.simulator.model import Books
from monette_assets.simulator.reports.cash_basis import on_cash_basis
from monette_assets_tests.simulator.reading import report, statement_accounts, trial_balance
from monette_assets_tests.simulator.small_books import add, document, farm


def test_half_paid_is_half_earned() -> None:
    books = farm()
    january = statement_accounts(report(books, "ProfitAndLoss", "2025-01-01", "2025-01-31", basis="Cash"))
    # 2,500.00 of 5,000.25 came in: 3,000.00 and 2,000.25 in that proportion; 600.00 of the 1,200.10 fuel bill was paid
    assert january == {"20": 1_499_92, "21": 1_000_08, "40": 600_00}
    assert statement_accounts(report(books, "ProfitAndLoss", "2024-11-01", "2024-12-31", basis="Cash")) == {}


def test_the_report_says_its_basis() -> None:
    assert report(farm(), "TrialBalance", "2025-01-01", "2025-01-31", basis="Cash")["Header"]["ReportBasis"] == "Cash"


def test_accrual_books_are_left_alone() -> None:
    books = farm()
    on_cash_basis(books)
    assert books == farm()


@given(st.lists(st.integers(1, 400_00), min_size=1, max_size=6))
def test_every_transaction_stays_balanced_and_a_paid_invoice_is_earned_to_the_cent(parts: list[int]) -> None:
    books: Books = farm()
    books.documents.clear()
    total = sum(parts)
    lines = [("20", -(total // 3)), ("21", -(total // 3)), ("23", -(total - 2 * (total // 3)))]
    add(books, document("Invoice", "1", "2025-01-01", [("2", total), *lines]))
    for number, part in enumerate(parts):
        add(
            books,
            document("Payment", str(number), "2025-02-01", [("1", part), ("2", -part)], settles=[("Invoice", "1")]),
        )
    for paid in on_cash_basis(books).documents.values():
        assert sum(p.amount for p in paid.postings) == 0
    balances = trial_balance(report(books, "TrialBalance", "2025-02-01", "2025-02-28", basis="Cash"))
    expected = {account: amount for account, amount in [("1", total), *lines] if amount}
    assert {account: amount for account, amount in balances.items() if amount} == expected
