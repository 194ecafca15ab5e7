"""Group account, commodity, location and pillar of a posting: contract entries joined on, one concern a function.

Each function takes and returns a frame with at least `company` and `period`; a step adds columns, never rows.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monette_assets.group.calendar import add_months

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from monette_assets.tables import Context

UNMAPPED = "unmapped"  # the named line that unmapped accounts land in (ACCOUNTING 6)
UNCLASSIFIED = "Unclassified"  # a location nobody knows


def _in_force(rows: DataFrame, entries: DataFrame, prefix: str, **equal: Column) -> DataFrame:
    """Add the entry of the row's company in force in its period, its columns named `<prefix>_...`; null for none.

    `equal` names the entry's columns and what of the row they must equal.
    """
    from pyspark.sql import functions as F

    dated = entries.select(*[F.col(name).alias(f"{prefix}_{name}") for name in entries.columns])
    matches = (
        (F.col("company") == F.col(f"{prefix}_company"))
        & (F.col("period") >= F.col(f"{prefix}_from_period"))
        & (F.col("period") < F.col(f"{prefix}_to_period"))
    )
    for name, value in equal.items():
        matches = matches & (value == F.col(f"{prefix}_{name}"))
    return rows.join(dated, matches, "left")


def map_accounts(context: Context, rows: DataFrame) -> DataFrame:
    """Add `group_account` and `commodity`: by account number, by full account name as fallback (ACCOUNTING 6)."""
    from pyspark.sql import functions as F

    mapping = context.relation(
        context.group.account_mapping_rows(),
        "company string, account_number string, account_name string, group_account string, commodity string, "
        "from_period date, to_period date",
    )
    numbered = F.col("account_number").isNotNull()
    joined = _in_force(rows, mapping.where(numbered), "number", account_number=F.col("account_number"))
    joined = _in_force(joined, mapping.where(~numbered), "name", account_name=F.col("account_name"))
    return joined.select(
        *rows.columns,
        F.coalesce("number_group_account", "name_group_account", F.lit(UNMAPPED)).alias("group_account"),
        F.when(F.col("number_group_account").isNotNull(), F.col("number_commodity"))
        .otherwise(F.col("name_commodity"))
        .alias("commodity"),
    )


def reroute_accounts(context: Context, rows: DataFrame) -> DataFrame:
    """Move an account's activity where finance moved it, from a date on (ACCOUNTING 23)."""
    from pyspark.sql import functions as F

    entries = context.group.reroute_rows()
    if not entries:
        return rows
    reroutes = context.relation(
        entries, "company string, group_account string, to_group_account string, from_period date, to_period date"
    )
    joined = _in_force(rows, reroutes, "reroute", group_account=F.col("group_account"))
    rerouted = F.coalesce("reroute_to_group_account", "group_account").alias("group_account")
    return joined.select(*[rerouted if name == "group_account" else F.col(name) for name in rows.columns])


def add_chart(context: Context, rows: DataFrame) -> DataFrame:
    """Add `profit_type` (ACCOUNTING 24) of the group account; null on the balance sheet."""
    from pyspark.sql import functions as F

    chart = context.relation(context.group.chart_rows(), "group_account string, profit_type string").select(
        F.col("group_account").alias("c_account"), "profit_type"
    )
    joined = rows.join(chart, F.col("group_account") == F.col("c_account"), "left")
    return joined.select(*rows.columns, "profit_type")


def locate(context: Context, rows: DataFrame) -> DataFrame:
    """Add `location` and `pillar` from `location_name`: blank means the company's own; unknown is Unclassified."""
    from pyspark.sql import functions as F

    spellings = context.relation(
        context.group.location_rows(),
        "company string, raw_name string, location string, pillar string, from_period date, to_period date",
    )
    implied = context.relation(context.group.company_rows(), "company string, location string, pillar string").select(
        F.col("company").alias("i_company"),
        F.col("location").alias("i_location"),
        F.col("pillar").alias("i_pillar"),
    )
    blank = F.col("location_name").isNull() | (F.trim("location_name") == "")
    written = F.when(blank, F.col("i_location")).otherwise(F.col("location_name"))
    joined = rows.join(implied, F.col("company") == F.col("i_company"), "left")
    joined = _in_force(joined, spellings, "known", raw_name=written)
    fallback = F.when(blank, F.col("i_pillar"))  # a company without a location of its own still has a pillar
    return joined.select(
        *rows.columns,
        F.coalesce("known_location", F.lit(UNCLASSIFIED)).alias("location"),
        F.coalesce("known_pillar", fallback, F.lit(UNCLASSIFIED)).alias("pillar"),
    )


def add_fiscal_year(context: Context, rows: DataFrame) -> DataFrame:
    """Add `fiscal_year` and `fiscal_year_start` of the company's own year (ACCOUNTING 11)."""
    from pyspark.sql import functions as F

    years = fiscal_years(context, context.periods[0], context.periods[-1]).select(
        F.col("company").alias("y_company"), F.col("period").alias("y_period"), "fiscal_year", "fiscal_year_start"
    )
    same = (F.col("company") == F.col("y_company")) & (F.col("period") == F.col("y_period"))
    return rows.join(years, same, "left").select(*rows.columns, "fiscal_year", "fiscal_year_start")


def fiscal_years(context: Context, first: date, last: date) -> DataFrame:
    """company, period, fiscal_year, fiscal_year_start for every company and month first..last."""
    return context.relation(
        context.group.fiscal_year_rows(first, last),
        "company string, period date, fiscal_year int, fiscal_year_start date",
    )


def add_crop_years(context: Context, rows: DataFrame) -> DataFrame:
    """Add `crop_year` and the `marketing_year` of commodities that have one, as `year_begun` counts (ACCOUNTING 11)."""
    from pyspark.sql import functions as F

    def begun(start_month: Column) -> Column:
        return F.year("period") - F.when(F.month("period") < start_month, 1).otherwise(0)

    sold_from = F.lit(None).cast("int")
    for each in context.group.commodities:
        if each.marketing_year_month is not None:
            sold_from = F.when(F.col("commodity") == each.code, each.marketing_year_month).otherwise(sold_from)
    return rows.withColumn("crop_year", begun(F.lit(context.group.settings.crop_year_month))).withColumn(
        "marketing_year", F.when(sold_from.isNotNull(), begun(sold_from))
    )


def month_before(period: date) -> date:
    """The month before."""
    return add_months(period, -1)
