"""The group's balance sheet and profit and loss, and those of its parts, step by step (ACCOUNTING 17 to 20).

Every step adds rows and changes none: companies, eliminations, adjustments, non-controlling interest. A figure is the
sum of its rows.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.gold import adjustments, eliminations, translated_balances
from monette_assets.gold.intercompany import DIVIDENDS, accounts_of, chart_of, months_of
from monette_assets.gold.stacking import stack
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import (
    account_of_kind,
    belongs,
    effective_share,
    group_year_start,
    ownership,
    subgroup_rows,
    subgroups_of,
    year_to_date_rows,
)
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TRANSLATED, ELIMINATED, ADJUSTED = "gold/translated_balances", "gold/eliminations", "gold/adjustments"
STEPS = ("companies", "eliminations", "adjustments", "non_controlling_interest")
YEAR_END = "year_end/"  # component of what moves between a company's retained and current earnings
PLACE = ["basis", "subgroup", "step", "component", "group_account"]
EARNS = ("Revenue", "Expense")
TAKEN = ["group_account", "own_classification", "amount_cad"]
ADJUSTED_BASIS = "accrual"  # what people adjust by hand
RATE_OF_SHARE = "decimal(18, 6)"


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
        of_owners = [companies, *dividends_received(context, eliminations), *profit_in_stock(context, eliminations)]
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

    entries = _within(context, eliminations).withColumn("component", F.col("kind"))
    return _to_date(context, entries.select("period", *PLACE, "own_classification", "amount_cad"))


def dividends_received(context: Context, eliminations: DataFrame) -> list[DataFrame]:
    """What eliminating dividends takes from companies that received them and have outside owners themselves.

    No income of theirs, but a part of what the payer earned, whose outsiders have had theirs of it: it is given back
    on the account it was paid from.
    """
    from pyspark.sql import functions as F

    owned = {each.company for each in context.group.consolidation.ownership}
    paid_out = accounts_of(context, (DIVIDENDS,))
    if not paid_out or not any(each.parent in owned for each in context.group.consolidation.ownership):
        return []
    entries = _within(context, eliminations.where(F.col("kind") == DIVIDENDS))
    receiver = F.when(F.col("group_account").isin(paid_out), F.col("partner")).otherwise(F.col("company"))
    whose = ["period", "basis", "subgroup", "step", "component"]
    taken = entries.withColumn("component", receiver).select(*whose, *TAKEN)
    income = account_of_kind(context.group, "non_controlling_interest", "profit_and_loss")
    earned = taken.groupBy(*whose).agg((-F.sum("amount_cad")).cast(MONEY).alias("amount_cad")).select(
        *whose, F.lit(income).alias("group_account"), F.lit("Expense").alias("own_classification"), "amount_cad"
    )  # fmt: skip
    return [_to_date(context, stack([taken, earned], [*PLACE, "own_classification"]))]


def profit_in_stock(context: Context, eliminations: DataFrame) -> list[DataFrame]:
    """What eliminating unrealised profit takes from the seller's earnings, until the goods are sold on.

    Outsiders of a seller bear their part of it (IFRS 10 B86; ASC 810-10-45-18 leaves the choice); a seller nobody else
    owns leaves it to the owners.
    """
    from pyspark.sql import functions as F

    if not context.group.consolidation.profit_in_stock:
        return []
    entries = _within(context, eliminations.where(F.col("kind") == "unrealised_profit"))
    of_seller = entries.withColumn("component", F.col("partner"))  # the buyer holds the goods, its partner sold them
    return [_to_date(context, of_seller.select("period", *PLACE, "own_classification", "amount_cad"))]


def _within(context: Context, eliminations: DataFrame) -> DataFrame:
    """The entries by part of the group that has both their companies, with kind, company and partner."""
    from pyspark.sql import functions as F

    rows = [{**row, "scope": row["period"]} for row in subgroup_rows(context.group, months_of(context))]
    members = context.relation(rows, "scope date, subgroup string, company string")
    partners = members.withColumnRenamed("company", "partner")
    alone = eliminations.where(F.col("partner") == "").join(members, ["scope", "company"])
    between = (
        eliminations.where(F.col("partner") != "")
        .join(members, ["scope", "company"])
        .join(partners, ["scope", "partner", "subgroup"], "left_semi")
    )
    chart = chart_of(context).select("group_account", F.col("group_classification").alias("own_classification"))
    found = ["period", "basis", "subgroup", "kind", "company", "partner", "group_account", "amount_cad"]
    return (
        stack([alone.select(*found), between.select(*found)], found[1:-1])
        .join(chart, "group_account", "left")
        .withColumn("step", F.lit("eliminations"))
    )


def _to_date(context: Context, entries: DataFrame) -> DataFrame:
    """Entries that stand for their month each, opening and closing, income to date of the group's year."""
    from pyspark.sql import functions as F

    zero = F.lit("0").cast(MONEY)
    at_end = entries.select("*", zero.alias("opening_cad"), F.col("amount_cad").alias("closing_cad"))
    before = entries.withColumn("period", F.add_months("period", 1)).select(
        "*", F.col("amount_cad").alias("opening_cad"), zero.alias("closing_cad")
    )
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    standing = at_end.unionByName(before).where(asked).drop("amount_cad")
    flows = entries.where(F.col("own_classification").isin(*EARNS)).select(
        F.col("period").alias("month"), *PLACE, "own_classification", "amount_cad"
    )
    return in_group_years(context, standing, flows)


def adjust(context: Context, adjustments: DataFrame) -> DataFrame:
    """Approved entries, from their month on, in every part of the group that has all their companies."""
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
            F.col("entry").alias("component"), "group_account", "own_classification", "amount_cad",
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


def non_controlling_interest(context: Context, companies: DataFrame) -> DataFrame:
    """Outsiders' part of what subsidiaries earned, of their translation adjustment and of every other change of equity.

    Their part of the equity on the day of control stands in the investment's elimination. Both together are their
    share of the net assets, less that of the profit on goods the group still holds.
    """
    from pyspark.sql import functions as F

    group = context.group
    minority = account_of_kind(group, "non_controlling_interest", "balance_sheet")
    income = account_of_kind(group, "non_controlling_interest", "profit_and_loss")
    terms, bought = _outsiders(context)
    shares = context.relation(
        terms, f"period date, subgroup string, subsidiary string, outside {RATE_OF_SHARE}, is_controlled boolean"
    )
    acquired = context.relation(
        bought, f"period date, subsidiary string, group_account string, bought_opening {MONEY}, bought_closing {MONEY}"
    )
    subsidiary = F.regexp_replace("component", f"^{YEAR_END}", "")
    equity = F.col("own_classification").isin("Equity", *EARNS)
    own = (
        companies.where(equity).withColumn("subsidiary", subsidiary).join(shares, ["period", "subgroup", "subsidiary"])
    )
    earns = F.col("own_classification").isin(*EARNS)
    line = ["period", "basis", "subgroup", "subsidiary", "outside"]
    changed = own.select(
        *line,
        F.when(earns, F.lit(income)).otherwise(F.col("group_account")).alias("group_account"),
        "opening_cad",
        "closing_cad",
    )
    at_acquisition = (
        own.where("is_controlled")
        .select(*line)
        .distinct()
        .join(acquired, ["period", "subsidiary"])
        .select(
            *line,
            "group_account",
            F.col("bought_opening").alias("opening_cad"),
            F.col("bought_closing").alias("closing_cad"),
        )
    )
    amounts = ("opening_cad", "closing_cad")
    part = [F.round(-F.sum(name) * F.max("outside"), 2).cast(MONEY).alias(name) for name in amounts]
    both = stack([changed, at_acquisition], [*line[1:-1], "group_account"])
    taken = both.groupBy(*line[:-1], "group_account").agg(*part)
    given = (
        taken.groupBy(*line[:-1])
        .agg(*[(-F.sum(name)).cast(MONEY).alias(name) for name in amounts])
        .withColumn("group_account", F.lit(minority))
    )
    own_class = F.when(F.col("group_account") == F.lit(income), "Expense").otherwise("Equity")
    return stack([taken, given.select(*taken.columns)], [*line[1:-1], "group_account"]).select(
        "period", "basis", "subgroup", F.lit("non_controlling_interest").alias("step"),
        F.col("subsidiary").alias("component"), "group_account", own_class.alias("own_classification"),
        *amounts, F.lit(False).alias("reclassified"),
    )  # fmt: skip


def _outsiders(context: Context) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each month's share of outsiders in a subsidiary, to the end of the group's year in which it leaves, by part of
    the group that has its parent too; and its equity on the day of control, opening and closing."""
    group = context.group
    shares: list[dict[str, Any]] = []
    bought: list[dict[str, Any]] = []
    for company in dict.fromkeys(each.company for each in group.consolidation.ownership):
        for period in context.periods:
            entry = ownership(group, company, period)
            controlled = entry is not None and belongs(group, company, period)
            last = period if controlled else _last_controlled(context, company, period)
            if last is None or (held := ownership(group, company, last)) is None:
                continue
            shared = set(subgroups_of(group, company)) & set(subgroups_of(group, held.parent))
            shares += [
                {
                    "period": period,
                    "subgroup": subgroup,
                    "subsidiary": company,
                    "outside": 1 - effective_share(group, company, last),
                    "is_controlled": controlled,
                }
                for subgroup in sorted(shared)
            ]
            if controlled:
                bought += [
                    {
                        "period": period,
                        "subsidiary": company,
                        "group_account": each.group_account,
                        "bought_opening": each.amount,
                        "bought_closing": each.amount,
                    }
                    for each in held.opening_equity
                ]
    return shares, bought


def _last_controlled(context: Context, company: str, period: date) -> date | None:
    """The last month of control before the period, in the same fiscal year of the group."""
    group = context.group
    months = group.periods(group_year_start(group, period), period)
    held = [each for each in months if ownership(group, company, each) and belongs(group, company, each)]
    return held[-1] if held else None
