"""The columns of a statement: months to add up, or to end at, beside the same a year before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group.calendar import add_months, fiscal_year, fiscal_year_start, months_between
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.statement import Field, Kind

ZERO = Decimal("0.00")
CURRENT, BEFORE, CHANGE, PERCENT, TOTAL = "current", "year_before", "change", "change_percent", "total"
Amounts = dict[str, Decimal]  # by column key
Sums = Mapping[Any, Amounts]


@dataclass(frozen=True)
class Column:
    """Months in order. Flows are their sum, a balance is the one at the end of the last one built."""

    key: str
    title: str
    months: tuple[date, ...]


@dataclass(frozen=True)
class Columns:
    """A statement's columns, and of their months those that were built of whom it is about."""

    each: tuple[Column, ...]
    built: frozenset[date]
    compares: bool  # whether the second is the first a year before
    absence: str | None = None  # when whom it is about was part of the group, where that is not all the while

    @property
    def months(self) -> set[date]:
        """Every month that a column needs."""
        return {month for column in self.each for month in column.months}

    @property
    def current(self) -> Column:
        """The column the statement is about: the first, or the one that sums up the others."""
        return self.each[0] if self.compares else self.each[-1]

    @property
    def alone(self) -> Columns:
        """The current column without the others."""
        return replace(self, each=(self.current,), compares=False)

    def end(self, column: Column) -> date | None:
        """The month whose closing balances stand in the column."""
        return max((month for month in column.months if month in self.built), default=None)

    def start(self, column: Column) -> date | None:
        """The month whose opening balances stand in the column."""
        return min((month for month in column.months if month in self.built), default=None)

    @property
    def ends(self) -> set[date]:
        """The month ends of the columns."""
        return {end for column in self.each if (end := self.end(column))}

    @property
    def fields(self) -> tuple[Field, ...]:
        """Amount columns; change and percentage where there is a year before."""
        amounts = tuple(Field(column.key, column.title, Kind.MONEY) for column in self.each)
        if not self.compares:
            return amounts
        return (*amounts, Field(CHANGE, "Change", Kind.MONEY), Field(PERCENT, "%", Kind.PERCENT))

    @property
    def notes(self) -> list[str]:
        """What is missing from the columns."""
        notes = []
        missing = [column.title for column in self.each if self.end(column) is None]
        if missing:
            what = missing[0] if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
            where = "its column is" if len(missing) == 1 else "their columns are"
            notes.append(f"Nothing was built of {what}: {where} empty.")
        for column in self.each:
            there = [month for month in column.months if month in self.built]
            if not there:
                continue
            if len(there) < len(column.months):
                notes.append(
                    f"{column.title} holds {len(there)} of {len(column.months)} months, {there[0]:%Y-%m} to "
                    f"{there[-1]:%Y-%m}."
                )
        return [*notes, self.absence] if notes and self.absence else notes

    def flows(self, rows: Iterable[Mapping[str, Any]], amount: str, by: Callable[[Any], Hashable]) -> Sums:
        """The sum of each column's months, by key; not of those in which a part of the group had no company left."""
        keys: dict[date, list[str]] = defaultdict(list)
        for column in self.each:
            for month in self.built.intersection(column.months):
                keys[month].append(column.key)
        return _sum(rows, amount, by, lambda row: keys.get(row["period"], ()))

    def closings(self, rows: Iterable[Mapping[str, Any]], amount: str, by: Callable[[Any], Hashable]) -> Sums:
        """The balance at each column's end, by key."""
        keys = self._keys_by_month(self.end)
        return _sum(rows, amount, by, lambda row: keys.get(row["period"], ()))

    def openings(self, rows: Iterable[Mapping[str, Any]], amount: str, by: Callable[[Any], Hashable]) -> Sums:
        """The balance at each column's start, by key."""
        keys = self._keys_by_month(self.start)
        return _sum(rows, amount, by, lambda row: keys.get(row["period"], ()))

    def _keys_by_month(self, month_of: Callable[[Column], date | None]) -> dict[date, list[str]]:
        keys: dict[date, list[str]] = defaultdict(list)
        for column in self.each:
            if month := month_of(column):
                keys[month].append(column.key)
        return keys

    def cells(self, amounts: Mapping[str, Decimal]) -> dict[str, Decimal | None]:
        """A row's amounts with change and percentage; nothing where nothing was built."""
        found: dict[str, Decimal | None] = {
            column.key: amounts.get(column.key, ZERO) for column in self.each if self.end(column)
        }
        if self.compares and self.end(self.each[1]):
            before = amounts.get(BEFORE, ZERO)
            change = amounts.get(CURRENT, ZERO) - before
            found[CHANGE] = change
            found[PERCENT] = (change / abs(before) * 100).quantize(Decimal("0.1")) if before else None
        return found


def columns_of(question: Question, *, balances: bool = False) -> Columns:
    """The columns of the view asked for (unset: the month). Balances have no column that sums up the others.

    Raises ReportError where whom is asked about was part of the group in none of the months.
    """
    month, view = question.month, question.view or View.MONTH
    if view is View.TRAILING:
        months = months_between(add_months(month, -11), month)
        question.refuse_strangers(months)
        each = [Column(f"{one:%Y-%m}", f"{one:%b %Y}", (one,)) for one in months]
        total = [] if balances else [Column(TOTAL, "12 months", tuple(months))]
        return Columns((*each, *total), question.built, compares=False, absence=question.absence(months))
    months = span(question, month, view)
    question.refuse_strangers(months)
    before = tuple(add_months(one, -12) for one in months)
    current = Column(CURRENT, title_of(question, months, view), tuple(months))
    return Columns(
        (current, Column(BEFORE, title_of(question, before, view), before)),
        question.built,
        compares=True,
        absence=question.absence([*months, *before]),
    )


def span(question: Question, month: date, view: View) -> list[date]:
    """The months of the view that holds the month, by the fiscal year of whom is asked about."""
    starts = question.year_starts
    start = fiscal_year_start(starts, month)
    year = [
        one for one in months_between(start, add_months(start, 11)) if fiscal_year_start(starts, one) == start
    ]  # a change of year start cuts a year short
    if view is View.YEAR:
        return year
    if view is View.YTD:
        return [one for one in year if one <= month]
    if view is View.QUARTER:
        first = year.index(month) // 3 * 3
        return year[first : first + 3]
    return [month]


def title_of(question: Question, months: Sequence[date], view: View) -> str:
    """What a column is called: "Dec 2024", "Q1 FY2025", "FY2025 to Dec 2024", "FY2025"."""
    starts, last = question.year_starts, months[-1]
    year = f"FY{fiscal_year(starts, last)}"
    if view is View.QUARTER:
        start = fiscal_year_start(starts, months[0])
        return f"Q{len(months_between(start, months[0])) // 3 + 1} {year}"
    return {View.YEAR: year, View.YTD: f"{year} to {last:%b %Y}"}.get(view, f"{last:%b %Y}")


def total(parts: Iterable[Mapping[str, Decimal]], sign: int = 1) -> Amounts:
    """Column by column, the sum."""
    summed: Amounts = defaultdict(lambda: ZERO)
    for amounts in parts:
        for key, amount in amounts.items():
            summed[key] += sign * amount
    return summed


def _sum(
    rows: Iterable[Mapping[str, Any]],
    amount: str,
    by: Callable[[Any], Hashable],
    keys: Callable[[Mapping[str, Any]], Sequence[str]],
) -> Sums:
    sums: dict[Hashable, Amounts] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        for key in keys(row):
            sums[by(row)][key] += row[amount]
    return sums
