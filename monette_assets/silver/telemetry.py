"""Telemetry: every reading of every device, typed, in one unit a measure.

A reading that comes again says nothing new; another value for the same device, measure and moment is refused, and the
first stands. The unit of trust is a company-month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from monette_assets.bronze import events as events_table
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.silver.event_values import (
    EVENT_COLUMNS,
    READABLE,
    STEP,
    Event,
    EventWrong,
    Fields,
    Refused,
    choice,
    events_of,
    fields,
    moment,
    month_of,
    needed_number,
    needed_text,
    own_month,
    raw_of,
)
from monette_assets.silver.refusals import nothing_refused
from monette_assets.silver.sheets import Vocabulary, vocabulary
from monette_assets.sources.event_hubs.stream import TELEMETRY
from monette_assets.sources.landing.cells import CellError
from monette_assets.tables import Column, Context, Contract, Input, Months, table
from monette_assets.tables.contract import RATE
from monette_assets.tables.table import REFUSAL_COLUMNS, staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from monette_assets.tables.reach import Change, Periods

VALUE = ("bronze/events.value",)
KIND = "reading"
BEFORE = timedelta(days=2)  # no event of a month came earlier before it, whatever the time zone and the device's clock


class Unit(NamedTuple):
    """How a unit becomes the measure's own: (value + shift) x factor; and between what a value may lie."""

    shift: Decimal
    factor: Decimal
    low: int
    high: int


def _as_it_is(low: int, high: int) -> Unit:
    return Unit(Decimal(0), Decimal(1), low, high)


PERCENT = {"percent": _as_it_is(0, 100)}
TEMPERATURE = {"C": _as_it_is(-60, 150), "F": Unit(Decimal(-32), Decimal(5) / Decimal(9), -76, 302)}
SPEED = {"km/h": _as_it_is(0, 200), "mph": Unit(Decimal(0), Decimal("1.609344"), 0, 124)}
MEASURES: Mapping[str, Mapping[str, Unit]] = {
    "bin_temperature": TEMPERATURE,
    "bin_moisture": PERCENT,
    "bin_level": PERCENT,
    "fuel_level": PERCENT,
    "speed": SPEED,
}
UNITS = {measure: next(iter(units)) for measure, units in MEASURES.items()}  # a measure's own


def months_of_readings(change: Change) -> Periods:
    """The months of new events."""
    words = Vocabulary(change.group)
    return {read(words, event).period for event in events_of(change.appended(list(EVENT_COLUMNS)).to_pylist())}


CONTRACT = Contract(
    name="silver/telemetry",
    description=(
        "Every reading of a device in a bin or a truck, each once, in the measure's own unit. Built once an hour at "
        "most: a month is computed whole."
    ),
    key=("company", "device_id", "measure", "measured_at"),
    layout=("period",),
    inputs={"events": Input(events_table.CONTRACT, Months.ALL, only=("topic", (TELEMETRY,)), reach=months_of_readings)},
    columns=(
        Column("company", "string", "Contract code of the company.", source=VALUE),
        Column("period", "date", "First day of the month of the reading.", source=VALUE),
        Column("device_id", "string", "Which device.", source=VALUE),
        Column("measure", "string", "What was read.", choices=tuple(MEASURES), source=VALUE),
        Column("measured_at", "timestamp", "When.", source=VALUE),
        Column("location", "string", "Standard name.", source=VALUE),
        Column("value", RATE, "In `unit`.", source=VALUE),
        Column("unit", "string", "The measure's own.", choices=tuple(dict.fromkeys(UNITS.values()))),
        Column("partition", "int", "Of the event.", source=("bronze/events.partition",)),
        Column("offset", "bigint", "Of the event.", source=("bronze/events.offset",)),
        Column("received_at", "timestamp", "When it was taken in.", source=("bronze/events.received_at",)),
    ),
    checks=(nothing_refused(("company", "period"), READABLE),),
    beside=("group",),  # what cannot be read is of no company that is known
    owner="operations",
)
KEY = list(CONTRACT.key)
PLACE = ("received_at", "partition", "offset")


@table(CONTRACT)
def telemetry(context: Context, events: DataFrame) -> DataFrame:
    """The readings of the months asked for, and what was refused in them."""
    from datetime import UTC, datetime

    from pyspark.sql import functions as F

    words, months, schema = vocabulary(context.group), frozenset(context.periods), staging_schema(CONTRACT)

    def parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            found = [read(words, event) for event in events_of(batch.to_pylist())]
            rows = [each.row() for each in found if each.period in months]
            yield pa.RecordBatch.from_pylist([{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema)

    chosen = events.where(F.col("topic") == TELEMETRY).select(*EVENT_COLUMNS)
    if context.periods:
        since = datetime(context.periods[0].year, context.periods[0].month, 1, tzinfo=UTC) - BEFORE
        chosen = chosen.where(F.col("received_at") >= F.lit(since))
    parsed = context.once(context.map_batches(chosen, parse, staging_ddl(CONTRACT)), "parsed")
    return each_once(parsed)


def each_once(parsed: DataFrame) -> DataFrame:
    """Of readings of one key the first; the others are repeats, or refused where they tell another value."""
    from pyspark.sql import functions as F

    good = parsed.where(F.col("_kind") == "row")
    first = good.groupBy(*KEY).agg(F.min(F.struct(*PLACE, "value")).alias("first"))
    told = good.join(first, KEY)
    is_first = reduce(lambda both, name: both & (F.col(name) == F.col(f"first.{name}")), PLACE, F.lit(True))
    differs = ~is_first & (F.col("value") != F.col("first.value"))
    refusal: dict[str, Expression] = {
        "_kind": F.lit("refused"),
        "_reason": F.concat(
            F.lit("expected one value of a device's measure at a moment, found "), F.col("value").cast("string"),
            F.lit(" besides "), F.col("first.value").cast("string"), F.lit(" for "), F.col("measure"),
            F.lit("; what came first (offset "), F.col("first.offset").cast("string"), F.lit(") stands"),
        ),
        "_path": F.concat(
            F.lit(f"{TELEMETRY}["), F.col("partition").cast("string"), F.lit("]@"), F.col("offset").cast("string")
        ),
        "_whole": F.lit(False),
        "_transaction_type": F.lit(KIND),
        "_transaction_id": F.col("device_id"),
    }  # fmt: skip
    columns = [*CONTRACT.column_names, *(name for name, _ in REFUSAL_COLUMNS)]
    kept = told.where(is_first).select(*columns)
    others = told.where(differs).select(*[refusal[name].alias(name) if name in refusal else F.col(name)
                                          for name in columns])  # fmt: skip
    return kept.unionByName(others).unionByName(parsed.where(F.col("_kind") != "row"))


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one measure of a device."""

    event: Event
    content: dict[str, Any]  # the contract's columns but for where it comes from

    @property
    def period(self) -> date:
        period: date = self.content["period"]
        return period

    def row(self) -> dict[str, Any]:
        """As the table stages it; the event beside it, in case it is refused after all."""
        place = {name: getattr(self.event, name) for name in PLACE}
        return {**self.content, **place, "_kind": "row", "_raw": raw_of(self.event.value)}


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that is no reading."""

    refused: Refused

    @property
    def period(self) -> date:
        return self.refused.period

    def row(self) -> dict[str, Any]:
        """As the table stages it."""
        return self.refused.row(KIND)


def read(words: Vocabulary, event: Event) -> Reading | Unread:
    """One event as a reading, or refused with its reason. Never raises on what stands in it."""
    group = words.group
    period, company, device = month_of(event.received_at, group), None, None
    try:
        event.check_there()
        told = fields(event.value)
        device = needed_text(told, "device_id")
        company = words.company(needed_text(told, "company"))
        measured_at = moment(told, "measured_at", event.received_at)
        period = own_month(measured_at, "measured_at", group, company)
        measure = choice(told, "measure", tuple(MEASURES))
        content = {
            "company": company,
            "period": period,
            "device_id": device,
            "measure": measure,
            "measured_at": measured_at,
            "location": words.location(company, needed_text(told, "location"), period),
            "value": _value(told, MEASURES[measure]),
            "unit": UNITS[measure],
        }
    except (EventWrong, CellError) as error:
        return Unread(Refused(event, str(error), period, company or WHOLE_GROUP, device))
    return Reading(event, content)


def _value(told: Fields, units: Mapping[str, Unit]) -> Decimal:
    """The value in the measure's own unit, to six decimals."""
    unit = units[choice(told, "unit", tuple(units))]
    written = needed_number(told, "value", unit.low, unit.high)
    return ((written + unit.shift) * unit.factor).quantize(STEP, rounding=ROUND_HALF_EVEN)
