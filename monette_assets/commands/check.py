"""`monette check`: what every check last said, and the lake's own word on tie-out and completeness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from datetime import date

    import dagster as dg

BRONZE_CHECKS = ("arrived",)


def check(
    first: Annotated[str | None, typer.Option("--from", help="First month; the group's if left out.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month; the running one if left out.")] = None,
    warnings: Annotated[bool, typer.Option(help="Also checks that only warn; they do not fail the command.")] = False,
) -> None:
    """List the checks that failed when their table was last run, and company-months that do not tie out now.

    Exit status 1 if there are any.
    """
    from rich.console import Console

    from monette_assets.commands.errors import UsageError
    from monette_assets.reports.rendering import show
    from monette_assets.reports.statement import Field, Statement

    platform = Platform()
    start = platform.month(first) if first else platform.group.first_period
    end = platform.month(last) if last else platform.current_month
    if end < start:
        raise UsageError(f"--to {last} comes before --from {first}")
    console = Console(highlight=False)
    with platform.instance() as instance:
        seen, found = _latest(instance, start, end)
    errors = [row for row in found if row["severity"] == "error"]
    shown = found if warnings else errors
    if shown:
        keys = ("table", "check", "partition", "severity", "what")
        fields = tuple(Field(key, key.capitalize()) for key in keys)
        title = f"{len(errors)} failed check(s)" + (f", {len(found) - len(errors)} warning(s)" if warnings else "")
        show(Statement(title, f"of {seen:,} last evaluations", fields, shown), console)
    problems = _in_the_lake(platform, start, end)
    for problem in problems:
        console.print(problem, markup=False, soft_wrap=True)
    if errors or problems:
        console.print(f"[bold red]{len(errors)} failed check(s), {len(problems)} finding(s) in the lake[/]")
        raise typer.Exit(1)
    hidden = len(found) - len(errors)
    told = f"; {hidden} warning(s), `--warnings` lists them" if hidden and not warnings else ""
    console.print(f"[bold green]All is well[/]: {seen:,} checks passed when last run, everything ties out{told}")


def _latest(instance: dg.DagsterInstance, first: date, last: date) -> tuple[int, list[dict[str, Any]]]:
    """How many last evaluations there are in these months, and the rows of those that failed."""
    import dagster as dg
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

    keys = [dg.AssetCheckKey(dg.AssetKey(table.split("/")), name) for table, name in _checks()]
    seen, rows = 0, []
    for info in instance.event_log_storage.get_asset_check_partition_info(keys):
        if not _within(info.partition_key, first, last):
            continue
        seen += 1
        if info.latest_execution_status is not Status.FAILED:
            continue
        evaluation = _evaluation(instance, info.check_key, info.partition_key)
        rows.append(
            {
                "table": info.check_key.asset_key.to_user_string(),
                "check": info.check_key.name,
                "partition": info.partition_key or "",
                "severity": evaluation.severity.value.lower() if evaluation else "error",
                "what": (evaluation.description or "") if evaluation else "its run failed before it was evaluated",
            }
        )
    rows.sort(key=lambda row: (row["severity"], row["table"], row["check"], row["partition"]))
    return seen, rows


def _checks() -> Iterator[tuple[str, str]]:
    from monette_assets import catalog
    from monette_assets.tables.audit import all_checks
    from monette_assets.tables.chained import INTACT

    yield from ((contract.name, INTACT) for contract in catalog.LOGS)
    for contract in catalog.BRONZE:
        yield from ((contract.name, name) for name in BRONZE_CHECKS)
    for table in (*catalog.SILVER, *catalog.GOLD):
        yield from ((table.contract.name, name) for name, _, _ in all_checks(table.contract))


def _within(partition: str | None, first: date, last: date) -> bool:
    """Whether a partition is of these months; those without a month always are."""
    for part in (partition or "").split("|"):
        if len(part) == 7 and part[4] == "-" and part.replace("-", "").isdigit():
            return f"{first:%Y-%m}" <= part <= f"{last:%Y-%m}"
    return True


def _evaluation(instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str | None) -> Any:
    from dagster._core.event_api import PartitionKeyFilter

    only = PartitionKeyFilter(key=partition) if partition is not None else None
    records = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, partition_filter=only)
    event = records[0].event if records else None
    return event.dagster_event.event_specific_data if event and event.dagster_event else None


def _in_the_lake(platform: Platform, first: date, last: date) -> list[str]:
    """What the released tables themselves say: differences and incomplete months."""
    from monette_assets.reports.released import open_release

    release = open_release(platform.lake, platform.group.time_zone)
    problems = [
        f"does not tie out: {row['company']} {row['period']:%Y-%m} {row['statement']} account {row['account_id']}: "
        f"ours {row['ours']}, QuickBooks {row['theirs']}, difference {row['difference']}"
        for row in release.rows("gold/tie_out")
        if row["difference"] != 0 and first <= row["period"] <= last
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
    return sorted(problems)
