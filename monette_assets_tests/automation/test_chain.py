"""Which runs a refresh is made of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from monette_assets.automation.chain import Step, plan, plan_months
from monette_assets.bronze.quickbooks_reports import balances_only
from monette_assets.group import Group, load_group
from monette_assets.group.calendar import months_between
from monette_assets_tests.contracts import small_contract, write_contract

MONTHS = months_between(date(2024, 11, 1), date(2025, 4, 1))
NOVEMBER, DECEMBER, JANUARY, FEBRUARY, MARCH, APRIL = MONTHS
FLOW, BALANCE = dg.AssetKey(["gold", "profit_and_loss"]), dg.AssetKey(["gold", "trial_balance"])
REPORTED = dg.AssetKey(["silver", "reported_balances"])


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Four companies in this order: east, north, south, west."""
    folder: Path = tmp_path_factory.mktemp("contract")
    north, south = small_contract()["companies"]
    east = {**north, "code": "east", "name": "East", "realm_id": "1003"}
    west = {**north, "code": "west", "name": "West", "realm_id": "1004"}
    return load_group(write_contract(folder, companies=[east, north, south, west]))


def ranges(steps: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.name, step.start, step.end) for step in steps]


def test_a_first_ingest_is_three_runs(group: Group) -> None:
    assert ranges(plan(group, NOVEMBER, APRIL)) == [
        ("objects", "east", "west"),
        ("reports", "east|2024-11", "west|2025-04"),
        ("tables", "2024-11", "2025-04"),
    ]


def test_an_earlier_month_changes_every_later_balance_ours_and_theirs(group: Group) -> None:
    steps = plan(group, DECEMBER, DECEMBER, companies=["south"], latest=APRIL)
    assert ranges(steps) == [
        ("objects", "south", "south"),
        ("reports", "south|2024-12", "south|2024-12"),
        ("reports", "south|2025-01", "south|2025-04"),
        ("tables", "2024-12", "2024-12"),
        ("balances", "2024-12", "2025-04"),
    ]
    assert [dict(step.config) for step in steps[1:3]] == [{}, balances_only()]
    *_, tables, balances = steps
    assert FLOW in tables.assets
    assert {BALANCE, REPORTED} <= set(balances.assets)
    assert not set(tables.assets) & set(balances.assets)


def test_neighbouring_companies_with_the_same_months_share_a_run(group: Group) -> None:
    months = {"north": [NOVEMBER], "south": [NOVEMBER], "west": [MARCH], "east": [NOVEMBER, MARCH, APRIL]}
    steps = plan_months(group, months, latest=None)
    assert ranges(steps) == [
        ("objects", "east", "west"),
        ("reports", "east|2024-11", "south|2024-11"),
        ("reports", "west|2025-03", "west|2025-03"),
        ("reports", "east|2025-03", "east|2025-04"),
        ("tables", "2024-11", "2024-11"),
        ("tables", "2025-03", "2025-04"),
        ("balances", "2024-11", "2025-04"),
    ]


def test_every_table_runs_once_a_month_and_the_release_last(group: Group) -> None:
    steps = plan_months(group, {"north": [NOVEMBER, MARCH]}, latest=APRIL)
    tables = [step for step in steps if step.name in ("tables", "balances")]
    dimensions = [step for step in tables if dg.AssetKey(["silver", "accounts"]) in step.assets]
    assert len(dimensions) == 1
    assert [step.name for step in tables if dg.AssetKey("releases") in step.assets] == ["balances"]
    assert steps[-1].name == "balances"


def test_without_fetching_only_tables_run(group: Group) -> None:
    steps = plan(group, APRIL, APRIL, latest=APRIL, fetch=False)
    assert ranges(steps) == [("tables", "2025-04", "2025-04")]
    assert dg.AssetKey(["bronze", "exchange_rates"]) not in steps[0].assets


def test_nothing_to_refresh_is_refused(group: Group) -> None:
    with pytest.raises(ValueError, match="expected months to refresh"):
        plan_months(group, {"north": []})
