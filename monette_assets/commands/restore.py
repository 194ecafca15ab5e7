"""`monette restore`: a table as it was, and what is made of it in line with that."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.history import TableArgument, author, check_table, downstream
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from rich.console import Console

    from monette_assets.lake import Scope

Months = dict[str, set[date]]


def restore(
    table: TableArgument,
    version: Annotated[int, typer.Option(min=0, help="The version to bring back.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the history for good.")],
    replay: Annotated[
        bool, typer.Option(help="Then run what is made of it, and release; --no-replay leaves that as it is.")
    ] = True,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Publish an earlier version of a table again, then run what is made of it and release. History is kept.

    Bronze and the records cannot be restored. The next refresh of the table computes it anew: correct the cause first.
    Refused while a run writes the table or a refresh is under way.
    """
    from monette_assets.commands.audit import recorded
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes
    from monette_assets.lake import Commit
    from monette_assets.lake.errors import AppendOnly
    from monette_assets.lake.lake import is_append_only
    from monette_assets.tables.restored import RESTORE

    platform, console = Platform(), notes()
    check_table(table)
    if not reason.strip():
        raise UsageError("--reason: say why; it stands in the history for good")
    lake = platform.lake
    standing = lake.open(table).version()
    rows = lake.open(table, version).count()  # refused here, before anybody is asked, where it is gone
    if version == standing:
        raise UsageError(f"--version {version}: that version of {table} stands; `monette history` lists the others")
    if is_append_only(table):
        raise AppendOnly(f"{table}: it only grows, and is never restored")
    _refuse_while_written(platform, table)
    scope = lake.replaced(table, version, standing) if version < standing else None
    months = _months(platform, scope)
    below = downstream(table)
    if not yes:
        typer.confirm(_question(table, standing, version, rows, months, below if replay else []), abort=True, err=True)
    run_id = f"{RESTORE}{uuid.uuid4().hex[:12]}"
    commit = Commit(
        run_id=run_id,
        publish_id=f"{run_id}:{table}:{version}",
        code_version="",
        contract_version=platform.group.fingerprint,
        input_versions={table: version},
        units=f"restored version {version}",
        author=author(),
        reason=reason.strip(),
        at=datetime.now(UTC),
    )
    with recorded(platform, "restore", f"{table} to version {version}: {reason.strip()}") as act:
        published = lake.restore(table, version, commit, scope)
        act.result = f"version {published.version}"
    _record(platform, table, version, published.version, reason.strip())
    console.print(
        f"[bold green]{table} version {published.version}[/] holds version {version} again "
        f"({published.rows_written:,} rows written)."
    )
    if replay:
        _replay(platform, console, table, below, months)
    elif below or table.startswith("gold/"):
        _told(platform, console, below)
    console.print(
        f"The next refresh of its months computes {table} anew, and `monette history {table}` then says that it "
        "replaced the restored version: correct the cause before that.",
        soft_wrap=True,
    )


def _refuse_while_written(platform: Platform, table: str) -> None:
    """Raises CommandError where what is restored would be written over within minutes, or while it is restored."""
    import dagster as dg

    from monette_assets.automation import refresh_job
    from monette_assets.automation.abandoned import UNFINISHED, fail_abandoned
    from monette_assets.commands.errors import CommandError

    key = dg.AssetKey(table.split("/"))
    with platform.instance() as instance:
        fail_abandoned(instance)
        writing = [
            run
            for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
            if key in (run.asset_selection or frozenset())
        ]
        for run in (*refresh_job.active(instance), *writing):
            raise CommandError(
                f"run {run.run_id[:8]} ({run.job_name}) is {run.status.value.lower()} and would write over what is "
                f"restored of {table}: restore it when that is done, or stop the sensors and schedules first"
            )


def _months(platform: Platform, scope: Scope | None) -> Months:
    """The company-months in which the versions may differ: what was replaced since, or everything."""
    from monette_assets.automation import chain

    group = platform.group
    latest = chain.latest_period(platform.lake)
    if latest is None:
        return {}
    every = {
        company.code: {each for each in group.periods(group.first_period, latest) if company.is_active(each)}
        for company in group.companies
    }
    if scope is None or scope.is_everything:
        return {code: periods for code, periods in every.items() if periods}
    found: Months = {}
    for unit in scope.units:
        values = dict(zip(scope.columns, unit, strict=True))
        for code in [str(values["company"])] if "company" in values else list(every):
            period = values.get("period")
            wanted = {period} if isinstance(period, date) else every.get(code, set())
            found.setdefault(code, set()).update(wanted & every.get(code, set()))
    return {code: periods for code, periods in found.items() if periods}


def _question(table: str, standing: int, version: int, rows: int, months: Months, below: list[str]) -> str:
    span = sorted({period for periods in months.values() for period in periods})
    where = f", {span[0]:%Y-%m} to {span[-1]:%Y-%m}" if span else ""
    then = f", and run the {len(below)} tables made of it" if below else ""
    return f"Replace {table} (version {standing}) by what it was at version {version} ({rows:,} rows{where}){then}?"


def _replay(platform: Platform, console: Console, table: str, below: list[str], months: Months) -> None:
    """Run what is made of the table for the months that changed, and release; the table itself is left as it is."""
    from monette_assets.commands import refreshing

    if not months:
        console.print("Nothing is made of it: nothing is ingested, or nothing was replaced since that version.")
        return
    if not below:
        if table.startswith("gold/"):
            refreshing.release(platform, console)
        return
    result = refreshing.again(platform, console, months, select=below)
    if not all(step.success for step in result.steps):
        console.print(f"[bold red]not all that is made of {table} was computed[/]; `monette check` says why")
        raise typer.Exit(1)
    console.print(f"In line with it: {', '.join(below)}.", soft_wrap=True)


def _told(platform: Platform, console: Console, below: list[str]) -> None:
    """What is not in line with the restored version, and the command that brings it there."""
    if not below:
        console.print("Reports read it with the next release: any `monette run` of a gold table makes one.")
        return
    first, last = f"{platform.group.first_period:%Y-%m}", f"{platform.current_month:%Y-%m}"
    console.print(f"Made of it, and as they were: {', '.join(below)}. To bring them in line:")
    console.print(f"  monette run --no-fetch --from {first} --to {last} --select {','.join(below)}", soft_wrap=True)


def _record(platform: Platform, table: str, version: int, now_at: int, reason: str) -> None:
    """The asset's page shows it: an observation, since no run computed anything."""
    import dagster as dg

    with platform.instance() as instance:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                asset_key=dg.AssetKey(table.split("/")),
                description=f"Restored to version {version} by {author()}: {reason}",
                metadata={"restored_version": version, "version": now_at, "author": author(), "reason": reason},
            )
        )
