"""The platform's statements against QuickBooks' own, account by account, to the cent (ACCOUNTING 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import balance_sheet, profit_and_loss, trial_balance
from monette_assets.silver import reported_balances
from monette_assets.tables import (
    Check,
    Column,
    Context,
    Contract,
    Freshness,
    Input,
    Months,
    Severity,
    Staged,
    table,
)
from monette_assets.tables import accepted_differences as acceptances
from monette_assets.tables.contract import MONEY, hours
from monette_assets.tables.reach import months_changed

if TYPE_CHECKING:
    import pyarrow.compute as pc
    from pyspark.sql import Column as Column_
    from pyspark.sql import DataFrame

STATEMENTS = ("trial_balance", "profit_and_loss", "balance_sheet")


def differing() -> pc.Expression:
    """The accounts that differ, as a filter on the table where it is read without the engine."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.field("difference") != pa.scalar(0, CONTRACT.column("difference").arrow_type)


def _differs(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where((F.col("difference") != 0) & F.col("accepted_by").isNull())


def _accepted(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where(F.col("accepted_by").isNotNull())


def _not_conserved(staged: Staged) -> DataFrame:
    """Balances without their signs, income and expense (which stand by location) with them; in one sum."""
    from pyspark.sql import functions as F

    unit, nothing = ["company", "period", "basis", "statement"], F.lit("0").cast(MONEY)
    signed = F.col("statement") == "profit_and_loss"

    def gross(name: str) -> Column_:
        return F.when(signed, F.col(name)).otherwise(F.abs(name))

    def given(table: str, amount: str) -> DataFrame:
        rows = staged.inputs[table].withColumn("statement", F.lit(table))
        return rows.select(*unit, F.col(amount).alias("ours"), nothing.alias("theirs"))

    reported = staged.inputs["reported_balances"].where(F.col("statement").isin(*STATEMENTS))
    inputs = (
        given("trial_balance", "closing")
        .unionByName(given("profit_and_loss", "amount"))
        .unionByName(given("balance_sheet", "amount"))
        .unionByName(reported.select(*unit, nothing.alias("ours"), F.col("amount").alias("theirs")))
    ).select(*unit, (-gross("ours")).alias("ours"), (-gross("theirs")).alias("theirs"))
    published = staged.rows.select(*unit, gross("ours").alias("ours"), gross("theirs").alias("theirs"))
    lost = (
        published.unionByName(inputs).groupBy(*unit).agg(F.sum("ours").alias("ours"), F.sum("theirs").alias("theirs"))
    )
    return lost.where((F.col("ours") != 0) | (F.col("theirs") != 0))


CONTRACT = Contract(
    name="gold/tie_out",
    description=(
        "Every account of every statement: ours, QuickBooks' and the difference, in home currency, debit positive. "
        "Published whatever it says: differences are findings, not accidents. One that "
        "somebody accepted stays, with name and reason."
    ),
    key=("company", "period", "basis", "statement", "account_id"),
    inputs={
        "trial_balance": Input(trial_balance.CONTRACT),
        "profit_and_loss": Input(profit_and_loss.CONTRACT),
        "balance_sheet": Input(balance_sheet.CONTRACT),
        "reported_balances": Input(reported_balances.CONTRACT),
        "accepted_differences": Input(acceptances.CONTRACT, Months.ALL, reach=months_changed),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month."),
        Column("company", "string", "Contract code of the company."),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash")),
        Column("statement", "string", "The statement.", choices=STATEMENTS),
        Column("account_id", "string", "QuickBooks' id, or the synthetic id of a line without account."),
        Column("ours", MONEY, "The platform's figure.", unit="home currency",
               source=("gold/trial_balance.closing", "gold/profit_and_loss.amount", "gold/balance_sheet.amount")),
        Column("theirs", MONEY, "QuickBooks' figure.", unit="home currency",
               source=("silver/reported_balances.amount",)),
        Column("difference", MONEY, "ours - theirs.", unit="home currency"),
        Column("accepted_by", "string", "Who accepted a difference of exactly this amount; empty where nobody did.",
               nullable=True, source=("accepted_differences.who",)),
        Column("accepted_because", "string", "Why.", nullable=True, source=("accepted_differences.why",)),
    ),
    checks=(
        Check("conserved", "Amounts compared = amounts of our statements and of QuickBooks' reports.", "ACCOUNTING 7",
              _not_conserved),
        Check("ties_out", "Every account equals QuickBooks' own report to the cent, or somebody accepted by how much "
              "it differs.", "ACCOUNTING 8", _differs, Severity.REPORTS),
        Check("nothing_accepted", "No account differs by an amount that somebody accepted.", "ACCOUNTING 8",
              _accepted, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def tie_out(
    context: Context,
    trial_balance: DataFrame,
    profit_and_loss: DataFrame,
    balance_sheet: DataFrame,
    reported_balances: DataFrame,
    accepted_differences: DataFrame,
) -> DataFrame:
    """Both sides joined on the account; a line that only one side has differs by its whole amount."""
    from pyspark.sql import functions as F

    identity = ["period", "company", "basis", "statement", "account_id"]

    def side(rows: DataFrame, statement: str, amount: str) -> DataFrame:
        return (
            rows.groupBy("period", "company", "basis", "account_id")
            .agg(F.sum(amount).alias("ours"))
            .withColumn("statement", F.lit(statement))
        )

    ours = (
        side(trial_balance, "trial_balance", "closing")
        .unionByName(side(profit_and_loss, "profit_and_loss", "amount"))
        .unionByName(side(balance_sheet, "balance_sheet", "amount"))
    )
    theirs = (
        reported_balances.where(F.col("statement").isin(*STATEMENTS))
        .groupBy(*identity)
        .agg(F.sum("amount").alias("theirs"))
    )
    both = ours.join(theirs, identity, "full_outer").na.fill(0, ["ours", "theirs"])
    compared = both.where((F.col("ours") != 0) | (F.col("theirs") != 0))
    amount = (F.col("ours") - F.col("theirs")).cast(MONEY)
    rows = acceptances.marked(compared.withColumn("difference", amount), accepted_differences)
    return rows.select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
