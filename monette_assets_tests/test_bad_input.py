"""Bad input through the whole platform: refused or quarantined with its reason, and nothing else is lost.

Six companies run clean for three months; then QuickBooks answers some company-months with something that is wrong, and
everything is brought up to date again; at last it answers well again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from monette_assets.automation.chain import ChainResult, Step, multi_key
from monette_assets.bronze import quickbooks_reports
from monette_assets.engine import Engine
from monette_assets.group import Group
from monette_assets.simulator.model import Books, NamedItem
from monette_assets.tables.asset import asset_key
from monette_assets.tables.judge import Judge
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of, shown
from monette_assets_tests.simulator.small_books import account, document
from monette_assets_tests.world import World, world_of

NOVEMBER, DECEMBER, JANUARY = MONTHS = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
COMPANIES = {"one": "1001", "two": "1002", "three": "1003", "four": "1004", "five": "1005", "south": "1006"}
# what QuickBooks answers for a company-month instead of the truth: (fault, report)
FAULTS = {
    ("one", DECEMBER): ("unknown_row_kind", "GeneralLedger"),
    ("one", JANUARY): ("missing_column", "TrialBalance"),
    ("two", DECEMBER): ("malformed_amount", "GeneralLedger"),
    ("two", JANUARY): ("malformed_date", "GeneralLedger"),
    ("three", DECEMBER): ("half_json", "GeneralLedger"),
    ("three", JANUARY): ("wrong_company", "GeneralLedger"),
    ("four", DECEMBER): ("unbalanced", "GeneralLedger"),
    ("four", JANUARY): ("excel_date", "GeneralLedger"),
    ("five", DECEMBER): ("wrong_company", "GeneralLedger"),
    ("five", JANUARY): ("huge_amount", "GeneralLedger"),
}
HOSTILE = (
    "Robert'); DROP TABLE ledger;--",
    '"quoted", O\'Neil & Söhne',
    "🚜 tracteur",
    "=SUM(A1:A9)",
    "../../etc/passwd",
)
MAPPING = [
    {"account_number": number, "group_account": group_account}
    for number, group_account in (
        ("1000", "assets"), ("1100", "assets"), ("2000", "liabilities"), ("3000", "capital"),
        ("3900", "retained_earnings"), ("4000", "sales"), ("6000", "direct"),
    )
]  # fmt: skip


def books_of(code: str, number: int) -> Books:
    """Capital paid in before the group's first month; then every month a sale and a bill, names as hostile as any.

    Ids collide between companies, as QuickBooks counts them in each: of accounts (the fifth company's stand for others)
    and of documents, whose days are each company's own. The sixth company keeps US dollars and does nothing in January.
    """
    south = code == "south"
    currency = "USD" if south else "CAD"
    books = Books(code, COMPANIES[code], f"{code} farm", currency, 1 if south else 11, "US" if south else "CA")
    books.empty_beginning_balance = True
    chart = (
        ("1", "1000", "Bank", "Bank", "Asset", ""),
        ("2", "1100", "Receivable", "Accounts Receivable", "Asset", ""),
        ("3", "2000", "Payable", "Accounts Payable", "Liability", ""),
        ("4", "3000", "Capital", "Equity", "Equity", ""),
        ("5", "3900", "Retained Earnings", "Equity", "Equity", "RetainedEarnings"),
        ("6", "4000", HOSTILE[3], "Income", "Revenue", ""),
        ("7", "6000", HOSTILE[0], "Expense", "Expense", ""),
    )
    account_ids = {each[0]: str(8 - int(each[0])) if code == "five" else each[0] for each in chart}
    for identifier, account_number, name, kind, classification, sub in chart:
        made = account(account_ids[identifier], account_number, name, kind, classification, sub=sub)
        made.currency = currency
        books.accounts[made.id] = made
    books.departments = {"1": NamedItem("1", "South Ranch")}
    books.customers = {str(i): NamedItem(str(i), name, currency=currency) for i, name in enumerate(HOSTILE, start=1)}
    books.vendors = {"1": NamedItem("1", HOSTILE[4], currency=currency)}
    documents = [document("JournalEntry", "1", "2024-10-01", [("1", 1_000_00), ("4", -1_000_00)])]
    for month in MONTHS[:-1] if south else MONTHS:
        identifier, sold, spent = f"{month.month}", 100_00 + month.month, 40_00 + month.month
        customer = ("Customer", str(month.month % len(HOSTILE) + 1))
        documents += [
            document("Invoice", identifier, f"{month:%Y-%m}-0{number}", [("2", sold), ("6", -sold)], contact=customer),
            document(
                "Bill", identifier, f"{month:%Y-%m}-2{number}", [("7", spent), ("3", -spent)], contact=("Vendor", "1")
            ),
        ]
    for each in documents:
        each.currency = currency
        for position, posting in enumerate(each.postings):
            posting.account_id = account_ids[posting.account_id]
            posting.memo = HOSTILE[(position + each.date.month + 2 * (each.kind == "Bill")) % len(HOSTILE)]
            posting.class_id = None
        books.documents[each.kind, each.id] = each
    return books


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    north, south = small_contract()["companies"]
    place = {"location": "South Ranch", "pillar": "Cow-Calf"}
    companies = [
        {**north, **place, "code": code, "name": code.title(), "realm_id": realm} for code, realm in COMPANIES.items()
    ]
    companies[-1] = {**south, "realm_id": COMPANIES["south"], "first_period": DECEMBER}  # bought
    locations = [{"name": "South Ranch", "pillars": [{"pillar": "Cow-Calf"}]}]
    return group_of(tmp_path_factory.mktemp("group"), companies=companies, mapping=MAPPING, locations=locations)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, group: Group, engine: Engine, judge: Judge) -> Iterator[World]:
    books = {realm: books_of(code, number) for number, (code, realm) in enumerate(COMPANIES.items(), start=1)}
    with world_of(tmp_path_factory.mktemp("home"), group, books, engine, judge) as made:
        yield made


TABLES = ("silver/general_ledger", "silver/reported_balances", "silver/profit_and_loss_lines", "gold/ledger",
          "gold/profit_and_loss", "gold/financial_summary", "gold/trial_balance", "gold/balance_sheet")  # fmt: skip
Snapshot = dict[str, Counter[tuple[Any, ...]]]


def snapshot(world: World) -> Snapshot:
    return {table: Counter(tuple(row.items()) for row in world.rows(table)) for table in TABLES}


def of(snapshot: Snapshot, table: str, *units: tuple[str, date]) -> Counter[tuple[Any, ...]]:
    """What of a table's snapshot is about these company-months."""
    found = ((row, dict(row), count) for row, count in snapshot[table].items())
    return Counter({row: count for row, values, count in found if (values["company"], values["period"]) in units})


@dataclass
class Story:
    """What stood in the lake before, during and after the faults."""

    clean_run: ChainResult
    clean: Snapshot
    fetched: list[ChainResult]
    faulty_run: ChainResult
    faulty: Snapshot
    quarantine: list[dict[str, Any]]
    completeness: dict[tuple[str, date], str]
    healed: Snapshot
    left_in_quarantine: list[dict[str, Any]]


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    def fetch(month: date, first: str = "one", last: str = "south") -> ChainResult:
        reports = asset_key(quickbooks_reports.CONTRACT)
        return world.execute([Step("reports", (reports,), multi_key(first, month), multi_key(last, month))])

    clean_run = world.run(NOVEMBER, JANUARY)
    clean = snapshot(world)
    fetched = []
    for month in (DECEMBER, JANUARY):
        for (company, at), (kind, report) in FAULTS.items():
            if at == month:
                world.fault(kind=kind, report=report, realm=COMPANIES[company])
        fetched.append(fetch(month))
        world.heal()
    faulty_run = world.run(NOVEMBER, JANUARY, fetch=False)
    faulty, quarantine = snapshot(world), world.rows("quarantine")
    completeness = {(row["company"], row["period"]): row["missing"] for row in world.rows("gold/completeness")}
    for month in (DECEMBER, JANUARY):
        fetch(month)
    world.run(NOVEMBER, JANUARY, fetch=False)
    return Story(
        clean_run, clean, fetched, faulty_run, faulty, quarantine, completeness,
        snapshot(world), world.rows("quarantine"),
    )  # fmt: skip


REFUSED_REPORTS = {
    ("one", DECEMBER): ("silver/general_ledger", "unknown_row_kind: unknown row kind: has Payload", "Rows.Row[3]"),
    ("one", JANUARY): (
        "silver/reported_balances",
        "missing_column: expected a debit and a credit column, found ['Account', 'Money']",
        "Columns.Column",
    ),
    ("five", DECEMBER): (  # the first company's: every id is in the chart, for another account
        "silver/general_ledger",
        "wrong_company: 4 of its 4 accounts are not those of the company's chart (2 '1100 Receivable', here "
        f"{HOSTILE[3]!r}, 3 '2000 Payable', here 'Retained Earnings', 6 '4000 {HOSTILE[3]}', here 'Receivable'): is it "
        "another company's? If they were renamed since it was fetched, fetch the month again",
        "$",
    ),
    ("four", DECEMBER): (  # unbalanced: a debit a cent higher than its account's printed total
        "silver/general_ledger",
        "total_off: 'Total for 1100 Receivable' prints 100.12 in column 'debt_amt', "
        "its rows and headers sum to 100.13; fetch it again",
        "Rows.Row[1].Summary.ColData[13]",
    ),
}
REFUSED_TRANSACTIONS = {
    ("two", DECEMBER): (
        "12",
        "malformed_amount: expected an amount of at most 18 digits such as -1234.50, found '1.234,5O'",
    ),
    ("two", JANUARY): (
        "1",
        "malformed_date: expected a date YYYY-MM-DD from 2025-01-01 to 2025-01-31, found '2025-13-45'",
    ),
    ("four", JANUARY): ("1", "malformed_date: expected a date YYYY-MM-DD from 2025-01-01 to 2025-01-31, found '45678'"),
    ("five", JANUARY): (
        "1",
        "malformed_amount: expected an amount of at most 18 digits such as -1234.50, found '12345678901234567890.00'",
    ),
}
FLOWS = ("silver/general_ledger", "gold/ledger", "gold/profit_and_loss", "gold/financial_summary")


def test_every_fault_has_a_test() -> None:
    assert {*REFUSED_REPORTS, *REFUSED_TRANSACTIONS, ("three", DECEMBER), ("three", JANUARY)} == set(FAULTS)


def test_clean_books_with_hostile_names_an_empty_month_and_a_company_bought_are_complete(story: Story) -> None:
    assert story.clean_run.ok
    assert [check.description for step in story.clean_run.steps for check in step.failed_checks] == []
    south = {dict(row)["period"] for row in story.clean["gold/trial_balance"] if dict(row)["company"] == "south"}
    assert south == {DECEMBER, JANUARY}  # balances in the empty month, nothing before it was bought
    assert of(story.clean, "gold/ledger", ("south", JANUARY)) == Counter()
    assert ("south", NOVEMBER) not in story.completeness
    assert story.completeness["south", JANUARY] == ""


def test_hostile_names_come_through_as_they_are(story: Story, world: World) -> None:
    names = {row["contact_name"] for row in world.rows("silver/contacts") if row["kind"] == "Customer"}
    assert names == set(HOSTILE)
    assert {row["memo"] for row in world.rows("gold/ledger")} == set(HOSTILE)
    assert {row["account_name"] for row in world.rows("gold/ledger")} >= {HOSTILE[0], HOSTILE[3]}


@pytest.mark.parametrize("unit", REFUSED_REPORTS, ids=lambda unit: FAULTS[unit][0])
def test_a_report_that_cannot_be_trusted_keeps_the_last_good_rows_and_says_why(
    story: Story, unit: tuple[str, date]
) -> None:
    table, reason, path = REFUSED_REPORTS[unit]
    about = [row for row in story.quarantine if (row["company"], row["period"]) == unit]
    assert shown(about, "table_name kind") == [(table, "report"), (table, "unit")]
    assert shown([row for row in about if row["kind"] == "report"], "reason path") == [(reason, path)]
    for each in (*FLOWS, "silver/reported_balances"):
        assert of(story.faulty, each, unit) == of(story.clean, each, unit) != Counter()
    assert "1 table(s) hold it back" in story.completeness[unit]


@pytest.mark.parametrize("unit", REFUSED_TRANSACTIONS, ids=lambda unit: FAULTS[unit][0])
def test_an_unreadable_transaction_is_quarantined_whole_and_the_others_are_published(
    story: Story, unit: tuple[str, date]
) -> None:
    identifier, reason = REFUSED_TRANSACTIONS[unit]
    about = [row for row in story.quarantine if (row["company"], row["period"]) == unit]
    assert {(row["kind"], row["transaction_type"], row["transaction_id"]) for row in about} == {
        ("transaction", "Invoice", identifier)
    }
    assert sum(row["reason"] == reason for row in about) == 1
    assert sum("its transaction is quarantined" in row["reason"] for row in about) == 1  # its other line
    lost = of(story.clean, "gold/ledger", unit) - of(story.faulty, "gold/ledger", unit)
    assert {(dict(row)["transaction_type"], dict(row)["transaction_id"]) for row in lost} == {("Invoice", identifier)}
    assert of(story.faulty, "gold/ledger", unit) <= of(story.clean, "gold/ledger", unit)
    assert story.completeness[unit] == "2 entries in quarantine; 5 account(s) differ"


def test_another_companys_ledger_on_the_very_same_chart_is_told_by_its_documents(story: Story) -> None:
    unit = ("three", JANUARY)
    [about] = [row for row in story.quarantine if (row["company"], row["period"]) == unit]
    assert (about["table_name"], about["kind"]) == ("silver/general_ledger", "unit")
    assert about["reason"] == (
        "of_company: three, 2025-01-01: 1 row(s); first: company=three, period=2025-01-01, transactions=2, "
        "known_documents=0"
    )
    for table in TABLES:
        assert of(story.faulty, table, unit) == of(story.clean, table, unit) != Counter()
    assert story.completeness[unit] == "1 table(s) hold it back"


def test_half_a_json_fails_its_fetch_alone_with_what_to_do(story: Story) -> None:
    december, january = (fetched.steps[0] for fetched in story.fetched)
    assert january.success
    assert not december.success
    assert "1 company(ies) could not be fetched, the others are done. three (1 month(s)): three: GET" in december.error
    assert "expected JSON, found" in december.error
    assert "intuit_tid" in december.error
    for table in TABLES:
        assert of(story.faulty, table, ("three", DECEMBER)) == of(story.clean, table, ("three", DECEMBER))


def test_nothing_else_is_lost(story: Story, world: World) -> None:
    """Every company-month without a fault is as it was; balances after a quarantined transaction are not."""
    assert story.faulty_run.steps[0].success
    others = [
        unit for unit in world.group.expected_company_months(NOVEMBER, JANUARY)
        if unit not in FAULTS
    ]  # fmt: skip
    for table in FLOWS:
        assert of(story.faulty, table, *others) == of(story.clean, table, *others)
    untouched = [unit for unit in others if unit[0] in ("one", "three", "five", "south") or unit[1] == NOVEMBER]
    for table in TABLES:
        assert of(story.faulty, table, *untouched) == of(story.clean, table, *untouched)
    assert {(row["company"], row["period"]) for row in story.quarantine} == {
        *REFUSED_REPORTS, *REFUSED_TRANSACTIONS, ("three", JANUARY)
    }  # fmt: skip


def test_when_quickbooks_answers_well_again_everything_is_as_before(story: Story) -> None:
    assert story.healed == story.clean
    assert story.left_in_quarantine == []
