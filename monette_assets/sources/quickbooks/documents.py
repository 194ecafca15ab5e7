"""QuickBooks' documents read strictly: a head, its lines, its links. Plain Python, no network.

The general ledger is the book of record; documents add items, classes, due dates and what settles what. A document
with anything not understood is refused whole, with the reason: half of it would be a wrong document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

import msgspec

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.transaction_types import LINKED_TYPES

SALES: Final = frozenset({"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"})
COSTS: Final = frozenset({"Bill", "VendorCredit", "Purchase"})
SETTLEMENTS: Final = frozenset({"Payment", "BillPayment"})  # their lines only say what they settle
CREDITED: Final = frozenset({"Invoice", "SalesReceipt", "VendorCredit", "Deposit"})  # whose lines are credits

TAX, CASH_BACK, TRANSFER = "TxnTaxDetail", "CashBackInfo", "Transfer"
_SUBTOTAL = "SubTotalLineDetail"  # repeats the lines above it
_GROUP = "GroupLineDetail"
_SALES_DETAILS = frozenset({"SalesItemLineDetail", "DiscountLineDetail", "DescriptionOnly", "TaxLineDetail"})
_COST_DETAILS = frozenset(
    {"AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail", "DescriptionOnly", "TaxLineDetail"}
)
_DETAILS: Final = {
    **dict.fromkeys(SALES, _SALES_DETAILS),
    **dict.fromkeys(COSTS, _COST_DETAILS),
    "JournalEntry": frozenset({"JournalEntryLineDetail", "DescriptionOnly"}),
    "Deposit": frozenset({"DepositLineDetail"}),
}
_SIX = Decimal("0.000001")
_WIDEST = 10**17  # cents: 18 digits hold a little more

Id = str | int  # numbers in places


class DocumentRefusedError(Exception):
    """A document that is not understood: what was expected, what was found, and where (a JSON path)."""

    def __init__(self, reason: str, path: str = "$") -> None:
        super().__init__(reason)
        self.path = path


class Line(NamedTuple):
    """A line that posts somewhere. Amounts are cents of the document's currency, debit positive."""

    number: int  # from 1, in the document's order
    line_id: str | None
    detail_type: str
    account_id: str | None
    item_id: str | None
    class_id: str | None
    location_id: str | None
    description: str | None
    posting_type: str  # Debit or Credit: the side the line stands on; its amount may still be negative
    amount: int


class Link(NamedTuple):
    """A link to another document; of a line where it names one, else of the whole document."""

    number: int  # from 1
    line_number: int | None
    to_type: str
    to_id: str
    amount: int | None  # cents of the document's currency, as written; None where none is told for this link alone
    home_amount: int | None


class Head(NamedTuple):
    """The document itself. Amounts in cents, as written: a credit memo's total is positive too."""

    day: date
    due_date: date | None
    number: str | None
    contact_kind: str | None
    contact_id: str | None
    contact_name: str | None
    account_id: str | None  # the bank, receivable or payable account the whole document stands on, where it is named
    location_id: str | None
    currency: str
    exchange_rate: Decimal | None
    total: int
    home_total: int | None
    private_note: str | None
    created_at: datetime | None
    modified_at: datetime | None


class Document(NamedTuple):
    """A document of one entity."""

    entity: str
    id: str
    head: Head
    lines: list[Line]
    links: list[Link]


class _Ref(msgspec.Struct):
    value: Id | None = None
    name: str | None = None
    type: str | None = None


class _Entity(msgspec.Struct, rename={"entity_type": "Type", "reference": "EntityRef"}):
    entity_type: str | None = None
    reference: _Ref | None = None
    value: Id | None = None  # a deposit's entity is the reference itself
    name: str | None = None
    type: str | None = None


class _Detail(msgspec.Struct, rename="pascal"):
    account_ref: _Ref | None = None
    item_account_ref: _Ref | None = None
    discount_account_ref: _Ref | None = None
    item_ref: _Ref | None = None
    class_ref: _Ref | None = None
    department_ref: _Ref | None = None
    posting_type: str | None = None
    entity: _Entity | None = None
    line: list[_Line] = []


class _Linked(msgspec.Struct, rename="pascal"):
    txn_id: Id
    txn_type: str


class _Line(msgspec.Struct, rename="pascal"):
    id: Id | None = None
    amount: Decimal | None = None
    description: str | None = None
    detail_type: str | None = None
    linked_txn: list[_Linked] = []
    sales_item_line_detail: _Detail | None = None
    discount_line_detail: _Detail | None = None
    group_line_detail: _Detail | None = None
    account_based_expense_line_detail: _Detail | None = None
    item_based_expense_line_detail: _Detail | None = None
    journal_entry_line_detail: _Detail | None = None
    deposit_line_detail: _Detail | None = None


class _Tax(msgspec.Struct, rename="pascal"):
    total_tax: Decimal | None = None


class _CashBack(msgspec.Struct, rename="pascal"):
    amount: Decimal | None = None
    account_ref: _Ref | None = None
    memo: str | None = None


class _Paid(msgspec.Struct, rename={"bank": "BankAccountRef", "card": "CCAccountRef"}):
    bank: _Ref | None = None
    card: _Ref | None = None


class _Times(msgspec.Struct, rename="pascal"):
    create_time: str = ""
    last_updated_time: str = ""


class _Document(msgspec.Struct, rename="pascal"):
    id: Id
    txn_date: str
    due_date: str | None = None
    doc_number: str | None = None
    private_note: str | None = None
    currency_ref: _Ref | None = None
    exchange_rate: Decimal | None = None
    total_amt: Decimal | None = None
    home_total_amt: Decimal | None = None
    amount: Decimal | None = None  # a transfer's
    credit: bool = False  # a purchase's: a refund
    customer_ref: _Ref | None = None
    vendor_ref: _Ref | None = None
    entity_ref: _Ref | None = None
    department_ref: _Ref | None = None
    account_ref: _Ref | None = None
    ap_account_ref: _Ref | None = msgspec.field(name="APAccountRef", default=None)
    ar_account_ref: _Ref | None = msgspec.field(name="ARAccountRef", default=None)
    deposit_to_account_ref: _Ref | None = None
    from_account_ref: _Ref | None = None
    to_account_ref: _Ref | None = None
    check_payment: _Paid | None = None
    credit_card_payment: _Paid | None = None
    cash_back: _CashBack | None = None
    linked_txn: list[_Linked] = []
    line: list[_Line] = []
    txn_tax_detail: _Tax | None = None
    meta_data: _Times | None = None


class _Dated(msgspec.Struct):
    day: str = msgspec.field(name="TxnDate", default="")


_DECODER = msgspec.json.Decoder(_Document)
_DATES = msgspec.json.Decoder(_Dated)


def date_text(payload: str) -> str:
    """The document's date as written; empty where none is."""
    try:
        return _DATES.decode(payload).day
    except msgspec.MsgspecError:
        return ""


def read_document(entity: str, payload: str, home_currency: str) -> Document:
    """One document of the entity.

    Raises:
        DocumentRefusedError: not JSON, a field missing or of another type, a kind of line nobody knows.
    """
    try:
        found = _DECODER.decode(payload)
    except msgspec.MsgspecError as error:
        raise DocumentRefusedError(f"expected {entity} with its required fields, found: {error}") from None
    location = _value(found.department_ref)
    lines = list(_lines(entity, found, location))
    currency = _value(found.currency_ref) or home_currency
    rate = _rate(found.exchange_rate)
    total = _total(entity, found, lines)
    home_total = _cents(found.home_total_amt, "$.HomeTotalAmt") if found.home_total_amt is not None else None
    if home_total is None and currency == home_currency:
        home_total = total
    kind, contact = _contact(entity, found)
    times = found.meta_data or _Times()
    head = Head(
        day=_day(found.txn_date, "$.TxnDate"),
        due_date=_day(found.due_date, "$.DueDate") if found.due_date else None,
        number=found.doc_number or None,
        contact_kind=kind,
        contact_id=_value(contact),
        contact_name=(contact.name or None) if contact else None,
        account_id=_value(_account(found)),
        location_id=location,
        currency=currency,
        exchange_rate=rate,
        total=total,
        home_total=home_total,
        private_note=found.private_note or None,
        created_at=_moment(times.create_time, "$.MetaData.CreateTime"),
        modified_at=_moment(times.last_updated_time, "$.MetaData.LastUpdatedTime"),
    )
    links = list(_links(entity, found, Decimal(1) if currency == home_currency else rate))
    return Document(entity, str(found.id), head, lines, links)


def _lines(entity: str, found: _Document, location: str | None) -> Iterator[Line]:
    """The document's lines in order: groups opened, subtotals left out, tax and cash back last."""
    if entity in SETTLEMENTS:
        return
    number = 0
    credited = (entity in CREDITED) != found.credit
    for number, (path, line) in enumerate(_opened(found.line, "$.Line"), 1):
        yield _line(entity, line, path, number, location, credited=credited)
    side = "Credit" if credited else "Debit"
    sign = -1 if credited else 1
    if found.txn_tax_detail and found.txn_tax_detail.total_tax:
        tax = _cents(found.txn_tax_detail.total_tax, "$.TxnTaxDetail.TotalTax")
        if entity == "JournalEntry":
            raise DocumentRefusedError(
                "sales tax of a journal entry: expected none, its side is not told", "$.TxnTaxDetail"
            )
        number += 1
        yield Line(number, None, TAX, None, None, None, location, None, side, sign * tax)
    if found.cash_back is not None and found.cash_back.amount:
        back = found.cash_back
        amount = _cents(back.amount, "$.CashBack.Amount")
        number += 1
        yield Line(
            number, None, CASH_BACK, _value(back.account_ref), None, None, location, back.memo or None, "Debit", amount
        )
    if entity == "Transfer":
        amount = _cents(found.amount, "$.Amount")
        for side, sign, account in (("Credit", -1, found.from_account_ref), ("Debit", 1, found.to_account_ref)):
            number += 1
            yield Line(number, None, TRANSFER, _value(account), None, None, location, None, side, sign * amount)


def _opened(lines: Sequence[_Line], path: str) -> Iterator[tuple[str, _Line]]:
    for position, line in enumerate(lines):
        where = f"{path}[{position}]"
        if line.detail_type == _GROUP:
            inside = line.group_line_detail.line if line.group_line_detail else []
            yield from _opened(inside, f"{where}.GroupLineDetail.Line")
        elif line.detail_type != _SUBTOTAL:
            yield where, line


def _line(entity: str, line: _Line, path: str, number: int, location: str | None, *, credited: bool) -> Line:
    known = _DETAILS.get(entity, frozenset())
    kind = line.detail_type
    if kind is None and entity == "Deposit" and line.linked_txn:
        kind = "DepositLineDetail"  # a deposited payment names no detail
    if kind is None or kind not in known:
        raise DocumentRefusedError(
            f"{path}.DetailType: expected one of {', '.join(sorted(known)) or 'none'}, found {kind!r}", path
        )
    detail = (
        line.sales_item_line_detail
        or line.account_based_expense_line_detail
        or line.item_based_expense_line_detail
        or line.journal_entry_line_detail
        or line.deposit_line_detail
        or line.discount_line_detail
        or _NO_DETAIL
    )
    amount = 0 if kind == "DescriptionOnly" and line.amount is None else _cents(line.amount, f"{path}.Amount")
    if entity == "JournalEntry" and kind == "JournalEntryLineDetail":
        if detail.posting_type not in ("Debit", "Credit"):
            raise DocumentRefusedError(
                f"{path}.JournalEntryLineDetail.PostingType: expected Debit or Credit, found {detail.posting_type!r}",
                path,
            )
        side = detail.posting_type
    else:
        side = "Credit" if credited != (kind == "DiscountLineDetail") else "Debit"  # a discount takes away
    return Line(
        number=number,
        line_id=None if line.id is None else str(line.id),
        detail_type=kind,
        account_id=_value(detail.account_ref or detail.item_account_ref or detail.discount_account_ref),
        item_id=_value(detail.item_ref),
        class_id=_value(detail.class_ref),
        location_id=_value(detail.department_ref) or location,
        description=line.description or None,
        posting_type=side,
        amount=amount if side == "Debit" else -amount,
    )


def _links(entity: str, found: _Document, rate: Decimal | None) -> Iterator[Link]:
    """The links of the lines, with what each applies, then those of the whole document."""
    number = 0
    for position, (path, line) in enumerate(_opened(found.line, "$.Line"), 1):
        told = len(line.linked_txn) == 1 and line.amount is not None
        for linked in line.linked_txn:
            number += 1
            amount = _cents(line.amount, f"{path}.Amount") if told else None
            home = None if amount is None or rate is None else _rounded(amount * rate)
            yield Link(number, position, _type(linked), str(linked.txn_id), amount, home)
    for linked in found.linked_txn:
        number += 1
        yield Link(number, None, _type(linked), str(linked.txn_id), None, None)


def _type(linked: _Linked) -> str:
    return LINKED_TYPES.get(linked.txn_type, linked.txn_type)


def _total(entity: str, found: _Document, lines: Sequence[Line]) -> int:
    if entity == "Transfer":
        return _cents(found.amount, "$.Amount")
    if entity == "JournalEntry":  # reads without a total
        return sum(line.amount for line in lines if line.posting_type == "Debit")
    return _cents(found.total_amt, "$.TotalAmt")


def _contact(entity: str, found: _Document) -> tuple[str | None, _Ref | None]:
    if found.customer_ref and _value(found.customer_ref):
        return "Customer", found.customer_ref
    if found.vendor_ref and _value(found.vendor_ref):
        return "Vendor", found.vendor_ref
    if found.entity_ref and _value(found.entity_ref):
        return found.entity_ref.type, found.entity_ref
    if entity == "Deposit":
        for line in found.line:
            whose = line.deposit_line_detail.entity if line.deposit_line_detail else None
            if whose and whose.value not in (None, ""):
                return whose.type, _Ref(whose.value, whose.name)
    return None, None


def _account(found: _Document) -> _Ref | None:
    paid = found.check_payment or found.credit_card_payment
    return (
        found.deposit_to_account_ref
        or found.account_ref
        or found.ap_account_ref
        or found.ar_account_ref
        or (paid and (paid.bank or paid.card))
        or found.from_account_ref
    )


_NO_DETAIL = _Detail()


def _value(reference: _Ref | None) -> str | None:
    return None if reference is None or reference.value in (None, "") else str(reference.value)


def _cents(amount: Decimal | None, path: str) -> int:
    if amount is None:
        raise DocumentRefusedError(f"{path}: expected an amount, found none", path)
    if not amount.is_finite() or amount.adjusted() > 15:
        raise DocumentRefusedError(f"{path}: expected {values.AMOUNT_FORM}, found {amount!s:.60}", path)
    cents = amount.scaleb(2)
    whole = int(cents)
    if whole != cents or abs(whole) >= _WIDEST:
        raise DocumentRefusedError(f"{path}: expected {values.AMOUNT_FORM}, found {amount!s:.60}", path)
    return whole


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))


def _rate(rate: Decimal | None) -> Decimal | None:
    if rate is None:
        return None
    if not rate.is_finite() or not 0 < rate < 10**9:
        raise DocumentRefusedError(
            f"$.ExchangeRate: expected a positive exchange rate, found {rate!s:.60}", "$.ExchangeRate"
        )
    return rate.quantize(_SIX, ROUND_HALF_UP)


def _day(text: str, path: str) -> date:
    try:
        return values.day(text)
    except ValueError as error:
        raise DocumentRefusedError(f"{path}: {error}", path) from None


def _moment(text: str, path: str) -> datetime | None:
    try:
        return values.instant(text)
    except ValueError as error:
        raise DocumentRefusedError(f"{path}: {error}", path) from None
