"""Running a chain from the command line: the same runs as anywhere, watched, with what failed listed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.commands.audit import recorded
from monette_assets.commands.errors import CommandError, UsageError

if TYPE_CHECKING:
    from dagster import DagsterInstance, Definitions
    from rich.console import Console

    from monette_assets.automation.chain import ChainResult, CompanyMonths, Step
    from monette_assets.commands.platform import Platform
    from monette_assets.commands.progress import ChainProgress
    from monette_assets.reports.statement import Statement
    from monette_assets.tables.judge import Judge

SHOWN_FAILURES = 40


@contextmanager
def judging() -> Iterator[Judge]:
    """The judging process, started before anything else: what it imports takes seconds."""
    from monette_assets.tables.judge import Judge

    with Judge() as judge:
        yield judge


def refresh(
    platform: Platform,
    judge: Judge,
    console: Console,
    first: date,
    last: date,
    *,
    companies: Sequence[str] | None = None,
    select: Sequence[str] = (),
    fetch: bool = True,
    anew: bool = False,
) -> ChainResult:
    """Bring the months up to date, as a chain of Dagster runs; `anew`: compute also what would come out as it stands.

    Raises UsageError where nothing is selected.
    """
    from dataclasses import replace

    from monette_assets.automation import chain

    latest = chain.latest_period(platform.lake)
    steps = chain.plan(platform.group, first, last, companies=companies, latest=latest, fetch=fetch)
    if select:
        steps = selected(steps, select)
    steps = [replace(step, anew=step.anew or anew) for step in steps]
    what = _summary(first, last, companies, select, fetch)
    result = run_steps(platform, judge, console, steps, what, companies=companies)
    _tell_unread(platform, console, steps)
    return result


def _tell_unread(platform: Platform, console: Console, steps: Sequence[Step]) -> None:
    """Say which sheets of the landing folder are not in these figures, where the steps did not look at it."""
    from monette_assets.bronze import landing_files
    from monette_assets.resources import Landing
    from monette_assets.tables.asset import asset_key

    if any(asset_key(landing_files.CONTRACT) in step.assets for step in steps):
        return
    try:
        waiting = landing_files.unread(Landing(platform.settings).folder, platform.lake)
    except OSError as error:
        console.print(f"[yellow]The landing folder cannot be read[/]: {error}", soft_wrap=True)
        return
    if waiting:
        console.print(
            f"[yellow]Not in these figures[/]: {', '.join(waiting)} in the landing folder; "
            "`monette run --from MONTH` takes sheets in, --no-fetch does not",
            soft_wrap=True,
        )


def again(
    platform: Platform, console: Console, months: CompanyMonths, *, select: Sequence[str], fetch: bool = False
) -> ChainResult:
    """Run these tables, and a release, for company-months whose source is in bronze, or is asked again; shows how it
    went. Raises CommandError where nothing was ever ingested, UsageError where nothing is selected.
    """
    from monette_assets.automation import chain, events_job

    latest = chain.latest_period(platform.lake)
    if latest is None:
        raise CommandError("nothing is ingested yet: `monette run --from MONTH` comes first")
    steps = chain.plan_months(platform.group, months, latest=latest, fetch=fetch)
    if events_job.selects(select):
        steps += events_job.steps_of(set().union(*months.values()))
    if select:
        steps = selected(steps, select)
    whom = "; ".join(f"{code} {_span(periods)}" for code, periods in months.items() if periods)
    what = "; ".join([whom, *([f"only {', '.join(select)}"] if select else []), *([] if fetch else ["from bronze"])])
    with judging() as judge:
        result = run_steps(platform, judge, console, steps, what, companies=list(months))
    show_outcome(console, result)
    return result


def release(platform: Platform, console: Console) -> None:
    """Release the gold tables as they stand."""
    import dagster as dg

    from monette_assets.automation.chain import Step
    from monette_assets.tables import releases
    from monette_assets.tables.partitions import month_key

    month = month_key(platform.current_month)
    with judging() as judge:
        result = run_steps(
            platform, judge, console, [Step("release", (dg.AssetKey(releases.NAME),), month, month)], "a release"
        )
    show_outcome(console, result)


def _span(periods: Collection[date]) -> str:
    first, last = min(periods), max(periods)
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}..{last:%Y-%m}"


def run_steps(
    platform: Platform,
    judge: Judge,
    console: Console,
    steps: Sequence[Step],
    what: str,
    *,
    companies: Sequence[str] | None = None,
) -> ChainResult:
    """Run the steps as a chain, watched, and write down in the audit log that they ran."""
    from monette_assets.automation import refresh

    def run(definitions: Definitions, instance: DagsterInstance, progress: ChainProgress) -> ChainResult:
        return refresh.refresh(
            platform.group,
            platform.lake,
            definitions,
            instance,
            steps,
            listener=progress.listen,
            on_step=progress.step,
            on_again=progress.again,
        )

    return _watched(platform, judge, console, list(steps), what, run, companies)


def rebuild(platform: Platform, judge: Judge, console: Console) -> ChainResult:
    """Compute again what is stale, watched, and write down in the audit log that it ran."""
    from monette_assets.automation import rebuilding

    def run(definitions: Definitions, instance: DagsterInstance, progress: ChainProgress) -> ChainResult:
        return rebuilding.rebuild(
            platform.group,
            platform.lake,
            definitions,
            instance,
            listener=progress.listen,
            on_step=progress.step,
        )

    return _watched(platform, judge, console, [], "what is stale", run)


def _watched(
    platform: Platform,
    judge: Judge,
    console: Console,
    steps: list[Step],
    what: str,
    run: Callable[[Definitions, DagsterInstance, ChainProgress], ChainResult],
    companies: Sequence[str] | None = None,
) -> ChainResult:
    """Run a chain with its progress shown, and write down in the audit log that it ran."""
    from monette_assets.automation.abandoned import fail_abandoned
    from monette_assets.commands.progress import ChainProgress, WatchedQuickBooks
    from monette_assets.definitions import build
    from monette_assets.resources import RunningJudge

    group = platform.group
    quickbooks = WatchedQuickBooks(platform.settings, group)
    definitions = build(platform.settings, group, {"judge": RunningJudge(judge), "quickbooks": quickbooks})
    with (
        platform.instance() as instance,
        ChainProgress(console, steps, len(companies or group.companies)) as progress,
    ):
        fail_abandoned(instance)
        quickbooks.watcher = progress
        with recorded(platform, "run", what) as act:
            result = run(definitions, instance, progress)
            act.failed = not result.ok
            act.result = f"chain {result.chain_id}"
        return result


def _summary(first: date, last: date, companies: Sequence[str] | None, select: Sequence[str], fetch: bool) -> str:
    parts = [f"{first:%Y-%m}..{last:%Y-%m}", f"of {', '.join(companies)}" if companies else "of every company"]
    parts += [f"only {', '.join(select)}"] if select else []
    return "; ".join(parts if fetch else [*parts, "from bronze"])


def selected(steps: Sequence[Step], names: Sequence[str]) -> list[Step]:
    """The steps cut down to these tables; `gold/ledger+` stands for it and all that is made of it.

    They are computed, whether or not anything changed. A release goes with every gold table. Raises UsageError naming
    the valid tables.
    """
    from dataclasses import replace

    from monette_assets import catalog
    from monette_assets.group.problems import one_of
    from monette_assets.tables import releases

    inputs = {each.name: {spec.contract.name for spec in each.inputs.values()} for each in catalog.contracts()}
    wanted: set[str] = set()
    for name in (part.strip() for each in names for part in each.split(",") if part.strip()):
        plain = name.removesuffix("+")
        if plain not in inputs:
            raise UsageError(f"--select {name}: expected {one_of(inputs, plain)}")
        found = {plain}
        while name.endswith("+"):
            below = {table for table, above in inputs.items() if above & found} - found
            if not below:
                break
            found |= below
        wanted |= found
    if any(name.startswith("gold/") for name in wanted):
        wanted.add(releases.NAME)
    cut = [
        replace(step, assets=tuple(key for key in step.assets if "/".join(key.path) in wanted), anew=True)
        for step in steps
    ]
    kept = [step for step in cut if step.assets and {"/".join(key.path) for key in step.assets} != {releases.NAME}]
    if not kept:
        raise UsageError(
            f"--select {','.join(names)}: nothing of it is run by itself; --no-fetch leaves bronze out, "
            "and quarantine is written by the tables that refuse"
        )
    return kept


def show_outcome(console: Console, result: ChainResult) -> None:
    """What failed, by company, period, account and amount where the check knows them; warnings counted."""
    from dagster import AssetCheckSeverity

    if result.fetched_again:
        from monette_assets.automation.refresh import told_again

        console.print(told_again(result.fetched_again).capitalize(), markup=False, soft_wrap=True)
    for step in result.steps:
        if not step.success:
            console.print(f"[bold red]{step.step.name} failed[/]", style=None)
            for line in step.error.splitlines() or ["for no stated reason"]:
                console.print(f"  {line}", markup=False, soft_wrap=True)
    checks, errors = result.failed_checks, result.errors
    if errors:
        console.print(f"[bold red]{len(errors)} failed check(s)[/]")
        alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
        for check in errors:
            key = (check.asset_key.to_user_string(), check.check_name, tuple(check_lines(check)))
            alike[key].append(check.partition or "")
        for (table, name, lines), partitions in list(alike.items())[:SHOWN_FAILURES]:
            first = partitions[0] + (f" and {len(partitions) - 1} more" if len(partitions) > 1 else "")
            console.print(f"  [bold]{table}[/] {name} {first}")
            for line in lines:
                console.print(f"    {line}", markup=False, soft_wrap=True)
        if len(alike) > SHOWN_FAILURES:
            console.print(f"  ... and {len(alike) - SHOWN_FAILURES} more: `monette check` lists them all")
    warned = Counter(
        (check.asset_key.to_user_string(), check.check_name)
        for check in checks
        if check.severity is AssetCheckSeverity.WARN
    )
    for (table, name), count in sorted(warned.items()):
        console.print(f"[yellow]warning[/] {table} {name}: {count} partition(s); `monette check --warnings` shows them")


def outcome(result: ChainResult) -> Statement:
    """What became of every run of a chain, a row a run; a check that passed later in the chain is not failed."""
    from dagster import AssetCheckSeverity

    from monette_assets.reports.statement import Field, Kind, Statement

    last = {id(check) for check in result.failed_checks}
    rows = []
    for each in result.steps:
        failed = [check for check in each.failed_checks if id(check) in last]
        errors = [check for check in failed if check.severity is AssetCheckSeverity.ERROR]
        rows.append(
            {
                "step": each.step.name,
                "run": each.run_id,
                "from": each.step.start,
                "to": each.step.end,
                "ok": "yes" if each.success and not errors else "no",
                "failed_checks": len(errors),
                "warnings": len(failed) - len(errors),
                "error": each.error,
            }
        )
    counts = {"failed_checks", "warnings"}
    names = ("step", "run", "from", "to", "ok", "failed_checks", "warnings", "error")
    fields = tuple(Field(name, name.replace("_", " "), Kind.COUNT if name in counts else Kind.TEXT) for name in names)
    well = "all is well" if result.ok else "not all is well"
    return Statement(f"Chain {result.chain_id}", well, fields, rows)


def check_lines(check: Any) -> list[str]:
    """What a failed check found, a line a unit."""
    samples = check.metadata.get("samples")
    text = getattr(samples, "md_str", None) or getattr(samples, "value", None) or check.description or "no details"
    return [line.removeprefix("- ") for line in str(text).splitlines()]
