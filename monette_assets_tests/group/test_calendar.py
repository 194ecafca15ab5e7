"""Fiscal years: named by the calendar year in which they end, for every month they may start in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.group.calendar import (
    add_months,
    fiscal_year,
    fiscal_year_start,
    months_between,
    period_of,
    year_begun,
)


@dataclass(frozen=True)
class Start:
    from_period: date
    month: int


periods = st.dates(date(1990, 1, 1), date(2100, 12, 31)).map(period_of)
months = st.integers(1, 12)


@given(periods, months)
def test_a_fiscal_year_is_twelve_months_from_its_start_month_and_named_by_its_end(period: date, month: int) -> None:
    starts = [Start(date(1980, month, 1), month)]
    start = fiscal_year_start(starts, period)
    year = months_between(start, add_months(start, 11))
    assert start.month == month
    assert period in year
    assert {fiscal_year(starts, each) for each in year} == {year[-1].year}
    assert fiscal_year(starts, add_months(start, 12)) == year[-1].year + 1


def test_november_year_is_2026_from_november_2025_to_october_2026() -> None:
    starts = [Start(date(2010, 11, 1), 11)]
    assert [fiscal_year(starts, each) for each in (date(2025, 10, 1), date(2025, 11, 1), date(2026, 10, 1))] == [
        2025,
        2026,
        2026,
    ]


@pytest.mark.parametrize(
    ("period", "start_month", "year"),
    [
        (date(2025, 7, 1), 8, 2024),
        (date(2025, 8, 1), 8, 2025),  # the harvest of 2025 is sold until July 2026
        (date(2026, 7, 1), 8, 2025),
        (date(2025, 1, 1), 1, 2025),
        (date(2025, 12, 1), 12, 2025),
    ],
)
def test_a_crop_year_is_named_by_the_year_it_begins_in(period: date, start_month: int, year: int) -> None:
    """ACCOUNTING 11: prairie grain from 1 August to 31 July."""
    assert year_begun(period, start_month) == year


@given(periods, months)
def test_a_crop_year_is_twelve_months(period: date, start_month: int) -> None:
    start = date(year_begun(period, start_month), start_month, 1)
    year = months_between(start, add_months(start, 11))
    assert period in year
    assert {year_begun(each, start_month) for each in year} == {start.year}


def test_january_year_names_itself() -> None:
    starts = [Start(date(2010, 1, 1), 1)]
    assert fiscal_year(starts, date(2025, 1, 1)) == fiscal_year(starts, date(2025, 12, 1)) == 2025


@pytest.mark.parametrize(
    ("period", "start", "year"),
    [
        (date(2019, 12, 1), date(2019, 1, 1), 2019),
        (date(2020, 10, 1), date(2020, 1, 1), 2020),  # the short year: ten months
        (date(2020, 11, 1), date(2020, 11, 1), 2021),
        (date(2021, 10, 1), date(2020, 11, 1), 2021),
    ],
)
def test_a_change_of_year_start_cuts_the_running_year_short(period: date, start: date, year: int) -> None:
    starts = [Start(date(2010, 1, 1), 1), Start(date(2020, 11, 1), 11)]
    assert (fiscal_year_start(starts, period), fiscal_year(starts, period)) == (start, year)


@given(periods, st.integers(-600, 600))
def test_adding_months_and_taking_them_off_again(period: date, count: int) -> None:
    assert add_months(add_months(period, count), -count) == period


def test_no_months_between_a_later_and_an_earlier() -> None:
    assert months_between(date(2025, 2, 1), date(2025, 1, 1)) == []
    assert months_between(date(2024, 12, 1), date(2025, 1, 1)) == [date(2024, 12, 1), date(2025, 1, 1)]
