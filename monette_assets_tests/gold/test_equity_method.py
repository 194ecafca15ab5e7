"""Consolidation line by line comes to what the equity method says in one sum (ACCOUNTING 17 to 20).

What the owners have is the parent's own equity, their share of what every subsidiary earned since it was bought, and
their share of the profit in goods between them taken off. Nothing of that is computed by the platform here. Months of
random books: a subsidiary of a subsidiary that is bought and sold, one in US dollars, goods sold both ways, claims paid
or not, a dividend, years that begin in other months, and a year's end of the group in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from monette_assets.gold.eliminations import CONTRACT as ELIMINATIONS
from monette_assets.group import Group
from monette_assets.group.calendar import months_between
from monette_assets_tests.frames import failures
from monette_assets_tests.gold.test_consolidated_statements import consolidated
from monette_assets_tests.group_books import CLASSIFICATION, Books, Line, chart, companies_group, company, document

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ZERO, CENT = Decimal(0), Decimal("0.01")
MONTHS = months_between(date(2025, 8, 1), date(2026, 3, 1))
EARNS = ("Revenue", "Expense")
MARGIN = Decimal("0.25")
OPENED = {"bank": "5000.00", "inventory": "500.00", "capital": "-4000.00", "retained_earnings": "-1500.00"}
TRADERS = ("grain", "shop", "barn")


@dataclass(frozen=True)
class Owned:
    """A subsidiary while it is controlled, and the account that its parent's payment stands on."""

    parent: str
    share: Decimal
    since: date
    until: date
    account: str


OWNED = {
    "shop": Owned("grain", Decimal("0.80"), date(2025, 9, 1), date(2026, 2, 1), "investment"),
    "barn": Owned("shop", Decimal("0.60"), date(2025, 10, 1), date(2025, 12, 1), "land"),
    "ranch": Owned("grain", Decimal("0.70"), date(2025, 10, 1), date(2026, 3, 1), "shares"),
}
YEAR_STARTS = {"grain": 11, "shop": 1, "barn": 12, "ranch": 10}


def member(code: str, month: date) -> bool:
    return code == "grain" or OWNED[code].since <= month < OWNED[code].until


def owners_share(code: str) -> Decimal:
    return Decimal(1) if code == "grain" else OWNED[code].share * owners_share(OWNED[code].parent)


@dataclass
class Trade:
    """Random documents, and what they say of goods: bought of whom, and how much of a buyer's stock was left."""

    random: Random
    lines: list[Line] = field(default_factory=list)
    bought: dict[tuple[str, str, date], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    kept: dict[tuple[str, date], Decimal] = field(default_factory=dict)

    def amount(self, most: int) -> Decimal:
        return Decimal(self.random.randint(1000, most * 100)).scaleb(-2)

    def book(self, code: str, month: date, number: str, whom: str | None, *postings: tuple[str, Decimal]) -> None:
        shown = [(account, str(amount)) for account, amount in postings]
        self.lines += document(code, f"{month:%Y-%m}", number, whom, *shown)

    def trade(self, month: date, number: str) -> tuple[str, Decimal]:
        """Goods from one to another, claimed; half of the time paid."""
        seller, buyer = self.random.sample(TRADERS, 2)
        price = self.amount(200)
        self.book(seller, month, number, f"{buyer.title()} Ltd.", ("due_from", price), ("group_sales", -price))
        self.book(buyer, month, number, f"{seller.title()} Ltd.", ("inventory", price), ("due_to", -price))
        if self.random.random() < 0.5:
            self.book(seller, month, number, f"{buyer.title()} Ltd.", ("bank", price), ("due_from", -price))
            self.book(buyer, month, number, f"{seller.title()} Ltd.", ("due_to", price), ("bank", -price))
        self.bought[seller, buyer, month] += price
        return buyer, price

    def write(self) -> None:
        stock = dict.fromkeys(TRADERS, Decimal(OPENED["inventory"]))
        for at, month in enumerate(MONTHS):
            for code in (*TRADERS, "ranch"):
                sold, spent = self.amount(900), self.amount(600)
                self.book(code, month, "S", "Client", ("bank", sold), ("sales", -sold))
                self.book(code, month, "E", "Vendor", ("feed", spent), ("bank", -spent))
            for each in range(3):
                buyer, price = self.trade(month, f"IC-{at}-{each}")
                stock[buyer] += price
            for code in TRADERS:
                gone = (stock[code] * self.random.randint(0, 60) / 100).quantize(CENT)
                self.book(code, month, "R", None, ("cost", gone), ("inventory", -gone))
                self.kept[code, month] = 1 - gone / stock[code]
                stock[code] -= gone
        for deal in OWNED.values():
            paid, proceeds = self.amount(5000), self.amount(6000)
            loss = paid - proceeds
            self.book(deal.parent, deal.since, "D-1", None, (deal.account, paid), ("bank", -paid))
            self.book(deal.parent, deal.until, "D-2", None, ("bank", proceeds), (deal.account, -paid), ("gain", loss))
        paid_on = date(2025, 12, 1)
        self.book("shop", paid_on, "DIV", "Grain Ltd.", ("dividends", Decimal(80)), ("bank", Decimal(-80)))
        self.book("shop", paid_on, "DIV", "P. Osei", ("dividends", Decimal(20)), ("bank", Decimal(-20)))
        self.book("grain", paid_on, "DIV", "Shop Ltd.", ("bank", Decimal(80)), ("gain", Decimal(-80)))


def group_of_them(folder: Path, equity: Mapping[str, Mapping[str, Decimal]] | None = None) -> Group:
    """Sisters, or owned as above with this equity on the day of control."""
    paid_for = [
        {"code": code, "name": code.title(), "statement": "balance_sheet", "classification": "Asset", "order": 100}
        for code in ("land", "shares")
    ]
    codes = dict.fromkeys([*CLASSIFICATION, "land", "shares"])
    terms: dict[str, Any] = {}
    if equity is not None:
        terms = {
            "method": "consolidated",
            "profit_in_stock": [{"inventory_account": "inventory", "cost_account": "cost", "margin": str(MARGIN)}],
            "ownership": [
                {"company": code, "parent": each.parent, "share": str(each.share), "from": each.since, "to": each.until,
                 "investment_account": each.account, "disposal_account": "gain",
                 "opening_equity": [{"group_account": account, "amount": str(amount)}
                                    for account, amount in equity[code].items() if amount]}
                for code, each in OWNED.items()
            ],
        }  # fmt: skip
    return companies_group(
        folder,
        *(company(code, "USD" if code == "ranch" else "CAD", year_start=start, first_period=MONTHS[0])
          for code, start in YEAR_STARTS.items()),
        overrides={
            "chart": [*chart(), *paid_for],
            "mapping": [{"account_name": code, "group_account": code} for code in codes],
        },
        **terms,
    )  # fmt: skip


def test_what_the_owners_and_the_others_have_is_what_the_equity_method_says(
    spark: SparkSession, tmp_path: Path, monkeypatch: Any
) -> None:
    for code in ("land", "shares"):
        monkeypatch.setitem(CLASSIFICATION, code, "Asset")
    made = Trade(Random(20251101))
    made.write()
    rates = {f"{month:%Y-%m}": (str(made.amount(50) / 100 + 1), str(made.amount(50) / 100 + 1)) for month in MONTHS}
    opened = dict.fromkeys(YEAR_STARTS, OPENED)
    worth: dict[tuple[str, date], Decimal] = defaultdict(Decimal)  # equity at month ends
    adjustment: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    bought: dict[str, dict[str, Decimal]] = {code: defaultdict(Decimal) for code in OWNED}
    translated = Books(group_of_them(tmp_path / "sisters"), made.lines, rates, opened)
    for row in translated.translated_rows(f"{MONTHS[-1]:%Y-%m}"):
        code, month, account = row["company"], row["period"], row["group_account"]
        if row["classification"] in ("Equity", *EARNS):
            worth[code, month] -= row["closing_cad"]
            adjustment[code, month] -= row["closing_cad"] if account == "translation" else ZERO
            if code in OWNED and month == OWNED[code].since:
                kept = "retained_earnings" if row["classification"] in EARNS else account
                bought[code][kept] -= row["opening_cad"]
    found = consolidated(
        spark, group_of_them(tmp_path / "group", bought), made.lines, *(f"{month:%Y-%m}" for month in MONTHS),
        rates=rates, opened=opened,
    )  # fmt: skip
    assert found.broken() == []
    assert failures(ELIMINATIONS, "opening_equity_agrees", found.context, found.inputs["eliminations"],
                    translated_balances=found.inputs["translated_balances"]) == []  # fmt: skip

    profit: dict[tuple[str, str], Decimal] = defaultdict(Decimal)  # in stock, by seller and buyer
    begun = earlier = Decimal(OPENED["bank"]) + Decimal(OPENED["inventory"])  # the owners', as the group's year began
    for month in MONTHS:
        for pair in [(seller, buyer) for seller in TRADERS for buyer in TRADERS if seller != buyer]:
            both = all(member(code, month) for code in pair)
            held = profit[pair] + made.bought[*pair, month] * MARGIN if both else ZERO
            profit[pair] = held * made.kept[pair[1], month]
        there = [code for code in OWNED if member(code, month)]
        earned = {code: worth[code, month] - sum(bought[code].values()) for code in there}
        in_stock = {code: sum((held for (seller, _), held in profit.items() if seller == code), ZERO)
                    for code in TRADERS}  # fmt: skip
        owners = (
            worth["grain", month]
            + sum(owners_share(code) * each for code, each in earned.items())
            - sum(owners_share(code) * each for code, each in in_stock.items())
        )
        others = sum(
            (1 - OWNED[code].share) * sum(bought[code].values()) + (1 - owners_share(code)) * each
            for code, each in earned.items()
        ) - sum((1 - owners_share(code)) * each for code, each in in_stock.items())
        translation = sum(
            (owners_share(code) * (adjustment[code, month] - bought[code]["translation"]) for code in there), ZERO
        )
        goodwill = sum(
            (
                line.amount - each.share * sum(bought[code].values())
                for code, each in OWNED.items() if code in there
                for line in made.lines if (line.account, line.reference) == (each.account, "D-1")
            ), ZERO,
        )  # fmt: skip
        if month.month == 11:
            begun = earlier
        earlier = owners - translation
        stood = {account: Decimal(amount) for account, amount in found.sums(f"{month:%Y-%m}").items()}
        net_assets = sum(
            (amount for account, amount in stood.items() if CLASSIFICATION[account] in ("Asset", "Liability")), ZERO
        )
        income = -sum((amount for account, amount in stood.items() if CLASSIFICATION[account] in EARNS), ZERO)
        expected = {"net assets": owners + others, "others": others, "translation": translation,
                    "goodwill": goodwill, "income": owners - translation - begun}  # fmt: skip
        says = {"net assets": net_assets, "others": -stood.get("minority", ZERO),
                "translation": -stood.get("translation", ZERO), "goodwill": stood.get("goodwill", ZERO),
                "income": income}  # fmt: skip
        off = {name: (says[name], amount) for name, amount in expected.items() if abs(says[name] - amount) > 5 * CENT}
        assert not off, f"{month:%Y-%m}: {off}"
        assert not stood.keys() & {"investment", "land", "shares", "difference", "dividends"}
