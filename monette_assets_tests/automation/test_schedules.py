"""The night's refresh, and every schedule's hours in the group's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from monette_assets.automation.schedules import SCHEDULE, trailing_months
from monette_assets.definitions import build
from monette_assets.group import load_group
from monette_assets.settings import Settings
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.frames import group_of


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2025, 3, 1), date(2025, 1, 1), date(2025, 3, 1)),
        (date(2025, 1, 31), date(2024, 11, 1), date(2025, 1, 1)),
        (date(2024, 12, 5), date(2024, 11, 1), date(2024, 12, 1)),  # not before the group's first month
    ],
)
def test_the_running_month_and_the_two_before(tmp_path: Path, today: date, first: date, last: date) -> None:
    assert trailing_months(group_of(tmp_path), today) == (first, last)


def test_the_groups_time_zone_decides_what_month_it_is(tmp_path: Path) -> None:
    """At 04:00 UTC on the first of March it is still February in Regina."""
    [request] = asked(tmp_path, [datetime(2025, 3, 1, 4, tzinfo=UTC)])
    config = request.run_config["ops"]["refresh_chain"]["config"]
    assert (config["first"], config["last"]) == ("2024-12", "2025-02")
    assert request.run_key == "2025-02-28"


def test_the_graph_loads_with_its_job_sensor_and_schedule(tmp_path: Path) -> None:
    dg.Definitions.validate_loadable(build(Settings(home=tmp_path), group_of(tmp_path / "group")))


ZONES = ["America/Regina", "America/Winnipeg", "America/Toronto", "Europe/Berlin"]


def moments(schedule: dg.ScheduleDefinition, start: datetime, end: datetime) -> list[datetime]:
    """When the daemon starts the schedule between two moments, in its own time zone."""
    crons = schedule.cron_schedule
    assert isinstance(crons, str)
    found = schedule_execution_time_iterator(start.timestamp(), crons, schedule.execution_timezone)
    return list(takewhile(lambda moment: moment < end, found))


@pytest.mark.parametrize("zone", ZONES)
def test_every_schedule_runs_once_at_its_local_hour_when_clocks_change_in_leap_years_and_at_year_ends(
    tmp_path: Path, zone: str
) -> None:
    """Two years with a leap day, four changes of the clock where there are any, and two year ends."""
    contract = small_contract()
    contract["group"]["time_zone"] = zone
    definitions = build(Settings(home=tmp_path), load_group(write_contract(tmp_path / "group", **contract)))
    start, end = datetime(2027, 7, 1, tzinfo=ZoneInfo(zone)), datetime(2029, 7, 1, tzinfo=ZoneInfo(zone))
    days = [start.date() + timedelta(days=number) for number in range((end.date() - start.date()).days)]
    assert date(2028, 2, 29) in days
    due = {
        "daily_refresh": [(day, 4, 0) for day in days],
        "nightly_comparison": [(day, 4, 30) for day in days],
        "month_end": [(day, hour, 0) for day in days if day.day <= 10 for hour in (6, 12, 18)],
        "daily_costs": [(day, 5, 30) for day in days],
        "weekly_maintenance": [(day, 3, 0) for day in days if day.weekday() == 6],
        "weekly_digest": [(day, 7, 0) for day in days if day.weekday() == 0],
    }
    for name, expected in due.items():
        schedule = definitions.resolve_schedule_def(name)
        ran = [(each.date(), each.hour, each.minute) for each in moments(schedule, start, end)]
        assert ran == expected, name


def test_the_nights_window_and_key_on_a_leap_day_and_around_new_year(tmp_path: Path) -> None:
    moments = [datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2026, 12, 31, 10, tzinfo=UTC),
               datetime(2027, 1, 1, 10, tzinfo=UTC)]  # fmt: skip
    found = []
    for request in asked(tmp_path, moments):
        config = request.run_config["ops"]["refresh_chain"]["config"]
        found.append((config["first"], config["last"], request.run_key))
    assert found == [
        ("2027-12", "2028-02", "2028-02-29"),
        ("2026-10", "2026-12", "2026-12-31"),
        ("2026-11", "2027-01", "2027-01-01"),
    ]


def asked(folder: Path, moments: list[datetime]) -> list[dg.RunRequest]:
    """What the night's refresh asks for at these moments."""
    schedule = build(Settings(home=folder), group_of(folder / "group")).resolve_schedule_def(SCHEDULE)
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        found = [schedule(dg.build_schedule_context(instance, scheduled_execution_time=each)) for each in moments]
    return [request for request in found if isinstance(request, dg.RunRequest)]
