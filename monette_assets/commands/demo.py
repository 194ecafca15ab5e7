"""`monette demo`: the whole platform on a fictional farm group, in one command."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from monette_assets.lake import Lake

MONTHS = 24


def demo(
    months: Annotated[int, typer.Option(min=1, help="How many months, from the group's first.")] = MONTHS,
) -> None:
    """Simulate the outside world, take in months of fifteen companies, build and show the group's statements.

    A second demo changes nothing, and says so.
    """
    from monette_assets.commands import refreshing

    with refreshing.judging() as judge:  # first of all: it imports for seconds beside the rest
        from monette_assets.commands.errors import CommandError
        from monette_assets.commands.output import notes
        from monette_assets.commands.outside_world import connect, drop_sheets, outside_world, unconnected
        from monette_assets.group.calendar import add_months
        from monette_assets.tables import releases

        begun = time.perf_counter()
        platform, console = Platform(), notes()
        settings, group = platform.settings, platform.group
        if not settings.simulated:
            raise CommandError(
                f"the demo works with the simulator only, MONETTE_QUICKBOOKS_URL is {settings.quickbooks_url}; unset "
                "it, or use `monette connect` and `monette run`"
            )
        first = group.first_period
        last = min(add_months(first, months - 1), add_months(platform.current_month, -1))
        console.print(
            f"[bold]{group.name}[/]: {len(group.companies)} fictional companies, {first:%Y-%m} to {last:%Y-%m}, "
            f"home {settings.home.absolute()}"
        )
        before = versions(platform.lake)
        with outside_world(settings, group) as world:
            with console.status("The simulated outside world is getting ready ..."):
                import monette_assets.definitions  # noqa: F401 - beside the simulator's start, both take seconds

                world.wait_until_ready()
            new = connect(settings, group, unconnected(settings, group))
            running = "was running already" if world.process is None else "started"
            console.print(
                f"Simulator {running} at {settings.quickbooks_url}; "
                + (f"{len(new)} companies connected" if new else "every company is connected")
            )
            drop_sheets(settings, group)
            result = refreshing.refresh(platform, judge, console, first, last)
    refreshing.show_outcome(console, result)
    after = versions(platform.lake)
    if releases.NAME not in after:
        raise CommandError("nothing could be released; put right what failed above, then run the demo again")
    ties = show_results(platform, last)
    pack = write_board_pack(platform, last)
    console.print(f"Board pack  {pack[0].parent}: {', '.join(path.name for path in pack)}", soft_wrap=True)
    changed = sorted(name for name in after if after[name] != before.get(name))
    seconds = time.perf_counter() - begun
    if not before:
        console.print(f"Built {len(after)} tables in {seconds:.0f} s.")
    elif changed:
        console.print(f"[bold]Changed: {', '.join(changed)}[/] ({seconds:.0f} s).")
    else:
        console.print(
            f"[bold green]Nothing changed[/]: all {len(after)} tables stand at the versions they had ({seconds:.0f} s)."
        )
    where_next(console, last.strftime("%Y-%m"))
    if not (result.ok and ties):
        raise typer.Exit(1)


def versions(lake: Lake) -> dict[str, int]:
    """The version of every table there is, but of the log that every run adds to."""
    from monette_assets import catalog
    from monette_assets.tables import audit_log, releases

    names = [*(each.name for each in catalog.contracts() if each is not audit_log.CONTRACT), releases.NAME]
    return {name: version for name in names if (version := lake.version(name)) is not None}


def show_results(platform: Platform, month: date) -> bool:
    """Print the group's profit and loss by pillar, how companies become the group, the tie-out and completeness.

    Returns whether all ties out and is complete.
    """
    from rich.console import Console

    from monette_assets.reports.consolidation import consolidation_in_short
    from monette_assets.reports.profit_and_loss import profit_and_loss
    from monette_assets.reports.question import Question
    from monette_assets.reports.released import open_release
    from monette_assets.reports.rendering import show

    console = Console(highlight=False)
    release = open_release(platform.lake, platform.group.time_zone)
    console.print()
    question = Question(release, platform.group, month)
    show(profit_and_loss(question), console)
    show(consolidation_in_short(question), console)
    compared = release.table("gold/tie_out", columns=["company", "period", "difference", "accepted_by"])
    accepted = compared.num_rows - compared.column("accepted_by").null_count
    differences = sum(1 for value in compared.column("difference").to_pylist() if value != 0) - accepted
    units = compared.group_by(["company", "period"]).aggregate([]).num_rows
    rows = release.rows("gold/completeness", columns=["company", "period", "complete", "provisional", "missing"])
    missing = [row for row in rows if not row["complete"] and not row["provisional"]]
    _line(
        console,
        differences == 0,
        "Tie-out",
        f"{compared.num_rows:,} account balances over {units} company-months compared with QuickBooks' own reports: "
        + (f"{differences} differ" if differences else "all equal to the cent" if not accepted else "the others equal")
        + (f", {accepted} by what somebody accepted" if accepted else ""),
    )
    _line(
        console,
        not missing,
        "Completeness",
        f"{len(rows) - len(missing)} of {len(rows)} company-months complete"
        + "".join(f"\n    {row['company']} {row['period']:%Y-%m}: {row['missing']}" for row in missing[:20]),
    )
    return not differences and not missing


def write_board_pack(platform: Platform, month: date) -> list[Path]:
    """The month's pack, in the home's folder `packs`."""
    from monette_assets.reports.pack import write_pack
    from monette_assets.reports.question import Question
    from monette_assets.reports.released import open_release

    release = open_release(platform.lake, platform.group.time_zone)
    return write_pack(Question(release, platform.group, month), platform.settings.home.absolute() / "packs")


def _line(console: Console, good: bool, title: str, text: str) -> None:
    console.print(f"[{'green' if good else 'red'}]{'✓' if good else '✗'}[/] [bold]{title}[/]  {text}", soft_wrap=True)


def where_next(console: Console, month: str) -> None:
    """What to look at now."""
    console.print(
        f"""
Where to look next
  monette report profit_and_loss --period {month} --company harrow_plains
  monette report consolidation      every company beside eliminations and adjustments
  monette report cash_flow --view ytd
  monette explain profit_and_loss fuel --period {month}
  monette explain profit_and_loss EBITDA --period {month} --pillar Grain
  monette report tie_out            every account against QuickBooks
  monette status                    companies, tokens, freshness, runs
  monette dev                       the asset graph, at http://127.0.0.1:3000""",
        highlight=False,
    )
