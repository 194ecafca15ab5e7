"""`monette tie-out`: where accounts differ from QuickBooks' own reports, and accepting a difference that is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.audit import recorded
from monette_assets.commands.output import Format, notes, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.tables.hash_chain import Entry

LOG = "accepted_differences"
RERUN = ("gold/tie_out", "gold/completeness")

tie_out = typer.Typer(help="Where accounts differ from QuickBooks' own reports; accept what is known.",
                      no_args_is_help=True)  # fmt: skip

CompanyArgument = Annotated[str, typer.Argument(help="Code of the company.")]
PeriodArgument = Annotated[str, typer.Argument(help="A month such as 2026-10.")]
StatementArgument = Annotated[str, typer.Argument(help="trial_balance, profit_and_loss or balance_sheet.")]
AccountsArgument = Annotated[
    list[str], typer.Argument(help="Ids of accounts, as `list` shows them.", metavar="ACCOUNT...")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How it is written.")]
BasisOption = Annotated[str, typer.Option(help="Accounting basis, accrual or cash.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it: a person's name.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the log for good.")]
RunOption = Annotated[
    bool, typer.Option(help="Compare the months again and release them; --no-run leaves that to the next refresh.")
]


@tie_out.command(name="list")
def list_(
    company: Annotated[list[str] | None, typer.Option(help="Company codes, by comma or repeated.")] = None,
    period: Annotated[str | None, typer.Option(help="A month such as 2026-10.")] = None,
    accepted: Annotated[
        bool | None, typer.Option("--accepted/--open", help="Only what is accepted, or is not.")
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List every account that differs, in `gold/tie_out` as it stands, with who accepted it and why."""
    from monette_assets import accepting
    from monette_assets.reports.statement import Field, Kind, Statement

    platform = Platform()
    companies = platform.companies(company or ())
    month = platform.month(period) if period else None
    rows = []
    for row in accepting.differences(platform.lake):
        act = row["acceptance"]
        if (companies and row["company"] not in companies) or month not in (None, row["period"]):
            continue
        if accepted is None or accepted == (act is not None):
            who, why = (act["who"], act["why"]) if act else (None, None)
            rows.append({**row, "accepted_by": who, "accepted_because": why})
    open_ = sum(row["accepted_by"] is None for row in rows)
    fields = (
        Field("company", "Company"),
        Field("period", "Month", Kind.MONTH),
        Field("basis", "Basis"),
        Field("statement", "Statement"),
        Field("account_id", "Account"),
        Field("ours", "Ours", Kind.MONEY),
        Field("theirs", "QuickBooks", Kind.MONEY),
        Field("difference", "Difference", Kind.MONEY),
        Field("accepted_by", "Accepted by"),
        Field("accepted_because", "Because"),
    )
    told = f"{len(rows)} account(s) differ, {len(rows) - open_} of them accepted; home currency of the company"
    write(Statement("Differences to QuickBooks' own reports", told, fields, rows), format_)


@tie_out.command()
def accept(
    company: CompanyArgument,
    period: PeriodArgument,
    statement: StatementArgument,
    accounts: AccountsArgument,
    by: ByOption,
    reason: ReasonOption,
    basis: BasisOption = "accrual",
    run: RunOption = True,
) -> None:
    """Accept by how much accounts differ: they stay visible, and no longer keep their month from being complete.

    Refused for what does not differ, and for whom the contract does not name (`controllers`). It covers exactly the
    amount by which the account differs now: if that changes by a cent, it counts again.
    """
    from monette_assets import accepting

    _act("accept", company, period, statement, accounts, basis, by, reason, run, accepting.accept)


@tie_out.command()
def withdraw(
    company: CompanyArgument,
    period: PeriodArgument,
    statement: StatementArgument,
    accounts: AccountsArgument,
    by: ByOption,
    reason: ReasonOption,
    basis: BasisOption = "accrual",
    run: RunOption = True,
) -> None:
    """Withdraw what was accepted of these accounts: they count again."""
    from monette_assets import accepting

    _act("withdraw", company, period, statement, accounts, basis, by, reason, run, accepting.withdraw)


@tie_out.command()
def log(format_: FormatOption = Format.TABLE) -> None:
    """List who accepted what and why, and who withdrew it, oldest first."""
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.hash_chain import entries

    platform = Platform()
    zone = platform.group.time_zone
    rows = [{**row, "at": row["at"].astimezone(zone)} for row in entries(platform.lake, LOG)]
    fields = (
        Field("number", "Number", Kind.COUNT),
        Field("at", "When", Kind.DATE),
        Field("action", "Action"),
        Field("company", "Company"),
        Field("period", "Month", Kind.MONTH),
        Field("basis", "Basis"),
        Field("statement", "Statement"),
        Field("account_id", "Account"),
        Field("difference", "Difference", Kind.MONEY),
        Field("who", "By"),
        Field("why", "Why"),
    )
    told = "oldest first; `monette tie-out verify` recomputes the hashes"
    write(Statement("Accepted differences", told, fields, rows), format_)


@tie_out.command()
def verify() -> None:
    """Recompute the hashes of that log. Exit status 1, and the first broken entry, where it was changed."""
    from rich.console import Console

    from monette_assets.tables import hash_chain

    lake, console = Platform().lake, Console(highlight=False)
    broken = hash_chain.verify(lake, LOG)
    if broken is not None:
        console.print(broken.sentence(LOG), markup=False, soft_wrap=True)
        raise typer.Exit(1)
    console.print(f"Intact: {len(hash_chain.entries(lake, LOG))} entries", soft_wrap=True)


def _act(
    action: str,
    company: str,
    period: str,
    statement: str,
    accounts: list[str],
    basis: str,
    by: str,
    reason: str,
    run: bool,
    act: Callable[..., list[Entry]],
) -> None:
    from rich.markup import escape

    from monette_assets import accepting
    from monette_assets.clock import now
    from monette_assets.commands import refreshing
    from monette_assets.commands.errors import UsageError
    from monette_assets.gold.tie_out import STATEMENTS
    from monette_assets.group.problems import one_of

    platform, console = Platform(), notes()
    codes = platform.companies([company])
    if len(codes) != 1:
        raise UsageError(f"{company!r}: expected the code of one company")
    if statement not in STATEMENTS:
        raise UsageError(f"{statement}: expected {one_of(STATEMENTS, statement)}")
    if basis not in platform.group.bases:
        raise UsageError(f"--basis {basis}: expected {one_of(platform.group.bases, basis)}")
    place = accepting.Place(codes[0], platform.month(period), statement, tuple(accounts), basis)
    with recorded(platform, action, f"difference of {place} account {', '.join(accounts)} by {by}: {reason}") as record:
        made = act(platform.lake, platform.group, place, who=by, why=reason, now=lambda: now(platform.group))
        record.result = ", ".join(f"{entry['account_id']}: entry {entry['number']}" for entry in made)
    done = {"accept": "accepted", "withdraw": "counts again"}[action]
    for entry in made:
        written = f"entry {entry['number']}, hash {entry['hash'][:12]}"
        console.print(f"[bold green]{done}[/]  {escape(accepting.told(entry))}: {written}", soft_wrap=True)
    if not run:
        console.print("The next refresh of that month says so.")
        return
    result = refreshing.again(platform, console, {place.company: {place.period}}, select=RERUN)
    if not all(step.success for step in result.steps):
        raise typer.Exit(1)
