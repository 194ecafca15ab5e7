"""Balances from postings alone (ACCOUNTING 2 to 4), against what a person would write in a T-account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monette_assets.gold import ledger
from monette_assets.gold.trial_balance import CONTRACT, trial_balance
from monette_assets.group import Group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.silver import accounts, reported_balances
from monette_assets.tables import Context, Severity
from monette_assets.tables.partitions import month_key
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 1)
CHART = (
    ("bank", "Asset", None),
    ("capital", "Equity", None),
    ("dividends", "Equity", None),
    ("retained", "Equity", "RetainedEarnings"),
    ("sales", "Revenue", None),
    ("fuel", "Expense", None),
)
YEAR_STARTS = range(1, 13)
# company -> its first and last month in the group and the month its fiscal year starts in
COMPANIES: dict[str, tuple[date, date | None, int]] = {
    **{f"year_{month:02}": (FIRST, None, month) for month in YEAR_STARTS},
    "bought": (date(2024, 6, 1), None, 11),
    "sold": (FIRST, date(2024, 8, 1), 11),
}


def companies_of(shape: dict[str, tuple[date, date | None, int]]) -> list[dict[str, Any]]:
    model = small_contract()["companies"][0]
    return [
        {
            **model,
            "code": code,
            "name": code.title(),
            "realm_id": str(number),
            "first_period": first,
            "last_period": last,
            "year_starts": [{"from": date(2020, month, 1), "month": month}],
        }
        for number, (code, (first, last, month)) in enumerate(shape.items(), start=1)
    ]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    settings = {**small_contract()["group"], "first_period": FIRST}
    return group_of(
        tmp_path_factory.mktemp("group"),
        group=settings,
        companies=companies_of(COMPANIES),
        locations=[{"name": "North Home", "pillars": [{"pillar": "Grain"}]}],
    )


def inputs_of(spark: SparkSession, group: Group, posted: Any, opened: Any) -> dict[str, DataFrame]:
    chart = [
        (company.code, account, account.title(), classification, sub_type)
        for company in group.companies
        for account, classification, sub_type in CHART
    ]
    header = "company account_id account_name classification account_sub_type"
    return {
        "ledger": frame(spark, ledger.CONTRACT, rows(ledger.CONTRACT, "company period account_id amount", *posted)),
        "accounts": frame(spark, accounts.CONTRACT, rows(accounts.CONTRACT, header, *chart)),
        "reported_balances": frame(
            spark,
            reported_balances.CONTRACT,
            rows(
                reported_balances.CONTRACT,
                "company period account_id amount",
                *opened,
                statement="opening_trial_balance",
            ),
        ),
    }


@pytest.fixture(scope="module")
def every_month(spark: SparkSession, group: Group) -> Context:
    return context_of(spark, group, *(month_key(month) for month in months_between(FIRST, LAST)))


@pytest.fixture(scope="module")
def inputs(spark: SparkSession, group: Group) -> dict[str, DataFrame]:
    """Every company starts with 1,000 in the bank, 300 of it earned in its running year, and sells 100 a month.

    In March 2024 it books 7 straight to retained earnings, in June 2024 it pays a dividend of 10.
    """
    posted: list[tuple[Any, ...]] = []
    for code, (first, last, _) in COMPANIES.items():
        for month in months_between(first, last or LAST):
            posted += [(code, month, "bank", "100.00"), (code, month, "sales", "-100.00")]
        posted += [(code, "2024-06", "dividends", "10.00"), (code, "2024-06", "bank", "-10.00")]
        if first == FIRST:
            posted += [(code, "2024-03", "bank", "7.00"), (code, "2024-03", "retained", "-7.00")]
    opened = [
        (code, first, account, amount)
        for code, (first, _, _) in COMPANIES.items()
        for account, amount in (("bank", "1000.00"), ("capital", "-700.00"), ("sales", "-300.00"))
    ]
    return inputs_of(spark, group, posted, opened)


Balances = dict[tuple[str, date, str], tuple[Decimal, Decimal, Decimal, Decimal]]


def balances_of(found: DataFrame) -> Balances:
    return {
        (row["company"], row["period"], row["account_id"]): (
            row["opening"], row["debit"], row["credit"], row["closing"],
        )
        for row in found.collect()
    }  # fmt: skip


@pytest.fixture(scope="module")
def balances(every_month: Context, inputs: dict[str, DataFrame]) -> Balances:
    return balances_of(trial_balance(every_month, **inputs))


def closing(balances: Balances, company: str, month: str, account: str) -> str:
    found = balances.get((company, date.fromisoformat(f"{month}-01"), account))
    return "none" if found is None else str(found[3])


def test_opening_debit_credit_closing(balances: Balances) -> None:
    june = {account: balances["year_11", date(2024, 6, 1), account] for account in ("bank", "sales", "dividends")}
    assert {account: tuple(map(str, figures)) for account, figures in june.items()} == {
        "bank": ("1507.00", "100.00", "10.00", "1597.00"),  # 1,000 + 5 x 100 + 7
        "sales": ("-800.00", "0.00", "100.00", "-900.00"),  # 300 earned before, then 5 months
        "dividends": ("0.00", "10.00", "0.00", "10.00"),
    }


@pytest.mark.parametrize("month", YEAR_STARTS)
def test_the_year_ends_into_retained_earnings_in_any_month(balances: Balances, month: int) -> None:
    """ACCOUNTING 4: income restarts, retained earnings takes it in, a direct posting to it stays."""
    company, start = f"year_{month:02}", date(2024, month, 1)
    before = date(2023, 12, 1) if month == 1 else add_months(start, -1)
    sold_before = 300 + 100 * len(months_between(FIRST, before))
    booked_directly = 7 if start > date(2024, 3, 1) else 0
    if month > 1:
        assert balances[company, before, "sales"][3] == -sold_before
    assert balances[company, start, "sales"][0] == 0
    assert balances[company, start, "sales"][3] == -100
    assert balances[company, start, "retained"][0] == -sold_before - booked_directly
    # and a year later once more
    assert balances[company, add_months(start, 12), "retained"][0] == -sold_before - 7 - 1200


@pytest.mark.parametrize("month", YEAR_STARTS)
def test_dividends_carry_forward_and_are_not_deducted_twice(balances: Balances, month: int) -> None:
    company = f"year_{month:02}"
    assert closing(balances, company, "2024-05", "dividends") == "none"
    assert {closing(balances, company, f"2025-{later:02}", "dividends") for later in YEAR_STARTS} == {"10.00"}
    owned = {
        account: Decimal(closing(balances, company, "2025-12", account).replace("none", "0")) for account, _, _ in CHART
    }
    assert owned["bank"] == 1000 + 24 * 100 + 7 - 10
    assert owned["retained"] + owned["sales"] == -(300 + 24 * 100 + 7)


def test_a_company_bought_starts_from_its_own_opening(balances: Balances) -> None:
    months = {period for company, period, _ in balances if company == "bought"}
    assert min(months) == date(2024, 6, 1)
    assert [str(each) for each in balances["bought", date(2024, 6, 1), "bank"]] == [
        "1000.00", "100.00", "10.00", "1090.00",
    ]  # fmt: skip
    assert closing(balances, "bought", "2024-11", "retained") == "-800.00"  # 300 before it was ours, 5 months since


def test_a_company_sold_has_no_balance_after_it_left(balances: Balances) -> None:
    assert {period for company, period, _ in balances if company == "sold"} == set(
        months_between(FIRST, date(2024, 8, 1))
    )


def test_everything_nets_to_zero_and_every_month_is_there(balances: Balances, group: Group) -> None:
    sums: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for (company, period, _), figures in balances.items():
        sums[company, period] += figures[3]
    assert sums == dict.fromkeys(group.expected_company_months(FIRST, LAST), Decimal(0))


def test_months_without_activity_carry_the_balance_and_a_part_equals_the_whole(
    spark: SparkSession, group: Group, inputs: dict[str, DataFrame], balances: Balances
) -> None:
    """A run over one month computes what a run over all months does."""
    one = balances_of(trial_balance(context_of(spark, group, "2025-11"), **inputs))
    assert one == {key: figures for key, figures in balances.items() if key[1] == date(2025, 11, 1)}
    assert [str(each) for each in one["year_01", date(2025, 11, 1), "capital"]] == [
        "-700.00",
        "0.00",
        "0.00",
        "-700.00",
    ]


# ---- the checks


def trial_balance_rows(*lines: tuple[Any, ...]) -> list[dict[str, Any]]:
    equity = {account: (classification, sub_type is not None) for account, classification, sub_type in CHART}
    return [
        row | {"classification": equity[row["account_id"]][0], "is_retained_earnings": equity[row["account_id"]][1]}
        for row in rows(CONTRACT, "company period account_id opening debit credit closing", *lines)
    ]


def test_an_account_that_does_not_roll_forward_is_named_with_its_difference(
    spark: SparkSession, every_month: Context
) -> None:
    staged = frame(spark, CONTRACT, trial_balance_rows(
        # sound
        ("year_01", "2024-11", "bank", "0", "5", "0", "5"), ("year_01", "2024-12", "bank", "5", "0", "2", "3"),
        # opening is not the month before's closing
        ("year_02", "2024-11", "bank", "0", "5", "0", "5"), ("year_02", "2024-12", "bank", "6", "0", "2", "4"),
        # opening + debit - credit is not closing
        ("year_03", "2024-11", "bank", "0", "5", "1", "5"),
        # an account that disappears with its balance
        ("year_04", "2024-11", "bank", "0", "5", "0", "5"), ("year_04", "2024-12", "fuel", "0", "1", "0", "1"),
        # income that does not restart, and retained earnings that do not take it in
        ("year_12", "2024-11", "sales", "0", "0", "9", "-9"), ("year_12", "2024-12", "sales", "-9", "0", "0", "-9"),
        # the same, as it should be: also where the accounts have no row on the other side
        ("year_11", "2024-10", "sales", "0", "0", "9", "-9"), ("year_11", "2024-11", "retained", "-9", "0", "0", "-9"),
        ("year_10", "2024-09", "sales", "0", "0", "9", "-9"), ("year_10", "2024-10", "retained", "-8", "0", "0", "-8"),
        # a company that leaves takes its balances with it
        ("sold", "2024-08", "bank", "0", "5", "0", "5"),
    ))  # fmt: skip
    found = failures(CONTRACT, "rolls_forward", every_month, staged)
    assert shown(found, "company period account_id difference") == [
        ("year_02", "2024-12", "bank", "1.00"),
        ("year_03", "2024-11", "bank", "1.00"),
        ("year_04", "2024-12", "bank", "-5.00"),
        ("year_10", "2024-10", "retained", "1.00"),
        ("year_12", "2024-12", "sales", "-9.00"),
    ]


def test_a_trial_balance_that_does_not_net_to_zero_says_by_how_much(spark: SparkSession, every_month: Context) -> None:
    staged = frame(spark, CONTRACT, trial_balance_rows(
        ("year_01", "2024-11", "bank", "0", "5", "0", "5"), ("year_01", "2024-11", "sales", "0", "0", "5", "-5"),
        ("year_02", "2024-11", "bank", "0", "5.02", "0", "5.02"), ("year_02", "2024-11", "sales", "0", "0", "5", "-5"),
    ))  # fmt: skip
    found = failures(CONTRACT, "nets_to_zero", every_month, staged)
    assert shown(found, "company period difference") == [("year_02", "2024-11", "0.02")]


def test_inventory_on_the_credit_side_is_told_by_company_account_and_month(spark: SparkSession, tmp_path: Path) -> None:
    """It is published as it stands: the check warns."""
    stock = {
        "code": "grain", "name": "Grain", "statement": "balance_sheet", "classification": "Asset", "kind": "inventory",
        "order": 15,
    }  # fmt: skip
    context = context_of(spark, group_of(tmp_path, chart=[*small_contract()["chart"], stock]), "2024-11")
    staged = frame(spark, CONTRACT, rows(
        CONTRACT, "company period account_id account_name group_account closing",
        ("north", "2024-11", "12", "Grain Inventory", "grain", "-40.00"),
        ("north", "2024-12", "12", "Grain Inventory", "grain", "5.00"),
        ("south", "2024-11", "10", "Chequing", "cash", "-3.00"),
    ))  # fmt: skip
    found = failures(CONTRACT, "stock_not_negative", context, staged)
    assert shown(found, "company period account_name closing") == [("north", "2024-11", "Grain Inventory", "-40.00")]
    (check,) = [each for each in CONTRACT.checks if each.name == "stock_not_negative"]
    assert check.severity is Severity.WARNS


# ---- any ledger


MONTHS = 20
cents = st.integers(-999_999_99, 999_999_99)
accounts_used = st.sampled_from([account for account, _, _ in CHART])
# month, debited account, credited account, amount
postings = st.lists(st.tuples(st.integers(0, MONTHS - 1), accounts_used, accounts_used, cents), max_size=12)
openings = st.lists(st.tuples(accounts_used, accounts_used, cents), max_size=4)
# fiscal-year start, first month in the group, months it stays, openings, postings
ledgers = st.tuples(st.integers(1, 12), st.integers(0, MONTHS - 1), st.integers(0, MONTHS), openings, postings)


def by_hand(
    first: date, last: date, year_start: int, opened: Any, posted: Any
) -> Iterator[tuple[date, str, Decimal, Decimal]]:
    """Month, account, opening and closing, kept as a bookkeeper does: month after month, books closed at year end."""
    held: dict[str, int] = defaultdict(int)
    for debited, credited, amount in opened:
        held[debited] += amount
        held[credited] -= amount
    for month in months_between(first, last):
        if month.month == year_start:
            for account in ("sales", "fuel"):
                held["retained"] += held.pop(account, 0)
        start = dict(held)
        for at, debited, credited, amount in posted:
            if at == month:
                held[debited] += amount
                held[credited] -= amount
        for account, cents_held in held.items():
            yield month, account, Decimal(start.get(account, 0)).scaleb(-2), Decimal(cents_held).scaleb(-2)


@settings(max_examples=4, suppress_health_check=[HealthCheck.data_too_large])
@given(st.lists(ledgers, min_size=8, max_size=12))
def test_any_ledger_as_a_bookkeeper_would_keep_it(spark: SparkSession, group: Group, books: Any) -> None:
    shape: dict[str, tuple[date, date | None, int]] = {}
    posted: list[tuple[Any, ...]] = []
    opened: list[tuple[Any, ...]] = []
    expected: dict[tuple[str, date, str], tuple[Decimal, Decimal]] = {}
    for number, (year_start, joins, stays, starts_with, moves) in enumerate(books):
        code, first = f"company_{number}", add_months(FIRST, joins)
        last = min(add_months(first, stays), add_months(FIRST, MONTHS - 1))
        shape[code] = (first, last, year_start)
        dated = [(add_months(FIRST, at), debited, credited, amount) for at, debited, credited, amount in moves]
        dated = [each for each in dated if first <= each[0] <= last]
        for debited, credited, amount in starts_with:
            opened += [
                (code, first, debited, Decimal(amount).scaleb(-2)),
                (code, first, credited, Decimal(-amount).scaleb(-2)),
            ]
        for month, debited, credited, amount in dated:
            posted += [
                (code, month, debited, Decimal(amount).scaleb(-2)),
                (code, month, credited, Decimal(-amount).scaleb(-2)),
            ]
        for month, account, opening, closing in by_hand(first, last, year_start, starts_with, dated):
            expected[code, month, account] = (opening, closing)
    companies = [type(group.companies[0]).model_validate(each) for each in companies_of(shape)]
    drawn = replace(group, companies=tuple(companies))
    months = [month_key(month) for month in months_between(FIRST, add_months(FIRST, MONTHS - 1))]
    found = balances_of(trial_balance(context_of(spark, drawn, *months), **inputs_of(spark, drawn, posted, opened)))
    nothing = (Decimal(0), Decimal(0))
    ours = {key: (figures[0], figures[3]) for key, figures in found.items() if (figures[0], figures[3]) != nothing}
    assert ours == {key: figures for key, figures in expected.items() if figures != nothing}


def test_the_months_debits_and_credits_are_those_of_the_ledger(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """ACCOUNTING 7: by basis; both sides, so that what is lost on both does not net out."""
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-12")
    posted = rows(
        ledger.CONTRACT, "company period account_id amount basis",
        ("north", "2024-11", "bank", "7.00", "accrual"), ("north", "2024-11", "sales", "-7.00", "accrual"),
        ("north", "2024-12", "bank", "5.00", "accrual"), ("north", "2024-12", "bank", "-2.00", "accrual"),
        ("north", "2024-12", "sales", "-3.00", "accrual"), ("north", "2024-12", "bank", "5.00", "cash"),
        ("north", "2024-12", "sales", "-5.00", "cash"),
    )  # fmt: skip
    inputs = {
        "ledger": frame(spark, ledger.CONTRACT, posted),
        "accounts": frame(
            spark, accounts.CONTRACT,
            rows(accounts.CONTRACT, "company account_id classification",
                 ("north", "bank", "Asset"), ("north", "sales", "Revenue")),
        ),
        "reported_balances": frame(spark, reported_balances.CONTRACT),
    }  # fmt: skip
    found = trial_balance(context, **inputs).cache()
    assert failures(CONTRACT, "conserved", context, found, **inputs) == []
    wrong = failures(CONTRACT, "conserved", context, found.where("basis <> 'cash'"), **inputs)
    assert shown(wrong, "company period basis debit debited") == [("north", "2024-12", "cash", "0.00", "5.00")]
