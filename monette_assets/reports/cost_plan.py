"""What a refresh would take and cost before it runs, on each engine and machine, from what was measured.

Seconds of a table go with its rows: a line through the measured runs of it (so much each time, so much a row). What was
measured elsewhere is scaled by cores and by what the price book says of engines, and the range widens accordingly.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import platform_usage
from monette_assets.bronze.platform_usage import BETWEEN_STEPS
from monette_assets.gold.pricing import MILLION, SECONDS_AN_HOUR, cluster_charges, millionths
from monette_assets.group.prices import LAPTOP, PriceMissing
from monette_assets.tables import Partitions
from monette_assets.tables.partitions import MONTH_KEY, period_of

if TYPE_CHECKING:
    from monette_assets.automation.chain import Step
    from monette_assets.group import Group
    from monette_assets.group.prices import EngineTerms, PriceBook
    from monette_assets.lake import Lake
    from monette_assets.tables.compute import Compute

NEWEST = 10  # runs of a table that count, of about one size: code and data move on
SPREAD = 0.2  # of an estimate that few runs, all alike, would give as exact
FETCHED = "bronze/"  # takes as long as the source takes to answer, on any machine


@dataclass(frozen=True)
class Range:
    """At least, probably, at most."""

    low: float
    likely: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def times(self, factor: Range) -> Range:
        """Both uncertain: the lows multiplied, and the highs."""
        return Range(self.low * factor.low, self.likely * factor.likely, self.high * factor.high)


NOTHING, ONE = Range(0, 0, 0), Range(1, 1, 1)


@dataclass(frozen=True)
class Place:
    """Where a table is computed: the engine, the machines that compute, and how many (the driver of a cluster not)."""

    engine: str
    sku: str
    workers: int = 1


@dataclass(frozen=True)
class Seen:
    """One measured step: `units` are the partitions it fetched, else the months it computed; 1 of a table without."""

    place: Place
    seconds: float
    units: int
    rows: int


@dataclass(frozen=True)
class Candidate:
    """One engine on one size of machine: seconds, and cost in group currency."""

    place: Place
    nodes: int
    seconds: Range
    cost: tuple[Decimal, Decimal, Decimal]  # low, likely, high
    measured: str  # on what it rests
    not_runnable: str | None = None  # why it cannot be run from here


History = Mapping[str, Sequence[Seen]]  # by table, newest first


def history(lake: Lake) -> History:
    """The measured steps of every table, of each size the newest, without those that only looked; empty where nothing
    was taken in yet.
    """
    if not lake.exists(platform_usage.CONTRACT.name):
        return {}
    import pyarrow.compute as pc

    name, computed = platform_usage.CONTRACT.name, pc.field("kind") == "compute"
    columns = ["usage_id", "asset", "ended_at", "engine", "sku", "cluster_sku", "cluster_nodes", "quantity",
               "row_count", "phases"]  # fmt: skip
    by_partitions = computed & (pc.field("split_by") == "partitions")
    fetched = {
        row["usage_id"]: sum(pair["weight"] for pair in row["weights"])
        for row in lake.read(name, columns=["usage_id", "weights"], filters=by_partitions).to_pylist()
    }
    read = lake.read(name, columns=[*columns, "months"], filters=computed)
    rows = read.select(columns).append_column("months", pc.list_value_length(read.column("months")))
    found: dict[str, list[Seen]] = defaultdict(list)
    alike: Counter[tuple[str, Place, int]] = Counter()
    for row in rows.sort_by([("ended_at", "descending")]).to_pylist():
        cluster, nodes = row["cluster_sku"], row["cluster_nodes"] or 1
        place = Place(row["engine"], cluster or row["sku"], max(1, nodes - 1) if cluster else 1)
        units = max(1, fetched.get(row["usage_id"], row["months"]))
        size = (row["asset"], place, units.bit_length())
        if alike[size] == NEWEST or set(json.loads(row["phases"] or "{}")) == {"look"}:
            continue
        alike[size] += 1
        found[row["asset"]].append(Seen(place, float(row["quantity"]), units, row["row_count"]))
    return found


def work_of(steps: Iterable[Step], group: Group) -> list[tuple[str, int]]:
    """The tables that the steps compute, each with its units; and between the steps of every run."""
    from monette_assets import catalog

    codes = [company.code for company in group.companies]
    partitions = {contract.name: contract.partitions for contract in catalog.contracts()}
    found = []
    for step in steps:
        (start, end) = (key.split("|") for key in (step.start, step.end))
        months = [part for part in (*start, *end) if MONTH_KEY.match(part)]
        companies = [part for part in (*start, *end) if part in codes]
        periods = group.periods(period_of(months[0]), period_of(months[-1])) if months else []
        among = codes[codes.index(companies[0]) : codes.index(companies[-1]) + 1] if companies else codes
        units = {
            Partitions.MONTH_COMPANY: sum(group.is_active(code, period) for code in among for period in periods),
            Partitions.COMPANY: len(among),
            Partitions.MONTH: len(periods),
        }
        for name in ("/".join(key.path) for key in step.assets):
            found.append((name, max(1, units.get(partitions.get(name, Partitions.NONE), 1))))
        found.append((BETWEEN_STEPS, 1))
    return found


def seconds_of(seen: Sequence[Seen], units: int) -> Range:
    """What a table of so many units takes where it was seen, by its rows. `seen`: at least one, all of one place."""
    by_rows = all(each.rows > 0 for each in seen)
    sizes = [float(each.rows if by_rows else each.units) for each in seen]
    size = median(each.rows / each.units for each in seen) * units if by_rows else float(units)
    if max(sizes) < 1.5 * min(sizes):  # of one size only: nobody knows what of it goes with the size
        each_time = median(each.seconds for each in seen)
        in_proportion = each_time * size / median(sizes)
        low, high = sorted((each_time, in_proportion))
        return Range(low * (1 - SPREAD), (low + high) / 2, high * (1 + SPREAD))
    fixed, slope = line(sizes, [each.seconds for each in seen])
    likely = fixed + slope * size
    ratios = sorted(each.seconds / (fixed + slope * at) for each, at in zip(seen, sizes, strict=True)
                    if fixed + slope * at > 0)  # fmt: skip
    if not ratios:
        return Range(likely, likely, likely)
    edge = len(ratios) // 10  # the widest tenth on either side is left out
    return Range(likely * min(1 - SPREAD, ratios[edge]), likely, likely * max(1 + SPREAD, ratios[-1 - edge]))


def line(sizes: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """Seconds each time and seconds for each of size, neither below zero, by least squares."""
    middle, level = sum(sizes) / len(sizes), sum(seconds) / len(seconds)
    square = sum((size - middle) ** 2 for size in sizes)
    slope = sum((size - middle) * (each - level) for size, each in zip(sizes, seconds, strict=True)) / square
    if slope <= 0:
        return level, 0.0
    fixed = level - slope * middle
    if fixed >= 0:
        return fixed, slope
    return 0.0, sum(size * each for size, each in zip(sizes, seconds, strict=True)) / sum(size**2 for size in sizes)


def scaled(book: PriceBook, measured: Place, wanted: Place) -> Range:
    """Seconds in one place for one of another. More cores shorten it by anything between not at all and in proportion.

    Raises PriceMissing where the book does not know one of the machines or engines.
    """
    if measured == wanted:
        return ONE
    cores = [book.machine(each.sku).cores * each.workers for each in (measured, wanted)]
    share = cores[0] / cores[1]
    low, high = sorted((share, 1.0))
    by_cores = Range(low, sqrt(share), high)
    if measured.engine == wanted.engine:
        return by_cores
    relative = float(book.engine(wanted.engine).relative_seconds / book.engine(measured.engine).relative_seconds)
    return by_cores.times(Range(relative / 1.5, relative, relative * 1.5))


def estimate(
    book: PriceBook,
    past: History,
    work: Sequence[tuple[str, int]],
    wanted: Place,
    nodes: int,
    here: Compute,
    day: date,
) -> Candidate:
    """What the work takes and costs in a place on a day. `here`: the deployment, whose machine waits for a cluster; of
    whatever machine it is, a run is given as large a part as of the deployment's.

    Tables without history are left out (`unknown`). Raises PriceMissing.
    """
    terms = book.engine(wanted.engine)
    total = Range(*[float(terms.start_seconds)] * 3)
    there = 0
    for table, units in work:
        if table not in past:
            continue
        place, seen = _nearest(past[table], wanted)
        there += place == wanted
        taken = seconds_of(seen, units)
        total += taken if table.startswith(FETCHED) else taken.times(scaled(book, place, wanted))
    known = sum(table in past for table, _ in work)
    low, likely, high = (_cost(book, terms, each, wanted, nodes, here, day)
                         for each in (total.low, total.likely, total.high))  # fmt: skip
    measured = "measured here" if there == known else "scaled" if there == 0 else f"{there} of {known} measured here"
    return Candidate(wanted, nodes, total, (low, likely, high), measured, terms.not_runnable)


def _nearest(seen: Sequence[Seen], wanted: Place) -> tuple[Place, list[Seen]]:
    """The runs of one place: the wanted one, else one of the same engine, else where most were."""
    counts = Counter(each.place for each in seen)
    place = max(counts, key=lambda each: (each == wanted, each.engine == wanted.engine, counts[each]))
    return place, [each for each in seen if each.place == place]


def _cost(
    book: PriceBook, terms: EngineTerms, seconds: float, wanted: Place, nodes: int, here: Compute, day: date
) -> Decimal:
    hours = Fraction(seconds) / SECONDS_AN_HOUR
    own = book.price("machine", here.machine if terms.cluster else wanted.sku, day)
    amount = hours * Fraction(here.share) * Fraction(own.in_group_currency)
    if terms.cluster:
        for charge in cluster_charges(terms.code, wanted.sku, nodes, hours, book, day):
            amount += charge.units * Fraction(charge.priced.in_group_currency)
    return millionths(round(amount * MILLION))


def candidates(
    book: PriceBook, past: History, work: Sequence[tuple[str, int]], here: Compute, day: date
) -> tuple[list[Candidate], list[str]]:
    """Every engine on every machine of the book that can be priced on that day, cheapest first; and why others cannot.

    The laptop is among them only where it is what the deployment runs on, and for engines inside the process.
    """
    found: list[Candidate] = []
    gaps: list[str] = []
    for terms in book.listed.engines:
        for machine in book.listed.machines:
            if terms.databricks is not None and machine.dbu_per_hour is None:
                continue
            if machine.sku == LAPTOP and (terms.cluster or here.machine != LAPTOP):
                continue
            place = Place(terms.code, machine.sku, max(1, terms.nodes - 1) if terms.cluster else 1)
            try:
                found.append(estimate(book, past, work, place, terms.nodes if terms.cluster else 1, here, day))
            except PriceMissing as gap:
                gaps.append(f"{terms.code} on {machine.sku}: {gap}")
    return sorted(found, key=lambda each: (each.cost[1], each.seconds.likely)), gaps


def unknown(past: History, work: Iterable[tuple[str, int]]) -> list[str]:
    """The tables of the work that were never measured."""
    return sorted({table for table, _ in work if table not in past})


def row_of(candidate: Candidate) -> dict[str, Any]:
    """As a report shows it."""
    low, likely, high = candidate.cost
    return {
        "engine": candidate.place.engine,
        "sku": candidate.place.sku,
        "nodes": candidate.nodes,
        "seconds_low": round(candidate.seconds.low),
        "seconds": round(candidate.seconds.likely),
        "seconds_high": round(candidate.seconds.high),
        "cost_low": low,
        "cost": likely,
        "cost_high": high,
        "basis": candidate.measured,
        "runnable": "no" if candidate.not_runnable else "yes",
    }
