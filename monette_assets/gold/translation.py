"""One company's months in group currency, each from the one before, and the proof of the difference.

Plain Python over monthly sums: the tables that publish it are gold/translated_balances and gold/translation_proof.
ACCOUNTING 13 to 16. Amounts are debit positive; rates are group currency for one unit of home currency.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal, NamedTuple

from monette_assets.gold.carrying import (
    NOTHING,
    SIX_DECIMALS,
    ZERO,
    Carried,
    Cost,
    Flow,
    Position,
    Taken,
    Treatment,
    carry,
)
from monette_assets.group.calendar import DatedYearStart, add_months, fiscal_year_start, month_end, months_between

CENT = Decimal("0.01")
CARRYING = "carrying average of the account"
NOT_STATED = "no historical amount in the contract"
DIGITS = 60  # amount x rate is exact: nothing is rounded but where it says so

Method = Literal["current_rate", "temporal"]
RateKind = Literal["none", "average", "closing", "historical", "carrying"]


class Account(NamedTuple):
    """An account of the company's books."""

    id: str
    number: str | None
    name: str
    classification: str
    group_account: str

    @property
    def earns(self) -> bool:
        """Whether it restarts with the fiscal year."""
        return self.classification in ("Revenue", "Expense")


class Rate(NamedTuple):
    """A rate with its pedigree (ACCOUNTING 13). `value` None: no single one, as where nothing is held."""

    value: Decimal | None
    kind: RateKind
    day: date | None
    source: str


class Published(NamedTuple):
    """A rate as somebody published it."""

    value: Decimal
    day: date
    source: str

    def as_kind(self, kind: RateKind) -> Rate:
        return Rate(self.value, kind, self.day, self.source)


class Opening(NamedTuple):
    """The contract's opening position: `historical` by group account, debit positive."""

    rate: Published
    income_rate: Decimal | None
    historical: Mapping[str, Decimal]


@dataclass(frozen=True)
class Terms:
    """How a company is translated."""

    method: Method
    currency: str
    first_period: date
    year_starts: Sequence[DatedYearStart]
    opening: Opening
    difference: Account  # where the difference goes: equity (current_rate) or income (temporal)
    treatments: Mapping[str, Treatment] = field(default_factory=dict)  # of group accounts; others are monetary


class Balance(NamedTuple):
    """An account's month, home currency."""

    account: Account
    opening: Decimal
    movement: Decimal


@dataclass
class Month:
    """What the books say of a month. `equity`: amounts by day; `flows` and `costs`: temporal method only."""

    balances: dict[str, Balance] = field(default_factory=dict)
    equity: dict[str, list[tuple[date, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    flows: dict[str, Flow] = field(default_factory=dict)
    costs: list[Cost] = field(default_factory=list)
    average: Published | None = None
    closing: Published | None = None


@dataclass
class Books:
    """A company's months on one basis, and every daily rate known."""

    months: dict[date, Month] = field(default_factory=lambda: defaultdict(Month))
    daily: list[Published] = field(default_factory=list)
    retained_earnings: Account | None = None


class Row(NamedTuple):
    """A row of gold/translated_balances. Amounts in group currency are None where the month cannot be translated."""

    account: Account
    opening: Decimal
    movement: Decimal
    closing: Decimal
    rate: Rate
    opening_cad: Decimal | None
    movement_cad: Decimal | None
    closing_cad: Decimal | None


class ProofLine(NamedTuple):
    """A line of gold/translation_proof; a gain is positive. `roundings`: how many went into it."""

    line: str
    home: Decimal | None
    rate_from: Decimal | None
    rate_to: Decimal | None
    cad: Decimal
    roundings: int = 0


class Translated(NamedTuple):
    """A month in group currency. `problem` says why it cannot be translated; there is no proof then."""

    period: date
    rows: list[Row]
    proof: list[ProofLine]
    problem: str | None


class Held(NamedTuple):
    """What an account stands at, and the rate that got it there."""

    account: Account
    home: Decimal
    cad: Decimal
    rate: Rate
    at_closing: bool = False


def translate(terms: Terms, books: Books, last: date) -> Iterator[Translated]:
    """Every month from the company's first to `last` that has rows, in order.

    A month that lacks a rate, or does not follow from the one before, cannot be translated, and nor can those after it.
    """
    running = _Running(terms, books)
    for period in months_between(terms.first_period, last):
        with localcontext(prec=DIGITS, rounding=ROUND_HALF_UP):
            month = running.month(period)
        if month.rows:
            yield month


def cents(amount: Decimal) -> Decimal:
    """Booked once, half up (ACCOUNTING 16)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def allocate(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Cents divided in proportion, by largest remainder, ties to the first name: parts sum to the whole.

    Weights that sum to nothing: all to the first.
    """
    names = sorted(weights)
    total = sum(weights.values(), ZERO)
    if not total:
        return {name: amount if name == names[0] else ZERO for name in names}
    exact = {name: amount * weights[name] / total for name in names}
    parts = {name: exact[name].quantize(CENT, "ROUND_FLOOR") for name in names}
    left = int((amount - sum(parts.values(), ZERO)) / CENT)
    for name in sorted(names, key=lambda each: (parts[each] - exact[each], each))[:left]:
        parts[name] += CENT
    return parts


def effective(cad: Decimal, home: Decimal) -> Decimal | None:
    """The rate between two amounts, six decimals; None where there is none."""
    return (cad / home).quantize(SIX_DECIMALS, ROUND_HALF_UP) if home and abs(cad) < abs(home) * 10**12 else None


def _income(movement: Decimal, taken: Taken, average: Published) -> tuple[Decimal, Rate]:
    """Income and expense at the month's average, but for the cost that goes with a relief."""
    exact = (movement - taken.home) * average.value + taken.cad
    if taken.home and movement:
        return exact, Rate(effective(exact, movement), "carrying", average.day, CARRYING)
    return exact, average.as_kind("average")


@dataclass
class _Sums:
    """What proves a month's difference, summed while booking and not taken from the difference (ACCOUNTING 15)."""

    position: Decimal = ZERO  # opening balances at the closing rate
    flows: Decimal = ZERO  # what came in (left, where negative) against the average rate
    equity: Taken = NOTHING  # what owners brought
    reclassified: Decimal = ZERO  # accounts that became monetary
    rounding: Decimal = ZERO
    roundings: int = 0

    def book(self, exact: Decimal) -> Decimal:
        """The amount in cents; what that adds is remembered."""
        booked = cents(exact)
        self.rounding += booked - exact
        self.roundings += exact != 0
        return booked

    def at_closing(self, held: Held, movement: Decimal, opening_rate: Decimal, closing_rate: Decimal) -> Decimal:
        """A balance at the closing rate; the rounding its opening came with leaves."""
        opening = held.home * opening_rate
        self.position += held.home
        if held.at_closing:
            self.rounding -= held.cad - opening
            self.roundings += opening != 0
        else:
            self.reclassified += opening - held.cad
        return self.book((held.home + movement) * closing_rate)

    def proof(self, start: Decimal, average: Decimal, end: Decimal, realised: Taken | None) -> list[ProofLine]:
        """The lines of gold/translation_proof that explain the month's difference."""
        home, cad = self.equity
        lines = [
            ProofLine("opening_position", self.position, start, end, self.position * (end - start)),
            ProofLine("flows_at_average", self.flows, average, end, self.flows * (end - average)),
            ProofLine("equity", home, effective(cad, home), end, home * end - cad),
        ]
        if realised is not None:
            lines.append(ProofLine("realised_on_disposal", realised.home, None, average, realised.cad))
            lines.append(ProofLine("reclassified", None, None, None, self.reclassified))
        proved = sum((each.cad for each in lines), ZERO)
        lines.append(ProofLine("proof", None, None, None, proved))
        lines.append(ProofLine("rounding", None, None, None, self.rounding, self.roundings))
        return lines


class _Running:
    """A company's balances as the months go by."""

    def __init__(self, terms: Terms, books: Books) -> None:
        self.terms, self.books = terms, books
        self.temporal = terms.method == "temporal"
        self.held: dict[str, Held] = {}
        self.difference = ZERO
        self.opened = False
        self.closing = terms.opening.rate
        self.problem: str | None = None
        self.days = [each.day for each in books.daily]

    def month(self, period: date) -> Translated:
        month = self.books.months.get(period) or Month()
        if self.problem is None:
            self.problem = self._begin(period, month)
        if self.problem is not None:
            told = Rate(None, "none", None, self.problem)
            rows = [Row(account, opening, movement, opening + movement, told, None, None, None)
                    for account, opening, movement in month.balances.values()]  # fmt: skip
            found = Translated(period, rows, [], self.problem)
            if not self.problem.startswith("follows"):
                self.problem = f"follows {period:%Y-%m}, which cannot be translated: {self.problem}"
            return found
        if month.average is None or month.closing is None or not (self.held or month.balances):
            return Translated(period, [], [], None)  # no books yet
        return self._translated(period, month, month.average, month.closing)

    # -- what a month begins with

    def _begin(self, period: date, month: Month) -> str | None:
        """Open the books, close the year; why the month cannot be translated, if it cannot."""
        problem = None
        if not self.opened and month.balances:
            self.opened = True
            problem = self._open(period, month)
        elif fiscal_year_start(self.terms.year_starts, period) == period:
            problem = self._close_year(period)
        if problem or not (self.held or month.balances):
            return problem
        if not month.balances and any(each.home for each in self.held.values()):
            return f"gold/trial_balance has nothing for {period:%Y-%m}"
        missing = [kind for kind, rate in (("average", month.average), ("closing", month.closing)) if rate is None]
        if missing:
            return f"no {' and no '.join(missing)} rate of {self.terms.currency} for {period:%Y-%m}"
        return self._does_not_follow(month)

    def _open(self, period: date, month: Month) -> str | None:
        """Every account at what the contract says it carried; what remains is the difference accumulated so far."""
        if period != self.terms.first_period and any(each.opening for each in month.balances.values()):
            return f"the books begin in {period:%Y-%m}, the opening position is that of {self.terms.first_period:%Y-%m}"
        opening, retained = self.terms.opening, self.books.retained_earnings
        closing = opening.rate.as_kind("closing")
        unstated = NOT_STATED if opening.historical else "differences start at zero"
        for account, home, _ in month.balances.values():
            told, value, at_closing = closing, closing.value or ZERO, self._at_closing(account)
            if account.earns:
                value = opening.income_rate or value
                told = Rate(value, "average", closing.day, closing.source)
            elif not at_closing:
                told = Rate(value, "historical", closing.day, f"{closing.source}; {unstated}")
            self.held[account.id] = Held(account, home, cents(home * value), told, at_closing)
        for group_account, amount in opening.historical.items():
            if problem := self._state(group_account, amount, closing.day):
                return problem
        remains = -sum((each.cad for each in self.held.values()), ZERO)
        if not self.temporal:
            self.difference = remains
        elif retained is not None:
            before = self.held.get(retained.id, Held(retained, ZERO, ZERO, closing))
            cad = before.cad + remains
            told = Rate(effective(cad, before.home), "historical", closing.day, "what remains of the opening position")
            self.held[retained.id] = before._replace(cad=cad, rate=told)
        elif remains:
            return "the books have no retained earnings account"
        return None

    def _state(self, group_account: str, amount: Decimal, day: date | None) -> str | None:
        """Take a historical amount of the contract into the accounts it is for; why it cannot be, if so."""
        homes = {
            each.account.id: each.home
            for each in self.held.values()
            if each.home and each.account.group_account == group_account
        }
        if not homes:
            return (
                f"the contract's opening position has {amount} in {group_account}, the books nothing"
                if amount
                else None
            )
        for identifier, cad in allocate(amount, homes).items():
            before = self.held[identifier]
            told = Rate(effective(cad, before.home), "historical", day, "the contract's opening position")
            self.held[identifier] = before._replace(cad=cad, rate=told)
        return None

    def _close_year(self, period: date) -> str | None:
        """Retained earnings take in the year's translated result (ACCOUNTING 4)."""
        earned = [each for each in self.held.values() if each.account.earns]
        home = sum((each.home for each in earned), ZERO)
        cad = sum((each.cad for each in earned), ZERO) + (self.difference if self.temporal else ZERO)
        for each in earned:
            self.held[each.account.id] = each._replace(home=ZERO, cad=ZERO)
        if self.temporal:
            self.difference = ZERO
        if not home and not cad:
            return None
        retained = self.books.retained_earnings
        if retained is None:
            return "the books have no retained earnings account"
        before = self.held.get(retained.id)
        total_home = home + (before.home if before else ZERO)
        total_cad = cad + (before.cad if before else ZERO)
        told = Rate(
            effective(total_cad, total_home),
            "historical",
            month_end(add_months(period, -1)),
            "results of earlier years, as translated",
        )
        self.held[retained.id] = Held(before.account if before else retained, total_home, total_cad, told)
        return None

    def _does_not_follow(self, month: Month) -> str | None:
        """The trial balance must go on from where the month before ended, and its parts must sum to it."""
        for identifier in {**self.held, **month.balances}:
            balance, before = month.balances.get(identifier), self.held.get(identifier)
            opening, held = balance.opening if balance else ZERO, before.home if before else ZERO
            if opening != held:
                return f"account {identifier} opens at {opening}, the month before closed at {held}"
        for identifier, (account, _, movement) in month.balances.items():
            if account.classification == "Equity":
                posted = sum((amount for _, amount in month.equity.get(identifier, ())), ZERO)
            elif self.temporal and not self._at_closing(account) and not account.earns:
                flow = month.flows.get(identifier, Flow(ZERO, ZERO))
                posted = flow.additions - flow.reliefs
            else:
                continue
            if posted != movement:
                return f"account {identifier} moves by {movement}, its postings sum to {posted}"
        for identifier, flow in month.flows.items():
            taken = sum((cost.home for cost in month.costs if cost.relieved == identifier), ZERO)
            if taken != flow.reliefs:
                return f"account {identifier} is relieved of {flow.reliefs}, its costs sum to {taken}"
        return None

    # -- the month

    def _translated(self, period: date, month: Month, average: Published, closing: Published) -> Translated:
        """Book every account, then the difference: what remains."""
        sums, rows, before = _Sums(), list[Row](), self.difference
        carried = self._carried(month, average.value)
        for identifier, account, movement, held in self._accounts(month):
            if self._at_closing(account):
                rate = closing.as_kind("closing")
                closing_cad = sums.at_closing(held, movement, self.closing.value, closing.value)
            else:
                if account.classification == "Equity":
                    exact, rate = self._at_days(month.equity.get(identifier, ()), held)
                    sums.equity = Taken(sums.equity.home - movement, sums.equity.cad - exact)
                elif account.earns:
                    exact, rate = _income(movement, carried.absorbed.get(identifier, NOTHING), average)
                    sums.flows -= movement
                else:
                    exact = carried.movement[identifier]
                    rate = Rate(carried.rate[identifier], "carrying", closing.day, CARRYING)
                    sums.flows -= movement
                closing_cad = held.cad + sums.book(exact)
            now = Held(account, held.home + movement, closing_cad, rate, self._at_closing(account))
            self.held[identifier] = now
            if identifier in month.balances or held.cad or now.cad:
                rows.append(Row(account, held.home, movement, now.home, rate, held.cad, now.cad - held.cad, now.cad))
        self.difference = after = -sum((each.cad for each in self.held.values()), ZERO)
        told = Rate(None, "none", None, "what remains; proved in gold/translation_proof")
        rows.append(Row(self.terms.difference, ZERO, ZERO, ZERO, told, before, after - before, after))
        proof = sums.proof(
            self.closing.value, average.value, closing.value, carried.realised if self.temporal else None
        )
        self.closing = closing
        return Translated(period, rows, proof, None)

    def _accounts(self, month: Month) -> Iterator[tuple[str, Account, Decimal, Held]]:
        """Every account held or moved, by id: its movement and what it stood at."""
        nothing = Rate(None, "historical", None, "nothing held")
        for identifier in sorted({**self.held, **month.balances}):
            if identifier in month.balances:
                account, _, movement = month.balances[identifier]
                yield identifier, account, movement, self.held.get(identifier, Held(account, ZERO, ZERO, nothing))
            else:
                held = self.held[identifier]
                yield identifier, held.account, ZERO, held

    def _at_closing(self, account: Account) -> bool:
        if account.classification not in ("Asset", "Liability"):
            return False
        return not self.temporal or self.terms.treatments.get(account.group_account, "monetary") == "monetary"

    def _carried(self, month: Month, average: Decimal) -> Carried:
        """The month of the non-monetary accounts."""
        if not self.temporal:
            return Carried()
        positions = {
            identifier: Position(
                self.terms.treatments[account.group_account], account.classification == "Liability", held.home, held.cad
            )
            for identifier, account, _, held in self._accounts(month)
            if account.classification in ("Asset", "Liability") and not self._at_closing(account)
        }
        return carry(positions, month.flows, month.costs, average)

    def _at_days(self, postings: Iterable[tuple[date, Decimal]], before: Held) -> tuple[Decimal, Rate]:
        """Equity at the last rate published on or before each day; nothing posted: as it stood."""
        exact = home = ZERO
        last: Published | None = None
        rates = set[Decimal]()
        for day, amount in sorted(postings):
            last = self._rate_of(day)
            exact += amount * last.value
            home += amount
            rates.add(last.value)
        if last is None:
            return ZERO, before.rate
        value = last.value if len(rates) == 1 or not home else effective(exact, home)
        return exact, Rate(value, "historical", last.day, last.source)

    def _rate_of(self, day: date) -> Published:
        """The last published rate on or before the day; before the first one known, the contract's opening rate."""
        index = bisect_right(self.days, day)
        return self.books.daily[index - 1] if index else self.terms.opening.rate
