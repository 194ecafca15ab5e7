"""`monette run`: bring a range of months up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform


def run(
    first: Annotated[str | None, typer.Option("--from", help="First month, such as 2024-11.", metavar="MONTH")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month; the first one if left out.")] = None,
    company: Annotated[
        list[str] | None, typer.Option(help="Fetch these companies only (codes, by comma or repeated).")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(help="These tables only; gold/ledger+ adds all that is made of it.")
    ] = None,
    fetch: Annotated[bool, typer.Option(help="Ask the sources; --no-fetch rebuilds from bronze.")] = True,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only what is stale (`monette status`), whichever months; fetches nothing.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Compute every table, also where nothing that it is made of has changed.")
    ] = False,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Also write what became of each run to standard output.")
    ] = None,
) -> None:
    """Bring months up to date: fetch, then every table from bronze to gold, and balances of later months.

    Exit status 1 if anything failed or does not tie out.
    """
    from monette_assets.commands import refreshing
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes, write

    platform = Platform()
    if stale:
        if first or last or company or select or anew:
            raise UsageError("--stale finds the tables and months itself; give it alone")
        _stale(platform, format_)
        return
    if first is None:
        raise UsageError("expected --from MONTH, or --stale")
    start = platform.month(first)
    end = platform.month(last) if last else start
    if end < start:
        raise UsageError(f"--to {last} comes before --from {first}")
    companies = platform.companies(company) if company else None
    for code in companies or ():
        found = platform.group.company(code)
        if end < found.first_period or (found.last_period is not None and start > found.last_period):
            until = f" to {found.last_period:%Y-%m}" if found.last_period else " on"
            raise UsageError(f"{code} belongs to the group from {found.first_period:%Y-%m}{until}, not in {first}")
    console = notes()
    with refreshing.judging() as judge:
        result = refreshing.refresh(
            platform, judge, console, start, end, companies=companies, select=select or (), fetch=fetch, anew=anew
        )
    refreshing.show_outcome(console, result)
    if format_ is not None:
        write(refreshing.outcome(result), format_)
    months = f"{start:%Y-%m}" if start == end else f"{start:%Y-%m} to {end:%Y-%m}"
    if not result.ok:
        console.print(f"[bold red]{months}: not all is well[/]; runs of chain {result.chain_id} show why")
        raise typer.Exit(1)
    console.print(f"[bold green]{months}: up to date[/], runs of chain {result.chain_id}")


def _stale(platform: Platform, format_: Format | None) -> None:
    """Rebuild what is stale. Exit status 1 if anything failed."""
    from monette_assets.commands import refreshing
    from monette_assets.commands.output import notes, write

    console = notes()
    with refreshing.judging() as judge:
        result = refreshing.rebuild(platform, judge, console)
    if format_ is not None:
        write(refreshing.outcome(result), format_)
    if not result.steps:
        console.print("[bold green]Nothing is stale[/]")
        return
    refreshing.show_outcome(console, result)
    if not result.ok:
        console.print(f"[bold red]Not all is well[/]; runs of chain {result.chain_id} show why")
        raise typer.Exit(1)
    console.print(f"[bold green]What was stale is rebuilt[/], runs of chain {result.chain_id}")
