"""What a report can be asked for besides of whom and of when."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """Which months a column sums up; a balance is the one at their end."""

    MONTH = "month"
    QUARTER = "quarter"  # of the fiscal year
    YTD = "ytd"  # fiscal year to date
    YEAR = "year"  # fiscal year
    TRAILING = "trailing"  # twelve months, a column each


class InCurrency(StrEnum):
    """Whose currency amounts are in."""

    HOME = "home"
    GROUP = "group"
