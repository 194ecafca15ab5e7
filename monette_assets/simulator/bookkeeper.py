"""Writing documents into books: ids, times, balances; a document dated later waits for its month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from monette_assets.simulator.contacts import CUSTOMERS, VENDORS
from monette_assets.simulator.model import Books, Document, NamedItem, Posting


class Bookkeeper:
    """Keeps one company's books, month after month. `rng` is the month's; `ids` are by the farm chart's numbers."""

    def __init__(self, books: Books, ids: dict[str, str], time_zone: ZoneInfo, until: date) -> None:
        self.books = books
        self.ids = ids
        self.time_zone = time_zone
        self.until = until
        self.rng = Random(0)
        self.balances: dict[str, int] = defaultdict(int)  # by account id, all documents of the months settled so far
        self.foreign_balances: dict[str, int] = defaultdict(int)  # the same in foreign cents, where an account has them
        self._waiting: dict[tuple[int, int], list[Document]] = defaultdict(list)
        self._last_id: dict[str, int] = defaultdict(int)
        self._names: dict[tuple[str, str], str] = {}

    def balance(self, number: str) -> int:
        """Balance of an account of the farm chart, debit positive; nothing where the company has none."""
        return self.balances[self.ids[number]] if number in self.ids else 0

    def contact(self, kind: str, name: str, currency: str | None = None) -> str:
        """The id of a customer, vendor or employee, entered in the list on first use."""
        key = (kind, name)
        if key not in self._names:
            items = {"Customer": self.books.customers, "Vendor": self.books.vendors, "Employee": self.books.employees}[
                kind
            ]
            contact_id = str(len(items) + 1)
            items[contact_id] = NamedItem(contact_id, name, currency=currency or self.books.home_currency)
            self._names[key] = contact_id
        return self._names[key]

    def someone(self, kind: str, people: str) -> str:
        """One of a kind of people, drawn."""
        names = (CUSTOMERS if kind == "Customer" else VENDORS)[people]
        return self.contact(kind, names[int(self.rng.random() * len(names))])

    def write(
        self,
        kind: str,
        transaction_type: str,
        day: date,
        number: str | None,
        postings: list[Posting],
        *,
        currency: str | None = None,
        exchange_rate: Decimal = Decimal(1),
        due_date: date | None = None,
        linked: Sequence[Document] = (),
        memo: str = "",
        is_adjustment: bool = False,
    ) -> Document:
        """A document; it enters the books when its month is settled. `number` None: the next of its kind."""
        self._last_id[kind] += 1
        next_id = self._last_id[kind]
        seconds = int(self.rng.random() * 36_000)
        created = datetime(
            day.year, day.month, day.day, 8 + seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=self.time_zone
        )
        document = Document(
            str(next_id),
            kind,
            transaction_type,
            day,
            str(1000 + next_id) if number is None else number,
            postings,
            currency or self.books.home_currency,
            exchange_rate,
            due_date,
            [(each.kind, each.id) for each in linked],
            memo,
            is_adjustment,
            created,
            created if seconds % 16 else created + timedelta(minutes=50),
        )
        self._waiting[day.year, day.month].append(document)
        return document

    def settle(self, period: date) -> list[Document]:
        """Enter the documents waiting for a month, by date; those after `until` count in balances but are not shown."""
        documents = self._waiting.pop((period.year, period.month), [])
        documents.sort(key=lambda each: (each.date, each.kind, int(each.id)))
        balances, foreign, shown, until = self.balances, self.foreign_balances, self.books.documents, self.until
        for document in documents:
            for posting in document.postings:
                balances[posting.account_id] += posting.amount
                if posting.foreign_amount:
                    foreign[posting.account_id] += posting.foreign_amount
            if document.date <= until:
                shown[document.kind, document.id] = document
        return documents
