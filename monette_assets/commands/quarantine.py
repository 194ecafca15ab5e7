"""`monette quarantine`: what was refused or held back; trying it again, and letting it stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monette_assets.commands.audit import recorded
from monette_assets.commands.output import Format, notes, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.lake import Lake
    from monette_assets.tables.hash_chain import Entry

KINDS = ("transaction", "report", "unit")
COMPLETENESS = "gold/completeness"

quarantine = typer.Typer(help="What was refused or held back; try it again, or let it stand.", no_args_is_help=True)

IdsArgument = Annotated[list[str], typer.Argument(help="Ids of entries, as `list` shows them.", metavar="ID...")]
CompanyOption = Annotated[list[str] | None, typer.Option(help="Company codes, by comma or repeated.")]
TableOption = Annotated[list[str] | None, typer.Option(help="Tables that refused it, by comma or repeated.")]
PeriodOption = Annotated[str | None, typer.Option(help="A month such as 2026-10.")]
KindOption = Annotated[list[str] | None, typer.Option(help="transaction, report or unit.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How it is written.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it: a person's name.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the log for good.")]
RunOption = Annotated[
    bool, typer.Option(help="Look at the months again and release them; --no-run leaves that to the next refresh.")
]


@quarantine.command(name="list")
def list_(
    company: CompanyOption = None,
    table: TableOption = None,
    period: PeriodOption = None,
    kind: KindOption = None,
    waived: Annotated[bool | None, typer.Option("--waived/--open", help="Only what is waived, or is not.")] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List what is in quarantine, with who waived it and why."""
    from monette_assets.reports.quarantine import listing

    platform = Platform()
    found = _filtered(platform, company, table, period, kind)
    if waived is not None:
        found = [entry for entry in found if (entry["waiver"] is not None) == waived]
    write(listing(found, platform.group.time_zone, brief=format_ is Format.TABLE), format_)


@quarantine.command()
def show(entry: Annotated[str, typer.Argument(help="Id of an entry.", metavar="ID")]) -> None:
    """Show one entry whole: reason, place, the fragment as it came, where its payload stands, and what to do."""
    from rich.console import Console

    from monette_assets.reports.quarantine import whole

    platform, console = Platform(), Console(highlight=False)
    for position, found in enumerate(_named(platform.lake, [entry])):
        if position:
            console.print()
        for title, text in whole(platform.lake, found, platform.group.time_zone):
            first, *more = text.splitlines()
            console.print(f"{title:<12} {first}", markup=False, soft_wrap=True)
            for line in more:
                console.print(f"{'':<12} {line}", markup=False, soft_wrap=True)


@quarantine.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of entries; unset: by the options.")] = None,
    company: CompanyOption = None,
    table: TableOption = None,
    period: PeriodOption = None,
    kind: KindOption = None,
    every: Annotated[bool, typer.Option("--all", help="Everything in quarantine.")] = False,
    fetch: Annotated[bool, typer.Option(help="Ask the sources for those months first; else from bronze.")] = False,
) -> None:
    """Run what refused it again, for those company-months, and all that is made of it; says which entries left.

    Exit status 1 if something failed or one of the entries is still there.
    """
    from monette_assets.commands import refreshing
    from monette_assets.commands.errors import UsageError

    platform, console = Platform(), notes()
    by_options = any((company, table, period, kind, every))
    if bool(ids) == by_options:
        raise UsageError("say what to replay: ids of entries, or --company, --table, --period, --kind, or --all")
    chosen = _named(platform.lake, ids) if ids else _filtered(platform, company, table, period, kind)
    if not chosen:
        console.print("Nothing of that is in quarantine.")
        return
    tables = sorted({entry["table_name"] for entry in chosen})
    select = [] if fetch else [f"{name}+" for name in tables]
    before = {entry["entry_id"] for entry in _entries(platform.lake)}
    result = refreshing.again(platform, console, _months(platform, chosen), select=select, fetch=fetch)
    there = {entry["entry_id"] for entry in _entries(platform.lake)}
    left = [entry for entry in chosen if entry["entry_id"] not in there]
    stayed = [entry for entry in chosen if entry["entry_id"] in there]
    for entry in left:
        console.print(f"[bold green]left[/]    {_line(entry)}", soft_wrap=True)
    for entry in stayed:
        console.print(f"[bold red]stayed[/]  {_line(entry)}", soft_wrap=True)
    came = len(there - before)
    console.print(f"{len(left)} of {len(chosen)} entries left quarantine" + (f"; {came} came" if came else ""))
    if stayed or not result.ok:
        raise typer.Exit(1)


@quarantine.command()
def waive(ids: IdsArgument, by: ByOption, reason: ReasonOption, run: RunOption = True) -> None:
    """Let entries stand: they stay visible, and no longer keep their month from being complete.

    Refused for what a blocking check holds back, and for whom the contract does not name (`controllers`). A waiver
    covers what the entry says now: if it changes, it counts again.
    """
    from monette_assets import waiving

    _act("waive", ids, by, reason, run, waiving.waive)


@quarantine.command()
def revoke(ids: IdsArgument, by: ByOption, reason: ReasonOption, run: RunOption = True) -> None:
    """Take waivers back: the entries count again."""
    from monette_assets import waiving

    _act("revoke", ids, by, reason, run, waiving.revoke)


@quarantine.command()
def waivers(format_: FormatOption = Format.TABLE) -> None:
    """List who waived what and why, and who took it back, oldest first."""
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.hash_chain import entries

    platform = Platform()
    zone = platform.group.time_zone
    rows = [{**row, "at": row["at"].astimezone(zone)} for row in entries(platform.lake, "waivers")]
    fields = (
        Field("number", "Number", Kind.COUNT),
        Field("at", "When", Kind.DATE),
        Field("action", "Action"),
        Field("entry_id", "Entry"),
        Field("table_name", "Table"),
        Field("company", "Company"),
        Field("period", "Month", Kind.MONTH),
        Field("reason", "What"),
        Field("who", "By"),
        Field("why", "Why"),
    )
    write(
        Statement("Waivers", "oldest first; `monette quarantine verify` recomputes the hashes", fields, rows), format_
    )


@quarantine.command()
def verify() -> None:
    """Recompute the hashes of the log of waivers. Exit status 1, and the first broken entry, where it was changed."""
    from rich.console import Console

    from monette_assets.tables import hash_chain

    lake, console = Platform().lake, Console(highlight=False)
    broken = hash_chain.verify(lake, "waivers")
    if broken is not None:
        console.print(broken.sentence("waivers"), markup=False, soft_wrap=True)
        raise typer.Exit(1)
    console.print(f"Intact: {len(hash_chain.entries(lake, 'waivers'))} entries", soft_wrap=True)


def _act(action: str, ids: Sequence[str], by: str, reason: str, run: bool, act: Callable[..., list[Entry]]) -> None:
    from monette_assets.clock import now
    from monette_assets.commands import refreshing

    platform, console = Platform(), notes()
    with recorded(platform, action, f"quarantine {', '.join(ids)} by {by}: {reason}") as record:
        made = act(platform.lake, platform.group, ids, who=by, why=reason, now=lambda: now(platform.group))
        record.result = ", ".join(f"{entry['entry_id']}: entry {entry['number']}" for entry in made)
    done = {"waive": "waived", "revoke": "counts again"}[action]
    for entry in made:
        console.print(f"[bold green]{done}[/]  {_line(entry)}: entry {entry['number']}, hash {entry['hash'][:12]}")
    tables = {entry["table_name"] for entry in made}
    if not run:
        console.print("The next refresh of those months says so.")
        return
    select = sorted({*tables, COMPLETENESS})
    result = refreshing.again(platform, console, _months(platform, made), select=select)
    if not all(step.success for step in result.steps):
        raise typer.Exit(1)


def _entries(lake: Lake) -> list[Entry]:
    from monette_assets import waiving

    return waiving.entries(lake)


def _named(lake: Lake, ids: Sequence[str]) -> list[Entry]:
    """The entries of these ids. Raises UsageError for one that is not there."""
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of

    found = _entries(lake)
    known = {entry["entry_id"] for entry in found}
    for each in ids:
        if each not in known:
            there = one_of(sorted(known), each) if known else "an entry, and quarantine is empty"
            raise UsageError(f"{each}: expected {there}; `monette quarantine list` shows them")
    return [entry for entry in found if entry["entry_id"] in ids]


def _filtered(
    platform: Platform,
    company: Sequence[str] | None,
    table: Sequence[str] | None,
    period: str | None,
    kind: Sequence[str] | None,
) -> list[Entry]:
    """The entries that all given options hold for. Raises UsageError for values that nothing can have."""
    from monette_assets import catalog

    wanted: dict[str, Any] = {}
    if company:
        wanted["company"] = platform.companies(company)
    if table:
        names = [*(contract.name for contract in catalog.contracts())]
        wanted["table_name"] = _known("--table", table, names)
    if kind:
        wanted["kind"] = _known("--kind", kind, KINDS)
    if period:
        wanted["period"] = [platform.month(period)]
    return [entry for entry in _entries(platform.lake) if all(entry[name] in values for name, values in wanted.items())]


def _known(option: str, given: Sequence[str], names: Sequence[str]) -> list[str]:
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of

    values = [part.strip() for each in given for part in each.split(",") if part.strip()]
    for value in values:
        if value not in names:
            raise UsageError(f"{option} {value}: expected {one_of(names, value)}")
    return values


def _months(platform: Platform, entries: Iterable[Entry]) -> dict[str, set[date]]:
    """The company-months that entries are about; all of them where they name no company or month."""
    from monette_assets.automation import chain

    group = platform.group
    latest = chain.latest_period(platform.lake) or group.first_period
    months: dict[str, set[date]] = {}
    for entry in entries:
        codes = [entry["company"]] if entry["company"] else [company.code for company in group.companies]
        for code in codes:
            whole = {each for each in group.periods(group.first_period, latest) if group.is_active(code, each)}
            months.setdefault(code, set()).update({entry["period"]} if entry["period"] else whole)
    return {code: periods for code, periods in months.items() if periods}


def _line(entry: Entry) -> str:
    from rich.markup import escape

    where = " ".join(
        f"{part:%Y-%m}" if isinstance(part, date) else str(part)
        for part in (entry["table_name"], entry["company"], entry["period"])
        if part is not None
    )
    return escape(f"{entry['entry_id']}  {where}: {entry['reason'][:120]}")
