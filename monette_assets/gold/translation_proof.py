"""Why translation leaves a difference: every foreign company's month, proved and not plugged (ACCOUNTING 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monette_assets.gold import translated_balances
from monette_assets.gold.foreign_books import ADJUSTMENT, GAIN, facts_of, translate_companies
from monette_assets.gold.ledger import EXACT
from monette_assets.gold.translation import ProofLine, Translated
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.group import Company

BALANCES = "gold/translated_balances"
UNIT = ["company", "period", "basis"]
LINES = (
    "opening_position", "flows_at_average", "equity", "realised_on_disposal", "reclassified", "proof", "rounding",
    "booked", "difference",
)  # fmt: skip
HALF_A_CENT = "0.005"


def _not_proved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rest = (F.col("line") == "difference") & (F.col("amount_cad") != 0)
    return staged.rows.where(rest).select(*UNIT, "method", "amount_cad")


def _not_booked(staged: Staged) -> DataFrame:
    """A month with a proof of nothing: its balances are not those that were proved."""
    from pyspark.sql import functions as F

    lines = staged.rows.groupBy(*UNIT).agg(F.count(F.when(F.col("line") == "booked", F.lit(1))).alias("booked"))
    return lines.where(F.col("booked") == 0)


def _rounds_too_much(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    bound = F.col("roundings") * F.lit(HALF_A_CENT).cast("decimal(4, 3)")
    beyond = (F.col("line") == "rounding") & (F.abs("amount_cad") > bound)
    return staged.rows.where(beyond).select(*UNIT, "roundings", "amount_cad")


CONTRACT = Contract(
    name="gold/translation_proof",
    description=(
        "What each month's translation difference consists of, line by line; a gain is positive, a credit in the "
        "books. booked is what gold/translated_balances has, proof the sum of the lines before it, rounding what "
        "booking in cents added, summed while booking; difference = booked - proof - rounding is zero."
    ),
    key=("company", "period", "basis", "line"),
    inputs={
        "translated_balances": Input(translated_balances.CONTRACT),
        **translated_balances.CONTRACT.inputs,
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{BALANCES}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{BALANCES}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{BALANCES}.basis",)),
        Column("method", "string", "How the company is translated.", choices=("current_rate", "temporal")),
        Column("line", "string", "opening_position: opening net assets (temporal: net monetary position) x change of "
               "the closing rate. flows_at_average: income (temporal: and what non-monetary accounts took and gave) x "
               "(closing - average). equity: what owners brought and took x (closing - their rate). "
               "realised_on_disposal: book value that left for money, at the average, less what it carried. "
               "reclassified: accounts that became monetary.", choices=LINES),
        Column("amount", MONEY, "What the rates apply to, a net asset positive.", nullable=True, unit="home currency",
               source=("gold/trial_balance.opening", "gold/trial_balance.debit", "gold/trial_balance.credit")),
        Column("rate_from", RATE, "The opening, average or historical rate; of several, what they come to.",
               nullable=True, source=("silver/exchange_rates.rate",)),
        Column("rate_to", RATE, "The closing rate (of a disposal: the average).", nullable=True,
               source=("silver/exchange_rates.rate",)),
        Column("amount_cad", EXACT, "The line's part of the difference, exact; a gain is positive.",
               unit="group currency"),
        Column("roundings", "int", "How many amounts were rounded; of line rounding.", nullable=True),
    ),
    checks=(
        Check("proved", "booked = proof + rounding, exactly.", "ACCOUNTING 15", _not_proved),
        Check("booked", "A proved month has its difference in gold/translated_balances.", "ACCOUNTING 15", _not_booked),
        Check("rounding_bounded", "Each rounding is at most half a cent.", "ACCOUNTING 15", _rounds_too_much),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def translation_proof(
    context: Context,
    translated_balances: DataFrame,
    trial_balance: DataFrame,
    ledger: DataFrame,
    accounts: DataFrame,
    exchange_rates: DataFrame,
) -> DataFrame:
    """The proof from the books and rates anew; the difference as booked from the published balances."""
    from pyspark.sql import functions as F

    facts = facts_of(context, trial_balance, ledger, accounts, exchange_rates)
    if facts is None:
        return context.spark.createDataFrame([], CONTRACT.ddl)
    proof = translate_companies(context, facts, CONTRACT, _lines)
    booked = translated_balances.where(F.col("account_id").isin(ADJUSTMENT, GAIN)).select(
        *UNIT, (-F.col("movement_cad")).alias("booked")
    )
    line, proved = F.col("line"), F.col("amount_cad")
    amount = (
        F.when(line == "booked", F.col("booked"))
        .when(line == "difference", F.coalesce("booked", F.lit("0").cast(MONEY)) - proved)
        .otherwise(proved)
    )
    lines = proof.join(booked, UNIT, "left").withColumn("amount_cad", amount).where(F.col("amount_cad").isNotNull())
    return lines.select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])


def _lines(company: Company, basis: str, month: Translated) -> Iterator[dict[str, Any]]:
    """The proof's lines; what was booked is joined to the last two, which say what it should be."""
    lines = {each.line: each for each in month.proof}
    if lines:
        proved = lines["proof"].cad + lines["rounding"].cad
        lines |= {name: ProofLine(name, None, None, None, proved) for name in ("booked", "difference")}
    for each in lines.values():
        yield {
            "period": month.period,
            "company": company.code,
            "basis": basis,
            "method": company.translation,
            "line": each.line,
            "amount": each.home,
            "rate_from": each.rate_from,
            "rate_to": each.rate_to,
            "amount_cad": each.cad,
            "roundings": each.roundings if each.line == "rounding" else None,
        }
