"""Exchange rates: daily as published, the month's average and its closing rate (ACCOUNTING 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.bronze import exchange_rates as bronze
from monette_assets.group.calendar import month_end
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Severity, Staged, table
from monette_assets.tables.contract import RATE, hours

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

SOURCE = ("bronze/exchange_rates.payload",)


def _fallback_used(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where(F.col("fallback_reason").isNotNull()).select(
        "period", "from_currency", "kind", "rate", F.col("rate_date").cast("string"), "source"
    )


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    told = published(staged.inputs["answers"]).where(F.col("rate_date") >= F.col("period"))
    given = told.select("period", F.lit(-1).alias("rates"), (-F.col("rate")).alias("sum"))
    stated = F.col("fallback_reason").isNotNull()  # by the group contract, and published by nobody
    daily = staged.rows.where((F.col("kind") == "daily") & ~stated).select(
        "period", F.lit(1).alias("rates"), F.col("rate").alias("sum")
    )
    lost = daily.unionByName(given).groupBy("period").agg(F.sum("rates").alias("rates"), F.sum("sum").alias("sum"))
    return lost.where((F.col("rates") != 0) | (F.col("sum") != 0))


CONTRACT = Contract(
    name="silver/exchange_rates",
    description=(
        "Group currency for one unit of a foreign currency: the Bank of Canada's daily rates, the month's average "
        "(mean of the published daily rates) and closing rate (last published on or before month end). "
        "Where it published none, the group contract's, named as such; never a default of 1."
    ),
    key=("period", "from_currency", "to_currency", "kind", "rate_date"),
    unit=("period",),
    inputs={"answers": Input(bronze.CONTRACT)},
    by_day=True,
    columns=(
        Column("period", "date", "First day of the month.", source=("bronze/exchange_rates.period",)),
        Column("from_currency", "string", "One unit of this,", source=("bronze/exchange_rates.series",)),
        Column("to_currency", "string", "costs so much of this.", source=("bronze/exchange_rates.series",)),
        Column("kind", "string", "Kind of rate.", choices=("daily", "average", "closing")),
        Column("rate_date", "date", "Day of the rate; month end for the average.", source=SOURCE),
        Column("rate", RATE, "Six decimals, half up.", source=SOURCE),
        Column("source", "string", "Who published it; of a rate from the group contract, why it was taken too.",
               source=("bronze/exchange_rates.series",)),
        Column("is_provisional", "boolean",
               "Whether the month was still open, in the group's time zone, when it was fetched."),
        Column("fallback_reason", "string", "Why a rate of the group contract stands in; null for a published one.",
               nullable=True),
    ),
    checks=(
        Check("published", "Every rate is the Bank of Canada's; what the contract put in its place is named.",
              "ACCOUNTING 13", _fallback_used, Severity.WARNS),
        Check("conserved", "Every rate published for a day of the month is a daily rate here.",
              "ACCOUNTING 7", _not_conserved),
    ),
    freshness=Freshness(fail_after=hours(36)),
)  # fmt: skip


@table(CONTRACT)
def exchange_rates(context: Context, answers: DataFrame) -> DataFrame:
    """Daily rates of the newest answers, and per month the average and the closing rate."""
    from pyspark.sql import functions as F

    zone = context.group.settings.time_zone
    named = published(answers).select(
        "period",
        F.substring("series", 3, 3).alias("from_currency"),
        F.substring("series", 6, 3).alias("to_currency"),
        "rate_date",
        "rate",
        F.concat(F.lit("Bank of Canada "), F.col("series")).alias("source"),
        (F.to_date(F.from_utc_timestamp("fetched_at", zone)) <= F.last_day("period")).alias("is_provisional"),
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
    return with_fallbacks(context, daily.unionByName(average).unionByName(closing))


def with_fallbacks(context: Context, published: DataFrame) -> DataFrame:
    """The published rates, and the contract's for every month, currency and kind that has none."""
    from pyspark.sql import functions as F

    to_currency, today = context.group.currency, context.now.date()
    stated = [
        {
            "period": each.period,
            "from_currency": each.currency,
            "to_currency": to_currency,
            "kind": each.kind,
            "rate_date": each.rate_date,
            "rate": each.rate,
            "source": f"{each.source} (fallback: {each.reason})",
            "is_provisional": month_end(each.period) >= today,
            "fallback_reason": each.reason,
        }
        for each in context.group.settings.fallback_rates
        if each.period in context.periods
    ]
    rows = published.withColumn("fallback_reason", F.lit(None).cast("string")).select(*CONTRACT.column_names)
    if not stated:
        return rows
    missing = context.relation(stated, CONTRACT.ddl).join(
        rows.select("period", "from_currency", "to_currency", "kind"),
        ["period", "from_currency", "to_currency", "kind"],
        "left_anti",
    )
    return rows.unionByName(missing.select(*CONTRACT.column_names))


def published(answers: DataFrame) -> DataFrame:
    """period, series, fetched_at, rate_date, rate: every rate that the newest answers of each month name."""
    from pyspark.sql import functions as F

    identity = ["period", "series"]
    newest = answers.groupBy(*identity).agg(F.max("fetched_at").alias("fetched_at"))
    chosen = answers.join(newest, [*identity, "fetched_at"], "left_semi")
    return chosen.select(*identity, "fetched_at", "payload").mapInArrow(
        _daily, f"period date, series string, fetched_at timestamp, rate_date date, rate {RATE}"
    )


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
