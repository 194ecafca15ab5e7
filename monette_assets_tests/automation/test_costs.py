"""The job `costs`: what ended runs used is taken in once, and counted by the price book in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import chain, costs, rebuilding, refresh_job
from monette_assets.automation.measured_runs import measured
from monette_assets.bronze import platform_usage
from monette_assets.clock import today
from monette_assets.definitions import build
from monette_assets.group import Group
from monette_assets.resources import RunningJudge
from monette_assets.settings import Settings
from monette_assets.tables import releases
from monette_assets.tables.asset import build_asset
from monette_assets.tables.compute import COMPUTE_TAG, Compute
from monette_assets_tests.automation.small_graph import FLOWS, LINES, Graph, Resource
from monette_assets_tests.price_books import price, small_prices, with_prices
from monette_assets_tests.world import RunningEngine

MILLIONTH = Decimal("0.000001")
USAGE, COSTS, RESTATED, BUDGETS = (
    "bronze/platform_usage",
    "gold/platform_costs",
    "gold/platform_cost_restatements",
    "gold/platform_budgets",
)


def count(graph: Graph, group: Group) -> chain.ChainResult:
    """The job's work, on the graph's lake and instance."""
    tables = (LINES.name, FLOWS.name)
    definitions = dg.Definitions(
        [
            platform_usage.build(group, Compute("sail", "laptop"), measured, lambda: tables),
            *(build_asset(table, group) for table in catalog.PLATFORM),
        ],
        resources={"lake": Resource(graph.lake), "engine": RunningEngine(graph.spark),
                   "judge": RunningJudge(graph.judge)},
        executor=dg.in_process_executor,
    )  # fmt: skip
    return costs.count(group, graph.lake, definitions, graph.instance)


def rows(graph: Graph, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = graph.lake.read(table).to_pylist()
    return found


def total(graph: Graph, **wanted: str) -> Decimal:
    found = [row for row in rows(graph, COSTS) if all(row[name] == value for name, value in wanted.items())]
    return sum((row["amount_cad"] for row in found), Decimal(0))


def test_what_runs_used_is_counted_once_and_troubles_no_refresh(graph: Graph) -> None:
    group = with_prices(graph.group)
    assert count(graph, group).ok
    usage = rows(graph, USAGE)
    (flows,) = [row for row in usage if row["asset"] == FLOWS.name and row["kind"] == "compute"]
    assert {pair["company"] for pair in flows["weights"]} == {"north", "south"}
    assert (flows["split_by"], flows["months"], flows["engine"]) == ("rows", ["2024-11", "2024-12"], "sail")
    assert {row["asset"] for row in usage if row["kind"] == "storage"} == {LINES.name, FLOWS.name}
    spent = [row for row in rows(graph, COSTS) if row["usage_id"] == flows["usage_id"]]
    assert sum(row["amount_cad"] for row in spent) == round(flows["quantity"] * 360 / 3600, 3) / 1000

    # what the counting itself used comes with the next time, and nothing else does
    before = {row["usage_id"] for row in usage}
    first = {step.run_id for step in count(graph, group).steps}
    new = [row for row in rows(graph, USAGE) if row["usage_id"] not in before]
    assert {row["asset"] for row in new} == {USAGE, COSTS, RESTATED, BUDGETS, "between steps"}
    assert not {row["run_id"] for row in new} & first
    assert rows(graph, RESTATED) == []
    assert graph.ask() is None  # nothing of the books is stale for it


def test_a_changed_price_restates_what_was_counted_and_says_so(graph: Graph) -> None:
    group = with_prices(graph.group)
    assert count(graph, group).ok
    counted = total(graph, asset=FLOWS.name, item="machine")
    dearer = [price("machine", "laptop", "0.720000"), *small_prices()["prices"][1:]]
    assert count(graph, with_prices(graph.group, prices=dearer)).ok
    restated = [row for row in rows(graph, RESTATED) if row["asset"] == FLOWS.name]
    assert {row["item"] for row in restated} == {"machine"}
    assert sum(row["before_cad"] for row in restated) == counted
    assert abs(total(graph, asset=FLOWS.name, item="machine") - 2 * counted) <= 2 * MILLIONTH
    assert sum(row["difference_cad"] for row in restated) == total(graph, asset=FLOWS.name, item="machine") - counted


def test_what_stands_costs_what_the_book_in_force_says_whatever_was_counted_before(graph: Graph) -> None:
    """A unit at 0.04 an hour, on 3 and 4 November 2024: 48 x 0.04 = 1.92, once, for whatever it is said to be."""
    unit = {"item": "throughput", "sku": "unit", "units": 1, "from": date(2024, 11, 3), "to": date(2024, 11, 5)}
    edits: list[tuple[list[dict[str, Any]], str]] = [
        ([unit], "1.92"),
        ([{**unit, "units": 3}], "5.76"),
        ([{**unit, "asset": FLOWS.name}], "1.92"),
        ([], "0"),
    ]
    counted: list[Decimal] = []
    for standing, _ in edits:
        assert count(graph, with_prices(graph.group, standing=standing)).ok
        counted.append(total(graph, item="throughput"))
        restated = sum(row["difference_cad"] for row in rows(graph, RESTATED) if row["item"] == "throughput")
        assert restated == counted[-1] - counted[0]
    assert counted == [Decimal(amount) for _, amount in edits]


def test_a_gap_in_the_price_book_is_refused_by_name_and_mended_by_the_price(graph: Graph) -> None:
    kept = [each for each in small_prices()["prices"] if each["sku"] not in ("laptop", "disk")]
    gap = [*kept, price("storage", "disk", "900000.000000")]  # the test's tables are small
    result = count(graph, with_prices(graph.group, prices=gap))
    assert [check.check_name for check in result.errors] == ["priced"]
    (entry,) = [row for row in rows(graph, "quarantine") if row["table_name"] == COSTS]
    assert "expected a price of machine laptop on " in entry["reason"]
    assert "Add under `prices` an entry with item: machine, sku: laptop" in entry["reason"]
    assert {row["item"] for row in rows(graph, COSTS)} == {"storage"}
    assert count(graph, with_prices(graph.group)).ok
    assert [row for row in rows(graph, "quarantine") if row["table_name"] == COSTS] == []
    became = [row for row in rows(graph, RESTATED) if (row["asset"], row["item"]) == (FLOWS.name, "machine")]
    assert {row["before_cad"] for row in became} == {None}


def test_no_refresh_and_no_release_waits_for_costs() -> None:
    """Every run adds usage: were a table of costs part of either, no refresh would ever leave all as it stands."""
    platform = {contract.name for contract in catalog.USAGE} | {table.name for table in catalog.PLATFORM}
    refreshed = {contract.name for contract in rebuilding.tables()} | {contract.name for contract in catalog.BRONZE}
    assert not platform & (refreshed | {table.name for table in catalog.GOLD})
    assert not platform & releases.contract([table.contract for table in catalog.GOLD]).rests_on


def test_the_job_counts_and_writes_itself_down(graph: Graph, tmp_path: Path) -> None:
    """As the daemon launches it, with the lake of the deployment; the day after, its own runs are among the usage."""
    group = with_prices(graph.group)
    settings = Settings(home=tmp_path / "home", lake=graph.lake.url)
    definitions = build(settings, group, {"engine": RunningEngine(graph.spark)})
    done = definitions.resolve_job_def(costs.JOB).execute_in_process(instance=graph.instance)
    assert done.success
    runs = graph.instance.get_runs(dg.RunsFilter(tags={refresh_job.PARENT_TAG: done.run_id}))
    assert {key.to_user_string() for run in runs for key in run.asset_selection or ()} == {
        USAGE, COSTS, RESTATED, BUDGETS,
    }  # fmt: skip
    assert {run.tags[COMPUTE_TAG] for run in runs} == {Compute("sail", "laptop").tag}
    acts = {(row["action"], row["what"], row["phase"]) for row in rows(graph, "audit_log")}
    assert {("run", "costs of the platform", phase) for phase in ("begun", "done")} <= acts
    assert count(graph, group).ok
    (own,) = [row for row in rows(graph, USAGE) if row["asset"] == costs.JOB]
    assert own["run_id"] == done.run_id
    inner = sum(row["quantity"] for row in rows(graph, USAGE) if row["run_id"] in {run.run_id for run in runs})
    wall = graph.instance.get_run_record_by_id(done.run_id)
    assert wall is not None
    assert own["quantity"] + inner <= Decimal(str((wall.end_time or 0) - (wall.start_time or 0))) + 1


def test_the_months_to_count_are_those_with_news(graph: Graph) -> None:
    group = with_prices(graph.group)
    assert costs.months_to_count(group, graph.lake) == set()
    assert count(graph, group).ok
    assert costs.months_to_count(group, graph.lake) == {today(group).replace(day=1)}
