"""Non-monetary accounts under the temporal method: what a month's movements carry in group currency (ACCOUNTING 14).

Inventory and fixed assets take additions at the month's average rate and give them up at their carrying average rate,
the month's additions included; accumulated depreciation is built at the carrying average rate of the fixed assets it
is of (of `fixed_asset`; land is `non_monetary`).
The cost that goes with a relief takes the relief's amount. Debit positive throughout; results are exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

Treatment = Literal["monetary", "non_monetary", "fixed_asset", "accumulated_depreciation"]

ZERO = Decimal(0)
EXACT = Decimal("0.00000001")  # what amount x rate comes to
SIX_DECIMALS = Decimal("0.000001")


class Position(NamedTuple):
    """What a non-monetary account holds when the month begins."""

    treatment: Treatment
    is_liability: bool
    home: Decimal
    cad: Decimal


class Flow(NamedTuple):
    """Debits and credits of a month, each transaction netted per account; both positive."""

    additions: Decimal
    reliefs: Decimal


class Cost(NamedTuple):
    """The part of an account's reliefs that another line of the same transaction takes; None: nothing takes it."""

    relieved: str
    absorber: str | None
    home: Decimal


class Taken(NamedTuple):
    """Amounts that take a relief's group currency instead of the average's."""

    home: Decimal
    cad: Decimal


NOTHING = Taken(ZERO, ZERO)


@dataclass
class Carried:
    """What a month does to the non-monetary accounts."""

    movement: dict[str, Decimal] = field(default_factory=dict)
    rate: dict[str, Decimal] = field(default_factory=dict)  # the carrying average rate after the month's additions
    absorbed: dict[str, Taken] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    realised: Taken = NOTHING  # book value that left for money: its home amount, its gain in group currency

    def realise(self, home: Decimal, gain: Decimal) -> None:
        """Book value left (came back, where negative) against money at the average rate."""
        self.realised = Taken(self.realised.home + home, self.realised.cad + gain)


def carry(
    positions: Mapping[str, Position], flows: Mapping[str, Flow], costs: Iterable[Cost], average: Decimal
) -> Carried:
    """Value every account's month, an account that gives before the one that takes.

    Where accounts take from each other in a circle, the one valued first takes at the average.
    """
    outgoing: dict[str, list[Cost]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    for cost in sorted(costs, key=lambda each: (each.relieved, each.absorber is None, each.absorber or "")):
        outgoing[cost.relieved].append(cost)
        if cost.absorber is not None and cost.absorber in positions:
            sources[cost.absorber].append(cost.relieved)
    fixed_assets = [each for each in sorted(positions) if positions[each].treatment == "fixed_asset"]
    result, started = Carried(), set[str]()
    pool = NOTHING

    def visit(account: str) -> None:
        nonlocal pool
        if account in started:
            return
        started.add(account)
        position, flow = positions[account], flows.get(account, Flow(ZERO, ZERO))
        builds = position.treatment == "accumulated_depreciation"
        for source in (*(fixed_assets if builds else ()), *sources[account]):
            visit(source)
        if _on_credit_side(position):
            rate = _rate_of(pool, average) if builds else average
            given = flow.reliefs * rate
            held = Taken(flow.reliefs - position.home, given - position.cad)
            back, result.rate[account] = _relieved(flow.additions, held, average)
            result.movement[account] = back - given
            result.realise(-flow.additions, back - flow.additions * average)
        else:
            taken = result.absorbed.pop(account, NOTHING)
            added = (flow.additions - taken.home) * average + taken.cad
            held = Taken(position.home + flow.additions, position.cad + added)
            given, result.rate[account] = _relieved(flow.reliefs, held, average)
            result.movement[account] = added - given
            if position.treatment == "fixed_asset":
                pool = Taken(pool.home + held.home, pool.cad + held.cad)
        for cost, cad in _shares(given, outgoing[account]):
            taker = cost.absorber
            if taker is None or taker in result.movement or _cannot_take(positions.get(taker)):
                result.realise(cost.home, cost.home * average - cad)
            else:
                before = result.absorbed[taker]
                result.absorbed[taker] = Taken(before.home + cost.home, before.cad + cad)

    for account in sorted(positions):
        visit(account)
    return result


def _cannot_take(position: Position | None) -> bool:
    """Debits give back what credits built: they have a carrying rate of their own."""
    return position is not None and _on_credit_side(position)


def _on_credit_side(position: Position) -> bool:
    """Whether credits build the balance: accumulated depreciation, a liability, an asset drawn below nothing."""
    normal = position.is_liability or position.treatment == "accumulated_depreciation"
    return position.home < 0 or (position.home == 0 and normal)


def _rate_of(held: Taken, average: Decimal) -> Decimal:
    if held.home <= 0:
        return average
    return (held.cad / held.home).quantize(SIX_DECIMALS, ROUND_HALF_UP)


def _relieved(home: Decimal, held: Taken, average: Decimal) -> tuple[Decimal, Decimal]:
    """What a relief takes along, and the carrying rate. Whoever takes all takes all of it; more goes at the average."""
    rate = _rate_of(held, average)
    if held.home <= 0:
        return home * average, rate
    if home >= held.home:
        return held.cad + (home - held.home) * average, rate
    return home * rate, rate


def _shares(cad: Decimal, costs: Sequence[Cost]) -> Iterator[tuple[Cost, Decimal]]:
    """Divide in proportion to the home amounts; the parts sum to the whole (ACCOUNTING 16)."""
    total = sum((each.home for each in costs), ZERO)
    home = before = ZERO
    for each in costs:
        home += each.home
        upto = cad if home == total else (cad * home / total).quantize(EXACT, ROUND_HALF_UP)
        yield each, upto - before
        before = upto
