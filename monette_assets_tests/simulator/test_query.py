"""The query language with its paging, and change data capture with its limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.simulator.entities import DOCUMENT_KINDS, ENTITIES
from monette_assets.simulator.model import NamedItem
from monette_assets.simulator.query import QueryError, parse
from monette_assets_tests.simulator.conftest import Serve
from monette_assets_tests.simulator.small_books import TODAY, add, document, farm


def test_pages_hold_a_hundred_unless_asked_and_a_thousand_at_most(serve: Serve) -> None:
    books = farm()
    books.customers = {str(n): NamedItem(str(n), f"Customer {n}") for n in range(1, 2_351)}
    client = serve(books)
    assert len(client.query("select * from Customer").json()["QueryResponse"]["Customer"]) == 100
    seen: list[str] = []
    for start in (1, 1001, 2001, 3001):
        text = f"select * from Customer orderby Id startposition {start} maxresults 5000"
        answer = client.query(text).json()["QueryResponse"]
        page = answer.get("Customer", [])
        assert answer == {} if start == 3001 else answer["maxResults"] == len(page) <= 1000
        seen += [customer["Id"] for customer in page]
    assert seen == [str(n) for n in range(1, 2_351)]
    assert client.query("select count(*) from Customer").json()["QueryResponse"] == {"totalCount": 2_350}


def test_inactive_list_items_come_only_when_asked_for(serve: Serve) -> None:
    client = serve()
    active = client.query("select * from Department").json()["QueryResponse"]["Department"]
    every = client.query("select * from Department where Active in (true, false) orderby Id").json()
    assert [d["Name"] for d in active] == ["North Farm"]
    assert [(d["Name"], d["Active"]) for d in every["QueryResponse"]["Department"]] == [
        ("North Farm", True),
        ("Sold Farm (deleted)", False),
    ]
    gone = client.query("select * from Department where Active = false").json()["QueryResponse"]
    assert [d["Id"] for d in gone["Department"]] == ["2"]


def test_only_what_changed_since(serve: Serve) -> None:
    client = serve()
    text = "select * from Invoice where MetaData.LastUpdatedTime > '2025-01-01T00:00:00-06:00' orderby Id"
    assert [invoice["Id"] for invoice in client.query(text).json()["QueryResponse"]["Invoice"]] == ["3"]


def test_every_entity_answers(serve: Serve) -> None:
    client = serve()
    for entity in ENTITIES:
        answer = client.query(f"select * from {entity} maxresults 1000")
        assert answer.status_code == 200, answer.text
        for found in answer.json()["QueryResponse"].get(entity, []):
            assert {"Id", "SyncToken", "MetaData"} <= set(found)


def test_an_account_says_what_it_is(serve: Serve) -> None:
    client = serve()
    accounts = client.query("select * from Account orderby Id maxresults 1000").json()["QueryResponse"]["Account"]
    found = {account["Id"]: account for account in accounts}
    wanted = {
        "Name": "Other",
        "FullyQualifiedName": "Custom Work:Other",
        "SubAccount": True,
        "ParentRef": {"value": "22"},
        "AcctNum": "4110",
        "AccountType": "Income",
        "Classification": "Revenue",
        "Active": True,
        "CurrentBalance": 800.0,
    }
    assert {key: found["23"][key] for key in wanted} == wanted


def test_documents_carry_lines_links_and_balances(serve: Serve) -> None:
    client = serve()
    invoice = client.query("select * from Invoice where Id = '2'").json()["QueryResponse"]["Invoice"][0]
    assert [line["Amount"] for line in invoice["Line"]] == [3_000.00, 2_000.25]
    assert invoice["TotalAmt"] == 5_000.25
    assert invoice["Balance"] == 2_500.25
    assert invoice["CustomerRef"] == {"value": "1", "name": "Grain Buyer"}
    assert invoice["LinkedTxn"] == [{"TxnId": "2", "TxnType": "Payment"}]
    payment = client.query("select * from Payment where Id = '2'").json()["QueryResponse"]["Payment"][0]
    assert payment["Line"] == [{"LinkedTxn": [{"TxnId": "2", "TxnType": "Invoice"}], "Amount": 2_500.00}]
    entry = client.query("select * from JournalEntry where Id = '3'").json()["QueryResponse"]["JournalEntry"][0]
    sides = [(line["JournalEntryLineDetail"]["PostingType"], line["Amount"]) for line in entry["Line"]]
    assert sides == [("Debit", 10.0), ("Debit", 10.0), ("Credit", 20.0)]


def test_a_foreign_document_is_in_its_own_currency(serve: Serve) -> None:
    books = farm(multicurrency=True)
    lines = [("2", 100_00), ("20", -100_00)]
    add(books, document("Invoice", "9", "2025-02-20", lines, currency="USD", rate="1.4321"))
    invoice = serve(books).query("select * from Invoice where Id = '9'").json()["QueryResponse"]["Invoice"][0]
    assert invoice["CurrencyRef"]["value"] == "USD"
    assert (invoice["ExchangeRate"], invoice["TotalAmt"], invoice["HomeTotalAmt"]) == (1.4321, 100.0, 143.21)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "4000"),
        ("select", "4000"),
        ("select * from", "4000"),
        ("select * from Account where", "4000"),
        ("select * from Account where Active ~ true", "4000"),
        ("select * from Account maxresults many", "4000"),
        ("select * from Account; drop table Account", "4000"),
        ("select * from Nothing", "4001"),
        ("select * from Account startposition 0", "4001"),
        ("select * from Account where Active = maybe", "4001"),
        ("select * from Bill where MetaData.LastUpdatedTime > 'yesterday'", "4001"),
        ("select * from Bill where Colour = 'red'", "4001"),
    ],
)
def test_bad_queries_are_validation_faults(serve: Serve, text: str, code: str) -> None:
    refused = serve().query(text)
    assert refused.status_code == 400
    assert refused.json()["Fault"]["type"] == "ValidationFault"
    assert refused.json()["Fault"]["Error"][0]["code"] == code


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert error.code in ("4000", "4001")  # noqa: PT017 (either outcome is right)
    else:
        assert query.entity in ENTITIES


# ---- change data capture


def test_cdc_lists_changes_and_stubs_of_what_was_deleted(serve: Serve) -> None:
    client = serve()
    since = (TODAY - timedelta(days=29)).isoformat()
    answer = client.get("cdc", entities="Bill,Transfer,Employee", changedSince=since).json()
    bills, transfers, employees = answer["CDCResponse"][0]["QueryResponse"]
    assert [(b["Id"], b["status"], b["domain"]) for b in bills["Bill"]] == [("77", "Deleted", "QBO")]
    assert [t["Id"] for t in transfers["Transfer"]] == ["1"]
    assert employees == {}


def test_cdc_goes_thirty_days_back(serve: Serve) -> None:
    client = serve()
    too_far = (TODAY - timedelta(days=30, seconds=1)).isoformat()
    assert client.get("cdc", entities="Bill", changedSince=too_far).status_code == 400
    assert client.get("cdc", entities="Bill", changedSince=(TODAY - timedelta(days=30)).isoformat()).status_code == 200


def test_cdc_gives_a_thousand_objects_in_all(serve: Serve) -> None:
    books = farm()
    for number in range(1, 1_101):
        kind = DOCUMENT_KINDS[number % 2]
        add(books, document(kind, str(1000 + number), "2025-03-10", [("1", 1), ("8", -1)]))
    answer = serve(books).get("cdc", entities="Invoice,Bill", changedSince="2025-03-05T00:00:00Z").json()
    assert sum(part.get("maxResults", 0) for part in answer["CDCResponse"][0]["QueryResponse"]) == 1000


@pytest.mark.parametrize("entities", ["TaxRate", "Bill,TimeActivity", "", "Nothing"])
def test_cdc_refuses_what_it_does_not_cover(serve: Serve, entities: str) -> None:
    refused = serve().get("cdc", entities=entities, changedSince=TODAY.isoformat())
    assert refused.status_code == 400
