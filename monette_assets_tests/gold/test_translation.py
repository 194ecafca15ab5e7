"""Translation and its proof on books small enough to read (ACCOUNTING 13 to 16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.gold.carrying import Cost, Flow, Treatment
from monette_assets.gold.translation import (
    Account,
    Balance,
    Books,
    Method,
    Month,
    Opening,
    Published,
    Row,
    Terms,
    Translated,
    allocate,
    translate,
)
from monette_assets.group import YearStart
from monette_assets.group.calendar import add_months, month_end, months_between

D = Decimal
FIRST = date(2025, 1, 1)
BANK = "Bank of Canada FXUSDCAD"
TREATMENTS: dict[str, Treatment] = {
    "inventory": "non_monetary",
    "machine": "fixed_asset",
    "depreciated": "accumulated_depreciation",
}
CHART = {
    **dict.fromkeys(("bank", "inventory", "machine", "depreciated"), "Asset"),
    "loan": "Liability",
    **dict.fromkeys(("capital", "dividend", "retained"), "Equity"),
    "sales": "Revenue",
    **dict.fromkeys(("cost", "depreciation", "fuel"), "Expense"),
}
ACCOUNTS = {name: Account(name, None, name.title(), side, name) for name, side in CHART.items()}
ADJUSTMENT = Account("translation_adjustment", None, "Translation adjustment", "Equity", "translation_adjustment")
GAIN = Account("translation_gain", None, "Translation gain", "Revenue", "exchange_gain")
TAKES_COST = ("inventory", "machine", "cost", "depreciation", "fuel")

Entry = tuple[str, str, str, str]  # day, debited account, credited account, amount


def post(month: Month, day: date, debited: str, credited: str, amount: Decimal) -> None:
    """What the month has to know of an entry besides its sums."""
    for name, posted in ((debited, amount), (credited, -amount)):
        if CHART[name] == "Equity":
            month.equity[name].append((day, posted))
        if name in TREATMENTS:
            before = month.flows.get(name, Flow(D(0), D(0)))
            month.flows[name] = Flow(before.additions + max(posted, D(0)), before.reliefs + max(-posted, D(0)))
    if credited in TREATMENTS:
        takes = debited in TAKES_COST
        month.costs.append(Cost(credited, debited if takes else None, amount))


def books_of(
    opening: Mapping[str, str],
    entries: Iterable[Entry],
    rates: Mapping[str, tuple[str, str]],
    daily: Mapping[str, str] | None = None,
    year_start: int = 1,
    last: date | None = None,
) -> Books:
    """Books from journal entries: month -> (average, closing) and day -> rate beside them."""
    books = Books(retained_earnings=ACCOUNTS["retained"])
    books.daily = [Published(D(rate), date.fromisoformat(day), BANK) for day, rate in sorted((daily or {}).items())]
    held = defaultdict(Decimal, {name: D(amount) for name, amount in opening.items()})
    by_month: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_month[date.fromisoformat(entry[0]).replace(day=1)].append(entry)
    end = last or max([*by_month, *(date.fromisoformat(f"{month}-01") for month in rates)])
    for period in months_between(FIRST, end):
        if period.month == year_start and period != FIRST:
            for name, account in ACCOUNTS.items():
                if account.earns:
                    held["retained"] += held.pop(name, D(0))
        month, moved = books.months[period], defaultdict[str, Decimal](Decimal)
        for day, debited, credited, text in by_month[period]:
            moved[debited] += D(text)
            moved[credited] -= D(text)
            post(month, date.fromisoformat(day), debited, credited, D(text))
        for name in {*held, *moved}:
            if held[name] or moved[name]:
                month.balances[name] = Balance(ACCOUNTS[name], held[name], moved[name])
        for name, amount in moved.items():
            held[name] += amount
        if f"{period:%Y-%m}" in rates:
            average, closing = rates[f"{period:%Y-%m}"]
            month.average = Published(D(average), month_end(period), BANK)
            month.closing = Published(D(closing), month_end(period), BANK)
    return books


def terms_of(method: Method, rate: str, historical: Mapping[str, str], year_start: int = 1) -> Terms:
    return Terms(
        method=method,
        currency="USD",
        first_period=FIRST,
        year_starts=(YearStart.model_validate({"from": date(2020, year_start, 1), "month": year_start}),),
        opening=Opening(
            Published(D(rate), date(2024, 12, 31), BANK), None, {name: D(amount) for name, amount in historical.items()}
        ),
        difference=ADJUSTMENT if method == "current_rate" else GAIN,
        treatments=TREATMENTS,
    )


def translated(terms: Terms, books: Books) -> list[Translated]:
    return list(translate(terms, books, max(books.months)))


def row(month: Translated, account: str) -> Row:
    return next(each for each in month.rows if each.account.id == account)


def cad(month: Translated, *accounts: str) -> dict[str, str]:
    return {account: str(row(month, account).closing_cad) for account in accounts}


def proof(month: Translated) -> dict[str, str]:
    """The lines that are not zero, without needless decimals."""
    return {each.line: f"{each.cad.normalize():f}" for each in month.proof if each.cad}


def plug(month: Translated, account: str) -> Decimal:
    """The month's difference as booked, a gain positive."""
    moved = row(month, account).movement_cad
    assert moved is not None
    return -moved


def test_the_golden_case_of_accounting_15() -> None:
    """Net assets of 1,000 at 1.35; net income of 200 at 1.36; a dividend of 50 at 1.37; 1,150 at 1.38."""
    terms = terms_of("current_rate", "1.35", {"capital": "-500.00", "retained": "-780.00"})
    books = books_of(
        {"bank": "1000", "capital": "-400", "retained": "-600"},
        [("2025-01-10", "bank", "sales", "200"), ("2025-01-20", "dividend", "bank", "50")],
        rates={"2025-01": ("1.36", "1.38")},
        daily={"2025-01-17": "1.37", "2025-01-21": "1.40"},
    )
    (january,) = translated(terms, books)
    assert cad(january, "bank", "capital", "retained", "dividend", "sales", "translation_adjustment") == {
        "bank": "1587.00",
        "capital": "-500.00",
        "retained": "-780.00",
        "dividend": "68.50",
        "sales": "-272.00",
        "translation_adjustment": "-103.50",  # a credit
    }
    assert str(row(january, "translation_adjustment").opening_cad) == "-70.00"
    assert plug(january, "translation_adjustment") == D("33.50")
    assert proof(january) == {"opening_position": "30", "flows_at_average": "4", "equity": "-0.5", "proof": "33.5"}


def test_every_figure_carries_its_rate_kind_date_and_source() -> None:
    terms = terms_of("current_rate", "1.35", {"capital": "-500.00"})
    books = books_of(
        {"bank": "400", "capital": "-400"},
        [
            ("2025-01-10", "bank", "sales", "200"),
            ("2025-01-10", "dividend", "bank", "10"),  # before any rate known: the opening's
            ("2025-01-20", "dividend", "bank", "30"),  # Friday the 17th is the last published day
        ],
        rates={"2025-01": ("1.36", "1.38")},
        daily={"2025-01-17": "1.37", "2025-01-21": "1.40"},
    )
    (january,) = translated(terms, books)
    assert {each.account.id: each.rate[:3] for each in january.rows} == {
        "bank": (D("1.38"), "closing", date(2025, 1, 31)),
        "capital": (D("1.250000"), "historical", date(2024, 12, 31)),
        "sales": (D("1.36"), "average", date(2025, 1, 31)),
        "dividend": (D("1.365000"), "historical", date(2025, 1, 17)),  # (10 x 1.35 + 30 x 1.37) / 40
        "translation_adjustment": (None, "none", None),
    }
    assert cad(january, "dividend") == {"dividend": "54.60"}
    assert row(january, "capital").rate.source == "the contract's opening position"
    assert row(january, "bank").rate.source == BANK


def test_months_are_translated_and_added_never_the_year_at_its_average() -> None:
    """And rounded per account and month: 10.01 x 1.345 is 13.46345, twice 13.46."""
    terms = terms_of("current_rate", "1.30", {})
    books = books_of(
        {},
        [("2025-01-10", "bank", "sales", "10.01"), ("2025-02-10", "bank", "sales", "10.01")],
        rates={"2025-01": ("1.345", "1.35"), "2025-02": ("1.345", "1.35")},
    )
    february = translated(terms, books)[1]
    assert cad(february, "sales") == {"sales": "-26.92"}
    assert (row(february, "sales").opening_cad, row(february, "sales").movement_cad) == (D("-13.46"), D("-13.46"))


@pytest.mark.parametrize("year_start", range(1, 13))
@pytest.mark.parametrize("method", ["current_rate", "temporal"])
def test_retained_earnings_take_in_the_translated_result_in_any_month(method: Method, year_start: int) -> None:
    """ACCOUNTING 4, in group currency: 100 sold each month, month n at an average of 1.nn."""
    months = months_between(FIRST, add_months(FIRST, 23))
    rates = {f"{month:%Y-%m}": (f"1.{30 + n}", f"1.{31 + n}") for n, month in enumerate(months)}
    entries = [(f"{month:%Y-%m}-05", "bank", "sales", "100") for month in months]
    books = books_of({"bank": "50", "capital": "-50"}, entries, rates, year_start=year_start)
    found = translated(terms_of(method, "1.30", {"capital": "-60.00"}, year_start), books)
    starts = [month for month in months if month.month == year_start and month > FIRST]
    for month in found:
        begun = max((start for start in starts if start <= month.period), default=FIRST)
        to_date = [n for n, each in enumerate(months) if begun <= each <= month.period]
        assert row(month, "sales").closing_cad == -sum(130 + n for n in to_date)
        earlier = sum(130 + n for n, each in enumerate(months) if each < begun)
        gains = D(0)
        if method == "temporal":  # the gain is income too: it restarts and is taken in
            gains = sum((plug(each, "translation_gain") for each in found if each.period < begun), D("5.00"))
        if earlier:
            assert row(month, "retained").closing_cad == -earlier - gains
        assert sum(each.closing_cad or D(0) for each in month.rows) == 0


def test_inventory_is_sold_at_what_it_cost() -> None:
    """ACCOUNTING 14, temporal: bought at 1.30, sold when the rate is 1.40; the cost of goods is historical."""
    terms = terms_of("temporal", "1.25", {"capital": "-1250.00"})
    books = books_of(
        {"bank": "1000", "capital": "-1000"},
        [
            ("2025-01-10", "inventory", "bank", "600"),
            ("2025-02-10", "bank", "sales", "500"),
            ("2025-02-10", "cost", "inventory", "200"),
        ],
        rates={"2025-01": ("1.30", "1.35"), "2025-02": ("1.40", "1.42")},
    )
    january, february = translated(terms, books)
    assert cad(january, "inventory", "bank", "translation_gain") == {
        "inventory": "780.00",
        "bank": "540.00",
        "translation_gain": "-70.00",  # 1,000 x (1.35 - 1.25) less 600 x (1.35 - 1.30)
    }
    assert cad(february, "inventory", "cost", "sales", "bank") == {
        "inventory": "520.00",
        "cost": "260.00",
        "sales": "-700.00",
        "bank": "1278.00",
    }
    assert row(february, "cost").rate[:2] == (D("1.300000"), "carrying")
    # 400 x (1.42 - 1.35) + 500 x (1.42 - 1.40)
    assert plug(february, "translation_gain") == D("38.00")
    assert proof(february) == {"opening_position": "28", "flows_at_average": "10", "proof": "38"}


def test_additions_come_before_reliefs_and_mix_into_one_carrying_rate() -> None:
    terms = terms_of("temporal", "1.25", {"inventory": "130.00", "capital": "-130.00"})
    books = books_of(
        {"inventory": "100", "capital": "-100"},
        [("2025-01-05", "cost", "inventory", "150"), ("2025-01-20", "inventory", "loan", "100")],
        rates={"2025-01": ("1.40", "1.42")},
    )
    (january,) = translated(terms, books)
    assert cad(january, "inventory", "cost") == {"inventory": "67.50", "cost": "202.50"}  # (130 + 140) / 200 = 1.35
    assert row(january, "inventory").rate[:2] == (D("1.350000"), "carrying")


def test_stock_drawn_below_nothing_is_carried_at_the_average_and_made_good_at_what_it_carried() -> None:
    """50 sold that were not there: what is missing carries the average of its month, 1.40. Bought back at 1.50, the
    dearer dollars are a loss of 5.00, and nothing else is left over: the gain is proved."""
    terms = terms_of("temporal", "1.25", {"capital": "-125.00"})
    books = books_of(
        {"bank": "100", "capital": "-100"},
        [("2025-01-05", "cost", "inventory", "50"), ("2025-02-20", "inventory", "bank", "80")],
        rates={"2025-01": ("1.40", "1.42"), "2025-02": ("1.50", "1.52")},
    )
    january, february = translated(terms, books)
    assert cad(january, "inventory", "cost") == {"inventory": "-70.00", "cost": "70.00"}
    assert cad(february, "inventory") == {"inventory": "45.00"}  # 30 left, at the month's 1.50
    for month in (january, february):
        assert sum(each.closing_cad or D(0) for each in month.rows) == 0
        lines = {each.line: each for each in month.proof}
        assert plug(month, "translation_gain") == lines["proof"].cad + lines["rounding"].cad


def test_a_machine_is_depreciated_and_sold_at_what_it_cost() -> None:
    terms = terms_of("temporal", "1.25", {"machine": "1200.00", "capital": "-1250.00"})
    books = books_of(
        {"bank": "0.00", "machine": "1000", "capital": "-1000"},
        [
            ("2025-01-31", "depreciation", "depreciated", "100"),
            # sold in February for 950, 50 more than its book value
            ("2025-02-15", "depreciated", "machine", "100"),
            ("2025-02-15", "bank", "machine", "900"),
            ("2025-02-15", "bank", "sales", "50"),
        ],
        rates={"2025-01": ("1.30", "1.35"), "2025-02": ("1.40", "1.45")},
    )
    january, february = translated(terms, books)
    assert cad(january, "machine", "depreciated", "depreciation") == {
        "machine": "1200.00",
        "depreciated": "-120.00",
        "depreciation": "120.00",
    }
    assert cad(february, "bank", "sales") == {"bank": "1377.50", "sales": "-70.00"}
    assert cad(february, "machine", "depreciated") == {"machine": "0.00", "depreciated": "0.00"}
    # book value 900 carried at 1.20 left for money at 1.40; 950 of money since then at 1.45
    assert proof(february) == {"flows_at_average": "47.5", "realised_on_disposal": "180", "proof": "227.5"}
    assert plug(february, "translation_gain") == D("227.50")


def test_a_loan_is_money() -> None:
    """It costs more when the dollar rises."""
    terms = terms_of("temporal", "1.25", {"machine": "1100.00", "capital": "-1100.00"})
    books = books_of({"machine": "1000", "capital": "-200", "loan": "-800"}, [], {"2025-01": ("1.30", "1.35")})
    (january,) = translated(terms, books)
    assert cad(january, "loan", "translation_gain") == {"loan": "-1080.00", "translation_gain": "80.00"}
    assert proof(january) == {"opening_position": "-80", "proof": "-80"}


def test_a_missing_rate_holds_back_its_month_and_those_that_build_on_it() -> None:
    terms = terms_of("current_rate", "1.30", {})
    entries = [(f"2025-0{n}-05", "bank", "sales", "100") for n in (1, 2, 3)]
    books = books_of({}, entries, {"2025-01": ("1.30", "1.35"), "2025-03": ("1.40", "1.45")})
    january, february, march = translated(terms, books)
    assert january.problem is None
    assert february.problem == "no average and no closing rate of USD for 2025-02"
    assert march.problem == f"follows 2025-02, which cannot be translated: {february.problem}"
    assert {each.closing_cad for each in (*february.rows, *march.rows)} == {None}
    assert {each.account.id: each.closing for each in february.rows} == {"bank": 200, "sales": -200}


def test_months_that_do_not_follow_are_not_translated() -> None:
    terms = terms_of("current_rate", "1.30", {})
    entries = [(f"2025-0{n}-05", "bank", "sales", "100") for n in (1, 2, 3)]
    rates = {f"2025-0{n}": ("1.30", "1.35") for n in (1, 2, 3)}
    books = books_of({}, entries, rates)
    del books.months[date(2025, 2, 1)].balances["sales"]
    assert [each.problem for each in translated(terms, books)][1:] == [
        "account sales opens at 0, the month before closed at -100",
        "follows 2025-02, which cannot be translated: account sales opens at 0, the month before closed at -100",
    ]
    books = books_of({}, entries, rates)
    books.months[date(2025, 2, 1)].balances.clear()
    assert translated(terms, books)[-1].problem == (
        "follows 2025-02, which cannot be translated: gold/trial_balance has nothing for 2025-02"
    )


def test_an_opening_amount_without_account_is_not_lost() -> None:
    terms = terms_of("current_rate", "1.30", {"capital": "-500.00"})
    books = books_of({}, [("2025-01-05", "bank", "sales", "1")], {"2025-01": ("1.30", "1.35")})
    assert [each.problem for each in translated(terms, books)] == [
        "the contract's opening position has -500.00 in capital, the books nothing"
    ]


def test_amounts_are_divided_to_the_cent() -> None:
    thirds = {"a": D(1), "b": D(1), "c": D(1)}
    assert allocate(D("100.00"), thirds) == {"a": D("33.34"), "b": D("33.33"), "c": D("33.33")}
    assert sum(allocate(D("-100.00"), thirds).values()) == D("-100.00")
    assert allocate(D("5.00"), {"a": D(0), "b": D(0)}) == {"a": D("5.00"), "b": D(0)}


# ---- any books

MONTHS = 15
cents = st.integers(1, 99_999_99).map(lambda each: str(Decimal(each).scaleb(-2)))
a_rate = st.integers(500_000, 2_500_000).map(lambda each: str(Decimal(each).scaleb(-6)))
names = st.sampled_from(sorted(CHART))
days = st.integers(0, 28 * MONTHS - 1).map(lambda n: f"{add_months(FIRST, n // 28):%Y-%m}-{n % 28 + 1:02}")
journals = st.lists(st.tuples(days, names, names, cents).filter(lambda each: each[1] != each[2]), max_size=40)


@settings(max_examples=150)
@given(
    method=st.sampled_from(["current_rate", "temporal"]),
    year_start=st.integers(1, 12),
    opens=st.lists(st.tuples(names, names, cents).filter(lambda each: each[0] != each[1]), max_size=5),
    entries=journals,
    rates=st.lists(st.tuples(a_rate, a_rate), min_size=MONTHS, max_size=MONTHS),
    daily=st.dictionaries(days, a_rate, max_size=10),
    historical=st.dictionaries(st.sampled_from(["capital", "dividend", "inventory", "machine"]), cents, max_size=3),
)
def test_the_difference_is_proved_on_any_books(
    method: Method, year_start: int, opens: Any, entries: Any, rates: Any, daily: Any, historical: Any
) -> None:
    """Booked = proof + roundings, exactly; everything nets to zero; every month goes on from the one before."""
    opening: dict[str, Decimal] = defaultdict(Decimal)
    for debited, credited, amount in opens:
        opening[debited] += D(amount)
        opening[credited] -= D(amount)
    at = {f"{add_months(FIRST, n):%Y-%m}": pair for n, pair in enumerate(rates)}
    books = books_of({k: str(v) for k, v in opening.items()}, entries, at, daily, year_start)
    stated = {k: v for k, v in historical.items() if opening[k] and (CHART[k] == "Equity" or method == "temporal")}
    terms = terms_of(method, "1.3333", stated, year_start)
    before: dict[str, Decimal] = {}
    for month in translated(terms, books):
        assert month.problem is None
        assert sum(each.closing_cad or D(0) for each in month.rows) == 0
        assert sum(each.closing for each in month.rows) == 0
        lines = {each.line: each for each in month.proof}
        assert plug(month, terms.difference.id) == lines["proof"].cad + lines["rounding"].cad
        assert abs(lines["rounding"].cad) <= D("0.005") * lines["rounding"].roundings
        starts = month.period.month == year_start
        for each in month.rows:
            assert each.opening_cad is not None
            assert each.movement_cad is not None
            assert each.opening_cad + each.movement_cad == each.closing_cad
            assert each.closing == each.opening + each.movement
            assert not each.opening or each.rate.value is not None
            if before and not each.account.earns and not (starts and each.account.id == "retained"):
                assert each.opening_cad == before.get(each.account.id, 0)
            if each.account.earns and starts and month.period > FIRST:
                assert each.opening_cad == 0
            if method == "temporal" and each.account.id in TREATMENTS and not each.closing:
                assert each.closing_cad == 0
        before = {each.account.id: each.closing_cad or D(0) for each in month.rows}
        assert {k: v for k, v in books.months[month.period].balances.items() if k not in before} == {}
