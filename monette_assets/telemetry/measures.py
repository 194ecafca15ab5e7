"""Every measure that is exported: its name, unit and what it is told by. The dashboard asks for no other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How values of a measure are put together."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True)
class Measure:
    """One measure. `told_by` are its attributes, which are few and known: companies, tables, kinds."""

    name: str
    unit: str  # UCUM, as OpenTelemetry has it
    kind: Kind
    description: str
    told_by: tuple[str, ...]


RUN_SECONDS = Measure("monette.run.duration", "s", Kind.HISTOGRAM, "How long runs take.", ("dagster_job", "outcome"))
ASSET_SECONDS = Measure(
    "monette.asset.duration", "s", Kind.HISTOGRAM, "How long a table takes in a run.", ("asset", "outcome")
)
PHASE_SECONDS = Measure(
    "monette.phase.duration", "s", Kind.HISTOGRAM, "How long a phase of a table takes.", ("asset", "phase")
)
ROWS = Measure(
    "monette.asset.rows", "{row}", Kind.COUNTER, "Rows that a publish added, changed, removed; refused.",
    ("asset", "change"),
)  # fmt: skip
HELD_BACK = Measure(
    "monette.asset.held_back", "{unit}", Kind.COUNTER, "Units that a blocking check held back.", ("asset",)
)
CALLS = Measure(
    "monette.source.calls", "{call}", Kind.COUNTER, "Calls of outside systems, repeated ones included.",
    ("source", "company", "kind", "answer"),
)  # fmt: skip
CALL_SECONDS = Measure(
    "monette.source.call.duration", "s", Kind.HISTOGRAM, "How long an outside system takes to answer.",
    ("source", "company"),
)  # fmt: skip
BYTES = Measure(
    "monette.source.received", "By", Kind.COUNTER, "Bytes that outside systems answered.", ("source", "company", "kind")
)
LAG = Measure("monette.source.lag", "s", Kind.GAUGE, "Since when a company was heard of last.", ("source", "company"))
EVENTS = Measure("monette.events.taken_in", "{event}", Kind.COUNTER, "Events of the broker that were taken in.", ())
WAITING = Measure(
    "monette.events.waiting",
    "{event}",
    Kind.GAUGE,
    "Events that waited when the last run of them ended; none is told where that is not known.",
    (),
)
AGE = Measure("monette.asset.age", "s", Kind.GAUGE, "How long ago a gold table was built or looked at.", ("asset",))
INCIDENTS = Measure("monette.incidents", "{incident}", Kind.GAUGE, "Open incidents.", ("kind",))

MEASURES = (
    RUN_SECONDS, ASSET_SECONDS, PHASE_SECONDS, ROWS, HELD_BACK, CALLS, CALL_SECONDS, BYTES, LAG, EVENTS, WAITING, AGE,
    INCIDENTS,
)  # fmt: skip
