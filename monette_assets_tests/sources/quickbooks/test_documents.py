"""Documents are read whole, exactly, or refused with what was expected and where."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.simulator.entities import DOCUMENT_KINDS, Entities
from monette_assets.simulator.reports import LedgerIndex
from monette_assets.sources.quickbooks.documents import Document, DocumentRefusedError, read_document
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets_tests.simulator.small_books import farm


def read(entity: str, **content: Any) -> Document:
    """A CAD company's document with these fields, id 7, of 5 November 2024."""
    return read_document(entity, json.dumps({"Id": "7", "TxnDate": "2024-11-05", **content}), "CAD")


def sale(amount: Any, account: str = "40", **more: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": "3"}, "ItemAccountRef": {"value": account}, "ClassRef": {"value": "9"}}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail, **more}


def cost(amount: Any, account: str = "60") -> dict[str, Any]:
    detail = {"AccountRef": {"value": account}}
    return {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}


def journal(side: str | None, amount: Any, account: str) -> dict[str, Any]:
    detail = {"PostingType": side, "AccountRef": {"value": account}, "DepartmentRef": {"value": "2"}}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def amounts(document: Document) -> list[tuple[str | None, str, int]]:
    return [(line.account_id, line.posting_type, line.amount) for line in document.lines]


def test_an_invoices_head() -> None:
    found = read(
        "Invoice", DueDate="2024-12-05", DocNumber="N1", CustomerRef={"value": 4, "name": "Elevator"}, TotalAmt=100.5,
        Line=[sale(100.5)], PrivateNote="", DepartmentRef={"value": "2"}, CurrencyRef={"value": "USD"},
        ExchangeRate=1.3512345, HomeTotalAmt=135.8,
        MetaData={"CreateTime": "2024-11-05T09:00:00-06:00", "LastUpdatedTime": "2024-11-06T09:00:00-06:00"},
    )  # fmt: skip
    head = found.head
    assert (head.day, head.due_date, head.number) == (date(2024, 11, 5), date(2024, 12, 5), "N1")
    assert (head.contact_kind, head.contact_id, head.contact_name) == ("Customer", "4", "Elevator")
    assert (head.currency, head.exchange_rate, head.total, head.home_total) == (
        "USD", Decimal("1.351235"), 10050, 13580,
    )  # fmt: skip
    assert head.private_note is None
    assert head.created_at is not None
    assert head.created_at.isoformat() == "2024-11-05T15:00:00+00:00"
    line = found.lines[0]
    assert (line.item_id, line.class_id, line.location_id) == ("3", "9", "2")


def test_home_total_is_told_or_known_never_guessed() -> None:
    assert read("Bill", TotalAmt=5, Line=[cost(5)]).head.home_total == 500
    assert read("Bill", TotalAmt=5, Line=[cost(5)], CurrencyRef={"value": "USD"}).head.home_total is None


@pytest.mark.parametrize(
    ("entity", "line", "more", "side"),
    [
        ("Invoice", sale(8), {}, "Credit"),
        ("SalesReceipt", sale(8), {}, "Credit"),
        ("CreditMemo", sale(8), {}, "Debit"),
        ("RefundReceipt", sale(8), {}, "Debit"),
        ("Bill", cost(8), {}, "Debit"),
        ("Purchase", cost(8), {}, "Debit"),
        ("Purchase", cost(8), {"Credit": True}, "Credit"),
        ("VendorCredit", cost(8), {}, "Credit"),
    ],
)
def test_the_side_a_line_stands_on(entity: str, line: dict[str, Any], more: dict[str, Any], side: str) -> None:
    found = read(entity, TotalAmt=8, Line=[line], **more)
    assert [(each.posting_type, each.amount) for each in found.lines] == [(side, 800 if side == "Debit" else -800)]


def test_bundles_are_opened_subtotals_left_out_discounts_taken_off_tax_added() -> None:
    bundle = {"Amount": 30, "DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [sale(10), sale(20, "41")]}}
    subtotal = {"Amount": 30, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    discount = {
        "Amount": 3, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"DiscountAccountRef": {"value": "49"}},
    }  # fmt: skip
    remark = {"DetailType": "DescriptionOnly", "Description": "thanks"}
    found = read("Invoice", TotalAmt=28.35, Line=[bundle, subtotal, discount, remark], TxnTaxDetail={"TotalTax": 1.35})
    assert amounts(found) == [
        ("40", "Credit", -1000), ("41", "Credit", -2000), ("49", "Debit", 300), (None, "Credit", 0),
        (None, "Credit", -135),
    ]  # fmt: skip
    assert sum(line.amount for line in found.lines) == -found.head.total
    assert [line.number for line in found.lines] == [1, 2, 3, 4, 5]


def test_a_journal_entrys_total_is_its_debits() -> None:
    found = read("JournalEntry", Line=[journal("Debit", 12.5, "60"), journal("Credit", 12.5, "1")])
    assert amounts(found) == [("60", "Debit", 1250), ("1", "Credit", -1250)]
    assert found.head.total == 1250
    assert found.lines[0].location_id == "2"


def test_a_transfer_has_two_lines() -> None:
    found = read("Transfer", Amount=9, FromAccountRef={"value": "1"}, ToAccountRef={"value": "2"})
    assert amounts(found) == [("1", "Credit", -900), ("2", "Debit", 900)]


def test_a_deposit_of_a_payment_and_a_sale_with_cash_kept() -> None:
    paid = {"Amount": 100, "LinkedTxn": [{"TxnId": "5", "TxnType": "Payment"}]}
    entity = {"value": "8", "name": "Neighbour", "type": "CUSTOMER"}
    sold = {
        "Amount": 20, "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": "40"}, "Entity": entity},
    }  # fmt: skip
    found = read("Deposit", TotalAmt=115, Line=[paid, sold], CashBack={"Amount": 5, "AccountRef": {"value": "33"}})
    assert amounts(found) == [(None, "Credit", -10000), ("40", "Credit", -2000), ("33", "Debit", 500)]
    assert [(link.line_number, link.to_type, link.to_id, link.amount) for link in found.links] == [
        (1, "Payment", "5", 10000)
    ]
    assert (found.head.contact_kind, found.head.contact_name) == ("CUSTOMER", "Neighbour")


def test_a_payments_lines_are_links_and_not_lines() -> None:
    applied = [
        {"Amount": 60, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]},
        {"Amount": 10, "LinkedTxn": [{"TxnId": 2, "TxnType": "CreditMemo"}]},
        {"Amount": 9, "LinkedTxn": [{"TxnId": "3", "TxnType": "Invoice"}, {"TxnId": "4", "TxnType": "Invoice"}]},
    ]
    whole = [{"TxnId": "12", "TxnType": "Deposit"}]
    found = read(
        "Payment", TotalAmt=59, Line=applied, LinkedTxn=whole, CurrencyRef={"value": "USD"}, ExchangeRate=1.355
    )
    assert found.lines == []
    assert [tuple(link) for link in found.links] == [
        (1, 1, "Invoice", "1", 6000, 8130),
        (2, 2, "CreditMemo", "2", 1000, 1355),
        (3, 3, "Invoice", "3", None, None),  # nobody tells how much of the nine is whose
        (4, 3, "Invoice", "4", None, None),
        (5, None, "Deposit", "12", None, None),
    ]


def test_links_name_the_entity() -> None:
    found = read("Bill", TotalAmt=1, Line=[cost(1)], LinkedTxn=[{"TxnId": "9", "TxnType": "BillPaymentCheck"}])
    assert found.links[0].to_type == "BillPayment"


@pytest.mark.parametrize(
    ("entity", "content", "reason"),
    [
        ("Invoice", {"TotalAmt": 1, "Line": [{"Amount": 1, "DetailType": "NewDetail"}]}, "found 'NewDetail'"),
        ("Invoice", {"TotalAmt": 1, "Line": [cost(1)]}, r"\$\.Line\[0\]\.DetailType: expected one of"),
        ("Invoice", {"TotalAmt": 1, "Line": [{"Amount": 1}]}, "found None"),
        ("Invoice", {"TotalAmt": 1, "Line": [sale(1.005)]}, r"\$\.Line\[0\]\.Amount: expected an amount"),
        ("Invoice", {"TotalAmt": 1, "Line": [sale(None)]}, r"\$\.Line\[0\]\.Amount: expected an amount, found none"),
        ("Invoice", {"TotalAmt": 1, "Line": [sale("1,000")]}, r"\$\.Line\[0\]\.Amount"),
        ("Invoice", {"TotalAmt": 1e17, "Line": []}, r"\$\.TotalAmt: expected an amount"),
        ("Invoice", {"Line": [sale(1)]}, r"\$\.TotalAmt: expected an amount, found none"),
        ("Invoice", {"TotalAmt": 1, "Line": {}}, "expected Invoice with its required fields"),
        ("Invoice", {"TotalAmt": 1, "TxnDate": "0-00-00"}, r"\$\.TxnDate: expected a date"),
        ("Invoice", {"TotalAmt": 1, "TxnDate": "2024-02-30"}, r"\$\.TxnDate"),
        ("Invoice", {"TotalAmt": 1, "DueDate": "soon"}, r"\$\.DueDate: expected a date"),
        ("Invoice", {"TotalAmt": 1, "ExchangeRate": 0}, "expected a positive exchange rate"),
        ("Invoice", {"TotalAmt": 1, "MetaData": {"CreateTime": "yesterday"}}, r"\$\.MetaData\.CreateTime"),
        ("JournalEntry", {"Line": [journal(None, 1, "1")]}, "PostingType: expected Debit or Credit, found None"),
        ("JournalEntry", {"Line": [], "TxnTaxDetail": {"TotalTax": 3}}, "sales tax of a journal entry"),
        ("Transfer", {}, r"\$\.Amount: expected an amount, found none"),
        ("Payment", {"TotalAmt": 1, "Line": [{"Amount": 1, "LinkedTxn": [{"TxnType": "Invoice"}]}]}, "TxnId"),
    ],
)
def test_what_is_not_understood_is_refused(entity: str, content: dict[str, Any], reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason):
        read(entity, **content)


@pytest.mark.parametrize("payload", ["", "null", "[]", '{"Id": "1"', '{"TxnDate": "2024-11-05"}'])
def test_what_is_no_document_is_refused(payload: str) -> None:
    with pytest.raises(DocumentRefusedError, match="expected Invoice with its required fields"):
        read_document("Invoice", payload, "CAD")


@given(st.integers(-(10**16), 10**16))
def test_amounts_are_exact(cents: int) -> None:
    """No float between QuickBooks' number and ours."""
    number = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    payload = f'{{"Id": "1", "TxnDate": "2024-11-05", "TotalAmt": {number}}}'
    assert read_document("Bill", payload, "CAD").head.total == cents


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(DocumentRefusedError):
        read_document("Bill", payload.decode(errors="replace"), "CAD")


def test_every_kind_of_document_of_the_books_is_read_to_its_total() -> None:
    books = farm()
    entities = Entities(LedgerIndex(books))
    assert set(DOCUMENT_KINDS) == set(DOCUMENT_ENTITIES)
    read_kinds = set()
    for kind in DOCUMENT_KINDS:
        for identifier in entities.identifiers(kind):
            found = read_document(kind, orjson.dumps(entities.json(kind, identifier)).decode(), "CAD")
            posted = books.documents[kind, identifier].postings
            assert found.head.total == max(sum(p.amount for p in posted if p.amount > 0), 0)
            sign = 0 if kind in ("JournalEntry", "Transfer") else 1
            assert not found.lines or abs(sum(line.amount for line in found.lines)) == sign * found.head.total
            read_kinds.add(kind)
    assert len(read_kinds) == 9
