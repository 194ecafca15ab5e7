"""Events of Event Hubs, or another broker that speaks Kafka, verbatim: each exactly once.

How far every partition was read stands in the same Delta commit as its events (`Lake.append_onwards`). Whatever is
killed, the next run reads on from what is committed; of two runs at once one commits.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, PositionMoved
from monette_assets.sources.event_hubs.access import AccessWrong
from monette_assets.sources.event_hubs.stream import PATIENCE_SECONDS, Anchor, Bounds, EventsError, Place, Stream, Taken
from monette_assets.sources.secrets.store import SecretStoreError
from monette_assets.tables import Column, Contract, Partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import nested
from monette_assets.telemetry.measures import EVENTS, WAITING
from monette_assets.telemetry.spans import record, traced

if TYPE_CHECKING:
    import pyarrow as pa

EVENT, LOST = "event", "lost"
HEADERS = (Column("name", "string", "Of the header."), Column("value", "binary", "Of the header.", nullable=True))

CONTRACT = Contract(
    name="bronze/events",
    description=(
        "Every event of the topics of Event Hubs, verbatim and exactly once. Where the broker deleted events before "
        "they were taken in, a row says which offsets are lost."
    ),
    key=("namespace", "topic", "partition", "offset"),
    unit=("topic",),
    partitions=Partitions.NONE,
    layout=("topic",),
    columns=(
        Column("namespace", "string", "Host of the broker: the namespace of Event Hubs."),
        Column("topic", "string", "Topic, or event hub."),
        Column("partition", "int", "Of the topic."),
        Column("offset", "bigint", "Of the event in the partition; the first of those that are lost."),
        Column("kind", "string", "An event, or events that were lost.", choices=(EVENT, LOST)),
        Column("lost_until", "bigint", "The offset after the last that is lost.", nullable=True),
        Column("timestamp", "timestamp", "Of the event, as the broker tells it.", nullable=True),
        Column("timestamp_type", "string", "Whose clock that is: the sender's or the broker's.",
               choices=("none", "create", "append")),
        Column("key", "binary", "Of the event.", nullable=True),
        Column("value", "binary", "What the event says.", nullable=True),
        Column("headers", nested(HEADERS), "Of the event, in order."),
        Column("received_at", "timestamp", "When it was taken in."),
        Column("run_id", "string", "The run that took it in."),
    ),
    owner="operations",
)  # fmt: skip
ARRIVED, NOTHING_LOST = "arrived", "nothing_lost"
MOST_EVENTS = 100_000  # a commit; with the next figure, what a batch costs in memory
MOST_BYTES = 64_000_000
REMADE = (
    "the topic was deleted and made again, or the broker lost what it had. Nothing of it is read, since its offsets "
    "mean other events now: use another namespace (docs/playbook.md, Events)"
)
BUDGET_SECONDS = 300.0  # a run begins no further batch after that: the next run does


@dataclass(frozen=True)
class Look:
    """Where a broker is to be read on from, against what the table holds."""

    start: dict[Place, int]  # every partition that can be read
    stood: dict[Place, int | None]  # what is committed of it; None: nothing ever was
    ends: dict[Place, int]
    lost: dict[Place, tuple[int, int]] = field(default_factory=dict)  # the first offset lost, the one after the last
    problems: dict[Place, str] = field(default_factory=dict)

    def drop(self, places: Iterable[Place], why: str) -> None:
        """Do not read these."""
        for place in places:
            self.problems[place] = (
                f"{place}: expected what stood at offset {self.start[place] - 1} to stand there: {why}"
            )
            for kept in (self.start, self.stood, self.ends, self.lost):
                kept.pop(place, None)

    @property
    def waiting(self) -> int:
        """Events that have not been taken in."""
        return sum(end - self.start[place] for place, end in self.ends.items())

    @property
    def due(self) -> bool:
        """Whether there is something to write down."""
        return self.waiting > 0 or bool(self.lost)


def look(bounds: Mapping[Place, Bounds], stood: Mapping[str, int]) -> Look:
    """Compare what the broker holds with where it was read to."""
    found = Look({}, {}, {})
    for place, (first, end) in bounds.items():
        before = stood.get(str(place))
        if before is not None and before > end:
            found.problems[place] = (
                f"{place}: expected offset {before} or later, found a log that ends at {end}: {REMADE}"
            )
            continue
        if before is not None and before < first:
            found.lost[place] = (before, first)
        found.start[place] = first if before is None else max(before, first)
        found.stood[place], found.ends[place] = before, end
    return found


def looked(lake: Lake, stream: Stream) -> Look:
    """The same, of a connection and the table as they stand. Raises what `Stream.bounds` raises."""
    bounds = stream.bounds()
    names = {position_name(stream.namespace, place): str(place) for place in bounds}
    return look(bounds, {names[name]: at for name, at in lake.positions(CONTRACT.name, names).items()})


def position_name(namespace: str, place: Place) -> str:
    """What the lake calls the position of a partition."""
    return f"{namespace}/{place}"


def anchors(lake: Lake, stream: Stream, told: Look) -> dict[Place, Anchor]:
    """The event before each position that is read on from: the broker should still tell it as we were told it."""
    import pyarrow.compute as pc

    before = {place: stood - 1 for place, stood in told.stood.items()
              if stood and place not in told.lost and told.ends[place] > stood}  # fmt: skip
    found: dict[Place, Anchor] = {}
    for place, offset in before.items():
        where = (pc.field("topic") == place.topic) & (pc.field("offset") == offset) & (pc.field("kind") == EVENT)
        where &= (pc.field("partition") == place.partition) & (pc.field("namespace") == stream.namespace)
        for row in lake.read(CONTRACT.name, columns=["timestamp", "key", "value"], filters=where).to_pylist():
            told_at = row["timestamp"]
            moment = round(told_at.timestamp() * 1000) if told_at is not None else None
            found[place] = Anchor(offset, moment, row["key"], row["value"])
    return found


@dataclass
class TakenIn:
    """What a run took in."""

    events: int = 0
    size: int = 0  # bytes of keys and values
    commits: int = 0
    waiting: int | None = None  # at the broker when it ended; None: not known, of one partition at least
    lost: dict[Place, tuple[int, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def told_lost(self) -> list[str]:
        """What was lost, a line a partition."""
        return [
            f"{place}: offsets {first} to {end - 1} ({end - first} events) were deleted by the broker before they were "
            "taken in: its retention is shorter than we were away"
            for place, (first, end) in self.lost.items()
        ]


def take_in(
    lake: Lake,
    stream: Stream,
    group: Group,
    run_id: str,
    *,
    most_events: int = MOST_EVENTS,
    most_bytes: int = MOST_BYTES,
    patience_seconds: float = PATIENCE_SECONDS,
) -> TakenIn:
    """Take in what the broker holds now, batch by batch, each a commit; what it gets meanwhile waits for the next run.

    Raises what `Stream.bounds` raises; a broker that falls silent later is among the problems.
    """
    began, done = time.monotonic(), TakenIn()
    told = looked(lake, stream)
    told.drop(stream.strangers(anchors(lake, stream, told)), REMADE)
    done.lost, done.problems = told.lost, [*map(str, stream.missing.values()), *told.problems.values()]
    stood, positions, lost = dict(told.stood), dict(told.start), told.lost
    stream.read_from(positions)
    while True:
        taken = stream.take(
            told.ends, positions, most=most_events, most_bytes=most_bytes, patience_seconds=patience_seconds
        )
        moves = {
            position_name(stream.namespace, place): (stood[place], after)
            for place, after in taken.after.items()
            if after != stood[place] and (after != positions[place] or place in lost)
        }
        if moves:
            try:
                _commit(lake, group, run_id, rows_of(taken, lost, stream.namespace, now(group), run_id), moves)
            except PositionMoved as moved:
                done.problems.append(str(moved))
                break
            done.commits += 1
            done.events += taken.count
            done.size += taken.size
            moved_on = {p: at for p, at in taken.after.items() if position_name(stream.namespace, p) in moves}
            stood.update(moved_on)
        positions, lost = taken.after, {}
        done.problems += taken.problems.values()
        reached = all(positions[place] >= end for place, end in told.ends.items())
        if reached or taken.problems or time.monotonic() - began > BUDGET_SECONDS:
            break
    done.seconds = time.monotonic() - began
    done.waiting = None if told.problems else _waiting(lake, stream)
    return done


def _waiting(lake: Lake, stream: Stream) -> int | None:
    """Events that the broker holds now and the table does not; None where either is not known of every partition."""
    try:
        left = looked(lake, stream)
    except EventsError:
        return None
    return None if stream.missing or left.problems else left.waiting


def _commit(
    lake: Lake,
    group: Group,
    run_id: str,
    rows: "pa.Table",
    moves: Mapping[str, tuple[int | None, int]],
) -> None:
    """One batch and how far it goes, in one commit. Raises `PositionMoved` where another run was faster."""
    lake.append_onwards(
        CONTRACT.name,
        moves,
        rows,
        schema=CONTRACT.arrow_schema,
        partition_by=CONTRACT.layout,
        commit=Commit(
            run_id=run_id,
            publish_id=f"{run_id}:{CONTRACT.name}:{','.join(f'{name}@{after}' for name, (_, after) in moves.items())}",
            code_version=CONTRACT.code_version,
            contract_version=group.fingerprint,
            units=f"{rows.num_rows} event(s)",
            at=now(group).astimezone(UTC),
        ),
    )


def rows_of(
    taken: Taken, lost: Mapping[Place, tuple[int, int]], namespace: str, at: datetime, run_id: str
) -> "pa.Table":
    """Rows of the table: what was lost, then the events."""
    import pyarrow as pa

    schema, count = CONTRACT.arrow_schema, taken.count
    events = {
        **taken.columns,
        "namespace": [namespace] * count,
        "kind": [EVENT] * count,
        "lost_until": [None] * count,
        "received_at": [at] * count,
        "run_id": [run_id] * count,
    }
    moments = pa.array(events["timestamp"], pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    arrays = [
        moments.cast(each.type) if each.name == "timestamp" else pa.array(events[each.name], each.type)
        for each in schema
    ]
    gaps = [
        {
            "namespace": namespace,
            "topic": place.topic,
            "partition": place.partition,
            "offset": first,
            "kind": LOST,
            "lost_until": end,
            "timestamp_type": "none",
            "headers": [],
            "received_at": at,
            "run_id": run_id,
        }
        for place, (first, end) in lost.items()
    ]
    return pa.concat_tables([pa.Table.from_pylist(gaps, schema=schema), pa.Table.from_arrays(arrays, schema=schema)])


def build(group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resources `lake` and `event_hubs`; without a broker it takes nothing in, and says so."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name="bronze__events",
        pool="bronze__events",  # one run at a time writes a table
        specs=[asset_spec(CONTRACT, group)],
        check_specs=[
            dg.AssetCheckSpec(ARRIVED, asset=key, description="The broker gave everything it had when the run began."),
            dg.AssetCheckSpec(
                NOTHING_LOST,
                asset=key,
                description="The broker had deleted nothing that was not taken in yet (ACCOUNTING 7).",
            ),
        ],
        required_resource_keys={"lake", "event_hubs"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def events(context: dg.AssetExecutionContext) -> Iterator[Any]:
        done = TakenIn()
        try:
            with context.resources.event_hubs.opened() as stream:
                done = take_in(context.resources.lake.lake, stream, group, context.run_id)
        except (EventsError, AccessWrong, SecretStoreError) as error:
            done.problems = [str(error)]
        record(EVENTS, done.events)
        if done.waiting is not None:
            record(WAITING, done.waiting)
        told, lost = "; ".join(done.problems), "; ".join(done.told_lost)
        yield dg.AssetCheckEvaluation(asset_key=key, check_name=ARRIVED, passed=not told, description=told or None)
        yield dg.AssetCheckEvaluation(asset_key=key, check_name=NOTHING_LOST, passed=not lost, description=lost or None)
        yield dg.MaterializeResult(asset_key=key, metadata=metadata(done))

    return events


def metadata(done: TakenIn) -> dict[str, Any]:
    """What the interface shows of a run: how much, how fast, and what was left (`lag_events`, where it is known)."""
    seconds = max(done.seconds, 0.001)
    return {
        "events": done.events,
        "bytes": done.size,
        "commits": done.commits,
        **({} if done.waiting is None else {"lag_events": done.waiting}),
        "lost_events": sum(end - first for first, end in done.lost.values()),
        "seconds": round(done.seconds, 3),
        "events_per_second": round(done.events / seconds, 1),
    }
