"""Exchange rates: daily as published, the month's average and its closing rate (ACCOUNTING 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.bronze import exchange_rates as bronze
from monette_assets.tables import Column, Context, Contract, Freshness, Input, table
from monette_assets.tables.contract import RATE, hours

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

SOURCE = ("bronze/exchange_rates.payload",)

CONTRACT = Contract(
    name="silver/exchange_rates",
    description=(
        "Group currency for one unit of a foreign currency: the Bank of Canada's daily rates, the month's average "
        "(mean of the published daily rates) and closing rate (last published on or before month end). "
        "Never a default of 1."
    ),
    key=("period", "from_currency", "to_currency", "kind", "rate_date"),
    unit=("period",),
    inputs={"answers": Input(bronze.CONTRACT)},
    columns=(
        Column("period", "date", "First day of the month.", source=("bronze/exchange_rates.period",)),
        Column("from_currency", "string", "One unit of this,", source=("bronze/exchange_rates.series",)),
        Column("to_currency", "string", "costs so much of this.", source=("bronze/exchange_rates.series",)),
        Column("kind", "string", "Kind of rate.", choices=("daily", "average", "closing")),
        Column("rate_date", "date", "Day of the rate; month end for the average.", source=SOURCE),
        Column("rate", RATE, "Six decimals, half up.", source=SOURCE),
        Column("source", "string", "Who published it.", source=("bronze/exchange_rates.series",)),
        Column("is_provisional", "boolean", "Whether the month was still open when it was fetched."),
    ),
    freshness=Freshness(fail_after=hours(36)),
)


@table(CONTRACT)
def exchange_rates(context: Context, answers: DataFrame) -> DataFrame:
    """Daily rates of the newest answers, and per month the average and the closing rate."""
    from pyspark.sql import functions as F

    identity = ["period", "series"]
    newest = answers.groupBy(*identity).agg(F.max("fetched_at").alias("fetched_at"))
    chosen = answers.join(newest, [*identity, "fetched_at"], "left_semi")
    published = chosen.select(*identity, "fetched_at", "payload").mapInArrow(
        _daily, f"period date, series string, fetched_at timestamp, rate_date date, rate {RATE}"
    )
    month_end = F.last_day("period")
    named = published.select(
        "period",
        F.substring("series", 3, 3).alias("from_currency"),
        F.substring("series", 6, 3).alias("to_currency"),
        "rate_date",
        "rate",
        F.concat(F.lit("Bank of Canada "), F.col("series")).alias("source"),
        (F.to_date("fetched_at") <= month_end).alias("is_provisional"),
    )
    constant = ["period", "from_currency", "to_currency", "source", "is_provisional"]
    within = named.where(F.col("rate_date") >= F.col("period"))
    daily = within.select(*constant, F.lit("daily").alias("kind"), "rate_date", "rate")
    average = (
        within.groupBy(*constant)
        .agg((F.sum("rate") / F.count("rate")).alias("mean"))
        .select(
            *constant,
            F.lit("average").alias("kind"),
            F.last_day("period").alias("rate_date"),
            F.round("mean", 6).cast(RATE).alias("rate"),
        )
    )
    last = named.groupBy(*constant).agg(F.max(F.struct("rate_date", "rate")).alias("last"))
    closing = last.select(
        *constant, F.lit("closing").alias("kind"), F.col("last.rate_date"), F.col("last.rate").alias("rate")
    )
    return daily.unionByName(average).unionByName(closing)


def _daily(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Valet answers to one row a published rate."""
    from decimal import Decimal

    import orjson
    import pyarrow as pa

    schema = pa.schema(
        [
            ("period", pa.date32()),
            ("series", pa.string()),
            ("fetched_at", pa.timestamp("us", tz="UTC")),
            ("rate_date", pa.date32()),
            ("rate", pa.decimal128(18, 6)),
        ]
    )
    for batch in batches:
        rows = []
        for answer in batch.to_pylist():
            for observation in orjson.loads(answer["payload"])["observations"]:
                told = observation.get(answer["series"])
                if told and told.get("v"):  # a holiday is listed without a value
                    rows.append(
                        {
                            "period": answer["period"],
                            "series": answer["series"],
                            "fetched_at": answer["fetched_at"],
                            "rate_date": _day(observation["d"]),
                            "rate": Decimal(told["v"]),
                        }
                    )
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _day(text: str) -> object:
    from datetime import date

    return date.fromisoformat(text)
