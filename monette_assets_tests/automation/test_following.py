"""What the platform did about a change: when it was seen, refreshed and released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from monette_assets.automation.following import Refreshed, Released, Story, story

NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)
NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)


def at(seconds: float) -> datetime:
    """So many seconds after noon, when the change was made."""
    return NOON + timedelta(seconds=seconds)


def run(
    created: float,
    months: dict[str, set[str]],
    *,
    began: float | None = None,
    ended: float | None = None,
    fetched: Sequence[str] = ("north",),
    failed: bool = False,
) -> Refreshed:
    """A refresh, its moments in seconds after noon."""
    return Refreshed(
        run_id="c0ffee",
        months={company: frozenset(keys) for company, keys in months.items()},
        created=at(created),
        began=None if began is None else at(began),
        ended=None if ended is None else at(ended),
        fetched=frozenset(fetched if ended is not None else ()),
        failed=failed,
    )


def of_november(runs: Sequence[Refreshed], *made: Released) -> Story:
    return story("north", [NOVEMBER], NOON, runs, made)


def test_a_change_is_seen_refreshed_and_released() -> None:
    runs = [run(12, {"north": {"2024-11"}}, began=15, ended=35)]
    found = of_november(runs, Released(4, at(-60)), Released(5, at(34)), Released(6, at(90)))
    assert (found.seen, found.began, found.release) == (at(12), at(15), Released(5, at(34)))
    assert (found.total, found.worked, found.attempts) == (34, 19, 1)


def test_a_refresh_of_another_company_or_month_or_from_before_is_no_answer() -> None:
    others = [
        run(-1, {"north": {"2024-11"}}, began=0, ended=1),
        run(1, {"south": {"2024-11"}}, began=2, ended=3),
        run(2, {"north": {"2024-12"}}, began=3, ended=4),
    ]
    assert of_november(others, Released(5, at(4))) == Story(NOON)


def test_what_did_not_come_is_released_with_the_refresh_that_got_it() -> None:
    months = {"north": {"2024-11"}}
    runs = [run(5, months, began=6, ended=16, fetched=()), run(305, months, began=307, ended=319)]
    first = Released(5, at(15))  # of the other companies
    assert not of_november(runs[:1], first).done
    found = of_november(runs, first, Released(6, at(318)))
    assert (found.seen, found.asked, found.attempts) == (at(5), at(305), 2)
    assert (found.total, found.release) == (318, Released(6, at(318)))


def test_a_change_of_two_months_is_done_with_both() -> None:
    runs = [run(5, {"north": {"2024-11"}}, began=6, ended=16), run(20, {"north": {"2024-12"}}, began=21, ended=31)]
    made = [Released(5, at(15)), Released(6, at(30))]
    assert not story("north", [NOVEMBER, DECEMBER], NOON, runs[:1], made).done
    assert story("north", [NOVEMBER, DECEMBER], NOON, runs, made).total == 30


def test_a_refresh_that_runs_is_not_done_yet() -> None:
    found = of_november([run(5, {"north": {"2024-11"}}, began=6)], Released(5, at(7)))
    assert (found.done, found.began, found.total) == (False, at(6), None)


def test_where_gold_came_out_equal_nothing_is_released_and_the_refresh_is_the_end_of_it() -> None:
    found = of_november([run(5, {"north": {"2024-11"}}, began=6, ended=16)], Released(4, at(-60)))
    assert (found.done, found.release, found.total) == (True, None, 16)


def test_what_a_failed_check_held_back_is_done_with_the_next_release() -> None:
    runs = [run(5, {"north": {"2024-11"}}, began=6, ended=16, failed=True)]
    assert not of_november(runs, Released(4, at(-60))).done
    assert of_november(runs, Released(5, at(80))).total == 80
