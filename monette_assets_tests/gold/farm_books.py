"""One company's books of three months, kept by hand, for the statements made of them.

A transaction is a line: month, what it is, and its postings (debit positive). The rest follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.gold import ledger, translated_balances, trial_balance
from monette_assets.group.calendar import months_between
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, rows

Transaction = tuple[str, str, Mapping[str, str]]  # month, document, postings

# account -> classification, kind, profit type, cash flow section where it is not that of the kind
ACCOUNTS: dict[str, tuple[str, str, str | None, str | None]] = {
    "bank": ("Asset", "bank", None, None),
    "receivables": ("Asset", "receivable", None, None),
    "grain": ("Asset", "inventory", None, None),
    "machinery": ("Asset", "fixed_asset", None, None),
    "worn": ("Asset", "accumulated_depreciation", None, None),
    "payables": ("Liability", "payable", None, None),
    "loan": ("Liability", "debt", None, None),
    "capital": ("Equity", "capital", None, None),
    "dividends": ("Equity", "dividends", None, None),
    "retained": ("Equity", "retained_earnings", None, None),
    "translation": ("Equity", "translation", None, None),
    "sales": ("Revenue", "other", "Sales Revenue", None),
    "fuel": ("Expense", "other", "Direct Operating Expenses", None),
    "depreciation": ("Expense", "depreciation", "Other Expense", None),
    "disposal_gain": ("Revenue", "other", "Other Income", "investing"),
}
EARNS = ("Revenue", "Expense")
OPENING = {"bank": "1000.00", "capital": "-1000.00"}
BOOKS: tuple[Transaction, ...] = (
    ("2024-11", "loan", {"bank": "5000.00", "loan": "-5000.00"}),
    ("2024-11", "bill: tractor", {"machinery": "6000.00", "payables": "-6000.00"}),
    ("2024-11", "payment", {"payables": "4000.00", "bank": "-4000.00"}),
    ("2024-11", "invoice", {"receivables": "1500.00", "sales": "-1500.00"}),
    ("2024-11", "cheque", {"fuel": "200.00", "bank": "-200.00"}),
    ("2024-11", "journal", {"depreciation": "100.00", "worn": "-100.00"}),
    ("2024-12", "receipt", {"bank": "900.00", "receivables": "-900.00"}),
    ("2024-12", "payment", {"payables": "2000.00", "bank": "-2000.00"}),
    ("2024-12", "bill", {"fuel": "300.00", "payables": "-300.00"}),
    ("2024-12", "journal", {"depreciation": "100.00", "worn": "-100.00"}),
    ("2024-12", "repayment", {"loan": "500.00", "bank": "-500.00"}),
    ("2024-12", "dividend", {"dividends": "50.00", "bank": "-50.00"}),
    ("2025-01", "sold a plough",
     {"bank": "980.00", "worn": "50.00", "machinery": "-1000.00", "disposal_gain": "-30.00"}),
    ("2025-01", "receipt", {"bank": "600.00", "receivables": "-600.00"}),
    ("2025-01", "payment", {"payables": "300.00", "bank": "-300.00"}),
    ("2025-01", "journal", {"depreciation": "90.00", "worn": "-90.00"}),
    ("2025-01", "seed kept", {"grain": "40.00", "fuel": "-40.00"}),
)  # fmt: skip


def chart() -> list[Row]:
    """The group's chart: an account of the books each."""
    return [
        {
            "code": account,
            "name": account.replace("_", " ").capitalize(),
            "statement": "profit_and_loss" if classification in EARNS else "balance_sheet",
            "classification": classification,
            "kind": kind,
            "order": order,
            **({"profit_type": profit_type} if profit_type else {}),
            **({"cash_flow": cash_flow} if cash_flow else {}),
        }
        for order, (account, (classification, kind, profit_type, cash_flow)) in enumerate(ACCOUNTS.items(), start=1)
    ]


def contract(**overrides: Any) -> dict[str, Any]:
    """Files of the small contract to replace: this chart, mapped by name."""
    mapping = [{"account_name": account, "group_account": account} for account in ACCOUNTS]
    return {"chart": chart(), "mapping": mapping, **overrides}


def companies(**starts: int) -> list[Row]:
    """Companies in CAD by the month their fiscal year starts in."""
    model = small_contract()["companies"][0]
    return [
        {
            **model,
            "code": code,
            "name": code.title(),
            "realm_id": str(number),
            "year_starts": [{"from": date(2020, month, 1), "month": month}],
        }
        for number, (code, month) in enumerate(starts.items(), start=1)
    ]


def trial_balance_rows(
    months: Sequence[date],
    books: Iterable[Transaction] = BOOKS,
    opening: Mapping[str, str] = OPENING,
    *,
    company: str = "north",
    year_start: int = 11,
) -> list[Row]:
    """Every account of every month as a bookkeeper carries it: the year ends into retained earnings."""
    held: dict[str, Decimal] = defaultdict(Decimal, {account: Decimal(amount) for account, amount in opening.items()})
    books = list(books)
    lines = []
    for month in months_between(months[0], months[-1]):
        if month.month == year_start and month != months[0]:
            for account, (classification, *_) in ACCOUNTS.items():
                if classification in EARNS:
                    held["retained"] += held.pop(account, Decimal(0))
        start = dict(held)
        debit: dict[str, Decimal] = defaultdict(Decimal)
        credit: dict[str, Decimal] = defaultdict(Decimal)
        for at, _, postings in books:
            for account, amount in postings.items() if at == f"{month:%Y-%m}" else ():
                held[account] += Decimal(amount)
                side, size = (debit, Decimal(amount)) if Decimal(amount) > 0 else (credit, -Decimal(amount))
                side[account] += size
        lines += [
            (company, month, account, account, account, classification, kind == "retained_earnings",
             start.get(account, Decimal(0)), debit[account], credit[account], closing)
            for account, closing in held.items()
            for classification, kind, *_ in [ACCOUNTS[account]]
        ]  # fmt: skip
    header = (
        "company period account_id account_name group_account classification is_retained_earnings opening debit credit "
        "closing"
    )
    return rows(trial_balance.CONTRACT, header, *lines, currency="CAD")


def translated(balances: Iterable[Row]) -> list[Row]:
    """A company in the group's own currency: CAD is what it is."""
    return [
        dict(
            zip(
                translated_balances.CONTRACT.column_names,
                [
                    {**row, "movement": moved, "opening_cad": row["opening"], "movement_cad": moved,
                     "closing_cad": row["closing"], "fiscal_year": 2025, "method": "none", "rate": Decimal(1),
                     "rate_kind": "none", "rate_date": None, "rate_source": ""}[name]
                    for name in translated_balances.CONTRACT.column_names
                ],
                strict=True,
            )
        )
        for row in balances
        for moved in [row["debit"] - row["credit"]]
    ]  # fmt: skip


def ledger_rows(books: Iterable[Transaction] = BOOKS, *, company: str = "north") -> list[Row]:
    """The postings, one row a line."""
    lines = [
        (company, month, document, str(number), account, account, account, ACCOUNTS[account][0], amount)
        for number, (month, document, postings) in enumerate(books)
        for account, amount in postings.items()
    ]
    header = (
        "company period transaction_type transaction_id account_id account_name group_account classification amount"
    )
    return rows(ledger.CONTRACT, header, *lines, currency="CAD")
