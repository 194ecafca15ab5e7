"""Scale tickets: every load weighed in or out, as its newest version states it.

A ticket is corrected by an event with a higher version; the same version again says nothing new, and the same version
with other content is refused. The unit of trust is a company-month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import events as events_table
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.problems import one_of
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
    flag,
    moment,
    month_of,
    needed_number,
    needed_text,
    number,
    own_month,
    text,
    whole,
)
from monette_assets.silver.refusals import nothing_refused
from monette_assets.silver.sheets import Vocabulary, vocabulary
from monette_assets.sources.event_hubs.stream import SCALE_TICKETS
from monette_assets.sources.landing.cells import CellError
from monette_assets.tables import Column, Context, Contract, Input, Months, Staged, table
from monette_assets.tables.contract import RATE
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.group import Group
    from monette_assets.tables.reach import Change, Periods

VALUE = ("bronze/events.value",)
KIND = "scale ticket"
DIRECTIONS = ("in", "out")
TONNES_OF: Mapping[str, Decimal] = {"kg": Decimal("0.001"), "t": Decimal(1), "lb": Decimal("0.00045359237")}
HEAVIEST = {"kg": 200_000, "t": 200, "lb": 440_000}  # a truck with its trailers, loaded
MOST_VERSIONS = 1_000
Key = tuple[str, str]  # company, ticket


def _moved(staged: Staged, elsewhere: DataFrame) -> DataFrame:
    """A ticket stands in one month: those that now stand in a month that was read."""
    from pyspark.sql import functions as F

    return elsewhere.join(
        F.broadcast(staged.rows.select("company", "ticket_id")), ["company", "ticket_id"], "left_semi"
    )


def months_of_tickets(change: Change) -> Periods:
    """The months that new events reach: where their tickets stand now, and where they stood or were refused."""
    import pyarrow.compute as pc

    from monette_assets.tables.quarantine import CONTRACT as QUARANTINE

    words = Vocabulary(change.group)
    told = [read(words, event) for event in events_of(change.appended(list(EVENT_COLUMNS)).to_pylist())]
    found = {each.period for each in told}
    tickets = sorted({each.subject for each in told if each.subject})
    for name, column, where in (
        (change.table.name, "ticket_id", None),
        (QUARANTINE.name, "transaction_id", pc.field("table_name") == change.table.name),
    ):
        if tickets and change.lake.exists(name):
            named = pc.field(column).isin(tickets)
            rows = change.lake.read(name, columns=["period"], filters=named if where is None else named & where)
            found |= set(rows.column("period").to_pylist())
    return found


CONTRACT = Contract(
    name="silver/scale_tickets",
    description=(
        "Every load weighed at a scale, as the newest version of its ticket states it. Masses in tonnes, whatever the "
        "scale counts in; net is gross less tare, or the ticket is refused. A voided ticket stays, marked."
    ),
    key=("company", "ticket_id"),
    inputs={
        "events": Input(events_table.CONTRACT, Months.ALL, only=("topic", (SCALE_TICKETS,)), reach=months_of_tickets)
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=VALUE),
        Column("period", "date", "First day of the month it was weighed in.", source=VALUE),
        Column("ticket_id", "string", "Unique within the company.", source=VALUE),
        Column("version", "int", "Of the ticket, from 1; the newest counts.", source=VALUE),
        Column("location", "string", "Standard name.", source=VALUE),
        Column("scale", "string", "Which scale.", source=VALUE),
        Column("direction", "string", "Into the location, or out of it.", choices=DIRECTIONS, source=VALUE),
        Column("commodity", "string", "Contract code.", source=VALUE),
        Column("weighed_at", "timestamp", "When.", source=VALUE),
        Column("gross_tonnes", RATE, "Truck and load.", unit="tonnes", source=VALUE),
        Column("tare_tonnes", RATE, "Truck.", unit="tonnes", source=VALUE),
        Column("net_tonnes", RATE, "Load: gross less tare.", unit="tonnes", source=VALUE),
        Column("moisture_percent", RATE, "Of the load.", unit="percent", nullable=True, source=VALUE),
        Column("dockage_percent", RATE, "Of the load.", unit="percent", nullable=True, source=VALUE),
        Column("truck", "string", "Which truck.", nullable=True, source=VALUE),
        Column("voided", "boolean", "Whether it was taken back.", source=VALUE),
        Column("repeats", "int", "How often a version of it came again, unchanged."),
        Column("event", "string", "Which event: topic[partition]@offset.", source=("bronze/events.offset",)),
        Column("received_at", "timestamp", "When it was taken in.", source=("bronze/events.received_at",)),
    ),
    checks=(nothing_refused(("company", "period"), READABLE),),
    beside=("group",),  # what cannot be read is of no company that is known
    left_behind=_moved,
    owner="operations",
)


@table(CONTRACT)
def scale_tickets(context: Context, events: DataFrame) -> DataFrame:
    """The tickets of the months asked for, and what was refused in them.

    Which version of a ticket counts is decided between its events: those of one ticket are brought to one place, those
    of different tickets to any.
    """
    from pyspark.sql import functions as F

    words, months, schema = vocabulary(context.group), frozenset(context.periods), staging_schema(CONTRACT)

    def name(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            named = (Event(**row) for row in batch.to_pylist())
            yield batch.append_column("ticket", pa.array([_ticket_of(each) for each in named], pa.string()))

    def parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        found = current(words, events_of([row for batch in batches for row in batch.to_pylist()]))
        rows: list[dict[str, Any]] = [{**row, "_kind": "row"} for row in found.rows if row["period"] in months]
        rows += [refused.row(KIND) for refused in found.refused if refused.period in months]
        yield from pa.Table.from_pylist(rows, schema=schema).to_batches(max_chunksize=65_536)

    chosen = events.where(F.col("topic") == SCALE_TICKETS).select(*EVENT_COLUMNS)
    kinds = ", ".join(f"{column} {events_table.CONTRACT.column(column).type}" for column in EVENT_COLUMNS)
    named = context.map_batches(chosen, name, f"{kinds}, ticket string")
    return named.repartition("ticket").mapInArrow(parse, staging_ddl(CONTRACT))


def _ticket_of(event: Event) -> str:
    """Which ticket it is of, whatever the company; of none that can be read: the event, a place of its own."""
    try:
        return needed_text(fields(event.value), "ticket_id")
    except EventWrong:
        return event.name


@dataclass(frozen=True, slots=True)
class Ticket:
    """One version of a ticket."""

    event: Event
    content: dict[str, Any]  # the contract's columns but for where it comes from

    @property
    def key(self) -> Key:
        return self.content["company"], self.content["ticket_id"]

    @property
    def version(self) -> int:
        version: int = self.content["version"]
        return version

    @property
    def period(self) -> date:
        period: date = self.content["period"]
        return period

    @property
    def subject(self) -> str:
        return self.key[1]


@dataclass
class Current:
    """What counts, what does not, and what was refused: every event is one of them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    earlier: int = 0  # versions that a later one replaces
    repeats: int = 0
    refused: list[Refused] = field(default_factory=list)
    answered: int = 0  # refused, and put right by a later event


def current(words: Vocabulary, events: Sequence[Event]) -> Current:
    """The newest version of every ticket, of events in the order they came."""
    found = Current()
    versions: dict[Key, dict[int, Ticket]] = {}
    repeats: dict[Key, int] = {}
    last_good: dict[Key, Event] = {}
    refused: list[Refused] = []
    for event in events:
        ticket = read(words, event)
        if isinstance(ticket, Refused):
            refused.append(ticket)
            continue
        first = versions.setdefault(ticket.key, {}).setdefault(ticket.version, ticket)
        if first.content != ticket.content:
            refused.append(_other_content(first, ticket))
            continue
        if first is not ticket:
            repeats[ticket.key] = repeats.get(ticket.key, 0) + 1
        else:
            last_good[ticket.key] = event
    for key, told in versions.items():
        newest = told[max(told)]
        place = {"event": newest.event.name, "received_at": newest.event.received_at}
        found.rows.append({**newest.content, "repeats": repeats.get(key, 0), **place})
        found.earlier += len(told) - 1
    found.repeats = sum(repeats.values())
    for each in refused:
        good = last_good.get((each.company, each.subject or ""))
        if good is not None and good.order > each.event.order:
            found.answered += 1
        else:
            found.refused.append(each)
    return found


def _other_content(first: Ticket, second: Ticket) -> Refused:
    differing = [name for name, value in first.content.items() if second.content[name] != value]
    told = ", ".join(f"{name} {second.content[name]} for {first.content[name]}" for name in differing[:3])
    return Refused(
        second.event,
        f"expected a new version for a correction, found version {second.version} of ticket {second.subject} again "
        f"with {told}; what came first ({first.event.name}) stands",
        second.period,
        second.key[0],
        second.subject,
    )


def read(words: Vocabulary, event: Event) -> Ticket | Refused:
    """One event as a ticket, or refused with its reason. Never raises on what stands in it."""
    group = words.group
    period, company, ticket_id = month_of(event.received_at, group), None, None
    try:
        event.check_there()
        told = fields(event.value)
        ticket_id = needed_text(told, "ticket_id")
        company = words.company(needed_text(told, "company"))
        weighed_at = moment(told, "weighed_at", event.received_at)
        period = own_month(weighed_at, "weighed_at", group, company)
        content = {
            "company": company,
            "period": period,
            "ticket_id": ticket_id,
            "version": whole(told, "version", 1, MOST_VERSIONS, default=1),
            "location": words.location(company, needed_text(told, "location"), period),
            "scale": needed_text(told, "scale"),
            "direction": choice(told, "direction", DIRECTIONS),
            "commodity": _commodity(group, needed_text(told, "commodity")),
            "weighed_at": weighed_at,
            **_masses(told),
            "moisture_percent": number(told, "moisture_percent", 0, 100, needed=False),
            "dockage_percent": number(told, "dockage_percent", 0, 100, needed=False),
            "truck": text(told, "truck", needed=False),
            "voided": flag(told, "voided"),
        }
    except (EventWrong, CellError) as error:
        return Refused(event, str(error), period, company or WHOLE_GROUP, ticket_id)
    return Ticket(event, content)


def _masses(told: Fields) -> dict[str, Decimal]:
    """Gross, tare and net in tonnes."""
    unit = choice(told, "unit", tuple(TONNES_OF))
    gross, tare, net = (needed_number(told, name, 0, HEAVIEST[unit]) for name in ("gross", "tare", "net"))
    if gross - tare != net:
        raise EventWrong(f"net: expected gross less tare, {gross - tare:f} {unit}, found {net:f}")
    if net <= 0:
        raise EventWrong(f"net: expected a load above 0 {unit}, found {net:f}")
    tonnes = [(each * TONNES_OF[unit]).quantize(STEP, rounding=ROUND_HALF_EVEN) for each in (gross, tare)]
    return {"gross_tonnes": tonnes[0], "tare_tonnes": tonnes[1], "net_tonnes": tonnes[0] - tonnes[1]}


def _commodity(group: Group, written: str) -> str:
    known = {name.casefold(): each.code for each in group.commodities for name in (each.code, each.name)}
    if written.casefold() not in known:
        raise EventWrong(f"commodity: expected {one_of((each.code for each in group.commodities), written)}, "
                         f"found {written!r}")  # fmt: skip
    return known[written.casefold()]
