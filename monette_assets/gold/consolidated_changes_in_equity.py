"""Changes in equity of the group and its parts, from one consolidated balance sheet to the next (ACCOUNTING 17, 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import consolidated_statements
from monette_assets.gold.balance_sheet import CURRENT_EARNINGS
from monette_assets.gold.cash_flow import add_cash_flow, sum_where
from monette_assets.gold.changes_in_equity import CHANGE_OF_KIND, CLOSING, OPENING, YEAR_END
from monette_assets.gold.consolidated_cash_flow import PART, is_entry, members_of
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

STATEMENTS = "gold/consolidated_statements"
COMPONENT = [*PART, "component"]
CHANGES = ("net_income", "capital", "dividends", "direct_posting", "translation_adjustment", "non_controlling_interest")
SCOPE = "scope"  # what companies brought along or took with them
LINES = (OPENING, YEAR_END, *CHANGES, SCOPE, CLOSING)


def _does_not_roll(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    is_closing = F.col("line") == CLOSING
    sums = staged.rows.groupBy(*COMPONENT).agg(
        (sum_where(~is_closing, "amount_cad") - sum_where(is_closing, "amount_cad")).alias("difference_cad")
    )
    return sums.where(F.col("difference_cad") != 0)


def _unexplained(staged: Staged) -> DataFrame:
    """Equity changed by more than the month's entries although nobody joined or left."""
    from pyspark.sql import functions as F

    members = members_of(staged.inputs["consolidated_statements"])
    before = members.withColumn("period", F.add_months("period", 1))
    moved = (
        members.join(before, COMPONENT, "left_anti")
        .unionByName(before.join(members, COMPONENT, "left_anti"))
        .select(*PART)
        .distinct()
    )
    scope = staged.rows.where(F.col("line") == SCOPE)
    return scope.join(moved, PART, "left_anti").select(*COMPONENT, "amount_cad")


def _off_the_balance_sheet(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.where(F.col("line") == CLOSING).groupBy(*PART).agg(F.sum("amount_cad").alias("equity_cad"))
    net_assets = (
        staged.inputs["consolidated_statements"]
        .where(F.col("classification").isin("Asset", "Liability"))
        .groupBy(*PART)
        .agg(F.sum("closing_cad").alias("net_assets_cad"))
    )
    months = staged.rows.select(*PART).distinct()
    both = months.join(sums, PART, "left").join(net_assets, PART, "left").na.fill(0)
    return both.where(F.col("equity_cad") != F.col("net_assets_cad"))


CONTRACT = Contract(
    name="gold/consolidated_changes_in_equity",
    description=(
        "Equity of the group and every part of it, by component, in CAD: opening, the year's result moved to retained "
        "earnings when the group's year begins, net income, capital, dividends, direct postings, translation "
        "adjustment, share of others, companies that joined or left, closing. Equity reads positive."
    ),
    key=("period", "basis", "subgroup", "component", "line"),
    unit=("period",),
    inputs={"consolidated_statements": Input(consolidated_statements.CONTRACT, Months.UP_TO)},
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{STATEMENTS}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{STATEMENTS}.basis",)),
        Column("subgroup", "string", "Part of the group; group is all of it.", source=(f"{STATEMENTS}.subgroup",)),
        Column("component", "string", "Group account; current_earnings is the year's result so far.",
               source=(f"{STATEMENTS}.group_account",)),
        Column("line", "string", "What changed it.", choices=LINES),
        Column("amount_cad", MONEY, "Equity reads positive.", unit="group currency",
               source=(f"{STATEMENTS}.opening_cad", f"{STATEMENTS}.movement_cad", f"{STATEMENTS}.closing_cad")),
    ),
    checks=(
        Check("rolls_forward", "Opening + changes = closing, component by component.", "ACCOUNTING 3", _does_not_roll),
        Check("explained", "Where no company joined or left, entries explain the whole change.", "ACCOUNTING 20",
              _unexplained),
        Check("ties_to_balance_sheet", "Closing = consolidated assets - liabilities.", "ACCOUNTING 2",
              _off_the_balance_sheet),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def consolidated_changes_in_equity(context: Context, consolidated_statements: DataFrame) -> DataFrame:
    """Each component from the month before's closing to this month's; what no entry explains is scope."""
    from pyspark.sql import functions as F

    first, last = F.lit(context.periods[0]), F.lit(context.periods[-1])
    months = equity_components(context, consolidated_statements.where(F.col("period") >= F.add_months(first, -1)))
    before = months.select(F.add_months("period", 1).alias("period"), *COMPONENT[1:], F.col(CLOSING).alias("before"))
    joined = (
        months.join(before, COMPONENT, "full_outer")
        .where(F.col("period").between(first, last))
        .join(months.select(*PART).distinct(), PART, "left_semi")
        .join(before.select(*PART).distinct().withColumn("follows", F.lit(True)), PART, "left")
        .na.fill(0)
    )
    retained = next(each.code for each in context.group.chart if each.kind == "retained_earnings")
    earned = before.where(F.col("component") == CURRENT_EARNINGS).select(*PART, F.col("before").alias("earned"))
    starts = F.month("period") == context.group.settings.year_start_month
    zero = F.lit("0").cast(MONEY)
    rolled = F.when(
        starts & F.col("follows").isNotNull(),
        F.when(F.col("component") == retained, F.col("earned"))
        .when(F.col("component") == CURRENT_EARNINGS, -F.col("earned"))
        .otherwise(zero),
    ).otherwise(zero)
    opened = F.when(F.col("follows").isNull(), F.col(OPENING)).otherwise(F.col("before"))
    explained = joined.join(earned, PART, "left").na.fill(0).withColumn(YEAR_END, rolled).withColumn(OPENING, opened)
    entries = F.col(OPENING) + F.col(YEAR_END)
    for change in CHANGES:
        entries = entries + F.col(change)
    told = explained.withColumn(SCOPE, F.col(CLOSING) - entries)
    made = [F.struct(F.lit(line).alias("line"), F.col(line).cast(MONEY).alias("amount_cad")) for line in LINES]
    return (
        told.select(*COMPONENT, F.explode(F.array(*made)).alias("entry"))
        .select(*COMPONENT, "entry.line", "entry.amount_cad")
        .where(F.col("amount_cad") != 0)
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def equity_components(context: Context, consolidated_statements: DataFrame) -> DataFrame:
    """COMPONENT, opening, closing and every change, all steps added up; equity positive."""
    from pyspark.sql import functions as F

    earns = F.col("statement") == "profit_and_loss"
    change = F.lit("direct_posting")
    for kind, name in CHANGE_OF_KIND.items():
        change = F.when(F.col("kind") == kind, F.lit(name)).otherwise(change)
    of_others = F.col("step") == "non_controlling_interest"
    equity = (
        add_cash_flow(context, consolidated_statements.where(earns | (F.col("classification") == "Equity")))
        .withColumn("change", F.when(of_others, F.lit("non_controlling_interest")).when(earns, F.lit("net_income"))
                    .otherwise(change))
        .withColumn("is_entry", is_entry())
        .drop("component")
        .withColumn("component", F.when(earns, F.lit(CURRENT_EARNINGS)).otherwise(F.col("group_account")))
        .withColumn("movement_cad", F.when(F.col("is_entry"), F.col("movement_cad")).otherwise(F.lit("0").cast(MONEY)))
    )  # fmt: skip
    sums = [(-F.sum(f"{name}_cad")).cast(MONEY).alias(name) for name in (OPENING, CLOSING)]
    sums += [(-sum_where(F.col("change") == name, "movement_cad")).cast(MONEY).alias(name) for name in CHANGES]
    return equity.groupBy(*COMPONENT).agg(*sums)
