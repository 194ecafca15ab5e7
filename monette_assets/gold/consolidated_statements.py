"""The group's balance sheet and profit and loss, and those of its parts, step by step (ACCOUNTING 17 to 20).

Every step adds rows and changes none: companies, eliminations, adjustments, non-controlling interest. A figure is the
sum of its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.gold import adjustments, eliminations, translated_balances
from monette_assets.gold.consolidation_steps import ADJUSTED_BASIS, EARNS, PLACE, adjust, aggregate, eliminate
from monette_assets.gold.intercompany import chart_of, months_of
from monette_assets.gold.outsiders import (
    dividends_received,
    gains_on_sale,
    non_controlling_interest,
    profit_in_stock,
)
from monette_assets.gold.stacking import stack
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import (
    account_of_kind,
    subgroup_rows,
)
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TRANSLATED, ELIMINATED, ADJUSTED = "gold/translated_balances", "gold/eliminations", "gold/adjustments"
STEPS = ("companies", "eliminations", "adjustments", "non_controlling_interest")


def _does_not_balance(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    names = ("opening_cad", "movement_cad", "closing_cad")
    sums = staged.rows.groupBy("period", "basis", "subgroup").agg(*[F.sum(name).alias(name) for name in names])
    return sums.where((F.col("opening_cad") != 0) | (F.col("movement_cad") != 0) | (F.col("closing_cad") != 0))


def _does_not_roll(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    broken = F.col("opening_cad") + F.col("movement_cad") != F.col("closing_cad")
    return staged.rows.where(broken).select("period", *PLACE, "opening_cad", "movement_cad", "closing_cad")


def _steps_do_not_add_up(staged: Staged) -> DataFrame:
    """The lines of every part of the group against companies + eliminations + adjustments, from their own tables."""
    from pyspark.sql import functions as F

    context, zero = staged.context, F.lit("0").cast(MONEY)
    line = ["period", "basis", "subgroup", "group_account"]
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    theirs = stack([_compared(context, part) for part in _parts(staged)], line[1:]).where(asked)
    ours = _compared(context, staged.rows.where(F.col("step") != "non_controlling_interest"))
    both = (
        theirs.groupBy(*line)
        .agg(F.sum("amount").alias("parts_cad"))
        .join(ours.groupBy(*line).agg(F.sum("amount").alias("consolidated_cad")), line, "full_outer")
        .withColumn("parts_cad", F.coalesce("parts_cad", zero))
        .withColumn("consolidated_cad", F.coalesce("consolidated_cad", zero))
    )
    return both.where(F.col("parts_cad") != F.col("consolidated_cad"))


def _compared(context: Context, rows: DataFrame) -> DataFrame:
    """What is compared: closing balances, the month's income and expense, and retained earnings with income to date.

    The last is one line, since a company whose year is not the group's has its income in one where the group has it in
    the other.
    """
    from pyspark.sql import functions as F

    place = ["period", "basis", "subgroup"]
    retained = F.lit(account_of_kind(context.group, "retained_earnings", "balance_sheet") or "retained_earnings")
    earns, is_retained = F.col("classification").isin(*EARNS), F.col("group_account") == retained
    own = rows.where(~is_retained).select(
        *place, "group_account", F.when(earns, F.col("movement_cad")).otherwise(F.col("closing_cad")).alias("amount")
    )
    earned = rows.where(earns | is_retained).select(
        *place, retained.alias("group_account"), F.col("closing_cad").alias("amount")
    )
    return stack([own, earned], ["basis", "subgroup", "group_account"])


def _parts(staged: Staged) -> list[DataFrame]:
    """Companies, eliminations and applied adjustments of every part of the group, as their own tables have them."""
    from pyspark.sql import functions as F

    context, inputs = staged.context, staged.inputs
    columns = ["period", "basis", "subgroup", "group_account", "classification", "movement_cad", "closing_cad"]
    months = months_of(context)
    grid = subgroup_rows(context.group, months)
    members = context.relation(grid, "period date, subgroup string, company string")
    chart = chart_of(context).select("group_account", F.col("group_classification").alias("classification"))

    def booked(rows: DataFrame, *kept: str) -> DataFrame:
        amount = F.col("amount_cad")
        return rows.join(chart, "group_account", "left").select(
            *columns[:-2], *kept, amount.alias("movement_cad"), amount.alias("closing_cad")
        )

    of_companies = inputs["translated_balances"].join(members, ["period", "company"]).select(*columns)
    entries = inputs["eliminations"]
    of_group = booked(entries.withColumn("subgroup", F.lit(WHOLE_GROUP)))
    within = members.where(F.col("subgroup") != WHOLE_GROUP).withColumnRenamed("period", "scope")
    partners = within.withColumnRenamed("company", "partner")
    inside = entries.join(within, ["scope", "company"])
    both = inside.join(partners, ["scope", "partner", "subgroup"], "left_semi")
    of_parts = [booked(inside.where(F.col("partner") == "")), booked(both)]

    present = context.relation(
        [row for row in grid if row["period"] in context.periods]
        + [{"period": period, "subgroup": WHOLE_GROUP, "company": ""} for period in context.periods],
        "period date, subgroup string, company string",
    )
    entry = ["period", "subgroup", "month", "entry"]
    wanted = (
        inputs["adjustments"]
        .where(F.col("status") == "applied")
        .select(
            F.col("period").alias("month"), "entry", F.coalesce("company", F.lit("")).alias("company"),
            "group_account", "amount_cad", F.lit(ADJUSTED_BASIS).alias("basis"),
        )
        .join(present.select("period", "subgroup").distinct(), F.col("month") <= F.col("period"))
    )  # fmt: skip
    lacking = wanted.join(present, ["period", "subgroup", "company"], "left_anti").select(*entry).distinct()
    of_month = F.when(F.col("month") == F.col("period"), F.col("movement_cad")).otherwise(F.lit("0").cast(MONEY))
    adjusted = booked(wanted.join(lacking, entry, "left_anti"), "month").withColumn("movement_cad", of_month)
    return [of_companies, of_group, *of_parts, adjusted.select(*columns)]


def _countries_do_not_add_up(staged: Staged) -> DataFrame:
    """Before what is eliminated and adjusted between countries, the countries are the group."""
    from pyspark.sql import functions as F

    line = ["period", "basis", "component", "group_account"]
    rows = staged.rows.where(F.col("step") == "companies")

    def summed(which: Any, name: str) -> DataFrame:
        return rows.where(which).groupBy(*line).agg(F.sum("closing_cad").alias(name))

    whole = summed(F.col("subgroup") == WHOLE_GROUP, "group_cad")
    countries = summed(F.col("subgroup").startswith("country/"), "countries_cad")
    both = whole.join(countries, line, "full_outer").na.fill(0, ["group_cad", "countries_cad"])
    return both.where(F.col("group_cad") != F.col("countries_cad"))


CONTRACT = Contract(
    name="gold/consolidated_statements",
    description=(
        "Balance sheet and profit and loss in group currency of the group, its countries and its pillars: companies, "
        "eliminations, adjustments, non-controlling interest. A consolidated figure is the sum of its rows. Income and "
        "expense are to date of the group's own fiscal year. A part of the group eliminates what is between its own "
        "companies."
    ),
    key=("period", *PLACE),
    unit=("period",),
    inputs={
        "translated_balances": Input(translated_balances.CONTRACT, Months.UP_TO),
        "eliminations": Input(eliminations.CONTRACT, Months.UP_TO),
        "adjustments": Input(adjustments.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{TRANSLATED}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{TRANSLATED}.basis",)),
        Column("subgroup", "string", "group, country/CODE or pillar/NAME."),
        Column("step", "string", "What the row adds.", choices=STEPS),
        Column("component", "string", "The company, or the kind of entry; year_end/CODE: what moves between retained "
               "and current earnings because a company's fiscal year is not the group's, or it joined or left.",
               source=(f"{TRANSLATED}.company", f"{ELIMINATED}.kind", f"{ADJUSTED}.entry")),
        Column("group_account", "string", "Account of the group chart.",
               source=(f"{TRANSLATED}.group_account", f"{ELIMINATED}.group_account", f"{ADJUSTED}.group_account")),
        Column("statement", "string", "Where it stands.", choices=("profit_and_loss", "balance_sheet")),
        Column("classification", "string", "Section.",
               choices=("Asset", "Liability", "Equity", "Revenue", "Expense")),
        Column("profit_type", "string", "Profit type; null on the balance sheet.", nullable=True),
        Column("opening_cad", MONEY, "Debit positive; income and expense since the group's year began.",
               unit="group currency",
               source=(f"{TRANSLATED}.opening_cad", f"{ELIMINATED}.amount_cad", f"{ADJUSTED}.amount_cad")),
        Column("movement_cad", MONEY, "The month's.", unit="group currency",
               source=(f"{TRANSLATED}.movement_cad", f"{ELIMINATED}.amount_cad", f"{ADJUSTED}.amount_cad")),
        Column("closing_cad", MONEY, "Opening + movement.", unit="group currency",
               source=(f"{TRANSLATED}.closing_cad", f"{ELIMINATED}.amount_cad", f"{ADJUSTED}.amount_cad")),
    ),
    checks=(
        Check("balances", "Every part of the group balances.", "ACCOUNTING 2", _does_not_balance),
        Check("rolls_forward", "Opening + movement = closing.", "ACCOUNTING 3", _does_not_roll),
        Check("steps_add_up", "In every part of the group, consolidated = companies + eliminations + adjustments, "
              "line by line, from their tables; retained earnings and income to date are one line, since companies' "
              "years differ.", "ACCOUNTING 17", _steps_do_not_add_up),
        Check("countries_add_up", "The countries' companies are the group's.", "ACCOUNTING 17",
              _countries_do_not_add_up),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def consolidated_statements(
    context: Context, translated_balances: DataFrame, eliminations: DataFrame, adjustments: DataFrame
) -> DataFrame:
    """Aggregate, eliminate, adjust, and give outsiders their part."""
    from pyspark.sql import functions as F

    companies = aggregate(context, translated_balances)
    steps = [companies, eliminate(context, eliminations), adjust(context, adjustments)]
    if context.group.consolidation.ownership:
        of_owners = [
            companies,
            adjust(context, adjustments, component="company"),
            *dividends_received(context, eliminations),
            *profit_in_stock(context, eliminations),
            *gains_on_sale(context, eliminations),
        ]
        steps.append(non_controlling_interest(context, stack(of_owners, [*PLACE, "own_classification"])))
    rows = (
        stack(steps, [*PLACE, "own_classification"])
        .groupBy("period", *PLACE)
        .agg(
            F.sum("opening_cad").cast(MONEY).alias("opening_cad"),
            F.sum("closing_cad").cast(MONEY).alias("closing_cad"),
            F.max("own_classification").alias("own_classification"),
        )
        .where((F.col("opening_cad") != 0) | (F.col("closing_cad") != 0))
        .withColumn("movement_cad", F.col("closing_cad") - F.col("opening_cad"))
    )
    by_own = F.when(F.col("own_classification").isin(*EARNS), "profit_and_loss").otherwise("balance_sheet")
    return (
        rows.join(chart_of(context), "group_account", "left")
        .withColumn("statement", F.coalesce("statement", by_own))
        .withColumn("classification", F.coalesce("group_classification", "own_classification"))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )
