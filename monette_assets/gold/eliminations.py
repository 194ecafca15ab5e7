"""The entries that take out of the group's figures what its companies owe, charge and own of each other.

Double entry in group currency (ACCOUNTING 17 to 20). An entry stands for its month: its balance-sheet lines take out
what stands at month end, its income lines the month's; what it did to income before that month is on retained earnings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold import adjustments as adjusting
from monette_assets.gold import intercompany_lines, intercompany_matches, translated_balances, trial_balance
from monette_assets.gold.consolidation_steps import ADJUSTED_BASIS
from monette_assets.gold.intercompany import (
    BALANCE_PAIRS,
    DIVIDENDS,
    PAIR,
    accounts_of,
    charges,
    chart_of,
    claims,
    lines_of,
    members_of,
    months_of,
)
from monette_assets.gold.stacking import stack
from monette_assets.group.calendar import add_months
from monette_assets.group.effective import OPEN_END
from monette_assets.group.perimeter import (
    account_of_kind,
    belongs,
    control_months,
    profit_in_stock_rows,
    sold_by,
)
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, Severity, hours

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

    from monette_assets.group.models import Ownership

TRANSLATED, MATCHES = "gold/translated_balances", "gold/intercompany_matches"
KINDS = ("balances", "income", DIVIDENDS, "unrealised_profit", "investment", "difference")
CENT = Decimal("0.01")
LINE = [
    "period", "basis", "elimination", "kind", "scope", "company", "partner", "group_account", "account_pair",
    "currency", "reference", "amount_cad",
]  # fmt: skip


def _does_not_net(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.groupBy("period", "basis", "elimination").agg(F.sum("amount_cad").alias("net_cad"))
    return sums.where(F.col("net_cad") != 0)


def _difference_lost(staged: Staged) -> DataFrame:
    """Every difference found in matching stands on a difference line, and nothing else does."""
    from pyspark.sql import functions as F

    item = [*PAIR[:3], "company", "partner", "currency", "reference"]
    ours = (
        staged.rows.where(F.col("kind") == "difference").groupBy(*item).agg(F.sum("amount_cad").alias("eliminated_cad"))
    )
    theirs = staged.inputs["matches"].select(*item, "difference_cad")
    both = theirs.join(ours, item, "full_outer").na.fill(0)
    return both.where(F.col("difference_cad") != F.col("eliminated_cad"))


def _opening_equity_off(staged: Staged) -> DataFrame:
    """Equity that the contract states, against what the company's books opened the first month of control with.

    Income of its running year counts as retained earnings, as the contract has it.
    """
    from pyspark.sql import functions as F

    context, group, zero = staged.context, staged.context.group, F.lit("0").cast(MONEY)
    retained = account_of_kind(group, "retained_earnings", "balance_sheet")
    of_entry = ["company", "since"]
    stated: list[dict[str, Any]] = []
    controlled: list[dict[str, Any]] = []
    for entry in group.consolidation.ownership:
        months = control_months(group, entry, context.periods[-1])
        for which in months:
            if which >= context.periods[0]:
                controlled.append({"company": entry.company, "since": months[0], "period": which})
        for each in entry.opening_equity if months else ():
            stated.append({"company": entry.company, "since": months[0], "group_account": each.group_account,
                           "stated_cad": each.amount})  # fmt: skip
    wanted = context.relation(stated, f"company string, since date, group_account string, stated_cad {MONEY}")
    months_held = context.relation(controlled, "company string, since date, period date")
    earns = F.col("classification").isin("Revenue", "Expense")
    books = (
        staged.inputs["translated_balances"]
        .where((F.col("basis") == "accrual") & (earns | (F.col("classification") == "Equity")))
        .withColumnRenamed("period", "since")
        .join(months_held.select(*of_entry).distinct(), of_entry, "left_semi")
        .withColumn("group_account", F.when(earns, F.lit(retained)).otherwise(F.col("group_account")))
        .groupBy(*of_entry, "group_account")
        .agg((-F.sum("opening_cad")).cast(MONEY).alias("books_cad"))
    )
    return (
        wanted.join(books.select(*of_entry).distinct(), of_entry, "left_semi")
        .join(books, [*of_entry, "group_account"], "full_outer")
        .withColumn("stated_cad", F.coalesce("stated_cad", zero))
        .withColumn("books_cad", F.coalesce("books_cad", zero))
        .where(F.col("stated_cad") != F.col("books_cad"))
        .join(months_held, of_entry)
        .select("period", *of_entry, "group_account", "stated_cad", "books_cad")
    )


CONTRACT = Contract(
    name="gold/eliminations",
    description=(
        "Consolidation entries in group currency: claims, charges and dividends between companies, unrealised profit "
        "in inventory, investments. What does not match goes to the intercompany difference, never into another line. "
        "Every entry nets to zero."
    ),
    key=("period", "basis", "elimination", "kind", "company", "group_account"),
    unit=("period",),
    inputs={
        "lines": Input(intercompany_lines.CONTRACT, Months.UP_TO),
        "translated_balances": Input(translated_balances.CONTRACT, Months.UP_TO),
        "trial_balance": Input(trial_balance.CONTRACT, Months.UP_TO),
        "matches": Input(intercompany_matches.CONTRACT),
        "adjustments": Input(adjusting.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{MATCHES}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{MATCHES}.basis",)),
        Column("elimination", "string", "The entry: what it is, between whom, which document."),
        Column("kind", "string", "What the line takes out; difference: what did not match.", choices=KINDS),
        Column("scope", "date", "The month whose members decide which parts of the group the entry counts in: the last "
               "month of control where a company is sold, else its own."),
        Column("company", "string", "Whose figure it changes.", source=(f"{MATCHES}.company",)),
        Column("partner", "string", "The other company; empty where there is none.", source=(f"{MATCHES}.partner",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{TRANSLATED}.group_account",)),
        Column("account_pair", "string", "Key of the match it comes from; empty for none.",
               source=(f"{MATCHES}.account_pair",)),
        Column("currency", "string", "Key of the match; empty for none.", source=(f"{MATCHES}.currency",)),
        Column("reference", "string", "Key of the match: document number.", source=(f"{MATCHES}.reference",)),
        Column("amount_cad", MONEY, "Debit positive.", unit="group currency",
               source=(f"{MATCHES}.difference_cad", f"{TRANSLATED}.closing_cad", "gold/trial_balance.closing")),
    ),
    checks=(
        Check("nets_to_zero", "Every entry nets to zero.", "ACCOUNTING 18", _does_not_net),
        Check("differences_are_shown", "Difference lines = the differences found in matching.", "ACCOUNTING 18",
              _difference_lost),
        Check("opening_equity_agrees", "opening_equity of consolidation.yaml = the subsidiary's equity, account by "
              "account, as its accrual books opened the first month of control in group currency (income of its year "
              "so far in retained earnings). What is missing there stands in the group's equity and not in goodwill.",
              "ACCOUNTING 20", _opening_equity_off, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def eliminations(
    context: Context,
    lines: DataFrame,
    translated_balances: DataFrame,
    trial_balance: DataFrame,
    matches: DataFrame,
    adjustments: DataFrame,
) -> DataFrame:
    """The month's entries, one kind a step."""
    from pyspark.sql import functions as F

    posted = lines_of(lines)
    charged = context.once(charges(context, posted, translated_balances), "charges")
    claimed = context.once(claims(context, posted, translated_balances), "claims")
    held = profit_held(context, charged, trial_balance)
    steps = [
        *intercompany(context, claimed.unionByName(charged)),
        *(unrealised_profit(context, held) if held else ()),
        *investments(context, translated_balances),
        *disposals(context, translated_balances, adjustments, held),
    ]
    found = stack(steps, [name for name in LINE if name not in ("period", "scope", "amount_cad")], ("period", "scope"))
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    key = [name for name in LINE if name != "amount_cad"]
    return (
        found.where(asked)
        .groupBy(*key)
        .agg(F.sum("amount_cad").alias("amount_cad"))
        .where(F.col("amount_cad") != 0)
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def intercompany(context: Context, every_side: DataFrame) -> list[DataFrame]:
    """Both sides of every claim and charge taken out; what they differ by on the difference account (ACCOUNTING 18)."""
    from pyspark.sql import functions as F

    group = context.group
    is_claim = F.col("account_pair").isin(*BALANCE_PAIRS)
    paid_out = accounts_of(context, (DIVIDENDS,))
    is_paid = F.col("group_account").isin(paid_out) if paid_out else F.lit(False)
    entry = F.concat_ws(" ", "account_pair", "pair_company", "pair_partner", "currency", "reference")
    sides = (
        every_side.withColumnRenamed("company", "pair_company")
        .withColumnRenamed("partner", "pair_partner")
        .withColumn("amount_cad", (-F.col("amount_cad")).cast(MONEY))
        .withColumn("elimination", entry)
    )
    taken = sides.select(
        "period", "basis", "elimination",
        F.when(is_claim, "balances").when(is_paid, DIVIDENDS).otherwise("income").alias("kind"),
        F.col("period").alias("scope"),
        F.col("holder").alias("company"),
        F.when(F.col("holder") == F.col("pair_company"), F.col("pair_partner")).otherwise(F.col("pair_company"))
        .alias("partner"),
        "group_account", "account_pair", "currency", "reference", "amount_cad",
    )  # fmt: skip
    on_balance_sheet = account_of_kind(group, "intercompany_difference", "balance_sheet")
    in_income = account_of_kind(group, "intercompany_difference", "profit_and_loss")
    differing = (
        sides.groupBy("period", "basis", "elimination", "pair_company", "pair_partner", *PAIR[2:3], *PAIR[5:])
        .agg((-F.sum("amount_cad")).cast(MONEY).alias("amount_cad"))
        .select(
            "period", "basis", "elimination", F.lit("difference").alias("kind"), F.col("period").alias("scope"),
            F.col("pair_company").alias("company"), F.col("pair_partner").alias("partner"),
            F.when(is_claim, F.lit(on_balance_sheet)).otherwise(F.lit(in_income)).alias("group_account"),
            "account_pair", "currency", "reference", "amount_cad",
        )
    )  # fmt: skip
    return [taken, differing, *(dividends_before(context, taken) if paid_out else ())]


def dividends_before(context: Context, taken: DataFrame) -> list[DataFrame]:
    """What companies paid each other out of equity in earlier months, as long as both are in the group.

    A dividend stays on the payer's account of equity; the receiver's income of that month is in retained earnings by
    now (ACCOUNTING 20).
    """
    from pyspark.sql import functions as F

    later = context.relation([{"later": period} for period in months_of(context)], "later date")
    members = members_of(context)
    standing = (
        taken.where(F.col("kind") == DIVIDENDS)
        .join(F.broadcast(later), F.col("later") > F.col("period"))
        .withColumn("period", F.col("later"))
        .withColumn("scope", F.col("later"))
        .join(members.toDF("period", "company"), ["period", "company"], "left_semi")
        .join(members.toDF("period", "partner"), ["period", "partner"], "left_semi")
        .select(*LINE)
    )
    retained = account_of_kind(context.group, "retained_earnings", "balance_sheet")
    received = standing.select(
        "period", "basis", "elimination", "kind", "scope", F.col("partner").alias("company"),
        F.col("company").alias("partner"), F.lit(retained).alias("group_account"), "account_pair", "currency",
        "reference", (-F.col("amount_cad")).cast(MONEY).alias("amount_cad"),
    )  # fmt: skip
    return [standing, received]


# ---- unrealised profit in inventory


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


# ---- investments


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
            found.append(_entry(lines).withColumn("scope", F.lit(last)).select(*LINE))
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
