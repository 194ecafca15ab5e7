"""Both bases side by side through the whole graph, each tied to QuickBooks' own reports of it (ACCOUNTING 21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from monette_assets.engine import Engine
from monette_assets.group import load_group
from monette_assets.simulator.books import generate_books
from monette_assets.tables.judge import Judge
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.world import World, world_of

NOVEMBER = date(2024, 11, 1)
BOTH = {"accrual", "cash"}
STATEMENTS = (
    "gold/ledger", "gold/trial_balance", "gold/profit_and_loss", "gold/balance_sheet", "gold/translated_balances",
    "gold/cash_flow", "gold/changes_in_equity", "gold/cash_bridge", "gold/financial_summary",
    "gold/consolidated_statements", "gold/consolidated_cash_flow", "gold/completeness",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, engine: Engine, judge: Judge) -> Iterator[World]:
    """A CAD and a USD company whose contract asks for both bases; November 2024 built."""
    folder = tmp_path_factory.mktemp("bases")
    settings = {**small_contract()["group"], "bases": sorted(BOTH)}
    group = load_group(write_contract(folder / "group", group=settings))
    with world_of(folder / "home", group, generate_books(group, until=date(2024, 12, 10)), engine, judge) as made:
        result = made.run(NOVEMBER, NOVEMBER)
        assert result.ok, [step.error or step.failed_checks for step in result.steps]
        yield made


@pytest.mark.parametrize("table", STATEMENTS)
def test_every_statement_holds_both_bases_apart(world: World, table: str) -> None:
    assert {(row["period"], row["basis"]) for row in world.rows(table)} == {(NOVEMBER, basis) for basis in BOTH}


def test_each_basis_ties_to_quickbooks_own_reports_of_that_basis(world: World) -> None:
    compared = world.rows("gold/tie_out")
    assert {row["basis"] for row in compared} == BOTH
    assert [row for row in compared if row["difference"]] == []
    assert {(row["company"], row["basis"]) for row in world.rows("gold/completeness") if row["complete"]} == {
        (company, basis) for company in ("north", "south") for basis in BOTH
    }


def test_what_is_not_paid_yet_counts_on_accrual_alone(world: World) -> None:
    results: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in world.rows("gold/profit_and_loss"):
        results[row["company"], row["basis"]] += row["amount"]
    for company in ("north", "south"):
        assert results[company, "accrual"] != results[company, "cash"]
