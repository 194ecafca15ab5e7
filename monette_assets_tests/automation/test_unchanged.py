"""A refresh computes what may come out otherwise than it stands, and nothing else; every check is told either way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import dagster as dg
import pytest

from monette_assets import catalog
from monette_assets.automation import chain
from monette_assets.automation.refresh import refresh
from monette_assets.lake import Commit, Scope
from monette_assets.tables import code, provenance
from monette_assets.tables.asset import UNTOUCHED, asset_key
from monette_assets_tests.automation.small_graph import (
    BALANCES,
    DECEMBER,
    FLOWS,
    JANUARY,
    LINES,
    NOVEMBER,
    TABLES,
    Graph,
)

EVERY_TABLE = [(each.name, "2024-11..2024-11") for each in TABLES]


def test_where_nothing_changed_nothing_is_computed_and_every_check_is_told(graph: Graph) -> None:
    done = graph.refresh(NOVEMBER)
    assert done.ok
    assert graph.computed == []
    passed = {(key.asset_key.to_user_string(), key.name, month) for key, month in done.steps[0].passed_checks}
    assert passed >= {(each.name, "contract", "2024-11") for each in TABLES} | {(LINES.name, "not_negative", "2024-11")}
    found = graph.instance.get_latest_materialization_event(asset_key(LINES))
    assert found is not None
    assert found.asset_materialization is not None
    told = {name: value.value for name, value in found.asset_materialization.metadata.items()}
    assert (told["dagster/row_count"], told["computed"]) == (1, UNTOUCHED)


def test_rows_that_came_of_another_month_change_nothing_and_a_balance_follows_earlier_ones_alone(graph: Graph) -> None:
    graph.arrive("north", DECEMBER, "7.00", account="loan")
    graph.refresh(NOVEMBER)
    assert graph.computed == []
    graph.refresh(DECEMBER)
    assert graph.computed == [(each.name, "2024-12..2024-12") for each in TABLES]
    graph.refresh(NOVEMBER)
    assert graph.computed == []
    graph.arrive("north", NOVEMBER, "9.00", account="loan")
    graph.refresh(NOVEMBER)
    assert graph.computed == [*EVERY_TABLE, (BALANCES.name, "2024-12..2024-12")]


def test_a_month_that_failed_a_check_is_computed_again_until_it_passes(graph: Graph) -> None:
    graph.arrive("north", NOVEMBER, "-1.00")
    for _ in range(2):
        assert not graph.refresh(NOVEMBER).ok
        assert graph.computed[:1] == EVERY_TABLE[:1]
    graph.arrive("north", NOVEMBER, "100.00")
    assert graph.refresh(NOVEMBER).ok
    assert graph.refresh(NOVEMBER).ok
    assert graph.computed == []


def test_a_month_that_somebody_restored_is_computed_and_others_are_not(graph: Graph) -> None:
    commit = Commit(
        run_id="restore-1",
        publish_id="restore-1",
        code_version="",
        contract_version="",
        at=graph.moment.astimezone(UTC),
    )
    graph.lake.restore(FLOWS.name, 1, commit, Scope.of(("company", "period"), [("south", DECEMBER)]))
    graph.refresh(NOVEMBER)
    assert graph.computed == [(BALANCES.name, "2024-12..2024-12")]  # made of what was restored; nothing of November
    graph.refresh(DECEMBER)
    assert graph.computed == [(FLOWS.name, "2024-12..2024-12")]


def test_an_input_without_months_that_says_something_else_counts_for_every_month(graph: Graph) -> None:
    graph.name("south", "loan", "Term loan")
    graph.refresh(NOVEMBER)
    assert graph.computed == [(FLOWS.name, "2024-11..2024-11")]


@pytest.mark.parametrize("column", ["code", "contract"])
def test_other_code_or_another_contract_is_computed(graph: Graph, column: str) -> None:
    noted = provenance.read(graph.lake, FLOWS.name)
    older = {
        month: replace(each, code="older") if column == "code" else replace(each, contract="older")
        for month, each in noted.items()
    }
    provenance.write(graph.lake, FLOWS.name, older)
    graph.refresh(NOVEMBER)
    assert graph.computed == [(FLOWS.name, "2024-11..2024-11")]


def test_a_month_that_was_found_current_still_says_what_it_was_computed_from(graph: Graph) -> None:
    before = provenance.read(graph.lake, LINES.name)[NOVEMBER]
    graph.arrive("north", JANUARY, "7.00")
    graph.settle()  # the sensor notes November as of the present version of what arrived
    after = provenance.read(graph.lake, LINES.name)[NOVEMBER]
    assert after.inputs != before.inputs
    assert after.passed == before.passed
    graph.refresh(NOVEMBER)
    assert graph.computed == []


def test_what_is_named_or_materialized_by_hand_is_computed(graph: Graph) -> None:
    keys = (*map(asset_key, TABLES), dg.AssetKey("releases"))
    step = chain.Step("tables", keys, "2024-11", "2024-11", anew=True)
    assert refresh(graph.group, graph.lake, graph.definitions, graph.instance, [step], tables=TABLES).ok
    assert graph.computed == EVERY_TABLE
    graph.computed.clear()
    graph.backfill(*TABLES, first=NOVEMBER)
    assert graph.computed == EVERY_TABLE


def test_a_table_that_asks_what_day_it_is_says_so() -> None:
    """The month a document belongs to is looked for among those up to the running one: later ones are read as well."""
    for_speed = {"silver/current_documents"}
    read = code.Code()
    asking = {
        contract.name
        for contract in catalog.contracts()
        if contract.name.startswith(("silver/", "gold/"))
        for part in {*read.parts(contract.name)} - for_speed
        if "context.now" in ((code.PACKAGE / f"{part.partition('#')[0]}.py").read_text() if "#" not in part else "")
    }
    assert asking == {contract.name for contract in catalog.contracts() if contract.by_day}
