"""What the companies of the group charge each other. Both sides' books are written from the same charge.

A charge is drawn by seller, buyer and month alone, so that adding a company leaves the others' charges as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from monette_assets.group import Company, Group
from monette_assets.group.calendar import add_months
from monette_assets.simulator.profiles import businesses_of_pillar, profile_of


@dataclass(frozen=True, slots=True)
class Service:
    """What is charged: by which business to which, when, how often, how much, and the accounts on either side.

    `months`: calendar months; `chance`: percent of months; `share`: hundredths of a percent of the buyer's year.
    """

    code: str
    memo: str
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]
    months: tuple[int, ...]
    chance: int
    share: int
    seller_account: str
    buyer_account: str


_ALL = ("grain", "cow_calf", "feedlot", "seed", "produce")
SERVICES = (
    Service("MF", "Management fee", ("others",), _ALL, tuple(range(1, 13)), 100, 10, "4460", "6060"),
    Service("FG", "Feed barley", ("grain",), ("feedlot", "cow_calf"), (11, 12, 1, 2, 3, 4), 30, 14, "4450", "5200"),
    Service("SD", "Seed", ("seed",), ("grain",), (3, 4, 5), 80, 45, "4450", "5100"),
)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge, in cents of the buyer's currency: when the buyer pays it (`settled`) and the seller banks it."""

    reference: str
    seller: Company
    buyer: Company
    service: Service
    day: date
    amount: int
    settled: date | None
    received: date | None


def charges(group: Group, company: Company, period: date, *, seed: int, months_before: int) -> list[Charge]:
    """Every charge of the period in which the company is seller or buyer."""
    found: list[Charge] = []
    for other in group.companies:
        if other.code != company.code and _keeps_books(group, other, period, months_before):
            for seller, buyer in ((company, other), (other, company)):
                found.extend(
                    _charges_between(
                        group, seller=seller, buyer=buyer, period=period, seed=seed, months_before=months_before
                    )
                )
    return sorted(found, key=lambda each: each.reference)


def planned(group: Group, company: Company, period: date) -> Iterator[tuple[str, int, str]]:
    """What a budget says of the company's charges in a month: its account, cents, and the currency they are in."""
    for other in group.companies:
        if other.code != company.code:
            for seller, buyer in ((company, other), (other, company)):
                for service in _services(group, seller=seller, buyer=buyer, period=period, months_before=0):
                    cents = profile_of(buyer).revenue * service.share * service.chance // 10_000
                    account = service.seller_account if seller is company else service.buyer_account
                    yield account, cents, buyer.home_currency


def _keeps_books(group: Group, company: Company, period: date, months_before: int) -> bool:
    """Whether it trades with the group: an original member from its first books on, another while it belongs."""
    original = company.first_period <= group.first_period
    first = add_months(company.first_period, -months_before) if original else company.first_period
    return first <= period and (company.last_period is None or period <= company.last_period)


def _charges_between(
    group: Group, *, seller: Company, buyer: Company, period: date, seed: int, months_before: int
) -> list[Charge]:
    services = _services(group, seller=seller, buyer=buyer, period=period, months_before=months_before)
    if not services:
        return []
    rng = Random(f"{seed}:intercompany:{seller.code}:{buyer.code}:{period.isoformat()}")
    found: list[Charge] = []
    for service in services:
        if rng.randrange(100) >= service.chance:
            continue
        amount = profile_of(buyer).revenue * service.share // 100 * rng.randrange(90, 111) // 100  # cents
        paid_in = add_months(period, 2)
        late = rng.randrange(100) < 12  # the buyer pays at month end and the seller banks it in the next month
        settled = add_months(paid_in, 1).replace(day=1) if late else paid_in.replace(day=15)
        settled = date.fromordinal(settled.toordinal() - 1) if late else settled
        received = date.fromordinal(settled.toordinal() + 3)
        alive = all(
            _keeps_books(group, each, day.replace(day=1), months_before)
            for each in (seller, buyer)
            for day in (settled, received)
        )
        found.append(
            Charge(
                reference=f"IC-{service.code}-{period:%y%m}-{rng.randrange(10_000, 100_000)}",
                seller=seller,
                buyer=buyer,
                service=service,
                day=period.replace(day=rng.randrange(3, 27)),
                amount=amount + rng.randrange(100),
                settled=settled if alive else None,
                received=received if alive else None,
            )
        )
    return found


def _services(group: Group, *, seller: Company, buyer: Company, period: date, months_before: int) -> list[Service]:
    """What the seller may charge the buyer for in a month."""
    if seller.home_currency != buyer.home_currency and not profile_of(seller).multicurrency:
        return []
    if not _keeps_books(group, seller, period, months_before) or not _keeps_books(group, buyer, period, months_before):
        return []
    sells, buys = businesses_of_pillar(seller.pillar), businesses_of_pillar(buyer.pillar)
    return [
        each
        for each in SERVICES
        if period.month in each.months and set(each.sellers) & set(sells) and set(each.buyers) & set(buys)
    ]
