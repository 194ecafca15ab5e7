"""From accrual net income to the cash that operations moved at the bank, reconciled to zero (ACCOUNTING 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import cash_flow, ledger
from monette_assets.gold.cash_flow import OPERATING, UNIT, add_cash_flow, own_line, sum_where
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FLOW, LEDGER = "gold/cash_flow", "gold/ledger"
TRANSACTION = [*UNIT, "transaction_type", "transaction_id"]
WITHOUT_CASH, AT_BANK = "without_cash", "at_bank"
ACCRUAL = (*OPERATING, WITHOUT_CASH)
SECTIONS = (*ACCRUAL, AT_BANK)


def _not_zero(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.groupBy(*UNIT).agg(
        sum_where(F.col("section").isin(*ACCRUAL), "amount").alias("accrual"),
        sum_where(F.col("section") == AT_BANK, "amount").alias("at_bank"),
    )
    return sums.where(F.col("accrual") != F.col("at_bank")).withColumn(
        "difference", F.col("accrual") - F.col("at_bank")
    )


CONTRACT = Contract(
    name="gold/cash_bridge",
    description=(
        "Accrual and cash view of operations, per company and month in home currency: net income, what of it is not "
        "cash, changes in working capital, entries that passed no bank; and, counted from the bank's side alone, what "
        "operations moved there by the account behind it. Both are the same amount. Inflows positive."
    ),
    key=("company", "period", "basis", "section", "line"),
    inputs={"cash_flow": Input(cash_flow.CONTRACT), "ledger": Input(ledger.CONTRACT)},
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{LEDGER}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{LEDGER}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("section", "string", "Step of the bridge; at_bank is its other end.", choices=SECTIONS),
        Column("line", "string", "Group account, or net_income.", source=(f"{LEDGER}.group_account", f"{FLOW}.line")),
        Column("currency", "string", "Home currency of the company.", source=(f"{LEDGER}.currency",)),
        Column("amount", MONEY, "Inflow positive.", unit="home currency",
               source=(f"{LEDGER}.amount", f"{FLOW}.amount")),
    ),
    checks=(
        Check("reconciles", "Net income and every step after it = what operations moved at the bank.", "ACCOUNTING 21",
              _not_zero),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def cash_bridge(context: Context, cash_flow: DataFrame, ledger: DataFrame) -> DataFrame:
    """The operating lines of the cash flow statement, and both kinds of transactions from the ledger."""
    from pyspark.sql import functions as F

    steps = cash_flow.where(F.col("section").isin(*OPERATING)).select(*UNIT, "section", "line", "currency", "amount")
    every = steps.unionByName(by_bank(context, ledger))
    return every.where((F.col("amount") != 0) | (F.col("section") == "net_income")).select(
        *[F.col(column.name).cast(column.type) for column in CONTRACT.columns]
    )


def by_bank(context: Context, ledger: DataFrame) -> DataFrame:
    """Postings summed by group account: operating ones of transactions that moved cash, others of those that did not.

    A bank line says how much moved, the other lines of its transaction say why. A transaction without a bank line (a
    tractor bought on account) moves working capital or income against investing or financing, and is taken out again.
    """
    from pyspark.sql import functions as F

    lines = add_cash_flow(context, ledger).withColumn("is_bank", F.col("cash_flow") == "cash")
    paid = lines.where("is_bank").select(*TRANSACTION).distinct().withColumn("moved_cash", F.lit(True))
    told = lines.join(paid, TRANSACTION, "left").where(~F.col("is_bank"))
    operating, moved = F.col("cash_flow") == "operating", F.col("moved_cash").isNotNull()
    return (
        told.where(operating == moved)
        .withColumn("section", F.when(moved, F.lit(AT_BANK)).otherwise(F.lit(WITHOUT_CASH)))
        .withColumn("line", own_line(context))
        .groupBy(*UNIT, "section", "line", "currency")
        .agg((-F.sum("amount")).cast(MONEY).alias("amount"))
    )
