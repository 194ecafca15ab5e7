"""Months, fiscal, crop and marketing years. A period is a month, named by its first day (ACCOUNTING 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol


class DatedYearStart(Protocol):
    """From which period on a fiscal year starts in which month (1-12)."""

    @property
    def from_period(self) -> date: ...

    @property
    def month(self) -> int: ...


def period_of(day: date) -> date:
    """The period a day falls in."""
    return date(day.year, day.month, 1)


def add_months(period: date, months: int) -> date:
    """The period so many months later (earlier where negative)."""
    index = period.year * 12 + period.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Every period from first to last, both included; none where last is earlier."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(period_of(first), each) for each in range(max(count, 0))]


def _in_force(year_starts: Sequence[DatedYearStart], period: date) -> int:
    """Index of the year start in force; before the first one, the first."""
    return max((i for i, each in enumerate(year_starts) if each.from_period <= period), default=0)


def fiscal_year_start(year_starts: Sequence[DatedYearStart], period: date) -> date:
    """First day of the fiscal year that holds the period. `year_starts` are in order of their dates."""
    month = year_starts[_in_force(year_starts, period)].month
    return date(period.year if period.month >= month else period.year - 1, month, 1)


def fiscal_year(year_starts: Sequence[DatedYearStart], period: date) -> int:
    """The calendar year in which the period's fiscal year ends: FY2026 = November 2025 to October 2026.

    A change of year start cuts the running year short; the short year too is named by its end.
    """
    current = _in_force(year_starts, period)
    end = add_months(fiscal_year_start(year_starts, period), 11)
    if current + 1 < len(year_starts):
        end = min(end, add_months(year_starts[current + 1].from_period, -1))
    return end.year


def year_begun(period: date, start_month: int) -> int:
    """The calendar year in which the twelve months that hold the period began; they begin in `start_month`.

    Crop and marketing years are named so: with August, crop year 2025 is the harvest of 2025, 1 August 2025 to 31 July
    2026 (ACCOUNTING 11).
    """
    return period.year if period.month >= start_month else period.year - 1


def month_end(period: date) -> date:
    """The last day of the month that begins on `period`."""
    return add_months(period, 1) - timedelta(days=1)
