"""The job `costs` and its daily schedule: takes in what was used, and counts what it cost.

Apart from refreshes and releases: every run adds usage, so that a table of costs is never up to date for longer than a
run, and nothing waits for it. What the counting itself used is counted the next time.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import chain
from monette_assets.automation.refresh_job import PARENT_TAG, asked_by, told
from monette_assets.automation.schedules import standing_schedule
from monette_assets.bronze import platform_usage
from monette_assets.clock import today
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables import staleness
from monette_assets.tables.asset import asset_key
from monette_assets.tables.partitions import month_key

JOB = "costs"
OP = "count_costs"
SCHEDULE = "daily_costs"
USAGE = chain.Step("usage", (asset_key(platform_usage.CONTRACT),), "", "")

Definitions = Callable[[Mapping[str, Any]], dg.Definitions]


def build(group: Group, definitions: Definitions) -> dg.JobDefinition:
    """The job. Needs resource `lake`; `definitions` gives the graph whose assets it runs."""

    @dg.op(name=OP, required_resource_keys={"lake"}, pool=JOB)
    def count_costs(context: dg.OpExecutionContext) -> None:
        from monette_assets.resources import RunningJudge
        from monette_assets.tables.audit_log import recorded
        from monette_assets.tables.judge import Judge

        context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
        who, through = asked_by(context)
        lake: Lake = context.resources.lake.lake
        with (
            Judge() as judge,
            recorded(lake, group, who=who, through=through, action="run", what="costs of the platform") as act,
        ):
            graph = definitions({"judge": RunningJudge(judge)})
            result = count(group, lake, graph, context.instance, tags={PARENT_TAG: context.run_id})
            act.failed = not result.ok
            act.result = f"chain {result.chain_id}, run {context.run_id}"
        context.add_output_metadata({"chain": result.chain_id, "runs": [step.run_id for step in result.steps]})
        if any(step.crashed for step in result.steps):
            raise dg.Failure(told(result), metadata={"chain": result.chain_id}, allow_retries=False)

    @dg.job(
        name=JOB,
        description="Take in what runs, storage and services used, and count what it cost by the price book.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        count_costs()

    return job


def count(
    group: Group,
    lake: Lake,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    *,
    tags: Mapping[str, str] | None = None,
) -> chain.ChainResult:
    """Take in what was used since the last time, and count the months that come out differently, as a chain of runs."""
    result = chain.ChainResult(chain_id=uuid.uuid4().hex[:12])

    def run(step: chain.Step) -> None:
        done = chain.execute(definitions, instance, [step], tags=dict(tags or {}), chain_id=result.chain_id)
        result.steps += done.steps

    run(USAGE)
    keys = tuple(asset_key(each.contract) for each in catalog.PLATFORM)
    for first, last in chain.month_spans(months_to_count(group, lake)):
        run(chain.Step("costs", keys, month_key(first), month_key(last), anew=True))
    return result


def months_to_count(group: Group, lake: Lake) -> set[date]:
    """The months with new usage, or all of them after a change of price book, contract or code; and the running one,
    whose budgets are looked at. None before anything was used.
    """
    usage = platform_usage.CONTRACT.name
    if not lake.exists(usage):
        return set()
    contracts = [each.contract for each in catalog.PLATFORM]
    stale = staleness.find(lake, group, contracts)
    months = {month for found in stale.months.values() for month in found if month is not None}
    if not all(lake.exists(each.name) for each in contracts):
        months |= set(lake.read(usage, columns=["period"]).column("period").to_pylist())
    last = today(group).replace(day=1)
    return {month for month in {*months, last} if group.first_period <= month <= last}


def build_schedule(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """After the night's refresh and comparison, running from the start."""
    return standing_schedule(
        SCHEDULE, job, "30 5 * * *", group, "Counts what the platform used and what it cost, every day."
    )
