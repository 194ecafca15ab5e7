"""Of what was estimated the cheapest is chosen that can be run from here and is sure to be done in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monette_assets.reports.cost_choice import Start, choice, left_out, verdict
from monette_assets.reports.cost_plan import Candidate, Place, Range, Seen, estimate
from monette_assets.tables.compute import Compute
from monette_assets_tests.frames import group_of
from monette_assets_tests.price_books import book_of, with_prices

WINNIPEG = ZoneInfo("America/Winnipeg")
NIGHT = datetime(2025, 1, 10, 22, tzinfo=UTC)
SIX = datetime(2025, 1, 11, 6, tzinfo=UTC)


def candidate(engine: str, sku: str, hours: float, cost: str, why_not: str | None = None) -> Candidate:
    """It takes half of these hours at least, three quarters probably; and costs half at least, half more at most."""
    most, likely = hours * 3600, Decimal(cost)
    seconds = Range(most / 2, most * 3 / 4, most)
    return Candidate(Place(engine, sku), 1, seconds, (likely / 2, likely, likely * 3 / 2), "measured here", why_not)


CHEAP_BUT_LATE = candidate("sail", "laptop", 9, "1.00")
DEAR_BUT_IN_TIME = candidate("sail", "D8", 7, "4.00")
SOONER = candidate("databricks-all-purpose", "D8", 6, "9.00")
CHEAP_NOT_HERE = candidate("databricks-jobs", "D8", 5, "0.50", "None is let in")


def test_without_a_deadline_the_cheapest_is_chosen() -> None:
    every = [DEAR_BUT_IN_TIME, CHEAP_BUT_LATE, SOONER]
    assert choice(every, Start(NIGHT)) == CHEAP_BUT_LATE
    assert verdict(every, Start(NIGHT), "CAD") == "Cheapest: sail on laptop, 1.0000 CAD (0.5000 to 1.5000)"


def test_a_dear_one_that_is_done_in_time_is_chosen_before_a_cheap_one_that_is_late() -> None:
    every = [CHEAP_BUT_LATE, DEAR_BUT_IN_TIME, SOONER]
    assert choice(every, Start(NIGHT, SIX)) == DEAR_BUT_IN_TIME
    assert verdict(every, Start(NIGHT, SIX), "CAD") == (
        "Cheapest that is done by 2025-01-11 06:00: sail on D8, 4.0000 CAD (2.0000 to 6.0000)"
    )


@pytest.mark.parametrize(("hours", "in_time"), [(8, True), (8.001, False)])
def test_in_time_is_what_ends_by_then_at_the_latest_not_what_probably_does(hours: float, in_time: bool) -> None:
    """Eight hours from ten in the evening until six; it probably takes six of them in either case."""
    asked = candidate("sail", "laptop", hours, "1.00")
    assert NIGHT + timedelta(seconds=asked.seconds.likely) < SIX
    assert (choice([asked], Start(NIGHT, SIX)) == asked) is in_time


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (datetime(2026, 3, 8, 1, tzinfo=WINNIPEG), "2026-03-08 04:00 CDT"),
        (datetime(2026, 11, 1, 0, 30, tzinfo=WINNIPEG), "2026-11-01 01:30 CST"),
    ],
)
def test_two_hours_are_two_hours_where_the_clock_is_put_forward_or_back(begins: datetime, ends: str) -> None:
    """In March there is no 02:00 to 03:00; in November 01:00 to 02:00 comes twice."""
    asked = candidate("sail", "laptop", 2, "1.00")
    found = Start(begins).ends(asked)
    assert f"{found:%Y-%m-%d %H:%M %Z}" == ends
    assert Start(begins, found).in_time(asked)
    assert not Start(begins, (found.astimezone(UTC) - timedelta(minutes=1)).astimezone(WINNIPEG)).in_time(asked)


def test_what_ends_within_a_minute_is_not_told_to_end_before_it() -> None:
    """An hour from 22:00:40 on is over at 23:00:40: by 23:01, and not by 23:00."""
    night, hour = datetime(2025, 1, 10, 22, 0, 40, tzinfo=WINNIPEG), candidate("sail", "laptop", 1, "1.00")
    assert Start(night).ends(hour) == datetime(2025, 1, 10, 23, 1, tzinfo=WINNIPEG)
    assert not Start(night, datetime(2025, 1, 10, 23, 0, tzinfo=WINNIPEG)).in_time(hour)


def test_where_none_is_in_time_the_soonest_is_named_with_when_it_ends() -> None:
    start = Start(NIGHT, NIGHT + timedelta(hours=5, minutes=59))
    every = [CHEAP_BUT_LATE, DEAR_BUT_IN_TIME, SOONER]
    assert choice(every, start) is None
    assert verdict(every, start, "CAD") == (
        "None is sure to be done by 2025-01-11 03:59; the soonest is databricks-all-purpose on D8, at 2025-01-11 04:00 "
        "at the latest"
    )


def test_what_cannot_be_run_from_here_is_neither_the_cheapest_nor_the_soonest() -> None:
    every = [CHEAP_NOT_HERE, CHEAP_BUT_LATE]
    assert choice(every, Start(NIGHT)) == CHEAP_BUT_LATE
    assert "the soonest is sail on laptop" in verdict(every, Start(NIGHT, SIX), "CAD")
    assert verdict([CHEAP_NOT_HERE], Start(NIGHT), "CAD") == "None can be run from here"


def test_it_is_told_why_with_its_cost_if_it_was_asked_for() -> None:
    larger = candidate("databricks-jobs", "D16", 4, "0.75", "None is let in")
    every = [CHEAP_NOT_HERE, CHEAP_BUT_LATE, larger]
    not_chosen = ["Not chosen, cannot be run from here: databricks-jobs: None is let in"]
    assert left_out(every, None, "CAD") == not_chosen
    assert left_out(every, CHEAP_BUT_LATE, "CAD") == not_chosen
    assert left_out(every, CHEAP_NOT_HERE, "CAD") == [
        "Asked for, but cannot be run from here: databricks-jobs on D8, 0.5000 CAD (0.2500 to 0.7500): None is let in"
    ]
    assert left_out([CHEAP_BUT_LATE], CHEAP_BUT_LATE, "CAD") == []


def test_an_engine_that_was_never_measured_counts_by_the_longest_it_may_take(tmp_path: Path) -> None:
    """An hour on two cores, give or take a fifth, is on four of an engine twice as slow: 300 s to start, and an hour
    times 1/2 to 1 for the cores (by the root in between), times 2/1.5 to 2 x 1.5 for the engine.
    """
    group = with_prices(group_of(tmp_path))
    past, place = {"gold/ledger": [Seen(Place("sail", "laptop"), 3600, 10, 0)]}, Place("databricks-all-purpose", "D4")
    found = estimate(book_of(group), past, [("gold/ledger", 10)], place, 2, Compute("sail", "laptop"), NIGHT.date())
    assert found.measured == "scaled"
    assert [found.seconds.low, found.seconds.likely, found.seconds.high] == pytest.approx(
        [300 + 2880 / 1.5, 300 + 3600 * 2**0.5, 300 + 4320 * 3]
    )
    assert choice([found], Start(NIGHT, NIGHT + timedelta(seconds=13_259))) is None
    assert choice([found], Start(NIGHT, NIGHT + timedelta(seconds=13_261))) == found
