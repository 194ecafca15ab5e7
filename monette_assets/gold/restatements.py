"""Figures of closed months that are no longer as they were closed, and by how much (ACCOUNTING 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import (
    adjustments,
    balance_sheet,
    cash_flow,
    changes_in_equity,
    consolidated_cash_flow,
    consolidated_changes_in_equity,
    consolidated_statements,
    eliminations,
    payables_aging,
    profit_and_loss,
    receivables_aging,
    restated_lines,
    translated_balances,
    trial_balance,
)
from monette_assets.gold.closed_months import CLOSE_COLUMNS, CLOSED, as_declared, both_sides, closes_of
from monette_assets.group.models import WHOLE_GROUP
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
from monette_assets.tables.closed_statements import FIGURE, FORMERLY, STATEMENTS, Frozen
from monette_assets.tables.closes import CLOSE
from monette_assets.tables.contract import MONEY, hours
from monette_assets.tables.reach import months_changed

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

CLOSED_STATEMENTS, CLOSES = closed_statements.CONTRACT, closes.CONTRACT
FROZEN = CLOSED_STATEMENTS.name
UNIT = ["company", "period"]
COMPARED = [(each, measure) for each in STATEMENTS for measure in each.compared]
TABLES = {
    module.CONTRACT.name: module.CONTRACT
    for module in (
        trial_balance, profit_and_loss, balance_sheet, translated_balances, cash_flow, changes_in_equity,
        consolidated_statements, eliminations, adjustments, consolidated_cash_flow, consolidated_changes_in_equity,
        payables_aging, receivables_aging,
    )
}  # fmt: skip


def _restated(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = [
        "company", "period", "statement", "subgroup", "step", "component", "section", "line", "group_account",
        "account_name", "measure", "closed_amount", "difference",
    ]  # fmt: skip
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
        "Every figure of a closed month, of a company or of the group, that differs from what was closed, since which "
        "close and by how much. A month closed again keeps the restatements between its closes. Empty while nothing is "
        "closed; what changed line by line is in gold/restated_lines."
    ),
    key=(*UNIT, *FIGURE, "close_number"),
    beside=(WHOLE_GROUP,),
    inputs={
        "closes": Input(CLOSES, Months.ALL, reach=months_changed),
        "closed_statements": Input(CLOSED_STATEMENTS),
        **{each.statement: Input(TABLES[each.table]) for each in STATEMENTS},
        "restated_lines": Input(restated_lines.CONTRACT),
    },
    balance=True,
    kept=("first_seen_at",),
    by_day=True,
    columns=(
        Column("company", "string", "Contract code of the company; group for the group's month.",
               source=(f"{FROZEN}.company",)),
        Column("period", "date", "First day of the closed month.", source=(f"{FROZEN}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{FROZEN}.basis",)),
        Column("statement", "string", "The table it is a figure of.",
               choices=tuple(each.statement for each in STATEMENTS), source=(f"{FROZEN}.statement",)),
        Column("subgroup", "string", "Part of the group; empty for a company's figure.",
               source=(f"{FROZEN}.subgroup",)),
        Column("step", "string", "Step of the consolidation; likewise.", source=(f"{FROZEN}.step",)),
        Column("component", "string", "Company, entry, component of equity or contact; empty where there is none.",
               source=(f"{FROZEN}.component",)),
        Column("section", "string", "Section of the cash flow, kind of elimination, bucket of an aging; likewise.",
               source=(f"{FROZEN}.section",)),
        Column("line", "string", "Line of cash flow or equity; of eliminations and adjustments, the company whose "
               "figure they change.", source=(f"{FROZEN}.line",)),
        Column("account_id", "string", "QuickBooks' id of the account; empty where a statement has none.",
               source=(f"{FROZEN}.account_id",)),
        Column("account_name", "string", "Full name, parents first; the contact's in agings; null where a figure is of "
               "no account.", nullable=True, source=(f"{FROZEN}.account_name",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{FROZEN}.group_account",)),
        Column("location", "string", "Standard name; empty outside of the profit and loss.",
               source=(f"{FROZEN}.location",)),
        Column("pillar", "string", "Pillar of the location; likewise.", source=(f"{FROZEN}.pillar",)),
        Column("measure", "string", "The column of the statement.", source=(f"{FROZEN}.measure",)),
        *CLOSE_COLUMNS,
        Column("closed_amount", MONEY, "As it was closed; debit positive.", unit="as the measure says",
               source=(f"{FROZEN}.amount",)),
        Column("present_amount", MONEY, "As it stands, or as the next close froze it.", unit="as the measure says",
               source=tuple(f"{each.table}.{measure}" for each, measure in COMPARED)),
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
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    pairs = closes_of(context, closes)
    if pairs is None:
        return context.spark.createDataFrame([], CONTRACT.ddl)
    wanted = F.concat_ws(".", "statement", "measure").isin(
        [f"{each.statement}.{measure}" for each, measure in COMPARED]
    )
    names = [*FIGURE, "account_name"]
    frozen = as_declared(closed_statements, CLOSED_STATEMENTS).where(wanted).na.fill("", list(FIGURE))
    present = [_figures(statements[each.statement], each, measure) for each, measure in COMPARED]
    whole = present[0]
    for each in present[1:]:
        whole = whole.unionByName(each)
    side = F.col("side")
    account = Window.partitionBy(*UNIT, "close_number", "account_id")  # a trial balance names them
    name = F.when(F.col("account_id") != "", F.max("account_name").over(account))
    zero = F.lit(0).cast(MONEY)
    return (
        both_sides(pairs, frozen.select("close_id", *UNIT, *names, "amount"), whole)
        .join(_kept(closes), ["close_number", "statement"], "left_semi")
        .groupBy(*UNIT, *FIGURE, *[column.name for column in CLOSE_COLUMNS])
        .agg(
            F.max("account_name").alias("account_name"),
            F.sum(F.when(side < 0, F.col("amount")).otherwise(zero)).alias("closed_amount"),
            F.sum(F.when(side > 0, F.col("amount")).otherwise(zero)).alias("present_amount"),
        )
        .withColumn("account_name", F.coalesce("account_name", name))
        .withColumn("difference", F.col("present_amount") - F.col("closed_amount"))
        .where(F.col("difference") != 0)
        .withColumn("first_seen_at", F.lit(context.now))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def _kept(closes: DataFrame) -> DataFrame:
    """close_number, statement: what each close froze. A statement that did not exist then was not closed."""
    from pyspark.sql import functions as F

    made = as_declared(closes, CLOSES).where(F.col("action") == CLOSE)
    released = made.where(F.col("statements").isNull()).select("number", F.explode("tables").alias("table"))
    older = released.select(
        F.col("number").alias("close_number"), F.substring_index("table", "/", -1).alias("statement")
    )
    told = made.where(F.col("statements").isNotNull()).select(
        F.col("number").alias("close_number"), F.explode("statements").alias("statement")
    )
    return told.unionByName(older.where(F.col("statement").isin(list(FORMERLY))))


def _figures(rows: DataFrame, frozen: Frozen, measure: str) -> DataFrame:
    """One measure of a statement as figures; a column the statement does not have is empty."""
    from pyspark.sql import functions as F

    there = set(TABLES[frozen.table].column_names)
    constants = {**frozen.constants, "statement": frozen.statement, "measure": measure}
    if frozen.status is not None:
        rows = rows.where(F.col("status") == frozen.status)

    def told(name: str) -> Expression:
        source = frozen.names.get(name, name)
        if name in constants or source not in there:
            return F.lit(constants.get(name, "")).alias(name)
        return F.coalesce(F.col(source), F.lit("")).alias(name)

    named = frozen.names.get("account_name", "account_name")
    account = F.col(named) if named in there else F.lit(None).cast("string")
    whose = F.lit(WHOLE_GROUP).alias("company") if frozen.of_group else F.col("company")
    return rows.select(
        whose, "period", *map(told, FIGURE), account.alias("account_name"), F.col(measure).alias("amount")
    )
