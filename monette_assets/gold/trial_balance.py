"""The trial balance of every company and month, in home currency, from the postings alone (ACCOUNTING 2 to 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import ledger
from monette_assets.gold.mapping import fiscal_years, map_accounts, month_before, reroute_accounts
from monette_assets.silver import accounts, reported_balances
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, hours
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEDGER = "gold/ledger"
ACCOUNT = ["company", "basis", "account_id"]


def _does_not_net(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    sums = staged.rows.groupBy("company", "period", "basis").agg(F.sum("closing").alias("difference"))
    return sums.where(F.col("difference") != 0)


def _does_not_roll(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rows = staged.rows
    earns, month = F.col("classification").isin("Revenue", "Expense"), ["company", "basis", "period"]
    later = rows.withColumn("period", F.add_months("period", 1))
    before = later.select(
        *ACCOUNT, "period", F.col("closing").alias("closing_before"), F.col("account_name").alias("name_before"),
        earns.alias("earned"), F.col("is_retained_earnings").alias("retained"),
    )  # fmt: skip
    result = later.where(earns).groupBy(*month).agg(F.sum("closing").alias("result_before"))
    years = fiscal_years(staged.context, staged.context.periods[0], staged.context.periods[-1])
    # an account without a row on one side stands at zero there; a month without any row is not staged, or not ours
    rolled = (
        rows.select(*ACCOUNT, "period", "account_name", "opening", "debit", "credit", "closing",
                    earns.alias("earns"), "is_retained_earnings")
        .join(before, [*ACCOUNT, "period"], "full_outer")
        .join(rows.select(*month).distinct(), month, "left_semi")
        .join(later.select(*month).distinct().withColumn("follows", F.lit(True)), month, "left")
        .join(result, month, "left")
        .join(years, ["company", "period"], "left")
        .na.fill(0, ["opening", "debit", "credit", "closing", "closing_before", "result_before"])
    )  # fmt: skip
    starts = F.col("period") == F.col("fiscal_year_start")
    expected = (
        F.when(starts & F.coalesce("earns", "earned"), F.lit(0))
        .when(starts & F.coalesce("is_retained_earnings", "retained"), F.col("closing_before") + F.col("result_before"))
        .otherwise(F.col("closing_before"))
    )
    broken_roll = F.when(F.col("follows"), F.col("opening") - expected).otherwise(F.lit(0))
    broken_sum = F.col("closing") - (F.col("opening") + F.col("debit") - F.col("credit"))
    return (
        rolled.withColumn("difference", broken_roll + broken_sum)
        .where((broken_roll != 0) | (broken_sum != 0))
        .select(
            "company",
            "period",
            "account_id",
            F.coalesce("account_name", "name_before").alias("account_name"),
            "difference",
        )
    )


def _drawn_below_nothing(staged: Staged) -> DataFrame:
    """Inventory on the credit side: more was taken out than was ever brought in."""
    from pyspark.sql import functions as F

    inventories = [each.code for each in staged.context.group.chart if each.kind == "inventory"]
    drawn = staged.rows.where(F.col("group_account").isin(inventories) & (F.col("closing") < 0))
    return drawn.select("company", "period", "basis", "account_id", "account_name", "closing")


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unit, amount = ["company", "period", "basis"], F.col("amount")
    ours = staged.rows.groupBy(*unit).agg(F.sum("debit").alias("debit"), F.sum("credit").alias("credit"))
    theirs = (
        staged.inputs["ledger"]
        .where(F.col("period") >= F.lit(staged.context.periods[0]))
        .groupBy(*unit)
        .agg(
            F.sum(F.greatest(amount, F.lit(0))).alias("debited"), F.sum(F.greatest(-amount, F.lit(0))).alias("credited")
        )
    )
    both = theirs.join(ours, unit, "full_outer").na.fill(0)
    return both.where((F.col("debit") != F.col("debited")) | (F.col("credit") != F.col("credited")))


CONTRACT = Contract(
    name="gold/trial_balance",
    description=(
        "Opening, movement and closing of every account, company and month in home currency. Income and expense "
        "restart with the company's fiscal year; what earlier years earned stands in retained earnings, as QuickBooks "
        "shows it."
    ),
    key=("company", "period", "basis", "account_id"),
    inputs={
        "ledger": Input(ledger.CONTRACT, Months.UP_TO),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),
        "reported_balances": Input(reported_balances.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{LEDGER}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{LEDGER}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{LEDGER}.account_id",)),
        Column("account_number", "string", "Number in the company's chart.", nullable=True,
               source=("silver/accounts.account_number",)),
        Column("account_name", "string", "Full name, parents first.", source=("silver/accounts.account_name",)),
        Column("classification", "string", "Side of the books.", source=("silver/accounts.classification",)),
        Column("is_retained_earnings", "boolean", "Whether earlier years' result stands here.",
               source=("silver/accounts.account_sub_type",)),
        Column("group_account", "string", "Account of the group chart.", source=("silver/accounts.account_number",)),
        Column("currency", "string", "Home currency of the company."),
        Column("opening", MONEY, "Debit positive.", unit="home currency",
               source=(f"{LEDGER}.amount", "silver/reported_balances.amount")),
        Column("debit", MONEY, "Debits of the month.", unit="home currency", source=(f"{LEDGER}.amount",)),
        Column("credit", MONEY, "Credits of the month.", unit="home currency", source=(f"{LEDGER}.amount",)),
        Column("closing", MONEY, "Debit positive.", unit="home currency",
               source=(f"{LEDGER}.amount", "silver/reported_balances.amount")),
    ),
    checks=(
        Check("conserved", "Debits and credits of the month = those of the ledger's postings.", "ACCOUNTING 7",
              _not_conserved),
        Check("nets_to_zero", "Debits = credits over all accounts.", "ACCOUNTING 2", _does_not_net),
        Check("rolls_forward", "Opening + debits - credits = closing, and opening = the month before's closing.",
              "ACCOUNTING 3", _does_not_roll),
        Check("stock_not_negative", "No inventory account stands on the credit side at the end of a month.",
              "ACCOUNTING 19", _drawn_below_nothing, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def trial_balance(context: Context, ledger: DataFrame, accounts: DataFrame, reported_balances: DataFrame) -> DataFrame:
    """Accumulate the postings from what each company started with."""
    from pyspark.sql import functions as F

    movements = context.once(month_movements(ledger, reported_balances), "movements")
    balances = accumulate(context, movements, accounts)
    homes = context.relation(context.group.company_rows(), "company string, home_currency string")
    mapped = reroute_accounts(context, map_accounts(context, balances))
    return (
        mapped.join(homes.withColumnRenamed("home_currency", "currency"), "company", "left")
        .where((F.col("opening") != 0) | (F.col("debit") != 0) | (F.col("credit") != 0) | (F.col("closing") != 0))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def month_movements(ledger: DataFrame, reported_balances: DataFrame) -> DataFrame:
    """company, basis, account_id, period, debit, credit, start: one row an account and month with postings.

    What a company started with counts as a movement (`start`) of the month before its first.
    """
    from pyspark.sql import functions as F

    amount, zero = F.col("amount"), F.lit("0").cast(MONEY)
    posted = ledger.groupBy(*ACCOUNT, "period").agg(
        F.sum(F.when(amount > 0, amount).otherwise(zero)).cast(MONEY).alias("debit"),
        F.sum(F.when(amount < 0, -amount).otherwise(zero)).cast(MONEY).alias("credit"),
        zero.alias("start"),
    )
    started = reported_balances.where(F.col("statement") == "opening_trial_balance").select(
        *ACCOUNT,
        F.add_months("period", -1).alias("period"),
        zero.alias("debit"),
        zero.alias("credit"),
        F.col("amount").alias("start"),
    )
    return posted.unionByName(started)


def accumulate(context: Context, movements: DataFrame, accounts: DataFrame) -> DataFrame:
    """Opening, debit, credit and closing of every account in every month asked for.

    Balance-sheet accounts accumulate for ever, income and expense within the company's fiscal year, and retained
    earnings takes in every earlier fiscal year's net income: QuickBooks closes years without an entry (ACCOUNTING 4).
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    first = min((company.first_period for company in context.group.companies), default=context.group.first_period)
    years = fiscal_years(context, month_before(min(first, context.group.first_period)), context.periods[-1])
    lives = context.relation(context.group.company_rows(), "company string, first_period date, last_period date")
    months = (
        years.join(lives, "company")
        .where(
            (F.col("period") >= F.add_months("first_period", -1))
            & (F.col("last_period").isNull() | (F.col("period") <= F.col("last_period")))
        )
        .select("company", "period", "fiscal_year_start")
    )
    chart = accounts.select(
        "company",
        "account_id",
        "account_number",
        "account_name",
        "classification",
        (F.coalesce("account_sub_type", F.lit("")) == "RetainedEarnings").alias("is_retained_earnings"),
    )
    bases = movements.select("company", "basis").distinct()
    retained = bases.join(chart.where("is_retained_earnings"), "company").select(*ACCOUNT)
    used = movements.select(*ACCOUNT).unionByName(retained).distinct()
    earns = F.col("classification").isin("Revenue", "Expense")
    zero = F.lit("0").cast(MONEY)
    grid = (
        used.join(chart, ["company", "account_id"], "left")
        .join(months, "company")
        .join(movements, [*ACCOUNT, "period"], "left")
        .na.fill(0, ["debit", "credit", "start"])
        .withColumn("movement", (F.col("debit") - F.col("credit") + F.col("start")).cast(MONEY))
    )
    grid = context.once(grid, "grid")
    net_income = (
        grid.where(earns).groupBy("company", "basis", "fiscal_year_start").agg(F.sum("movement").alias("net_income"))
    )
    earlier = (
        Window.partitionBy("company", "basis").orderBy("fiscal_year_start").rowsBetween(Window.unboundedPreceding, -1)
    )
    every_year = grid.select("company", "basis", "fiscal_year_start").distinct()
    earned_before = every_year.join(net_income, ["company", "basis", "fiscal_year_start"], "left").select(
        "company",
        "basis",
        "fiscal_year_start",
        F.coalesce(F.sum("net_income").over(earlier), zero).alias("earned_before"),
    )
    span = F.when(earns, F.col("fiscal_year_start").cast("string")).otherwise(F.lit("for ever"))
    to_date = Window.partitionBy(*ACCOUNT, "span").orderBy("period").rowsBetween(Window.unboundedPreceding, 0)
    accumulated = (
        grid.withColumn("span", span)
        .withColumn("accumulated", F.sum("movement").over(to_date))
        .join(earned_before, ["company", "basis", "fiscal_year_start"], "left")
        .withColumn(
            "closing",
            F.col("accumulated") + F.when(F.col("is_retained_earnings"), F.col("earned_before")).otherwise(zero),
        )
    )
    return (
        accumulated.where(F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1])))
        .join(lives, "company")
        .where(F.col("period") >= F.col("first_period"))
        .withColumn("opening", F.col("closing") - F.col("movement"))
        .select(
            *ACCOUNT, "period", "account_number", "account_name", "classification", "is_retained_earnings",
            "opening", "debit", "credit", "closing",
        )
    )  # fmt: skip
