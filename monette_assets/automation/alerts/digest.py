"""The weekly digest: what ran, what was completed, restated and wrong, and how much there is; Mondays at seven.

The job `digest` writes it and owes it to every channel; the sensor `alerts` delivers it. A week has one, however often
the job runs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation.alerts.channels import configured
from monette_assets.automation.alerts.messages import Message, Occasion, Section, composed, lasted
from monette_assets.automation.alerts.register import Kept, Register, register_of
from monette_assets.automation.alerts.remedies import listed
from monette_assets.automation.chain import CHAIN_TAG, STEP_TAG
from monette_assets.automation.schedules import standing_schedule
from monette_assets.bronze.quickbooks_reports import CALLS_TAG
from monette_assets.clock import now
from monette_assets.gold import tie_out
from monette_assets.group import Group
from monette_assets.lake import Lake, LakeError, maintenance
from monette_assets.settings import Settings

JOB = "digest"
OP = "write_digest"
SCHEDULE = "weekly_digest"
WEEK = timedelta(days=7)
SHOWN = 20
COMPLETENESS, TIE_OUT, RESTATEMENTS = "gold/completeness", "gold/tie_out", "gold/restatements"


def build(group: Group, settings: Settings) -> dg.JobDefinition:
    """The job. Needs resource `lake`."""

    @dg.op(name=OP, required_resource_keys={"lake"})
    def write_digest(context: dg.OpExecutionContext) -> None:
        at, register = now(group), register_of(context.instance, settings)
        message = compose(context.instance, group, context.resources.lake.lake, register, at)
        receivers = configured(settings)
        register.enqueue(message, [each.name for each in receivers], at)
        context.add_output_metadata({"digest": dg.MetadataValue.md(f"```\n{message.text}\n```")})

    @dg.job(name=JOB, description=(__doc__ or "").splitlines()[0])
    def job() -> None:
        write_digest()

    return job


def build_schedule(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Monday mornings, running from the start."""
    return standing_schedule(SCHEDULE, job, "0 7 * * 1", group, "Sends the week's digest.")


def compose(instance: dg.DagsterInstance, group: Group, lake: Lake, register: Register, at: datetime) -> Message:
    """The digest of the seven days before a moment (aware)."""
    since = at - WEEK
    return composed(
        f"digest:{at:%G-W%V}",
        Occasion.DIGEST,
        f"{group.name}: week to {at:%Y-%m-%d}",
        [
            Section("Incidents", _incidents(register.incidents(group.time_zone, since=since), since)),
            Section("Runs", _runs(instance, since)),
            Section("Months", _months(lake, since)),
            Section("Tie-out", _tie_out(lake)),
            Section("Restatements since last week", _restated(lake, since)),
            Section("Data", rows=_volumes(lake)),
        ],
    )


def _incidents(kept: Iterable[Kept], since: datetime) -> tuple[str, ...]:
    known = list(kept)
    new = sum(each.opened_at >= since for each in known)
    over = [each for each in known if each.closed_at is not None]
    lines = [f"{new} opened, {len(over)} over, {len(known) - len(over)} open"]
    for each in known[:SHOWN]:
        until = f"lasted {lasted(each.closed_at - each.opened_at)}" if each.closed_at else "open"
        lines.append(f"{each.opened_at:%Y-%m-%d %H:%M}, {until}: {each.incident.sentence}")
    return _cut(lines, len(known))


def _runs(instance: dg.DagsterInstance, since: datetime) -> tuple[str, ...]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    calls: Counter[str] = Counter()
    for record in instance.get_run_records(dg.RunsFilter(created_after=since)):
        run = record.dagster_run
        name = "steps of jobs" if STEP_TAG in run.tags else run.job_name
        counts["assets" if name.startswith("__") else name][run.status.value.lower()] += 1
        if run.tags.get(CALLS_TAG, "").isdigit():  # counted from a chain's beginning
            chain = run.tags.get(CHAIN_TAG, run.run_id)
            calls[chain] = max(calls[chain], int(run.tags[CALLS_TAG]))
    lines = [
        f"{name}: {sum(of.values())} ({', '.join(f'{count} {status}' for status, count in sorted(of.items()))})"
        for name, of in sorted(counts.items())
    ]
    asked = f"{sum(calls.values()):,} calls of QuickBooks by refreshes; sensors' and comparisons' are not counted"
    return (*(lines or ["nothing ran"]), *([asked] if calls else []))


def _months(lake: Lake, since: datetime) -> tuple[str, ...]:
    if not lake.exists(COMPLETENESS):
        return ("nothing is built yet",)
    present = _complete(lake, None)
    total = lake.read(COMPLETENESS, columns=["company", "period"]).group_by(["company", "period"]).aggregate([])
    lines = [f"{len(present)} of {total.num_rows} company-months are complete"]
    before = [entry.version for entry in lake.history(COMPLETENESS) if entry.timestamp <= since]
    try:
        earlier = _complete(lake, max(before)) if before else set()
    except (LakeError, OSError):
        return (*lines, "which of them since last week cannot be told: that version is no longer there")
    for title, units in (("completed", present - earlier), ("no longer complete", earlier - present)):
        if units:
            lines.append(f"{title}: {listed(_by_month(units), SHOWN)}")
    return tuple(lines)


def _complete(lake: Lake, version: int | None) -> set[tuple[str, date]]:
    """Company-months that are complete in every basis and over."""
    rows = lake.read(COMPLETENESS, version, columns=["company", "period", "complete", "provisional"]).to_pylist()
    lacking = {(row["company"], row["period"]) for row in rows if not row["complete"] or row["provisional"]}
    return {(row["company"], row["period"]) for row in rows} - lacking


def _by_month(units: Iterable[tuple[str, date]]) -> list[str]:
    months: dict[date, list[str]] = defaultdict(list)
    for company, period in sorted(units):
        months[period].append(company)
    return [f"{period:%Y-%m} ({listed(companies, 3)})" for period, companies in sorted(months.items())]


def _tie_out(lake: Lake) -> tuple[str, ...]:
    if not lake.exists(TIE_OUT):
        return ("nothing is built yet",)
    count = lake.read(TIE_OUT, columns=["difference"]).num_rows
    differs = lake.read(TIE_OUT, filters=tie_out.differing()).to_pylist()
    known = [row for row in differs if row.get("accepted_by") is not None]
    others = [row for row in differs if row.get("accepted_by") is None]
    compared, lines = f"{count:,} account balances compared", []
    if others:
        lines.append(f"{compared}, {len(others)} differ: {listed(_by_month(_units(others)), SHOWN)}")
    else:
        lines.append(f"{compared}, all {'others ' if known else ''}equal to the cent")
    if known:
        lines.append(f"{len(known)} differ by what somebody accepted: {listed(_by_month(_units(known)), SHOWN)}")
    return tuple(lines)


def _units(rows: Iterable[dict[str, Any]]) -> set[tuple[str, date]]:
    return {(row["company"], row["period"]) for row in rows}


def _restated(lake: Lake, since: datetime) -> tuple[str, ...]:
    if not lake.exists(RESTATEMENTS):
        return ("none",)
    rows = lake.read(RESTATEMENTS, columns=["company", "period", "first_seen_at"]).to_pylist()
    found = Counter((row["period"], row["company"]) for row in rows if row["first_seen_at"] >= since)
    lines = [f"{company} {period:%Y-%m}: {count} figure(s)" for (period, company), count in sorted(found.items())]
    return _cut(lines, len(lines)) if lines else ("none",)


def _volumes(lake: Lake) -> tuple[tuple[str, ...], ...]:
    """Tables and megabytes by layer, as they stand."""
    layers: dict[str, list[Any]] = defaultdict(lambda: [0, 0])
    for contract in catalog.contracts():
        if lake.exists(contract.name):
            layer = layers[contract.name.split("/")[0] if "/" in contract.name else "records"]
            layer[0] += 1
            layer[1] += maintenance.size(lake, contract.name)
    return tuple((name, f"{tables} tables", f"{size / 1e6:,.1f} MB") for name, (tables, size) in layers.items())


def _cut(lines: list[str], count: int) -> tuple[str, ...]:
    return (*lines[: SHOWN + 1], *([f"... and {count - SHOWN} more"] if count > SHOWN else []))
