"""`monette explain`: why a figure is what it is."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform
from monette_assets.commands.report import contract_for, read_as_of
from monette_assets.reports.options import View

if TYPE_CHECKING:
    from monette_assets.reports.explain import Explanation
    from monette_assets.reports.released import Released


def explain(
    statement: Annotated[
        str,
        typer.Argument(
            help="profit_and_loss, balance_sheet, cash_flow, changes_in_equity, trial_balance, financial_summary, "
            "budget."
        ),
    ],
    line: Annotated[
        str, typer.Argument(help="A line of it: fuel, cash, EBITDA, 'Net change in cash', dividends, 1000/movement.")
    ],
    period: Annotated[str | None, typer.Option(help="A month such as 2026-10; unset: the last full one.")] = None,
    company: Annotated[str | None, typer.Option(help="A company's code; unset: the group.")] = None,
    subgroup: Annotated[str | None, typer.Option(help="Part of the group, such as country/CA or pillar/Grain.")] = None,
    pillar: Annotated[
        str | None, typer.Option(help="A pillar with its sub-pillars (profit_and_loss, financial_summary, budget).")
    ] = None,
    location: Annotated[str | None, typer.Option(help="A location by its standard name (as --pillar).")] = None,
    view: Annotated[View | None, typer.Option(help="Months added up: quarter, ytd or year.")] = None,
    basis: Annotated[str, typer.Option(help="Of a company, pillar, location: accrual or cash.")] = "accrual",
    as_of: Annotated[
        str | None, typer.Option(help="A release's number, a day, or a moment such as 2026-10-31T18:00.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="With --as-of: from bronze as it stood then.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Ledger lines to show, largest first; 0: all.")] = 20,
    format_: Annotated[
        Format, typer.Option("--format", help="How it is written; csv: the ledger lines.")
    ] = Format.TABLE,
) -> None:
    """Show the steps that made a figure, from the companies' accounts to the statement, and the documents behind it.

    Exit status 1 where the steps do not add up to the figure.
    """
    from rich.console import Console

    from monette_assets.reports.explain import explain as explained
    from monette_assets.reports.question import Question
    from monette_assets.reports.rendering import as_csv, as_json, money, show

    platform = Platform()
    month = platform.month(period) if period else None
    code = platform.companies([company])[0] if company else None

    def answer(release: Released) -> Explanation:
        group = contract_for(platform, release, code)
        question = Question(
            release, group, month, code, pillar=pillar, location=location, subgroup=subgroup, view=view, basis=basis
        )
        return explained(question, statement, line, limit)

    found = read_as_of(platform, as_of, month, rebuild, answer)
    if format_ is Format.JSON:
        whole = {
            "title": found.title,
            "figure": format(found.figure, "f"),
            "ties": found.ties,
            "problems": list(found.problems),
            "steps": [json.loads(as_json(step)) for step in found.steps],
            "documents": json.loads(as_json(found.documents)),
        }
        sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    elif format_ is Format.CSV:
        sys.stdout.write(as_csv(found.documents))
    else:
        console = Console(highlight=False)
        console.print(f"\n{found.title}", style="bold", markup=False)
        console.print(f"{money(found.figure).strip()} {platform.group.currency}\n", style="bold", markup=False)
        for step in (*found.steps, found.documents):
            show(step, console)
            console.print()
        verdict = "The steps add up to the figure, to the cent." if found.ties else "The steps do NOT add up:"
        console.print(verdict, style="green" if found.ties else "red")
        for problem in found.problems:
            console.print(f"  {problem}", markup=False, soft_wrap=True)
    if not found.ties:
        raise typer.Exit(1)
