"""What each company's books say about the other companies: the sides that matching and elimination are made of.

A claim is what one company's books say another owes it: its own due-from account, the other's due-to account, one
document at a time. A charge is one company's income and the other's cost of the month, or the dividend it paid out of
its equity. Both have two sides; a side is one account in one company's books (ACCOUNTING 18).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monette_assets.group.effective import OPEN_END
from monette_assets.group.perimeter import belongs, profit_in_stock_rows
from monette_assets.tables.contract import MONEY, RATE

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

    from monette_assets.tables import Context

EXACT = "decimal(28, 8)"
DUE = ("due_from_group", "due_to_group")
FLOW = ("intercompany_revenue", "intercompany_expense")
DIVIDENDS = "dividends"  # kind of the account that what a company pays its owners stands on
OPENING = "opening"  # the reference of what stood on an account before the first posting
CLAIM, CHARGE = "due_from/due_to", "income/expense"
# A line on an intercompany account that names no company of the group stands alone, under the side it is on.
ACCOUNT_PAIRS = (CLAIM, CHARGE, "due_from", "due_to", "income", "expense")
BALANCE_PAIRS = (CLAIM, "due_from", "due_to")
# Where the other side of a claim may stand by mistake: not in the bank, where its settlement stands.
NO_CLAIM = ("bank", "inventory", "fixed_asset", "accumulated_depreciation")

PAIR = ["period", "basis", "account_pair", "company", "partner", "currency", "reference"]
POSTED = ["basis", "holder", "account_id", "partner", "currency", "reference"]
COLUMNS = [
    *PAIR, "side", "holder", "account_id", "group_account", "stock_account", "contact_name", "amount",
    "transaction_amount", "charged", "amount_cad",
]  # fmt: skip


def months_of(context: Context) -> list[date]:
    """Every month from the group's first to the last one asked for: a difference is as old as its first month."""
    return context.group.periods(context.group.first_period, context.periods[-1])


def chart_of(context: Context) -> DataFrame:
    """group_account, statement, group_classification, profit_type, kind."""
    from pyspark.sql import functions as F

    return context.relation(
        context.group.chart_rows(),
        "group_account string, statement string, classification string, profit_type string, kind string",
    ).select(
        "group_account",
        "statement",
        F.col("classification").alias("group_classification"),
        "profit_type",
        "kind",
    )


def members_of(context: Context) -> DataFrame:
    """period, member: the companies that are part of the group's figures, month by month."""
    return context.relation(
        [
            {"period": period, "member": each.code}
            for period in months_of(context)
            for each in context.group.companies
            if belongs(context.group, each.code, period)
        ],
        "period date, member string",
    )


def rates_of(context: Context, translated_balances: DataFrame) -> DataFrame:
    """period, basis, holder, closing_rate, average_rate: the rates a company's balances were translated at."""
    from pyspark.sql import functions as F

    at_home = F.col("currency") == context.group.currency
    one = F.lit("1").cast(RATE)

    def rate(kind: str) -> SparkColumn:
        return F.max(F.when(at_home, one).when(F.col("rate_kind") == kind, F.col("rate")))

    return translated_balances.groupBy("period", "basis", F.col("company").alias("holder")).agg(
        F.max("currency").alias("home_currency"),
        rate("closing").alias("closing_rate"),
        rate("average").alias("average_rate"),
    )


def lines_of(intercompany_lines: DataFrame) -> DataFrame:
    """gold/intercompany_lines as the sides are made of them: whose books they are in is the holder, not the company."""
    from pyspark.sql import functions as F

    return intercompany_lines.select(
        F.col("company").alias("holder"), F.col("period").alias("month"), "basis", "account_id", "group_account",
        "classification", "kind", "contact_name", "partner", "currency", "reference", "amount", "transaction_amount",
    )  # fmt: skip


def standing(context: Context, lines: DataFrame) -> DataFrame:
    """What stood at each month end, per account, partner, currency and reference: one row a month it matters.

    A document settled in one company's books is kept at zero for as long as it is open in the other's: that the other
    side was booked, and is paid, is what tells lateness from absence.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    amount, zero = F.col("transaction_amount"), F.lit("0").cast(MONEY)
    pair = ["basis", "one", "other", "currency", "reference"]
    moved = (
        lines.groupBy(*POSTED, "month")
        .agg(
            F.sum("amount").alias("amount"),
            F.sum(amount).alias("transaction_amount"),
            F.sum(F.when(amount > 0, amount).otherwise(zero)).alias("debited"),
            F.sum(F.when(amount < 0, -amount).otherwise(zero)).alias("credited"),
            F.max("group_account").alias("posted_account"),
            F.max("contact_name").alias("contact_name"),
        )
        .withColumn("one", F.least("holder", "partner"))
        .withColumn("other", F.greatest("holder", "partner"))
    )
    accounts = moved.groupBy(*pair, "holder", "account_id").agg(
        F.sum("amount").alias("left"), F.sum("transaction_amount").alias("foreign_left"), F.max("month").alias("month")
    )
    is_open = (F.col("left") != 0) | (F.col("foreign_left") != 0)
    ends = accounts.groupBy(*pair).agg(
        F.max("month").alias("last_month"), F.max(F.when(is_open, 1).otherwise(0)).alias("open_at_end")
    )
    to_date = Window.partitionBy(*POSTED).orderBy("month").rowsBetween(Window.unboundedPreceding, 0)
    in_order = Window.partitionBy(*POSTED).orderBy("month")
    summed = ("amount", "transaction_amount", "debited", "credited")
    balances = moved.select(
        *POSTED, *pair[1:3], "month", "posted_account", "contact_name",
        *[F.sum(name).over(to_date).alias(name) for name in summed],
        F.lead("month").over(in_order).alias("next_month"),
    ).join(ends, pair)  # fmt: skip
    nothing = (F.col("amount") == 0) & (F.col("transaction_amount") == 0)
    forever = F.lit(OPEN_END)
    until = F.coalesce(
        "next_month", F.when(nothing & (F.col("open_at_end") == 0), F.col("last_month")).otherwise(forever)
    )
    months = context.relation([{"period": period} for period in months_of(context)], "period date")
    lasts = (F.col("period") >= F.col("month")) & (F.col("period") < F.col("until"))
    return (
        balances.withColumn("until", until)
        .join(F.broadcast(months), lasts)
        .select("period", *POSTED, "posted_account", "contact_name", *summed)
    )


def claims(context: Context, lines: DataFrame, translated_balances: DataFrame) -> DataFrame:
    """The sides of every claim at every month end: `COLUMNS`."""
    from pyspark.sql import functions as F

    due = accounts_of(context, DUE)
    held = (
        translated_balances.where(F.col("group_account").isin(due))
        .select("company", "basis", "account_id")
        .unionByName(
            lines.where(F.col("kind").isin(*DUE)).select(F.col("holder").alias("company"), "basis", "account_id")
        )
        .distinct()
    )
    held = context.once(held, "held")
    balances = translated_balances.join(held, ["company", "basis", "account_id"], "left_semi").select(
        "period",
        "basis",
        F.col("company").alias("holder"),
        "account_id",
        F.col("group_account").alias("balance_account"),
        "closing",
        "closing_cad",
    )
    account = ["period", "basis", "holder", "account_id"]
    on_accounts = lines.join(
        held.withColumnRenamed("company", "holder"), ["holder", "basis", "account_id"], "left_semi"
    )
    stood = context.once(standing(context, on_accounts), "stood")
    rates = rates_of(context, translated_balances).select(*account[:3], "home_currency", "closing_rate")
    posted = stood.groupBy(*account).agg(F.sum("amount").alias("posted"), F.max("posted_account").alias("any_account"))
    zero = F.lit("0").cast(MONEY)
    before = (
        balances.join(posted, account, "full_outer")
        .join(rates, account[:3])
        .withColumn("amount", (F.coalesce("closing", zero) - F.coalesce("posted", zero)).cast(MONEY))
        .where(F.col("amount") != 0)
        .select(
            *account,
            F.lit("").alias("partner"),
            F.col("home_currency").alias("currency"),
            F.lit(OPENING).alias("reference"),
            F.col("any_account").alias("posted_account"),
            F.lit(None).cast("string").alias("contact_name"),
            "amount",
            F.col("amount").alias("transaction_amount"),
            zero.alias("debited"),
            zero.alias("credited"),
        )
    )
    chart = chart_of(context).select("group_account", "kind")
    booked = (
        stood.unionByName(before.select(*stood.columns))
        .join(rates, account[:3])
        .join(balances, account, "left")
        .withColumn("group_account", F.coalesce("balance_account", "posted_account"))
        .join(chart, "group_account")
        .where(F.col("kind").isin(*DUE))
        .withColumn("exact", (F.col("amount") * F.col("closing_rate")).cast(EXACT))
        .withColumn("total", F.coalesce("closing_cad", zero))
    )
    placed = _place(context, _in_cents(booked), F.col("kind") == "due_from_group", CLAIM, "due_from", "due_to")
    charged = F.when(F.col("kind") == "due_from_group", F.col("debited")).otherwise(F.col("credited"))
    return (
        placed.withColumn("charged", charged.cast(MONEY))
        .withColumn("stock_account", F.lit(None).cast("string"))
        .select(*COLUMNS)
    )


def charges(context: Context, lines: DataFrame, translated_balances: DataFrame) -> DataFrame:
    """The sides of every charge of every month: `COLUMNS`. `stock_account` is where goods were taken to inventory."""
    from pyspark.sql import functions as F

    goods = context.relation(
        profit_in_stock_rows(context.group),
        "seller string, buyer string, inventory_account string, cost_account string, from_period date, to_period date",
    )
    in_stock = (
        (F.col("kind") == "inventory")
        & (F.col("holder") == F.col("buyer"))
        & (F.col("partner") == F.col("seller"))
        & (F.col("group_account") == F.col("inventory_account"))
        & (F.col("month") >= F.col("from_period"))
        & (F.col("month") < F.col("to_period"))
    )
    kind = F.coalesce("kind", F.lit("other"))
    earns = F.col("classification").isin("Revenue", "Expense") & (kind != "exchange")  # exchange is the holder's own
    flows = (
        lines.join(goods, in_stock, "left")
        .where(
            kind.isin(*FLOW)
            | ((F.col("partner") != "") & (earns | (kind == DIVIDENDS) | F.col("cost_account").isNotNull()))
        )
        .withColumn("stock_account", F.when(F.col("cost_account").isNotNull(), F.col("group_account")))
        .withColumn("group_account", F.coalesce("cost_account", "group_account"))
        .withColumn("kind", kind)
        .withColumnRenamed("month", "period")
        .groupBy("period", *POSTED, "group_account", "stock_account", "kind", "classification")
        .agg(
            F.sum("amount").alias("amount"),
            F.sum("transaction_amount").alias("transaction_amount"),
            F.max("contact_name").alias("contact_name"),
        )
    )
    account = ["period", "basis", "holder", "account_id"]
    movements = translated_balances.select(
        "period", "basis", F.col("company").alias("holder"), "account_id", "rate", "movement_cad"
    )
    rates = rates_of(context, translated_balances).select(*account[:3], "average_rate")
    whole = F.col("kind").isin(*FLOW)  # every posting of the account is here, so the parts make up its total
    booked = (
        flows.join(rates, account[:3])
        .join(movements, account, "left")
        .withColumn("own_rate", F.when(F.col("stock_account").isNull(), F.col("rate")))
        .withColumn("exact", (F.col("amount") * F.coalesce("own_rate", "average_rate")).cast(EXACT))
        .withColumn("total", F.coalesce("movement_cad", F.lit("0").cast(MONEY)))
    )
    ordinary = booked.where(~whole).withColumn("amount_cad", F.round("exact", 2).cast(MONEY))
    both = _in_cents(booked.where(whole)).unionByName(ordinary)
    sells = (F.col("kind") == "intercompany_revenue") | (
        (F.col("classification") == "Revenue") & (F.col("kind") != "intercompany_expense")
    )
    placed = _place(context, both.withColumn("whole", whole), sells, CHARGE, "income", "expense")
    named = placed.where(F.col("whole") | (F.col("partner") != ""))  # an ordinary account's outsider is no finding
    return named.withColumn("charged", F.col("transaction_amount")).select(*COLUMNS)


def accounts_of(context: Context, kinds: tuple[str, ...]) -> list[str]:
    return [each.code for each in context.group.chart if each.kind in kinds]


def _in_cents(rows: DataFrame) -> DataFrame:
    """Add `amount_cad`: the account's translated total shared out by largest remainder (ACCOUNTING 16).

    The parts of `total` go by `exact`; equal remainders by partner and reference.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    account = Window.partitionBy("period", "basis", "holder", "account_id")
    cents = F.floor(F.col("exact") * 100).cast("decimal(28, 0)")
    shared = (
        rows.withColumn("cents", cents)
        .withColumn("remainder", F.col("exact") * 100 - F.col("cents"))
        .withColumn("parts", F.count(F.lit(1)).over(account))
        .withColumn("missing", (F.col("total") * 100 - F.sum("cents").over(account)).cast("bigint"))
        .withColumn(
            "place",
            F.row_number().over(
                account.orderBy(F.col("remainder").desc(), "partner", "currency", "reference", "amount")
            ),
        )
    )
    each = F.floor(F.col("missing") / F.col("parts")).cast("bigint")
    more = F.when(F.col("place") <= F.col("missing") - each * F.col("parts"), 1).otherwise(0)
    return shared.withColumn("amount_cad", ((F.col("cents") + each + more) / 100).cast(MONEY)).drop(
        "cents", "remainder", "parts", "missing", "place"
    )


def _place(context: Context, rows: DataFrame, is_first: SparkColumn, pair: str, first: str, second: str) -> DataFrame:
    """Add account_pair, company, partner and side: whose claim or charge it is.

    A company that has not joined yet, or has left, is an outsider: what it owes and is charged is left where it stands.
    """
    from pyspark.sql import functions as F

    members = members_of(context)
    partners = members.select("period", F.col("member").alias("partner"), F.lit(True).alias("is_member"))
    known = F.coalesce("is_member", F.lit(False))
    return (
        rows.join(members.withColumnRenamed("member", "holder"), ["period", "holder"], "left_semi")
        .join(partners, ["period", "partner"], "left")
        .where(known | (F.col("partner") == ""))
        .withColumn("is_first", is_first)
        .withColumn(
            "account_pair",
            F.when(known, F.lit(pair)).when(F.col("is_first"), F.lit(first)).otherwise(F.lit(second)),
        )
        .withColumn("company", F.when(~known | F.col("is_first"), F.col("holder")).otherwise(F.col("partner")))
        .withColumn("side", F.when(~known | F.col("is_first"), F.lit("company")).otherwise(F.lit("partner")))
        .withColumn("partner", F.when(F.col("is_first") | ~known, F.col("partner")).otherwise(F.col("holder")))
    )


def sides(context: Context, lines: DataFrame, translated_balances: DataFrame) -> DataFrame:
    """Every side of every claim and charge: `COLUMNS`."""
    return claims(context, lines, translated_balances).unionByName(charges(context, lines, translated_balances))


def elsewhere(context: Context, lines: DataFrame) -> DataFrame:
    """What stands under a company's name on balance-sheet accounts where a claim may have been booked by mistake."""
    from pyspark.sql import functions as F

    suspects = lines.where(
        (F.col("partner") != "")
        & F.col("classification").isin("Asset", "Liability")
        & ~F.coalesce("kind", F.lit("other")).isin(*NO_CLAIM)
    )
    return standing(context, suspects).where(F.col("transaction_amount") != 0)
