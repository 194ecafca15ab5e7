"""Group account, commodity, location and pillar of a posting: contract entries joined on, one concern a function.

Each function takes and returns a frame with at least `company` and `period`; a step adds columns, never rows.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monette_assets.group.calendar import add_months

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.tables import Context

UNMAPPED = "unmapped"  # the named line that unmapped accounts land in (ACCOUNTING 6)
UNCLASSIFIED = "Unclassified"  # a location nobody knows


def map_accounts(context: Context, rows: DataFrame) -> DataFrame:
    """Add `group_account` and `commodity`: by account number, by full account name as fallback (ACCOUNTING 6)."""
    from pyspark.sql import functions as F

    mapping = context.relation(
        context.group.account_mapping_rows(),
        "company string, account_number string, account_name string, group_account string, commodity string, "
        "from_period date, to_period date",
    )
    period = F.col("period")
    by_number = mapping.where(F.col("account_number").isNotNull()).select(
        F.col("company").alias("n_company"),
        F.col("account_number").alias("n_number"),
        F.col("group_account").alias("n_account"),
        F.col("commodity").alias("n_commodity"),
        F.col("from_period").alias("n_from"),
        F.col("to_period").alias("n_to"),
    )
    by_name = mapping.where(F.col("account_number").isNull()).select(
        F.col("company").alias("m_company"),
        F.col("account_name").alias("m_name"),
        F.col("group_account").alias("m_account"),
        F.col("commodity").alias("m_commodity"),
        F.col("from_period").alias("m_from"),
        F.col("to_period").alias("m_to"),
    )
    numbered = (
        (F.col("company") == F.col("n_company"))
        & (F.col("account_number") == F.col("n_number"))
        & (period >= F.col("n_from"))
        & (period < F.col("n_to"))
    )
    named = (
        (F.col("company") == F.col("m_company"))
        & (F.col("account_name") == F.col("m_name"))
        & (period >= F.col("m_from"))
        & (period < F.col("m_to"))
    )
    joined = rows.join(by_number, numbered, "left").join(by_name, named, "left")
    return joined.select(
        *rows.columns,
        F.coalesce("n_account", "m_account", F.lit(UNMAPPED)).alias("group_account"),
        F.when(F.col("n_account").isNotNull(), F.col("n_commodity")).otherwise(F.col("m_commodity")).alias("commodity"),
    )


def reroute_accounts(context: Context, rows: DataFrame) -> DataFrame:
    """Move an account's activity where finance moved it, from a date on (ACCOUNTING 23)."""
    from pyspark.sql import functions as F

    entries = context.group.reroute_rows()
    if not entries:
        return rows
    reroutes = context.relation(
        entries, "company string, group_account string, to_group_account string, from_period date, to_period date"
    ).select(
        F.col("company").alias("r_company"),
        F.col("group_account").alias("r_account"),
        F.col("to_group_account").alias("r_to"),
        F.col("from_period").alias("r_from"),
        F.col("to_period").alias("r_end"),
    )
    matches = (
        (F.col("company") == F.col("r_company"))
        & (F.col("group_account") == F.col("r_account"))
        & (F.col("period") >= F.col("r_from"))
        & (F.col("period") < F.col("r_end"))
    )
    kept = [F.coalesce("r_to", "group_account").alias("group_account") if name == "group_account" else F.col(name)
            for name in rows.columns]  # fmt: skip
    return rows.join(reroutes, matches, "left").select(*kept)


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
    ).select(
        F.col("company").alias("l_company"),
        F.col("raw_name").alias("l_raw"),
        F.col("location").alias("l_location"),
        F.col("pillar").alias("l_pillar"),
        F.col("from_period").alias("l_from"),
        F.col("to_period").alias("l_to"),
    )
    implied = context.relation(context.group.company_rows(), "company string, location string, pillar string").select(
        F.col("company").alias("i_company"),
        F.col("location").alias("i_location"),
        F.col("pillar").alias("i_pillar"),
    )
    blank = F.col("location_name").isNull() | (F.trim("location_name") == "")
    spelled = (
        (F.col("company") == F.col("l_company"))
        & (F.when(blank, F.col("i_location")).otherwise(F.col("location_name")) == F.col("l_raw"))
        & (F.col("period") >= F.col("l_from"))
        & (F.col("period") < F.col("l_to"))
    )
    joined = rows.join(implied, F.col("company") == F.col("i_company"), "left").join(spellings, spelled, "left")
    fallback = F.when(blank, F.col("i_pillar"))  # a company without a location of its own still has a pillar
    return joined.select(
        *rows.columns,
        F.coalesce("l_location", F.lit(UNCLASSIFIED)).alias("location"),
        F.coalesce("l_pillar", fallback, F.lit(UNCLASSIFIED)).alias("pillar"),
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


def month_before(period: date) -> date:
    """The month before."""
    return add_months(period, -1)
