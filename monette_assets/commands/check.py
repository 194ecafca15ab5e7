"""`monette check`: every check again on the tables as they stand, and what only the runs themselves could tell."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from datetime import date

    import dagster as dg
    from rich.console import Console

    from monette_assets.tables import Table

BRONZE_CHECKS = ("arrived",)
COLUMNS = ("table", "check", "where", "severity", "what")
SHOWN_SAMPLES = 5  # rows of a failing unit that the table shows; JSON and CSV have all that were sampled


def check(
    first: Annotated[str | None, typer.Option("--from", help="First month; the group's if left out.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month; the running one if left out.")] = None,
    select: Annotated[list[str] | None, typer.Option(help="These tables only, by comma or repeated.")] = None,
    warnings: Annotated[bool, typer.Option(help="Also checks that only warn; they do not fail the command.")] = False,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Compute nothing: what the checks said when their table was last run.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Compute the checks of the tables again, on the rows and inputs as they stand now; nothing is written.

    Beside them: what the last runs said that published rows cannot tell (what did not arrive, was refused, is held
    back or broke down), and company-months of the newest release that differ, are incomplete or absent. Exit status 1
    if anything but warnings is found.
    """
    from rich.console import Console

    from monette_assets.automation import chain
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes
    from monette_assets.reports.rendering import as_csv, as_json, show
    from monette_assets.reports.statement import Field, Statement

    platform = Platform()
    start = platform.month(first) if first else platform.group.first_period
    end = platform.month(last) if last else platform.current_month
    if end < start:
        raise UsageError(f"--to {last} comes before --from {first}")
    tables = _selected(select or ())
    with platform.instance() as instance:
        seen, found = _latest(instance, start, end, tables)
        left = _left(instance, platform, start, end, tables)
    again: list[dict[str, Any]] = []
    if not recorded:
        found = [row for row in found if _only_a_run_tells(row["table"], row["check"])]
        built = chain.latest_period(platform.lake) or end  # a budget runs on; statements of later months are not built
        seen, again = _again(platform, tables, start, min(end, built), notes())
    problems = _in_the_lake(platform, start, end) if not select else []
    found += left
    found = sorted([*again, *found], key=lambda row: tuple(str(row[key]) for key in ("severity", *COLUMNS)))
    errors = [row for row in found if row["severity"] == "error"]
    shown = found if warnings else errors
    fields = tuple(Field(key, key.capitalize()) for key in COLUMNS)
    how = f"of {seen:,} last evaluations" if recorded else f"{seen} checks computed again, and what only runs can tell"
    title = f"{len(errors)} failed check(s)" + (f", {len(found) - len(errors)} warning(s)" if warnings else "")
    if format_ is not Format.TABLE:
        release = {"table": "releases", "check": "newest", "where": "", "severity": "error"}
        whole = Statement(title, how, fields, [*shown, *({**release, "what": each} for each in problems)])
        sys.stdout.write(as_json(whole) + "\n" if format_ is Format.JSON else as_csv(whole))
        raise typer.Exit(1 if errors or problems else 0)
    console = Console(highlight=False)
    if shown:
        brief = [{**row, "what": _brief(row["what"])} for row in shown]
        show(Statement(title, how, fields, brief), console)
    for problem in problems:
        console.print(problem, markup=False, soft_wrap=True)
    if errors or problems:
        console.print(f"[bold red]{len(errors)} failed check(s), {len(problems)} finding(s) in the newest release[/]")
        raise typer.Exit(1)
    hidden = len(found) - len(errors)
    told = f"; {hidden} warning(s), `--warnings` lists them" if hidden and not warnings else ""
    said = f"{seen:,} checks passed when last run" if recorded else f"{seen} checks computed again"
    console.print(f"[bold green]All is well[/]: {said}, everything ties out{told}")


def _selected(names: Sequence[str]) -> set[str]:
    """The tables named; all where none is. Raises UsageError naming the valid ones."""
    from monette_assets import catalog
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of

    known = [contract.name for contract in catalog.contracts()]
    wanted = [part.strip() for each in names for part in each.split(",") if part.strip()]
    for name in wanted:
        if name not in known:
            raise UsageError(f"--select {name}: expected {one_of(known, name)}")
    return set(wanted or known)


def _again(
    platform: Platform, names: Collection[str], first: date, last: date, console: Console
) -> tuple[int, list[dict[str, Any]]]:
    """How many checks were computed on the tables as they stand, and a row for each unit that fails one."""
    from monette_assets import catalog
    from monette_assets.clock import now
    from monette_assets.resources import new_engine
    from monette_assets.tables import Context, Partitions, Severity, chained
    from monette_assets.tables.judge import Judge
    from monette_assets.tables.recheck import recheck

    def row(table: Table, check: str, where: str, severity: str, what: str) -> dict[str, Any]:
        return dict(zip(COLUMNS, (table.name, check, where, severity, what), strict=True))

    computed, rows = 0, []
    for log in (log.name for log in catalog.LOGS if log.name in names):
        computed += 1
        if (changed := chained.looked(platform.lake, log)) is not None:
            rows.append(dict(zip(COLUMNS, (log, chained.INTACT, "", "error", changed), strict=True)))
    arrived = catalog.FED_BY_EVENTS if platform.lake.exists(catalog.EVENTS.name) else ()
    tables = [table for table in (*catalog.SILVER, *arrived, *catalog.GOLD) if table.name in names]
    if not tables:
        return computed, rows
    months = tuple(platform.group.periods(first, last))
    engine = new_engine(platform.settings)
    try:
        with Judge() as judge, console.status("Checking") as status:
            for table in tables:
                status.update(f"Checking {table.name}")
                periods = months if table.contract.partitions is Partitions.MONTH else ()
                context = Context(engine.spark, platform.group, periods, now(platform.group))
                try:
                    audit = recheck(table.contract, context=context, lake=platform.lake, judge=judge)
                except ValueError as error:
                    rows.append(row(table, "built", "", "warn", str(error)))
                    continue
                computed += 1 + sum(not check.of_source for check in table.contract.checks)
                for failure in audit.failures:
                    where = " ".join(f"{part:%Y-%m}" if hasattr(part, "year") else str(part) for part in failure.unit)
                    severity = "warn" if failure.severity is Severity.WARNS else "error"
                    rows.append(row(table, failure.check, where, severity, failure.told))
    finally:
        engine.close()
    return computed, rows


def _only_a_run_tells(table: str, check: str) -> bool:
    """Whether a check's last word counts though it could be computed again: what it held back is not in the lake."""
    from monette_assets import catalog
    from monette_assets.tables import Severity
    from monette_assets.tables.chained import INTACT

    if check == INTACT:
        return False
    own = {each.name: each for each in (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD)}
    if table not in own:
        return True
    checks = {each.name: each for each in own[table].contract.checks}
    return check not in checks or checks[check].of_source or checks[check].severity is Severity.BLOCKS


def _brief(what: str) -> str:
    lines = what.splitlines()
    more = len(lines) - 1 - SHOWN_SAMPLES
    return "\n".join([*lines[: SHOWN_SAMPLES + 1], *([f"... and {more} more"] if more > 0 else [])])


def _latest(
    instance: dg.DagsterInstance, first: date, last: date, tables: Collection[str]
) -> tuple[int, list[dict[str, Any]]]:
    """How many last evaluations there are in these months, and the rows of those that failed."""
    import dagster as dg
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

    from monette_assets.automation.recorded_checks import last_evaluation

    keys = [dg.AssetCheckKey(dg.AssetKey(table.split("/")), name) for table, name in _checks() if table in tables]
    seen, rows = 0, []
    for info in instance.event_log_storage.get_asset_check_partition_info(keys):
        if not _within(info.partition_key, first, last):
            continue
        seen += 1
        if info.latest_execution_status is not Status.FAILED:
            continue
        evaluation = last_evaluation(instance, info.check_key, info.partition_key)
        rows.append(
            {
                "table": info.check_key.asset_key.to_user_string(),
                "check": info.check_key.name,
                "where": info.partition_key or "",
                "severity": evaluation.severity.value.lower() if evaluation else "error",
                "what": (evaluation.description or "") if evaluation else "its run failed before it was evaluated",
            }
        )
    return seen, rows


def _left(
    instance: dg.DagsterInstance, platform: Platform, first: date, last: date, tables: Collection[str]
) -> list[dict[str, Any]]:
    """A row for each table and reason of what was left failed in these months, but for what `arrived` says itself."""
    from monette_assets.automation.failed_partitions import Why, left_failed, told

    left = [
        each
        for each in left_failed(instance, platform.group, platform.lake)
        if each.table in tables and each.why is not Why.ABSENT and (each.period is None or first <= each.period <= last)
    ]
    return [
        dict(zip(COLUMNS, (line.split(" ", 1)[0], "left_failed", "", "error", line.split(" ", 1)[1]), strict=True))
        for line in told(left)
    ]


def _checks() -> Iterator[tuple[str, str]]:
    from monette_assets import catalog
    from monette_assets.automation.recorded_checks import every_check

    yield from every_check()
    for contract in (*catalog.BRONZE, catalog.EVENTS):
        yield from ((contract.name, name) for name in BRONZE_CHECKS)


def _within(partition: str | None, first: date, last: date) -> bool:
    """Whether a partition is of these months; those without a month always are."""
    for part in (partition or "").split("|"):
        if len(part) == 7 and part[4] == "-" and part.replace("-", "").isdigit():
            return f"{first:%Y-%m}" <= part <= f"{last:%Y-%m}"
    return True


def _in_the_lake(platform: Platform, first: date, last: date) -> list[str]:
    """What the released tables themselves say: differences and incomplete months; and what is held up from them."""
    from monette_assets import catalog
    from monette_assets.reports.released import open_release
    from monette_assets.tables import releases
    from monette_assets.tables.staleness import behind

    release = open_release(platform.lake, platform.group.time_zone)
    problems = [
        f"does not tie out: {row['company']} {row['period']:%Y-%m} {row['statement']} account {row['account_id']}: "
        f"ours {row['ours']}, QuickBooks {row['theirs']}, difference {row['difference']}"
        for row in release.rows("gold/tie_out")
        if row["difference"] != 0 and row.get("accepted_by") is None and first <= row["period"] <= last
    ]
    built = set(release.months())
    rows = release.rows("gold/completeness")
    problems += [
        f"incomplete: {row['company']} {row['period']:%Y-%m}: {row['missing']}"
        for row in rows
        if not row["complete"] and not row["provisional"] and first <= row["period"] <= last
    ]
    held = {(row["company"], row["period"]) for row in rows}
    problems += [
        f"absent: {company} {period:%Y-%m}: the contract expects it, its month was built without it"
        for company, period in platform.group.expected_company_months(first, last)
        if period in built and (company, period) not in held
    ]
    gold = [table.contract for table in catalog.GOLD]
    if releases.pending(platform.lake, gold) and (mixed := behind(platform.lake, platform.group, gold)):
        problems.append(f"not released: {releases.NotWhole(mixed)}")
    return sorted(problems)
