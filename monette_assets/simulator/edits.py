"""Edits to running books: add, change, void, delete or back-date a document; a journal makes them again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from monette_assets.simulator.charts import full_name
from monette_assets.simulator.model import Books, Change, Document, NamedItem, Posting

TRANSACTION_TYPES = {
    "Invoice": "Invoice",
    "CreditMemo": "Credit Memo",
    "Payment": "Payment",
    "Bill": "Bill",
    "BillPayment": "Bill Payment (Cheque)",
    "Purchase": "Expense",
    "Deposit": "Deposit",
    "Transfer": "Transfer",
    "JournalEntry": "Journal Entry",
}
FIRST_ADDED_ID = 900_000_001  # far from generated ids, which go on growing with the months

Money = Annotated[str, StringConstraints(pattern=r"^-?\d{1,16}(\.\d{1,2})?$")]
Action = Literal["add", "change", "void", "delete", "backdate"]
UNTOLD = timedelta(days=365)  # so long ago that change data capture does not reach it


class EditError(ValueError):
    """An edit that cannot be made; the books are as they were."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PostingEdit(_Part):
    """A line. `account`: a number, an id, a full name (colon path) or a name that occurs once. Contacts are by name."""

    account: str
    amount: Money  # of home currency, debit positive
    foreign_amount: Money | None = None
    contact: str | None = None
    contact_kind: Literal["Customer", "Vendor", "Employee"] | None = None
    class_name: str | None = Field(default=None, alias="class")
    department: str | None = None
    memo: str = ""


class DocumentEdit(_Part):
    """What of a document an edit sets; for `change`, what is left out stays."""

    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    number: str | None = None
    transaction_type: str | None = None
    currency: str | None = None
    exchange_rate: Annotated[str, StringConstraints(pattern=r"^\d{1,6}(\.\d{1,8})?$")] | None = None
    due_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    memo: str | None = None
    is_adjustment: bool | None = None
    linked: tuple[tuple[str, str], ...] | None = None
    postings: tuple[PostingEdit, ...] | None = None


class Edit(_Part):
    """One edit of one company's books. `force` lets an unbalanced document in, as a fault.

    Of a `silent` one nobody is told, neither by change data capture nor by a webhook: what a company restates by
    itself, as the cost of what it sold before, and what QuickBooks loses.
    """

    realm_id: str
    action: Action
    kind: Literal[
        "Invoice",
        "CreditMemo",
        "Payment",
        "Bill",
        "BillPayment",
        "Purchase",
        "Deposit",
        "Transfer",
        "JournalEntry",
    ]
    id: str | None = None
    document: DocumentEdit | None = None
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    force: bool = False
    silent: bool = False
    at: str | None = None  # when it was made, ISO 8601 with offset; set by `apply_edit`

    @model_validator(mode="after")
    def _complete(self) -> Edit:
        if self.action != "add" and self.id is None:
            raise ValueError(f"{self.action} needs the document's id")
        if self.action == "add" and (self.document is None or not self.document.date or not self.document.postings):
            raise ValueError("add needs a document with date and postings")
        if self.action == "change" and self.document is None:
            raise ValueError("change needs a document: the fields to set")
        if self.action == "backdate" and self.date is None:
            raise ValueError("backdate needs a date")
        return self


def parse_edit(content: Mapping[str, Any]) -> Edit:
    """An edit from its JSON. Raises EditError naming each field that is wrong."""
    try:
        return Edit.model_validate(content)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, each['loc'])) or 'edit'}: {each['msg']}" for each in error.errors()]
        raise EditError("edit refused: " + "; ".join(problems)) from error


def apply_edit(books: Books, edit: Edit, *, at: datetime) -> Edit:
    """Make the edit; returns it with the id and the time it was given, as the journal keeps it.

    Bumps the document's sync token and modification time and appends to `books.changes`. Raises EditError where it
    cannot be made (no such document, unknown account, unbalanced without `force`), with the books unchanged.
    """
    if edit.realm_id != books.realm_id:
        raise EditError(f"edit refused: found realm {edit.realm_id}; expected {books.realm_id} ({books.code})")
    if at.tzinfo is None:
        raise EditError(f"edit refused: found time {at.isoformat()} without offset; expected an aware one")
    key = (edit.kind, edit.id or _next_id(books, edit.kind))
    existing = books.documents.get(key)
    if edit.action == "add":
        if existing is not None:
            raise EditError(
                f"edit refused: {books.code} already has {edit.kind} {key[1]}; change it, or leave the id out"
            )
        document = _edited(
            books,
            Document(
                key[1], edit.kind, TRANSACTION_TYPES[edit.kind], date.min, "", [], books.home_currency, created_at=at
            ),
            edit,
        )
        told_at = at - UNTOLD if edit.silent else at
        document.sync_token, document.created_at, document.modified_at = 0, told_at, told_at
    elif existing is None:
        raise EditError(f"edit refused: {books.code} has no {edit.kind} {edit.id}")
    elif edit.action == "delete":
        del books.documents[key]
        if not edit.silent:
            books.changes.append(Change(edit.kind, key[1], at, deleted=True))
        return edit.model_copy(update={"at": at.isoformat()})
    else:
        document = voided(existing) if edit.action == "void" else _edited(books, existing, edit)
        if not edit.silent:
            document.sync_token, document.modified_at = existing.sync_token + 1, at
    books.documents[key] = document
    if not edit.silent:
        books.changes.append(Change(edit.kind, key[1], at, deleted=False))
    return edit.model_copy(update={"id": key[1], "at": at.isoformat()})


def voided(document: Document) -> Document:
    """The document as QuickBooks keeps it once voided: there, with its lines, all at zero."""
    zero = [
        replace(posting, amount=0, foreign_amount=None if posting.foreign_amount is None else 0)
        for posting in document.postings
    ]
    return replace(document, postings=zero, memo=f"Voided - {document.memo}" if document.memo else "Voided")


def _next_id(books: Books, kind: str) -> str:
    """An id never used by a document of the kind, deleted ones included."""
    used = [int(i) for k, i in books.documents if k == kind and i.isdecimal()]
    used += [int(each.id) for each in books.changes if each.kind == kind and each.id.isdecimal()]
    return str(max([FIRST_ADDED_ID - 1, *used]) + 1)


def _edited(books: Books, document: Document, edit: Edit) -> Document:
    """A copy of the document with the edit's fields; checked before anything in the books changes."""
    fields = edit.document or DocumentEdit()
    day = edit.date if edit.action == "backdate" else fields.date
    postings = document.postings
    if fields.postings is not None:
        postings = [_posting(books, each, f"document.postings[{i}]") for i, each in enumerate(fields.postings)]
        out_of_balance = sum(each.amount for each in postings)
        if out_of_balance and not edit.force:
            raise EditError(
                f"edit refused: {books.code} {edit.kind} is out of balance by {Decimal(out_of_balance).scaleb(-2)}; "
                'expected debits = credits (or "force": true, to cause the fault)'
            )
    return replace(
        document,
        date=_day(day, "date") if day else document.date,
        number=document.number if fields.number is None else fields.number,
        transaction_type=fields.transaction_type or document.transaction_type,
        currency=fields.currency or document.currency,
        exchange_rate=Decimal(fields.exchange_rate) if fields.exchange_rate else document.exchange_rate,
        due_date=_day(fields.due_date, "due_date") if fields.due_date else document.due_date,
        memo=document.memo if fields.memo is None else fields.memo,
        is_adjustment=document.is_adjustment if fields.is_adjustment is None else fields.is_adjustment,
        linked=document.linked if fields.linked is None else list(fields.linked),
        postings=_with_contacts(books, postings, fields.postings),
    )


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise EditError(f"edit refused: {field}: found {text!r}; expected a day such as 2025-03-31") from error


def _posting(books: Books, line: PostingEdit, path: str) -> Posting:
    return Posting(
        account_id=_account_id(books, line.account, path),
        amount=_cents(line.amount),
        foreign_amount=None if line.foreign_amount is None else _cents(line.foreign_amount),
        class_id=_listed_id(books.classes, line.class_name, f"{path}.class"),
        department_id=_listed_id(books.departments, line.department, f"{path}.department"),
        contact_kind=(line.contact_kind or "Vendor") if line.contact else None,
        memo=line.memo,
    )


def _cents(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def _account_id(books: Books, wanted: str, path: str) -> str:
    accounts = books.accounts
    by_number = [each.id for each in accounts.values() if each.number == wanted and wanted]
    for found in (by_number, [wanted] if wanted in accounts else []):
        if found:
            return found[0]
    by_full_name = [each for each in accounts if full_name(accounts, each) == wanted]
    by_name = [each.id for each in accounts.values() if each.name == wanted]
    found = by_full_name or by_name
    if len(found) == 1:
        return found[0]
    choices = ", ".join(sorted(full_name(accounts, each) for each in found or accounts))
    what = "several accounts" if found else "no account"
    raise EditError(f"edit refused: {path}.account: {wanted!r} names {what} of {books.code}; expected one of {choices}")


def _listed_id(items: dict[str, NamedItem], name: str | None, path: str) -> str | None:
    if name is None:
        return None
    for each in items.values():
        if each.name == name:
            return each.id
    choices = ", ".join(sorted(each.name for each in items.values())) or "(none)"
    raise EditError(f"edit refused: {path}: found {name!r}; expected one of {choices}")


def _with_contacts(books: Books, postings: list[Posting], lines: tuple[PostingEdit, ...] | None) -> list[Posting]:
    """The lines with their contacts' ids; a contact not in its list is entered. Last, since it changes the lists."""
    lists = {"Customer": books.customers, "Vendor": books.vendors, "Employee": books.employees}
    for posting, line in zip(postings, lines or (), strict=False):
        if line.contact and posting.contact_kind:
            items = lists[posting.contact_kind]
            known = next((each.id for each in items.values() if each.name == line.contact), None)
            if known is None:
                known = str(max((int(each) for each in items), default=0) + 1)
                items[known] = NamedItem(known, line.contact, currency=books.home_currency)
            posting.contact_id = known
    return postings


class EditJournal:
    """The edits made so far, one JSON object a line, each on disk before it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, edit: Edit) -> None:
        """Keep an edit that was applied."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(edit.model_dump(by_alias=True, exclude_none=True), ensure_ascii=False) + "\n"
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def replay(self, books_by_realm: Mapping[str, Books]) -> int:
        """Make every edit again, in order, at the time it was made; returns how many.

        A last line without its end was never acknowledged (the process died writing it): it is taken off. Raises
        EditError naming file and line where an edit no longer fits the books.
        """
        if not self.path.exists():
            return 0
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with self.path.open("r+b") as file:
                file.truncate(whole)
        lines = content[:whole].decode("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            try:
                edit = parse_edit(json.loads(line))
                if edit.at is None or edit.realm_id not in books_by_realm:
                    raise EditError(f"found realm {edit.realm_id} at {edit.at}; expected a company's, and a time")
                apply_edit(books_by_realm[edit.realm_id], edit, at=datetime.fromisoformat(edit.at))
            except ValueError as error:
                raise EditError(f"{self.path}, line {number}: {error}") from error
        return len(lines)
