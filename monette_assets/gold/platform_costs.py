"""What every run, and what is stored and stands, costs by table, company and engine, by the contract's price book.

Computed from what was used, all of it, each time: where a price changes, or what stands, every month it reaches comes
out anew, and gold/platform_cost_restatements tells by how much.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, get_args

from monette_assets.bronze import platform_usage
from monette_assets.gold.pricing import ITEMS, cluster_of, cost_rows, priced_as
from monette_assets.gold.shared_clusters import Use, parts
from monette_assets.group.loading import read_price_book
from monette_assets.group.prices import PRICES_FILE, PriceMissing
from monette_assets.tables import (
    Check,
    Column,
    Context,
    Contract,
    Input,
    Months,
    Severity,
    Staged,
    group_contracts,
    table,
)
from monette_assets.tables.contract import RATE
from monette_assets.tables.table import REFUSAL_COLUMNS, staging_columns, staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.group import Group
    from monette_assets.group.prices import PriceBook

USAGE = platform_usage.CONTRACT.name
LAYERS = ("bronze", "silver", "gold", "records", "platform")
BOOKS = group_contracts.CONTRACT.name
PRICE_BOOKS = Input(group_contracts.CONTRACT, Months.ALL, only=("file_name", (PRICES_FILE,)))
BATCH_ROWS = 32_768


def _gaps(staged: Staged) -> DataFrame:
    return staged.refused.select("period", "_path", "_reason")


def _lost(staged: Staged) -> DataFrame:
    """Steps whose hours are not those that were measured, as to the part of the machine that they were given. What is
    refused has no rows and is in quarantine.
    """
    from pyspark.sql import functions as F

    given = F.expr("quantity * coalesce(machine_share, 1)").alias("given")
    measured = staged.inputs["usage"].where("kind = 'compute'").select("period", "usage_id", given)
    counted = staged.rows.where("item = 'machine'").groupBy("usage_id").agg(F.sum("quantity").alias("hours"))
    both = measured.join(counted, "usage_id")
    return both.where(F.abs(F.col("hours") * 3600 - F.col("given")) > 0.005).select("period", "usage_id", "hours")


CONTRACT = Contract(
    name="gold/platform_costs",
    description=(
        "What every step of every run, the bytes of every table and what stands by the hour cost, by company, from "
        "measured usage and the price book (prices.yaml). Split by largest remainder over the rows of each company in "
        "the table, else its partitions in the step, else as the run's other steps, else evenly: the parts are the "
        "whole. As of the last run of the job `costs`; in no release."
    ),
    key=("usage_id", "item", "company"),
    unit=("period",),
    inputs={"usage": Input(platform_usage.CONTRACT), "price_books": PRICE_BOOKS},
    columns=(
        Column("period", "date", "First day of the month in which it was used.", source=(f"{USAGE}.period",)),
        Column("usage_id", "string", "The usage; of what stands: item, day, sku and asset.",
               source=(f"{USAGE}.usage_id",)),
        Column("item", "string", "What is charged: the process's machine, the engine's own machines, Databricks' units "
               "for them, storage, throughput units.", choices=ITEMS, source=(f"{USAGE}.kind",)),
        Column("company", "string", "Contract code of the company.", source=(f"{USAGE}.weights",)),
        Column("run_id", "string", "The run; null for what is counted by the day.", nullable=True,
               source=(f"{USAGE}.run_id",)),
        Column("asset", "string", "The table; a job's name; or `between steps`.", source=(f"{USAGE}.asset",)),
        Column("layer", "string", "Of the table; platform for what no table accounts for.", choices=LAYERS,
               source=(f"{USAGE}.asset",)),
        Column("engine", "string", "Of compute.", nullable=True, source=(f"{USAGE}.engine",)),
        Column("sku", "string", "What was used, as the price book names it.",
               source=(f"{USAGE}.sku", f"{USAGE}.cluster_sku")),
        Column("pillar", "string", "The company's."),
        Column("split_by", "string", "What the companies' shares go by.",
               choices=("rows", "partitions", "run", "evenly"), source=(f"{USAGE}.split_by",)),
        Column("quantity", "decimal(28, 6)", "The company's part; of machine, hours times the part of it that the run "
               "was given: allocated, not metered; of a cluster and its units, of every second one over as many as "
               "used it in that second.", unit="see unit",
               source=(f"{USAGE}.quantity", f"{USAGE}.cluster_id", f"{USAGE}.held_by")),
        Column("unit", "string", "What a price is of: hour, DBU, GB-month."),
        Column("amount_cad", RATE, "The company's part of the cost.", unit="CAD", source=(f"{USAGE}.quantity",)),
        Column("price", RATE, "Of one unit.", unit="price_currency", source=(f"{BOOKS}.content",)),
        Column("price_currency", "string", "Of the price.", source=(f"{BOOKS}.content",)),
        Column("rate", RATE, "CAD for one of it, as it is billed.", source=(f"{BOOKS}.content",)),
        Column("price_from", "date", "The day from which the price holds.", source=(f"{BOOKS}.content",)),
        Column("price_source", "string", "Where the price book has it from.", source=(f"{BOOKS}.content",)),
    ),
    checks=(
        Check("priced", "Everything that was used has a price on its day; what has none is in quarantine.",
              "ACCOUNTING 7", _gaps, Severity.REPORTS, of_source=True),
        Check("all_counted", "The companies' hours of a step are the seconds that were measured, times the part of the "
              "machine that it was given.", "ACCOUNTING 16",
              _lost, Severity.REPORTS),
    ),
    owner="data engineering",
)  # fmt: skip


@table(CONTRACT)
def platform_costs(context: Context, usage: DataFrame, price_books: DataFrame) -> DataFrame:
    """Price every usage and split it; what has no price is refused, once a price."""
    from pyspark.sql import functions as F

    book = newest_book(context, price_books)
    if book is None:
        return context.spark.createDataFrame([], staging_ddl(CONTRACT))
    priced = context.once(price(usage, book, context.group), "priced")
    names = [column.name for column in staging_columns(CONTRACT)]
    gaps = (
        priced.where("_kind = 'refused'")
        .groupBy("period", "_reason")
        .agg(F.count("*").alias("_rows"), F.min("usage_id").alias("_first"))
        .withColumn("_told", F.concat(F.col("_rows").cast("string"), F.lit(" usage(s), the first "), F.col("_first")))
    )
    types = {column.name: column.type for column in staging_columns(CONTRACT)}
    given = {
        "period": F.col("period"),
        "_kind": F.lit("refused"),
        "_reason": F.col("_reason"),
        "_path": F.col("_told"),
        "_whole": F.lit(True),
    }
    refused = gaps.select(*[given.get(name, F.lit(None).cast(types[name])).alias(name) for name in names])
    return priced.where("_kind = 'row'").select(*names).unionByName(refused)


def newest_book(context: Context, price_books: DataFrame) -> PriceBook | None:
    """The price book in force: the one kept last. None before the contract had any."""
    rows = price_books.where(f"file_name = '{PRICES_FILE}'").orderBy("kept_at", ascending=False).limit(1)
    found = rows.select("content").collect()
    return read_price_book(found[0]["content"], context.group.currency) if found else None


def price(usage: DataFrame, book: PriceBook, group: Group) -> DataFrame:
    """Every usage as the rows it comes to, or as one that is refused, told apart by `_kind`.

    Two that count at once may have taken in the same: it is counted once. Rows of what stood by an earlier version are
    left out: the days are there, and what stands on them is the book's.
    """
    from pyspark.sql import functions as F

    schema = staging_schema(CONTRACT)
    only = ["usage_id", "period", "kind", "run_id", "asset", "ended_at", "engine", "sku", "cluster_sku",
            "cluster_nodes", "cluster_id", "held_by", "machine_share", "quantity", "weights", "split_by"]  # fmt: skip

    def priced(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            used = (each for row in batch.to_pylist() for each in priced_as(row, book, group, stored, clusters))
            rows = [row for each in used for row in _rows(each, book, group)]
            for start in range(0, len(rows), BATCH_ROWS):
                yield pa.RecordBatch.from_pylist(rows[start : start + BATCH_ROWS], schema=schema)

    stored = _stored(usage, sorted({stands.asset for stands in book.listed.standing if stands.asset}))
    clusters = _clusters(usage)
    counted = usage.where(F.col("kind").isin(*get_args(platform_usage.Kind))).select(*only)
    return counted.dropDuplicates(["usage_id"]).mapInArrow(priced, staging_ddl(CONTRACT))


def _stored(usage: DataFrame, tables: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The weights of the storage of these tables, day by day, by usage id."""
    from pyspark.sql import functions as F

    if not tables:
        return {}
    rows = usage.where((F.col("kind") == "storage") & F.col("asset").isin(*tables)).select("usage_id", "weights")
    return {row["usage_id"]: [pair.asDict() for pair in row["weights"] or ()] for row in rows.collect()}


def _clusters(usage: DataFrame) -> dict[tuple[Hashable, str], Fraction]:
    """The parts of those who used a cluster: what all of them are charged is what it was used for."""
    from pyspark.sql import functions as F

    runs = (
        usage.where(F.col("cluster_id").isNotNull())
        .groupBy("cluster_id", "period", "held_by", "run_id")
        .agg(F.min("started_at").alias("start"), F.max("ended_at").alias("end"))
    )
    found = [row.asDict() for row in runs.collect()]
    return parts(Use(cluster_of(row), row["held_by"], row["start"], row["end"]) for row in found)


def _rows(usage: Mapping[str, Any], book: PriceBook, group: Group) -> list[dict[str, Any]]:
    blank: dict[str, Any] = dict.fromkeys(name for name, _ in REFUSAL_COLUMNS)
    try:
        return [{**blank, **row, "_kind": "row"} for row in cost_rows(usage, book, group)]
    except PriceMissing as gap:
        nothing = dict.fromkeys(CONTRACT.column_names)
        told = {"period": usage["period"], "usage_id": usage["usage_id"], "_kind": "refused", "_reason": str(gap)}
        return [{**nothing, **blank, **told}]
