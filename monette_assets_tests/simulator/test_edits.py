"""Edits: made whole or not at all, seen in the change log, and made again from the journal on the next start."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import load_group
from monette_assets.simulator.books import generate_company
from monette_assets.simulator.edits import Edit, EditError, EditJournal, apply_edit, parse_edit
from monette_assets.simulator.model import Books, Change

AT = datetime(2025, 3, 4, 15, 30, tzinfo=UTC)
REALM = "9130350000000101"  # Harrow Plains


@pytest.fixture(scope="module")
def generated() -> Books:
    group = load_group()
    return generate_company(group, group.company("harrow_plains"), until=date(2025, 1, 31), scale=0.05)


@pytest.fixture
def books(generated: Books) -> Books:
    return copy.deepcopy(generated)


def edit(action: str, kind: str = "JournalEntry", **more: Any) -> Edit:
    return parse_edit({"realm_id": REALM, "action": action, "kind": kind, **more})


def entry(debit: str = "6000", credit: str = "1000", amount: str = "125.40", day: str = "2025-01-15") -> dict[str, Any]:
    lines = [{"account": debit, "amount": amount}, {"account": credit, "amount": f"-{amount}"}]
    return {"date": day, "number": "ADJ-1", "postings": lines}


def test_add_enters_a_document_with_an_id_that_no_generated_one_will_have(books: Books) -> None:
    made = apply_edit(books, edit("add", document=entry()), at=AT)
    added = books.documents["JournalEntry", made.id or ""]
    assert int(made.id or 0) > 900_000_000
    assert (added.date, added.number, added.transaction_type) == (date(2025, 1, 15), "ADJ-1", "Journal Entry")
    assert [each.amount for each in added.postings] == [12540, -12540]
    assert (added.sync_token, added.created_at, added.modified_at) == (0, AT, AT)
    assert books.changes == [Change("JournalEntry", added.id, AT, deleted=False)]


def test_ids_of_deleted_documents_are_not_used_again(books: Books) -> None:
    first = apply_edit(books, edit("add", document=entry()), at=AT)
    apply_edit(books, edit("delete", id=first.id), at=AT)
    assert apply_edit(books, edit("add", document=entry()), at=AT).id != first.id


def test_change_sets_what_is_given_and_keeps_the_rest(books: Books) -> None:
    before = books.documents["Bill", "1"]
    apply_edit(books, edit("change", "Bill", id="1", document={"memo": "corrected"}), at=AT)
    after = books.documents["Bill", "1"]
    assert (after.memo, after.sync_token, after.modified_at) == ("corrected", before.sync_token + 1, AT)
    assert (after.postings, after.date, after.created_at) == (before.postings, before.date, before.created_at)


def test_backdate_moves_the_date_alone(books: Books) -> None:
    before = books.documents["Bill", "1"]
    apply_edit(books, edit("backdate", "Bill", id="1", date="2024-10-03"), at=AT)
    after = books.documents["Bill", "1"]
    assert (after.date, after.postings, after.sync_token) == (date(2024, 10, 3), before.postings, 1)


def test_delete_leaves_a_stub_in_the_change_log(books: Books) -> None:
    apply_edit(books, edit("delete", "Bill", id="1"), at=AT)
    assert ("Bill", "1") not in books.documents
    assert books.changes == [Change("Bill", "1", AT, deleted=True)]


@pytest.mark.parametrize("account", ["5410", "Repairs:Tractors"])
def test_accounts_are_found_by_number_and_full_name(books: Books, account: str) -> None:
    made = apply_edit(books, edit("add", document=entry(debit=account)), at=AT)
    posted = books.accounts[books.documents["JournalEntry", made.id or ""].postings[0].account_id]
    assert (posted.number, posted.name) == ("5410", "Tractors")


def test_accounts_are_found_by_id_and_by_a_name_that_occurs_once(books: Books) -> None:
    chequing = next(each for each in books.accounts.values() if each.number == "1000")
    for name in (chequing.id, "Chequing"):
        made = apply_edit(books, edit("add", document=entry(credit=name)), at=AT)
        assert books.documents["JournalEntry", made.id or ""].postings[1].account_id == chequing.id


def test_contacts_are_entered_by_name(books: Books) -> None:
    line = {"contact": 'Zoë "Zip" Quist', "contact_kind": "Customer", "class": "Durum", "department": "Harrow Sth"}
    document = entry()
    document["postings"][0] |= line
    made = apply_edit(books, edit("add", document=document), at=AT)
    posting = books.documents["JournalEntry", made.id or ""].postings[0]
    assert books.customers[posting.contact_id or ""].name == 'Zoë "Zip" Quist'
    assert books.classes[posting.class_id or ""].name == "Durum"
    assert books.departments[posting.department_id or ""].name == "Harrow Sth"


def unbalanced() -> dict[str, Any]:
    document = entry()
    document["postings"][1]["amount"] = "-125.39"
    return document


def test_an_unbalanced_document_is_let_in_only_by_force(books: Books) -> None:
    with pytest.raises(EditError, match=r"out of balance by 0\.01"):
        apply_edit(books, edit("add", document=unbalanced()), at=AT)
    made = apply_edit(books, edit("add", document=unbalanced(), force=True), at=AT)
    assert sum(each.amount for each in books.documents["JournalEntry", made.id or ""].postings) == 1


REFUSED: list[tuple[str, Callable[[], Edit], str]] = [
    ("no such document", lambda: edit("delete", "Bill", id="404"), "harrow_plains has no Bill 404"),
    ("id in use", lambda: edit("add", "Bill", id="1", document=entry()), "already has Bill 1"),
    (
        "no such account",
        lambda: edit("add", document=entry(debit="99")),
        "'9999' names no account|'99' names no account",
    ),
    (
        "ambiguous",
        lambda: edit("add", document=entry(debit="Tractors")),
        "several accounts.*Machinery.*Repairs:Tractors",
    ),
    ("no such day", lambda: edit("backdate", "Bill", id="1", date="2025-02-30"), "found '2025-02-30'"),
]


@pytest.mark.parametrize(("make", "expected"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_a_refused_edit_changes_nothing(books: Books, make: Callable[[], Edit], expected: str) -> None:
    before = copy.deepcopy(books)
    with pytest.raises(EditError, match=expected):
        apply_edit(books, make(), at=AT)
    assert books == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"action": "remove"}, "action"),
        ({"action": "delete"}, "delete needs the document's id"),
        ({"action": "add", "document": {"date": "2025-01-15"}}, "add needs a document with date and postings"),
        ({"action": "backdate", "id": "1"}, "backdate needs a date"),
        ({"action": "add", "document": entry(amount="1,234.50")}, "document.postings.0.amount"),
        ({"action": "add", "document": entry(amount="1.005")}, "document.postings.0.amount"),
        ({"action": "add", "document": entry(), "who": "me"}, "who"),
    ],
)
def test_a_malformed_edit_is_refused_naming_the_field(content: dict[str, Any], expected: str) -> None:
    with pytest.raises(EditError, match=expected):
        parse_edit({"realm_id": REALM, "kind": "JournalEntry", **content})


def test_the_journal_makes_the_same_books_again(books: Books, generated: Books, tmp_path: Path) -> None:
    journal = EditJournal(tmp_path / "state" / "edits.jsonl")
    for each in (
        edit("add", document=entry()),
        edit("change", "Bill", id="1", document={"memo": "🚜 'corrected'"}),
        edit("backdate", "Bill", id="2", date="2024-10-03"),
        edit("delete", "Bill", id="3"),
        edit("add", document=unbalanced(), force=True),
    ):
        journal.append(apply_edit(books, each, at=AT))
    started_again = copy.deepcopy(generated)
    assert EditJournal(journal.path).replay({REALM: started_again}) == 5
    assert started_again == books


def test_a_journal_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert EditJournal(tmp_path / "edits.jsonl").replay({}) == 0


def test_a_line_torn_by_a_crash_is_taken_off(books: Books, generated: Books, tmp_path: Path) -> None:
    journal = EditJournal(tmp_path / "edits.jsonl")
    journal.append(apply_edit(books, edit("delete", "Bill", id="3"), at=AT))
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + b'{"realm_id": "91303')
    started_again = copy.deepcopy(generated)
    assert journal.replay({REALM: started_again}) == 1
    assert started_again == books
    assert journal.path.read_bytes() == whole


def test_a_journal_that_no_longer_fits_names_file_and_line(books: Books, tmp_path: Path) -> None:
    journal = EditJournal(tmp_path / "edits.jsonl")
    journal.append(apply_edit(books, edit("delete", "Bill", id="3"), at=AT))
    with pytest.raises(EditError, match=r"edits\.jsonl, line 1: .*has no Bill 3"):
        journal.replay({REALM: books})
    with pytest.raises(EditError, match=r"edits\.jsonl, line 1: found realm"):
        journal.replay({})
