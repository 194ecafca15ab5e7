"""What the platform has used, as it was measured: seconds of every run, step by step, and by the day what is stored.
Prices come later, in gold: when they change, what was used does not. What stands by the hour is a matter of the price
book alone; here is only which days are over, on which it stood.

Taken in by the job `costs`, from Dagster's event log, which may be lost; what was counted stays.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, Self, get_args

import dagster as dg

from monette_assets.bronze.appending import append_commit
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake, maintenance
from monette_assets.tables import Column, Contract, Partitions, group_contracts, partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.compute import Compute
from monette_assets.tables.contract import nested
from monette_assets.telemetry.spans import traced

SplitBy = Literal["rows", "partitions", "run", "evenly"]
Kind = Literal["compute", "storage", "day"]
BETWEEN_STEPS = "between steps"
MOST_DAYS = 62  # that nobody counted for are made good: a lake that stood still for longer is not guessed at
MILLIONTH = Decimal("0.000001")
STANDING = "standing"  # the price book's list, of which every day is counted once it is over
UNITS: Mapping[str, str] = {"compute": "seconds", "storage": "byte days", "day": "hours"}

CONTRACT = Contract(
    name="bronze/platform_usage",
    description=(
        "What the platform has used, as measured, append-only: the seconds of every step of every run that ended, the "
        "bytes every table takes, by the day, and every day that is over. The run that counts is counted by the next."
    ),
    key=("usage_id",),
    unit=("period",),
    partitions=Partitions.NONE,
    columns=(
        Column("usage_id", "string", "Run and step; or kind, day and what it is of."),
        Column("period", "date", "First day of the month in which it ended, in the group's time zone."),
        Column("kind", "string", "What was used; a day: whatever the price book's list `standing` has on it. Rows of "
               "another kind, by an earlier version for what stood, are in no cost.", choices=get_args(Kind)),
        Column("run_id", "string", "The run; of compute.", nullable=True),
        Column("chain_id", "string", "The chain of runs it belongs to.", nullable=True),
        Column("job", "string", "The job, of a run that is none of chosen tables.", nullable=True),
        Column("asset", "string", "The table; a job's name; `between steps`: what of a run no step accounts for; "
               "or `standing`, of a day."),
        Column("started_at", "timestamp", "When it began."),
        Column("ended_at", "timestamp", "When it ended."),
        Column("engine", "string", "Engine, as the price book names it; of compute.", nullable=True),
        Column("sku", "string", "What was used, as the price book names it; `standing`, of a day."),
        Column("cluster_sku", "string", "The engine's own machines, where it is a cluster.", nullable=True),
        Column("cluster_nodes", "int", "So many of them, the driver included.", nullable=True),
        Column("cluster_id", "string", "Which cluster: its address and id. Null: none, or nobody said which; each run "
               "is then charged all of it.", nullable=True),
        Column("held_by", "string", "Whose process it was: the run of the job that executes a chain, else the run; of "
               "compute on a cluster that is known.", nullable=True),
        Column("machine_share", "decimal(7, 6)", "The part of the machine that the run was given; of compute, null: "
               "all of it.", nullable=True),
        Column("quantity", "decimal(28, 3)", "How much.", unit="see unit"),
        Column("unit", "string", "What quantity counts.", choices=tuple(dict.fromkeys(UNITS.values()))),
        Column("cpu_seconds", "decimal(18, 3)", "Processor time of the run's process in the step.", unit="seconds",
               nullable=True),
        Column("phases", "string", "Seconds of each phase, as JSON: look, engine, audit, compare, publish.",
               nullable=True),
        Column("months", "array<string>", "The months that the step computed or fetched."),
        Column("row_count", "bigint", "Rows of those months in the table.", unit="rows"),
        Column("weights", nested((Column("company", "string", ""), Column("weight", "bigint", ""))),
               "What it is split over companies by; none: evenly."),
        Column("split_by", "string", "What the weights are: rows of the table, partitions of the step, those of the "
               "run's other steps, or nothing.", choices=get_args(SplitBy)),
        Column("recorded_at", "timestamp", "When it was taken in."),
        Column("recorded_by", "string", "The run that took it in."),
    ),
    owner="data engineering",
)  # fmt: skip


@dataclass(frozen=True)
class Usage:
    """Seconds of a step of a run, or of the run between its steps."""

    run_id: str
    chain_id: str | None
    job: str | None
    asset: str
    started_at: datetime
    ended_at: datetime
    seconds: float
    compute: Compute
    held_by: str | None = None  # the run of the job that executes it; None: itself
    cpu_seconds: float | None = None
    phases: Mapping[str, float] = field(default_factory=dict)
    months: tuple[date, ...] = ()
    rows: int = 0
    weights: Mapping[str, int] = field(default_factory=dict)
    split_by: SplitBy = "evenly"

    def row(self, group: Group) -> dict[str, Any]:
        """As bronze has it, but for who recorded it."""
        return {
            **_blank("compute", f"{self.run_id}/{self.asset}", self.ended_at, group),
            "run_id": self.run_id,
            "chain_id": self.chain_id,
            "job": self.job,
            "asset": self.asset,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "engine": self.compute.engine,
            "sku": self.compute.machine,
            "cluster_sku": self.compute.cluster,
            "cluster_nodes": self.compute.nodes if self.compute.cluster else None,
            "cluster_id": self.compute.cluster_id,
            "held_by": (self.held_by or self.run_id) if self.compute.cluster_id else None,
            "machine_share": self.compute.share.quantize(MILLIONTH) if self.compute.share != 1 else None,
            "quantity": thousandths(self.seconds),
            "cpu_seconds": thousandths(self.cpu_seconds) if self.cpu_seconds is not None else None,
            "phases": json.dumps(dict(self.phases)) if self.phases else None,
            "months": [partitions.month_key(month) for month in self.months],
            "row_count": self.rows,
            "weights": _pairs(self.weights),
            "split_by": self.split_by,
        }


# What every run took that ended since, or a little before: run by run.
Measured = Callable[[dg.DagsterInstance, Group, Compute, datetime | None], Iterable[list[Usage]]]


def thousandths(value: float) -> Decimal:
    """As it is stored."""
    return Decimal(str(value)).quantize(Decimal("0.001"))


def build(
    group: Group, compute: Compute, measured: Measured, tables: Callable[[], Iterable[str]]
) -> dg.AssetsDefinition:
    """The asset. Needs resource `lake`. `tables`: names of the tables whose bytes are counted."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name="bronze__platform_usage",
        pool="bronze__platform_usage",  # one run at a time writes a table
        specs=[asset_spec(CONTRACT, group)],
        required_resource_keys={"lake"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def platform_usage(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        at = now(group).astimezone(UTC)
        if group.prices is not None:
            group_contracts.keep_prices(lake, group.prices, at)
        held = Held.of(lake)
        runs = measured(context.instance, group, compute, held.newest)
        rows = [usage.row(group) for run in runs for usage in run if usage.run_id != context.run_id]
        rows += by_the_day(lake, group, tables(), compute.storage, held, at, {**held.weights, **_weights(rows)})
        new = [row for row in rows if row["usage_id"] not in held.ids]
        for row in new:
            row |= {"recorded_at": at, "recorded_by": context.run_id}
        if new:
            append_commit(lake, CONTRACT, new, context.run_id, group, at)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "new_rows": len(new),
                "runs": len({row["run_id"] for row in new if row["run_id"]}),
                "months": ", ".join(sorted({partitions.month_key(row["period"]) for row in new})) or "none",
            },
        )

    return platform_usage


@dataclass(frozen=True)
class Held:
    """What bronze holds already."""

    ids: frozenset[str] = frozenset()
    newest: datetime | None = None  # end of the newest run
    last_day: Mapping[str, date] = field(default_factory=dict)  # that was counted, by kind and what it is of
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # rows by company when a table was last run

    @classmethod
    def of(cls, lake: Lake) -> Self:
        """As the lake has it, of the last weeks that it counted for; nothing while the table does not exist."""
        import pyarrow.compute as pc

        if not lake.exists(CONTRACT.name):
            return cls()
        last = pc.max(lake.read(CONTRACT.name, columns=["ended_at"]).column("ended_at")).as_py()
        recent = pc.field("ended_at") >= last - timedelta(days=MOST_DAYS)
        columns = ["usage_id", "kind", "asset", "ended_at", "weights", "split_by"]
        found = lake.read(CONTRACT.name, columns=columns, filters=recent).to_pylist()
        rows = sorted(found, key=lambda row: row["ended_at"])
        ended = [row["ended_at"] for row in rows if row["kind"] == "compute"]
        days: dict[str, date] = {}
        for row in rows:
            if row["kind"] != "compute":
                kind, day, of = row["usage_id"].split("|")
                days[f"{kind}|{of}"] = max(date.fromisoformat(day), days.get(f"{kind}|{of}", date.min))
        return cls(frozenset(row["usage_id"] for row in rows), max(ended, default=None), days, _weights(rows))


def by_the_day(
    lake: Lake,
    group: Group,
    tables: Iterable[str],
    storage: str,
    held: Held,
    at: datetime,
    weights: Mapping[str, Mapping[str, int]],
) -> list[dict[str, Any]]:
    """What is stored, of every day up to today that was not counted, and the days that are over since the
    group's first month.

    Storage of today is what there is now. What stands is paid for, used or not: no day of it is left out.
    """
    today = at.astimezone(group.time_zone).date()
    rows: list[dict[str, Any]] = []
    for table in tables:
        if not lake.exists(table):
            continue
        stored = Decimal(maintenance.stored(lake, table))
        last = held.last_day.get(f"storage|{table}", today - timedelta(days=1))
        for day in _days(max(last, today - timedelta(days=MOST_DAYS + 1)), today):
            row = _of_day("storage", day, table, group)
            split: SplitBy = "rows" if weights.get(table) else "evenly"
            rows.append({**row, "asset": table, "sku": storage, "quantity": stored,
                         "weights": _pairs(weights.get(table, {})), "split_by": split})  # fmt: skip
    before = held.last_day.get(f"day|{STANDING}", group.first_period - timedelta(days=1))
    rows += [
        {**_of_day("day", day, STANDING, group), "asset": STANDING, "sku": STANDING, "quantity": Decimal(24),
         "split_by": "evenly"}
        for day in _days(before, today - timedelta(days=1))
    ]  # fmt: skip
    return rows


def day_id(kind: str, day: date, of: str) -> str:
    """The id of what was used on a day."""
    return f"{kind}|{day}|{of}"


def _days(after: date, until: date) -> list[date]:
    """The days after one up to another."""
    return [after + timedelta(days=number) for number in range(1, (until - after).days + 1)]


def _of_day(kind: Kind, day: date, of: str, group: Group) -> dict[str, Any]:
    start = datetime.combine(day, time(), group.time_zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), group.time_zone).astimezone(UTC) - timedelta(seconds=1)
    return {**_blank(kind, day_id(kind, day, of), end, group), "started_at": start, "ended_at": end}


def _blank(kind: Kind, usage_id: str, ended_at: datetime, group: Group) -> dict[str, Any]:
    """A row of which nothing else is known yet."""
    row: dict[str, Any] = dict.fromkeys(CONTRACT.column_names)
    period = ended_at.astimezone(group.time_zone).date().replace(day=1)
    return {**row, "usage_id": usage_id, "period": period, "kind": kind, "unit": UNITS[kind], "months": [],
            "row_count": 0, "weights": []}  # fmt: skip


def _weights(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """The rows by company of each table, of the last row in order that knows them."""
    return {
        row["asset"]: {pair["company"]: pair["weight"] for pair in row["weights"]}
        for row in rows
        if row["kind"] == "compute" and row["split_by"] == "rows"
    }


def _pairs(weights: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"company": code, "weight": weights[code]} for code in sorted(weights)]
