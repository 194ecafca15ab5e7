"""The consolidated statements as grids: a column per company, then eliminations, adjustments and the group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.gold.consolidation_steps import YEAR_END
from monette_assets.group import Group
from monette_assets.reports import lines as statement
from monette_assets.reports.lines import (
    BALANCE_SHEET,
    NET_INCOME_TO_DATE,
    PROFIT_AND_LOSS,
    Line,
    places,
    statement_lines,
)
from monette_assets.reports.pack.grid import ZERO, Grid, GridColumn, GridLine, Level, Role
from monette_assets.reports.released import Released

TABLE = "gold/consolidated_statements"
GROUP = "group"  # the subgroup of the whole group
COMPANIES = "companies"
STEPS = {
    "eliminations": "Eliminations",
    "adjustments": "Adjustments",
    "non_controlling_interest": "Non-controlling interest",
}
TOTAL = "consolidated"
COUNTRIES = {"CA": "Canada", "US": "United States"}
LEVELS = {
    statement.Level.ACCOUNT: Level.ACCOUNT,
    statement.Level.TOTAL: Level.TOTAL,
    statement.Level.RESULT: Level.RESULT,
}
Row = dict[str, Any]


def read(release: Released, periods: Iterable[date], columns: Sequence[str] | None = None) -> list[Row]:
    """The whole group's rows of these months, accrual."""
    import pyarrow.compute as pc

    months = sorted(set(periods))
    wanted = (
        (pc.field("subgroup") == GROUP)
        & (pc.field("basis") == "accrual")
        & (pc.field("period") >= months[0])
        & (pc.field("period") <= months[-1])
        & pc.field("period").isin(months)
    )
    return release.rows(TABLE, columns=columns, where=wanted)


def columns_of(group: Group, rows: Iterable[Row]) -> tuple[GridColumn, ...]:
    """Companies by country with a subtotal each, all companies, the steps that there are, the group."""
    rows = list(rows)
    steps = {row["step"] for row in rows}
    present = {column_of(row) for row in rows} - steps
    by_country: dict[str, list[GridColumn]] = defaultdict(list)
    for each in group.companies:
        if each.code in present:
            by_country[each.country].append(GridColumn(each.code, each.name, Role.COMPANY))
    columns: list[GridColumn] = []
    for country, companies in by_country.items():
        columns += companies
        if len(by_country) > 1 and len(companies) > 1:
            keys = tuple(each.key for each in companies)
            columns.append(GridColumn(f"country/{country}", COUNTRIES[country], Role.SUBTOTAL, keys))
    every = tuple(each.key for own in by_country.values() for each in own)
    columns.append(GridColumn(COMPANIES, "All companies", Role.SUBTOTAL, every))
    own = [
        GridColumn(step, title, Role.STEP) for step, title in STEPS.items() if step in steps or "interest" not in step
    ]
    group_column = GridColumn(TOTAL, "Consolidated", Role.TOTAL, (COMPANIES, *(each.key for each in own)))
    return (*columns, *own, group_column)


def column_of(row: Mapping[str, Any]) -> str:
    """The key of the column that a row stands in.

    What moves between a company's retained and current earnings because its year is not the group's stands in the
    company's own column: so every column balances.
    """
    if row["component"].startswith(YEAR_END):
        return str(row["component"].removeprefix(YEAR_END))
    return str(row["component"] if row["step"] == COMPANIES else row["step"])


def figures(rows: Iterable[Row], lines: Iterable[Line], measure: str) -> dict[tuple[str, str], Decimal]:
    """(line, column) of every account line, in display sign."""
    line_of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.level is statement.Level.ACCOUNT:
            for account in line.accounts:
                line_of[account].append(line)
    found: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        for line in line_of[row["group_account"]]:
            found[line.key, column_of(row)] += line.sign * row[measure]
    return found


def profit_and_loss(group: Group, rows: list[Row], measure: str, key: str, title: str) -> Grid:
    """Accounts by profit type, results below; `measure` is movement_cad for the month, closing_cad for the year."""
    return _grid(group, rows, PROFIT_AND_LOSS, measure, key, title)


def balance_sheet(group: Group, rows: list[Row], key: str, title: str) -> Grid:
    """Assets, liabilities, equity with the year's result, and a line that is zero where it balances."""
    grid = _grid(group, rows, BALANCE_SHEET, "closing_cad", key, title)
    check = GridLine(
        "check", "Assets - liabilities - equity", Level.CHECK, (("Assets", 1), ("Liabilities", -1), ("Equity", -1))
    )
    return Grid(grid.key, grid.title, grid.columns, (*grid.lines, check), grid.figures)


def _grid(group: Group, rows: list[Row], name: str, measure: str, key: str, title: str) -> Grid:
    lines = statement_lines(name, places(group, rows))
    found = figures(rows, lines, measure)
    used = {line for (line, _), amount in found.items() if amount}
    return Grid(key, title, columns_of(group, rows), tuple(grid_lines(lines, lambda line: line.key in used)), found)


def grid_lines(lines: Iterable[Line], is_used: Callable[[Line], bool]) -> list[GridLine]:
    """The lines of a statement, accounts without any figure left out."""
    kept = [
        line
        for line in lines
        if line.level is not statement.Level.ACCOUNT or line.key == NET_INCOME_TO_DATE or is_used(line)
    ]
    keys = {line.key for line in kept}
    return [
        GridLine(
            line.key, line.name, LEVELS[line.level], tuple((part, sign) for part, sign in line.parts if part in keys)
        )
        for line in kept
    ]
