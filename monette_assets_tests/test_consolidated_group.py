"""A subsidiary bought, earning, paying a dividend and sold, from QuickBooks' reports to the group's statements.

Grain (CAD) pays 140.00 in December 2024 for 80 % of ranch (USD), sells it in February 2025 for 200.00. Every figure
asserted is worked out here by hand, in CAD, debit positive (ACCOUNTING 14, 15, 17, 20).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from monette_assets.automation.chain import ChainResult
from monette_assets.engine import Engine
from monette_assets.reports.consolidation import consolidation
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets.simulator.model import Account, Books, Document, NamedItem, Posting
from monette_assets.tables.judge import Judge
from monette_assets_tests.group_books import companies_group, company
from monette_assets_tests.reports.every_figure import unexplained
from monette_assets_tests.world import World, world_of

NOVEMBER, DECEMBER, JANUARY, FEBRUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)

# Two days a month have a rate, the middle and the end. January's average is 1.60.
RATES = [
    (date(2024, 11, 15), "1.50"), (date(2024, 11, 29), "1.50"), (date(2024, 12, 16), "1.50"),
    (date(2024, 12, 31), "1.50"), (date(2025, 1, 15), "1.50"), (date(2025, 1, 31), "1.70"),
    (date(2025, 2, 14), "1.70"), (date(2025, 2, 28), "1.70"),
]  # fmt: skip

COLUMNS = ("grain", "ranch", "eliminations", "non_controlling_interest", "consolidated")
KINDS = {
    "bank": ("Bank", "Asset"),
    "investment": ("Other Asset", "Asset"),
    "capital": ("Equity", "Equity"),
    "retained_earnings": ("Equity", "Equity"),
    "dividends": ("Equity", "Equity"),
    "sales": ("Income", "Revenue"),
    "gain": ("Other Income", "Revenue"),
}


def books(code: str, realm_id: str, currency: str, contacts: tuple[str, ...], *documents: Document) -> Books:
    """A company's books whose accounts bear the names of the group's; its year begins in November."""
    accounts = [
        Account(name, "", name, kind, "RetainedEarnings" if name == "retained_earnings" else kind.replace(" ", ""),
                classification, currency=currency)
        for name, (kind, classification) in KINDS.items()
    ]  # fmt: skip
    return Books(
        code, realm_id, f"{code.title()} Ltd.", currency, 11, country="CA" if currency == "CAD" else "US",
        multicurrency=True, account_numbers=False, accounts={each.id: each for each in accounts},
        vendors={str(at): NamedItem(str(at), name) for at, name in enumerate(contacts)},
        documents={(each.kind, each.id): each for each in documents},
    )  # fmt: skip


def entry(number: str, day: str, *postings: tuple[str, str], contact: int | None = None, of_home: str = "CAD",
          currency: str = "", rate: str = "1") -> Document:  # fmt: skip
    """A journal entry; amounts in `currency`, home where it has none."""
    foreign = bool(currency) and currency != of_home
    booked = date.fromisoformat(day)
    lines = [
        Posting(
            account,
            int(Decimal(amount) * Decimal(rate) * 100),
            int(Decimal(amount) * 100) if foreign else None,
            None if contact is None else str(contact),
            None if contact is None else "Vendor",
        )
        for account, amount in postings
    ]
    at = datetime(booked.year, booked.month, booked.day, 12, tzinfo=UTC)
    return Document(
        f"{number} {day}", "JournalEntry", "Journal Entry", booked, number, lines, currency or of_home,
        Decimal(rate), created_at=at, modified_at=at,
    )  # fmt: skip


GRAIN = (
    entry("O-1", "2024-11-01", ("bank", "1000"), ("capital", "-1000")),
    entry("D-1", "2024-12-02", ("investment", "140"), ("bank", "-140")),
    entry("DIV-1", "2025-01-20", ("bank", "4"), ("gain", "-4"), contact=0, currency="USD", rate="1.50"),
    entry("D-2", "2025-02-03", ("bank", "200"), ("investment", "-140"), ("gain", "-60")),
)
RANCH = (  # US dollars
    entry("O-1", "2024-06-03", ("bank", "60"), ("capital", "-60"), of_home="USD"),
    entry("S-0", "2024-06-04", ("bank", "40"), ("sales", "-40"), of_home="USD"),  # retained earnings since November
    entry("S-1", "2024-12-10", ("bank", "10"), ("sales", "-10"), of_home="USD"),
    entry("DIV-1", "2025-01-20", ("dividends", "4"), ("bank", "-4"), contact=0, of_home="USD"),
    entry("DIV-1", "2025-01-21", ("dividends", "1"), ("bank", "-1"), contact=1, of_home="USD"),
    entry("S-2", "2025-01-25", ("bank", "10"), ("sales", "-10"), of_home="USD"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, engine: Engine, judge: Judge) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("consolidated")
    joined = {
        "rate": "1.50", "rate_date": date(2024, 11, 29), "source": "Bank of Canada FXUSDCAD",
        "historical": [
            {"group_account": "capital", "amount_cad": "90.00"},
            {"group_account": "retained_earnings", "amount_cad": "60.00"},
        ],
    }  # fmt: skip
    owned = {
        "company": "ranch", "parent": "grain", "share": "0.80", "from": DECEMBER, "to": FEBRUARY,
        "investment_account": "investment", "disposal_account": "gain",
        "opening_equity": [
            {"group_account": "capital", "amount": "90.00"}, {"group_account": "retained_earnings", "amount": "60.00"},
        ],
    }  # fmt: skip
    group = companies_group(
        folder / "group",
        company("grain", location="Home"),
        company("ranch", "USD", first_period=DECEMBER, last_period=JANUARY, opening=joined, location="Range",
                pillar="Cow-Calf"),
        overrides={"locations": [
            {"name": "Home", "pillars": [{"pillar": "Grain"}]}, {"name": "Range", "pillars": [{"pillar": "Cow-Calf"}]},
        ]},
        method="consolidated",
        ownership=[owned],
    )  # fmt: skip
    realms = {each.code: each.realm_id for each in group.companies}
    served = {
        realms["grain"]: books("grain", realms["grain"], "CAD", ("Ranch Ltd.",), *GRAIN),
        realms["ranch"]: books("ranch", realms["ranch"], "USD", ("Grain Ltd.", "P. Osei"), *RANCH),
    }

    def rates(first: date, last: date) -> list[tuple[date, Decimal]]:
        return [(day, Decimal(rate)) for day, rate in RATES if first <= day <= last]

    with world_of(folder / "home", group, served, engine, judge, exchange_rates=rates) as made:
        yield made


@pytest.fixture(scope="module")
def ran(world: World) -> ChainResult:
    return world.run(NOVEMBER, FEBRUARY)


def sums(world: World, table: str, of: str, *by: str, **only: Any) -> dict[Any, str]:
    """Sums of the group's rows, zero left out."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for row in world.rows(table):
        if ({"subgroup": "group"} | only).items() <= row.items():
            key = tuple(row[name] for name in by)
            found[key if len(by) > 1 else key[0]] += row[of]
    return {key: str(amount) for key, amount in sorted(found.items()) if amount}


def balances(world: World, period: date, *by: str, **only: Any) -> dict[Any, str]:
    return sums(world, "gold/consolidated_statements", "closing_cad", *by, "group_account", period=period, **only)


def test_every_run_succeeds_and_no_check_fails(ran: ChainResult, world: World) -> None:
    assert [step.error for step in ran.steps if step.error] == []
    assert [check.description for step in ran.steps for check in step.failed_checks] == []
    assert world.rows("quarantine") == []
    assert {(row["company"], row["period"]) for row in world.rows("gold/completeness") if row["complete"]} == {
        ("grain", NOVEMBER), ("grain", DECEMBER), ("grain", JANUARY), ("grain", FEBRUARY),
        ("ranch", DECEMBER), ("ranch", JANUARY),
    }  # fmt: skip
    assert [row for row in world.rows("gold/tie_out") if row["difference"]] == []


@pytest.mark.usefixtures("ran")
def test_what_was_paid_beyond_the_share_of_net_assets_is_goodwill(world: World) -> None:
    """140.00 for 80 % of 100.00 US dollars at 1.50 = 150.00: goodwill 20.00, outsiders 30.00.

    In December ranch earns 10.00 at 1.50 = 15.00, of which outsiders have 3.00.
    """
    assert balances(world, NOVEMBER) == {"bank": "1000.00", "capital": "-1000.00"}
    assert balances(world, DECEMBER) == {
        "bank": "1025.00", "capital": "-1000.00", "goodwill": "20.00", "minority": "-33.00", "minority_income": "3.00",
        "sales": "-15.00",
    }  # fmt: skip
    assert balances(world, DECEMBER, "step", group_account="minority") == {
        ("eliminations", "minority"): "-30.00", ("non_controlling_interest", "minority"): "-3.00",
    }  # fmt: skip


@pytest.mark.usefixtures("ran")
def test_outsiders_have_their_share_of_income_and_of_the_translation_adjustment(world: World) -> None:
    """January: ranch earns 10.00 at 1.60 = 16.00, 31.00 since it was bought, and pays out 5.00 at 1.50 = 7.50.

    Its net assets: 115.00 x 1.70 = 195.50 = 150.00 + 31.00 - 7.50 + translation 22.00. Outsiders have a fifth: 39.10,
    of it 6.20 of income, 4.40 of the translation adjustment, less the 1.50 they were paid. Grain's 6.00 of dividends
    are neither income nor paid out.
    """
    assert balances(world, JANUARY) == {
        "bank": "1061.50", "capital": "-1000.00", "goodwill": "20.00", "minority": "-39.10", "minority_income": "6.20",
        "sales": "-31.00", "translation": "-17.60",
    }  # fmt: skip
    assert balances(world, JANUARY, "step", group_account="dividends") == {
        ("companies", "dividends"): "7.50", ("eliminations", "dividends"): "-6.00",
        ("non_controlling_interest", "dividends"): "-1.50",
    }  # fmt: skip
    assert balances(world, JANUARY, "step", group_account="gain") == {
        ("companies", "gain"): "-6.00", ("eliminations", "gain"): "6.00",
    }  # fmt: skip
    assert {row["difference_kind"] for row in world.rows("gold/intercompany_matches")} == {"none"}


@pytest.mark.usefixtures("ran")
def test_a_sale_leaves_its_gain_and_the_recycled_translation_adjustment(world: World) -> None:
    """200.00 less 80 % of 195.50 = 156.40, less goodwill 20.00, plus translation 17.60: a gain of 41.20.

    The year's income stays: sales of 31.00, of which outsiders 6.20. What the owners earned, 66.00, is what grain has
    in the bank beyond its capital.
    """
    assert balances(world, FEBRUARY) == {
        "bank": "1066.00", "capital": "-1000.00", "gain": "-41.20", "minority_income": "6.20", "sales": "-31.00",
    }  # fmt: skip


@pytest.mark.usefixtures("ran")
def test_cash_and_equity_tell_who_joined_and_left(world: World) -> None:
    """Ranch brings 150.00 of cash and takes 195.50; in January the group pays dividends to outsiders alone."""
    flows = {
        period: sums(world, "gold/consolidated_cash_flow", "amount_cad", "section", "line", period=period)
        for period in (DECEMBER, JANUARY, FEBRUARY)
    }
    assert flows[DECEMBER]["scope", "companies_joined"] == "150.00"
    assert flows[FEBRUARY]["scope", "companies_left"] == "-195.50"
    assert flows[JANUARY]["financing", "dividends"] == "-1.50"
    assert flows[DECEMBER]["investing", "investment"] == "-140.00"
    assert flows[FEBRUARY]["investing", "investment"] == "140.00"
    assert [flows[period]["cash", "closing_cash"] for period in flows] == ["1025.00", "1061.50", "1066.00"]
    equity = {
        period: sums(world, "gold/consolidated_changes_in_equity", "amount_cad", "component", "line", period=period)
        for period in (DECEMBER, JANUARY, FEBRUARY)
    }
    assert equity[DECEMBER] == {
        ("capital", "opening"): "1000.00", ("capital", "closing"): "1000.00",
        ("current_earnings", "net_income"): "15.00", ("current_earnings", "non_controlling_interest"): "-3.00",
        ("current_earnings", "closing"): "12.00",
        ("minority", "scope"): "30.00", ("minority", "non_controlling_interest"): "3.00",
        ("minority", "closing"): "33.00",
    }  # fmt: skip
    assert {key: amount for key, amount in equity[JANUARY].items() if key[0] in ("dividends", "minority")} == {
        ("dividends", "dividends"): "-1.50", ("dividends", "non_controlling_interest"): "1.50",
        ("minority", "opening"): "33.00", ("minority", "non_controlling_interest"): "6.10",
        ("minority", "closing"): "39.10",
    }  # fmt: skip
    assert equity[FEBRUARY] == {
        ("capital", "opening"): "1000.00", ("capital", "closing"): "1000.00",
        ("current_earnings", "opening"): "24.80", ("current_earnings", "net_income"): "41.20",
        ("current_earnings", "closing"): "66.00",
        ("minority", "opening"): "39.10", ("minority", "scope"): "-39.10",
        ("translation", "opening"): "17.60", ("translation", "scope"): "-17.60",
    }  # fmt: skip


@pytest.mark.usefixtures("ran")
def test_the_report_has_a_column_for_outsiders(world: World) -> None:
    question = Question(open_release(world.lake, world.group.time_zone), world.group, JANUARY)
    shown = {row["line"]: row for row in consolidation(question).rows}
    assert [str(shown["Net Income"][name]) for name in COLUMNS] == ["6.00", "31.00", "-6.00", "-6.20", "24.80"]
    assert [str(shown["Minority"].get(name, "")) for name in COLUMNS] == ["", "", "30.00", "9.10", "39.10"]


@pytest.mark.usefixtures("ran")
def test_a_part_of_the_group_has_a_trial_balance(world: World) -> None:
    """January's movements, by group account: what the group's balances above moved by."""
    question = Question(open_release(world.lake, world.group.time_zone), world.group, JANUARY, subgroup="group")
    found = STATEMENTS["trial_balance"](question)
    amounts = ("opening_cad", "movement_cad", "closing_cad")
    assert {row["account_name"]: tuple(str(row[name]) for name in amounts) for row in found.rows} == {
        "Bank": ("1025.00", "36.50", "1061.50"),
        "Goodwill": ("20.00", "0.00", "20.00"),
        "Capital": ("-1000.00", "0.00", "-1000.00"),
        "Translation": ("0.00", "-17.60", "-17.60"),
        "Minority": ("-33.00", "-6.10", "-39.10"),
        "Sales": ("-15.00", "-16.00", "-31.00"),
        "Minority income": ("3.00", "3.20", "6.20"),
        "Total": ("0.00", "0.00", "0.00"),
    }


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("period", "expected"),
    [
        # ranch sold for 10.00 at 1.60; grain's dividend of 6.00 passed its bank, and is no income of the group
        (JANUARY, {"Net income, accrual": "16.00", "Cash from operating activities": "16.00",
                   "Eliminations and adjustments, which move no bank account": "6.00",
                   "Sales": "16.00", "Gain": "6.00"}),
        # 200.00 for ranch, of which 140.00 is no operating cash; of the gain of 60.00, 18.80 was earned before
        (FEBRUARY, {"Net income, accrual": "41.20", "Investment": None, "Cash from operating activities": "41.20",
                    "Eliminations and adjustments, which move no bank account": "18.80", "Gain": "60.00"}),
    ],
)  # fmt: skip
def test_net_income_of_the_group_is_bridged_to_its_banks(world: World, period: date, expected: dict[str, str]) -> None:
    question = Question(open_release(world.lake, world.group.time_zone), world.group, period, subgroup="group")
    shown = {row["line"]: str(row["current"]) for row in STATEMENTS["cash_bridge"](question).rows if "current" in row}
    assert {line: shown.get(line) for line in expected} == expected
    assert shown["Operating cash, from net income"] == shown["Operating cash, at the bank"]
    assert shown["Operating cash, at the bank"] == {JANUARY: "22.00", FEBRUARY: "60.00"}[period]
    assert shown["Difference"] == "0.00"


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("period", "whose"),
    [(DECEMBER, "group"), (JANUARY, "group"), (FEBRUARY, "group"), (JANUARY, "country/CA"), (JANUARY, "pillar/Cattle"),
     (FEBRUARY, "grain"), (JANUARY, "ranch")],
)  # fmt: skip
def test_every_figure_is_explained_to_the_cent(world: World, period: date, whose: str) -> None:
    of = {"company": whose} if whose in ("grain", "ranch") else {"subgroup": whose}
    assert list(unexplained(open_release(world.lake, world.group.time_zone), world.group, period, **of)) == []
