"""What failed: checks whose last word is no, partitions that were left failed, jobs whose last run broke down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import comparison, costs, events_job, maintenance, recorded_checks, refresh_job
from monette_assets.automation.alerts import digest
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.failed_partitions import Left, Why, left_failed
from monette_assets.automation.failed_runs import put_right, why_failed
from monette_assets.automation.recorded_checks import last_evaluation
from monette_assets.bronze.quickbooks_reports import ARRIVED
from monette_assets.tables.partitions import MONTH_KEY, period_of

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

READ_FAILURES = 300  # failed checks whose words are read; of the others their company and month are enough
OVER = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def failed_checks(instance: dg.DagsterInstance, group: Group) -> list[Finding]:
    """Checks of severity ERROR whose last word is no, one a unit they fail for."""
    units = {contract.name: contract.unit for contract in catalog.contracts()}
    found = []
    for position, info in enumerate(recorded_checks.failed(instance)):
        said = last_evaluation(instance, info.check_key, info.partition_key) if position < READ_FAILURES else None
        if said is not None and said.severity is not dg.AssetCheckSeverity.ERROR:
            continue
        table = info.check_key.asset_key.to_user_string()
        subject = f"{table} {info.check_key.name}"
        what = (said.description if said is not None else None) or "see `monette check --recorded`"
        for company, month in _units(units.get(table, ()), said, info.partition_key):
            if month is not None and period_of(month) < group.first_period:
                continue
            found.append(Finding(Kind.CHECK, subject, what, company, period_of(month) if month else None))
    return found


def left_behind(instance: dg.DagsterInstance, group: Group, lake: Lake) -> list[Finding]:
    """Partitions left failed, one a finding; what did not arrive is told as its check `arrived` tells it."""
    left = left_failed(instance, group, lake)
    broken = {each.run_id for each in left if each.why is Why.CRASHED and each.run_id}
    runs = instance.get_runs(dg.RunsFilter(run_ids=sorted(broken))) if broken else []
    reasons = {run.run_id: why_failed(instance, run)[1] for run in runs}
    found = []
    for position, each in enumerate(left):
        if each.why in (Why.ABSENT, Why.NEVER):
            what = _absent(instance, each) if each.why is Why.ABSENT and position < READ_FAILURES else None
            found.append(
                Finding(Kind.CHECK, f"{each.table} {ARRIVED}", what or each.why.value, each.company, each.period)
            )
            continue
        run = f" (run {each.run_id[:8]})" if each.run_id else ""
        why = f": {reasons[each.run_id]}" if each.run_id in reasons else ""
        found.append(
            Finding(Kind.LEFT, each.table, f"{each.table} {each.why.value}{run}{why}", each.company, each.period)
        )
    return found


def _absent(instance: dg.DagsterInstance, left: Left) -> str | None:
    """Why it did not arrive."""
    key = dg.AssetCheckKey(dg.AssetKey(left.table.split("/")), ARRIVED)
    said = last_evaluation(instance, key, left.partition or None)
    return said.description if said is not None else None


def broken_runs(instance: dg.DagsterInstance, group: Group) -> Iterator[Finding]:
    """Jobs, and steps of a refresh, whose last run broke down; what failed because of its data has checks."""
    for job in (refresh_job.JOB, events_job.JOB, comparison.JOB, maintenance.JOB, digest.JOB, costs.JOB):
        record = next(iter(instance.get_run_records(dg.RunsFilter(job_name=job, statuses=OVER), limit=1)), None)
        if record is not None and record.dagster_run.status is dg.DagsterRunStatus.FAILURE:
            run = record.dagster_run
            if not put_right(instance, group, record):
                _, why = why_failed(instance, run)
                named = [each.code for each in group.companies if re.search(rf"\b{re.escape(each.code)}\b", why)]
                for code in (*named,) or (None,):
                    yield Finding(Kind.RUN, job, f"run {run.run_id[:8]}: {why}", code)


def _units(names: Sequence[str], said: Any, partition: str | None) -> Iterator[tuple[str | None, str | None]]:
    """Company and month of every unit a check fails for: as its metadata says, else as its partition does."""
    told = said.metadata.get("units") if said is not None else None
    for unit in getattr(told, "data", None) or ():
        values = dict(zip(names, unit, strict=False))
        month = values.get("period") or (partition if partition and MONTH_KEY.match(partition) else None)
        yield values.get("company"), month if month and MONTH_KEY.match(month) else None
    if told is None:
        parts = (partition or "").split("|")
        month = next((part for part in parts if MONTH_KEY.match(part)), None)
        yield next((part for part in parts if part and part != month), None), month
