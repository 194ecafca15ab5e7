"""The last run that failed or was cancelled, and that nothing later has put right.

What a run tried is put right where it has all been made since and every check it failed passes now, in whichever run. A
job that makes no table by itself (comparison, maintenance, digest) is put right by a later one that succeeds; so is a
refresh that broke down, or by a chain of the command that released its months.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import ValidationError

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.failed_partitions import ENDED_BADLY, Left
from monette_assets.automation.recorded_checks import failed, last_evaluation
from monette_assets.tables import releases
from monette_assets.tables.partitions import MONTH_KEY, month_key

if TYPE_CHECKING:
    from monette_assets.group import Group

LOOKED_AT = 100  # of the runs that failed, the newest
SHOWN_TABLES = 3
RELEASING_STEPS = ("tables", "balances", "landing")

Months = dict[str, set[date]]  # by company


@dataclass(frozen=True)
class FailedRun:
    """A run that failed, and what it was."""

    run_id: str
    what: str  # as `named`
    ended: datetime  # aware
    why: str
    first: str = ""  # month, YYYY-MM; "" where it is of none
    last: str = ""


def last_failed(instance: dg.DagsterInstance, group: Group, left: Iterable[Left]) -> FailedRun | None:
    """The run that ended last of those that failed and that nothing later has put right; None where there is none.

    `left`: what is left failed. What runs at the moment is given the benefit of the doubt.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=list(ENDED_BADLY)), limit=LOOKED_AT)
    if not records:
        return None
    children = {record.dagster_run.run_id: _children(instance, record.dagster_run) for record in records}
    wrong = {each.run_id for each in left}
    wrong |= _said_no(instance, {run_id for those in children.values() for run_id in those})
    for record in sorted(records, key=_ended, reverse=True):
        run = record.dagster_run
        if children[run.run_id] & wrong or not put_right(instance, group, record):
            first, last = _months(run, group)
            ended = datetime.fromtimestamp(_ended(record), UTC)
            return FailedRun(run.run_id, named(run), ended, why_failed(instance, run)[1], first, last)
    return None


def named(run: dg.DagsterRun) -> str:
    """What a person calls a run: its step of a chain, else the tables it was asked for, else its job."""
    tables = sorted(key.to_user_string() for key in run.asset_selection or ())
    few = ", ".join(tables) if len(tables) <= SHOWN_TABLES else f"{len(tables)} tables"
    return run.tags.get(chain.STEP_TAG) or (few if tables else run.job_name)


def put_right(instance: dg.DagsterInstance, group: Group, record: dg.RunRecord) -> bool:
    """Whether a later run has done what a failed run of a job was to do. Runs that only make tables: always."""
    run = record.dagster_run
    if _makes_tables(instance, run):
        return True
    later = dg.RunsFilter(
        job_name=run.job_name, statuses=[dg.DagsterRunStatus.SUCCESS], created_after=record.create_timestamp
    )
    if run.job_name != refresh_job.JOB:
        return bool(instance.get_runs(later, limit=1))
    if run.status is dg.DagsterRunStatus.FAILURE and not why_failed(instance, run)[0]:
        return True  # it did what it was to do; what its data failed is found by table and check
    wanted = _asked(run, group)
    if any(_holds(_asked(each, group), wanted) for each in instance.get_runs(later)):
        return True
    months = sorted({month_key(period) for periods in wanted.values() for period in periods})
    chains = dg.RunsFilter(
        tags={chain.STEP_TAG: list(RELEASING_STEPS)},
        statuses=[dg.DagsterRunStatus.SUCCESS],
        created_after=record.create_timestamp,
    )
    return any(
        refresh_job.PARENT_TAG not in each.tags
        and dg.AssetKey(releases.NAME) in (each.asset_selection or ())
        and (not months or _spans(each, months[0], months[-1]))
        for each in instance.get_runs(chains)
    )


def why_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> tuple[bool, str]:
    """Whether a failed run broke down (what its data is to blame for is raised as dg.Failure), and what it said."""
    failures = [
        event.dagster_event.step_failure_data
        for event in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        if event.dagster_event is not None
    ]
    broke = not failures or any(data.user_failure_data is None for data in failures)
    for data in failures:
        if data.user_failure_data is not None and data.user_failure_data.description:
            return broke, data.user_failure_data.description.strip()
        if data.error is not None:
            cause = data.error
            while cause.cause is not None:
                cause = cause.cause
            return broke, cause.message.strip()
    if run.status is dg.DagsterRunStatus.CANCELED:
        return broke, "it was cancelled"
    return broke, "it ended without saying why"


def _makes_tables(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    planned = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
    return bool(run.asset_selection) or bool(instance.all_logs(run.run_id, of_type=planned))


def _children(instance: dg.DagsterInstance, run: dg.DagsterRun) -> set[str]:
    """The run, and those of its chain where it is a refresh."""
    if run.job_name != refresh_job.JOB:
        return {run.run_id}
    steps = instance.get_runs(dg.RunsFilter(tags={refresh_job.PARENT_TAG: run.run_id}))
    return {run.run_id, *(step.run_id for step in steps)}


def _said_no(instance: dg.DagsterInstance, run_ids: Collection[str]) -> set[str]:
    """Those of the runs in which a check said no, as an error, and has not been asked again."""
    wrong: set[str] = set()
    for info in failed(instance):
        run_id = info.latest_planned_run_id
        if run_id in run_ids and run_id not in wrong:
            said = last_evaluation(instance, info.check_key, info.partition_key)
            if said is None or said.severity is dg.AssetCheckSeverity.ERROR:
                wrong.add(run_id)
    return wrong


def _asked(run: dg.DagsterRun, group: Group) -> Months:
    """The company-months a refresh was asked for; none where it is of what is stale, or the contract has moved on."""
    try:
        return refresh_job.months_of(refresh_job.Refresh(**refresh_job.config_of(run)), group)
    except (ValidationError, ValueError, KeyError):
        return {}


def _holds(months: Months, wanted: Months) -> bool:
    return all(periods <= months.get(company, set()) for company, periods in wanted.items())


def _months(run: dg.DagsterRun, group: Group) -> tuple[str, str]:
    """First and last month of a run, "" where it is of none."""
    periods = sorted({period for periods in _asked(run, group).values() for period in periods})
    if periods:
        return month_key(periods[0]), month_key(periods[-1])
    first, last = (run.tags.get(tag, "").split("|")[-1] for tag in (chain.RANGE_START, chain.RANGE_END))
    return (first, last) if MONTH_KEY.match(first) else ("", "")  # companies are partitions too


def _spans(run: dg.DagsterRun, first: str, last: str) -> bool:
    return run.tags.get(chain.RANGE_START, "9") <= first and last <= run.tags.get(chain.RANGE_END, "")


def _ended(record: dg.RunRecord) -> float:
    return record.end_time or record.create_timestamp.timestamp()
