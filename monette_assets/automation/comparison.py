"""The job `comparison` and its nightly schedule: what changed in QuickBooks without change data capture saying so.

Inventory costed again moves months nobody touched, and events get lost. So once a night every company's trial balances
are asked for and compared with ours; of the months that differ a notice is left, and the sensor `quickbooks_changes`
has exactly those fetched again, as any other change. Nothing is written here.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from monette_assets.automation import chain, refresh_job, trial_balances
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.sources.quickbooks.notices import COMPARISON, Notices
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.lake import Lake
    from monette_assets.resources import QuickBooks

JOB = "comparison"
OP = "compare_trial_balances"
SCHEDULE = "nightly_comparison"


class Compare(dg.Config):
    """Whose books to compare."""

    companies: list[str] | None = Field(default=None, description="Codes of companies; unset: all.")


def build(group: Group) -> dg.JobDefinition:
    """The job. Needs resources `lake`, `quickbooks` and `notices`."""

    @dg.op(name=OP, required_resource_keys={"lake", "quickbooks", "notices"}, pool=refresh_job.POOL)
    def compare_trial_balances(context: dg.OpExecutionContext, config: Compare) -> None:
        lake: Lake = context.resources.lake.lake
        quickbooks: QuickBooks = context.resources.quickbooks
        notices: Notices = context.resources.notices
        latest = chain.latest_period(lake)
        if latest is None:
            context.log.info("nothing is ingested yet, so there is nothing to compare")
            return
        codes = [company.code for company in group.companies] if config.companies is None else config.companies
        before = sum(quickbooks.calls().values())
        found = trial_balances.compare(group, lake, quickbooks, [group.company(code).code for code in codes], latest)
        months = {code: [month_key(period) for period in periods] for code, periods in found.changed.items()}
        notices.leave(COMPARISON, months, now(group))
        for code, keys in months.items():
            context.log.warning(f"{code}: {', '.join(keys)} changed in QuickBooks unheard; to be fetched again")
        told: dict[str, Any] = {
            "company_months": found.compared,
            "changed": dg.MetadataValue.json(months),
            "not_compared": dg.MetadataValue.json(dict(found.failures)),
            "calls": sum(quickbooks.calls().values()) - before,
        }
        if found.failures:
            why = "; ".join(f"{code}: {reason}" for code, reason in sorted(found.failures.items()))
            raise dg.Failure(
                f"{len(found.failures)} company(ies) could not be compared, the others were; the next night compares "
                f"them again. {why}",
                metadata=told,
                allow_retries=False,
            )
        context.add_output_metadata(told)

    @dg.job(
        name=JOB,
        description="Compare every company's trial balances in QuickBooks with ours; what differs is fetched again.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        compare_trial_balances()

    return job


def build_schedule(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """After the night's refresh, whose months are then as QuickBooks has them; running from the start."""

    @dg.schedule(
        name=SCHEDULE,
        job=job,
        cron_schedule="30 4 * * *",
        execution_timezone=str(group.time_zone),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every company's trial balances of every month, in QuickBooks and here, every night.",
    )
    def nightly_comparison(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        fail_abandoned(context.instance)  # one would hold the pool of refreshes
        today = context.scheduled_execution_time.astimezone(group.time_zone).date()
        return dg.RunRequest(run_key=today.isoformat())

    return nightly_comparison
