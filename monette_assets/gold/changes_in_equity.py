"""Changes in equity of every company and month: from the month before's closing to this month's (ACCOUNTING 3, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import balance_sheet, translated_balances
from monette_assets.gold.balance_sheet import CURRENT_EARNINGS
from monette_assets.gold.cash_flow import TRANSLATION_ADJUSTMENT, UNIT, add_cash_flow, sum_where
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

BALANCES = "gold/translated_balances"
COMPONENT = [*UNIT, "component"]
OPENING, YEAR_END, CLOSING = "opening", "year_end", "closing"
CHANGES = ("net_income", "capital", "dividends", "direct_posting", "translation_adjustment")
LINES = (OPENING, YEAR_END, *CHANGES, CLOSING)
# What a movement of an equity account is, by the kind of its group account.
CHANGE_OF_KIND = {"capital": "capital", "dividends": "dividends", "translation": "translation_adjustment"}
AMOUNTS = ("amount", "amount_cad")
CURRENCIES = ("", "_cad")  # as column names end


def _does_not_roll(staged: Staged) -> DataFrame:
    """Opening and changes = closing, component by component."""
    from pyspark.sql import functions as F

    is_closing = F.col("line") == CLOSING
    sums = staged.rows.groupBy(*COMPONENT).agg(
        *(
            (sum_where(~is_closing, amount) - sum_where(is_closing, amount)).alias(f"difference_{amount}")
            for amount in AMOUNTS
        )
    )
    return sums.where((F.col("difference_amount") != 0) | (F.col("difference_amount_cad") != 0))


def _year_end_changes_equity(staged: Staged) -> DataFrame:
    """What leaves the year's earnings arrives in retained earnings, and no more."""
    from pyspark.sql import functions as F

    rolled = staged.rows.where(F.col("line") == YEAR_END)
    sums = rolled.groupBy(*UNIT).agg(F.sum("amount").alias("difference"), F.sum("amount_cad").alias("difference_cad"))
    return sums.where((F.col("difference") != 0) | (F.col("difference_cad") != 0))


def _off_the_balance_sheet(staged: Staged) -> DataFrame:
    """Closing equity by component against the balance sheet, and in CAD against assets less liabilities."""
    from pyspark.sql import functions as F

    closing = staged.rows.where(F.col("line") == CLOSING)
    sheet = staged.inputs["balance_sheet"].where(F.col("classification") == "Equity")
    theirs = sheet.groupBy(*UNIT, F.col("group_account").alias("component")).agg(
        F.sum("display_amount").alias("balance_sheet")
    )
    by_component = (
        closing.select(*COMPONENT, F.col("amount").alias("closing"))
        .join(theirs, COMPONENT, "full_outer")
        .na.fill(0)
        .where(F.col("closing") != F.col("balance_sheet"))
        .select(*COMPONENT, "closing", "balance_sheet")
    )
    is_net_asset = F.col("classification").isin("Asset", "Liability")
    net_assets = (
        staged.inputs["translated_balances"]
        .where(F.col("period") >= F.lit(staged.context.periods[0]))
        .groupBy(*UNIT)
        .agg(sum_where(is_net_asset, "closing_cad").alias("balance_sheet"))
    )
    in_cad = (
        net_assets.join(closing.groupBy(*UNIT).agg(F.sum("amount_cad").alias("closing")), UNIT, "left")
        .na.fill(0)
        .where(F.col("closing") != F.col("balance_sheet"))
        .select(*UNIT, F.lit("all, in CAD").alias("component"), "closing", "balance_sheet")
    )
    return by_component.unionByName(in_cad)


CONTRACT = Contract(
    name="gold/changes_in_equity",
    description=(
        "Equity per company, month and component, in home currency and CAD: opening, the year's result moved to "
        "retained earnings when the company's year begins, net income, capital, dividends, direct postings, "
        "translation adjustment, closing. Equity reads positive. Months add up to quarters and years."
    ),
    key=("company", "period", "basis", "component", "line"),
    inputs={
        "translated_balances": Input(translated_balances.CONTRACT, Months.UP_TO),
        "balance_sheet": Input(balance_sheet.CONTRACT),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{BALANCES}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{BALANCES}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{BALANCES}.basis",)),
        Column("component", "string", "Group account; current_earnings is the year's result so far.",
               source=(f"{BALANCES}.group_account",)),
        Column("line", "string", "What changed it.", choices=LINES),
        Column("currency", "string", "Home currency of the company.", source=(f"{BALANCES}.currency",)),
        Column("amount", MONEY, "Equity reads positive.", unit="home currency",
               source=(f"{BALANCES}.opening", f"{BALANCES}.movement", f"{BALANCES}.closing")),
        Column("amount_cad", MONEY, "Equity reads positive.", unit="group currency",
               source=(f"{BALANCES}.opening_cad", f"{BALANCES}.movement_cad", f"{BALANCES}.closing_cad")),
    ),
    checks=(
        Check("rolls_forward", "Opening + changes = closing, component by component.", "ACCOUNTING 3", _does_not_roll),
        Check("year_end_conserves", "The year's end moves earnings within equity and changes none of it.",
              "ACCOUNTING 4", _year_end_changes_equity),
        Check("ties_to_balance_sheet", "Closing = equity on the balance sheet, component by component; in CAD = "
              "assets - liabilities.", "ACCOUNTING 2", _off_the_balance_sheet),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def changes_in_equity(context: Context, translated_balances: DataFrame, balance_sheet: DataFrame) -> DataFrame:
    """Equity accounts and the year's result, from one month's end to the next.

    QuickBooks' retained earnings open a year with the last one's result in them; the line year_end shows that step, so
    that every opening is the closing of the month before.
    """
    from pyspark.sql import functions as F

    first, last = F.lit(context.periods[0]), F.lit(context.periods[-1])
    recent = translated_balances.where(F.col("period") >= F.add_months(first, -1))
    months = equity_components(context, recent)
    before = months.select(
        "company",
        F.add_months("period", 1).alias("period"),
        "basis",
        "component",
        F.col("closing").alias("before"),
        F.col("closing_cad").alias("before_cad"),
    )
    built = months.select(*UNIT, "currency").distinct()
    follows = before.select(*UNIT).distinct().withColumn("follows", F.lit(True))
    joined = (
        months.drop("currency")
        .join(before, COMPONENT, "full_outer")
        .where(F.col("period").between(first, last))
        .join(built, UNIT)  # no month after a company left
        .join(follows, UNIT, "left")
        .na.fill(0)
    )
    starts = F.col("follows").isNull()  # with a company's first month: what it brings along
    zero = F.lit("0").cast(MONEY)
    made = [
        _line(
            OPENING, *(F.when(starts, F.col(f"opening{cad}")).otherwise(F.col(f"before{cad}")) for cad in CURRENCIES)
        ),
        _line(
            YEAR_END,
            *(F.when(starts, zero).otherwise(F.col(f"opening{cad}") - F.col(f"before{cad}")) for cad in CURRENCIES),
        ),
        *(_line(change, *(F.col(f"{change}{cad}") for cad in CURRENCIES)) for change in CHANGES),
        _line(CLOSING, *(F.col(f"closing{cad}") for cad in CURRENCIES)),
    ]
    return (
        joined.select(*COMPONENT, "currency", F.explode(F.array(*made)).alias("entry"))
        .select(*COMPONENT, "currency", "entry.line", "entry.amount", "entry.amount_cad")
        .where((F.col("amount") != 0) | (F.col("amount_cad") != 0))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def equity_components(context: Context, translated_balances: DataFrame) -> DataFrame:
    """COMPONENT, currency, opening, closing and every change, each also with _cad; equity positive."""
    from pyspark.sql import functions as F

    earns = F.col("classification").isin("Revenue", "Expense")
    change = F.lit("direct_posting")
    for kind, name in CHANGE_OF_KIND.items():
        change = F.when(F.col("kind") == kind, F.lit(name)).otherwise(change)
    accounts = (
        add_cash_flow(context, translated_balances.where(earns | (F.col("classification") == "Equity")))
        .withColumn("component", F.when(earns, F.lit(CURRENT_EARNINGS)).otherwise(F.col("group_account")))
        .withColumn(
            "change",
            F.when(earns, F.lit("net_income"))
            .when(F.col("account_id") == TRANSLATION_ADJUSTMENT, F.lit("translation_adjustment"))
            .otherwise(change),
        )
    )
    sums = [
        (-F.sum(f"{name}{cad}")).cast(MONEY).alias(f"{name}{cad}") for name in (OPENING, CLOSING) for cad in CURRENCIES
    ] + [
        (-sum_where(F.col("change") == name, f"movement{cad}")).cast(MONEY).alias(f"{name}{cad}")
        for name in CHANGES
        for cad in CURRENCIES
    ]
    return accounts.groupBy(*COMPONENT, "currency").agg(*sums)


def _line(name: str, amount: Expression, amount_cad: Expression) -> Expression:
    from pyspark.sql import functions as F

    return F.struct(
        F.lit(name).alias("line"), amount.cast(MONEY).alias("amount"), amount_cad.cast(MONEY).alias("amount_cad")
    )
