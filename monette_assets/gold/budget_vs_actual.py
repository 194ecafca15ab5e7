"""Budget beside actual, after the same mapping, with the price of foreign exchange shown apart (ACCOUNTING 25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import profit_and_loss
from monette_assets.gold.mapping import add_chart, fiscal_years, locate, map_accounts, reroute_accounts
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.gold.rates import add_rate, pedigree
from monette_assets.silver import budgets, exchange_rates
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

PL, BUDGETS = "gold/profit_and_loss", "silver/budgets"
LINE = (
    "period", "fiscal_year", "company", "basis", "location", "pillar", "commodity", "group_account", "profit_type",
    "currency",
)  # fmt: skip
UNIT = ("company", "period")
RATE_SOURCES = ("home", "sheet", "contract", "none")


def _without_rate(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    lines = staged.rows.where((F.col("budget") != 0) & F.col("budget_rate").isNull())
    return lines.groupBy(*UNIT, "currency", "fiscal_year").agg(F.count(F.lit(1)).alias("lines"))


def _several_rates(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    stated = staged.inputs["budgets"].where("current").groupBy(*UNIT)
    rates = stated.agg(F.min("budget_rate").alias("lowest"), F.max("budget_rate").alias("highest"))
    return rates.where(F.col("lowest") != F.col("highest"))


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    ours = staged.rows.groupBy(*UNIT, "basis").agg(
        F.sum("actual_cad").alias("actual_cad"), F.sum("budget").alias("budget")
    )
    theirs = (
        staged.inputs["profit_and_loss"].groupBy(*UNIT, "basis").agg(F.sum("display_amount_cad").alias("posted_cad"))
    )
    planned = staged.inputs["budgets"].where("current").groupBy(*UNIT).agg(F.sum("amount").alias("planned"))
    both = (
        ours.join(theirs, [*UNIT, "basis"], "full_outer")
        .join(planned, list(UNIT), "full_outer")
        .na.fill(0, ["actual_cad", "budget", "posted_cad", "planned"])
    )
    return both.where((F.col("actual_cad") != F.col("posted_cad")) | (F.col("budget") != F.col("planned")))


def _does_not_add_up(staged: Staged) -> DataFrame:
    """The parts add up to the variance; and each foreign exchange part is what its rates say, but for the cents that
    the accounts of its line were rounded by.
    """
    from pyspark.sql import functions as F

    accounts = staged.inputs["profit_and_loss"].groupBy(*LINE).agg(F.count(F.lit(1)).alias("accounts"))
    rows = staged.rows.join(accounts, list(LINE), "left").na.fill(0, ["accounts"])
    exact = F.col("actual") * (F.col("average_rate") - F.col("budget_rate"))
    off = F.abs(F.coalesce(exact, F.lit(0)) - F.col("fx_variance_cad"))
    wrong = (
        (F.col("variance_cad") != F.col("actual_cad") - F.col("budget_cad"))
        | (F.col("variance_cad") != F.col("fx_variance_cad") + F.col("volume_variance_cad"))
        | (off > (F.col("accounts") + 1) * F.lit("0.005").cast("decimal(4, 3)"))
    )
    return rows.where(wrong).select(*LINE, "variance_cad", "fx_variance_cad", "volume_variance_cad")


CONTRACT = Contract(
    name="gold/budget_vs_actual",
    description=(
        "The budget that counts beside the profit and loss, by month, place, group account and commodity, in home "
        "currency and in CAD: the budget at its budget rate, actual at the month's average. variance = volume and "
        "price, at the budget rate, + foreign exchange: actual x (average rate - budget rate). Display sign: revenue "
        "and cost both read positive. A line with only a budget, or only an actual, is there too. A company without a "
        "budget has no budget rate (`none`) and no foreign exchange part."
    ),
    key=("company", "period", "basis", "location", "pillar", "commodity", "group_account", "profit_type"),
    inputs={
        "profit_and_loss": Input(profit_and_loss.CONTRACT),
        "budgets": Input(budgets.CONTRACT),
        "exchange_rates": Input(exchange_rates.CONTRACT),
    },
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{PL}.period", f"{BUDGETS}.period")),
        Column("fiscal_year", "int", "Of the company.", source=(f"{PL}.fiscal_year",)),
        Column("company", "string", "Contract code of the company.", source=(f"{PL}.company", f"{BUDGETS}.company")),
        Column("basis", "string", "Of the actual; the budget is the same beside each.", choices=("accrual", "cash"),
               source=(f"{PL}.basis",)),
        Column("location", "string", "Standard name.", source=(f"{PL}.location", f"{BUDGETS}.location")),
        Column("pillar", "string", "Pillar of the location.", source=(f"{PL}.pillar", f"{BUDGETS}.location")),
        Column("commodity", "string", "Of the account; empty for none.",
               source=(f"{PL}.commodity", f"{BUDGETS}.account_number")),
        Column("group_account", "string", "Account of the group chart.",
               source=(f"{PL}.group_account", f"{BUDGETS}.account_number")),
        Column("profit_type", "string", "Profit type; Unmapped for an unmapped account.",
               source=(f"{PL}.profit_type", f"{BUDGETS}.account_number")),
        Column("currency", "string", "Home currency of the company.", source=(f"{PL}.currency",)),
        Column("actual", MONEY, "Display sign.", unit="home currency", source=(f"{PL}.amount",)),
        Column("budget", MONEY, "Display sign.", unit="home currency", source=(f"{BUDGETS}.amount",)),
        Column("average_rate", RATE, "The month's average.", nullable=True,
               source=(f"{PL}.average_rate", "silver/exchange_rates.rate")),
        *pedigree(),
        Column("budget_rate", RATE, "The rate the company's year was budgeted at.", nullable=True,
               source=(f"{BUDGETS}.budget_rate",)),
        Column("budget_rate_source", "string", "Who says so: the sheet, else the group contract.",
               choices=RATE_SOURCES),
        Column("actual_cad", MONEY, "At the month's average rate.", unit="group currency",
               source=(f"{PL}.display_amount_cad",)),
        Column("budget_cad", MONEY, "At the budget rate.", unit="group currency", source=(f"{BUDGETS}.amount",)),
        Column("variance_cad", MONEY, "Actual - budget.", unit="group currency"),
        Column("volume_variance_cad", MONEY, "(Actual - budget) at the budget rate: volume and price.",
               unit="group currency"),
        Column("fx_variance_cad", MONEY, "Actual x (average rate - budget rate): the price of foreign exchange.",
               unit="group currency"),
    ),
    checks=(
        Check("budget_rate_present", "A foreign company's budget has its rate, from its sheet or the contract.",
              "ACCOUNTING 13", _without_rate),
        Check("one_budget_rate", "A company's budget states one rate a month.", "ACCOUNTING 25", _several_rates),
        Check("conserved", "Amounts posted and budgeted in = out.", "ACCOUNTING 7", _not_conserved),
        Check("variance_adds_up", "Volume and foreign exchange add up to the variance, each as its rates say.",
              "ACCOUNTING 25", _does_not_add_up),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def budget_vs_actual(
    context: Context, profit_and_loss: DataFrame, budgets: DataFrame, exchange_rates: DataFrame
) -> DataFrame:
    """Both sides by the same line, and the variance in its two parts."""
    from pyspark.sql import functions as F

    current = budgets.where("current")
    sides = [actual_lines(profit_and_loss), budget_lines(context, current)]
    both = sides[0].join(sides[1], list(LINE), "full_outer").na.fill(0, ["actual", "actual_cad", "budget"])
    rated = with_rates(context, both, current, exchange_rates)
    at_budget_rate = F.coalesce(_cents(F.col("actual") * F.col("budget_rate")), F.col("actual_cad"))
    planned = F.when(F.col("budget") == 0, F.lit(0).cast(MONEY)).otherwise(
        _cents(F.col("budget") * F.col("budget_rate"))
    )
    return (
        rated.withColumn("at_budget_rate", at_budget_rate)
        .withColumn("budget_cad", planned)
        .withColumn("variance_cad", F.col("actual_cad") - F.col("budget_cad"))
        .withColumn("volume_variance_cad", F.col("at_budget_rate") - F.col("budget_cad"))
        .withColumn("fx_variance_cad", F.col("actual_cad") - F.col("at_budget_rate"))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def actual_lines(profit_and_loss: DataFrame) -> DataFrame:
    """The profit and loss by line, in display sign (ACCOUNTING 22)."""
    from pyspark.sql import functions as F

    revenue = F.col("profit_type").isin(*REVENUE_TYPES)
    shown = F.when(revenue, -F.col("amount")).otherwise(F.col("amount"))
    return profit_and_loss.groupBy(*LINE).agg(
        F.sum(shown).alias("actual"), F.sum("display_amount_cad").alias("actual_cad")
    )


def budget_lines(context: Context, current: DataFrame) -> DataFrame:
    """The budget by line, after the ledger's own mapping, reroutes and locations; beside every basis."""
    from pyspark.sql import functions as F

    rows = current.withColumnRenamed("location", "location_name")
    for step in (map_accounts, reroute_accounts, add_chart, locate):
        rows = step(context, rows)
    bases = context.relation([{"basis": basis} for basis in context.group.bases], "basis string")
    return (
        rows.withColumn("commodity", F.coalesce("commodity", F.lit("")))
        .withColumn("profit_type", F.coalesce("profit_type", F.lit("Unmapped")))
        .crossJoin(bases)
        .groupBy(*LINE)
        .agg(F.sum("amount").alias("budget"))
    )


def with_rates(context: Context, rows: DataFrame, current: DataFrame, exchange_rates: DataFrame) -> DataFrame:
    """Add `average_rate` with its pedigree, `budget_rate` and `budget_rate_source`; what is missing stays missing."""
    from pyspark.sql import functions as F

    sheets = current.groupBy(*UNIT).agg(F.max("budget_rate").alias("sheet"))
    years = fiscal_years(context, context.periods[0], context.periods[-1]).select(*UNIT, "fiscal_year")
    of_contract = context.relation(
        context.group.budget_rate_rows(), f"fiscal_year int, currency string, rate {RATE}"
    ).withColumnRenamed("rate", "agreed")
    budgeted = current.select(*UNIT).distinct().withColumn("budgeted", F.lit(True))
    homes = context.relation(context.group.company_rows(), "company string, home_currency string")
    at_home = years.join(homes, "company").withColumnRenamed("home_currency", "currency")
    rates = (
        add_rate(context, at_home, exchange_rates, "average")
        .join(sheets, list(UNIT), "left")
        .join(of_contract, ["fiscal_year", "currency"], "left")
        .join(budgeted, list(UNIT), "left")
        .select(*UNIT, "sheet", "agreed", "average_rate", "rate_date", "rate_source", "budgeted")
    )
    home, one = F.col("currency") == context.group.currency, F.lit("1").cast(RATE)
    return (
        rows.join(rates, list(UNIT), "left")
        .withColumn(
            "budget_rate",
            F.when(home, one).when(F.col("budgeted"), F.coalesce("sheet", "agreed")),
        )
        .withColumn(
            "budget_rate_source",
            F.when(home, "home")
            .when(F.col("budgeted") & F.col("sheet").isNotNull(), "sheet")
            .when(F.col("budgeted") & F.col("agreed").isNotNull(), "contract")
            .otherwise("none"),
        )
    )


def _cents(value: Expression) -> Expression:
    """Rounded once, half up (ACCOUNTING 16)."""
    from pyspark.sql import functions as F

    return F.round(value, 2).cast(MONEY)
