"""What ended runs took, step by step, as Dagster's event log has it: killed runs too, since their seconds cost as well.

A step's seconds are those between its start and its end. What of a run no step accounts for, from the start of its
process to its end, stands under "between steps"; the runs of a chain are not counted with the job that started them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets.automation.chain import CHAIN_TAG, RANGE_END, RANGE_START
from monette_assets.automation.liveness import PARENT_TAGS
from monette_assets.automation.refresh_job import FINISHED
from monette_assets.bronze.platform_usage import BETWEEN_STEPS, SplitBy, Usage
from monette_assets.tables.asset import CPU_SECONDS, ROWS_BY_COMPANY
from monette_assets.tables.compute import COMPUTE_TAG, Compute
from monette_assets.tables.partitions import MONTH_KEY, period_of

if TYPE_CHECKING:
    from monette_assets.group import Group

KINDS = {
    dg.DagsterEventType.RUN_STARTING,
    dg.DagsterEventType.RUN_START,
    dg.DagsterEventType.STEP_START,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
}
OVERLAP = timedelta(days=1)  # runs that ended so long before the last one counted are looked at again
PHASE = "seconds_"


@dataclass
class _Step:
    """What the events of one step say."""

    start: float
    end: float | None = None
    partitions: set[str] = field(default_factory=set)
    metadata: dict[str, Any] = field(default_factory=dict)  # of its materializations, together
    rows: int = 0


def measured(
    instance: dg.DagsterInstance, group: Group, compute: Compute, since: datetime | None
) -> Iterator[list[Usage]]:
    """Run by run, what each took that ended since, or a little before. `compute`: of runs that do not say."""
    after = since - OVERLAP if since is not None else None
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(FINISHED), updated_after=after)):
        if record.end_time is not None and record.start_time is not None:
            yield _of_run(instance, group, compute, record)


def _of_run(instance: dg.DagsterInstance, group: Group, compute: Compute, record: dg.RunRecord) -> list[Usage]:
    run = record.dagster_run
    steps, begun = _steps(instance, record)
    assert record.end_time is not None
    end = _last_sign(instance, run.run_id, begun) if _cut_short(run, steps) else record.end_time
    on = Compute.of_tag(run.tags.get(COMPUTE_TAG)) or compute
    asked = _asked(group, run)
    of_asset = run.job_name.startswith("__")  # how Dagster names a run of chosen assets
    found: list[Usage] = []
    whole: Counter[str] = Counter()

    def usage(asset: str, start: float, until: float, seconds: float, **said: Any) -> Usage:
        return Usage(
            run_id=run.run_id,
            chain_id=run.tags.get(CHAIN_TAG),
            job=None if of_asset else run.job_name,
            asset=asset,
            started_at=datetime.fromtimestamp(start, UTC),
            ended_at=datetime.fromtimestamp(until, UTC),
            seconds=max(0.0, seconds),
            compute=on,
            held_by=next((run.tags[tag] for tag in PARENT_TAGS if tag in run.tags), None),
            **said,
        )

    counted = 0.0
    for key, step in steps.items():
        until = min(step.end if step.end is not None else end, end)
        seconds = until - step.start
        counted += seconds
        if not of_asset:
            seconds -= _of_chain(instance, run.run_id)
        weights, split_by = _weights(group, step, asked)
        whole += weights
        months = sorted({period_of(part) for name in step.partitions for part in name.split("|")
                         if MONTH_KEY.match(part)})  # fmt: skip
        found.append(
            usage(
                key.replace("__", "/") if of_asset else run.job_name,
                step.start,
                until,
                seconds,
                cpu_seconds=step.metadata.get(CPU_SECONDS),
                phases={name.removeprefix(PHASE): float(value) for name, value in step.metadata.items()
                        if name.startswith(PHASE)},
                months=tuple(months),
                rows=step.rows,
                weights=dict(weights),
                split_by=split_by,
            )
        )  # fmt: skip
    found.append(usage(BETWEEN_STEPS, begun, end, end - begun - counted))
    return [_shared(each, whole) for each in found]


def _steps(instance: dg.DagsterInstance, record: dg.RunRecord) -> tuple[dict[str, _Step], float]:
    """The run's steps by key, and when its process was started."""
    steps: dict[str, _Step] = {}
    begun = record.start_time or 0.0
    for entry in instance.all_logs(record.dagster_run.run_id, of_type=KINDS):
        event = entry.get_dagster_event()
        if event.event_type in (dg.DagsterEventType.RUN_STARTING, dg.DagsterEventType.RUN_START):
            begun = min(begun, entry.timestamp)
        elif event.event_type is dg.DagsterEventType.STEP_START:
            steps.setdefault(str(event.step_key), _Step(entry.timestamp))
        elif (step := steps.get(str(event.step_key))) is None:
            continue  # reported from outside of the run's steps
        elif event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
            made = event.step_materialization_data.materialization
            told = {name: value.value for name, value in made.metadata.items()}
            step.partitions |= {str(made.partition)} if made.partition else set()
            step.rows += int(str(told.get("dagster/row_count") or 0))
            step.metadata |= told
        else:
            step.end = entry.timestamp
    return steps, begun


def _cut_short(run: dg.DagsterRun, steps: Mapping[str, _Step]) -> bool:
    """Whether its process died, or was ended, in the middle."""
    return run.status is not dg.DagsterRunStatus.SUCCESS and (
        not steps or any(step.end is None for step in steps.values())
    )


def _last_sign(instance: dg.DagsterInstance, run_id: str, begun: float) -> float:
    """The last that a run said which was cut short; that it is over may have been found out hours later."""
    told = (dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED, dg.DagsterEventType.RUN_CANCELING,
            dg.DagsterEventType.ENGINE_EVENT)  # fmt: skip
    signs = [
        entry.timestamp
        for entry in instance.all_logs(run_id)
        if entry.dagster_event is not None and entry.dagster_event.event_type not in told
    ]
    return max([begun, *signs])


def _of_chain(instance: dg.DagsterInstance, run_id: str) -> float:
    """The seconds of the runs that a run of a job has started: they are counted as their own."""
    return sum(
        each.end_time - each.start_time
        for tag in PARENT_TAGS
        for each in instance.get_run_records(dg.RunsFilter(tags={tag: run_id}))
        if each.end_time is not None and each.start_time is not None
    )


def _weights(group: Group, step: _Step, asked: Mapping[str, int]) -> tuple[Counter[str], SplitBy]:
    """What a step is split by: the rows of each company, else the partitions of each, else nothing of its own."""
    codes = {company.code for company in group.companies}
    rows = step.metadata.get(ROWS_BY_COMPANY) or {}
    by_rows = Counter({str(code): int(count) for code, count in rows.items() if code in codes and int(count) > 0})
    if by_rows:
        return by_rows, "rows"
    named = [part for name in step.partitions for part in name.split("|") if part in codes]
    return (Counter(named) if named else Counter(asked)), "partitions"


def _asked(group: Group, run: dg.DagsterRun) -> dict[str, int]:
    """Months by company that a run of company partitions was asked for; nothing where it was of none."""
    codes = [company.code for company in group.companies]
    first, last = (run.tags.get(tag, "").split("|") for tag in (RANGE_START, RANGE_END))
    if first[0] not in codes or last[0] not in codes:
        return {}
    months = 1
    if len(first) == len(last) == 2:
        months = len(group.periods(period_of(first[1]), period_of(last[1])))
    return dict.fromkeys(codes[codes.index(first[0]) : codes.index(last[0]) + 1], months)


def _shared(usage: Usage, whole: Mapping[str, int]) -> Usage:
    """A usage that is of no company goes by the others of its run; where there are none, evenly."""
    if usage.weights:
        return usage
    return replace(usage, weights=dict(whole), split_by="run" if whole else "evenly")
