"""prices.yaml, the price book: what the platform's machines and services cost from which day on, and its budgets.

It may be absent: then nothing is priced. It is no part of the contract's fingerprint: no figure of the books depends on
it, so that a new price makes no table of theirs stale.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StringConstraints

from monette_assets.group.models import Currency, DatedEntry, Entry, Money, Name, Rate, Text, decimal_of
from monette_assets.group.problems import Problem, one_of

PRICES_FILE = "prices.yaml"
Item = Literal["machine", "databricks", "storage", "throughput"]
Layer = Literal["bronze", "silver", "gold", "records", "platform"]
UNITS: dict[str, str] = {
    "machine": "hour",  # of one machine (VM)
    "databricks": "DBU",
    "storage": "GB-month",  # 10^9 bytes for a month
    "throughput": "hour",  # of one Event Hubs throughput unit
}
Listed = TypeVar("Listed")
LAPTOP = "laptop"  # the SKU of whatever runs the embedded platform, unless the deployment says otherwise


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a day, such as 2026-11-01")  # noqa: TRY004 - pydantic's
    return value


def _unit_price(value: Any) -> Decimal:
    if (exact := decimal_of(6, value)) < 0:
        raise ValueError("a price that is not below zero")
    return exact


def _amount(value: Any) -> Decimal:
    if (exact := decimal_of(3, value)) <= 0:
        raise ValueError("a figure above zero")
    return exact


Day = Annotated[date, BeforeValidator(_day)]
UnitPrice = Annotated[Decimal, BeforeValidator(_unit_price)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Count = Annotated[StrictInt, Field(ge=1, le=10_000)]


class Price(Entry):
    """What one unit of something costs from a day on, until the next price of it."""

    item: Item
    sku: Sku
    price: UnitPrice
    currency: Currency
    unit: Text
    region: Text
    valid_from: Day = Field(alias="from")
    source: Text


class BilledRate(Entry):
    """The rate at which a foreign price is billed from a day on: group currency for one unit of `currency`."""

    currency: Currency
    rate: Rate
    valid_from: Day = Field(alias="from")
    source: Text


class Machine(Entry):
    """A size of machine. `dbu_per_hour`: what Databricks counts for an hour of it; None: not to be had there."""

    sku: Sku
    cores: Count
    memory_gb: Count
    dbu_per_hour: Amount | None = None


class EngineTerms(Entry):
    """An engine: what a second on it is made of.

    With a `cluster`, the process that waits for it runs on a machine of its own, and `nodes` (the driver included) run
    beside it, for which `databricks` names the SKU of the DBU, if any. `start_seconds`: until the first table may
    begin. `relative_seconds`: seconds for one of the embedded engine's on as many cores, where nothing was measured on
    this one; `basis` says who says so. `not_runnable`: why the platform cannot run on it today, if so; it is estimated
    all the same, to be compared with.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    cluster: StrictBool = False
    databricks: Sku | None = None
    nodes: Count = 1
    start_seconds: Annotated[StrictInt, Field(ge=0, le=7200)] = 0
    relative_seconds: Amount = Decimal(1)
    basis: Text
    not_runnable: Text | None = None


class Standing(Entry):
    """What is paid for by the hour whether or not it is used, from a day up to, not including, another."""

    item: Literal["machine", "throughput"]
    sku: Sku
    units: Count
    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")
    asset: Annotated[str, StringConstraints(pattern=r"^([a-z]+/)?[a-z][a-z_]*$")] | None = None  # the table it is for

    def stands_on(self, day: date) -> bool:
        """Whether it stands on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, other: Standing) -> bool:
        """Whether both stand on some day."""
        return (self.valid_to is None or other.valid_from < self.valid_to) and (
            other.valid_to is None or self.valid_from < other.valid_to
        )


class Budget(DatedEntry):
    """What a part of the platform may cost a month, in group currency: a layer of its tables, or the companies of a
    business pillar.
    """

    layer: Layer | None = None
    pillar: Name | None = None
    amount: Money

    @property
    def of(self) -> str:
        """ "layer" or "pillar"."""
        return "layer" if self.layer is not None else "pillar"

    @property
    def name(self) -> str:
        """The layer's or the pillar's."""
        return self.layer or self.pillar or ""


class PriceList(Entry):
    """The file as it is written."""

    prices: tuple[Price, ...]
    rates: tuple[BilledRate, ...] = ()
    machines: tuple[Machine, ...] = ()
    engines: tuple[EngineTerms, ...] = ()
    standing: tuple[Standing, ...] = ()
    budgets: tuple[Budget, ...] = ()


class PriceMissing(LookupError):  # noqa: N818 - named after what is missing
    """The price book has a gap: which price, of which day, and what to add."""


@dataclass(frozen=True)
class Priced:
    """A price as it applies: in the group's currency, and what it was made from."""

    price: Price
    rate: Decimal  # group currency for one unit of the price's; 1 in the group's own
    in_group_currency: Decimal  # exact


@dataclass(frozen=True)
class PriceBook:
    """A valid price book. `fingerprint`: the same for the same content, however the file is formatted."""

    listed: PriceList
    currency: str  # the group's
    fingerprint: str
    text: str = ""

    def price(self, item: str, sku: str, day: date) -> Priced:
        """What a unit costs on a day. Raises PriceMissing."""
        of = [each for each in self.listed.prices if (each.item, each.sku) == (item, sku)]
        valid = [each for each in of if each.valid_from <= day]
        if not valid:
            first = min((each.valid_from for each in of), default=None)
            found = (
                f"its first price is of {first}" if first else f"no price of it; of {item} it has {self._skus(item)}"
            )
            raise PriceMissing(
                f"{PRICES_FILE}: expected a price of {item} {sku} on {day}, found {found}. Add under `prices` an entry "
                f"with item: {item}, sku: {sku}, from: {day} or earlier, price, currency, unit: {UNITS[item]}, region "
                "and source"
            )
        found_price = max(valid, key=lambda each: each.valid_from)
        rate = self._rate(found_price, day)
        return Priced(found_price, rate, found_price.price * rate)

    def _rate(self, price: Price, day: date) -> Decimal:
        if price.currency == self.currency:
            return Decimal(1)
        of = [each for each in self.listed.rates if each.currency == price.currency and each.valid_from <= day]
        if not of:
            raise PriceMissing(
                f"{PRICES_FILE}: expected the rate at which {price.currency} is billed on {day} (for {price.item} "
                f"{price.sku}), found none. Add under `rates` an entry with currency: {price.currency}, rate, from: "
                f"{day} or earlier, and source"
            )
        return max(of, key=lambda each: each.valid_from).rate

    def _skus(self, item: str) -> str:
        return ", ".join(sorted({each.sku for each in self.listed.prices if each.item == item})) or "none at all"

    def machine(self, sku: str) -> Machine:
        """The machine of that size. Raises PriceMissing."""
        needed = "sku, cores, memory_gb and, if Databricks has it, dbu_per_hour"
        return _entry("machine", sku, {each.sku: each for each in self.listed.machines}, needed)

    def engine(self, code: str) -> EngineTerms:
        """The engine of that code. Raises PriceMissing."""
        needed = "code, cluster, nodes, start_seconds, relative_seconds and basis, or correct the name (MONETTE_ENGINE)"
        return _entry("engine", code, {each.code: each for each in self.listed.engines}, needed)

    def budgets_of(self, period: date) -> list[Budget]:
        """The budgets of a month."""
        return [each for each in self.listed.budgets if each.window.first <= period < each.window.end]


def _entry(kind: str, wanted: str, entries: Mapping[str, Listed], needed: str) -> Listed:
    if wanted in entries:
        return entries[wanted]
    raise PriceMissing(
        f"{PRICES_FILE}: expected {kind} {wanted} under `{kind}s`, found {one_of(entries, wanted)}. Add it there with "
        f"{needed}"
    )


def price_book(listed: PriceList, currency: str, text: str = "") -> PriceBook:
    """The book of a valid list."""
    canonical = json.dumps(listed.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return PriceBook(listed, currency, hashlib.sha256(canonical.encode()).hexdigest(), text)


def price_problems(listed: PriceList, currency: str | None, pillars: set[str] | None) -> Iterator[Problem]:
    """What must hold between the entries of the book, and between it and the contract's pillars."""
    for i, price in enumerate(listed.prices):
        if price.unit != UNITS[price.item]:
            yield _problem(f"prices[{i}].unit", repr(price.unit), f"{UNITS[price.item]!r}: that is how {price.item} is "
                           "counted")  # fmt: skip
    yield from _once("prices", ((each.item, each.sku, each.valid_from) for each in listed.prices), "price")
    yield from _once("rates", ((each.currency, each.valid_from) for each in listed.rates), "rate")
    yield from _once("machines", ((each.sku,) for each in listed.machines), "machine")
    yield from _once("engines", ((each.code,) for each in listed.engines), "engine")
    for i, rate in enumerate(listed.rates):
        if rate.currency == currency:
            yield _problem(f"rates[{i}].currency", rate.currency, "another currency than the group's")
    for i, engine in enumerate(listed.engines):
        if engine.databricks is not None and not engine.cluster:
            yield _problem(f"engines[{i}].databricks", engine.databricks, "none without `cluster: true`")
    for i, stands in enumerate(listed.standing):
        if stands.valid_to is not None and stands.valid_to <= stands.valid_from:
            yield _problem(f"standing[{i}].to", str(stands.valid_to), f"a day after {stands.valid_from}")
        for k, other in enumerate(listed.standing[:i]):
            same = (stands.item, stands.sku, stands.asset) == (other.item, other.sku, other.asset)
            if same and stands.overlaps(other):
                yield _problem(
                    f"standing[{i}]", f"{stands.sku} again", f"no overlap with standing[{k}]: raise its units"
                )
    yield from _budget_problems(listed, pillars)


def _budget_problems(listed: PriceList, pillars: set[str] | None) -> Iterator[Problem]:
    seen: dict[tuple[str, str], list[tuple[int, Budget]]] = defaultdict(list)
    for i, each in enumerate(listed.budgets):
        if (each.layer is None) == (each.pillar is None):
            found = "neither" if each.layer is None else "both"
            yield _problem(f"budgets[{i}]", found, "a layer or a pillar")
            continue
        if each.pillar is not None and pillars is not None and each.pillar not in pillars:
            yield _problem(f"budgets[{i}].pillar", repr(each.pillar), one_of(pillars, each.pillar))
        if each.amount <= 0:
            yield _problem(f"budgets[{i}].amount", str(each.amount), "an amount above zero")
        for k, other in seen[each.of, each.name]:
            if each.window.first < other.window.end and other.window.first < each.window.end:
                yield _problem(f"budgets[{i}]", f"{each.of} {each.name!r} again", f"no overlap with budgets[{k}]")
        seen[each.of, each.name].append((i, each))


def _once(name: str, keys: Iterable[tuple[Hashable, ...]], what: str) -> Iterator[Problem]:
    seen: dict[Hashable, int] = {}
    for i, key in enumerate(keys):
        if key in seen:
            said = " ".join(map(str, key))
            yield _problem(f"{name}[{i}]", f"{said} again", f"one {what} ({name}[{seen[key]}] is the other)")
        seen.setdefault(key, i)


def _problem(path: str, found: str, expected: str) -> Problem:
    return Problem(PRICES_FILE, path, found, expected)
