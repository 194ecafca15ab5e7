"""Any double-entry ledger given as CSV, as a company's books: each transaction a journal entry, each line kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from monette_assets.simulator.model import Account, Books, Document, Posting

REQUIRED_COLUMNS = ("date", "transaction", "account", "amount")
OPTIONAL_COLUMNS = ("memo", "currency")
AMOUNT = re.compile(r"-?\d{1,16}(\.\d{1,2})?")
MAX_PROBLEMS_SHOWN = 20
RETAINED_EARNINGS = "Retained Earnings"

# By the first part of an account's path: QuickBooks' account type, sub-type and classification.
KINDS = {
    "assets": ("Other Current Asset", "OtherCurrentAssets", "Asset"),
    "liabilities": ("Other Current Liability", "OtherCurrentLiabilities", "Liability"),
    "equity": ("Equity", "OwnersEquity", "Equity"),
    "income": ("Income", "OtherPrimaryIncome", "Revenue"),
    "expenses": ("Expense", "OtherMiscellaneousServiceCost", "Expense"),
}
BANK_WORDS = re.compile(r"\b(bank|cash|checking|chequing|savings)\b", re.IGNORECASE)


class LedgerFileError(ValueError):
    """A ledger that cannot be served; `problems` name each row."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = tuple(problems)
        shown = problems[:MAX_PROBLEMS_SHOWN]
        more = len(problems) - len(shown)
        super().__init__("\n  ".join([f"ledger {path}:", *shown, *([f"... and {more} more"] if more else [])]))


def books_from_ledger(
    path: Path, *, code: str, realm_id: str, name: str, home_currency: str, fiscal_year_start_month: int = 1
) -> Books:
    """The books of a ledger with columns date, transaction, account, amount (and memo, currency where it has them).

    Dates are ISO; accounts colon paths beginning with Assets, Liabilities, Equity, Income or Expenses (any case);
    amounts decimal text, debit positive. Full account names are the paths as written. Identical lines stay. A retained
    earnings account is added where there is none, since QuickBooks always has one. Raises LedgerFileError naming every
    row that is malformed and every transaction that does not balance.
    """
    books = Books(
        code=code,
        realm_id=realm_id,
        name=name,
        home_currency=home_currency,
        fiscal_year_start_month=fiscal_year_start_month,
        country="US" if home_currency == "USD" else "CA",
        account_numbers=False,
    )
    problems: list[str] = []
    first_rows: dict[str, int] = {}
    by_path: dict[str, str] = {}
    for row_number, row in _rows(path):
        problem = _problem(row, home_currency)
        transaction = row.get("transaction") or ""
        key = ("JournalEntry", transaction)
        document = books.documents.get(key)
        if problem is None and document is not None and document.date != date.fromisoformat(row["date"]):
            problem = f"date {row['date']} of transaction {transaction}; expected {document.date} as in row "
            problem += f"{first_rows[transaction]}"
        if problem is not None:
            problems.append(f"row {row_number}: found {problem}")
            continue
        if document is None:
            document = _document(transaction, date.fromisoformat(row["date"]), home_currency)
            books.documents[key] = document
            first_rows[transaction] = row_number
        account_id = _account(books, by_path, row["account"])
        cents = int(Decimal(row["amount"]).scaleb(2))
        document.postings.append(Posting(account_id, cents, memo=row.get("memo") or ""))
    if not problems:
        for document in books.documents.values():
            off = sum(each.amount for each in document.postings)
            if off:
                problems.append(
                    f"row {first_rows[document.id]}: found transaction {document.id} of {document.date} "
                    f"out of balance by {Decimal(off).scaleb(-2)}; expected its amounts to sum to 0.00"
                )
    if problems:
        raise LedgerFileError(path, problems)
    if not any(each.account_sub_type == "RetainedEarnings" for each in books.accounts.values()):
        _add(books, RETAINED_EARNINGS, ("Equity", "RetainedEarnings", "Equity"), None)
    return books


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
        problem = f"row {number}: found byte 0x{byte:02x}; expected UTF-8 text (Excel: CSV UTF-8)"
        raise LedgerFileError(path, [problem]) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="(extra)", strict=True)
    try:
        columns = reader.fieldnames or ()
        missing = [each for each in REQUIRED_COLUMNS if each not in columns]
        twice = [each for each in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS) if columns.count(each) > 1]
        if missing or twice:
            found = ", ".join(columns) or "an empty file"
            wrong = f"expected also {', '.join(missing)}" if missing else f"expected {', '.join(twice)} once"
            raise LedgerFileError(path, [f"row 1: found columns {found}; {wrong}"])
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        problem = (
            f"row {reader.reader.line_num}: found text that is no CSV ({error}); expected quotation marks in pairs"
        )
        raise LedgerFileError(path, [problem]) from error


def _problem(row: dict[str, str], home_currency: str) -> str | None:
    """What is wrong with a row, or None."""
    blank = [each for each in REQUIRED_COLUMNS if not row.get(each)]
    if blank or "(extra)" in row:
        return f"no {', '.join(blank)}; expected a value" if blank else "more cells than columns; expected as many"
    try:
        date.fromisoformat(row["date"])
    except ValueError:
        return f"date {row['date']!r}; expected a day such as 2025-03-31"
    if not AMOUNT.fullmatch(row["amount"]):
        return f"amount {row['amount']!r}; expected decimal text such as -1234.50"
    parts = row["account"].split(":")
    if parts[0].casefold() not in KINDS or not all(each.strip() for each in parts):
        return f"account {row['account']!r}; expected a path beginning with {', '.join(k.title() for k in KINDS)}"
    currency = row.get("currency")
    if currency and currency != home_currency:
        return f"currency {currency}; expected {home_currency}, the company's"
    return None


def _document(transaction: str, day: date, home_currency: str) -> Document:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Document(
        id=transaction,
        kind="JournalEntry",
        transaction_type="Journal Entry",
        date=day,
        number=transaction,
        postings=[],
        currency=home_currency,
        created_at=noon,
        modified_at=noon,
    )


def _account(books: Books, by_path: dict[str, str], path: str) -> str:
    """The id of the account at a path; it and the accounts above it are entered on first use."""
    if path not in by_path:
        above, _, name = path.rpartition(":")
        parent = _account(books, by_path, above) if above else None
        account_type, sub_type, classification = KINDS[path.split(":", 1)[0].casefold()]
        if classification == "Asset" and BANK_WORDS.search(path):
            account_type, sub_type = "Bank", "Checking"
        elif classification == "Equity" and name.casefold() == RETAINED_EARNINGS.casefold():
            sub_type = "RetainedEarnings"
        by_path[path] = _add(books, name, (account_type, sub_type, classification), parent)
    return by_path[path]


def _add(books: Books, name: str, kind: tuple[str, str, str], parent: str | None) -> str:
    account_id = str(len(books.accounts) + 1)
    books.accounts[account_id] = Account(account_id, "", name, *kind, parent, books.home_currency)
    return account_id
