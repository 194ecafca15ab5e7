"""Cash flow and changes in equity of the fiscal year so far, as grids: companies, consolidation, the group.

Companies' columns are their own statements. What eliminations, adjustments and outside owners change stands in one
column, the group's statement less the companies', so that the last column is the group's to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.perimeter import belonging
from monette_assets.reports.pack.consolidated import COMPANIES, GROUP, TOTAL
from monette_assets.reports.pack.grid import ZERO, Grid, GridColumn, GridLine, Level, Role
from monette_assets.reports.released import Released

CONSOLIDATION = "consolidation"
START, JOINED, LEFT, SCOPE = "start", "joined", "left", "scope"
Row = Mapping[str, Any]


def _read(release: Released, table: str, first: date, month: date) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    months = (pc.field("period") >= first) & (pc.field("period") <= month)
    return release.rows(table, where=months & (pc.field("basis") == "accrual"))


def _read_group(release: Released, table: str, first: date, month: date) -> tuple[list[dict[str, Any]], date]:
    """Rows of the whole group's own statement, and the first month they are of."""
    rows = [row for row in _read(release, table, first, month) if row["subgroup"] == GROUP]
    return rows, min((row["period"] for row in rows), default=first)


def _columns(columns: Sequence[GridColumn], rows: Iterable[Row]) -> tuple[GridColumn, ...]:
    """The companies of these rows with their subtotals, what consolidation changes, the group."""
    seen = {row["company"] for row in rows}
    kept = []
    for each in columns:
        if each.role is Role.COMPANY and each.key in seen:
            kept.append(each)
        elif each.role is Role.SUBTOTAL:
            parts = tuple(part for part in each.parts if part in seen)
            kept.append(GridColumn(each.key, each.title, Role.SUBTOTAL, parts))
    changes = GridColumn(CONSOLIDATION, "Eliminations and adjustments", Role.STEP)
    return (*kept, changes, GridColumn(TOTAL, "Consolidated", Role.TOTAL, (COMPANIES, CONSOLIDATION)))


def _consolidate(figures: dict[tuple[str, str], Decimal], group_figures: Mapping[str, Decimal]) -> None:
    """Add what the group's statement has beyond the companies', line by line; who came and went is one line there."""
    companies: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for (line, _), amount in figures.items():
        companies[SCOPE if line in (JOINED, LEFT) else line] += amount
    for line in companies.keys() | group_figures.keys():
        if difference := group_figures.get(line, ZERO) - companies.get(line, ZERO):
            figures[line, CONSOLIDATION] = difference


def _label(text: str) -> str:
    return text.replace("_", " ").capitalize()


def _names(group: Group) -> dict[str, str]:
    return {row["group_account"]: row["name"] for row in group.chart_rows()}


def _start(row: Row, first: date) -> str:
    """What a company held in its first month here: at the year's start, or when it joined the group in the year."""
    return START if row["period"] == first else JOINED


def _leave(figures: dict[tuple[str, str], Decimal], group: Group, month: date) -> None:
    """Take out what companies held that no longer belong to the group at the end."""
    left = {company for _, company in figures if not group.is_active(company, month)}
    for company in left:
        held = sum((amount for (_, each), amount in figures.items() if each == company), ZERO)
        figures[LEFT, company] = -held


def _members(figures: Mapping[tuple[str, str], Decimal], what: str) -> list[GridLine]:
    """Lines for companies that joined and left, where there are any."""
    names = {
        JOINED: f"{what} of companies that joined",
        LEFT: f"{what} of companies that left",
        SCOPE: f"{what} of both, as consolidated",
    }
    used = {line for (line, _), amount in figures.items() if amount}
    return [GridLine(key, name, Level.ACCOUNT) for key, name in names.items() if key in used]


def cash_flow(release: Released, group: Group, first: date, month: date, columns: Sequence[GridColumn]) -> Grid | None:
    """Indirect: net income, what of it is not cash, working capital, investing, financing; to the change of cash."""
    if not (release.holds("gold/cash_flow") and release.holds("gold/consolidated_cash_flow")):
        return None
    rows = list(filter(belonging(group), _read(release, "gold/cash_flow", first, month)))
    if not rows:
        return None
    figures: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    firsts: dict[str, date] = {}
    for row in rows:
        firsts[row["company"]] = min(row["period"], firsts.get(row["company"], row["period"]))
    for row in rows:
        if row["line"] == "opening_cash":
            if row["period"] == firsts[row["company"]]:
                figures[_start(row, first), row["company"]] += row["amount_cad"]
        elif row["section"] != "cash":
            figures[f"{row['section']}/{row['line']}", row["company"]] += row["amount_cad"]
    _leave(figures, group, month)
    _consolidate(figures, _group_cash(release, first, month))
    sections: dict[str, set[str]] = defaultdict(set)
    for key, _ in figures:
        section, _, line = key.partition("/")
        if line:
            sections[section].add(line)
    order = {each["group_account"]: each["order"] for each in group.chart_rows()}
    names = _names(group)
    shown = _columns(columns, rows)

    def own(section: str) -> list[GridLine]:
        found = sorted(sections.get(section, ()), key=lambda line: (order.get(line, 0), line))
        used = [line for line in found if any(figures.get((f"{section}/{line}", each.key)) for each in shown)]
        return [GridLine(f"{section}/{line}", names.get(line, _label(line)), Level.ACCOUNT) for line in used]

    lines: list[GridLine] = []
    totals: list[str] = []
    for title, parts in (
        ("Operating activities", ("net_income", "adjustments", "working_capital")),
        ("Investing activities", ("investing",)),
        ("Financing activities", ("financing",)),
    ):
        inside = [line for part in parts for line in own(part)]
        total = GridLine(title, title, Level.TOTAL, tuple((line.key, 1) for line in inside))
        lines += [*inside, total]
        totals.append(total.key)
    exchange = own("exchange")
    change = GridLine(
        "change", "Change in cash", Level.RESULT, tuple((key, 1) for key in (*totals, *(line.key for line in exchange)))
    )
    steps = [GridLine(START, "Cash at the start", Level.ACCOUNT), *_members(figures, "Cash")]
    ends = tuple((line.key, 1) for line in (change, *steps))
    closing = GridLine("closing", "Cash at the end", Level.RESULT, ends)
    title = f"Cash flow, year to {month:%B %Y}"
    return Grid("cash_flow", title, shown, (*lines, *exchange, change, *steps, closing), figures)


def _group_cash(release: Released, first: date, month: date) -> dict[str, Decimal]:
    """The group's own statement by line."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows, opened = _read_group(release, "gold/consolidated_cash_flow", first, month)
    for row in rows:
        if row["section"] == SCOPE:
            found[SCOPE] += row["amount_cad"]
        elif row["section"] != "cash":
            found[f"{row['section']}/{row['line']}"] += row["amount_cad"]
        elif row["line"] == "opening_cash" and row["period"] == opened:
            found[_group_start(opened, first)] += row["amount_cad"]
    return found


def _group_start(opened: date, first: date) -> str:
    """What the group held in its first month here: as companies do, it joins where that is not the year's first."""
    return START if opened == first else SCOPE


def changes_in_equity(
    release: Released, group: Group, first: date, month: date, columns: Sequence[GridColumn]
) -> Grid | None:
    """From the opening of the year to the closing of the month, by what changed equity."""
    if not (release.holds("gold/changes_in_equity") and release.holds("gold/consolidated_changes_in_equity")):
        return None
    rows = list(filter(belonging(group), _read(release, "gold/changes_in_equity", first, month)))
    if not rows:
        return None
    figures: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    firsts: dict[str, date] = {}
    for row in rows:
        firsts[row["company"]] = min(row["period"], firsts.get(row["company"], row["period"]))
    seen: list[str] = []
    for row in rows:
        line = row["line"]
        if line == "closing" or (line == "opening" and row["period"] != firsts[row["company"]]):
            continue
        figures[_start(row, first) if line == "opening" else line, row["company"]] += row["amount_cad"]
        if line not in seen and line != "opening":
            seen.append(line)
    _leave(figures, group, month)
    of_group = _group_equity(release, first, month)
    _consolidate(figures, of_group)
    seen += [line for line in of_group if line not in (*seen, START, SCOPE)]
    order = (
        "year_end", "net_income", "capital", "dividends", "direct_posting", "translation_adjustment",
        "non_controlling_interest",
    )  # fmt: skip
    seen.sort(key=lambda line: (order.index(line) if line in order else len(order), line))
    shown = _columns(columns, rows)
    used = [line for line in seen if any(figures.get((line, each.key)) for each in shown)]
    lines = [GridLine(START, "Equity at the start", Level.ACCOUNT)]
    lines += [GridLine(line, _label(line), Level.ACCOUNT) for line in used]
    lines += _members(figures, "Equity")
    lines.append(GridLine("closing", "Equity at the end", Level.RESULT, tuple((line.key, 1) for line in lines)))
    title = f"Changes in equity, year to {month:%B %Y}"
    return Grid("changes_in_equity", title, shown, tuple(lines), figures)


def _group_equity(release: Released, first: date, month: date) -> dict[str, Decimal]:
    """The group's own statement by line, all components of equity together."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows, opened = _read_group(release, "gold/consolidated_changes_in_equity", first, month)
    for row in rows:
        if row["line"] not in ("opening", "closing"):
            found[row["line"]] += row["amount_cad"]
        elif row["line"] == "opening" and row["period"] == opened:
            found[_group_start(opened, first)] += row["amount_cad"]
    return found
