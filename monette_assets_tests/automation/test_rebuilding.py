"""No release is a mix, whatever was killed, failed or written beside the chain: what others left is computed first."""

from __future__ import annotations

import dagster as dg
import pytest

from monette_assets.automation import chain
from monette_assets.tables import releases
from monette_assets.tables.releases import NotWhole, release
from monette_assets_tests.automation.small_graph import (
    BALANCES,
    DECEMBER,
    FLOWS,
    GOLD,
    JANUARY,
    LINES,
    NOVEMBER,
    Graph,
)


def test_what_a_killed_chain_left_of_another_month_is_computed_before_a_release(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    graph.backfill(LINES, FLOWS, first=NOVEMBER)  # killed here: the flows are committed, the balances are not
    graph.arrive("south", DECEMBER, "1.00")
    assert graph.refresh(DECEMBER).ok
    assert graph.computed == [
        ("silver/lines", "2024-12..2024-12"),
        ("gold/flows", "2024-12..2024-12"),
        ("gold/balances", "2024-12..2024-12"),
        ("gold/balances", "2024-11..2024-12"),
    ]
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])


def test_a_table_that_could_not_be_written_in_its_own_chain_is_written_before_the_next_release(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    graph.failing.append(BALANCES)
    assert not graph.refresh(NOVEMBER).ok
    assert graph.lake.sequence(releases.NAME) == 0
    graph.failing.append(BALANCES)
    broken = graph.refresh(DECEMBER)  # it cannot be written now either: the chain does not go on trying
    assert [step.success for step in broken.steps] == [False]
    assert graph.lake.sequence(releases.NAME) == 0
    assert graph.refresh(DECEMBER).ok
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])


def test_a_month_that_was_never_computed_further_is_no_less_of_a_mix(graph: Graph) -> None:
    """Of January nothing below the flows ever ran, and whatever ran since has read them."""
    graph.arrive("north", JANUARY, "7.00")
    graph.backfill(LINES, FLOWS, first=JANUARY)
    graph.backfill(BALANCES, first=NOVEMBER, last=DECEMBER)
    with pytest.raises(NotWhole, match=r"found gold/balances stale \(2025-01: gold/flows\)\. The release before"):
        release(graph.lake, GOLD, "run", graph.group)
    assert graph.refresh(DECEMBER).ok
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])


def test_nothing_is_released_by_others_while_a_chain_is_halfway(graph: Graph) -> None:
    found: list[str] = []

    def somebody_else() -> None:
        with pytest.raises(NotWhole) as told:
            release(graph.lake, GOLD, "other", graph.group)
        found.extend(told.value.found.months)

    graph.arrive("north", NOVEMBER, "150.00")
    graph.meanwhile.append(somebody_else)
    assert not graph.refresh(NOVEMBER, LINES, FLOWS).ok  # lines are written, flows are not
    assert found == ["gold/flows"]
    assert graph.lake.sequence(releases.NAME) == 0


def test_a_chain_of_some_tables_leaves_the_others_to_the_sensor_and_says_so(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    result = graph.refresh(NOVEMBER, LINES, FLOWS)
    assert [(check.asset_check_key, check.severity) for check in result.errors] == [
        (chain.WHOLE, dg.AssetCheckSeverity.ERROR)
    ]
    assert "gold/balances stale (2 months, 2024-11 to 2024-12: gold/flows)" in (result.errors[0].description or "")
    assert graph.lake.sequence(releases.NAME) == 0
    assert graph.settle() == [("gold/balances", "2024-11..2024-12")]
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])


def test_what_checks_hold_back_whole_keeps_nobody_else_from_being_released(graph: Graph) -> None:
    graph.arrive("north", JANUARY, "-5.00")  # all of January: what is made of it does not run
    assert not graph.refresh(JANUARY).ok
    graph.arrive("south", DECEMBER, "1.00")
    assert graph.refresh(DECEMBER).ok
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])
    assert ("south", "2024-12", "1.00") in graph.amounts(FLOWS)


def test_what_was_computed_by_hand_after_a_refusal_is_released_by_the_next_rebuild(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "150.00")
    graph.backfill(LINES, FLOWS, first=NOVEMBER)
    with pytest.raises(NotWhole):
        release(graph.lake, GOLD, "run", graph.group)
    graph.backfill(BALANCES, first=NOVEMBER, last=DECEMBER)
    graph.computed.clear()
    assert graph.rebuild({"deployed": False}).ok
    assert graph.computed == []
    assert (graph.lake.sequence(releases.NAME), graph.mixes()) == (1, [])


def test_what_was_only_fetched_keeps_nothing_from_being_released(graph: Graph) -> None:
    """Nothing was computed of it: gold is of one piece, a little older than bronze."""
    graph.arrive("south", DECEMBER, "1.00")
    graph.backfill(LINES, FLOWS, BALANCES, first=DECEMBER)
    graph.arrive("north", NOVEMBER, "150.00")
    assert release(graph.lake, GOLD, "run", graph.group) == 1
    assert graph.mixes() == []
