"""Gross margin, contribution margin, EBITDA and net income by month, location and pillar (ACCOUNTING 24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import budget_vs_actual, profit_and_loss
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PL = "gold/profit_and_loss"
# Each result adds or deducts profit types, in display sign.
RESULTS: dict[str, dict[str, int]] = {
    "Gross Margin": {"Sales Revenue": 1, "Cost of Goods Sold": -1},
    "Contribution Margin": {
        "Sales Revenue": 1, "Cost of Goods Sold": -1, "Direct Operating Expenses": -1, "Other Operating Revenue": 1,
    },
    "EBITDA": {
        "Sales Revenue": 1, "Cost of Goods Sold": -1, "Direct Operating Expenses": -1, "Other Operating Revenue": 1,
        "Operating Overheads": -1,
    },
    "Net Income": {
        "Sales Revenue": 1, "Cost of Goods Sold": -1, "Direct Operating Expenses": -1, "Other Operating Revenue": 1,
        "Operating Overheads": -1, "Other Income": 1, "Other Expense": -1, "Unmapped": -1,
    },
}  # fmt: skip
# The statement from top to bottom.
LINES = (
    "Sales Revenue", "Cost of Goods Sold", "Gross Margin", "Direct Operating Expenses", "Other Operating Revenue",
    "Contribution Margin", "Operating Overheads", "EBITDA", "Other Income", "Other Expense", "Unmapped", "Net Income",
)  # fmt: skip
PLACE = ["period", "fiscal_year", "company", "basis", "scenario", "location", "pillar"]


def _does_not_add_up(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unit = ["company", "period", "basis", "scenario"]
    ours = (
        staged.rows.where(F.col("line") == "Net Income").groupBy(*unit).agg(F.sum("amount_cad").alias("net_income_cad"))
    )
    earned = F.col("profit_type").isin(*REVENUE_TYPES)
    signed = F.when(earned, F.col("budget_cad")).otherwise(-F.col("budget_cad"))
    actual = staged.inputs["profit_and_loss"].select(
        *unit[:3], F.lit("actual").alias("scenario"), (-F.col("amount_cad")).alias("amount_cad")
    )
    budget = staged.inputs["budget_vs_actual"].select(
        *unit[:3], F.lit("budget").alias("scenario"), signed.alias("amount_cad")
    )
    theirs = actual.unionByName(budget).groupBy(*unit).agg(F.sum("amount_cad").alias("made_of_cad"))
    both = theirs.join(ours, unit, "full_outer").na.fill(0)
    return both.where(F.col("net_income_cad") != F.col("made_of_cad"))


CONTRACT = Contract(
    name="gold/financial_summary",
    description=(
        "Profit types and results (gross margin, contribution margin, EBITDA, net income) by month and place, "
        "actual and budget."
    ),
    key=("company", "period", "basis", "scenario", "location", "pillar", "line"),
    inputs={
        "profit_and_loss": Input(profit_and_loss.CONTRACT),
        "budget_vs_actual": Input(budget_vs_actual.CONTRACT),
    },
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{PL}.period",)),
        Column("fiscal_year", "int", "Of the company.", source=(f"{PL}.fiscal_year",)),
        Column("company", "string", "Contract code of the company.", source=(f"{PL}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{PL}.basis",)),
        Column("scenario", "string", "Actual, or budget at the budget rate.", choices=("actual", "budget")),
        Column("location", "string", "Standard name.", source=(f"{PL}.location",)),
        Column("pillar", "string", "Pillar of the location.", source=(f"{PL}.pillar",)),
        Column("line", "string", "Profit type or result.", choices=LINES, source=(f"{PL}.profit_type",)),
        Column("line_order", "int", "Place on the statement, from 1."),
        Column(
            "amount_cad",
            MONEY,
            "Display sign.",
            unit="group currency",
            source=(f"{PL}.display_amount_cad", "gold/budget_vs_actual.budget_cad"),
        ),
    ),
    checks=(
        Check(
            "adds_up",
            "Net income = the profit and loss, and the budget, company by company.",
            "ACCOUNTING 24",
            _does_not_add_up,
        ),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)


@table(CONTRACT)
def financial_summary(context: Context, profit_and_loss: DataFrame, budget_vs_actual: DataFrame) -> DataFrame:
    """Profit types summed by place, and the results made of them."""
    from pyspark.sql import functions as F

    actual = profit_and_loss.withColumn("scenario", F.lit("actual")).withColumnRenamed("display_amount_cad", "shown")
    budget = (
        budget_vs_actual.where(F.col("budget_cad") != 0)
        .withColumn("scenario", F.lit("budget"))
        .withColumnRenamed("budget_cad", "shown")
    )
    columns = [*PLACE, "profit_type", "shown"]
    both = actual.select(*columns).unionByName(budget.select(*columns))
    types = both.groupBy(*PLACE, "profit_type").agg(F.sum("shown").alias("amount_cad"))
    parts = [types.withColumnRenamed("profit_type", "line")]
    for line, signs in RESULTS.items():
        signed = sum(
            (
                F.when(F.col("profit_type") == kind, F.col("amount_cad") * sign).otherwise(F.lit(0))
                for kind, sign in signs.items()
            ),
            start=F.lit(0),
        )
        made_of = types.where(F.col("profit_type").isin(*signs))
        parts.append(
            made_of.groupBy(*PLACE).agg(F.sum(signed.cast(MONEY)).alias("amount_cad")).withColumn("line", F.lit(line))
        )
    every = parts[0]
    for part in parts[1:]:
        every = every.unionByName(part)
    order = F.coalesce(*[F.when(F.col("line") == line, F.lit(i)) for i, line in enumerate(LINES, start=1)])
    return every.withColumn("line_order", order).select(
        *[F.col(column.name).cast(column.type) for column in CONTRACT.columns]
    )
