"""Every statement of every scope over every view says what the companies' own balances add up to.

The small world has no entries between its companies, so that a part of the group is the plain sum of its members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.statement import Statement
from monette_assets.reports.statements import STATEMENTS
from monette_assets_tests.conftest import SmallWorld

Row = dict[str, Any]
ZERO = Decimal("0.00")
NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
EARNS = ("Revenue", "Expense")
CAPITAL = ("Equity", *EARNS)

# of whom -> its companies; north's year begins in November as the group's, south's in January
PARTS: dict[str, tuple[Row, tuple[str, ...]]] = {
    "company north": ({"company": "north"}, ("north",)),
    "company south": ({"company": "south"}, ("south",)),
    "country CA": ({"subgroup": "country/CA"}, ("north",)),
    "country US": ({"subgroup": "country/US"}, ("south",)),
    "companies of Grain": ({"subgroup": "pillar/Grain"}, ("north",)),
    "companies of Cattle": ({"subgroup": "pillar/Cattle"}, ("south",)),
    "group": ({"subgroup": "group"}, ("north", "south")),
    "nobody named": ({}, ("north", "south")),
}
# of which rows of the profit and loss; Cow-Calf is within Cattle
PLACES: dict[str, tuple[Row, Row]] = {
    "pillar Grain": ({"pillar": "Grain"}, {"pillar": "Grain"}),
    "pillar Cattle": ({"pillar": "Cattle"}, {"pillar": "Cow-Calf"}),
    "pillar Cow-Calf": ({"pillar": "Cow-Calf"}, {"pillar": "Cow-Calf"}),
    "location North Home": ({"location": "North Home"}, {"location": "North Home"}),
    "location South Ranch": ({"location": "South Ranch"}, {"location": "South Ranch"}),
    "location not mapped": ({"location": "Unclassified"}, {"location": "Unclassified"}),
}
BOTH = (NOVEMBER, DECEMBER)  # all that is built of any quarter or year they are in
VIEWS: dict[str, tuple[View, date, tuple[date, ...]]] = {
    "November": (View.MONTH, NOVEMBER, (NOVEMBER,)),
    "December": (View.MONTH, DECEMBER, (DECEMBER,)),
    "quarter": (View.QUARTER, NOVEMBER, BOTH),
    "year to November": (View.YTD, NOVEMBER, (NOVEMBER,)),
    "year to December": (View.YTD, DECEMBER, BOTH),
    "year": (View.YEAR, NOVEMBER, BOTH),
}


def added(rows: Iterable[Mapping[str, Any]], amount: str) -> Decimal:
    return sum((row[amount] for row in rows), ZERO)


@pytest.fixture(scope="module")
def translated(small_world: SmallWorld) -> list[Row]:
    """Every account of every company and month, in the group's currency: what all statements are held against."""
    rows: list[Row] = small_world.lake.read("gold/translated_balances").to_pylist()
    return rows


@pytest.fixture(scope="module")
def ask(small_world: SmallWorld) -> Callable[..., Statement]:
    release = open_release(small_world.lake, small_world.group.time_zone)

    def asked(statement: str, view: str, **whom: Any) -> Statement:
        how, month, _ = VIEWS[view]
        question = Question(release, small_world.group, month, view=how, currency=InCurrency.GROUP, **whom)
        return STATEMENTS[statement](question)

    return asked


class Plain:
    """The balances of some companies over some months, added up."""

    def __init__(self, rows: Iterable[Row], companies: tuple[str, ...], months: tuple[date, ...]) -> None:
        self.rows = [row for row in rows if row["company"] in companies and row["period"] in months]
        self.first, self.last = months[0], months[-1]

    def moved(self, *classes: str, account: str | None = None) -> Decimal:
        return added(self._of(classes, account), "movement_cad")

    def at_start(self, *classes: str, account: str | None = None) -> Decimal:
        return added((row for row in self._of(classes, account) if row["period"] == self.first), "opening_cad")

    def at_end(self, *classes: str, account: str | None = None) -> Decimal:
        return added((row for row in self._of(classes, account) if row["period"] == self.last), "closing_cad")

    def _of(self, classes: tuple[str, ...], account: str | None) -> list[Row]:
        return [
            row
            for row in self.rows
            if (not classes or row["classification"] in classes) and account in (None, row["group_account"])
        ]


def figures(statement: Statement, column: str = "current") -> dict[str, Decimal]:
    return {row["line"]: row[column] for row in statement.rows if column in row}


def of(parts: dict[str, tuple[Any, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("whom", parts)


over_every_view = pytest.mark.parametrize("view", VIEWS)


@pytest.fixture
def plain(translated: list[Row], whom: str, view: str) -> Plain:
    return Plain(translated, PARTS[whom][1], VIEWS[view][2])


@over_every_view
@of(PARTS)
def test_profit_and_loss(ask: Callable[..., Statement], plain: Plain, whom: str, view: str) -> None:
    found = figures(ask("profit_and_loss", view, **PARTS[whom][0]))
    assert found["Net Income"] == -plain.moved(*EARNS)
    assert found["Total sales revenue"] == -plain.moved(account="sales")
    assert found["Gross Margin"] == -plain.moved(account="sales") - plain.moved(account="cost_of_goods")


@over_every_view
@of(PLACES)
def test_profit_and_loss_of_a_place(
    ask: Callable[..., Statement], small_world: SmallWorld, whom: str, view: str
) -> None:
    asked, (place,) = PLACES[whom][0], PLACES[whom][1].items()
    months = VIEWS[view][2]
    rows = [
        row
        for row in small_world.lake.read("gold/profit_and_loss").to_pylist()
        if place in row.items() and row["period"] in months
    ]
    found = figures(ask("profit_and_loss", view, **asked))
    assert found["Net Income"] == -added(rows, "amount_cad") != 0
    sales = [row for row in rows if row["group_account"] == "sales"]
    assert found.get("Total sales revenue", ZERO) == -added(sales, "amount_cad")


@over_every_view
@of(PARTS)
def test_balance_sheet(ask: Callable[..., Statement], plain: Plain, whom: str, view: str) -> None:
    found = figures(ask("balance_sheet", view, **PARTS[whom][0]))
    assert found["Total assets"] == found["Total liabilities and equity"] == plain.at_end("Asset")
    assert found["Total liabilities"] == -plain.at_end("Liability")
    assert found["Total equity"] == -plain.at_end(*CAPITAL)
    assert "Does not balance by" not in found


@over_every_view
@of(PARTS)
def test_cash_flow(ask: Callable[..., Statement], plain: Plain, whom: str, view: str) -> None:
    found = figures(ask("cash_flow", view, **PARTS[whom][0]))
    assert found["Net income"] == -plain.moved(*EARNS)
    assert found["Cash at the beginning"] == plain.at_start(account="cash")
    assert found["Net change in cash"] == plain.moved(account="cash")
    assert found["Cash at the end"] == plain.at_end(account="cash")


@over_every_view
@of(PARTS)
def test_changes_in_equity(ask: Callable[..., Statement], plain: Plain, whom: str, view: str) -> None:
    found = figures(ask("changes_in_equity", view, **PARTS[whom][0]), "total")
    assert found["Net income"] == -plain.moved(*EARNS)
    assert found["At the beginning"] == -plain.at_start(*CAPITAL)
    assert found["At the end"] == -plain.at_end(*CAPITAL)
    assert sum(found.values()) == 2 * found["At the end"]  # what is between explains all of the change


@over_every_view
@of({each: whom for each, whom in PARTS.items() if whom[0]})
def test_trial_balance(ask: Callable[..., Statement], plain: Plain, whom: str, view: str) -> None:
    *accounts, total = ask("trial_balance", view, **PARTS[whom][0]).rows
    assert [total[name] for name in ("opening_cad", "movement_cad", "closing_cad")] == [ZERO] * 3
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in accounts:
        found[row["group_account"]] += row["movement_cad"]
    known = {row["group_account"] for row in plain.rows} | set(found)
    assert {each: found[each] for each in known} == {each: plain.moved(account=each) for each in known}
    cash = [row for row in accounts if row["group_account"] == "cash"]
    assert added(cash, "opening_cad") == plain.at_start(account="cash")
    assert added(cash, "closing_cad") == plain.at_end(account="cash")
