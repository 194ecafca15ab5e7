"""The balance sheet of every company and month end, in home currency (ACCOUNTING 2, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import trial_balance
from monette_assets.silver.reported_balances import NET_INCOME
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TB = "gold/trial_balance"
CURRENT_EARNINGS = "current_earnings"  # group account of the year's net income


def _does_not_balance(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.groupBy("company", "period", "basis").agg(F.sum("amount").alias("difference"))
    return sums.where(F.col("difference") != 0)


def _not_conserved(staged: Staged) -> DataFrame:
    """Balances without their signs, and the year's result; in and out in one sum each."""
    from pyspark.sql import functions as F

    unit = ["company", "period", "basis"]
    earns, is_result = F.col("classification").isin("Revenue", "Expense"), F.col("account_id") == NET_INCOME
    published = staged.rows.select(
        *unit,
        F.when(is_result, 0).otherwise(F.abs("amount")).alias("balances"),
        F.when(is_result, F.col("amount")).otherwise(0).alias("result"),
    )
    given = staged.inputs["trial_balance"].select(
        *unit,
        F.when(earns, 0).otherwise(-F.abs("closing")).alias("balances"),
        F.when(earns, -F.col("closing")).otherwise(0).alias("result"),
    )
    lost = (
        published.unionByName(given)
        .groupBy(*unit)
        .agg(F.sum("balances").alias("balances"), F.sum("result").alias("result"))
    )
    return lost.where((F.col("balances") != 0) | (F.col("result") != 0))


CONTRACT = Contract(
    name="gold/balance_sheet",
    description=(
        "Assets, liabilities and equity per company at month end, in home currency. The fiscal year's result so far is "
        "a line of its own, as on QuickBooks' balance sheet."
    ),
    key=("company", "period", "basis", "account_id"),
    inputs={"trial_balance": Input(trial_balance.CONTRACT)},
    balance=True,
    columns=(
        Column("period", "date", "First day of the month; balances are at its end.", source=(f"{TB}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{TB}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{TB}.basis",)),
        Column("classification", "string", "Section.", choices=("Asset", "Liability", "Equity"),
               source=(f"{TB}.classification",)),
        Column("account_id", "string", "QuickBooks' id; synthetic for the year's net income.",
               source=(f"{TB}.account_id",)),
        Column("account_number", "string", "Number in the company's chart.", nullable=True,
               source=(f"{TB}.account_number",)),
        Column("account_name", "string", "Full name, parents first.", source=(f"{TB}.account_name",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{TB}.group_account",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{TB}.currency",)),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=(f"{TB}.closing",)),
        Column("display_amount", MONEY, "Assets, liabilities and equity all read positive (ACCOUNTING 22).",
               unit="home currency", source=(f"{TB}.closing",)),
    ),
    checks=(
        Check("balances", "Assets = liabilities + equity.", "ACCOUNTING 2", _does_not_balance),
        Check("conserved", "Balances and the year's result = those of the trial balance.", "ACCOUNTING 7",
              _not_conserved),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def balance_sheet(context: Context, trial_balance: DataFrame) -> DataFrame:
    """Closing balances of balance-sheet accounts, and the year's net income as a line."""
    from pyspark.sql import functions as F

    earns = F.col("classification").isin("Revenue", "Expense")
    balances = trial_balance.where(~earns & (F.col("closing") != 0)).select(
        "period", "company", "basis", "classification", "account_id", "account_number", "account_name",
        "group_account", "currency", F.col("closing").alias("amount"),
    )  # fmt: skip
    result = (
        trial_balance.where(earns)
        .groupBy("period", "company", "basis", "currency")
        .agg(F.sum("closing").alias("amount"))
        .where(F.col("amount") != 0)
        .select(
            "period", "company", "basis", F.lit("Equity").alias("classification"),
            F.lit(NET_INCOME).alias("account_id"), F.lit(None).cast("string").alias("account_number"),
            F.lit("Net Income").alias("account_name"),
            F.lit(CURRENT_EARNINGS).alias("group_account"), "currency", "amount",
        )
    )  # fmt: skip
    both = balances.unionByName(result)
    shown = F.when(F.col("classification") == "Asset", F.col("amount")).otherwise(-F.col("amount"))
    return both.withColumn("display_amount", shown).select(
        *[F.col(column.name).cast(column.type) for column in CONTRACT.columns]
    )
