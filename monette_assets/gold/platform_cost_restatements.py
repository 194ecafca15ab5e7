"""What changed in costs that had been counted when the price book changed: since which book, and by how much."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from monette_assets.bronze import platform_usage
from monette_assets.gold.platform_costs import BOOKS, PRICE_BOOKS, USAGE, price
from monette_assets.gold.pricing import ITEMS
from monette_assets.group.loading import read_price_book
from monette_assets.group.prices import PRICES_FILE
from monette_assets.tables import Column, Context, Contract, Input, table
from monette_assets.tables.contract import RATE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.group.prices import PriceBook

WHAT = ["period", "company", "asset", "item", "sku"]

CONTRACT = Contract(
    name="gold/platform_cost_restatements",
    description=(
        "What every change of the price book made of costs that had been counted before it, by company, table and "
        "what is charged; nothing where they came out the same. What had no price, or did not stand by the book "
        "before, has no amount before. As of the last run of the job `costs`; in no release."
    ),
    key=(*WHAT, "changed_at"),
    unit=("period",),
    inputs={
        "usage": Input(platform_usage.CONTRACT),
        "price_books": PRICE_BOOKS,
    },
    columns=(
        Column("period", "date", "First day of the month in which it was used.", source=(f"{USAGE}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{USAGE}.weights",)),
        Column("asset", "string", "As in gold/platform_costs.", source=(f"{USAGE}.asset",)),
        Column("item", "string", "What is charged.", choices=ITEMS, source=(f"{USAGE}.kind",)),
        Column("sku", "string", "As the price book names it.", source=(f"{USAGE}.sku", f"{USAGE}.cluster_sku")),
        Column("changed_at", "timestamp", "When the new price book was first counted with.",
               source=(f"{BOOKS}.kept_at",)),
        Column("book_before", "string", "Fingerprint of the price book before.", source=(f"{BOOKS}.fingerprint",)),
        Column("book_after", "string", "Of the new one.", source=(f"{BOOKS}.fingerprint",)),
        Column("before_cad", RATE, "As it had been counted; null where it was not.", unit="CAD", nullable=True,
               source=(f"{USAGE}.quantity",)),
        Column("after_cad", RATE, "As the new book has it; null where it has not.", unit="CAD", nullable=True,
               source=(f"{USAGE}.quantity",)),
        Column("difference_cad", RATE, "after_cad - before_cad.", unit="CAD", source=(f"{USAGE}.quantity",)),
    ),
    owner="data engineering",
)  # fmt: skip


class Kept(NamedTuple):
    """A price book and when it was first counted with."""

    at: datetime
    book: PriceBook


@table(CONTRACT)
def platform_cost_restatements(context: Context, usage: DataFrame, price_books: DataFrame) -> DataFrame:
    """Count what each book found there by it and by the one before it; keep what differs."""
    from pyspark.sql import functions as F

    found = context.spark.createDataFrame([], CONTRACT.ddl)
    nothing = F.lit(0).cast(RATE)
    for before, after in pairwise(_in_order(context, price_books)):
        counted = usage.where(F.col("recorded_at") < F.lit(after.at))
        sides = [
            _sums(context, counted, each.book).withColumnRenamed("amount", name)
            for each, name in ((before, "before_cad"), (after, "after_cad"))
        ]
        difference = F.coalesce("after_cad", nothing) - F.coalesce("before_cad", nothing)
        differs = F.col("difference_cad") != 0
        found = found.unionByName(
            sides[0]
            .join(sides[1], WHAT, "full_outer")
            .withColumn("difference_cad", difference.cast(RATE))
            .where(differs | F.col("before_cad").isNull() | F.col("after_cad").isNull())
            .withColumn("changed_at", F.lit(after.at))
            .withColumn("book_before", F.lit(before.book.fingerprint))
            .withColumn("book_after", F.lit(after.book.fingerprint))
            .select(*CONTRACT.column_names)
        )
    return found


def _in_order(context: Context, price_books: DataFrame) -> list[Kept]:
    from pyspark.sql import functions as F

    rows = price_books.where(F.col("file_name") == PRICES_FILE).select("content", "kept_at").collect()
    currency = context.group.currency
    return [
        Kept(at, read_price_book(content, currency)) for content, at in sorted(rows, key=lambda row: row["kept_at"])
    ]


def _sums(context: Context, usage: DataFrame, book: PriceBook) -> DataFrame:
    from pyspark.sql import functions as F

    rows = price(usage, book, context.group).where("_kind = 'row'")
    return rows.groupBy(*WHAT).agg(F.sum("amount_cad").cast(RATE).alias("amount"))
