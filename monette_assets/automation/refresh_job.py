"""The job `refresh`: a chain of runs inside one run, so that a schedule or a sensor imports everything once.

Every step of the chain is a Dagster run of its own, seen in the UI, tagged with the run of this job. Refreshes share a
pool of one place, so that a second one waits in the queue.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from monette_assets.automation import chain
from monette_assets.automation.rebuilding import rebuild
from monette_assets.automation.refresh import refresh, told_again
from monette_assets.bronze.quickbooks_reports import ARRIVED
from monette_assets.group import Group
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables import partitions
from monette_assets.tables.attribution import who_asked

JOB = "refresh"
OP = "refresh_chain"  # an op and a job of one name are refused
POOL = "refresh"
PARENT_TAG = "monette/refresh"  # on the runs of the chain: the run of this job
FETCHED_TAG = "monette/fetched"  # on the run of this job: everything asked for has come, and nothing broke on the way
MISSING_TAG = "monette/missing"  # on it instead: the companies, by comma, of which not everything has come
WILL_RETRY_TAG = "dagster/will_retry"  # Dagster's, on a run that failed, where run retries are enabled
SHOWN_FAILURES = 20
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)

# The graph with some resources replaced by name.
Definitions = Callable[[Mapping[str, Any]], dg.Definitions]


class Refresh(dg.Config):
    """What to bring up to date: months of companies, or first..last of all or some companies, or both."""

    first: str | None = Field(default=None, description="First month, YYYY-MM.")
    last: str | None = Field(default=None, description="Last month, YYYY-MM.")
    companies: list[str] | None = Field(default=None, description="Codes of companies for first..last; unset: all.")
    months: dict[str, list[str]] = Field(default={}, description="Months, YYYY-MM, by company.")
    whole: list[str] = Field(
        default=[], description="Companies whose documents are all read anew, not only what QuickBooks says changed."
    )
    landed: list[str] = Field(
        default=[],
        description="Silver tables fed by the landing folder: only these and what is made of them; no QuickBooks.",
    )
    fetch: bool = Field(default=True, description="False: rebuild from what was fetched before.")
    stale: bool = Field(default=False, description="Only what is stale, whichever months; nothing is fetched.")
    deployed: bool = Field(default=False, description="With stale: also what only new code or contract makes so.")


def run_config(refresh: Refresh) -> dict[str, Any]:
    """The run configuration of the job."""
    return {"ops": {OP: {"config": refresh.model_dump(exclude_none=True)}}}


def config_of(run: dg.DagsterRun) -> Mapping[str, Any]:
    """What a run of the job was asked, as `run_config` writes it; nothing where it was of no such job."""
    ops: Any = run.run_config.get("ops", {})
    config: Mapping[str, Any] = ops.get(OP, {}).get("config", {})
    return config


def months_of(refresh: Refresh, group: Group) -> dict[str, set[date]]:
    """The wanted months by company. Raises ValueError or KeyError saying what was expected."""
    wanted = {group.company(code).code: set(partitions.periods_of(keys)) for code, keys in refresh.months.items()}
    if (refresh.first is None) != (refresh.last is None):
        raise ValueError(f"expected both first and last, or neither; found {refresh.first} and {refresh.last}")
    if refresh.first is not None and refresh.last is not None:
        span = group.periods(partitions.period_of(refresh.first), partitions.period_of(refresh.last))
        codes = [company.code for company in group.companies] if refresh.companies is None else refresh.companies
        for code in codes:
            wanted.setdefault(group.company(code).code, set()).update(span)
    there = partitions.months(group).get_partition_keys()
    strange = sorted({partitions.month_key(p) for periods in wanted.values() for p in periods} - set(there))
    if strange:
        raise ValueError(f"expected months from {there[0]} to {there[-1]}, found {', '.join(strange)}")
    return wanted


def steps_of(refresh: Refresh, group: Group, latest: date | None) -> list[chain.Step]:
    """The runs of a refresh. Raises ValueError or KeyError saying what was expected."""
    months = months_of(refresh, group)
    if not refresh.landed:
        return chain.plan_months(group, months, latest=latest, fetch=refresh.fetch, whole=refresh.whole)
    return chain.plan_landing(set().union(*months.values()), refresh.landed, latest=latest)


def build(group: Group, definitions: Definitions) -> dg.JobDefinition:
    """The job. Needs resource `lake`; `definitions` gives the graph whose assets the chain runs."""

    @dg.op(name=OP, required_resource_keys={"lake"}, pool=POOL)
    def refresh_chain(context: dg.OpExecutionContext, config: Refresh) -> None:
        from monette_assets.resources import RunningJudge
        from monette_assets.tables.audit_log import recorded
        from monette_assets.tables.judge import Judge

        context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
        latest = chain.latest_period(context.resources.lake.lake)
        steps = [] if config.stale else steps_of(config, group, latest)
        who, through = asked_by(context)
        lake = context.resources.lake.lake
        with Judge() as judge, recorded(lake, group, who=who, through=through, action="run", what=_what(config)) as act:
            graph, tags = definitions({"judge": RunningJudge(judge)}), {PARENT_TAG: context.run_id}

            def begun(step: chain.Step) -> None:
                context.log.info("%s: %s to %s", step.name, step.start, step.end)

            if config.stale:
                result = rebuild(
                    group, lake, graph, context.instance, deployed=config.deployed, tags=tags, on_step=begun
                )
            else:
                result = refresh(
                    group, lake, graph, context.instance, steps, tags=tags, on_step=begun,
                    on_again=lambda months, _: context.log.warning(told_again(months)),
                )  # fmt: skip
            act.failed = not result.ok
            act.result = f"chain {result.chain_id}, run {context.run_id}"
        missing = unfetched(group, result)
        context.instance.add_run_tags(
            context.run_id, {MISSING_TAG: ",".join(sorted(missing))} if missing else {FETCHED_TAG: "yes"}
        )
        context.add_output_metadata({"chain": result.chain_id, "runs": [step.run_id for step in result.steps]})
        if not result.ok:
            raise dg.Failure(told(result), metadata={"chain": result.chain_id}, allow_retries=False)

    @dg.job(
        name=JOB,
        description="Bring months of companies up to date, from QuickBooks to a new release, as a chain of runs.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        refresh_chain()

    return job


def asked_by(context: dg.OpExecutionContext) -> tuple[str, str]:
    """Who asked for this run, and through what."""
    return who_asked(context.run.tags)


def _what(config: Refresh) -> str:
    whom = ", ".join(config.companies or ["every company"])
    parts = [f"{config.first}..{config.last} of {whom}"] if config.first else []
    parts += [f"{company} {', '.join(months)}" for company, months in config.months.items()]
    if config.stale:
        return "what is stale"
    return "; ".join(parts if config.fetch else [*parts, "from bronze"])


def unfetched(group: Group, result: chain.ChainResult) -> frozenset[str]:
    """The companies for which trying again may help: not everything asked for came.

    Every one where a step broke down for another reason than its data (disk full, out of memory), whichever it was.
    """
    missing: set[str] = set()
    every = frozenset(company.code for company in group.companies)
    for step in result.steps:
        if step.crashed:
            return every
        absent = [check for check in step.failed_checks if check.check_name == ARRIVED]
        if step.step.name == "landing" and absent:
            return every
        if step.step.name in ("objects", "reports") and not step.success:
            missing |= {check.partition.split("|")[0] for check in absent if check.partition} or every
    return frozenset(missing)


def fetched_of(run: dg.DagsterRun, asked: Collection[str]) -> set[str]:
    """Those of the companies asked for whose months a run of this job has fetched; none while it has not ended."""
    if FETCHED_TAG in run.tags:
        return set(asked)
    if MISSING_TAG not in run.tags:
        return set()
    return set(asked) - set(run.tags[MISSING_TAG].split(","))


def told(result: chain.ChainResult) -> str:
    """What failed: table, check, which units and by how much, and where to look."""
    lines = [line for step in result.steps if not step.success for line in step.error.splitlines()]
    lines += [_line(check) for check in result.errors]
    shown, more = lines[:SHOWN_FAILURES], len(lines) - SHOWN_FAILURES
    rest = [f"... and {more} more"] if more > 0 else []
    again = [told_again(result.fetched_again)] if result.fetched_again else []
    return "\n".join(
        [f"Not all is well (chain {result.chain_id}). `monette check` lists it all.", *again, *shown, *rest]
    )


def _line(check: dg.AssetCheckEvaluation) -> str:
    where = f" {check.partition}" if check.partition else ""
    return f"{check.asset_key.to_user_string()} {check.check_name}{where}: {check.description or 'no details'}"


def active(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    """Refreshes that wait or run."""
    unfinished = [status for status in dg.DagsterRunStatus if status not in FINISHED]
    return instance.get_runs(dg.RunsFilter(job_name=JOB, statuses=unfinished))


def tried_again(instance: dg.DagsterInstance, run_ids: Collection[str]) -> bool:
    """Whether one of these runs is a refresh that Dagster is about to try again."""
    runs = instance.get_runs(dg.RunsFilter(run_ids=list(run_ids), job_name=JOB)) if run_ids else []
    return any(run.tags.get(WILL_RETRY_TAG) == "true" for run in runs)
