"""From the management accounts to the consolidated results: every step between the two, line by line.

Both start from the same ledgers. The management accounts translate at the month's average rate; the statements by each
company's own method, so that under the temporal one cost of goods sold and depreciation are historical and exchange
gains are in income (ACCOUNTING 14). Then come eliminations and adjustments (ACCOUNTING 17).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.reports.pack.consolidated import COMPANIES, TOTAL
from monette_assets.reports.pack.grid import ZERO, Grid, GridColumn, GridLine, Level, Role
from monette_assets.reports.pack.management import TOTAL as ALL_PILLARS
from monette_assets.reports.pack.management import Management, Span

MANAGEMENT, TRANSLATION = "management", "translation"


def reconciliation(management: Management, span: Span, grid: Grid, title: str) -> Grid:
    """Steps as columns, profit types and results as lines; `grid` is the consolidated profit and loss of the span."""
    steps = [each for each in grid.columns if each.role is Role.STEP]
    columns = (
        GridColumn(MANAGEMENT, "Management accounts", Role.SUBTOTAL),
        GridColumn(TRANSLATION, "Translation by own method", Role.STEP),
        *steps,
    )
    keys = (MANAGEMENT, TRANSLATION, *(each.key for each in steps))
    figures: dict[tuple[str, str], Decimal] = {}
    for line in LINES:
        if line not in RESULTS:
            figures[line, MANAGEMENT] = management.amount(ALL_PILLARS, line, span)
            figures[line, TRANSLATION] = grid.value_or_zero(line, COMPANIES) - figures[line, MANAGEMENT]
            figures.update({(line, each.key): grid.value_or_zero(line, each.key) for each in steps})
    used = {line for (line, _), amount in figures.items() if amount}
    lines = tuple(
        GridLine(line, line, Level.RESULT, tuple((part, sign) for part, sign in RESULTS[line].items() if part in used))
        if line in RESULTS
        else GridLine(line, line, Level.ACCOUNT)
        for line in LINES
        if line in RESULTS or line in used
    )
    total = GridColumn(TOTAL, "Consolidated", Role.TOTAL, keys)
    return Grid("reconciliation", title, (*columns, total), lines, figures)


def translated_otherwise(management: Management, span: Span, grid: Grid) -> dict[str, list[tuple[str, Decimal]]]:
    """What each line's translation comes to, by company, largest first: none of a company in group currency."""
    own: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in management.locations:
        if row["scenario"] == "actual" and row["period"] in span:
            own[row["line"], row["company"]] += row["amount_cad"]
    found: dict[str, list[tuple[str, Decimal]]] = {}
    for line in LINES:
        parts = RESULTS.get(line, {line: 1}).items()
        off = [
            (each.title, sum((s * (grid.value_or_zero(p, each.key) - own[p, each.key]) for p, s in parts), ZERO))
            for each in grid.columns
            if each.role is Role.COMPANY
        ]
        found[line] = sorted((each for each in off if each[1]), key=lambda each: -abs(each[1]))
    return found
