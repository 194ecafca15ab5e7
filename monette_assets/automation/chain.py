"""A refresh is a chain of Dagster runs with one tag, since one run holds one kind of partition.

Objects by company, reports by month x company, then every month table of the range in one run with one engine session.
A changed month changes every later balance, QuickBooks' own too: balance reports are fetched again, and balance tables
run, from it to the latest month there is.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation.writers import wait_for_writers
from monette_assets.bronze import exchange_rates, landing_files, quickbooks_objects, quickbooks_reports
from monette_assets.gold import completeness
from monette_assets.group.calendar import add_months
from monette_assets.lake import statistics
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables import attribution, releases
from monette_assets.tables.asset import ANEW_TAG, asset_key
from monette_assets.tables.contract import Contract, Partitions
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

CHAIN_TAG = attribution.CHAIN_TAG
STEP_TAG = "monette/step"
HALFWAY_TAG = "monette/halfway"  # on a run that leaves gold between two releases: a later one of its chain releases it
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
MAX_RETRIES_TAG = "dagster/max_retries"

COMPLETENESS = (asset_key(completeness.CONTRACT), dg.AssetKey(releases.NAME))
WHOLE = dg.AssetCheckKey(dg.AssetKey(releases.NAME), releases.WHOLE)

Listener = Callable[[dg.EventLogEntry], None]
CompanyMonths = Mapping[str, Collection[date]]


@dataclass(frozen=True)
class Step:
    """One run of the chain: some assets over one range of partitions; of tables without any, start and end are ""."""

    name: str
    assets: tuple[dg.AssetKey, ...]
    start: str
    end: str
    config: Mapping[str, Any] = field(default_factory=dict)  # run configuration
    anew: bool = False  # compute the tables, whether or not anything that they are made of has changed


CheckedPartition = tuple[dg.AssetCheckKey, str | None]


@dataclass(frozen=True)
class StepResult:
    """What became of a step."""

    step: Step
    run_id: str
    success: bool
    failed_checks: tuple[dg.AssetCheckEvaluation, ...] = ()
    error: str = ""
    passed_checks: frozenset[CheckedPartition] = frozenset()
    crashed: bool = False  # it failed for another reason than its data: trying again may help


@dataclass
class ChainResult:
    """What became of a chain."""

    chain_id: str
    steps: list[StepResult] = field(default_factory=list)
    fetched_again: CompanyMonths = field(default_factory=dict)  # they did not tie out at first

    @property
    def failed_checks(self) -> list[dg.AssetCheckEvaluation]:
        """Checks whose last word was no: one that failed and passed later in the chain is well."""
        last: dict[CheckedPartition, dg.AssetCheckEvaluation] = {}
        for step in self.steps:
            for passed in step.passed_checks:
                last.pop(passed, None)
            last |= {_checked(check): check for check in step.failed_checks}
        return list(last.values())

    @property
    def whole(self) -> bool:
        """Whether the chain's last word on gold is not that it is a mix, and so not released."""
        return all(check.asset_check_key != WHOLE for check in self.failed_checks)

    @property
    def errors(self) -> list[dg.AssetCheckEvaluation]:
        """Those of severity ERROR."""
        return [check for check in self.failed_checks if check.severity is dg.AssetCheckSeverity.ERROR]

    @property
    def ok(self) -> bool:
        """Every run succeeded and no check's last word is a failure of severity ERROR."""
        return all(step.success for step in self.steps) and not self.errors


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
    codes = [company.code for company in group.companies] if companies is None else companies
    months = dict.fromkeys(codes, group.periods(first, last))
    return plan_months(group, months, latest=latest, fetch=fetch)


def plan_months(
    group: Group,
    months: Mapping[str, Collection[date]],
    *,
    latest: date | None = None,
    fetch: bool = True,
    whole: Collection[str] = (),
) -> list[Step]:
    """As `plan`, for the months given by company; `whole`: companies whose documents are read anew.

    Raises ValueError without months, KeyError for an unknown company.
    """
    union = set().union(*(periods for periods in months.values()))
    if not union:
        raise ValueError(f"expected months to refresh by company, found none in {dict(months)}")
    first, last = min(union), max(union)
    until = last if latest is None else max(last, latest)
    silver = [table.contract for table in catalog.SILVER]
    gold = [table.contract for table in catalog.GOLD]
    arrivals = [exchange_rates.CONTRACT, landing_files.CONTRACT] if fetch else []
    release = _release()
    steps = _fetching(group, months, latest, whole) if fetch else []
    spans = month_spans(union)
    if len(spans) == 1 and until == last:
        keys = (*_keys([*arrivals, *silver, *gold]), *release)
        return [*steps, Step("tables", keys, month_key(first), month_key(last))]
    balances = [contract for contract in (*silver, *gold) if contract.balance]
    flows = [contract for contract in (*silver, *gold) if not contract.balance]
    for position, (start, end) in enumerate(spans):
        monthly = [each for each in (*arrivals, *flows) if position == 0 or each.partitions is not Partitions.NONE]
        steps.append(Step("tables", _keys(monthly), month_key(start), month_key(end)))
    return [*steps, Step("balances", (*_keys(balances), *release), month_key(first), month_key(until))]


def _release() -> tuple[dg.AssetKey, ...]:
    """What a chain ends with."""
    return (*_keys(catalog.LOGS), dg.AssetKey(releases.NAME))  # the logs: only looked at


def plan_landing(periods: Collection[date], tables: Collection[str], *, latest: date | None = None) -> list[Step]:
    """The runs that take in what landed and bring up to date what is made of it: these tables and all below them.

    Raises ValueError without months.
    """
    if not periods:
        raise ValueError("expected months that landed sheets speak of, found none")
    fed = set(tables)
    for contract in catalog.contracts():  # in order: what a table is made of stands before it
        if any(spec.contract.name in fed for spec in contract.inputs.values()):
            fed.add(contract.name)
    made = [contract for contract in catalog.contracts() if contract.name in fed]
    balances = [contract for contract in made if contract.balance]
    flows = [contract for contract in made if not contract.balance]
    spans = month_spans(periods)
    until = spans[-1][1] if latest is None else max(spans[-1][1], latest)
    release = _release()
    steps = []
    for position, (start, end) in enumerate(spans):
        monthly = [each for each in (landing_files.CONTRACT, *flows)
                   if position == 0 or each.partitions is not Partitions.NONE]  # fmt: skip
        last = position == len(spans) - 1 and not balances
        keys = (*_keys(monthly), *(release if last else ()))
        steps.append(Step("landing", keys, month_key(start), month_key(end)))
    if balances:
        steps.append(Step("balances", (*_keys(balances), *release), month_key(spans[0][0]), month_key(until)))
    return steps


def _fetching(
    group: Group, months: Mapping[str, Collection[date]], latest: date | None, whole: Collection[str]
) -> list[Step]:
    """Objects, the reports of the months, and the balance reports of every later month the lake holds."""
    objects, reports = asset_key(quickbooks_objects.CONTRACT), asset_key(quickbooks_reports.CONTRACT)
    anew = quickbooks_objects.read_whole(whole)
    steps = [Step("objects", (objects,), start, end, anew) for start, end in _neighbours(group, months)]
    later = {
        code: set(group.periods(min(periods), latest)) - set(periods)
        for code, periods in months.items()
        if periods and latest is not None
    }
    for wanted, config in ((months, {}), (later, quickbooks_reports.balances_only())):
        for (first, last), codes in _by_span(wanted).items():
            for start, end in _neighbours(group, codes):
                steps.append(Step("reports", (reports,), multi_key(start, first), multi_key(end, last), config))
    return steps


def _by_span(months: Mapping[str, Collection[date]]) -> dict[tuple[date, date], list[str]]:
    """The companies of each span of neighbouring months, the earliest span first."""
    found: dict[tuple[date, date], list[str]] = {}
    for code, periods in months.items():
        for span in month_spans(periods):
            found.setdefault(span, []).append(code)
    return dict(sorted(found.items()))


def month_spans(periods: Collection[date]) -> list[tuple[date, date]]:
    """First and last month of each run of neighbouring months."""
    spans: list[list[date]] = []
    for period in sorted(set(periods)):
        if spans and add_months(spans[-1][-1], 1) == period:
            spans[-1].append(period)
        else:
            spans.append([period])
    return [(span[0], span[-1]) for span in spans]


def _keys(contracts: Iterable[Contract]) -> tuple[dg.AssetKey, ...]:
    return tuple(asset_key(contract) for contract in contracts)


def multi_key(company: str, period: date) -> str:
    """The partition key of a company-month."""
    return str(dg.MultiPartitionKey({"company": company, "month": month_key(period)}))


def _neighbours(group: Group, companies: Iterable[str]) -> list[tuple[str, str]]:
    """Runs of neighbours in the contract's order: a partition range holds neighbours only."""
    codes = [company.code for company in group.companies]
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
    """The last month whose reports and balances the lake holds."""
    fetched = statistics.latest(lake, quickbooks_reports.CONTRACT.name)
    balanced = statistics.latest(lake, "gold/trial_balance")
    return min(fetched, balanced) if fetched and balanced else None


def execute(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    steps: Sequence[Step],
    *,
    listener: Listener | None = None,
    on_step: Callable[[Step], None] | None = None,
    tags: dict[str, str] | None = None,
    chain_id: str | None = None,
) -> ChainResult:
    """Run the steps one after the other in this process, each a Dagster run of the instance.

    A failed step does not stop the chain: what could be had is brought up to date, the rest keeps its last good rows.
    Where a table failed, those below it in its run did not run; what is complete is then told by a run of its own.
    """
    result = ChainResult(chain_id=chain_id or uuid.uuid4().hex[:12])
    waiting = deque(steps)
    while waiting:
        step = waiting.popleft()
        if on_step is not None:
            on_step(step)
        wait_for_writers(instance, step.assets)
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
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, **step.config},
            tags={
                CHAIN_TAG: result.chain_id,
                PROCESS_TAG: this_process(),
                STEP_TAG: step.name,
                MAX_RETRIES_TAG: "0",  # what is tried again is the chain, by whoever started it
                **({RANGE_START: step.start, RANGE_END: step.end} if step.start else {}),
                **({ANEW_TAG: "yes"} if step.anew else {}),
                **({HALFWAY_TAG: "yes"} if _halfway(step, waiting) else {}),
                **(tags or {}),
            },
        )
        checks = done.get_asset_check_evaluations()
        result.steps.append(
            StepResult(
                step=step,
                run_id=run_id,
                success=done.success,
                failed_checks=tuple(check for check in checks if not check.passed),
                error="" if done.success else _why(done),
                passed_checks=frozenset(_checked(check) for check in checks if check.passed),
                crashed=not done.success and _crashed(done),
            )
        )
        if not done.success and not waiting and set(COMPLETENESS) < set(step.assets):
            waiting.append(replace(step, name="completeness", assets=COMPLETENESS))
    return result


def _halfway(step: Step, later: Iterable[Step]) -> bool:
    """Whether gold is not whole after this step, until a later one releases it."""
    release = dg.AssetKey(releases.NAME)
    writes = any(key.path[0] == "gold" for key in step.assets)
    return writes and release not in step.assets and any(release in other.assets for other in later)


def _checked(check: dg.AssetCheckEvaluation) -> CheckedPartition:
    """What a check was about."""
    return check.asset_check_key, check.partition


def _crashed(done: Any) -> bool:
    """Whether a failed run broke down: what the data is to blame for is raised as dg.Failure."""
    failures = [event.step_failure_data for event in done.all_events if event.is_step_failure]
    return not failures or any(data.user_failure_data is None for data in failures)


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
