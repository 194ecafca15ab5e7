"""A company's postings, indexed once by month, so that any report of any range is a few sums.

Amounts are integer cents of home currency, debit positive. The index is a snapshot: after an edit, build another.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from monette_assets.simulator.model import Account, Books, Document, NamedItem, Posting

Entry = tuple[Document, Posting]
NOT_SPECIFIED = ""  # the account key of postings that name no account of the chart

# the order in which QuickBooks lists accounts
ACCOUNT_TYPES = (
    "Bank",
    "Accounts Receivable",
    "Other Current Asset",
    "Fixed Asset",
    "Other Asset",
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
    "Income",
    "Cost of Goods Sold",
    "Expense",
    "Other Income",
    "Other Expense",
)
_TYPE_ORDER = {name: position for position, name in enumerate(ACCOUNT_TYPES)}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def month_number(day: date) -> int:
    """Months since year 0: consecutive months are consecutive integers."""
    return day.year * 12 + day.month - 1


def month_start(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def fiscal_year_start(day: date, first_month: int) -> date:
    """First day of the fiscal year that `day` falls in."""
    return date(day.year if day.month >= first_month else day.year - 1, first_month, 1)


def natural_order(identifier: str) -> tuple[int, str]:
    """Sort key of a QuickBooks id: numbers by value, anything else after them."""
    return (int(identifier), "") if identifier.isdecimal() else (1 << 62, identifier)


@dataclass(slots=True)
class OpenItem:
    """A document's receivable or payable from one contact, and what was applied against it, by day."""

    document: Document
    contact_id: str | None
    contact_kind: str | None
    amount: int  # cents, debit positive
    applied: list[tuple[date, int]] = field(default_factory=list)  # same sign as `amount`

    def open_at(self, day: date) -> int:
        """What is still open at the end of the day; 0 before the document's own date."""
        if self.document.date > day:
            return 0
        return self.amount - sum(amount for applied_on, amount in self.applied if applied_on <= day)

    @property
    def last_open_day(self) -> date | None:
        """The last day it is open; None: still open."""
        if sum(amount for _, amount in self.applied) != self.amount:
            return None
        return max((applied_on for applied_on, _ in self.applied), default=self.document.date) - timedelta(days=1)


class LedgerIndex:
    """Everything the reports ask of one company's postings. Building it is one pass over the documents."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._entries: dict[int, list[Entry]] = defaultdict(list)
        movements: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        accounts = books.accounts
        for document in sorted(books.documents.values(), key=_booking_order):
            number = month_number(document.date)
            entries, movement = self._entries[number], movements[number]
            for posting in document.postings:
                entries.append((document, posting))
                movement[posting.account_id if posting.account_id in accounts else NOT_SPECIFIED] += posting.amount
        self._movements = {number: dict(movement) for number, movement in movements.items()}
        self.first_month = min(self._movements, default=0)
        self.last_month = max(self._movements, default=-1)
        self._openings: dict[int, dict[str, int]] = {}
        balance: dict[str, int] = {}
        for number in range(self.first_month, self.last_month + 2):
            self._openings[number] = balance
            balance = _added(balance, self._movements.get(number, {}))

    # ---- postings and sums

    def entries(self, start: date, end: date) -> Iterator[Entry]:
        """Postings dated within start..end, in booking order."""
        for number in range(max(month_number(start), self.first_month), min(month_number(end), self.last_month) + 1):
            entries = self._entries.get(number, [])
            first = month_start(number)
            if start <= first and month_end(first) <= end:
                yield from entries
            else:
                yield from (entry for entry in entries if start <= entry[0].date <= end)

    def movement(self, start: date, end: date) -> dict[str, int]:
        """Account -> sum of its postings within start..end; accounts without postings are absent."""
        total: dict[str, int] = {}
        for number in range(max(month_number(start), self.first_month), min(month_number(end), self.last_month) + 1):
            first = month_start(number)
            if start <= first and month_end(first) <= end:
                total = _added(total, self._movements.get(number, {}))
            else:
                for document, posting in self._entries.get(number, []):
                    if start <= document.date <= end:
                        account = posting.account_id if posting.account_id in self.books.accounts else NOT_SPECIFIED
                        total[account] = total.get(account, 0) + posting.amount
        return total

    def posted_before(self, day: date) -> dict[str, int]:
        """Account -> sum of all its postings before the day, no year-end close applied."""
        number = month_number(day)
        if number <= self.first_month:
            opening: dict[str, int] = {}
        else:
            opening = self._openings[min(number, self.last_month + 1)]
        if day.day == 1 or not self.first_month <= number <= self.last_month:
            return dict(opening)
        return _added(opening, self.movement(day.replace(day=1), day - timedelta(days=1)))

    def fiscal_year_start(self, day: date) -> date:
        return fiscal_year_start(day, self.books.fiscal_year_start_month)

    def balances_before(self, day: date, year_of: date | None = None) -> dict[str, int]:
        """Account -> balance before the day, as QuickBooks sees it: income and expense since the start of the
        fiscal year of `year_of` (default: of the day), earlier years' result inside retained earnings (ACCOUNTING 4).
        """
        year_start = self.fiscal_year_start(year_of or day)
        balances = self.posted_before(day)
        closed = 0
        for account_id, amount in self.posted_before(year_start).items():
            if self.is_profit_and_loss(account_id):
                closed += amount
                balances[account_id] = balances.get(account_id, 0) - amount
        if closed:
            balances[self.retained_earnings.id] = balances.get(self.retained_earnings.id, 0) + closed
        return balances

    def is_profit_and_loss(self, account_id: str) -> bool:
        account = self.books.accounts.get(account_id)
        return account is not None and not account.is_balance_sheet

    # ---- the chart

    @cached_property
    def retained_earnings(self) -> Account:
        """Where closed years' results stand; QuickBooks makes the account where the chart has none."""
        for account in self.books.accounts.values():
            if account.account_sub_type == "RetainedEarnings":
                return account
        return Account("retained-earnings", "", "Retained Earnings", "Equity", "RetainedEarnings", "Equity")

    @cached_property
    def children(self) -> Mapping[str | None, list[Account]]:
        """Parent id (None: top level) -> accounts in QuickBooks' order."""
        accounts = dict(self.books.accounts)
        accounts.setdefault(self.retained_earnings.id, self.retained_earnings)
        tree: dict[str | None, list[Account]] = defaultdict(list)
        for account in accounts.values():
            tree[account.parent_id if account.parent_id in accounts else None].append(account)
        for siblings in tree.values():
            siblings.sort(key=lambda a: (_TYPE_ORDER.get(a.account_type, 99), a.number, a.name, natural_order(a.id)))
        return tree

    @cached_property
    def full_names(self) -> Mapping[str, str]:
        """Account id -> Parent:Child."""
        return full_names(self.books.accounts)

    @cached_property
    def contact_names(self) -> Mapping[str, Mapping[str, str]]:
        """Contact kind -> id -> Parent:Child."""
        books = self.books
        return {
            "Customer": full_names(books.customers),
            "Vendor": full_names(books.vendors),
            "Employee": full_names(books.employees),
        }

    @cached_property
    def department_names(self) -> Mapping[str, str]:
        return full_names(self.books.departments)

    @cached_property
    def class_names(self) -> Mapping[str, str]:
        return full_names(self.books.classes)

    # ---- objects

    @cached_property
    def documents(self) -> Mapping[str, list[Document]]:
        """Kind -> documents in id order."""
        kinds: dict[str, list[Document]] = defaultdict(list)
        for document in self.books.documents.values():
            kinds[document.kind].append(document)
        for documents in kinds.values():
            documents.sort(key=lambda document: natural_order(document.id))
        return dict(kinds)

    @cached_property
    def settled_by(self) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
        """(kind, id) -> the documents that settle it."""
        settled: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for key, document in self.books.documents.items():
            for target in document.linked:
                settled[target].append(key)
        return dict(settled)

    @cached_property
    def _receivables(self) -> _OpenItems:
        return _OpenItems(self, "Accounts Receivable")

    @cached_property
    def _payables(self) -> _OpenItems:
        return _OpenItems(self, "Accounts Payable")

    def open_items(self, account_type: str, day: date) -> list[tuple[OpenItem, int]]:
        """Items of a control account type open at the end of the day, with their open amounts (debit positive)."""
        items = self._receivables if account_type == "Accounts Receivable" else self._payables
        return items.open_at(day)

    def open_amount(self, key: tuple[str, str]) -> int:
        """What is open of one document today, in cents, debit positive; 0 where it has no control account."""
        return self._receivables.open_amounts.get(key, 0) + self._payables.open_amounts.get(key, 0)


class _OpenItems:
    """The sub-ledger of one control account type, listed by the months in which its items are open."""

    def __init__(self, ledger: LedgerIndex, account_type: str) -> None:
        control = {a.id for a in ledger.books.accounts.values() if a.account_type == account_type}
        items: dict[tuple[str, str], list[OpenItem]] = {}
        for document in sorted(ledger.books.documents.values(), key=_booking_order):
            own = _control_items(document, control)
            if own:
                items[document.kind, document.id] = own
        for document_items in items.values():
            _apply(document_items, items)
        self.open_amounts = {
            key: sum(item.amount - sum(amount for _, amount in item.applied) for item in own)
            for key, own in items.items()
        }
        self._months: dict[int, list[OpenItem]] = defaultdict(list)
        self._open: list[tuple[int, OpenItem]] = []  # never settled: (first month, item)
        for own in items.values():
            for item in own:
                first, last = month_number(item.document.date), item.last_open_day
                if last is None:
                    self._open.append((first, item))
                else:
                    for number in range(first, month_number(last) + 1):
                        self._months[number].append(item)

    def open_at(self, day: date) -> list[tuple[OpenItem, int]]:
        number = month_number(day)
        candidates = [*self._months.get(number, []), *(item for first, item in self._open if first <= number)]
        found = [(item, item.open_at(day)) for item in candidates]
        return [(item, amount) for item, amount in found if amount]


def _control_items(document: Document, control: set[str]) -> list[OpenItem]:
    sums: dict[tuple[str | None, str | None], int] = {}
    for posting in document.postings:
        if posting.account_id in control:
            key = (posting.contact_kind, posting.contact_id)
            sums[key] = sums.get(key, 0) + posting.amount
    return [OpenItem(document, contact, kind, amount) for (kind, contact), amount in sums.items() if amount]


def _apply(settling: list[OpenItem], items: Mapping[tuple[str, str], list[OpenItem]]) -> None:
    """Apply a settling document to what it names, in order, each up to what is open; the rest stays unapplied."""
    for item in settling:
        for target in (t for key in item.document.linked for t in items.get(key, ())):
            if target is item or (target.amount > 0) == (item.amount > 0):
                continue
            left = abs(item.amount) - sum(abs(amount) for _, amount in item.applied)
            open_amount = abs(target.amount) - sum(abs(amount) for _, amount in target.applied)
            amount = min(left, open_amount)
            if amount <= 0:
                continue
            on = max(item.document.date, target.document.date)
            item.applied.append((on, amount if item.amount > 0 else -amount))
            target.applied.append((on, amount if target.amount > 0 else -amount))


def full_names(items: Mapping[str, Account] | Mapping[str, NamedItem]) -> dict[str, str]:
    """Id -> Parent:Child, for a list with parents."""
    names: dict[str, str] = {}
    for identifier, item in items.items():
        path = [item.name]
        seen = {identifier}
        parent = item.parent_id
        while parent is not None and parent in items and parent not in seen:
            seen.add(parent)
            path.append(items[parent].name)
            parent = items[parent].parent_id
        names[identifier] = ":".join(reversed(path))
    return names


def running(amounts: Iterable[int], opening: int = 0) -> list[int]:
    """Balances after each amount."""
    return list(accumulate(amounts, initial=opening))[1:]


def _booking_order(document: Document) -> tuple[date, datetime, str, tuple[int, str]]:
    return (document.date, document.created_at or _LONG_AGO, document.kind, natural_order(document.id))


def _added(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    total = dict(left)
    for account, amount in right.items():
        total[account] = total.get(account, 0) + amount
    return total
