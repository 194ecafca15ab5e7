"""`monette approve`, `close`, `reopen`, `closes`: months that are settled, and the log of who settled them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.audit import recorded
from monette_assets.commands.output import Format, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from datetime import date

    from monette_assets.freezing import Books
    from monette_assets.tables.hash_chain import Entry

PeriodArgument = Annotated[str, typer.Argument(help="A month such as 2026-10.", metavar="PERIOD")]
CompanyOption = Annotated[list[str] | None, typer.Option(help="Company codes, by comma or repeated.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every company of that month that is left to do it to.")]
GroupOption = Annotated[bool, typer.Option("--group", help="The group's month, its consolidated statements, alone.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it: a person's name.")]

closes = typer.Typer(help="Show who approved, closed and reopened what; verify the log.", invoke_without_command=True)


def approve(
    period: PeriodArgument,
    by: ByOption,
    company: CompanyOption = None,
    every: AllOption = False,
    group: GroupOption = False,
) -> None:
    """Write down that somebody finds a finished month's figures right. Nothing is frozen."""
    from monette_assets import closing

    def act(books: Books, month: date, codes: list[str]) -> list[Entry]:
        return closing.approve(books, month, codes, by)

    _act("approve", period, company, every, group, by, act)


def close(
    period: PeriodArgument,
    by: ByOption,
    company: CompanyOption = None,
    every: AllOption = False,
    group: GroupOption = False,
) -> None:
    """Close a month: freeze its statements, rates and ledger lines for good. What changes later is a restatement.

    The group's consolidated statements are closed with the last of its companies. Refused for a month that is not over,
    not complete, closed already, or not the next one; there is no force.
    """
    from monette_assets import closing
    from monette_assets.commands.output import notes

    def act(books: Books, month: date, codes: list[str]) -> list[Entry]:
        return closing.close(
            books, month, codes, by, tell=lambda reason: notes().print(reason, markup=False, soft_wrap=True)
        )

    _act("close", period, company, every, group, by, act)


def reopen(
    period: PeriodArgument,
    by: ByOption,
    approved_by: Annotated[str, typer.Option("--approved-by", help="The second person.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the log for good.")],
    company: CompanyOption = None,
    every: AllOption = False,
    group: GroupOption = False,
) -> None:
    """Open a closed month again; it takes two persons. What was frozen stays.

    The group's month is reopened with the first of its companies.
    """
    from monette_assets import closing

    def act(books: Books, month: date, codes: list[str]) -> list[Entry]:
        return closing.reopen(books, month, codes, by, approved_by, reason)

    _act("reopen", period, company, every, group, f"{by}, approved by {approved_by}", act)


@closes.callback()
def log(
    context: typer.Context,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Show who approved, closed and reopened what; `verify` recomputes the log."""
    if context.invoked_subcommand is not None:
        return
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.hash_chain import entries

    platform = Platform()
    zone = platform.group.time_zone
    rows = [{**row, "at": row["at"].astimezone(zone)} for row in entries(platform.lake, "closes")]
    fields = (
        Field("number", "Number", Kind.COUNT),
        Field("at", "When", Kind.DATE),
        Field("action", "Action"),
        Field("period", "Month", Kind.MONTH),
        Field("company", "Company"),
        Field("who", "By"),
        Field("approved_by", "Approved by"),
        Field("reason", "Reason"),
        Field("release", "Release", Kind.COUNT),
        Field("hash", "Hash"),
    )
    shown = tuple(each for each in fields if any(row[each.key] is not None for row in rows)) or fields
    if format_ is Format.TABLE:
        rows = [{**row, "hash": row["hash"][:12]} for row in rows]
    write(Statement("Closes", "oldest first; `monette closes verify` recomputes the hashes", shown, rows), format_)


@closes.command()
def verify() -> None:
    """Recompute the log's hashes, and those of everything it froze. Exit status 1 where something was changed."""
    from rich.console import Console

    from monette_assets.tables import chained, hash_chain

    lake = Platform().lake
    broken = hash_chain.verify(lake, "closes")
    problems = [broken.sentence("closes")] if broken else chained.frozen_problems(lake)
    console = Console(highlight=False)
    for problem in problems:
        console.print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    found = hash_chain.entries(lake, "closes")
    head = f", the last with hash {found[-1]['hash']}" if found else ""
    console.print(f"Intact: {len(found)} entries{head}", markup=False, soft_wrap=True)


def _act(
    action: str,
    period: str,
    company: list[str] | None,
    every: bool,
    group: bool,
    who: str,
    act: Callable[[Books, date, list[str]], list[Entry]],
) -> None:
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes
    from monette_assets.freezing import Books
    from monette_assets.group.models import WHOLE_GROUP

    platform = Platform()
    if sum((every, bool(company), group)) != 1:
        raise UsageError(f"say which companies to {action}, by --company CODE or --all, or the group by --group")
    month = platform.month(period)
    codes = [WHOLE_GROUP] if group else platform.companies(company or ())
    if every:
        codes = _still_to_do(platform, action, month)
    with recorded(platform, action, f"{month:%Y-%m} of {', '.join(codes)} by {who}") as record:
        made = act(Books.of(platform.lake, platform.group), month, codes)
        record.result = ", ".join(f"{entry['company']}: entry {entry['number']}" for entry in made)
    console = notes()
    _announce(platform, made)
    done = {"approve": "approved", "close": "closed", "reopen": "reopened"}[action]
    for entry in made:
        console.print(
            f"[bold green]{entry['company']} {month:%Y-%m} {done}[/] on release {entry['release']}: entry "
            f"{entry['number']}, hash {entry['hash'][:12]}"
        )


def _still_to_do(platform: Platform, action: str, month: date) -> list[str]:
    """The month's companies that are not closed yet, or of a reopening those that are; the others are named."""
    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.output import notes
    from monette_assets.tables import closes as log
    from monette_assets.tables.hash_chain import entries

    standing = log.closed(entries(platform.lake, log.CONTRACT.name))
    found: dict[bool, list[str]] = {True: [], False: []}
    for each in platform.group.companies:
        if each.is_active(month):
            found[(each.code, month) in standing].append(each.code)
    wanted = action == "reopen"
    if found[not wanted] and not found[wanted]:
        said = "no company is closed" if wanted else "every company is closed already"
        raise CommandError(f"{month:%Y-%m}: {said}; there is nothing to {action}")
    if found[not wanted]:
        said = "not closed" if wanted else "closed already"
        notes().print(f"{month:%Y-%m} {said}: {', '.join(found[not wanted])}", soft_wrap=True)
    return found[wanted]


def _announce(platform: Platform, made: list[Entry]) -> None:
    """Show in the user interface at once what the log says. Where that fails, what was done is done all the same."""
    from monette_assets.automation.announcing import announce
    from monette_assets.clock import today
    from monette_assets.commands.output import notes

    try:
        with platform.instance() as instance:
            announce(instance, platform.lake, platform.group, made, today(platform.group))
    except Exception as error:
        notes().print(
            f"It is done, and in the log. Dagster could not be told: the user interface shows it after the next run. "
            f"{error}",
            markup=False,
            soft_wrap=True,
        )
