"""The schedule `daily_refresh`: the open months once a day, whatever the sensor heard; and how schedules stand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from monette_assets.automation import refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.group.calendar import add_months, period_of
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group

SCHEDULE = "daily_refresh"
MONTHS_BEFORE = 2  # books of a month are usually finished within the two that follow


def trailing_months(group: Group, today: date) -> tuple[date, date]:
    """First and last month of the window: the running month and the two before, within the group's."""
    last = max(period_of(today), group.first_period)
    return max(add_months(last, -MONTHS_BEFORE), group.first_period), last


def build(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """The schedule, running from the start: rates, agings and whatever change data capture does not cover (tax codes,
    payroll) come only this way, and a deployment that nobody switched on would go stale unseen.
    """

    @dg.schedule(
        name=SCHEDULE,
        job=job,
        cron_schedule="0 4 * * *",
        execution_timezone=str(group.time_zone),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The running month and the two before, every company, every night.",
    )
    def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        fail_abandoned(context.instance)  # one would hold the pool of refreshes
        today = context.scheduled_execution_time.astimezone(group.time_zone).date()
        first, last = trailing_months(group, today)
        config = refresh_job.Refresh(first=month_key(first), last=month_key(last))
        return dg.RunRequest(run_key=today.isoformat(), run_config=refresh_job.run_config(config))

    return daily_refresh


def standing_schedule(
    name: str, job: dg.JobDefinition, cron: str, group: Group, description: str
) -> dg.ScheduleDefinition:
    """A schedule of a job as it is, by the group's clock, running from the start."""
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=cron,
        execution_timezone=str(group.time_zone),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=description,
    )
