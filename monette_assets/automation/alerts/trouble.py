"""What is wrong now, each thing a finding: read from Dagster's instance, the lake and the tokens. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus

from monette_assets import catalog
from monette_assets.automation import changes, refresh_job
from monette_assets.automation.abandoned import UNFINISHED
from monette_assets.automation.alerts.failures import broken_runs, failed_checks, left_behind
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.chain import CHAIN_TAG
from monette_assets.automation.cursors import cursor_text, read_cursor
from monette_assets.automation.owed import Cursor
from monette_assets.automation.polling import asks_to_connect
from monette_assets.bronze import quickbooks_objects
from monette_assets.bronze.quickbooks_reports import ARRIVED
from monette_assets.credentials import token_store
from monette_assets.gold import completeness, platform_budgets
from monette_assets.group.calendar import month_end
from monette_assets.tables.asset import asset_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings

SILENT_AFTER = timedelta(hours=1)  # an answer may be late: QuickBooks throttles, tokens are renewed
DUE_AFTER = timedelta(days=10)  # after a month's end: so long `month_end` sees to it
STUCK_AFTER = timedelta(hours=2)  # a run that takes longer is not waited for
FAILING_TICKS = 3  # of a sensor, in a row: the next may mend it by itself

Connection = Callable[[str], str | None]  # why a company's stored tokens are of no use; None where they are


def findings(
    instance: dg.DagsterInstance,
    group: Group,
    lake: Lake,
    connection: Connection,
    now: datetime,
    *,
    at_work: bool = False,
) -> list[Finding]:
    """Everything that is wrong at a moment (aware); `at_work`: without what is being tried again."""
    failed = [] if at_work else [*failed_checks(instance, group), *left_behind(instance, group, lake)]
    return [
        *tokens(instance, group, lake, connection, failed, now),
        *failed,
        *broken_runs(instance, group),
        *incomplete_months(group, lake, now),
        *stale_tables(instance, now),
        *failing_ticks(instance),
        *exceeded_budgets(group, lake, now),
    ]


def at_work(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """The run whose checks are not its last word yet: what fails may be fetched again, or mended by a later step."""
    since = now - STUCK_AFTER
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED, created_after=since)):
        run = record.dagster_run
        if run.job_name == refresh_job.JOB or CHAIN_TAG in run.tags:
            return run.run_id
    return None


def tokens(
    instance: dg.DagsterInstance,
    group: Group,
    lake: Lake,
    connection: Connection,
    checks: Iterable[Finding],
    now: datetime,
) -> Iterator[Finding]:
    """Companies whose connection is lost, and those that have not answered for a while."""
    said: dict[str, str] = {}
    for check in checks:
        if check.company and check.subject.endswith(f" {ARRIVED}") and asks_to_connect(check.what, check.company):
            said.setdefault(check.company, check.what)
    ingested = lake.exists(quickbooks_objects.CONTRACT.name)
    memory = read_cursor(Cursor, cursor_text(instance, changes.SENSOR), now)
    for company in group.companies:
        code = company.code
        if code not in said and ingested and company.is_active(now.date().replace(day=1)):
            stored = connection(code)
            if stored is not None:
                said[code] = stored
        if code in memory.refused:
            said.setdefault(code, "the last question for its changes was refused")
        if code in said:
            yield Finding(Kind.TOKEN, code, said[code], code)
        elif code in memory.silent and code in memory.since and now - memory.since[code] > SILENT_AFTER:
            heard = memory.since[code].astimezone(group.time_zone)
            yield Finding(Kind.SILENT, code, f"{code}: last heard {heard:%Y-%m-%d %H:%M}", code)


def stored_connection(settings: Settings, now: datetime) -> Connection:
    """Why a company's stored tokens are of no use: they are absent, unreadable or too old."""
    from monette_assets.sources.secrets.store import SecretStoreError

    store = cache(partial(token_store, settings))

    def connection(company: str) -> str | None:
        try:
            found = store().read(company)
        except SecretStoreError as error:
            return f"{company}: its tokens cannot be read: {error}"
        if found is None:
            return f"{company}: it is not connected"
        return (
            f"{company}: its connection ran out on {found.refresh_expires_at:%Y-%m-%d}"
            if found.refresh_expires_at <= now
            else None
        )

    return connection


def incomplete_months(group: Group, lake: Lake, now: datetime) -> Iterator[Finding]:
    """Company-months past due that are not complete, or not there though their month was built."""
    name = completeness.CONTRACT.name
    if not lake.exists(name):
        return
    rows = lake.read(name, columns=["company", "period", "complete", "provisional", "missing"]).to_pylist()
    held = {(row["company"], row["period"]) for row in rows}
    built = {period for _, period in held}
    lacking = {(row["company"], row["period"]): row["missing"] for row in rows if not row["complete"]}
    due = now.astimezone(group.time_zone).date() - DUE_AFTER
    for company, period in group.expected_company_months(min(built), max(built)) if built else ():
        missing = lacking.get((company, period)) if (company, period) in held else "absent"
        if missing is not None and period in built and month_end(period) < due:
            yield Finding(Kind.INCOMPLETE, name, f"{company} {period:%Y-%m}: {missing}", company, period)


def stale_tables(instance: dg.DagsterInstance, now: datetime) -> Iterator[Finding]:
    """Gold tables that nothing has looked at for longer than their freshness allows; never built is not stale."""
    limits = {
        asset_key(table.contract): table.contract.freshness.fail_after
        for table in catalog.GOLD
        if table.contract.freshness is not None
    }
    for record in instance.get_asset_records(list(limits)):
        entry = record.asset_entry
        if entry.last_materialization_record is None:
            continue
        age = now - datetime.fromtimestamp(entry.last_materialization_record.timestamp, now.tzinfo)
        if age > limits[entry.asset_key]:
            hours, most = (int(each.total_seconds() // 3600) for each in (age, limits[entry.asset_key]))
            name = entry.asset_key.to_user_string()
            yield Finding(Kind.STALE, name, f"{name}: last built {hours} hours ago, at most {most} are allowed")


def failing_ticks(instance: dg.DagsterInstance) -> Iterator[Finding]:
    """Sensors that failed several times in a row, and schedules whose last tick failed."""
    for state in instance.all_instigator_state():
        if state.status is InstigatorStatus.STOPPED:
            continue
        wanted = FAILING_TICKS if state.instigator_type is InstigatorType.SENSOR else 1
        ticks = instance.get_ticks(
            state.instigator_origin_id,
            state.selector_id,
            limit=wanted,
            statuses=[TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.FAILURE],
        )
        if len(ticks) == wanted and all(tick.status is TickStatus.FAILURE for tick in ticks):
            error = ticks[0].error
            why = (error.cause or error).message.strip() if error is not None else "no reason given"
            kind = "sensor" if wanted > 1 else "schedule"
            yield Finding(Kind.TICK, f"{kind} {state.name}", why.splitlines()[0])


def exceeded_budgets(group: Group, lake: Lake, now: datetime) -> Iterator[Finding]:
    """Budgets of the running month that are exceeded, as they were last counted."""
    import pyarrow.compute as pc

    name = platform_budgets.CONTRACT.name
    if not lake.exists(name):
        return
    period = now.astimezone(group.time_zone).date().replace(day=1)
    exceeded = (pc.field("period") == period) & pc.field("is_exceeded")
    for row in lake.read(name, filters=exceeded).to_pylist():
        spent = f"spent {row['spent_cad']:,.2f} of {row['budget_cad']:,.2f} {group.currency}"
        part = f"{row['part']} {row['name']}"
        yield Finding(Kind.BUDGET, part, f"{part} {period:%Y-%m}: {spent}", None, period)
