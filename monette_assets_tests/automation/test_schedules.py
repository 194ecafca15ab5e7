"""The night's refresh."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from monette_assets.automation.schedules import SCHEDULE, trailing_months
from monette_assets.definitions import build
from monette_assets.settings import Settings
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
    schedule = build(Settings(home=tmp_path), group_of(tmp_path / "group")).resolve_schedule_def(SCHEDULE)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        moment = datetime(2025, 3, 1, 4, tzinfo=UTC)
        request = schedule(dg.build_schedule_context(instance, scheduled_execution_time=moment))
    assert isinstance(request, dg.RunRequest)
    config = request.run_config["ops"]["refresh_chain"]["config"]
    assert (config["first"], config["last"]) == ("2024-12", "2025-02")
    assert request.run_key == "2025-02-28"


def test_the_graph_loads_with_its_job_sensor_and_schedule(tmp_path: Path) -> None:
    dg.Definitions.validate_loadable(build(Settings(home=tmp_path), group_of(tmp_path / "group")))
