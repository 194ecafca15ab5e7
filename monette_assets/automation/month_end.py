"""The schedule `month_end`: in the first days of a month, the month just ended is refreshed until nothing is missing.

Complete means what a close asks for: every company's reports fetched after the month ended, published, tied out; and
the rates of its last day, which the Bank of Canada publishes that afternoon, or never where it is a holiday.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets.automation import refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.gold import completeness
from monette_assets.group.calendar import add_months, month_end, period_of
from monette_assets.silver import exchange_rates
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

SCHEDULE = "month_end"
WHY_TAG = "monette/why"  # on the run: what each company lacks
CRON = "0 6,12,18 1-10 * *"  # books of a month are closed within its successor's first days


def build(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """The schedule, running from the start. Needs resource `lake`."""

    @dg.schedule(
        name=SCHEDULE,
        job=job,
        cron_schedule=CRON,
        execution_timezone=str(group.time_zone),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        required_resource_keys={"lake"},
        description="The month just ended, of the companies that lack something, until it is complete.",
    )
    def month_end_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return evaluate(context.instance, group, context.resources.lake.lake, context.scheduled_execution_time)

    return month_end_refresh


def evaluate(instance: dg.DagsterInstance, group: Group, lake: Lake, moment: datetime) -> dg.RunRequest | dg.SkipReason:
    """What the schedule does at a moment (aware)."""
    moment = moment.astimezone(group.time_zone)
    period = add_months(period_of(moment.date()), -1)
    if period < group.first_period:
        return dg.SkipReason(f"{month_key(period)} is before the group's first month")
    fail_abandoned(instance)
    if running := refresh_job.active(instance):
        return dg.SkipReason(f"refresh {running[0].run_id[:8]} is not done; {month_key(period)} is looked at after it")
    missing = unfinished(group, lake, period)
    if not missing:
        return dg.SkipReason(f"{month_key(period)} is complete")
    refresh = refresh_job.Refresh(months={code: [month_key(period)] for code in missing})
    return dg.RunRequest(
        run_key=moment.isoformat(),
        run_config=refresh_job.run_config(refresh),
        tags={WHY_TAG: "; ".join(f"{code}: {why}" for code, why in missing.items())},
    )


def unfinished(group: Group, lake: Lake, period: date) -> dict[str, str]:
    """By company: why its month, which is over, is not complete as it stands."""
    missing = {}
    expected = [company.code for company in group.companies if company.is_active(period)]
    rows = _of(lake, completeness.CONTRACT.name, ["company", "period", "complete", "provisional", "missing"], period)
    told = {row["company"] for row in rows}
    for code in expected:
        own = [row for row in rows if row["company"] == code]
        if code not in told:
            missing[code] = "it has not been built"
        elif any(row["provisional"] for row in own):
            missing[code] = "it was last built while it was running"
        elif lacking := [row["missing"] for row in own if not row["complete"]]:
            missing[code] = "; ".join(lacking)
    last = last_weekday(period)
    for code in expected:
        currency = group.company(code).home_currency
        if currency != group.currency and code not in missing and _last_rate(lake, currency) < last:
            missing[code] = f"no rate of {currency} for {last} or a later day has been published yet"
    return missing


def last_weekday(period: date) -> date:
    """The month's last day that is neither Saturday nor Sunday."""
    day = month_end(period)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _last_rate(lake: Lake, currency: str) -> date:
    """The last day a rate was published for; one after a holiday says that the holiday will have none."""
    name = exchange_rates.CONTRACT.name
    if not lake.exists(name):
        return date.min
    rows = lake.read(name, columns=["from_currency", "kind", "rate_date"]).to_pylist()
    days = [row["rate_date"] for row in rows if (row["from_currency"], row["kind"]) == (currency, "daily")]
    return max(days, default=date.min)


def _of(lake: Lake, table: str, columns: list[str], period: date) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    if not lake.exists(table):
        return []
    rows: list[dict[str, Any]] = lake.read(table, columns=columns, filters=pc.field("period") == period).to_pylist()
    return rows
