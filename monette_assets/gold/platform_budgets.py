"""What each part of the platform may cost a month, and what it did."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from monette_assets.gold import platform_costs as costs_table
from monette_assets.tables import Check, Column, Context, Contract, Input, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.group import Group

COSTS = costs_table.CONTRACT.name
EXCEEDED = "within_budget"


def _exceeded(staged: Staged) -> DataFrame:
    return staged.rows.where("is_exceeded").select("period", "part", "name", "budget_cad", "spent_cad")


CONTRACT = Contract(
    name="gold/platform_budgets",
    description=(
        "Every budget of the price book by month, with what was spent of it: a layer's tables, or the companies of a "
        "business pillar and of its sub-pillars. As of the last run of the job `costs`; in no release."
    ),
    key=("period", "part", "name"),
    unit=("period",),
    inputs={"costs": Input(costs_table.CONTRACT), "price_books": costs_table.PRICE_BOOKS},
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{COSTS}.period",)),
        Column("part", "string", "What it is a budget of.", choices=("layer", "pillar")),
        Column("name", "string", "The layer or pillar.", source=(f"{COSTS}.layer", f"{COSTS}.pillar")),
        Column("budget_cad", MONEY, "What it may cost.", unit="CAD", source=(f"{costs_table.BOOKS}.content",)),
        Column("spent_cad", RATE, "What it did, so far.", unit="CAD", source=(f"{COSTS}.amount_cad",)),
        Column("left_cad", RATE, "budget_cad - spent_cad.", unit="CAD", source=(f"{COSTS}.amount_cad",)),
        Column("is_exceeded", "boolean", "More was spent.", source=(f"{COSTS}.amount_cad",)),
    ),
    checks=(
        Check(EXCEEDED, "No part of the platform costs more than its budget of the month. One that does in the running "
              "month is an incident.", "Budgets of prices.yaml", _exceeded, Severity.WARNS),
    ),
    owner="data engineering",
)  # fmt: skip


@table(CONTRACT)
def platform_budgets(context: Context, costs: DataFrame, price_books: DataFrame) -> DataFrame:
    """A row for every budget of every month."""
    from pyspark.sql import functions as F

    book = costs_table.newest_book(context, price_books)
    if book is None:
        return context.spark.createDataFrame([], CONTRACT.ddl)
    spent: dict[tuple[object, str, str], Decimal] = {}
    if book.listed.budgets:
        found = costs.groupBy("period", "layer", "pillar").agg(F.sum("amount_cad").alias("amount")).collect()
        for row in found:
            parts = [("layer", row["layer"]), *(("pillar", name) for name in _and_parent(context.group, row["pillar"]))]
            for part, name in parts:
                key = (row["period"], part, name)
                spent[key] = spent.get(key, Decimal(0)) + row["amount"]
    rows = []
    for period in context.periods:
        for budget in book.budgets_of(period):
            amount = spent.get((period, budget.of, budget.name), Decimal(0))
            left = budget.amount - amount
            rows.append((period, budget.of, budget.name, budget.amount, amount, left, left < 0))
    return context.spark.createDataFrame(rows, CONTRACT.ddl)


def _and_parent(group: Group, pillar: str) -> list[str]:
    """A pillar, and the one it is part of."""
    parents = {each.name: each.parent for each in group.pillars}
    parent = parents.get(pillar)
    return [pillar] if parent is None else [pillar, parent]
