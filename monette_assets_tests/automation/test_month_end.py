"""The first days of a month: the one that ended is refreshed until nothing is missing, and no longer."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation.month_end import SCHEDULE, WHY_TAG, evaluate, last_weekday
from monette_assets.automation.refresh_job import JOB
from monette_assets.definitions import build
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets_tests.frames import group_of
from monette_assets_tests.reports.small_lake import publish

DECEMBER = date(2024, 12, 1)
COMPLETE = {"complete": True, "provisional": False, "missing": ""}
RUNNING = {"complete": True, "provisional": True, "missing": ""}
UNMAPPED = {"complete": False, "provisional": False, "missing": "1 account(s) unmapped"}


class Books:
    """What the lake says of December of the two companies, and the day of the last rate."""

    def __init__(self, folder: Path, **companies: dict[str, Any]) -> None:
        self.group, self.lake = group_of(folder / "group"), Lake(str(folder / "lake"))
        december = {"period": DECEMBER, "basis": "accrual"}
        rows = [{"company": company, **december, **row} for company, row in companies.items()]
        publish(self.lake, "gold/completeness", rows)

    def rate(self, day: date) -> None:
        """The newest rate is of this day."""
        rate = {"period": day.replace(day=1), "from_currency": "USD", "kind": "daily", "rate_date": day}
        publish(self.lake, "silver/exchange_rates", [rate], str(day))

    def asked(self, moment: datetime, instance: dg.DagsterInstance | None = None) -> dict[str, list[str]] | str:
        """The months the schedule asks for at a moment of the group's time; why none."""
        with dg.DagsterInstance.ephemeral() as fresh:
            moment = moment.replace(tzinfo=self.group.time_zone)
            result = evaluate(instance or fresh, self.group, self.lake, moment)
        if isinstance(result, dg.SkipReason):
            return result.skip_message or ""
        months: dict[str, list[str]] = result.run_config["ops"]["refresh_chain"]["config"]["months"]
        return months


NEW_YEAR = datetime(2025, 1, 1, 6)  # noqa: DTZ001 - local time of the group


def test_a_month_last_built_while_it_ran_is_refreshed_across_the_year_end(tmp_path: Path) -> None:
    books = Books(tmp_path, north=RUNNING, south=RUNNING)
    books.rate(date(2024, 12, 31))
    assert books.asked(NEW_YEAR) == {"north": ["2024-12"], "south": ["2024-12"]}


def test_only_the_companies_that_lack_something_are_refreshed(tmp_path: Path) -> None:
    books = Books(tmp_path, north=UNMAPPED, south=COMPLETE)
    books.rate(date(2024, 12, 31))
    assert books.asked(NEW_YEAR) == {"north": ["2024-12"]}


def test_a_company_that_was_never_built_is_missing(tmp_path: Path) -> None:
    books = Books(tmp_path, south=COMPLETE)
    books.rate(date(2024, 12, 31))
    assert books.asked(NEW_YEAR) == {"north": ["2024-12"]}


def test_the_months_last_rate_is_waited_for_by_the_companies_it_concerns(tmp_path: Path) -> None:
    books = Books(tmp_path, north=COMPLETE, south=COMPLETE)
    books.rate(date(2024, 12, 30))
    assert books.asked(NEW_YEAR) == {"south": ["2024-12"]}
    books.rate(date(2025, 1, 2))  # the 31st had none: a later day has one
    assert books.asked(NEW_YEAR) == "2024-12 is complete"


def test_a_complete_month_is_left_alone(tmp_path: Path) -> None:
    books = Books(tmp_path, north=COMPLETE, south=COMPLETE)
    books.rate(date(2024, 12, 31))
    assert books.asked(NEW_YEAR) == "2024-12 is complete"
    assert books.asked(datetime(2025, 2, 1, 6)) == {"north": ["2025-01"], "south": ["2025-01"]}  # noqa: DTZ001
    assert books.asked(datetime(2024, 11, 1, 6)) == "2024-10 is before the group's first month"  # noqa: DTZ001


def test_a_refresh_under_way_is_waited_for(tmp_path: Path) -> None:
    books = Books(tmp_path, north=UNMAPPED, south=COMPLETE)
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
        assert f"refresh {run.run_id[:8]} is not done" in str(books.asked(NEW_YEAR, instance))


@pytest.mark.parametrize(
    ("period", "last"),
    [
        (date(2024, 11, 1), date(2024, 11, 29)),  # ends on a Saturday
        (date(2025, 8, 1), date(2025, 8, 29)),  # on a Sunday
        (date(2024, 2, 1), date(2024, 2, 29)),  # a leap day, Thursday
        (date(2024, 12, 1), date(2024, 12, 31)),
    ],
)
def test_the_last_weekday_of_a_month(period: date, last: date) -> None:
    assert last_weekday(period) == last


def test_the_daemon_gets_it_with_its_lake(tmp_path: Path) -> None:
    books = Books(tmp_path, north=UNMAPPED, south=COMPLETE)
    books.rate(date(2024, 12, 31))
    definitions = build(Settings(home=tmp_path, lake=books.lake.url), books.group)
    repository = definitions.get_repository_def()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        moment = NEW_YEAR.replace(tzinfo=books.group.time_zone)
        schedule = repository.get_schedule_def(SCHEDULE)
        needs = {key: repository.get_top_level_resources()[key] for key in schedule.required_resource_keys}
        with dg.build_schedule_context(instance, scheduled_execution_time=moment, resources=needs) as context:
            tick = schedule.evaluate_tick(context)
    assert tick.run_requests is not None
    [request] = tick.run_requests
    assert (request.tags[WHY_TAG], request.run_key) == ("north: 1 account(s) unmapped", "2025-01-01T06:00:00-06:00")
