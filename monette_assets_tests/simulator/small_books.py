"""Small books written out for the simulator's tests. Fiscal year from November; amounts in cents, debit positive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from monette_assets.simulator.model import Account, Books, Change, Document, NamedItem, Posting

TODAY = datetime(2025, 3, 20, 12, tzinfo=UTC)


def account(
    identifier: str, number: str, name: str, kind: str, classification: str, *, sub: str = "", parent: str | None = None
) -> Account:
    return Account(identifier, number, name, kind, sub or kind.replace(" ", ""), classification, parent)


def chart() -> dict[str, Account]:
    accounts = [
        account("1", "1000", "Chequing", "Bank", "Asset"),
        account("2", "1100", "Accounts Receivable", "Accounts Receivable", "Asset"),
        account("3", "1200", "Grain Inventory", "Other Current Asset", "Asset"),
        account("4", "1500", "Machinery", "Fixed Asset", "Asset"),
        account("5", "1510", "Accumulated Depreciation", "Fixed Asset", "Asset", parent="4"),
        account("6", "2000", "Accounts Payable", "Accounts Payable", "Liability"),
        account("7", "2500", "Land Loan", "Long Term Liability", "Liability"),
        account("8", "3000", "Capital", "Equity", "Equity"),
        account("9", "3900", "Retained Earnings", "Equity", "Equity", sub="RetainedEarnings"),
        # a parent with own postings and a child; a parent without; the same name under both
        account("20", "4000", "Crop Sales", "Income", "Revenue"),
        account("21", "4010", "Other", "Income", "Revenue", parent="20"),
        account("22", "4100", "Custom Work", "Income", "Revenue"),
        account("23", "4110", "Other", "Income", "Revenue", parent="22"),
        account("30", "5000", "Grain Cost", "Cost of Goods Sold", "Expense"),
        account("40", "6000", "Fuel", "Expense", "Expense"),
        account("41", "6100", "Depreciation", "Expense", "Expense"),
        account("50", "8000", "Gain on Sale", "Other Income", "Revenue"),
        account("60", "9000", "Interest", "Other Expense", "Expense"),
    ]
    return {a.id: a for a in accounts}


def document(
    kind: str,
    identifier: str,
    day: str,
    lines: Iterable[tuple[str, int]],
    *,
    contact: tuple[str, str] | None = None,
    due: str | None = None,
    settles: Iterable[tuple[str, str]] = (),
    types: str | None = None,
    currency: str = "CAD",
    rate: str = "1",
) -> Document:
    booked = date.fromisoformat(day)
    moment = datetime.combine(booked, time(9), UTC)
    kind_of_contact, contact_id = contact or (None, None)
    foreign = currency != "CAD"
    return Document(
        identifier,
        kind,
        types or {"BillPayment": "Bill Payment (Cheque)", "JournalEntry": "Journal Entry"}.get(kind, kind),
        booked,
        f"N{identifier}",
        [
            Posting(
                account_id,
                round(amount * Decimal(rate)) if foreign else amount,
                amount if foreign else None,
                contact_id,
                kind_of_contact,
                class_id="1" if account_id in ("20", "40") else None,
                department_id="1",
                memo=f"line on {account_id}",
            )
            for account_id, amount in lines
        ],
        currency,
        Decimal(rate),
        date.fromisoformat(due) if due else None,
        list(settles),
        created_at=moment,
        modified_at=moment,
    )


def farm(realm: str = "9130001", **settings: object) -> Books:
    """Two fiscal years of a small farm: opening in FY2024, harvest sold, bills paid in part, one document each kind."""
    buyer, dealer = ("Customer", "1"), ("Vendor", "1")
    documents = [
        document("JournalEntry", "1", "2023-11-01", [("1", 100_000_00), ("8", -60_000_00), ("7", -40_000_00)]),
        document("Purchase", "1", "2024-01-15", [("1", -20_000_00), ("4", 20_000_00)], types="Expense"),
        document("Invoice", "1", "2024-09-10", [("2", 9_000_00), ("20", -9_000_00)], contact=buyer, due="2024-10-10"),
        document(
            "Payment", "1", "2024-10-05", [("1", 9_000_00), ("2", -9_000_00)], contact=buyer, settles=[("Invoice", "1")]
        ),
        document("JournalEntry", "2", "2024-10-31", [("41", 2_000_00), ("5", -2_000_00)]),
        # FY2025
        document(
            "Invoice",
            "2",
            "2024-11-20",
            [("2", 5_000_25), ("20", -3_000_00), ("21", -2_000_25)],
            contact=buyer,
            due="2024-12-20",
        ),
        document("Bill", "1", "2024-12-05", [("6", -1_200_10), ("40", 1_200_10)], contact=dealer, due="2025-01-04"),
        document(
            "Payment", "2", "2025-01-10", [("1", 2_500_00), ("2", -2_500_00)], contact=buyer, settles=[("Invoice", "2")]
        ),
        document(
            "BillPayment", "1", "2025-01-15", [("1", -600_00), ("6", 600_00)], contact=dealer, settles=[("Bill", "1")]
        ),
        document("Invoice", "3", "2025-02-01", [("2", 800_00), ("23", -800_00)], contact=buyer, due="2025-03-03"),
        document("Purchase", "2", "2025-02-02", [("1", -300_25), ("30", 300_00), ("40", 25)], types="Expense"),
        # two identical lines in one transaction
        document("JournalEntry", "3", "2025-02-03", [("40", 10_00), ("40", 10_00), ("1", -20_00)]),
        document("Deposit", "1", "2025-02-10", [("1", 700_00), ("50", -700_00)]),
        document("JournalEntry", "4", "2025-02-28", [("60", 123_45), ("1", -123_45)]),
        document("Transfer", "1", "2025-03-01", [("1", -1_000_00), ("7", 1_000_00)]),
        document("CreditMemo", "1", "2025-03-02", [("2", -100_00), ("20", 100_00)], contact=buyer, types="Credit Memo"),
    ]
    books = Books(
        code="farm",
        realm_id=realm,
        name="Prairie Example Farm",
        home_currency="CAD",
        fiscal_year_start_month=11,
        accounts=chart(),
        departments={"1": NamedItem("1", "North Farm"), "2": NamedItem("2", "Sold Farm", active=False)},
        classes={"1": NamedItem("1", "Durum")},
        customers={"1": NamedItem("1", "Grain Buyer"), "2": NamedItem("2", "Yard Nine", parent_id="1")},
        vendors={"1": NamedItem("1", 'Fuel "Dealer" & Sons')},
        employees={"1": NamedItem("1", "Pat Example")},
        documents={(d.kind, d.id): d for d in documents},
        changes=[Change("Bill", "77", TODAY - timedelta(days=2), deleted=True)],
    )
    for name, value in settings.items():
        setattr(books, name, value)
    return books


def add(books: Books, new: Document) -> None:
    books.documents[new.kind, new.id] = new
