"""What companies of the group own of each other: bought with goodwill, sold with a gain (ACCOUNTING 20)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold.consolidation_steps import ADJUSTED_BASIS
from monette_assets.gold.intercompany import chart_of
from monette_assets.gold.stacking import stack
from monette_assets.group.calendar import add_months
from monette_assets.group.effective import OPEN_END
from monette_assets.group.perimeter import account_of_kind, belongs, control_months, sold_by
from monette_assets.tables import Context
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

    from monette_assets.group.models import Ownership

CENT = Decimal("0.01")


def investments(context: Context, translated_balances: DataFrame) -> list[DataFrame]:
    """What a parent paid, against the equity it bought: the rest is goodwill, outsiders keep their part."""
    from pyspark.sql import functions as F

    fixed = list(_acquired(context))
    if not fixed:
        return []
    ddl = (
        "period date, elimination string, parent string, subsidiary string, company string, partner string, "
        f"group_account string, investment_account string, amount_cad {MONEY}"
    )
    lines = context.relation(fixed, ddl)
    reported = translated_balances.select("period", "basis", F.col("company").alias("subsidiary")).distinct()
    parents = translated_balances.select("period", "basis", F.col("company").alias("parent")).distinct()
    standing = lines.join(reported, ["period", "subsidiary"]).join(parents, ["period", "parent", "basis"])
    paid = translated_balances.groupBy(
        "period",
        "basis",
        F.col("company").alias("parent"),
        F.col("group_account").alias("investment_account"),
    ).agg(F.sum("closing_cad").alias("paid_cad"))
    entry = ["period", "basis", "elimination", "parent", "subsidiary", "investment_account"]
    cost = (
        standing.groupBy(*entry)
        .agg(F.sum("amount_cad").alias("bought_cad"))
        .join(paid, ["period", "basis", "parent", "investment_account"], "left")
        .withColumn("paid_cad", F.coalesce("paid_cad", F.lit("0").cast(MONEY)))
        .withColumn("company", F.col("parent"))
        .withColumn("partner", F.col("subsidiary"))
    )
    goodwill = account_of_kind(context.group, "goodwill", "balance_sheet")
    head = ["period", "basis", "elimination", "company", "partner"]
    return [
        _entry(standing.select(*head, "group_account", "amount_cad")),
        _entry(
            cost.select(
                *head, F.col("investment_account").alias("group_account"), (-F.col("paid_cad")).alias("amount_cad")
            )
        ),
        _entry(
            cost.select(
                *head,
                F.lit(goodwill).alias("group_account"),
                (F.col("paid_cad") - F.col("bought_cad")).alias("amount_cad"),
            )
        ),
    ]


def _acquired(context: Context) -> Iterator[dict[str, Any]]:
    """The lines the contract alone decides: equity on the day of control, and the outsiders' part of it."""
    minority = account_of_kind(context.group, "non_controlling_interest", "balance_sheet")
    for entry in context.group.consolidation.ownership:
        total = sum((each.amount for each in entry.opening_equity), Decimal(0))
        outside = ((1 - entry.share) * total).quantize(CENT, rounding=ROUND_HALF_UP)
        lines = [(each.group_account, each.amount) for each in entry.opening_equity] + [(minority, -outside)]
        for period in control_months(context.group, entry, context.periods[-1]):
            if period < context.periods[0]:
                continue
            for account, amount in lines:
                yield {
                    "period": period,
                    "elimination": _name("investment", entry),
                    "parent": entry.parent,
                    "subsidiary": entry.company,
                    "company": entry.company,
                    "partner": entry.parent,
                    "group_account": account,
                    "investment_account": entry.investment_account,
                    "amount_cad": amount,
                }


def disposals(
    context: Context, translated_balances: DataFrame, adjustments: DataFrame, held: DataFrame | None
) -> list[DataFrame]:
    """In the month a subsidiary is sold: what control earned leaves the gain on its sale, its CTA goes to income.

    The seller's books show proceeds less cost. The group has had its part of what was earned since acquisition, with
    what was adjusted in the company's name, in its earnings already: that is taken out of the gain. The translation
    adjustment is recycled. Profit in goods between the company and the group was nobody's until now: with one of the
    two an outsider, it is earned.
    """
    from pyspark.sql import functions as F

    retained = account_of_kind(context.group, "retained_earnings", "balance_sheet")
    translation = account_of_kind(context.group, "translation", "balance_sheet")
    found: list[DataFrame] = []
    for entry in context.group.consolidation.ownership:
        months = control_months(context.group, entry, OPEN_END if entry.to_period else context.periods[-1])
        if entry.to_period is None or not months or not _between(context, entry.to_period):
            continue
        last, gain = months[-1], entry.disposal_account
        earned, adjustment, profit = F.col("earned"), F.col("adjustment"), F.col("profit")
        of_equity = _equity_sold(context, translated_balances, adjustments, entry, last)
        parts = [
            (of_equity, "disposal", gain, earned + adjustment),
            (of_equity, "disposal", retained, -earned),
            (of_equity, "disposal", translation, -adjustment),
            (of_equity, "recycling", translation, adjustment),
            (of_equity, "recycling", gain, -adjustment),
        ]
        if held is not None:
            of_goods = _profit_sold(context, held, entry, last)
            parts += [(of_goods, "disposal", gain, -profit), (of_goods, "disposal", retained, profit)]
        for whose, name, account, amount in parts:
            lines = whose.select(
                F.lit(entry.to_period).alias("period"),
                "basis",
                F.lit(_name(name, entry)).alias("elimination"),
                "company",
                F.lit(entry.company).alias("partner"),
                F.lit(account).alias("group_account"),
                amount.alias("amount_cad"),
            )
            found.append(_entry(lines).withColumn("scope", F.lit(last)))
    return found


def _equity_sold(
    context: Context, translated_balances: DataFrame, adjustments: DataFrame, entry: Ownership, last: date
) -> DataFrame:
    """basis, company (who sold it), earned, adjustment: its share of what control earned, and of the CTA."""
    from pyspark.sql import functions as F

    translation = account_of_kind(context.group, "translation", "balance_sheet")
    seller, share = sold_by(context.group, entry.company, add_months(last, 1))
    bought = context.relation(
        [{"group_account": each.group_account, "bought": each.amount} for each in entry.opening_equity],
        f"group_account string, bought {MONEY}",
    )
    net = translated_balances.where(
        (F.col("company") == entry.company)
        & (F.col("period") == F.lit(last))
        & F.col("classification").isin("Equity", "Revenue", "Expense")
    )
    zero = F.lit("0").cast(MONEY)
    is_translation = F.col("group_account") == F.lit(translation)
    credited = net.groupBy("basis", "group_account").agg((-F.sum("closing_cad")).alias("credit"))
    bases = net.select("basis").distinct()
    before = bases.crossJoin(bought.select("group_account", (-F.col("bought")).alias("credit")))
    adjusted = (
        adjustments.where((F.col("status") == "applied") & (F.col("company") == entry.company))
        .where(F.col("period").between(F.lit(entry.from_period), F.lit(last)))
        .join(chart_of(context), "group_account")
        .where(F.col("group_classification").isin("Equity", "Revenue", "Expense"))
        .select(F.lit(ADJUSTED_BASIS).alias("basis"), "group_account", (-F.col("amount_cad")).alias("credit"))
    )
    return (
        stack([credited, before, adjusted], ["basis", "group_account"], ())
        .groupBy("basis")
        .agg(
            F.sum(F.when(is_translation, zero).otherwise(F.col("credit"))).alias("earned"),
            F.sum(F.when(is_translation, F.col("credit")).otherwise(zero)).alias("adjustment"),
        )
        .select("basis", F.lit(seller).alias("company"), _part("earned", share), _part("adjustment", share))
    )


def _profit_sold(context: Context, held: DataFrame, entry: Ownership, last: date) -> DataFrame:
    """basis, company, profit: what was left of the margin in goods that the company sold to the group, or bought of it.

    Of its own margin, who sold the company has its share. That of a company that stays is all its own; that of one
    that left too is told with its own sale.
    """
    from pyspark.sql import functions as F

    period = add_months(last, 1)
    seller, share = sold_by(context.group, entry.company, period)
    staying = [each.code for each in context.group.companies if belongs(context.group, each.code, period)]
    then = held.where(F.col("period") == F.lit(last))
    sold = then.where(F.col("seller") == entry.company).select(
        "basis", F.lit(seller).alias("company"), "held_cad", F.lit(str(share)).alias("share")
    )
    bought = then.where((F.col("buyer") == entry.company) & F.col("seller").isin(staying)).select(
        "basis", F.col("seller").alias("company"), "held_cad", F.lit("1").alias("share")
    )
    return (
        stack([sold, bought], ["basis", "company", "share"], ())
        .groupBy("basis", "company", "share")
        .agg(F.sum("held_cad").alias("held_cad"))
        .select("basis", "company", _part("held_cad", F.col("share")).alias("profit"))
    )


def _part(name: str, share: Decimal | SparkColumn) -> SparkColumn:
    """A share of an amount, in cents."""
    from pyspark.sql import functions as F

    of = F.lit(str(share)) if isinstance(share, Decimal) else share
    return F.round(F.col(name) * of.cast("decimal(18, 6)"), 2).cast(MONEY).alias(name)


def _between(context: Context, period: date) -> bool:
    return context.periods[0] <= period <= context.periods[-1]


def _name(what: str, entry: Ownership) -> str:
    return f"{what} {entry.parent} {entry.company} {entry.from_period:%Y-%m}"


def _entry(lines: DataFrame) -> DataFrame:
    """Lines of kind investment, without a match."""
    from pyspark.sql import functions as F

    return lines.select(
        "period", "basis", "elimination", F.lit("investment").alias("kind"), F.col("period").alias("scope"),
        "company", "partner", "group_account", F.lit("").alias("account_pair"), F.lit("").alias("currency"),
        F.lit("").alias("reference"), F.col("amount_cad").cast(MONEY).alias("amount_cad"),
    )  # fmt: skip
