"""The command that explains a figure of the pack, to be copied from the page."""

from __future__ import annotations

import shlex
from datetime import date

from monette_assets.gold.cash_flow import CLOSING as CLOSING_CASH
from monette_assets.gold.cash_flow import NET_CHANGE
from monette_assets.gold.cash_flow import OPENING as OPENING_CASH
from monette_assets.gold.changes_in_equity import CLOSING, OPENING, YEAR_END
from monette_assets.reports.lines import CASH_FLOW, CHANGES_IN_EQUITY
from monette_assets.reports.pack.consolidated import TOTAL
from monette_assets.reports.pack.grid import Grid
from monette_assets.reports.pack.movements import JOINED, LEFT, SCOPE, START

CASH_TOTALS = {
    "Operating activities": "operating",
    "Investing activities": "investing",
    "Financing activities": "financing",
    "change": NET_CHANGE,
}
ENDS = {CASH_FLOW: (OPENING_CASH, CLOSING_CASH), CHANGES_IN_EQUITY: (OPENING, CLOSING)}


def explaining(statement: str, line: str, month: date, *, to_date: bool = False, pillar: str | None = None) -> str:
    """`monette explain` of the month's figure, or of the year to date."""
    words = ["monette", "explain", statement, line]
    words += ["--pillar", pillar] if pillar else []
    words += ["--period", f"{month:%Y-%m}", *(["--view", "ytd"] if to_date else [])]
    return shlex.join(words)


def explaining_movement(grid: Grid, line: str, year_start: date, month: date) -> str:
    """Of a line of the cash flow or the changes in equity to date; empty where it is no line of the group's own.

    What companies brought along or took is in it by month only, and in the net change.
    """
    opening, closing = ENDS[grid.key]
    if line == START:
        return explaining(grid.key, opening, year_start) if grid.value(line, TOTAL) else ""
    if line == "closing":
        return explaining(grid.key, closing, month)
    moved = {JOINED, LEFT, SCOPE} & {each.key for each in grid.lines}
    if line in (JOINED, LEFT, SCOPE, YEAR_END) or (line == "change" and moved):
        return ""
    return explaining(grid.key, CASH_TOTALS.get(line, line), month, to_date=True)
