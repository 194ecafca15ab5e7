"""The steps to consolidated statements: companies, what is eliminated between them, what people adjust.

Each in every part of the group it belongs to; income and expense to date of the group's own fiscal year
(ACCOUNTING 17).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold.intercompany import chart_of, months_of
from monette_assets.gold.stacking import stack
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import account_of_kind, subgroup_rows, year_to_date_rows
from monette_assets.tables import Context
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

YEAR_END = "year_end/"  # component of what moves between a company's retained and current earnings
PLACE = ["basis", "subgroup", "step", "component", "group_account"]
EARNS = ("Revenue", "Expense")
ADJUSTED_BASIS = "accrual"  # what people adjust by hand


def in_group_years(context: Context, standing: DataFrame, flows: DataFrame) -> DataFrame:
    """Income and expense to date of the group's fiscal year; what they earned before it is in retained earnings.

    standing: period, PLACE, own_classification, opening_cad, closing_cad of every account, income and expense as far
    back as whoever keeps them counts them. flows: month, PLACE, own_classification, amount_cad of income and expense.
    Rows of retained earnings that come of it are marked `reclassified`.
    """
    from pyspark.sql import functions as F

    earns = F.col("own_classification").isin(*EARNS)
    retained = F.lit(account_of_kind(context.group, "retained_earnings", "balance_sheet"))
    place = [name for name in PLACE if name != "group_account"]
    to_date = context.relation(year_to_date_rows(context.group, context.periods), "period date, month date")
    zero = F.lit("0").cast(MONEY)
    earned = (
        flows.join(to_date, "month")
        .groupBy("period", *PLACE, "own_classification")
        .agg(
            F.sum(F.when(F.col("month") < F.col("period"), F.col("amount_cad")).otherwise(zero)).alias("opening_cad"),
            F.sum("amount_cad").alias("closing_cad"),
        )
    )
    columns = ["period", *PLACE, "own_classification", "opening_cad", "closing_cad"]

    def moved(rows: DataFrame, sign: int) -> DataFrame:
        return rows.select(
            "period",
            *place,
            retained.alias("group_account"),
            F.lit("Equity").alias("own_classification"),
            *[(F.col(name) * sign).cast(MONEY).alias(name) for name in ("opening_cad", "closing_cad")],
            F.lit(True).alias("reclassified"),
        )

    kept = standing.where(~earns).select(*columns, F.lit(False).alias("reclassified"))
    shown = earned.select(*columns, F.lit(False).alias("reclassified"))
    return stack([kept, shown, moved(standing.where(earns), 1), moved(earned, -1)], [*PLACE, "own_classification"])


def aggregate(context: Context, translated_balances: DataFrame) -> DataFrame:
    """Every company's translated balances, by group account, in each part of the group it belongs to."""
    from pyspark.sql import functions as F

    members = context.relation(
        subgroup_rows(context.group, months_of(context)), "period date, subgroup string, company string"
    )
    balances = translated_balances.join(members, ["period", "company"]).select(
        "period",
        "basis",
        "subgroup",
        F.lit("companies").alias("step"),
        F.col("company").alias("component"),
        "group_account",
        F.col("classification").alias("own_classification"),
        "opening_cad",
        "movement_cad",
        "closing_cad",
    )
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    flows = balances.where(F.col("own_classification").isin(*EARNS)).select(
        F.col("period").alias("month"), *PLACE, "own_classification", F.col("movement_cad").alias("amount_cad")
    )
    rows = in_group_years(context, balances.where(asked).drop("movement_cad"), flows)
    is_moved = F.col("reclassified")
    return rows.withColumn(
        "component", F.when(is_moved, F.concat(F.lit(YEAR_END), "component")).otherwise(F.col("component"))
    ).withColumn("step", F.when(is_moved, F.lit("adjustments")).otherwise(F.col("step")))


def eliminate(context: Context, eliminations: DataFrame) -> DataFrame:
    """The entries between companies that are both in a part of the group, by kind."""
    from pyspark.sql import functions as F

    entries = within(context, eliminations).withColumn("component", F.col("kind"))
    return to_date_of(context, entries)


def within(context: Context, eliminations: DataFrame) -> DataFrame:
    """The entries by part of the group that has both their companies, with kind, company and partner.

    `stays`: whether it has both in the month after too.
    """
    from pyspark.sql import functions as F

    rows = [{**row, "scope": row["period"]} for row in subgroup_rows(context.group, months_of(context))]
    members = context.relation(rows, "scope date, subgroup string, company string")
    partners = members.withColumnRenamed("company", "partner")
    after = members.withColumn("period", F.add_months("scope", -1)).drop("scope")
    alone = eliminations.where(F.col("partner") == "").join(members, ["scope", "company"])
    between = (
        eliminations.where(F.col("partner") != "")
        .join(members, ["scope", "company"])
        .join(partners, ["scope", "partner", "subgroup"], "left_semi")
    )
    chart = chart_of(context).select("group_account", F.col("group_classification").alias("own_classification"))
    found = ["period", "basis", "subgroup", "kind", "company", "partner", "group_account", "amount_cad"]
    at = ["period", "subgroup"]
    return (
        stack([alone.select(*found), between.select(*found)], found[1:-1])
        .join(after.withColumn("company_stays", F.lit(True)), [*at, "company"], "left")
        .join(
            after.withColumnRenamed("company", "partner").withColumn("partner_stays", F.lit(True)),
            [*at, "partner"],
            "left",
        )
        .withColumn(
            "stays",
            F.col("company_stays").isNotNull() & ((F.col("partner") == "") | F.col("partner_stays").isNotNull()),
        )
        .drop("company_stays", "partner_stays")
        .join(chart, "group_account", "left")
        .withColumn("step", F.lit("eliminations"))
    )


def to_date_of(context: Context, entries: DataFrame) -> DataFrame:
    """Entries that stand for their month each, opening and closing, income to date of the group's year.

    A month opens without those between companies of which one has left: like its balances, they are gone, not moved.
    """
    from pyspark.sql import functions as F

    zero = F.lit("0").cast(MONEY)
    entries = entries.select("period", *PLACE, "own_classification", "stays", "amount_cad")
    at_end = entries.select("*", zero.alias("opening_cad"), F.col("amount_cad").alias("closing_cad"))
    before = (
        entries.where("stays")
        .withColumn("period", F.add_months("period", 1))
        .select("*", F.col("amount_cad").alias("opening_cad"), zero.alias("closing_cad"))
    )
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    standing = at_end.unionByName(before).where(asked).drop("amount_cad", "stays")
    flows = entries.where(F.col("own_classification").isin(*EARNS)).select(
        F.col("period").alias("month"), *PLACE, "own_classification", "amount_cad"
    )
    return in_group_years(context, standing, flows)


def adjust(context: Context, adjustments: DataFrame, component: str = "entry") -> DataFrame:
    """Approved entries, from their month on, in every part of the group that has all their companies.

    `component`: entry, or the company whose books they adjust.
    """
    from pyspark.sql import functions as F

    applied = adjustments.where(F.col("status") == "applied")
    entry = ["month", "entry"]
    lines = applied.select(
        F.col("period").alias("month"), "entry", F.coalesce("company", F.lit("")).alias("company"), "group_account",
        "amount_cad",
    )  # fmt: skip
    grid = subgroup_rows(context.group, months_of(context))
    outside = [
        {"period": period, "subgroup": WHOLE_GROUP, "company": ""} for period in months_of(context)
    ]  # of nobody: only the whole group has it
    members = context.relation([*grid, *outside], "period date, subgroup string, company string")
    needed = lines.select(*entry, "company").distinct()
    sizes = needed.groupBy(*entry).agg(F.count(F.lit(1)).alias("companies"))
    within = (
        needed.join(members, "company")
        .where(F.col("period") >= F.col("month"))
        .groupBy("period", "subgroup", *entry)
        .agg(F.count(F.lit(1)).alias("present"))
        .join(sizes, entry)
        .where(F.col("present") == F.col("companies"))
        .select("period", "subgroup", *entry)
    )
    chart = chart_of(context).select("group_account", F.col("group_classification").alias("own_classification"))
    booked = (
        within.join(lines, entry)
        .join(chart, "group_account")
        .select(
            "period", "month", F.lit(ADJUSTED_BASIS).alias("basis"), "subgroup", F.lit("adjustments").alias("step"),
            F.col(component).alias("component"), "group_account", "own_classification", "amount_cad",
        )
    )  # fmt: skip
    zero = F.lit("0").cast(MONEY)
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    standing = (
        booked.where(asked)
        .withColumn("opening_cad", F.when(F.col("month") < F.col("period"), F.col("amount_cad")).otherwise(zero))
        .withColumn("closing_cad", F.col("amount_cad"))
        .drop("month", "amount_cad")
    )
    flows = booked.where((F.col("period") == F.col("month")) & F.col("own_classification").isin(*EARNS)).select(
        "month", *PLACE, "own_classification", "amount_cad"
    )
    return in_group_years(context, standing, flows)
