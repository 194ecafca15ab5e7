"""`monette report`: a statement or a table, read through a release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from monette_assets.commands.output import Format, notes, write
from monette_assets.commands.platform import Platform
from monette_assets.reports.options import InCurrency, View

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from monette_assets.group import Group
    from monette_assets.reports.released import Released
    from monette_assets.reports.statement import Statement

Answer = TypeVar("Answer")

SHOWN_ROWS = 200
PACK = "pack"


def report(
    name: Annotated[str, typer.Argument(help="A statement, a table such as gold/ledger, or pack.")],
    period: Annotated[str | None, typer.Option(help="A month such as 2026-10; unset: the last full one.")] = None,
    company: Annotated[str | None, typer.Option(help="A company's code; unset: the group.")] = None,
    subgroup: Annotated[str | None, typer.Option(help="Part of the group, such as country/CA or pillar/Grain.")] = None,
    pillar: Annotated[
        str | None, typer.Option(help="A pillar with its sub-pillars (profit_and_loss, financial_summary, budget).")
    ] = None,
    location: Annotated[str | None, typer.Option(help="A location by its standard name (as --pillar).")] = None,
    view: Annotated[View | None, typer.Option(help="Months a column holds; beside the year before.")] = None,
    currency: Annotated[
        InCurrency | None, typer.Option(help="Of a company's amounts; unset: home for balances, else the group's.")
    ] = None,
    basis: Annotated[str, typer.Option(help="Accounting basis, accrual or cash.")] = "accrual",
    as_of: Annotated[
        str | None, typer.Option(help="A release's number, a day, or a moment such as 2026-10-31T18:00.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="With --as-of: from bronze as it stood then.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
    out: Annotated[Path, typer.Option(help="Of a pack: the folder to write to.")] = Path("packs"),
    pillars: Annotated[bool, typer.Option("--pillars", help="Of a pack: a workbook for each pillar too.")] = False,
) -> None:
    """Print a statement or any table, as one release holds them.

    Statements: profit_and_loss, balance_sheet, cash_flow, changes_in_equity, trial_balance, consolidation, cash_bridge,
    payables_aging, receivables_aging, weekly_banking, financial_summary, budget, tie_out, completeness. Amounts are
    exact. JSON and CSV are alone on standard output. What --as-of names is rebuilt from bronze where its versions are
    gone.

    `pack` writes a month's board pack instead: a workbook and a page.
    """
    from monette_assets import catalog
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.models import WHOLE_GROUP
    from monette_assets.group.problems import one_of
    from monette_assets.reports.question import Question
    from monette_assets.reports.statements import STATEMENTS, refuse_unknown
    from monette_assets.reports.whole_table import whole_table

    platform = Platform()
    tables = [contract.name for contract in catalog.contracts()]
    if name != PACK and name not in STATEMENTS and name not in tables:
        raise UsageError(f"{name}: expected {one_of([*STATEMENTS, PACK, *tables], name)}")
    month = platform.month(period) if period else None
    whole = company == WHOLE_GROUP and name in tables  # some tables hold the group's own rows as those of a company
    code = company if whole or not company else platform.companies([company])[0]
    _known("pillar", pillar, [each.name for each in platform.group.pillars])
    _known("location", location, [each.name for each in platform.group.locations])

    def asked(release: Released) -> Question:
        return Question(
            release,
            contract_for(platform, release, code),
            month,
            code,
            pillar=pillar,
            location=location,
            subgroup=subgroup,
            view=view,
            currency=currency,
            basis=basis,
        )

    if name == PACK:
        from monette_assets.reports.pack import write_pack

        for path in read_as_of(
            platform, as_of, month, rebuild, lambda release: write_pack(asked(release), out, with_pillars=pillars)
        ):
            sys.stdout.write(f"{path}\n")
        return

    def answer(release: Released) -> Statement:
        question = asked(release)
        if name in STATEMENTS:
            return STATEMENTS[name](question)
        refuse_unknown(name, question, ["company"])
        return whole_table(question, name)

    statement = read_as_of(platform, as_of, month, rebuild, answer)
    write(statement.first(SHOWN_ROWS) if format_ is Format.TABLE else statement, format_)


def contract_for(platform: Platform, release: Released, company: str | None = None) -> Group:
    """The contract to read a release with: its own where it was rebuilt under another one than is in force.

    Raises UsageError where that one does not know the company.
    """
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.models import WHOLE_GROUP

    group = release.group or platform.group
    if company is not None and company != WHOLE_GROUP and company not in {each.code for each in group.companies}:
        raise UsageError(f"--company {company}: the contract of then ({group.fingerprint[:8]}) does not know it")
    return group


def read_as_of(
    platform: Platform, as_of: str | None, month: date | None, rebuild: bool, answer: Callable[[Released], Answer]
) -> Answer:
    """The answer from a release, or where the one asked for can no longer be read, from bronze as it stood then.

    Raises UsageError for a rebuild of no moment.
    """
    from monette_assets.commands.errors import UsageError
    from monette_assets.lake.errors import VersionGone
    from monette_assets.reports.released import ReportError, moment_of, open_release

    lake, zone = platform.lake, platform.group.time_zone
    if rebuild and as_of is None:
        raise UsageError("--rebuild: say the moment with --as-of")
    if as_of is None:
        return answer(open_release(lake, zone))
    moment = moment_of(lake, zone, as_of)
    if not rebuild:
        try:
            release = open_release(lake, zone, as_of)
        except ReportError:
            release = None  # nothing had been released by then, or no release is left: bronze may know
        if release is not None:
            try:
                return answer(release)
            except VersionGone as gone:
                notes().print(f"{gone}; rebuilding it from bronze ...", markup=False, soft_wrap=True)
    from monette_assets.commands.refreshing import judging
    from monette_assets.reports.rebuilt import rebuilt
    from monette_assets.resources import new_engine

    # the embedded one: what is rebuilt lies in a folder of this machine
    engine = new_engine(platform.settings.model_copy(update={"spark_remote": None, "databricks_host": None}))
    try:
        with judging() as judge, rebuilt(lake, platform.group, moment, engine, judge, month) as release:
            notes().print(release.name, markup=False, soft_wrap=True)  # JSON and CSV have no place for it
            return answer(release)
    finally:
        engine.close()


def _known(option: str, value: str | None, names: list[str]) -> None:
    """Raise UsageError naming the choices, unless the value is one of them."""
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of

    if value is not None and value not in names:
        raise UsageError(f"--{option} {value}: expected {one_of(names, value)}")
