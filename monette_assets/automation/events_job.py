"""The job `events`: takes in what waits at the broker, then builds what is made of it for the months it speaks of.

Its steps are Dagster runs of their own, as a refresh's are. It has a pool of one place, and waits for no refresh: no
gold table is made of events.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import chain
from monette_assets.clock import today
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables import Contract, provenance
from monette_assets.tables.asset import asset_key
from monette_assets.tables.judge import Judge
from monette_assets.tables.partitions import month_key
from monette_assets.tables.provenance import ABSENT, NEVER, Provenance
from monette_assets.tables.reach import Change

JOB = "events"
OP = "take_in_events"  # an op and a job of one name are refused
POOL = "events"
PARENT_TAG = "monette/events"  # on the runs of the chain: the run of this job
PACE: Mapping[str, timedelta] = {"silver/telemetry": timedelta(hours=1)}  # many readings: not with every batch
TAKE_IN = chain.Step("events", (asset_key(catalog.EVENTS),), "", "")

# The graph with some resources replaced by name.
Definitions = Callable[[Mapping[str, Any]], dg.Definitions]


def build(group: Group, definitions: Definitions) -> dg.JobDefinition:
    """The job. Needs resource `lake`; `definitions` gives the graph whose assets it runs."""

    @dg.op(name=OP, required_resource_keys={"lake"}, pool=POOL)
    def take_in_events(context: dg.OpExecutionContext) -> None:
        context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
        lake = context.resources.lake.lake
        result = take_in(group, lake, definitions, context.instance, {PARENT_TAG: context.run_id})
        context.add_output_metadata({"chain": result.chain_id, "runs": [step.run_id for step in result.steps]})
        broken = [line for step in result.steps if not step.success for line in step.error.splitlines()]
        if broken:
            raise dg.Failure("\n".join(broken), allow_retries=False)

    @dg.job(
        name=JOB,
        description="Take in what waits at Event Hubs, and build what is made of it.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        take_in_events()

    return job


def take_in(
    group: Group,
    lake: Lake,
    definitions: Definitions,
    instance: dg.DagsterInstance,
    tags: Mapping[str, str] | None = None,
    judge: Judge | None = None,
) -> chain.ChainResult:
    """Take in, then build the months due; a judging process is started where there are some and none is given."""
    from monette_assets.resources import RunningJudge

    result = chain.execute(definitions({}), instance, [TAKE_IN], tags=dict(tags or {}))
    if steps := plan(group, lake):
        with nullcontext(judge) if judge is not None else Judge() as judging:
            graph = definitions({"judge": RunningJudge(judging)})
            made = chain.execute(graph, instance, steps, tags=dict(tags or {}), chain_id=result.chain_id)
        result.steps += made.steps
    return result


def plan(group: Group, lake: Lake, moment: datetime | None = None) -> list[chain.Step]:
    """The runs that build the months due of every table made of events whose turn it is. `moment` is now, aware."""
    moment = moment or datetime.now(UTC)
    tables = [table.contract for table in catalog.FED_BY_EVENTS if _turn(lake, table.name, moment)]
    due = [(contract, months_due(lake, group, contract)) for contract in tables]
    steps = []
    for first, last in chain.month_spans(set().union(*(months for _, months in due))):
        keys = [asset_key(each) for each, months in due if any(first <= month <= last for month in months)]
        steps.append(chain.Step("event tables", tuple(keys), month_key(first), month_key(last)))
    return steps


def _turn(lake: Lake, table: str, moment: datetime) -> bool:
    """Whether a table may be built again: the last time was long enough ago."""
    pace = PACE.get(table)
    if pace is None or not lake.exists(table):
        return True
    return moment - lake.history(table, 1)[0].timestamp >= pace


def selects(names: Collection[str]) -> bool:
    """Whether one of the tables named, as `--select` names them, is made of events."""
    return bool({name.removesuffix("+") for name in names} & {table.name for table in catalog.FED_BY_EVENTS})


def steps_of(months: Collection[date]) -> list[chain.Step]:
    """The runs that build every table made of events, for these months."""
    keys = tuple(asset_key(table.contract) for table in catalog.FED_BY_EVENTS)
    return [
        chain.Step("event tables", keys, month_key(first), month_key(last)) for first, last in chain.month_spans(months)
    ]


def months_due(lake: Lake, group: Group, contract: Contract) -> set[date]:
    """The months of a table that new events reach, or that other code or another contract made.

    What is not due is noted as standing as of the present events, and what is due as never computed where it was not:
    a run that is killed before it has built it finds it again.
    """
    version = lake.version(catalog.EVENTS.name)
    if version is None:
        return set()
    noted = provenance.read(lake, contract.name)
    now = Provenance.of(contract.code_version, group.fingerprint, {catalog.EVENTS.name: version})
    due = {month for month, each in noted.items() if month and (each.code, each.contract) != (now.code, now.contract)}
    before = min((dict(each.inputs).get(catalog.EVENTS.name, ABSENT) for each in noted.values()), default=ABSENT)
    if before < version:
        [spec] = contract.inputs.values()
        assert spec.reach is not None
        reached = spec.reach(Change(lake, group, contract, spec, before, version))
        last = today(group).replace(day=1)
        every = group.periods(group.first_period, last)
        due |= set(every) if reached is None else reached & set(every)
    told = {
        month: noted.get(month, NEVER) if month in due else replace(now, passed=noted[month].passed)
        for month in {*noted, *due}
    }
    if told != noted and provenance.read(lake, contract.name) == noted:
        provenance.write(lake, contract.name, told)
    return due


def told(instance: dg.DagsterInstance, run_id: str) -> dict[str, Any]:
    """What a run of bronze said of how much it took in (`bronze.events.metadata`); nothing where it did not get to."""
    events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    made = [event.asset_materialization for event in events if event.asset_materialization is not None]
    return {name: value.value for each in made for name, value in each.metadata.items()}
