"""Figures of closed months that are no longer as they were closed, and by how much (ACCOUNTING 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import balance_sheet, profit_and_loss, restated_lines, translated_balances, trial_balance
from monette_assets.gold.closed_months import CLOSE_COLUMNS, CLOSED, both_sides, closes_of
from monette_assets.tables import (
    Check,
    Column,
    Context,
    Contract,
    Freshness,
    Input,
    Months,
    Severity,
    Staged,
    closed_statements,
    closes,
    table,
)
from monette_assets.tables.closed_statements import STATEMENTS
from monette_assets.tables.closes import CLOSE
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FROZEN = "closed_statements"
FIGURE = [
    "company", "period", "basis", "statement", "account_id", "group_account", "location", "pillar", "measure",
]  # fmt: skip


def _restated(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = ["company", "period", "statement", "account_name", "measure", "closed_amount", "difference"]
    return staged.rows.where(F.col("state") == CLOSED).select(*columns)


def _unexplained(staged: Staged) -> DataFrame:
    """An account's movement is restated by exactly what its lines say."""
    from pyspark.sql import functions as F

    account = ["company", "period", "basis", "close_number", "account_id"]
    sign = F.when(F.col("measure") == "closing", F.col("difference")).otherwise(-F.col("difference"))
    moved = (
        staged.rows.where(F.col("statement") == "trial_balance").groupBy(*account).agg(F.sum(sign).alias("restated"))
    )
    told = staged.inputs["restated_lines"].groupBy(*account).agg(F.sum("difference").alias("in_lines"))
    both = moved.join(told, account, "full_outer").na.fill(0, ["restated", "in_lines"])
    return both.where(F.col("restated") != F.col("in_lines"))


CONTRACT = Contract(
    name="gold/restatements",
    description=(
        "Every figure of a closed month that differs from what was closed, since which close and by how much. A month "
        "closed again keeps the restatements between its closes. Empty while nothing is closed; what changed line by "
        "line is in gold/restated_lines."
    ),
    key=("company", "period", "basis", "statement", "account_id", "group_account", "location", "pillar", "measure",
         "close_number"),
    inputs={
        "closes": Input(closes.CONTRACT, Months.ALL),
        "closed_statements": Input(closed_statements.CONTRACT),
        "trial_balance": Input(trial_balance.CONTRACT),
        "profit_and_loss": Input(profit_and_loss.CONTRACT),
        "balance_sheet": Input(balance_sheet.CONTRACT),
        "translated_balances": Input(translated_balances.CONTRACT),
        "restated_lines": Input(restated_lines.CONTRACT),
    },
    balance=True,
    kept=("first_seen_at",),
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{FROZEN}.company",)),
        Column("period", "date", "First day of the closed month.", source=(f"{FROZEN}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{FROZEN}.basis",)),
        Column("statement", "string", "The table it is a figure of.",
               choices=tuple(each.statement for each in STATEMENTS), source=(f"{FROZEN}.statement",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{FROZEN}.account_id",)),
        Column("account_name", "string", "Full name, parents first; null in the profit and loss.", nullable=True,
               source=(f"{FROZEN}.account_name",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{FROZEN}.group_account",)),
        Column("location", "string", "Standard name; empty outside of the profit and loss.",
               source=(f"{FROZEN}.location",)),
        Column("pillar", "string", "Pillar of the location; likewise.", source=(f"{FROZEN}.pillar",)),
        Column("measure", "string", "The column of the statement.", source=(f"{FROZEN}.measure",)),
        *CLOSE_COLUMNS,
        Column("closed_amount", MONEY, "As it was closed; debit positive.", unit="as the measure says",
               source=(f"{FROZEN}.amount",)),
        Column("present_amount", MONEY, "As it stands, or as the next close froze it.", unit="as the measure says",
               source=("gold/trial_balance.closing", "gold/profit_and_loss.amount", "gold/balance_sheet.amount",
                       "gold/translated_balances.closing_cad")),
        Column("difference", MONEY, "present_amount - closed_amount.", unit="as the measure says",
               source=(f"{FROZEN}.amount",)),
        Column("first_seen_at", "timestamp", "When the figure was first found to differ."),
    ),
    checks=(
        Check("closed_months_unchanged", "No closed month differs from what was closed; reopen it and close it again.",
              "ACCOUNTING 12", _restated, Severity.REPORTS),
        Check("explained", "Restated movement = restated lines, account by account.", "ACCOUNTING 12", _unexplained,
              Severity.REPORTS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def restatements(
    context: Context,
    closes: DataFrame,
    closed_statements: DataFrame,
    restated_lines: DataFrame,
    **statements: DataFrame,
) -> DataFrame:
    """Sum each figure on both sides of each close; keep those that differ."""
    from pyspark.sql import functions as F

    pairs = closes_of(context, closes)
    if pairs is None:
        return context.spark.createDataFrame([], CONTRACT.ddl)
    compared = [(each.statement, measure) for each in STATEMENTS for measure in each.compared]
    wanted = F.concat_ws(".", "statement", "measure").isin([f"{name}.{measure}" for name, measure in compared])
    frozen = closed_statements.where(wanted).select("close_id", *FIGURE, "account_name", "amount")
    present = [_figures(statements[name], name, measure) for name, measure in compared]
    whole = present[0]
    for each in present[1:]:
        whole = whole.unionByName(each)
    side = F.col("side")
    zero = F.lit(0).cast(MONEY)
    kept = closes.where(F.col("action") == CLOSE).select(
        F.col("number").alias("close_number"), F.substring_index(F.explode("tables"), "/", -1).alias("statement")
    )  # a statement that did not exist then was not closed
    return (
        both_sides(pairs, frozen, whole)
        .join(kept, ["close_number", "statement"], "left_semi")
        .groupBy(*FIGURE, *[column.name for column in CLOSE_COLUMNS])
        .agg(
            F.max("account_name").alias("account_name"),
            F.sum(F.when(side < 0, F.col("amount")).otherwise(zero)).alias("closed_amount"),
            F.sum(F.when(side > 0, F.col("amount")).otherwise(zero)).alias("present_amount"),
        )
        .withColumn("difference", F.col("present_amount") - F.col("closed_amount"))
        .where(F.col("difference") != 0)
        .withColumn("first_seen_at", F.lit(context.now))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def _figures(rows: DataFrame, statement: str, measure: str) -> DataFrame:
    """One measure of a statement as figures; a column the statement does not have is empty."""
    from pyspark.sql import functions as F

    constants = {"statement": statement, "measure": measure}
    figure = [(F.col(name) if name in rows.columns else F.lit(constants.get(name, ""))).alias(name) for name in FIGURE]
    name = F.col("account_name") if "account_name" in rows.columns else F.lit(None).cast("string").alias("account_name")
    return rows.select(*figure, name, F.col(measure).alias("amount"))
