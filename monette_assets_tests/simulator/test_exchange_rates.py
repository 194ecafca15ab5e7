"""Simulated rates: four decimals on business days, the same from wherever one starts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.simulator.exchange_rates import bank_holidays, daily_rate, latest_rate, series

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@given(days)
def test_a_rate_has_four_decimals_and_stays_near_its_centre(day: date) -> None:
    rate = latest_rate(day)
    assert rate.as_tuple().exponent == -4
    assert Decimal("1.28") < rate < Decimal("1.44")


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_a_series_is_the_same_from_wherever_it_starts(day: date, before: int, after: int) -> None:
    wide = dict(series(day - timedelta(days=before), day + timedelta(days=after)))
    assert dict(series(day, day)) == {each: rate for each, rate in wide.items() if each == day}
    assert all(daily_rate(each) == rate for each, rate in wide.items())


@given(days)
def test_nothing_is_published_at_weekends_and_holidays(day: date) -> None:
    assert (daily_rate(day) is None) == (day.weekday() >= 5 or day in bank_holidays(day.year))


@given(days)
def test_the_latest_rate_is_the_last_published(day: date) -> None:
    published = series(day - timedelta(days=10), day)
    assert latest_rate(day) == published[-1][1]


@pytest.mark.parametrize(
    ("holiday", "name"),
    [
        (date(2025, 4, 18), "Good Friday"),
        (date(2024, 3, 29), "Good Friday"),
        (date(2025, 5, 19), "Victoria Day"),
        (date(2025, 7, 1), "Canada Day"),
        (date(2025, 10, 13), "Thanksgiving"),
        (date(2022, 12, 27), "Boxing Day, after Christmas on a Sunday"),
        (date(2023, 1, 2), "New Year's Day, on a Sunday"),
    ],
)
def test_holidays(holiday: date, name: str) -> None:
    assert daily_rate(holiday) is None, name


def test_another_seed_is_another_year() -> None:
    assert daily_rate(date(2025, 3, 3), seed=1) != daily_rate(date(2025, 3, 3), seed=2)
