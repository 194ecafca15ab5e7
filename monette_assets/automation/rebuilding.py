"""Rebuilding what is stale: tables without months first, then the months they and everything else left behind.

Nothing is fetched. What came out equal commits nothing, and makes nothing below it stale.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import chain
from monette_assets.automation.writers import wait_for_writers
from monette_assets.gold import completeness
from monette_assets.group.calendar import months_between
from monette_assets.tables import releases
from monette_assets.tables.asset import asset_key
from monette_assets.tables.contract import Contract, Months, Partitions
from monette_assets.tables.partitions import month_key
from monette_assets.tables.staleness import Found, Staleness, behind, find

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

RELEASE = chain.Step("release", (dg.AssetKey(releases.NAME),), "", "")
ROUNDS = 4  # a table that fails leaves those below for the next one


def tables() -> tuple[Contract, ...]:
    """The tables that are computed, in order."""
    return tuple(table.contract for table in (*catalog.SILVER, *catalog.GOLD))


def plan_lists(stale: Staleness, among: Sequence[Contract]) -> list[chain.Step]:
    """One run of the stale tables without months."""
    lists = [each for each in among if each.partitions is Partitions.NONE and each.name in stale.months]
    return [chain.Step("lists", _keys(lists), "", "")] if lists else []


def plan_months(stale: Staleness, among: Sequence[Contract]) -> list[chain.Step]:
    """The runs of the stale months and of all that is made of them: flows, then balances to the latest month."""
    wanted = reached(stale, among)
    monthly = [each for each in among if wanted.get(each.name)]
    if not monthly:
        return []
    flows = [each for each in monthly if not each.balance]
    balances = [each for each in monthly if each.balance]
    steps = []
    for first, last in chain.month_spans(set().union(*(wanted[each.name] for each in flows))):
        within = [each for each in flows if any(first <= month <= last for month in wanted[each.name])]
        steps.append(chain.Step("tables", _keys(within), month_key(first), month_key(last)))
    if balances:
        months = set().union(*(wanted[each.name] for each in balances))
        steps.append(chain.Step("balances", _keys(balances), month_key(min(months)), month_key(max(months))))
    if _gold(monthly):
        steps[-1] = replace(steps[-1], assets=(*steps[-1].assets, dg.AssetKey(releases.NAME)))
    return steps


def reached(stale: Staleness, among: Sequence[Contract]) -> dict[str, set[date]]:
    """The stale months by table, and those of the tables below that read them.

    A table without months is computed before: whether it changes anything below is known then.
    """
    found: dict[str, set[date]] = {}
    for contract in among:
        if contract.partitions is not Partitions.MONTH:
            continue
        months = {month for month in stale.months.get(contract.name, ()) if month}
        for spec in contract.inputs.values():
            above = found.get(spec.contract.name, set())
            if above and (spec.months is Months.SAME or not contract.balance):
                months |= above
            elif above:
                months.add(min(above))
        if contract.name == completeness.CONTRACT.name and any(found.values()):
            months.add(min(min(each) for each in found.values() if each))  # what is held back counts there
        if months and contract.balance:
            months = set(months_between(min(months), max(*months, stale.latest or min(months))))
        found[contract.name] = months
    return found


def _gold(contracts: Collection[Contract]) -> list[Contract]:
    return [each for each in contracts if each.name.startswith("gold/")]


def _keys(contracts: Collection[Contract]) -> tuple[dg.AssetKey, ...]:
    return tuple(asset_key(each) for each in contracts)


def make_whole(
    group: Group,
    lake: Lake,
    instance: dg.DagsterInstance,
    result: chain.ChainResult,
    among: Sequence[Contract],
    run: Callable[[Sequence[chain.Step]], None],
) -> None:
    """Compute again what kept the chain from releasing, and release: what a killed run left in other months, or what
    did not run below a table that failed. `run` executes steps and adds them to the result.

    Not where a run of the chain broke down, which would be tried at once again; nor what is not `among` its tables.
    """

    def stale() -> Staleness:  # with what was only fetched: what is computed of it goes together
        return find(lake, group, among, confirm=False).of_inputs()

    gold = _gold(among)
    before: Found | None = None
    for _ in range(ROUNDS):
        if result.whole or any(step.crashed for step in result.steps):
            return
        wait_for_writers(instance, _keys(among))  # they may leave nothing to do
        found = behind(lake, group, gold)
        if found.months == before:
            return  # computed again, and as it was
        before = found.months
        run(plan_lists(stale(), among))
        run(plan_months(stale(), among) or [RELEASE])


def rebuild(
    group: Group,
    lake: Lake,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    *,
    deployed: bool = True,
    among: Sequence[Contract] | None = None,
    listener: chain.Listener | None = None,
    on_step: Callable[[chain.Step], None] | None = None,
    tags: Mapping[str, str] | None = None,
) -> chain.ChainResult:
    """Compute what is stale again, in order, once, and release gold; `deployed`: with it what only new code or contract
    makes stale.
    """
    contracts = tables() if among is None else among
    result = chain.ChainResult(chain_id=uuid.uuid4().hex[:12])

    def run(steps: Sequence[chain.Step]) -> None:
        done = chain.execute(
            definitions, instance, steps, listener=listener, on_step=on_step, tags=dict(tags or {}),
            chain_id=result.chain_id,
        )  # fmt: skip
        result.steps += done.steps

    def look() -> Staleness:
        found = find(lake, group, contracts)
        return found if deployed else found.of_inputs()

    run(plan_lists(look(), contracts))
    steps = plan_months(look(), contracts)
    if not steps and releases.pending(lake, _gold(contracts)):
        steps = [RELEASE]  # it was refused, and has been made whole since without one
    run(steps)
    make_whole(group, lake, instance, result, contracts, run)
    return result
