"""`monette status`: companies, tables and runs at a glance. Shows no secret."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from monette_assets.reports.statement import Statement

RUNS = 8
MONTHS = 6


def status() -> None:
    """Show each company's months and connection, how fresh the tables are, what is left failed, and the last runs."""
    from rich.console import Console

    from monette_assets.reports.rendering import show

    platform = Platform()
    console = Console(highlight=False)
    settings = platform.settings
    console.print(f"[bold]{platform.group.name}[/]  home {settings.home.absolute()}  lake {settings.lake_url}")
    console.print()
    show(companies(platform), console)
    show(months(platform), console)
    show(tables(platform), console)
    _left_failed(platform, console)
    _runs(platform, console)
    _watch(platform, console)


def companies(platform: Platform) -> Statement:
    """Per company: months expected so far, arrived, complete; its connection; its last fetch; what is in quarantine."""
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables import hash_chain, quarantine, waivers

    lake, group = platform.lake, platform.group
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if lake.exists("gold/completeness"):
        for row in lake.read("gold/completeness").to_pylist():
            found[row["company"]].append(row)
    refused: dict[str, int] = defaultdict(int)
    waived: dict[str, list[str]] = defaultdict(list)
    held = lake.read(quarantine.CONTRACT.name).to_pylist() if lake.exists(quarantine.CONTRACT.name) else []
    log = hash_chain.entries(lake, waivers.CONTRACT.name)
    for entry, act in zip(held, waivers.covered_by(held, log), strict=True):
        refused[entry["company"]] += act is None
        if act is not None:
            waived[entry["company"]].append(f"{act['who']}: {act['why']}")
    rows = []
    for company in group.companies:
        own = found[company.code]
        fetched = max((row["arrived_at"] for row in own if row["arrived_at"]), default=None)
        rows.append(
            {
                "company": company.code,
                "currency": company.home_currency,
                "expected": len(_expected(platform, company.code)),
                "arrived": sum(row["arrived_at"] is not None for row in own),
                "complete": sum(row["complete"] for row in own),
                "quarantine": refused[company.code],
                "waived": "; ".join(sorted(set(waived[company.code]))),
                "fetched": fetched.astimezone(group.time_zone) if fetched else None,
                "connection": connection(platform, company.code),
            }
        )
    return Statement(
        title="Companies",
        subtitle=f"months expected from {group.first_period:%Y-%m} to the running one",
        fields=(
            Field("company", "Company"),
            Field("currency", ""),
            Field("expected", "Expected", Kind.COUNT),
            Field("arrived", "Arrived", Kind.COUNT),
            Field("complete", "Complete", Kind.COUNT),
            Field("quarantine", "Quarantine", Kind.COUNT),
            *([Field("waived", "Waived by")] if any(waived.values()) else []),
            Field("fetched", "Last fetch", Kind.DATE),
            Field("connection", "Connection"),
        ),
        rows=rows,
    )


def months(platform: Platform) -> Statement:
    """The last months that are over: who closed what, what is open and overdue. From the log, as it is now."""
    from monette_assets.clock import today
    from monette_assets.gold.close_status import OPEN, standings
    from monette_assets.group.calendar import add_months
    from monette_assets.group.models import WHOLE_GROUP
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables import hash_chain

    group = platform.group
    last = add_months(platform.current_month, -1)
    shown = group.periods(max(group.first_period, add_months(last, 1 - MONTHS)), last)
    found = standings(group, hash_chain.entries(platform.lake, "closes"), shown, today(group))
    rows = []
    for period in shown:
        own = [row for row in found if row["period"] == period]
        (whole,) = [row for row in own if row["company"] == WHOLE_GROUP]
        of_companies = [row for row in own if row["company"] != WHOLE_GROUP]
        states = defaultdict(list)
        for row in of_companies:
            states[row["state"]].append(row["company"])
        rows.append(
            {
                "period": period,
                "closed": len(states["closed"]),
                "of": len(of_companies),
                "approved": ", ".join(states["approved"]),
                "reopened": ", ".join(states["reopened"]),
                "group": f"closed by {whole['closed_by']}" if whole["state"] == "closed" else whole["state"],
                "due": whole["due_on"],
                "overdue": ", ".join(row["company"] for row in own if row["is_overdue"]),
            }
        )
    return Statement(
        title="Months",
        subtitle=f"as the log of closes says; a month nobody closed is {OPEN}",
        fields=(
            Field("period", "Month", Kind.MONTH),
            Field("closed", "Closed", Kind.COUNT),
            Field("of", "Of", Kind.COUNT),
            Field("approved", "Approved"),
            Field("reopened", "Reopened"),
            Field("group", "Group"),
            *([Field("due", "Due", Kind.DATE), Field("overdue", "Overdue")] if group.settings.close else []),
        ),
        rows=rows,
    )


def _watch(platform: Platform, console: Console) -> None:
    """Whether the daemon lives, what is wrong, and what could not be told."""
    from monette_assets.automation import heartbeat
    from monette_assets.clock import now
    from monette_assets.commands.alerts import open_incidents, undelivered_messages
    from monette_assets.reports.rendering import show

    path = platform.settings.heartbeat_path
    why = heartbeat.dead(path, now(platform.group))
    console.print(f"Daemon: {'alive' if why is None else why}", markup=False, soft_wrap=True)
    for statement in (open_incidents(platform), undelivered_messages(platform)):
        if statement.rows:
            show(statement, console)


def _expected(platform: Platform, company: str) -> list[date]:
    group = platform.group
    expected = group.expected_company_months(group.first_period, platform.current_month)
    return [period for code, period in expected if code == company]


def connection(platform: Platform, company: str) -> str:
    """The state of a company's tokens in words."""
    from monette_assets.sources.secrets import EncryptedFileTokenStore, TokenStoreError

    settings = platform.settings
    store = EncryptedFileTokenStore(settings.home / "tokens", settings.token_key_path)
    try:
        tokens = store.read(company)
    except TokenStoreError as error:
        return f"unreadable: {error}"
    if tokens is None:
        return f"not connected: monette connect {company}"
    left = tokens.refresh_expires_at - datetime.now(UTC)
    if left.total_seconds() <= 0:
        return f"expired: monette connect {company}"
    return f"connected, {left.days} days left"


def tables(platform: Platform) -> Statement:
    """Per table: version, when it last changed, which months are stale and why."""
    from monette_assets import catalog
    from monette_assets.automation import rebuilding
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.staleness import find

    lake, zone = platform.lake, platform.group.time_zone
    stale = find(lake, platform.group, rebuilding.tables())
    rows = []
    for contract in catalog.contracts():
        row: dict[str, Any] = {"table": contract.name, "state": stale.told(contract.name) or "not built yet"}
        if lake.exists(contract.name):
            newest = lake.history(contract.name, 1)[0]
            row |= {
                "version": newest.version,
                "changed": newest.timestamp.astimezone(zone),
                "state": stale.told(contract.name),
                "run": newest.commit.run_id[:8] if newest.commit else "",
            }
        rows.append(row)
    return Statement(
        title="Tables",
        subtitle="`monette history TABLE` lists the versions"
        + ("; `monette run --stale` rebuilds what is stale, the night does anyway" if stale else ""),
        fields=(
            Field("table", "Table"),
            Field("version", "Version", Kind.COUNT),
            Field("changed", "Last changed", Kind.DATE),
            Field("run", "Run"),
            Field("state", ""),
        ),
        rows=rows,
    )


def _left_failed(platform: Platform, console: Console) -> None:
    """What was tried last and failed, or never came; nothing where all is well."""
    from monette_assets.automation.failed_partitions import left_failed, told

    with platform.instance() as instance:
        lines = told(left_failed(instance, platform.group, platform.lake))
    if lines:
        console.print(f"[bold red]Left failed[/]: {len(lines)}")
        for line in lines:
            console.print(f"  {line}", markup=False, soft_wrap=True)
        console.print("The sensor catch_up tries again what may come; `monette check --recorded` says why.\n")


def _runs(platform: Platform, console: Console) -> None:
    from monette_assets.automation.chain import STEP_TAG
    from monette_assets.reports.rendering import show
    from monette_assets.reports.statement import Field, Kind, Statement

    zone = platform.group.time_zone
    with platform.instance() as instance:
        records = instance.get_run_records(limit=RUNS)
    rows = []
    for record in records:
        tags = record.dagster_run.tags
        first, last = (
            tags.get("dagster/asset_partition_range_start", ""),
            tags.get("dagster/asset_partition_range_end", ""),
        )
        took = (record.end_time or 0) - (record.start_time or 0)
        rows.append(
            {
                "run": record.dagster_run.run_id[:8],
                "begun": datetime.fromtimestamp(record.start_time, zone) if record.start_time else None,
                "seconds": round(took) if record.end_time and record.start_time else None,
                "what": tags.get(STEP_TAG, ""),
                "partitions": first if first == last else f"{first} ... {last}",
                "status": record.dagster_run.status.value.lower(),
            }
        )
    fields = (
        Field("run", "Run"),
        Field("begun", "Begun", Kind.DATE),
        Field("seconds", "Seconds", Kind.COUNT),
        Field("what", "Step"),
        Field("partitions", "Partitions"),
        Field("status", "Status"),
    )
    show(Statement("Last runs", "`monette dev` shows each at http://127.0.0.1:3000/runs", fields, rows), console)
