"""What a simulated company's books are made of.

Amounts are integer cents (debit positive), so that sums are exact; dates are local calendar dates.
Nothing here computes a report: `reports.py` does, sharing no code with the platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Day = date  # inside Document, `date` is a field


@dataclass(slots=True)
class Account:
    """An account of a company's own chart, in QuickBooks' terms."""

    id: str
    number: str  # "" where the company does not number its accounts
    name: str
    account_type: str  # QuickBooks AccountType: Bank, Accounts Receivable, Income, Cost of Goods Sold, Expense, ...
    account_sub_type: str  # e.g. RetainedEarnings, Checking
    classification: str  # Asset, Liability, Equity, Revenue, Expense
    parent_id: str | None = None
    currency: str = "CAD"
    active: bool = True

    @property
    def is_balance_sheet(self) -> bool:
        return self.classification in ("Asset", "Liability", "Equity")


@dataclass(slots=True)
class NamedItem:
    """A department (location), class, customer, vendor, employee or item. Ids are unique per company and kind only."""

    id: str
    name: str
    parent_id: str | None = None
    active: bool = True
    currency: str = "CAD"


@dataclass(slots=True)
class Posting:
    """One ledger line of a document."""

    account_id: str
    amount: int  # cents of home currency, debit positive
    foreign_amount: int | None = None  # cents of the document's currency where it is not the home currency
    contact_id: str | None = None
    contact_kind: str | None = None  # Customer, Vendor, Employee
    class_id: str | None = None
    department_id: str | None = None
    memo: str = ""


@dataclass(slots=True)
class Document:
    """A transaction: an invoice, a bill, a journal entry. Its postings sum to zero unless a fault was asked for."""

    id: str  # unique per company and object type
    kind: (
        str  # QuickBooks object type: Invoice, CreditMemo, Payment, Bill, BillPayment, Purchase, Deposit, Transfer, ...
    )
    transaction_type: str  # as reports print it in English: Invoice, Expense, Bill Payment (Cheque), Journal Entry, ...
    date: date
    number: str
    postings: list[Posting]
    currency: str
    exchange_rate: Decimal = Decimal(1)
    due_date: Day | None = None
    linked: list[tuple[str, str]] = field(default_factory=list)  # (kind, id) of the documents it settles
    memo: str = ""
    is_adjustment: bool = False
    created_at: datetime | None = None  # aware
    modified_at: datetime | None = None  # aware
    sync_token: int = 0


@dataclass(slots=True)
class Change:
    """One entry of a company's change log, as change data capture reports it."""

    kind: str
    id: str
    at: datetime
    deleted: bool


@dataclass(slots=True)
class Books:
    """A company's books: its settings, lists and documents."""

    code: str  # the contract's company code
    realm_id: str
    name: str
    home_currency: str
    fiscal_year_start_month: int
    country: str = "CA"
    language: str = "en"  # fr: localised titles, transaction types and faults
    multicurrency: bool = False
    non_tracking: bool = False  # the Canadian "NonTracking" variant of the report columns
    empty_beginning_balance: bool = False  # the general ledger's Beginning Balance rows come empty
    account_numbers: bool = True
    accounts: dict[str, Account] = field(default_factory=dict)
    departments: dict[str, NamedItem] = field(default_factory=dict)
    classes: dict[str, NamedItem] = field(default_factory=dict)
    customers: dict[str, NamedItem] = field(default_factory=dict)
    vendors: dict[str, NamedItem] = field(default_factory=dict)
    employees: dict[str, NamedItem] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)  # keyed by (kind, id)
    changes: list[Change] = field(default_factory=list)
