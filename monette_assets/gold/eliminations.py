"""The entries that take out of the group's figures what its companies owe, charge and own of each other.

Double entry in group currency (ACCOUNTING 17 to 20). An entry stands for its month: its balance-sheet lines take out
what stands at month end, its income lines the month's; what it did to income before that month is on retained earnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.gold import adjustments as adjusting
from monette_assets.gold import intercompany_lines, intercompany_matches, translated_balances, trial_balance
from monette_assets.gold.intercompany import (
    BALANCE_PAIRS,
    DIVIDENDS,
    PAIR,
    accounts_of,
    charges,
    claims,
    lines_of,
    members_of,
    months_of,
)
from monette_assets.gold.investments import disposals, investments
from monette_assets.gold.stacking import stack
from monette_assets.gold.unrealised_profit import profit_held, unrealised_profit
from monette_assets.group.perimeter import (
    account_of_kind,
    control_months,
)
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, Severity, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


TRANSLATED, MATCHES = "gold/translated_balances", "gold/intercompany_matches"
KINDS = ("balances", "income", DIVIDENDS, "unrealised_profit", "investment", "difference")
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
