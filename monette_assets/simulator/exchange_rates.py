"""A simulated Bank of Canada rate: FXUSDCAD, Canadian dollars for one US dollar, four decimals.

Each day's rate is computed from the day alone (no walk to start anywhere), by smooth seeded noise around 1.36.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

CENTRE = 13_600  # ten-thousandths
OCTAVES = ((180, 500), (45, 180), (9, 60), (1, 18))  # (days between knots, swing either way in ten-thousandths)
DEFAULT_SEED = 2024


@lru_cache(maxsize=65_536)
def daily_rate(day: date, *, seed: int = DEFAULT_SEED) -> Decimal | None:
    """The rate published for the day; None at weekends and on the bank's holidays."""
    if day.weekday() >= 5 or day in bank_holidays(day.year):
        return None
    return Decimal(CENTRE + sum(_noise(day.toordinal(), *octave, seed) for octave in OCTAVES)).scaleb(-4)


def latest_rate(day: date, *, seed: int = DEFAULT_SEED) -> Decimal:
    """The last rate published on or before the day."""
    while (rate := daily_rate(day, seed=seed)) is None:
        day -= timedelta(days=1)
    return rate


def series(first: date, last: date, *, seed: int = DEFAULT_SEED) -> list[tuple[date, Decimal]]:
    """Every published rate from first to last, both included, in order."""
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return [(day, rate) for day in days if (rate := daily_rate(day, seed=seed)) is not None]


@lru_cache(maxsize=128)
def bank_holidays(year: int) -> frozenset[date]:
    """The weekdays on which the bank publishes nothing; a holiday at a weekend is kept on the next working day."""

    def nth_monday(month: int, nth: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(-first.weekday()) % 7 + 7 * (nth - 1))

    victoria = date(year, 5, 24)
    kept = [
        nth_monday(2, 3),
        _easter(year) - timedelta(days=2),
        victoria - timedelta(days=victoria.weekday()),
        nth_monday(8, 1),
        nth_monday(9, 1),
        nth_monday(10, 2),
    ]
    for month, day in ((1, 1), (7, 1), (9, 30), (11, 11), (12, 25), (12, 26)):
        holiday = date(year, month, day)
        while holiday.weekday() >= 5 or holiday in kept:
            holiday += timedelta(days=1)
        kept.append(holiday)
    return frozenset(kept)


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _noise(ordinal: int, spacing: int, swing: int, seed: int) -> int:
    """A value between -swing and swing, straight between seeded knots."""
    knot, offset = divmod(ordinal, spacing)
    left, right = (_knot(each, spacing, swing, seed) for each in (knot, knot + 1))
    return left + (right - left) * offset // spacing


@lru_cache(maxsize=65_536)
def _knot(knot: int, spacing: int, swing: int, seed: int) -> int:
    digest = hashlib.sha256(f"{seed}:{spacing}:{knot}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (2 * swing + 1) - swing
