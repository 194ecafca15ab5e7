"""`monette status`: companies, tables and runs at a glance. Shows no secret."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from rich.console import Console

    from monette_assets.reports.statement import Statement

RUNS = 8
MONTHS = 6


def status(
    format_: Annotated[
        Format, typer.Option("--format", help="How it is written; csv writes the companies alone.")
    ] = Format.TABLE,
) -> None:
    """Show each company's months and connection, how fresh the tables are, the last runs, and what is not well.

    Exit status 1 if a company is not connected, a month that is over is not complete, a closed month differs from what
    was closed, something is in quarantine that nobody waived, a log of what persons did was changed, something was left
    failed, a run failed that nothing later has put right, or an incident is open whose cause is there still.
    """
    import json

    from rich.console import Console

    from monette_assets.automation.failed_partitions import left_failed, told
    from monette_assets.commands.not_well import failed_run, open_incidents
    from monette_assets.commands.output import write
    from monette_assets.reports.rendering import as_json, show

    platform = Platform()
    settings = platform.settings
    changed = restated_since_close(platform)
    parts = {
        "companies": companies(platform),
        "months": months(platform, changed),
        "tables": tables(platform),
        "runs": runs(platform),
    }
    wrong = not_well(platform, parts["companies"], changed)
    with platform.instance() as instance:
        behind = left_failed(instance, platform.group, platform.lake)
        standing, gone = open_incidents(platform, instance)
        wrong += [*failed_run(platform, instance, behind), *standing]
    left = told(behind)
    if format_ is Format.CSV:
        write(parts["companies"], format_)
    elif format_ is Format.JSON:
        shown = {name: json.loads(as_json(part)) for name, part in parts.items()}
        whole = {"not_well": wrong, "left_failed": left, **shown}
        sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    else:
        console = Console(highlight=False)
        console.print(f"[bold]{platform.group.name}[/]  home {settings.home.absolute()}  lake {settings.lake_url}")
        console.print()
        for part in parts.values():
            show(part, console)
        if left:
            console.print(f"[bold red]Left failed[/]: {len(left)}")
            _list(left, console)
            console.print("The sensor catch_up tries again what may come; `monette check --recorded` says why.\n")
        _watch(platform, console)
        _list(gone, console)
        console.print("[bold red]Not all is well[/]" if wrong or left else "[bold green]All is well[/]")
        _list(wrong, console)
    if wrong or left:
        raise typer.Exit(1)


def _list(lines: Sequence[str], console: Console) -> None:
    for line in lines:
        console.print(f"  {line}", markup=False, soft_wrap=True)


def not_well(platform: Platform, companies: Statement, changed: Collection[tuple[str, date]]) -> list[str]:
    """What a person has to look at, a sentence each: connections, months that are over or closed, quarantine."""
    from monette_assets.automation.alerts.remedies import section
    from monette_assets.group.calendar import add_months
    from monette_assets.tables import accepted_differences, chained, waivers

    wrong = [f"{row['company']}: {row['connection']}" for row in companies.rows if not row["connected"]]
    for row in companies.rows:
        over = _expected(platform, row["company"], add_months(platform.current_month, -1))
        if lacking := sorted(set(over) - row["complete_months"]):
            named = ", ".join(f"{period:%Y-%m}" for period in lacking[:3]) + (" ..." if len(lacking) > 3 else "")
            wrong.append(f"{row['company']}: {len(lacking)} month(s) that are over are not complete: {named}")
    if refused := sum(each is None for _, each in _quarantine(platform)):
        wrong.append(f"{refused} entries in quarantine: `monette report quarantine`")
    months: dict[date, list[str]] = defaultdict(list)
    for company, period in sorted(changed):
        months[period].append(company)
    wrong += [
        f"{period:%Y-%m} is no longer as it was closed: {', '.join(those)}; `monette report gold/restatements --period "
        f"{period:%Y-%m}`, {section('what-changed-since-the-close', platform.settings.docs_url)}"
        for period, those in sorted(months.items())
    ]
    # of the logs it reads; `monette check` looks at all of them, and at the frozen rows
    logs = ("closes", waivers.CONTRACT.name, accepted_differences.CONTRACT.name)
    wrong += [broken for log in logs if (broken := chained.looked(platform.lake, log))]
    return wrong


def companies(platform: Platform) -> Statement:
    """Per company: months expected so far, arrived, complete; its connection; its last fetch; what is in quarantine;
    who waived of that, and who accepted a difference to QuickBooks.
    """
    from monette_assets.accepting import differences
    from monette_assets.reports.statement import Field, Kind, Statement

    lake, group = platform.lake, platform.group
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if lake.exists("gold/completeness"):
        for row in lake.read("gold/completeness").to_pylist():
            found[row["company"]].append(row)
    refused: dict[str, int] = defaultdict(int)
    waived: dict[str, list[str]] = defaultdict(list)
    for entry, act in _quarantine(platform):
        refused[entry["company"]] += act is None
        if act is not None:
            waived[entry["company"]].append(f"{act['who']}: {act['why']}")
    accepted: dict[str, list[str]] = defaultdict(list)
    for row in differences(lake):
        if (act := row["acceptance"]) is not None:
            accepted[row["company"]].append(f"{act['who']}: {act['why']}")
    rows = []
    for company in group.companies:
        own = found[company.code]
        fetched = max((row["arrived_at"] for row in own if row["arrived_at"]), default=None)
        state = connection(platform, company.code)
        rows.append(
            {
                "company": company.code,
                "connected": state.startswith("connected"),
                "complete_months": {row["period"] for row in own} - {r["period"] for r in own if not r["complete"]},
                "currency": company.home_currency,
                "expected": len(_expected(platform, company.code)),
                "arrived": sum(row["arrived_at"] is not None for row in own),
                "complete": sum(row["complete"] for row in own),
                "quarantine": refused[company.code],
                "waived": "; ".join(sorted(set(waived[company.code]))),
                "accepted": "; ".join(sorted(set(accepted[company.code]))),
                "fetched": fetched.astimezone(group.time_zone) if fetched else None,
                "connection": state,
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
            *([Field("accepted", "Difference accepted by")] if any(accepted.values()) else []),
            Field("fetched", "Last fetch", Kind.DATE),
            Field("connection", "Connection"),
        ),
        rows=rows,
    )


def _quarantine(platform: Platform) -> list[tuple[dict[str, Any], Any]]:
    """Every entry, with the waiver that covers it or None."""
    from monette_assets.tables import hash_chain, quarantine, waivers

    lake = platform.lake
    held = lake.read(quarantine.CONTRACT.name).to_pylist() if lake.exists(quarantine.CONTRACT.name) else []
    log = hash_chain.entries(lake, waivers.CONTRACT.name)
    return list(zip(held, waivers.covered_by(held, log), strict=True))


def restated_since_close(platform: Platform) -> set[tuple[str, date]]:
    """The closed company-months, and the group's, that the last runs found to differ from what was closed."""
    from monette_assets.gold.closed_months import restated
    from monette_assets.tables import hash_chain

    lake, name = platform.lake, "gold/restatements"
    if not lake.exists(name):
        return set()
    rows = lake.read(name, columns=["company", "period", "close_number"]).to_pylist()
    return restated(rows, hash_chain.entries(lake, "closes"))


def months(platform: Platform, changed: Collection[tuple[str, date]]) -> Statement:
    """The last months that are over: who closed what, whose figures differ since, what is open and overdue.

    From the log, as it is now.
    """
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
                "restated": ", ".join(sorted(company for company, of in changed if of == period)),
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
            Field("restated", "Restated"),
            Field("group", "Group"),
            *([Field("due", "Due", Kind.DATE), Field("overdue", "Overdue")] if group.settings.close else []),
        ),
        rows=rows,
    )


def _watch(platform: Platform, console: Console) -> None:
    """Whether the daemon lives, and what could not be told."""
    from monette_assets.automation import heartbeat
    from monette_assets.clock import now
    from monette_assets.commands.alerts import undelivered_messages
    from monette_assets.reports.rendering import show

    path = platform.settings.heartbeat_path
    why = heartbeat.dead(path, now(platform.group))
    console.print(f"Daemon: {'alive' if why is None else why}", markup=False, soft_wrap=True)
    undelivered = undelivered_messages(platform)
    if undelivered.rows:
        show(undelivered, console)


def _expected(platform: Platform, company: str, last: date | None = None) -> list[date]:
    group = platform.group
    expected = group.expected_company_months(group.first_period, last or platform.current_month)
    return [period for code, period in expected if code == company]


def connection(platform: Platform, company: str) -> str:
    """The state of a company's tokens in words."""
    from monette_assets.sources.secrets.store import SecretStoreError

    try:
        tokens = platform.token_store.read(company)
    except SecretStoreError as error:
        return f"unreadable: {error}"
    if tokens is None:
        return f"not connected: monette connect {company}"
    if tokens.refused_at is not None:
        return f"refused by Intuit on {tokens.refused_at:%Y-%m-%d}: monette connect {company}"
    left = tokens.refresh_expires_at - datetime.now(UTC)
    if left.total_seconds() <= 0:
        return f"expired: monette connect {company}"
    return f"connected, {left.days} days left"


def tables(platform: Platform) -> Statement:
    """Per table: version, when its content last changed, by which run, how long it is fresh, what is stale and why."""
    from monette_assets import catalog
    from monette_assets.automation import rebuilding
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.staleness import find

    lake, zone = platform.lake, platform.group.time_zone
    stale = find(lake, platform.group, rebuilding.tables())
    rows = []
    for contract in catalog.contracts():
        limit = contract.freshness.fail_after.total_seconds() / 3600 if contract.freshness else None
        row: dict[str, Any] = {"table": contract.name, "state": stale.told(contract.name) or "not built yet"}
        row["fresh_for"] = f"{limit:g} h" if limit else ""
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
            Field("fresh_for", "Fresh for"),
            Field("state", ""),
        ),
        rows=rows,
    )


def runs(platform: Platform) -> Statement:
    """The last runs, newest first."""
    from monette_assets.automation.failed_runs import named
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
                "what": named(record.dagster_run),
                "partitions": first if first == last else f"{first} ... {last}",
                "status": record.dagster_run.status.value.lower(),
            }
        )
    fields = (
        Field("run", "Run"),
        Field("begun", "Begun", Kind.DATE),
        Field("seconds", "Seconds", Kind.COUNT),
        Field("what", "What"),
        Field("partitions", "Partitions"),
        Field("status", "Status"),
    )
    return Statement("Last runs", "`monette dev` shows each at http://127.0.0.1:3000/runs", fields, rows)
