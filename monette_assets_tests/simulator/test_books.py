"""The simulated books are real double entry, the same for the same seed, and grow without changing their past."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.group import Group, load_group
from monette_assets.simulator.books import generate_books, generate_company
from monette_assets.simulator.charts import CHART, full_name
from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.model import Books, Document
from monette_assets_tests.contracts import write_contract

UNTIL = date(2026, 10, 31)


@pytest.fixture(scope="module")
def group() -> Group:
    return load_group()


@pytest.fixture(scope="module")
def demo(group: Group) -> dict[str, Books]:
    """The demo group's 24 months at a fifth of the volume, by company code."""
    return {each.code: each for each in generate_books(group, until=UNTIL, scale=0.2).values()}


def all_documents(demo: dict[str, Books]) -> list[Document]:
    return [document for books in demo.values() for document in books.documents.values()]


def balances(books: Books, until: date = UNTIL) -> Counter[str]:
    """Balance by account type, cents, debit positive."""
    found: Counter[str] = Counter()
    for document in books.documents.values():
        if document.date <= until:
            for posting in document.postings:
                found[books.accounts[posting.account_id].account_type] += posting.amount
    return found


def test_every_document_balances_in_home_currency(demo: dict[str, Books]) -> None:
    assert [each for each in all_documents(demo) if sum(line.amount for line in each.postings)] == []


def test_every_foreign_document_balances_in_its_own_currency(demo: dict[str, Books]) -> None:
    foreign = [each for each in demo["kestrel_bend"].documents.values() if each.currency != "CAD"]
    assert len(foreign) > 20
    assert all(sum(line.foreign_amount or 0 for line in each.postings) == 0 for each in foreign)
    assert all(each.exchange_rate == latest_rate(each.date) for each in foreign)


def test_only_the_multicurrency_company_has_foreign_documents(demo: dict[str, Books]) -> None:
    for books in demo.values():
        foreign = {each.currency for each in books.documents.values()} - {books.home_currency}
        assert bool(foreign) == books.multicurrency == (books.code == "kestrel_bend")


def test_paying_in_foreign_currency_gains_or_loses(demo: dict[str, Books]) -> None:
    books = demo["kestrel_bend"]
    exchange = next(each.id for each in books.accounts.values() if each.number == "4930")
    gains = [
        posting.amount
        for document in books.documents.values()
        if document.kind == "Payment"
        for posting in document.postings
        if posting.account_id == exchange
    ]
    assert min(gains) < 0 < max(gains)


def test_assets_are_liabilities_and_equity(demo: dict[str, Books]) -> None:
    for books in demo.values():
        assert sum(balances(books).values()) == 0


def test_references_lead_somewhere(demo: dict[str, Books]) -> None:
    for books in demo.values():
        lists = {"Customer": books.customers, "Vendor": books.vendors, "Employee": books.employees}
        for (kind, document_id), document in books.documents.items():
            assert (kind, document_id) == (document.kind, document.id)
            assert set(document.linked) <= set(books.documents)
            for line in document.postings:
                assert line.account_id in books.accounts
                assert line.class_id is None or line.class_id in books.classes
                assert line.department_id is None or line.department_id in books.departments
                assert line.contact_id is None or line.contact_id in lists[line.contact_kind or ""]


def test_times_are_aware_and_modification_is_not_before_creation(demo: dict[str, Books]) -> None:
    for document in all_documents(demo):
        assert document.created_at is not None
        assert document.modified_at is not None
        assert document.created_at.tzinfo is not None
        assert document.created_at <= document.modified_at


def test_cash_is_there_at_every_month_end(demo: dict[str, Books], group: Group) -> None:
    for books in demo.values():
        company = group.company(books.code)
        for period in group.periods(company.first_period, company.last_period or date(2026, 10, 1)):
            month_end = date(period.year, period.month, 28)
            month_end = max(
                (each.date for each in books.documents.values() if each.date.replace(day=1) == period),
                default=month_end,
            )
            assert balances(books, month_end)["Bank"] > 0, (books.code, period)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_full_year_of_trade_has_a_plausible_margin(demo: dict[str, Books], group: Group, year: int) -> None:
    margins: dict[str, float] = {}
    for books in demo.values():
        company = group.company(books.code)
        months = [p for p in group.periods(group.first_period, date(2026, 10, 1)) if company.is_active(p)]
        months = [p for p in months if group.fiscal_year(books.code, p) == year]
        if len(months) < 12:
            continue
        result: Counter[str] = Counter()
        for document in books.documents.values():
            if document.date.replace(day=1) in months:
                for line in document.postings:
                    account = books.accounts[line.account_id]
                    if not account.is_balance_sheet:
                        result["profit"] -= line.amount
                        result["sales"] -= line.amount if account.account_type == "Income" else 0
        margins[books.code] = result["profit"] / result["sales"]
    assert len(margins) >= 12
    assert {code: margin for code, margin in margins.items() if not -0.05 < margin < 0.35} == {}


def test_intercompany_charges_stand_in_both_companies_books(demo: dict[str, Books]) -> None:
    sides: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for books in demo.values():
        for document in books.documents.values():
            if document.kind == "JournalEntry" and document.number.startswith("IC-"):
                first = document.postings[0]
                amount = first.amount if first.foreign_amount is None else first.foreign_amount
                currency = document.currency if first.foreign_amount is not None else books.home_currency
                sides[document.number].append((books.code, currency, amount))
    assert len(sides) > 200
    for reference, both in sides.items():
        (one, currency, amount), (other, other_currency, other_amount) = both
        assert one != other, reference
        assert (currency, amount) == (other_currency, other_amount), reference


def test_the_demo_has_every_quirk(demo: dict[str, Books]) -> None:
    def having(attribute: str) -> list[str]:
        return [books.code for books in demo.values() if getattr(books, attribute)]

    assert having("multicurrency") == ["kestrel_bend"]
    assert having("non_tracking") == ["quillfeather"]
    assert having("empty_beginning_balance") == ["tollen_creek"]
    assert [books.code for books in demo.values() if books.language == "fr"] == ["saint_odilon"]
    unnumbered = {books.code for books in demo.values() if any(not each.number for each in books.accounts.values())}
    assert unnumbered == {"greenmantle"}
    kinds = {each.kind for each in all_documents(demo)}
    assert kinds == {
        "Invoice",
        "CreditMemo",
        "Payment",
        "Bill",
        "BillPayment",
        "Purchase",
        "Deposit",
        "Transfer",
        "JournalEntry",
    }


def test_one_account_name_stands_under_several_parents(demo: dict[str, Books]) -> None:
    books = demo["harrow_plains"]
    paths = [full_name(books.accounts, each.id) for each in books.accounts.values() if each.name == "Tractors"]
    assert paths == ["Machinery & Equipment:Tractors", "Repairs:Tractors"]


def test_parent_accounts_have_postings_of_their_own(demo: dict[str, Books]) -> None:
    books = demo["harrow_plains"]
    parents = {each.parent_id for each in books.accounts.values() if each.parent_id}
    posted = {line.account_id for each in books.documents.values() for line in each.postings}
    assert {books.accounts[each].name for each in parents & posted} >= {"Inventory", "Grain Sales", "Fuel", "Repairs"}


def test_some_documents_hold_lines_that_are_exactly_alike(demo: dict[str, Books]) -> None:
    def twins(document: Document) -> bool:
        lines = Counter(repr(each) for each in document.postings)
        return max(lines.values()) > 1

    assert sum(twins(each) for each in all_documents(demo)) > 50


def test_ids_collide_across_kinds_and_companies(demo: dict[str, Books]) -> None:
    for books in demo.values():
        assert ("Bill", "1") in books.documents
        assert ("Purchase", "1") in books.documents


def test_every_account_of_the_demo_is_mapped_in_every_period(demo: dict[str, Books], group: Group) -> None:
    rows = group.account_mapping_rows()
    for period in (group.first_period, date(2025, 2, 1), date(2026, 10, 1)):
        in_force = [each for each in rows if each["from_period"] <= period < each["to_period"]]
        numbers = {(each["company"], each["account_number"]) for each in in_force}
        names = {(each["company"], each["account_name"]) for each in in_force}
        for books in demo.values():
            for account in books.accounts.values():
                known = (books.code, account.number) in numbers if account.number else False
                assert known or (books.code, full_name(books.accounts, account.id)) in names, (books.code, account)


def test_every_department_of_the_demo_is_mapped(demo: dict[str, Books], group: Group) -> None:
    known = {(each["company"], each["raw_name"]) for each in group.location_rows()}
    written = {(books.code, each.name) for books in demo.values() for each in books.departments.values()}
    assert len(written) > 10
    assert written <= known
    assert all(group.company(code).location for code, books in demo.items() if not books.departments)


def test_the_same_seed_makes_the_same_books_and_another_makes_others(group: Group) -> None:
    company = group.company("kestrel_bend")
    one, again = (generate_company(group, company, until=date(2025, 2, 28), scale=0.2) for _ in range(2))
    other = generate_company(group, company, seed=7, until=date(2025, 2, 28), scale=0.2)
    assert one == again
    assert one.documents != other.documents


@settings(max_examples=6)
@given(until=st.dates(date(2024, 9, 15), date(2026, 10, 30)), code=st.sampled_from(["kestrel_bend", "antler_draw"]))
def test_a_later_until_leaves_what_was_there_as_it_was(demo: dict[str, Books], until: date, code: str) -> None:
    group = load_group()
    short = generate_company(group, group.company(code), until=until, scale=0.2)
    assert short.documents == {key: each for key, each in demo[code].documents.items() if each.date <= until}


def test_a_sold_company_stops(demo: dict[str, Books]) -> None:
    assert max(each.date for each in demo["antler_draw"].documents.values()) == date(2026, 3, 31)


def test_books_open_the_day_before_the_first_month(demo: dict[str, Books]) -> None:
    opening = next(iter(demo["long_coulee"].documents.values()))
    assert (opening.number, opening.date) == ("OPENING", date(2025, 2, 28))
    assert min(each.date for each in demo["long_coulee"].documents.values()) == opening.date


def test_scale_multiplies_documents_not_money(group: Group) -> None:
    company = group.company("marrowby")
    small, large = (generate_company(group, company, until=date(2025, 10, 31), scale=each) for each in (0.5, 2.0))
    lines = [sum(len(each.postings) for each in books.documents.values()) for books in (small, large)]
    assert 3 < lines[1] / lines[0] < 5
    sales = [balances(books)["Income"] for books in (small, large)]
    assert 0.9 < sales[1] / sales[0] < 1.1


def test_scale_1_is_490_lines_a_company_month(group: Group) -> None:
    books = generate_books(group, until=UNTIL)
    lines = sum(len(document.postings) for each in books.values() for document in each.documents.values())
    months = sum(
        len({(document.date.year, document.date.month) for document in each.documents.values()}) - 1
        for each in books.values()
    )
    assert 460 < lines / months < 520


def test_a_company_the_demo_does_not_know_has_ordinary_books(tmp_path: Path) -> None:
    group = load_group(write_contract(tmp_path))
    books = generate_books(group, until=date(2025, 1, 31), scale=0.1)
    assert set(books) == {"1001", "1002"}
    assert [each.name for each in books["1001"].departments.values()] == ["NORTH (home)"]
    assert books["1002"].home_currency == "USD"
    assert books["1002"].fiscal_year_start_month == 1


def test_a_scale_of_nothing_is_refused(group: Group) -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        generate_company(group, group.company("marrowby"), until=UNTIL, scale=0)


def test_the_chart_numbers_are_unique_and_parents_come_first() -> None:
    seen: set[str] = set()
    for line in CHART:
        assert line.number not in seen
        assert not line.parent or line.parent in seen
        seen.add(line.number)


def test_rates_are_decimals() -> None:
    assert isinstance(latest_rate(UNTIL), Decimal)
