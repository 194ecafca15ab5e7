"""`monette report`: a statement or a table, read through a release."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from monette_assets.commands.platform import Platform

SHOWN_ROWS = 200


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def report(
    name: Annotated[str, typer.Argument(help="A statement, or a table such as gold/ledger.")],
    period: Annotated[str | None, typer.Option(help="A month such as 2026-10; unset: the last full one.")] = None,
    company: Annotated[str | None, typer.Option(help="A company's code; unset: the group.")] = None,
    as_of: Annotated[str | None, typer.Option(help="A release's number, or a day such as 2026-10-31.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Print profit_and_loss, financial_summary, trial_balance, balance_sheet, tie_out, completeness, or any table.

    Amounts are exact. JSON and CSV are alone on standard output.
    """
    from rich.console import Console

    from monette_assets import catalog
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of
    from monette_assets.reports.released import open_release
    from monette_assets.reports.rendering import as_csv, as_json, show
    from monette_assets.reports.statements import STATEMENTS, Question, whole_table

    platform = Platform()
    tables = [contract.name for contract in catalog.contracts()]
    if name not in STATEMENTS and name not in tables:
        raise UsageError(f"{name}: expected {one_of([*STATEMENTS, *tables], name)}")
    question = Question(
        open_release(platform.lake, platform.group.time_zone, as_of),
        platform.group,
        platform.month(period) if period else None,
        platform.companies([company])[0] if company else None,
    )
    statement = STATEMENTS[name](question) if name in STATEMENTS else whole_table(question, name)
    if format_ is Format.JSON:
        sys.stdout.write(as_json(statement) + "\n")
    elif format_ is Format.CSV:
        sys.stdout.write(as_csv(statement))
    else:
        show(statement.first(SHOWN_ROWS), Console(highlight=False))
