"""Outsiders' part of what subsidiaries earned and are worth (ACCOUNTING 20)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.gold.consolidation_steps import EARNS, PLACE, YEAR_END, to_date_of, within
from monette_assets.gold.intercompany import DIVIDENDS, accounts_of
from monette_assets.gold.stacking import stack
from monette_assets.group.perimeter import (
    account_of_kind,
    belongs,
    effective_share,
    group_year_start,
    ownership,
    subgroups_of,
)
from monette_assets.tables import Context
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TAKEN = ["group_account", "own_classification", "stays", "amount_cad"]
RATE_OF_SHARE = "decimal(18, 6)"


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
    entries = within(context, eliminations.where(F.col("kind") == DIVIDENDS))
    receiver = F.when(F.col("group_account").isin(paid_out), F.col("partner")).otherwise(F.col("company"))
    whose = ["period", "basis", "subgroup", "step", "component"]
    taken = entries.withColumn("component", receiver).select(*whose, *TAKEN)
    income = account_of_kind(context.group, "non_controlling_interest", "profit_and_loss")
    earned = taken.groupBy(*whose, "stays").agg((-F.sum("amount_cad")).cast(MONEY).alias("amount_cad")).select(
        *whose, F.lit(income).alias("group_account"), F.lit("Expense").alias("own_classification"), "stays",
        "amount_cad",
    )  # fmt: skip
    return [to_date_of(context, stack([taken, earned], [*PLACE, "own_classification"]))]


def profit_in_stock(context: Context, eliminations: DataFrame) -> list[DataFrame]:
    """What eliminating unrealised profit takes from the seller's earnings, until the goods are sold on.

    Outsiders of a seller bear their part of it (IFRS 10 B86; ASC 810-10-45-18 leaves the choice); a seller nobody else
    owns leaves it to the owners.
    """
    from pyspark.sql import functions as F

    if not context.group.consolidation.profit_in_stock:
        return []
    entries = within(context, eliminations.where(F.col("kind") == "unrealised_profit"))
    of_seller = entries.withColumn("component", F.col("partner"))  # the buyer holds the goods, its partner sold them
    return [to_date_of(context, of_seller)]


def gains_on_sale(context: Context, eliminations: DataFrame) -> list[DataFrame]:
    """What eliminating takes from the gain of a company that sold another and has outside owners itself.

    Its books say all of the gain; what control had earned before, its outsiders have had their part of.
    """
    from pyspark.sql import functions as F

    owned = {each.company for each in context.group.consolidation.ownership}
    if not any(each.to_period and each.parent in owned for each in context.group.consolidation.ownership):
        return []
    sold = eliminations.where((F.col("kind") == "investment") & (F.col("scope") < F.col("period")))
    of_seller = within(context, sold).withColumn("component", F.col("company"))
    return [to_date_of(context, of_seller)]


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
