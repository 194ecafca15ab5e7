"""A refresh is a chain of Dagster runs with one tag, since one run holds one kind of partition.

Objects by company, reports by month x company, then every month table of the range in one run with one engine session.
A changed month changes every later balance, so balance tables run from it to the latest month there is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets import catalog
from monette_assets.bronze import exchange_rates, quickbooks_objects, quickbooks_reports
from monette_assets.tables import releases
from monette_assets.tables.asset import asset_key
from monette_assets.tables.contract import Contract
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

CHAIN_TAG = "monette/chain"
STEP_TAG = "monette/step"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

Listener = Callable[[dg.EventLogEntry], None]


@dataclass(frozen=True)
class Step:
    """One run of the chain: some assets over one range of partitions."""

    name: str
    assets: tuple[dg.AssetKey, ...]
    start: str
    end: str


@dataclass(frozen=True)
class StepResult:
    """What became of a step."""

    step: Step
    run_id: str
    success: bool
    failed_checks: tuple[dg.AssetCheckEvaluation, ...] = ()
    error: str = ""


@dataclass
class ChainResult:
    """What became of a chain."""

    chain_id: str
    steps: list[StepResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Every run succeeded and no check failed with severity ERROR."""
        return all(step.success for step in self.steps) and not any(
            check.severity is dg.AssetCheckSeverity.ERROR for step in self.steps for check in step.failed_checks
        )


def plan(
    group: Group,
    first: date,
    last: date,
    *,
    companies: Sequence[str] | None = None,
    latest: date | None = None,
    fetch: bool = True,
) -> list[Step]:
    """The runs that bring first..last of these companies (all by default) up to date, and every balance after them.

    `latest` is the last month the lake already holds; `fetch=False` rebuilds from bronze alone.
    """
    steps: list[Step] = []
    if fetch:
        for start, end in _neighbours(group, companies):
            steps.append(Step("objects", (asset_key(quickbooks_objects.CONTRACT),), start, end))
            steps.append(
                Step(
                    "reports",
                    (asset_key(quickbooks_reports.CONTRACT),),
                    multi_key(start, first),
                    multi_key(end, last),
                )
            )
    silver = [table.contract for table in catalog.SILVER]
    gold = [table.contract for table in catalog.GOLD]
    balances = [contract for contract in gold if contract.balance]
    flows = [contract for contract in gold if not contract.balance]
    rates = [exchange_rates.CONTRACT] if fetch else []
    release = (dg.AssetKey(releases.NAME),)
    months = (month_key(first), month_key(last))
    if latest is None or latest <= last:
        return [*steps, Step("tables", (*_keys([*rates, *silver, *gold]), *release), *months)]
    return [
        *steps,
        Step("tables", _keys([*rates, *silver, *flows]), *months),
        Step("balances", (*_keys(balances), *release), month_key(first), month_key(latest)),
    ]


def _keys(contracts: Iterable[Contract]) -> tuple[dg.AssetKey, ...]:
    return tuple(asset_key(contract) for contract in contracts)


def multi_key(company: str, period: date) -> str:
    """The partition key of a company-month."""
    return str(dg.MultiPartitionKey({"company": company, "month": month_key(period)}))


def _neighbours(group: Group, companies: Sequence[str] | None) -> list[tuple[str, str]]:
    """Runs of neighbours in the contract's order: a partition range holds neighbours only."""
    codes = [company.code for company in group.companies]
    if companies is None:
        return [(codes[0], codes[-1])]
    wanted = {group.company(code).code for code in companies}
    spans: list[list[str]] = []
    for position, code in enumerate(codes):
        if code not in wanted:
            continue
        if spans and codes[position - 1] == spans[-1][-1]:
            spans[-1].append(code)
        else:
            spans.append([code])
    return [(span[0], span[-1]) for span in spans]


def latest_period(lake: Lake) -> date | None:
    """The last month whose balances the lake holds."""
    if not lake.exists("gold/trial_balance"):
        return None
    import pyarrow.compute as pc

    found: date | None = pc.max(lake.read("gold/trial_balance", columns=["period"]).column("period")).as_py()
    return found


def execute(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    steps: Sequence[Step],
    *,
    listener: Listener | None = None,
    tags: dict[str, str] | None = None,
) -> ChainResult:
    """Run the steps one after the other in this process, each a Dagster run of the instance.

    A failed step does not stop the chain: what could be had is brought up to date, the rest keeps its last good rows.
    """
    result = ChainResult(chain_id=uuid.uuid4().hex[:12])
    for step in steps:
        job = definitions.resolve_implicit_job_def_def_for_assets(list(step.assets))
        assert job is not None
        run_id = str(uuid.uuid4())
        if listener is not None:
            instance.add_event_listener(run_id, listener)
        done = job.execute_in_process(
            instance=instance,
            asset_selection=list(step.assets),
            run_id=run_id,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={
                CHAIN_TAG: result.chain_id,
                STEP_TAG: step.name,
                RANGE_START: step.start,
                RANGE_END: step.end,
                **(tags or {}),
            },
        )
        result.steps.append(
            StepResult(
                step=step,
                run_id=run_id,
                success=done.success,
                failed_checks=tuple(e for e in done.get_asset_check_evaluations() if not e.passed),
                error="" if done.success else _why(done),
            )
        )
    return result


def _why(done: Any) -> str:
    """The failures of a run, each in a line."""
    lines = []
    for event in done.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            told = data.user_failure_data.description if data.user_failure_data else None
            if not told and data.error:
                cause = data.error
                while cause.cause is not None:
                    cause = cause.cause
                told = cause.message.strip()
            lines.append(f"{event.step_key.replace('__', '/')}: {told}")
    return "\n".join(lines)
