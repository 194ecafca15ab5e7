"""Which partitions of which tables were left failed, or never came: what a run tried last and nothing has mended since.

What a source did not send, and what broke down (a killed process, a full disk), may be mended by trying again; what
failed because of its data may not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from monette_assets import catalog
from monette_assets.bronze import exchange_rates, quickbooks_objects, quickbooks_reports
from monette_assets.bronze.quickbooks_reports import ARRIVED
from monette_assets.tables import releases
from monette_assets.tables.asset import asset_key
from monette_assets.tables.contract import Partitions
from monette_assets.tables.partitions import month_key, period_of

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

ENDED_BADLY = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
SHOWN = 20


class Why(Enum):
    """Why a partition is as it is."""

    ABSENT = "did not arrive"  # the source did not send it
    NEVER = "was never fetched"
    CRASHED = "broke down"  # its run was killed, or stopped by an error that is not its data's
    REFUSED = "failed because of its data"  # or that of a table above it
    CANCELLED = "was cancelled"


@dataclass(frozen=True)
class Left:
    """One partition that is left failed."""

    table: str
    partition: str  # a month, a company, company|month; "" of a table that has none
    why: Why
    run_id: str = ""

    @property
    def company(self) -> str | None:
        """The company, where a partition is one's."""
        if self.table == quickbooks_objects.CONTRACT.name:
            return self.partition
        return self.partition.split("|")[0] if "|" in self.partition else None

    @property
    def period(self) -> date | None:
        """The month, where a partition has one."""
        if not self.partition or self.table == quickbooks_objects.CONTRACT.name:
            return None
        return period_of(self.partition.split("|")[-1])


def left_failed(instance: dg.DagsterInstance, group: Group, lake: Lake) -> list[Left]:
    """Every partition that is left failed, in the order of the layers. What runs now is not."""
    planned: list[tuple[str, str, str]] = []  # table, partition, the run that tried it last
    found: list[Left] = []
    checks = [dg.AssetCheckKey(asset_key(contract), ARRIVED) for contract in (*catalog.BRONZE, catalog.EVENTS)]
    for info in instance.event_log_storage.get_asset_check_partition_info(checks):
        table, partition = info.check_key.asset_key.to_user_string(), info.partition_key or ""
        if info.latest_execution_status is Status.FAILED:
            found.append(Left(table, partition, Why.ABSENT, info.latest_planned_run_id))
        elif info.latest_execution_status is Status.PLANNED:
            planned.append((table, partition, info.latest_planned_run_id))
    computed = (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD)
    for contract in (*(each.contract for each in computed), *catalog.LOGS):
        planned += _tried(instance, contract.name, contract.partitions)
    planned += _tried(instance, releases.NAME, Partitions.NONE)
    reasons = _reasons(instance, {run_id for _, _, run_id in planned})
    sources = {contract.name for contract in (*catalog.BRONZE, catalog.EVENTS)}
    found += [
        Left(table, partition, reason, run_id)
        for table, partition, run_id in planned
        if (reason := reasons.get(run_id)) is not None
        # what a source did not send `arrived` says itself: without a word of it, all was well unless the run broke down
        and (table not in sources or reason is not Why.REFUSED)
    ]
    found += never_fetched(group, lake, {each.partition for each in found})
    return [each for each in found if _expected(group, each)]


def _tried(instance: dg.DagsterInstance, table: str, partitions: Partitions) -> list[tuple[str, str, str]]:
    """Partitions whose newest attempt materialised nothing: it runs, or it failed."""
    key = dg.AssetKey(table.split("/"))
    if partitions is not Partitions.NONE:
        attempts = (
            instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations(key)
        )
        return [(table, partition, run_id) for partition, (run_id, _) in sorted(attempts.items()) if partition]
    attempt = instance.event_log_storage.get_latest_planned_materialization_info(key)
    made = instance.get_latest_materialization_event(key)
    if attempt is None or (made is not None and made.run_id == attempt.run_id):
        return []
    return [(table, "", attempt.run_id)]


def _reasons(instance: dg.DagsterInstance, run_ids: Iterable[str]) -> dict[str, Why]:
    """Why each of these runs that ended badly did."""
    wanted = sorted(run_ids)
    runs = instance.get_runs(dg.RunsFilter(run_ids=wanted, statuses=list(ENDED_BADLY))) if wanted else []
    return {run.run_id: _reason(instance, run) for run in runs}


def _reason(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Why:
    if run.status is dg.DagsterRunStatus.CANCELED:
        return Why.CANCELLED
    failures = [
        event.dagster_event.step_failure_data
        for event in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        if event.dagster_event is not None
    ]
    refused = bool(failures) and all(data.user_failure_data is not None for data in failures)
    return Why.REFUSED if refused else Why.CRASHED


def never_fetched(group: Group, lake: Lake, known: Iterable[str] = ()) -> list[Left]:
    """Company-months up to the last one the lake holds of which no general ledger ever came, but for those known."""
    import pyarrow.compute as pc

    table, told = quickbooks_reports.CONTRACT.name, set(known)
    if not lake.exists(table):
        return []
    held = lake.read(table, columns=["company", "period"], filters=pc.field("report") == "general_ledger")
    if not held.num_rows:
        return []
    there = {(row["company"], row["period"]) for row in held.group_by(["company", "period"]).aggregate([]).to_pylist()}
    last = pc.max(held.column("period")).as_py()
    names = [
        f"{company}|{month_key(period)}"
        for company, period in group.expected_company_months(group.first_period, last)
        if (company, period) not in there
    ]
    return [Left(table, name, Why.NEVER) for name in names if name not in told]


def _expected(group: Group, left: Left) -> bool:
    """Whether the contract still expects the partition."""
    company, period = left.company, left.period
    codes = {each.code for each in group.companies}
    if company is not None and company not in codes:
        return False
    if period is None:
        return True
    return period >= group.first_period and (company is None or group.is_active(company, period))


def to_fetch(left: Iterable[Left], group: Group, latest: date) -> dict[str, set[date]]:
    """The company-months to ask the sources for again.

    A company whose lists did not come is asked for its latest month; rates come along with the months of a company that
    needs them.
    """
    months: dict[str, set[date]] = defaultdict(set)
    foreign = [company.code for company in group.companies if company.home_currency != group.currency]
    for each in left:
        if each.why not in (Why.ABSENT, Why.NEVER, Why.CRASHED):
            continue
        if each.table == quickbooks_reports.CONTRACT.name and each.company and each.period:
            months[each.company].add(each.period)
        elif each.table == quickbooks_objects.CONTRACT.name:
            months[each.partition].add(latest)
        elif each.table == exchange_rates.CONTRACT.name and each.period and foreign:
            months[foreign[0]].add(each.period)
    return dict(months)


def to_rebuild(left: Iterable[Left], latest: date) -> tuple[date, date] | None:
    """First and last month of what broke down between bronze and the release; None if nothing did.

    What is made of events the sensor `events` has built again.
    """
    others = {contract.name for contract in (*catalog.BRONZE, catalog.EVENTS)}
    others |= {table.name for table in catalog.FED_BY_EVENTS}
    periods = [each.period or latest for each in left if each.why is Why.CRASHED and each.table not in others]
    return (min(periods), min(max(periods), latest)) if periods else None


def told(left: Sequence[Left]) -> list[str]:
    """A line for each table and reason: which partitions, and of which run."""
    alike: Mapping[tuple[str, Why], list[Left]] = defaultdict(list)
    for each in left:
        alike[each.table, each.why].append(each)
    lines = []
    for (table, why), those in alike.items():
        names = [each.partition for each in those if each.partition]
        shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        runs = sorted({each.run_id[:8] for each in those if each.run_id})
        run = f" (run {', '.join(runs[:3])}{' ...' if len(runs) > 3 else ''})" if runs else ""
        lines.append(f"{table}{f' {shown}' if shown else ''} {why.value}{run}")
    return lines
