"""A month's published rate on the rows it translates, with its day and who published it (ACCOUNTING 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.silver.exchange_rates import CONTRACT as RATES
from monette_assets.tables import Column, Context
from monette_assets.tables.contract import RATE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

IN_GROUP_CURRENCY = "books in group currency"  # the source of a rate of 1


def pedigree(table: str = RATES.name) -> tuple[Column, Column]:
    """The columns beside a rate; `table` is where they come from."""
    day, source = ("rate_date", "source") if table == RATES.name else ("rate_date", "rate_source")
    return (
        Column("rate_date", "date", "Day of the rate; empty for the group's own currency.", nullable=True,
               source=(f"{table}.{day}",)),
        Column("rate_source", "string", "Who published it; of a rate from the group contract, why it was taken too.",
               nullable=True, source=(f"{table}.{source}",)),
    )  # fmt: skip


def published_rates(context: Context, exchange_rates: DataFrame, kind: str) -> DataFrame:
    """currency, period, rate into the group's currency, rate_date, rate_source."""
    from pyspark.sql import functions as F

    of_kind = (F.col("kind") == kind) & (F.col("to_currency") == context.group.currency)
    return exchange_rates.where(of_kind).select(
        F.col("from_currency").alias("currency"), "period", F.col("rate").cast(RATE), "rate_date",
        F.col("source").alias("rate_source"),
    )  # fmt: skip


def add_rate(context: Context, rows: DataFrame, exchange_rates: DataFrame, kind: str) -> DataFrame:
    """Add to rows with currency and period `KIND_rate` and its pedigree. A missing rate stays missing, never 1."""
    from pyspark.sql import functions as F

    own = F.col("currency") == context.group.currency
    return (
        rows.join(published_rates(context, exchange_rates, kind), ["currency", "period"], "left")
        .withColumn("rate", F.when(own, F.lit("1").cast(RATE)).otherwise(F.col("rate")))
        .withColumn("rate_source", F.when(own, IN_GROUP_CURRENCY).otherwise(F.col("rate_source")))
        .withColumnRenamed("rate", f"{kind}_rate")
    )
