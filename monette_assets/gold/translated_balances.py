"""The trial balance of every company in group currency, by the company's method (ACCOUNTING 13 to 16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monette_assets.gold import ledger, trial_balance
from monette_assets.gold.foreign_books import facts_of, translate_companies
from monette_assets.gold.mapping import add_fiscal_year, fiscal_years
from monette_assets.gold.rates import IN_GROUP_CURRENCY
from monette_assets.gold.translation import NOT_STATED, Translated
from monette_assets.group.calendar import fiscal_year
from monette_assets.silver import accounts, exchange_rates
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.group import Company

TB = "gold/trial_balance"
RATES = "silver/exchange_rates"
UNIT = ["company", "period", "basis"]
ACCOUNT = ["company", "basis", "account_id"]


def _does_not_net(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.groupBy(*UNIT).agg(F.sum("closing_cad").alias("difference_cad"))
    return sums.where(F.col("difference_cad") != 0)


def _without_rate(staged: Staged) -> DataFrame:
    """Every row of a month that cannot be translated, and every figure without the rate it was translated at."""
    from pyspark.sql import functions as F

    nothing = (F.col("opening") == 0) & (F.col("movement") == 0)
    broken = F.col("closing_cad").isNull() | (F.col("rate").isNull() & ~nothing)
    return staged.rows.where(broken).select(
        "company", "period", "currency", F.col("rate_source").alias("reason"), "account_id"
    )


def _differs_from_home(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    key = [*UNIT, "account_id"]
    ours = staged.rows.select(*key, *[F.col(name).alias(f"our_{name}") for name in ("opening", "movement", "closing")])
    theirs = staged.inputs["trial_balance"].select(
        *key, "opening", (F.col("debit") - F.col("credit")).alias("movement"), "closing"
    )
    names = ("opening", "movement", "closing")
    both = (
        ours.join(theirs, key, "full_outer")
        .join(staged.rows.select(*UNIT).distinct(), UNIT, "left_semi")
        .na.fill(0, [*names, *(f"our_{name}" for name in names)])
    )
    gaps = [F.abs(F.col(f"our_{name}") - F.col(name)) for name in names]
    return both.withColumn("difference", gaps[0] + gaps[1] + gaps[2]).where(F.col("difference") != 0).select(
        *key, "difference"
    )  # fmt: skip


def _does_not_roll(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rows = staged.rows
    earns = F.col("classification").isin("Revenue", "Expense")
    later = rows.withColumn("period", F.add_months("period", 1))
    before = later.select(*ACCOUNT, "period", F.col("closing_cad").alias("closed"), earns.alias("earned"))
    result = later.where(earns).groupBy(*UNIT).agg(F.sum("closing_cad").alias("result"))
    context = staged.context
    years = fiscal_years(context, context.periods[0], context.periods[-1])
    retained = (
        staged.inputs["accounts"]
        .where(F.col("account_sub_type") == "RetainedEarnings")
        .select("company", "account_id", F.lit(True).alias("retains"))
    )
    rolled = (
        rows.select(*ACCOUNT, "period", "opening_cad", "movement_cad", "closing_cad", earns.alias("earns"))
        .join(before, [*ACCOUNT, "period"], "full_outer")
        .join(rows.select(*UNIT).distinct(), UNIT, "left_semi")
        .join(later.select(*UNIT).distinct().withColumn("follows", F.lit(True)), UNIT, "left")
        .join(result, UNIT, "left")
        .join(retained, ["company", "account_id"], "left")
        .join(years.select("company", "period", "fiscal_year_start"), ["company", "period"], "left")
        .na.fill(0, ["opening_cad", "movement_cad", "closing_cad", "closed", "result"])
    )
    starts = F.col("period") == F.col("fiscal_year_start")
    expected = (
        F.when(starts & F.coalesce("earns", "earned"), F.lit(0))
        .when(starts & F.coalesce("retains", F.lit(False)), F.col("closed") + F.col("result"))
        .otherwise(F.col("closed"))
    )
    broken_roll = F.when(F.col("follows"), F.col("opening_cad") - expected).otherwise(F.lit(0))
    broken_sum = F.col("closing_cad") - F.col("opening_cad") - F.col("movement_cad")
    return (
        rolled.withColumn("difference_cad", broken_roll + broken_sum)
        .where((broken_roll != 0) | (broken_sum != 0))
        .select(*UNIT, "account_id", "difference_cad")
    )


def _opening_not_stated(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unstated = F.col("rate_source").endswith(NOT_STATED)
    return staged.rows.where(unstated).select("company", "period", "account_id", "group_account", "closing_cad")


CONTRACT = Contract(
    name="gold/translated_balances",
    description=(
        "The trial balance in group currency, by each company's method (ACCOUNTING 14), month by month, every figure "
        "with its rate. The statements' view; gold/ledger.amount_cad is the management view. What is left over is a "
        "row of its own: translation_adjustment (equity, current rate) or translation_gain (income, temporal)."
    ),
    key=("company", "period", "basis", "account_id"),
    inputs={
        "trial_balance": Input(trial_balance.CONTRACT, Months.UP_TO),
        "ledger": Input(ledger.CONTRACT, Months.UP_TO),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),
        "exchange_rates": Input(exchange_rates.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{TB}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{TB}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{TB}.basis",)),
        Column("fiscal_year", "int", "Of the company, named by the year it ends in."),
        Column("account_id", "string", "QuickBooks' id; synthetic for what translation leaves over.",
               source=(f"{TB}.account_id",)),
        Column("account_number", "string", "Number in the company's chart.", nullable=True,
               source=(f"{TB}.account_number",)),
        Column("account_name", "string", "Full name, parents first.", source=(f"{TB}.account_name",)),
        Column("classification", "string", "Side of the books.",
               choices=("Asset", "Liability", "Equity", "Revenue", "Expense"), source=(f"{TB}.classification",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{TB}.group_account",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{TB}.currency",)),
        Column("method", "string", "How the company is translated; none: its books are in group currency.",
               choices=("none", "current_rate", "temporal")),
        Column("opening", MONEY, "Debit positive.", unit="home currency", source=(f"{TB}.opening",)),
        Column("movement", MONEY, "Debits less credits of the month.", unit="home currency",
               source=(f"{TB}.debit", f"{TB}.credit")),
        Column("closing", MONEY, "Debit positive.", unit="home currency", source=(f"{TB}.closing",)),
        Column("rate", RATE, "Group currency for one unit of home currency: of the closing balance (closing, carrying) "
               "or of the month's movement (average, historical). Historical without a movement: what the balance "
               "comes to. Null where there is nothing to translate.", nullable=True, source=(f"{RATES}.rate",)),
        Column("rate_kind", "string", "Kind of rate.",
               choices=("none", "average", "closing", "historical", "carrying")),
        Column("rate_date", "date", "Day of the rate; of the last one where there are several.", nullable=True,
               source=(f"{RATES}.rate_date",)),
        Column("rate_source", "string", "Who published it, or what it comes from; why there is none, in a month held "
               "back.", source=(f"{RATES}.source",)),
        Column("opening_cad", MONEY, "Debit positive.", unit="group currency", nullable=True),
        Column("movement_cad", MONEY, "closing_cad - opening_cad.", unit="group currency", nullable=True),
        Column("closing_cad", MONEY, "Debit positive.", unit="group currency", nullable=True),
    ),
    checks=(
        Check("rate_present", "Every figure has its rate; a month without one, and those that build on it, are held "
              "back with the reason; never a default of 1.", "ACCOUNTING 13", _without_rate),
        Check("nets_to_zero", "Debits = credits in group currency.", "ACCOUNTING 2, 14", _does_not_net),
        Check("conserved", "Home figures equal the trial balance.", "ACCOUNTING 7", _differs_from_home),
        Check("rolls_forward", "Opening + movement = closing, and opening = the month before's closing; income "
              "restarts with the fiscal year and retained earnings take it in.", "ACCOUNTING 3, 4", _does_not_roll),
        Check("opening_stated", "The contract states what equity and non-monetary accounts carried when the company "
              "joined, all or none of them; what it leaves out is taken at the opening rate.", "ACCOUNTING 14",
              _opening_not_stated, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def translated_balances(
    context: Context, trial_balance: DataFrame, ledger: DataFrame, accounts: DataFrame, exchange_rates: DataFrame
) -> DataFrame:
    """Books in group currency as they are; others month by month from what the contract says they carried."""
    from pyspark.sql import functions as F

    group = context.group
    at_home = [each.code for each in group.companies if each.home_currency == group.currency]
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    same = add_fiscal_year(context, trial_balance.where(F.col("company").isin(at_home) & asked))
    movement = F.col("debit") - F.col("credit")
    unchanged = same.select(
        "period", "company", "basis", "fiscal_year", "account_id", "account_number", "account_name", "classification",
        "group_account", "currency", F.lit("none").alias("method"), "opening", movement.alias("movement"), "closing",
        F.lit("1").cast(RATE).alias("rate"), F.lit("none").alias("rate_kind"),
        F.lit(None).cast("date").alias("rate_date"),
        F.lit(IN_GROUP_CURRENCY).alias("rate_source"), F.col("opening").alias("opening_cad"),
        movement.alias("movement_cad"), F.col("closing").alias("closing_cad"),
    )  # fmt: skip
    facts = facts_of(context, trial_balance, ledger, accounts, exchange_rates)
    if facts is not None:
        unchanged = unchanged.unionByName(translate_companies(context, facts, CONTRACT, _rows))
    return unchanged.select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])


def _rows(company: Company, basis: str, month: Translated) -> Iterator[dict[str, Any]]:
    year = fiscal_year(company.year_starts, month.period)
    for each in month.rows:
        number, name, classification, group_account = each.account[1:]
        yield {
            "period": month.period,
            "company": company.code,
            "basis": basis,
            "fiscal_year": year,
            "account_id": each.account.id,
            "account_number": number,
            "account_name": name,
            "classification": classification,
            "group_account": group_account,
            "currency": company.home_currency,
            "method": company.translation,
            "opening": each.opening,
            "movement": each.movement,
            "closing": each.closing,
            "rate": each.rate.value,
            "rate_kind": each.rate.kind,
            "rate_date": each.rate.day,
            "rate_source": each.rate.source,
            "opening_cad": each.opening_cad,
            "movement_cad": each.movement_cad,
            "closing_cad": each.closing_cad,
        }
