"""What a usage costs by a price book, and whose it is: priced once, then in parts that sum to it (ACCOUNTING 16).

Amounts are group currency with six decimals: a step of a refresh costs less than a cent.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from monette_assets.bronze.platform_usage import day_id
from monette_assets.gold.allocation import allocate
from monette_assets.group.prices import PRICES_FILE, PriceBook, Priced, PriceMissing

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.tables.compute import Compute

MILLION = 1_000_000
SECONDS_AN_HOUR = 3600
ITEMS = ("machine", "cluster", "databricks", "storage", "throughput")
UNCLASSIFIED = "Unclassified"  # pillar of a company that the contract no longer knows


@dataclass(frozen=True)
class Charge:
    """One thing that a usage is charged for: so many units at a price."""

    item: str
    sku: str
    units: Fraction
    priced: Priced

    @property
    def amount(self) -> int:
        """Millionths of the group's currency, rounded once, half to even."""
        return round(self.units * Fraction(self.priced.in_group_currency) * MILLION)

    @property
    def quantity(self) -> int:
        """Millionths of a unit."""
        return round(self.units * MILLION)


def priced_as(
    usage: Mapping[str, Any],
    book: PriceBook,
    group: Group,
    stored: Mapping[str, Any],
    clusters: Mapping[tuple[Hashable, str], Fraction],
) -> Iterator[Mapping[str, Any]]:
    """What a row of bronze/platform_usage is priced as: itself, with the part of the cluster that it is charged; a day
    as all that stands on it by the book, whatever an earlier book said.

    `stored`: weights of the storage of tables, by usage id; what stands for one is split likewise. `clusters`: the
    parts of those who used one, by `cluster_of` and `held_by`.
    """
    if usage["kind"] != "day":
        yield {**usage, "cluster_part": clusters.get((cluster_of(usage), usage["held_by"]), 1)}
        return
    day = _day_of(usage, group)
    for stands in book.listed.standing:
        if stands.stands_on(day):
            asset = stands.asset or stands.item
            weights = stored.get(day_id("storage", day, asset)) or []
            yield {
                **usage,
                "usage_id": day_id(stands.item, day, f"{stands.sku} {asset}"),
                "kind": stands.item,
                "asset": asset,
                "sku": stands.sku,
                "quantity": usage["quantity"] * stands.units,
                "weights": weights,
                "split_by": "rows" if weights else "evenly",
            }


def cluster_of(usage: Mapping[str, Any]) -> Hashable:
    """Which cluster it is shared out as: each month by itself, so that a later one leaves it as it is."""
    return usage["cluster_id"], usage["period"]


def _day_of(usage: Mapping[str, Any], group: Group) -> date:
    day: date = usage["ended_at"].astimezone(group.time_zone).date()
    return day


def charges(usage: Mapping[str, Any], book: PriceBook, day: date) -> Iterator[Charge]:
    """What a usage (`priced_as`) is charged for. Raises PriceMissing where the book has a gap."""
    quantity = Fraction(usage["quantity"])
    if usage["kind"] == "storage":
        months = Fraction(1, calendar.monthrange(day.year, day.month)[1])
        yield _charge("storage", "storage", usage["sku"], quantity / 10**9 * months, book, day)
        return
    if usage["kind"] != "compute":
        yield _charge(usage["kind"], usage["kind"], usage["sku"], quantity, book, day)
        return
    hours = quantity / SECONDS_AN_HOUR
    given = Fraction(usage["machine_share"] or 1)
    yield _charge("machine", "machine", usage["sku"], hours * given, book, day)
    shared = hours * usage.get("cluster_part", 1)
    yield from cluster_charges(usage["engine"], usage["cluster_sku"], usage["cluster_nodes"] or 0, shared, book, day)


def cluster_charges(
    engine: str, sku: str | None, nodes: int, hours: Fraction, book: PriceBook, day: date
) -> Iterator[Charge]:
    """What the engine's own machines are charged for; nothing where it is no cluster.

    Raises PriceMissing, also where the book does not know the engine, or says it is a cluster and the run did not say
    of what machines: else its cost would be that of the process that waited for it.
    """
    terms = book.engine(engine)
    if terms.cluster and (sku is None or not nodes):
        raise PriceMissing(
            f"expected size and number of the machines of {engine} (a cluster by {PRICES_FILE}) on {day}, found "
            f"{nodes or 'no number'} of {sku or 'no size'}. Set MONETTE_CLUSTER_MACHINE and MONETTE_CLUSTER_NODES "
            "where runs on it are started"
        )
    if sku is None:
        return
    yield _charge("cluster", "machine", sku, hours * nodes, book, day)
    if terms.databricks is None:
        return
    counted = book.machine(sku).dbu_per_hour
    if counted is None:
        raise PriceMissing(
            f"{PRICES_FILE}: expected dbu_per_hour of machine {sku}, on which {engine} ran on {day}, found none. Add "
            "it to the machine"
        )
    yield _charge("databricks", "databricks", terms.databricks, hours * nodes * Fraction(counted), book, day)


def _charge(item: str, priced_as: str, sku: str, units: Fraction, book: PriceBook, day: date) -> Charge:
    return Charge(item, sku, units, book.price(priced_as, sku, day))


def gaps(compute: Compute, book: PriceBook, day: date) -> list[str]:
    """What of a deployment the price book cannot price on a day, and what to add; nothing where all is well."""
    hour = Fraction(1)

    def cluster() -> None:
        list(cluster_charges(compute.engine, compute.cluster, compute.nodes, hour, book, day))
        if (reason := book.engine(compute.engine).not_runnable) is not None:
            raise PriceMissing(
                f"{PRICES_FILE}: expected an engine that can be run from here, found {compute.engine}, of which it "
                f"says: {reason}. Set MONETTE_ENGINE to what runs are executed on"
            )

    machines = [sku for sku in (compute.machine, compute.cluster) if sku is not None]
    priced: list[Callable[[], object]] = [partial(book.price, "machine", sku, day) for sku in machines]
    priced += [partial(book.price, "storage", compute.storage, day), cluster]
    found: dict[str, None] = {}  # each once: machines may be of one size
    for each in priced:
        try:
            each()
        except PriceMissing as gap:
            found[str(gap)] = None
    return list(found)


def shares(usage: Mapping[str, Any], group: Group) -> list[tuple[str, int]]:
    """The companies that a usage is split over, in order, with their weights; evenly over the group's of the month
    where it has none of its own.
    """
    weights = {pair["company"]: int(pair["weight"]) for pair in usage["weights"] or () if int(pair["weight"]) > 0}
    if not weights:
        active = [each.code for each in group.companies if each.is_active(usage["period"])]
        weights = dict.fromkeys(active or [each.code for each in group.companies], 1)
    return sorted(weights.items())


def cost_rows(usage: Mapping[str, Any], book: PriceBook, group: Group) -> list[dict[str, Any]]:
    """The rows of gold/platform_costs that a usage comes to, one a charge and company; none for what is nothing.

    Raises PriceMissing.
    """
    day = _day_of(usage, group)
    owners = shares(usage, group)
    pillars = {each.code: each.pillar for each in group.companies}
    rows = []
    for charge in charges(usage, book, day):
        weights = [weight for _, weight in owners]
        amounts, quantities = allocate(charge.amount, weights), allocate(charge.quantity, weights)
        price = charge.priced.price
        rows += [
            {
                "period": usage["period"],
                "usage_id": usage["usage_id"],
                "item": charge.item,
                "company": company,
                "run_id": usage["run_id"],
                "asset": usage["asset"],
                "layer": layer_of(usage["asset"]),
                "engine": usage["engine"],
                "sku": charge.sku,
                "pillar": pillars.get(company, UNCLASSIFIED),
                "split_by": usage["split_by"],
                "quantity": millionths(quantity),
                "unit": price.unit,
                "amount_cad": millionths(amount),
                "price": price.price,
                "price_currency": price.currency,
                "rate": charge.priced.rate,
                "price_from": price.valid_from,
                "price_source": price.source,
            }
            for (company, _), amount, quantity in zip(owners, amounts, quantities, strict=True)
            if amount or quantity
        ]
    return rows


def millionths(value: int) -> Decimal:
    """So many millionths, exactly."""
    return Decimal(value).scaleb(-6)


def layer_of(asset: str) -> str:
    """The layer of a table, "records" for the logs, "platform" for what no table accounts for."""
    from monette_assets.tables.chained import DESCRIPTIONS

    first, slash, _ = asset.partition("/")
    if slash:
        return first
    return "records" if asset in DESCRIPTIONS or asset in ("releases", "quarantine") else "platform"
