"""A ledger from CSV: every line kept, refused with its row where it is no double entry."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.group import load_group
from monette_assets.simulator.charts import full_name
from monette_assets.simulator.ledger_file import LedgerFileError, books_from_ledger
from monette_assets.simulator.model import Books
from monette_assets_tests.contracts import write_open_books_contract

OPEN_BOOKS = Path(__file__).parents[2] / "../shared/ledgers/open_books"

CAFE = """\
date,transaction,account,amount,memo
2025-01-02,1,Assets:Bank:Checking,100.00,float
2025-01-02,1,equity:Capital,-100.00,float
2025-01-05,2,Expenses:Coffee,4.5,
2025-01-05,2,Expenses:Coffee,4.5,
2025-01-05,2,Expenses:Coffee:Beans,1,"dark, ""very"" strong"
2025-01-05,2,Assets:Bank:Checking,-10,
"""


def served(path: Path) -> Books:
    return books_from_ledger(path, code="cafe", realm_id="77", name="Café", home_currency="USD")


def ledger(folder: Path, text: str) -> Path:
    path = folder / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_transaction_is_a_journal_entry_with_all_its_lines(tmp_path: Path) -> None:
    books = served(ledger(tmp_path, CAFE))
    assert [(each.kind, each.id, each.date) for each in books.documents.values()] == [
        ("JournalEntry", "1", date(2025, 1, 2)),
        ("JournalEntry", "2", date(2025, 1, 5)),
    ]
    lines = books.documents["JournalEntry", "2"].postings
    assert [each.amount for each in lines] == [450, 450, 100, -1000]
    assert lines[0] == lines[1]
    assert lines[2].memo == 'dark, "very" strong'


def test_accounts_keep_their_paths_as_full_names(tmp_path: Path) -> None:
    books = served(ledger(tmp_path, CAFE))
    accounts = {full_name(books.accounts, i): each for i, each in books.accounts.items()}
    assert {name: each.classification for name, each in accounts.items()} == {
        "Assets": "Asset",
        "Assets:Bank": "Asset",
        "Assets:Bank:Checking": "Asset",
        "equity": "Equity",
        "equity:Capital": "Equity",
        "Expenses": "Expense",
        "Expenses:Coffee": "Expense",
        "Expenses:Coffee:Beans": "Expense",
        "Retained Earnings": "Equity",
    }
    assert accounts["Assets:Bank:Checking"].account_type == "Bank"
    assert accounts["Retained Earnings"].account_sub_type == "RetainedEarnings"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1,equity:Capital,-100.00", "1,equity:Capital,-99.99", r"row 2: found transaction 1 .* balance by 0\.01"),
        ("equity:Capital", "Fun:Capital", r"row 3: found account 'Fun:Capital'; expected a path beginning with Assets"),
        ("Assets:Bank:Checking,100.00", "Assets::Checking,100.00", "row 2: found account 'Assets::Checking'"),
        ("-100.00", '"-1,00.00"', "row 3: found amount '-1,00.00'; expected decimal text"),
        ("-100.00", "-100.005", "row 3: found amount '-100.005'"),
        ("-100.00", "NaN", "row 3: found amount 'NaN'"),
        ("2025-01-02,1,equity", "2025-01-03,1,equity", "row 3: found date 2025-01-03 of transaction 1; .* as in row 2"),
        ("2025-01-02,1,equity", "45659,1,equity", "row 3: found date '45659'"),
        ("2025-01-02,1,equity", "2025-01-02,,equity", "row 3: found no transaction"),
        ("date,transaction", "day,transaction", "row 1: found columns day, .*; expected also date"),
        ("amount,memo", "amount,amount", "row 1: found columns date, .*, amount, amount; expected amount once"),
        ("100.00,float", '100.00,"flo"at', "row 2: found text that is no CSV .*; expected quotation marks in pairs"),
        ("-100.00,float", "-100.00,float,more", "row 3: found more cells than columns"),
    ],
)
def test_a_row_that_cannot_be_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(LedgerFileError, match=expected):
        served(ledger(tmp_path, CAFE.replace(old, new, 1)))


def test_text_in_another_encoding_is_refused_where_it_begins(tmp_path: Path) -> None:
    """As a spreadsheet saves it unless told to: the é of `Café` is one byte."""
    path = tmp_path / "ledger.csv"
    path.write_bytes(CAFE.replace("4.5,\n", "4.5,Café\n").encode("cp1252"))
    with pytest.raises(LedgerFileError, match="row 4: found byte 0xe9; expected UTF-8 text"):
        served(path)


def test_every_wrong_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(LedgerFileError) as raised:
        served(ledger(tmp_path, CAFE.replace("4.5,", "four,")))
    assert len(raised.value.problems) == 2


def test_another_currency_than_the_companys_is_refused(tmp_path: Path) -> None:
    text = "date,transaction,account,amount,currency\n2025-01-02,1,Assets:Cash,1.00,CAD\n"
    with pytest.raises(LedgerFileError, match="row 2: found currency CAD; expected USD"):
        served(ledger(tmp_path, text))


@pytest.fixture(scope="module")
def open_books() -> Books:
    if not OPEN_BOOKS.exists():
        pytest.skip(f"no recorded ledger at {OPEN_BOOKS}")
    return books_from_ledger(
        OPEN_BOOKS / "general_ledger.csv",
        code="open_books",
        realm_id="4620816365000000001",
        name="Open Books",
        home_currency="USD",
    )


@pytest.mark.shared
def test_a_real_ledger_comes_through_whole(open_books: Books) -> None:
    assert len(open_books.documents) == 1_360
    assert sum(len(each.postings) for each in open_books.documents.values()) == 2_777


@pytest.mark.shared
def test_a_real_ledgers_balances_are_hledgers(open_books: Books) -> None:
    ours: Counter[str] = Counter()
    for document in open_books.documents.values():
        for line in document.postings:
            ours[full_name(open_books.accounts, line.account_id)] += line.amount
    with (OPEN_BOOKS / "trial_balance_final.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["account"], Decimal(row["balance"])) for row in csv.DictReader(file)]
    theirs = {account: int(balance * 100) for account, balance in rows if account.casefold() != "total"}
    assert {account: cents for account, cents in ours.items() if cents} == {a: c for a, c in theirs.items() if c}


@pytest.mark.shared
def test_a_real_ledgers_contract_maps_every_account(open_books: Books, tmp_path: Path) -> None:
    names = [full_name(open_books.accounts, each) for each in open_books.accounts]
    group = load_group(write_open_books_contract(tmp_path, names))
    assert {each["account_name"] for each in group.account_mapping_rows()} == set(names)
    assert len(group.expected_company_months(date(2010, 1, 1), date(2020, 12, 1))) == 36
