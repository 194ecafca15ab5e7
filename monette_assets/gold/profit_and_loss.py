"""Profit and loss by company, account, location, pillar and commodity, in home currency and CAD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import cattle_split, ledger
from monette_assets.gold.cattle_split import OFFSET, ORIGINAL
from monette_assets.gold.ledger import of_the_year
from monette_assets.gold.rates import pedigree
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEDGER = "gold/ledger"
REVENUE_TYPES = ("Sales Revenue", "Other Operating Revenue", "Other Income")
GRAIN = (
    "period", "fiscal_year", "company", "basis", "account_id", "location", "pillar", "commodity", "profit_type",
    "group_account", "currency", "average_rate",
)  # fmt: skip


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unit = ["company", "period", "basis"]
    ours = staged.rows.groupBy(*unit).agg(F.sum("amount").alias("published"))
    theirs = of_the_year(staged.inputs["ledger"]).groupBy(*unit).agg(F.sum("amount").alias("posted"))
    both = theirs.join(ours, unit, "full_outer").na.fill(0)
    return both.where(F.col("published") != F.col("posted"))


CONTRACT = Contract(
    name="gold/profit_and_loss",
    description=(
        "Income and expense per month by company, account, location, pillar and commodity; of mixed herds each herd's "
        "own. Translated at the month's average rate, rounded once; display amounts read positive for revenue and for "
        "cost."
    ),
    key=("company", "period", "basis", "account_id", "location", "pillar", "commodity", "profit_type", "group_account"),
    inputs={"ledger": Input(ledger.CONTRACT), "cattle_split": Input(cattle_split.CONTRACT)},
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{LEDGER}.period",)),
        Column("fiscal_year", "int", "Of the company.", source=(f"{LEDGER}.fiscal_year",)),
        Column("company", "string", "Contract code of the company.", source=(f"{LEDGER}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{LEDGER}.account_id",)),
        Column("location", "string", "Standard name.", source=(f"{LEDGER}.location",)),
        Column("pillar", "string", "Pillar of the location; of a split line its herd's (ACCOUNTING 26).",
               source=(f"{LEDGER}.pillar", "gold/cattle_split.pillar")),
        Column("commodity", "string", "Of the account; empty for none.", source=(f"{LEDGER}.commodity",)),
        Column("profit_type", "string", "Profit type; Unmapped for an unmapped account.",
               source=(f"{LEDGER}.profit_type",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{LEDGER}.group_account",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{LEDGER}.currency",)),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=(f"{LEDGER}.amount",)),
        Column("average_rate", RATE, "The month's average rate.", source=(f"{LEDGER}.average_rate",)),
        *pedigree(LEDGER),
        Column("amount_cad", MONEY, "Debit positive.", unit="group currency", source=(f"{LEDGER}.amount_cad",)),
        Column("display_amount_cad", MONEY, "Revenue and cost both read positive (ACCOUNTING 22).",
               unit="group currency", source=(f"{LEDGER}.amount_cad",)),
    ),
    checks=(Check("conserved", "Amounts posted = amounts published.", "ACCOUNTING 7", _not_conserved),),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def profit_and_loss(context: Context, ledger: DataFrame, cattle_split: DataFrame) -> DataFrame:
    """Sum the year's postings, and what moves them between herds, by account and dimension; round the translated sum
    once (ACCOUNTING 16). Nothing is left of a line where it was split.
    """
    from pyspark.sql import functions as F

    taken_out = F.col("entry") == OFFSET
    carried = [*GRAIN, "rate_date", "rate_source", "amount", "amount_cad"]
    posted = of_the_year(ledger).select(*carried, F.lit(0).alias("taken_out"))
    moved = cattle_split.where(F.col("entry") != ORIGINAL).select(
        *carried, F.when(taken_out, 1).otherwise(0).alias("taken_out")
    )
    rows = (
        posted.unionByName(moved)
        .withColumn("commodity", F.coalesce("commodity", F.lit("")))
        .withColumn("profit_type", F.coalesce("profit_type", F.lit("Unmapped")))
    )
    sums = rows.groupBy(*GRAIN).agg(
        F.sum("amount").alias("amount"),
        F.sum("amount_cad").alias("exact_cad"),
        *[F.max(name).alias(name) for name in ("rate_date", "rate_source", "taken_out")],
    )
    left = sums.where((F.col("taken_out") == 0) | (F.col("amount") != 0))
    rounded = left.withColumn("amount_cad", F.round("exact_cad", 2).cast(MONEY))
    revenue = F.col("profit_type").isin(*REVENUE_TYPES)
    displayed = rounded.withColumn(
        "display_amount_cad", F.when(revenue, -F.col("amount_cad")).otherwise(F.col("amount_cad"))
    )
    return displayed.select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
