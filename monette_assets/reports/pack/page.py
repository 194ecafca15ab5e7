"""The board pack as one HTML page: everything it shows is inside it, and it reads without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets.gold.financial_summary import RESULTS
from monette_assets.group import Group
from monette_assets.group.calendar import add_months
from monette_assets.reports.lines import BALANCE_SHEET, PROFIT_AND_LOSS
from monette_assets.reports.pack import charts
from monette_assets.reports.pack.behind import Account
from monette_assets.reports.pack.commands import explaining, explaining_movement
from monette_assets.reports.pack.consolidated import TOTAL
from monette_assets.reports.pack.contents import Pack, consolidated_value
from monette_assets.reports.pack.findings import company_names
from monette_assets.reports.pack.grid import ZERO, Grid, GridLine, Level, Role, side_by_side
from monette_assets.reports.pack.management import TOTAL as ALL_PILLARS
from monette_assets.reports.pack.management import Management, Span, ebitda_steps, pillar_of, trailing
from monette_assets.reports.pack.reconciliation import reconciliation, translated_otherwise
from monette_assets.reports.pack.sheets import unwritable

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
HEADLINES = ("Sales Revenue", "Gross Margin", "Contribution Margin", "EBITDA", "Net Income")
SHOWN_WAIVERS = 3
SHOWN_CAUSES = 3
SHOWN_CHANGED = 4
MARGIN = "Contribution Margin"
MINUS = "\N{MINUS SIGN}"


def write(pack: Pack, path: Path) -> Path:
    """The page of a pack. Raises ReportError where it cannot be written."""
    text = render(pack)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def render(pack: Pack) -> str:
    """The whole page. Whatever came from a source is escaped; the page's own script is the only one allowed to run."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        whole=whole,
        cents=cents,
        percent=percent,
        millions=headline,
        signed=signed,
        month=lambda value: f"{value:%b %Y}",
    )
    return environment.get_template("page.html.j2").render(
        pack=pack,
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=digest,
        running_foot=css_text(f"{pack.title}: {pack.standing.word}, {pack.release.name}"),
        year_ago=date(pack.month.year - 1, pack.month.month, 1),
        headlines=_headlines(pack),
        notes=what_to_know(pack),
        profit_and_loss=_profit_and_loss(pack),
        balance_sheet=_balance_sheet(pack),
        movements=[_movements(pack, grid) for grid in (pack.cash_flow, pack.changes_in_equity) if grid is not None],
        pillars=_pillars(pack) if pack.management else [],
        budget=_budget(pack),
        reconciliations=_reconciliations(pack) if pack.management else [],
        charts=_charts(pack),
        map_months=pack.tie_out.months if pack.tie_out else (),
        total=TOTAL,
        names=company_names(pack.group),
    )


# --- figures as text -----------------------------------------------------------------------------------------------


def whole(amount: Decimal | None) -> Markup:
    """To the dollar, half up: 1,234; (1,234) where negative; a dash for nothing."""
    return _figure(None if amount is None else amount.quantize(Decimal(1), ROUND_HALF_UP), 0)


def cents(amount: Decimal | None) -> Markup:
    """To the cent."""
    return _figure(amount, 2)


def _figure(amount: Decimal | None, places: int) -> Markup:
    from markupsafe import Markup

    if amount is None:
        return Markup("")
    if amount == 0:
        return Markup('<span class="n">\N{EN DASH}</span>')
    text = f"{abs(amount):,.{places}f}"
    # the closing parenthesis hangs, so that digits align
    return (
        Markup('<span class="n">({}<i>)</i></span>').format(text)
        if amount < 0
        else Markup('<span class="n">{}</span>').format(text)
    )


def cents_text(amount: Decimal) -> str:
    """To the cent, in a sentence: signed."""
    sign = "+" if amount > 0 else MINUS if amount < 0 else ""
    return f"{sign}{abs(amount):,.2f}"


def percent(part: Decimal | None, of: Decimal | None) -> str:
    """A share in percent; nothing where there is no sensible base."""
    if part is None or of is None or of <= 0:
        return "\N{EN DASH}"
    share = (part / of * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share:,.1f}%" if share >= 0 else f"({-share:,.1f}%)"


def headline(amount: Decimal | None) -> str:
    """In millions, two decimals."""
    if amount is None:
        return "\N{EN DASH}"
    value = (abs(amount) / charts.MILLION).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"({value:,.2f})" if amount < 0 else f"{value:,.2f}"


def signed(amount: Decimal | None) -> str:
    """In millions, with a plus where positive."""
    return f"+{headline(amount)}" if amount and amount > 0 else headline(amount)


def growth(now: Decimal | None, before: Decimal | None) -> str:
    """Change in percent of a positive base, signed; nothing otherwise."""
    if now is None or before is None or before <= 0:
        return "\N{EN DASH}"
    change = ((now - before) / before * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = "+" if change > 0 else MINUS if change < 0 else ""
    return f"{sign}{abs(change):,.1f}%"


def css_text(text: str) -> str:
    """Text inside a CSS string: everything but letters, digits and blanks as a code point, which ends in a blank."""
    return "".join(
        each if each.isascii() and (each.isalnum() or each == " ") else f"\\{ord(each):06x} " for each in text
    )


# --- parts of the page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Headline:
    """A headline figure: the month, the year before, the year to date, what of both was not budgeted."""

    name: str
    amount: Decimal
    before: Decimal | None
    to_date: Decimal | None
    to_date_before: Decimal | None
    variance: Decimal | None  # of the management accounts, favourable is positive
    variance_to_date: Decimal | None
    spark: Markup | str
    row: str  # the id of the statement's row that it stands in; empty for none

    @property
    def growth(self) -> str:
        """On the year before."""
        return growth(self.amount, self.before)

    @property
    def growth_to_date(self) -> str:
        """Likewise, to date."""
        return growth(self.to_date, self.to_date_before)


def _svg(drawn: str) -> Markup:
    from markupsafe import Markup

    return Markup(drawn)  # noqa: S704 - drawn by the chart library, which escapes its text


def _headlines(pack: Pack) -> list[Headline]:
    management = pack.management
    budgeted = management is not None and management.has_budget
    found = []
    rows = {line.key: line.row for line in _profit_and_loss(pack)}
    for line in HEADLINES:
        points = [(month, figures.get(line, ZERO)) for month, figures in pack.trend]
        found.append(
            Headline(
                line,
                pack.profit_and_loss.value(line, TOTAL),
                consolidated_value(pack.month_before, line),
                pack.to_date.value(line, TOTAL),
                consolidated_value(pack.to_date_before, line),
                management.variance(ALL_PILLARS, line, management.of_month) if management and budgeted else None,
                management.variance(ALL_PILLARS, line, management.to_date) if management and budgeted else None,
                _svg(charts.spark(points, f"{line}, {len(points)} months")) if len(points) > 1 else "",
                rows.get(line, ""),
            )
        )
    cash = [(month, figures["Cash"]) for month, figures in pack.trend if "Cash" in figures]
    if cash:
        year_ago = dict(cash).get(date(pack.month.year - 1, pack.month.month, 1))
        spark = _svg(charts.spark(cash, f"Cash, {len(cash)} months")) if len(cash) > 1 else ""
        row = f"{pack.cash_flow.key}-{len(pack.cash_flow.lines)}" if pack.cash_flow else ""  # cash at the end
        found.append(Headline("Cash", cash[-1][1], year_ago, None, None, None, None, spark, row))
    return found


def what_to_know(pack: Pack) -> list[str]:
    """The few sentences a reader should not miss, from the figures alone."""
    notes = [f"{pack.standing.sentence} {pack.standing.close}", *_since_closes(pack)]
    if pack.tie_out is not None:
        notes.append(pack.tie_out.sentence(pack.month))
        known = [row for row in pack.tie_out.differences if row.get("accepted_by")]
        if known:
            told = [f"{row['company']} ({row['accepted_by']}: {row['accepted_because']})" for row in known]
            each = list(dict.fromkeys(told))
            more = f" and {len(each) - SHOWN_WAIVERS:,} more" if len(each) > SHOWN_WAIVERS else ""
            notes.append(f"Accepted differences to QuickBooks: {'; '.join(each[:SHOWN_WAIVERS])}{more}.")
    if pack.management is not None and pack.management.has_budget:
        notes += _against_budget(pack.management)
    for aging in pack.agings:
        if aging.total():
            notes.append(
                f"{aging.title}: {charts.short(aging.total())}, of which {charts.short(aging.overdue)} is overdue."
            )
    if pack.differences is not None:
        rows = pack.differences.rows  # largest first
        largest = f", the largest {cents_text(rows[0]['difference_cad'])} ({rows[0]['company']})" if rows else ""
        notes.append(f"{len(rows) or 'No'} differences between companies stand{largest}.")
    if pack.waivers is not None:
        told = [f"{row['company'] or row['table_name']} ({row['who']}: {row['why']})" for row in pack.waivers.rows]
        more = f" and {len(told) - SHOWN_WAIVERS:,} more" if len(told) > SHOWN_WAIVERS else ""
        notes.append(f"Refused by the platform and waived: {'; '.join(told[:SHOWN_WAIVERS])}{more}.")
    return notes


def _against_budget(management: Management) -> list[str]:
    """EBITDA to date with what changed it most, and the pillars furthest from their budgets."""
    span = management.to_date
    budget, *changes, actual = ebitda_steps(management)
    off = actual[1] - budget[1]
    made = sorted((step for step in changes if step[1]), key=lambda step: -abs(step[1]))[:SHOWN_CAUSES]
    told = "; ".join(f"{name} {charts.short(amount, True)}" for name, amount, _ in made)
    where = f"{charts.short(abs(off))} {'ahead of' if off > 0 else 'behind'}" if off else "exactly on"
    notes = [f"EBITDA to date is {where} its budget of {charts.short(budget[1])}{f': {told}' if told else ''}."]
    variances = [(management.variance(pillar, MARGIN, span), pillar) for pillar in management.pillars]
    for which, word, (variance, pillar) in ((1, "ahead of", max(variances)), (-1, "behind", min(variances))):
        if which * variance > 0:
            parts = [(management.variance(pillar, line, span), line) for line in RESULTS[MARGIN]]
            most, line = max(parts, key=lambda part: which * part[0])
            notes.append(
                f"{pillar} is furthest {word} its budget to date: contribution margin {charts.short(variance, True)}, "
                f"most by {line} ({charts.short(most, True)})."
            )
    return notes


def _since_closes(pack: Pack) -> list[str]:
    """Closed months that no longer show what was closed: which, whose, and what that does to net income."""
    told = [
        f"{each.company}, {each.month:%B %Y}: {each.figures:,} figures, net income "
        + (cents_text(each.net_income) if each.net_income else "unchanged")
        for each in pack.changed
    ]
    if not told:
        return []
    more = f"; and {len(told) - SHOWN_CHANGED:,} more" if len(told) > SHOWN_CHANGED else ""
    return [f"Changed since their close: {'; '.join(told[:SHOWN_CHANGED])}{more}."]


@dataclass(frozen=True)
class Shown:
    """A line of a statement on the page: its figures, and what stands behind them."""

    key: str
    name: str
    level: str
    figures: tuple[Decimal | None, ...]
    made_of: str  # of a total or result, in words
    companies: tuple[tuple[str, tuple[Decimal | None, ...]], ...]  # and eliminations, adjustments
    accounts: tuple[Account, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()  # of each figure that one explains: when, the command
    row: str = ""  # its id on the page


def _lines(pack: Pack, statement: str, grids: Sequence[Grid | None]) -> list[Shown]:
    """Lines of the first grid beside the same of the others; grids that are not there leave empty columns.

    Every other grid is of the year before, and after the first two come those to date.
    """
    first = grids[0]
    assert first is not None
    lines = side_by_side(grids)
    names = {line.key: line.name for line in lines}
    shown = []
    for line in lines:
        key = line.key
        columns = [each for each in first.columns if each.role in (Role.COMPANY, Role.STEP)]
        companies = [(each.title, tuple(_cell(grid, key, each.key) for grid in grids)) for each in columns]
        shown.append(
            Shown(
                key,
                line.name,
                line.level.value,
                tuple(_cell(grid, key, TOTAL) for grid in grids),
                _made_of(line, names) if line.level in (Level.RESULT, Level.CHECK) else "",
                tuple((title, own) for title, own in companies if any(own)),
                tuple(pack.accounts.get(line.key, ())) if line.level is Level.ACCOUNT else (),
                () if line.level is Level.CHECK else tuple(_commands(pack, statement, line, grids)),
            )
        )
    # a line that consolidation leaves nothing of stands in the workbook, with its eliminations
    shown = [line for line in shown if line.level != Level.ACCOUNT.value or any(line.figures)]
    return [replace(line, row=f"{statement}-{number}") for number, line in enumerate(shown, start=1)]


def _commands(pack: Pack, statement: str, line: GridLine, grids: Sequence[Grid | None]) -> Iterator[tuple[str, str]]:
    """What explains each of a line's figures, the month's even where it is nothing."""
    for index, grid in enumerate(grids):
        month, to_date = (add_months(pack.month, -12) if index % 2 else pack.month), index > 1
        if grid is not None and (index == 0 or grid.value_or_zero(line.key, TOTAL)):
            when = f"{'Year to ' if to_date else ''}{month:%B %Y}"
            yield when, explaining(statement, _asked_for(line), month, to_date=to_date)


def _asked_for(line: GridLine) -> str:
    """What the line is called when it is asked for: an account may have the key of a side of the balance sheet."""
    return line.name if line.level is Level.TOTAL else line.key


def _made_of(line: GridLine, names: Mapping[str, str]) -> str:
    """Of which lines it is the sum, in words."""
    parts = " ".join(f"{MINUS if sign < 0 else '+'} {names[part]}" for part, sign in line.parts if part in names)
    return parts.removeprefix("+ ")


def _cell(grid: Grid | None, line: str, column: str) -> Decimal | None:
    return None if grid is None else grid.value_or_zero(line, column)


def _profit_and_loss(pack: Pack) -> list[Shown]:
    grids = (pack.profit_and_loss, pack.month_before, pack.to_date, pack.to_date_before)
    return _lines(pack, PROFIT_AND_LOSS, grids)


def _balance_sheet(pack: Pack) -> list[Shown]:
    return _lines(pack, BALANCE_SHEET, (pack.balance_sheet, pack.balance_sheet_before))


@dataclass(frozen=True)
class Movements:
    """Cash flow or changes in equity to date: countries, all companies, the group; behind a line each company."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Shown, ...]


def _movements(pack: Pack, grid: Grid) -> Movements:
    columns = [each for each in grid.columns if each.role in (Role.SUBTOTAL, Role.TOTAL)]
    own = [each for each in grid.columns if each.role in (Role.COMPANY, Role.STEP)]
    names = {line.key: line.name for line in grid.lines}
    lines = []
    for number, line in enumerate(grid.lines, start=1):
        amounts = [(each.title, grid.value(line.key, each.key)) for each in own]
        lines.append(
            Shown(
                line.key,
                line.name,
                line.level.value,
                tuple(grid.value(line.key, each.key) for each in columns),
                _made_of(line, names) if line.level is Level.RESULT else "",
                tuple((title, (amount,)) for title, amount in amounts if amount),
                commands=tuple(
                    ("Year to date", command)
                    for command in [explaining_movement(grid, line.key, pack.year_start, pack.month)]
                    if command
                ),
                row=f"{grid.key}-{number}",
            )
        )
    return Movements(grid.title, tuple(each.title for each in columns), tuple(lines))


@dataclass(frozen=True)
class PillarRow:
    """A pillar over a span; behind it its locations, behind all pillars the companies."""

    name: str
    revenue: Decimal
    margin: Decimal
    budget: Decimal | None
    variance: Decimal | None
    before: Decimal
    places: tuple[tuple[str, Decimal, Decimal, Decimal], ...] = ()  # name, revenue, margin, its budget
    commands: tuple[tuple[str, str], ...] = ()


def _pillars(pack: Pack) -> list[tuple[str, list[PillarRow]]]:
    management = pack.management
    assert management is not None
    spans = (
        (f"{management.month:%B %Y}", management.of_month),
        (f"Year to {management.month:%B %Y}", management.to_date),
    )
    budgeted = management.has_budget

    def row(pillar: str, span: Span) -> PillarRow:
        return PillarRow(
            pillar,
            management.amount(pillar, "Sales Revenue", span),
            management.amount(pillar, MARGIN, span),
            management.amount(pillar, MARGIN, span, "budget") if budgeted else None,
            management.variance(pillar, MARGIN, span) if budgeted else None,
            management.amount(pillar, MARGIN, span.year_before),
            _places(pack.group, management, pillar, span),
            tuple(_of_pillar(pillar, management, span != management.of_month)),
        )

    return [(title, [row(pillar, span) for pillar in (*management.pillars, ALL_PILLARS)]) for title, span in spans]


def _of_pillar(pillar: str, management: Management, to_date: bool) -> Iterator[tuple[str, str]]:
    """What explains each of a pillar's figures."""
    whole = pillar == ALL_PILLARS
    statement, own = ("financial_summary", None) if whole else (PROFIT_AND_LOSS, pillar)
    figures = [("Sales revenue", statement, "Sales Revenue"), ("Contribution margin", statement, MARGIN)]
    for what, where, line in [*figures, *([("Budget", "budget", MARGIN)] if management.has_budget else [])]:
        yield what, explaining(where, line, management.month, to_date=to_date, pillar=own)


def _places(
    group: Group, management: Management, pillar: str, span: Span
) -> tuple[tuple[str, Decimal, Decimal, Decimal], ...]:
    """The locations of a pillar, of all pillars the companies: revenue, contribution margin, its budget; by margin."""
    names = company_names(group)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    at = {("actual", "Sales Revenue"): 0, ("actual", MARGIN): 1, ("budget", MARGIN): 2}
    for row in management.locations:
        which = at.get((row["scenario"], row["line"]))
        if which is None or row["period"] not in span:
            continue
        if pillar == ALL_PILLARS:
            sums[names.get(row["company"], row["company"])][which] += row["amount_cad"]
        elif pillar_of(group, row["pillar"]) == pillar:
            sums[f"{row['location']}, {names.get(row['company'], row['company'])}"][which] += row["amount_cad"]
    found = [(name, own[0], own[1], own[2]) for name, own in sums.items() if any(own)]
    return tuple(sorted(found, key=lambda each: (-each[2], each[0])))


def _budget(pack: Pack) -> list[Shown]:
    """The management accounts by line: actual, budget and variance (favourable is positive), month and to date."""
    management = pack.management
    if management is None or not management.has_budget:
        return []
    return [
        Shown(
            line,
            line,
            (Level.RESULT if line in RESULTS else Level.ACCOUNT).value,
            tuple(
                amount
                for span in (management.of_month, management.to_date)
                for amount in (
                    management.amount(ALL_PILLARS, line, span),
                    management.amount(ALL_PILLARS, line, span, "budget"),
                    management.variance(ALL_PILLARS, line, span),
                )
            ),
            "",
            (),
        )
        for line in management.lines(ALL_PILLARS)
    ]


def _reconciliations(pack: Pack) -> list[Movements]:
    """From the management accounts to the consolidated results, of the month and to date."""
    management = pack.management
    assert management is not None
    found = []
    for number, (span, grid, when) in enumerate(
        (
            (management.of_month, pack.profit_and_loss, f"{pack.month:%B %Y}"),
            (management.to_date, pack.to_date, f"year to {pack.month:%B %Y}"),
        )
    ):
        made = reconciliation(management, span, grid, f"From management accounts to consolidated, {when}")
        behind = translated_otherwise(management, span, grid)
        lines = tuple(
            Shown(
                line.key,
                line.name,
                line.level.value,
                tuple(made.value(line.key, each.key) for each in made.columns),
                "",
                tuple((who, (off,)) for who, off in behind[line.key]),
                row=f"reconciliation-{number}-{index}",
            )
            for index, line in enumerate(made.lines, start=1)
        )
        found.append(Movements(made.title, tuple(each.title for each in made.columns), lines))
    return found


def _charts(pack: Pack) -> dict[str, Markup | str]:
    drawn: dict[str, Markup | str] = {"margins": "", "bridge": "", "cash": "", "aging": ""}
    management = pack.management
    if management is not None and len(management.months) > 1:
        months = [month for month in management.months if month > _years_back(pack.month, 2)]
        enough = len(management.months) >= 12 + len(months) // 2
        if enough:
            months = [month for month in months if management.months.index(month) >= 11]
        lines = {
            pillar: trailing(management, pillar, MARGIN, months)
            if enough
            else [(month, management.amount(pillar, MARGIN, Span(month, month))) for month in months]
            for pillar in management.pillars
        }
        how = "sum of twelve months" if enough else "by month"
        drawn["margins"] = _svg(charts.margins(lines, f"{MARGIN} by pillar, {how}, {pack.group.currency} millions"))
        drawn["margins_title"] = f"{MARGIN}, {how}"
    if management is not None and management.has_budget:
        drawn["bridge"] = _svg(
            charts.bridge(
                ebitda_steps(management), f"EBITDA to date, from budget to actual, {pack.group.currency} millions"
            )
        )
    cash = [(month, figures["Cash"]) for month, figures in pack.trend if "Cash" in figures]
    if len(cash) > 1:
        drawn["cash"] = _svg(charts.balance_over_time(cash, f"Cash at month end, {pack.group.currency} millions"))
    rows = [
        (aging.title, [(bucket, aging.total(bucket)) for bucket in aging.buckets])
        for aging in pack.agings
        if aging.buckets
    ]
    if rows:
        drawn["aging"] = _svg(
            charts.stacked(rows, f"Receivables and payables by days overdue, {pack.group.currency} millions")
        )
    return drawn


def _years_back(month: date, years: int) -> date:
    return date(month.year - years, month.month, 1)
