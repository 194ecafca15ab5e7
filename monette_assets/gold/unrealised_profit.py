"""Profit in goods that one company of the group sold another, for as long as they are in stock (ACCOUNTING 19)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from monette_assets.gold.intercompany import PAIR, members_of
from monette_assets.group.calendar import add_months
from monette_assets.group.perimeter import account_of_kind, profit_in_stock_rows
from monette_assets.tables import Context
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

CENT = Decimal("0.01")


def profit_held(context: Context, charged: DataFrame, trial_balance: DataFrame) -> DataFrame | None:
    """The seller's margin in goods that are still in the buyer's inventory, month by month; None without such goods.

    Goods leave an inventory account in the proportion in which the whole account is relieved: a month that credits a
    quarter of what it opened with and bought takes a quarter of the group's goods (ACCOUNTING 19). Where it opened on
    the credit side, what was missing is taken out of what comes in, as if it left then.
    """
    from pyspark.sql import functions as F

    terms = profit_in_stock_rows(context.group)
    if not terms:
        return None
    goods = context.relation(
        terms,
        "seller string, buyer string, inventory_account string, cost_account string, margin decimal(18, 6), "
        "from_period date, to_period date",
    )
    answered = charged.where((F.col("side") == "company") & (F.col("partner") != "")).select(*PAIR).distinct()
    bought = (
        charged.where(F.col("stock_account").isNotNull())
        .join(answered, PAIR, "left_semi")  # a margin needs a seller who booked the sale
        .groupBy(
            "period",
            "basis",
            F.col("company").alias("seller"),
            F.col("partner").alias("buyer"),
            F.col("stock_account").alias("inventory_account"),
        )
        .agg(F.sum("amount_cad").alias("bought_cad"))
    )
    place = ["basis", "seller", "buyer", "inventory_account"]
    in_force = (F.col("period") >= F.col("from_period")) & (F.col("period") < F.col("to_period"))
    stock = (
        trial_balance.groupBy(
            "period", "basis", F.col("company").alias("buyer"), F.col("group_account").alias("inventory_account")
        )
        .agg(
            F.sum("opening").alias("opening"),
            F.sum("debit").alias("debit"),
            F.sum("credit").alias("credit"),
        )
        .join(goods, ["buyer", "inventory_account"])
        .where(in_force)
        .join(bought.select(*place).distinct(), place, "left_semi")
        .join(bought, ["period", *place], "left")
        .select(
            "period", *place, "cost_account", "margin", "opening", "debit", "credit",
            F.coalesce("bought_cad", F.lit("0").cast(MONEY)).alias("bought_cad"),
        )
    )  # fmt: skip
    held = stock.groupBy(*place).applyInPandas(
        _profit_held,
        "period date, basis string, seller string, buyer string, inventory_account string, cost_account string, "
        f"before_cad {MONEY}, held_cad {MONEY}",
    )
    members = members_of(context)
    held = context.once(held, "profit_held")
    return held.join(members.toDF("period", "seller"), ["period", "seller"], "left_semi").join(
        members.toDF("period", "buyer"), ["period", "buyer"], "left_semi"
    )


def unrealised_profit(context: Context, held: DataFrame) -> list[DataFrame]:
    """The margin in goods in stock, taken out until they are sold on or one of the two leaves."""
    from pyspark.sql import functions as F

    retained = account_of_kind(context.group, "retained_earnings", "balance_sheet")
    parts = (
        (F.col("inventory_account"), -F.col("held_cad")),
        (F.col("cost_account"), F.col("held_cad") - F.col("before_cad")),
        (F.lit(retained), F.col("before_cad")),
    )
    found = []
    for account, amount in parts:
        found.append(
            held.select(
                "period", "basis",
                F.concat_ws(" ", F.lit("unrealised_profit"), "seller", "buyer", "inventory_account")
                .alias("elimination"),
                F.lit("unrealised_profit").alias("kind"), F.col("period").alias("scope"),
                F.col("buyer").alias("company"), F.col("seller").alias("partner"), account.alias("group_account"),
                F.lit("").alias("account_pair"), F.lit("").alias("currency"), F.lit("").alias("reference"),
                amount.cast(MONEY).alias("amount_cad"),
            )
        )  # fmt: skip
    return found


def _profit_held(months: pd.DataFrame) -> pd.DataFrame:
    """The margin still in stock at the end of each month, and of the month before; months without stock hold none."""
    import pandas as pd

    exact, before, found, last = Decimal(0), Decimal(0), [], None
    for month in months.sort_values("period").to_dict("records"):
        if last is not None and add_months(last, 1) != month["period"]:
            exact, before = Decimal(0), Decimal(0)  # the account stood at zero in between
        missing = max(-month["opening"], Decimal(0))
        there, gone = month["opening"] + missing + month["debit"], month["credit"] + missing
        kept = max(Decimal(0), min(Decimal(1), 1 - gone / there)) if there > 0 else Decimal(0)
        exact = (exact + month["bought_cad"] * month["margin"]) * kept
        held = exact.quantize(CENT, rounding=ROUND_HALF_UP)
        found.append({**month, "before_cad": before, "held_cad": held})
        before, last = held, month["period"]
    columns = [
        "period", "basis", "seller", "buyer", "inventory_account", "cost_account", "before_cad", "held_cad",
    ]  # fmt: skip
    return pd.DataFrame(found, columns=columns)
