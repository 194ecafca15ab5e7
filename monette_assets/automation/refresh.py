"""A refresh: the chain of runs, and once more for what came and does not tie out: books move while they are read."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from monette_assets.automation import rebuilding
from monette_assets.automation.chain import (
    ChainResult,
    CompanyMonths,
    Listener,
    Step,
    execute,
    plan_months,
)
from monette_assets.bronze import quickbooks_reports
from monette_assets.gold import tie_out
from monette_assets.tables.asset import asset_key
from monette_assets.tables.partitions import month_key, period_of

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.tables import Contract


def refresh(
    group: Group,
    lake: Lake,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    steps: Sequence[Step],
    *,
    listener: Listener | None = None,
    on_step: Callable[[Step], None] | None = None,
    on_again: Callable[[CompanyMonths, Sequence[Step]], None] | None = None,
    tags: dict[str, str] | None = None,
    tables: Sequence[Contract] | None = None,
) -> ChainResult:
    """Run the steps; what was fetched and does not tie out is fetched once more, since books move while they are read.
    Where gold is not of one piece then, what keeps it from being so is computed too, whichever month it is of.

    Once a chain, whatever comes of it. `on_again` is told the company-months and the steps that fetch them again.
    `tables`: those that are computed, in order; the platform's by default.
    """
    result = ChainResult(chain_id=uuid.uuid4().hex[:12])

    def run(those: Sequence[Step]) -> None:
        done = execute(
            definitions, instance, those, listener=listener, on_step=on_step, tags=tags, chain_id=result.chain_id
        )
        result.steps += done.steps

    run(steps)
    if broken := broken_tie_out(group, lake, result):
        result.fetched_again = broken
        again = fetching_again(group, broken, result)
        if on_again is not None:
            on_again(broken, again)
        run(again)
    made = {key for each in result.steps for key in each.step.assets}
    among = [each for each in tables or rebuilding.tables() if asset_key(each) in made]
    rebuilding.make_whole(group, lake, instance, result, among, run)
    return result


def broken_tie_out(group: Group, lake: Lake, result: ChainResult) -> CompanyMonths:
    """The company-months that the chain fetched, whole or their balances, and that do not tie out as they now stand."""
    import pyarrow.compute as pc

    key = asset_key(tie_out.CONTRACT)
    failed = {
        period_of(check.partition)
        for check in result.failed_checks
        if check.asset_key == key and check.check_name == "ties_out" and check.partition
    }
    came = came_in(group, result)
    if not failed or not came:
        return {}
    differs = tie_out.differing() & pc.field("accepted_by").is_null()
    rows = lake.read(tie_out.CONTRACT.name, columns=["company", "period"], filters=differs)
    broken: dict[str, set[date]] = defaultdict(set)
    for row in rows.group_by(["company", "period"]).aggregate([]).to_pylist():
        if row["period"] in failed and (row["company"], row["period"]) in came:
            broken[row["company"]].add(row["period"])
    return {company: sorted(broken[company]) for company in sorted(broken)}


def came_in(group: Group, result: ChainResult) -> set[tuple[str, date]]:
    """The company-months whose reports the chain fetched; without those that did not come."""
    reports = asset_key(quickbooks_reports.CONTRACT)
    codes = [company.code for company in group.companies]
    came: set[tuple[str, date]] = set()
    for step in (each.step for each in result.steps if reports in each.step.assets):
        (start, first), (end, last) = (key.split("|") for key in (step.start, step.end))
        companies = codes[codes.index(start) : codes.index(end) + 1]
        came |= {(code, period) for code in companies for period in group.periods(period_of(first), period_of(last))}
    absent = [partition.split("|") for partition in _failed(result, reports)]
    return came - {(company, period_of(month)) for company, month in absent}


def _failed(result: ChainResult, key: dg.AssetKey) -> set[str]:
    """The partitions in which a check of the table failed."""
    return {check.partition for check in result.failed_checks if check.asset_key == key and check.partition}


def fetching_again(group: Group, broken: CompanyMonths, result: ChainResult) -> list[Step]:
    """The steps that fetch these company-months and make of them what the chain made, up to the chain's last month."""
    asset = {asset for each in result.steps for asset in each.step.assets}
    until = max(period_of(each.step.end) for each in result.steps if asset_key(tie_out.CONTRACT) in each.step.assets)
    steps = [
        replace(step, assets=tuple(key for key in step.assets if key in asset))
        for step in plan_months(group, broken, latest=until)
    ]
    return [step for step in steps if step.assets]


def told_again(months: CompanyMonths) -> str:
    """Which company-months were fetched again, in one line."""
    listed = "; ".join(f"{code} {', '.join(map(month_key, sorted(periods)))}" for code, periods in months.items())
    return f"did not tie out, fetched again once: {listed}"
