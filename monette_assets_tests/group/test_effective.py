"""Windows of periods, and reroutes followed to their end (ACCOUNTING 23)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from monette_assets.group.calendar import add_months
from monette_assets.group.effective import Hop, Window, follow_reroutes, intersect, subtract

BASE = date(2020, 1, 1)


def span(first: int, end: int) -> Window:
    return Window(add_months(BASE, first), add_months(BASE, end))


windows = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda each: span(each[0], each[0] + each[1]))


def months(window: Window) -> set[date]:
    return {each for each in (add_months(BASE, i) for i in range(60)) if window.first <= each < window.end}


@given(windows, st.lists(windows, max_size=5))
def test_what_is_left_is_what_was_not_taken(whole: Window, taken: list[Window]) -> None:
    left = subtract(whole, taken)
    covered = [each for window in left for each in months(window)]
    assert len(covered) == len(set(covered))
    assert set(covered) == months(whole) - {each for window in taken for each in months(window)}


@given(windows, windows)
def test_intersection_is_what_both_hold(one: Window, other: Window) -> None:
    both = intersect(one, other)
    assert (months(both) if both else set()) == months(one) & months(other)


def test_a_chain_ends_where_its_last_reroute_leads_while_all_are_in_force() -> None:
    rows, cycles = follow_reroutes({"a": [Hop(span(0, 10), "b", 0)], "b": [Hop(span(4, 6), "c", 1)]})
    assert rows == [
        ("a", "b", span(0, 4)),
        ("a", "c", span(4, 6)),
        ("a", "b", span(6, 10)),
        ("b", "c", span(4, 6)),
    ]
    assert cycles == []
