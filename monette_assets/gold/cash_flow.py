"""The cash flow statement of every company and month, indirect: from net income to the bank (ACCOUNTING 5, 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monette_assets.gold import translated_balances, trial_balance
from monette_assets.gold.rates import published_rates
from monette_assets.silver import exchange_rates
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

BALANCES = "gold/translated_balances"
UNIT = ["company", "period", "basis"]
OPERATING = ("net_income", "adjustments", "working_capital")
FLOWS = (*OPERATING, "investing", "financing")
SECTIONS = (*FLOWS, "exchange", "cash")
NET_INCOME, EXCHANGE_EFFECT = "net_income", "exchange_effect"
OPENING, NET_CHANGE, CLOSING = "opening_cash", "net_change", "closing_cash"
# Rows of the translation itself: no money moved.
TRANSLATION_ADJUSTMENT, TRANSLATION_GAIN = "translation_adjustment", "translation_gain"


def _off_the_bank(staged: Staged) -> DataFrame:
    """What the statement says happened to cash, against the bank accounts of the trial balance."""
    from pyspark.sql import functions as F

    says = staged.rows.groupBy(*UNIT).agg(
        sum_where(F.col("section").isin(*FLOWS), "amount").alias("flows"),
        sum_where(F.col("line") == NET_CHANGE, "amount").alias("net_change"),
        sum_where(F.col("line") == OPENING, "amount").alias("opening"),
        sum_where(F.col("line") == CLOSING, "amount").alias("closing"),
    )
    banks = add_cash_flow(staged.context, staged.inputs["trial_balance"]).where(F.col("cash_flow") == "cash")
    holds = banks.groupBy(*UNIT).agg(F.sum("opening").alias("bank_opening"), F.sum("closing").alias("bank_closing"))
    both = says.join(holds, UNIT, "left").na.fill(0)
    return both.where(
        (F.col("flows") != F.col("bank_closing") - F.col("bank_opening"))
        | (F.col("net_change") != F.col("flows"))
        | (F.col("opening") != F.col("bank_opening"))
        | (F.col("closing") != F.col("bank_closing"))
    )


def _without_rate(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    accounts = add_flow(staged.context, staged.inputs["translated_balances"], staged.inputs["exchange_rates"])
    return accounts.where(F.col("flow_cad").isNull()).select(*UNIT, "account_id", "currency", "movement")


def _effect_unproved(staged: Staged) -> DataFrame:
    """Opening cash x change of rate + net change x closing rate - flows as translated, at the published rates.

    A company's first month opens at the rate the contract states.

    What may be left are roundings of half a cent: two balances of every cash account.
    """
    from pyspark.sql import functions as F

    context = staged.context
    rates = published_rates(context, staged.inputs["exchange_rates"], "closing")
    before = rates.select("currency", F.add_months("period", 1).alias("period"), F.col("rate").alias("rate_before"))
    stated = [
        {"company": each.code, "period": each.first_period, "stated_rate": each.opening.rate}
        for each in context.group.companies
        if each.opening
    ]
    opened = context.relation(stated, f"company string, period date, stated_rate {RATE}")
    banks = add_cash_flow(context, staged.inputs["translated_balances"]).where(
        (F.col("cash_flow") == "cash") & (F.col("currency") != context.group.currency)
    )
    roundings = banks.groupBy(*UNIT, "currency").agg((F.count(F.lit(1)) * 2).alias("roundings"))
    says = staged.rows.groupBy(*UNIT).agg(
        sum_where(F.col("line") == OPENING, "amount").alias("opening"),
        sum_where(F.col("line") == NET_CHANGE, "amount").alias("net_change"),
        sum_where(F.col("section").isin(*FLOWS), "amount_cad").alias("flows_cad"),
        sum_where(F.col("line") == EXCHANGE_EFFECT, "amount_cad").alias("effect_cad"),
    )
    proof = (
        F.col("opening") * (F.col("rate") - F.col("rate_before"))
        + F.col("net_change") * F.col("rate")
        - F.col("flows_cad")
    )
    return (
        says.join(roundings, UNIT)
        .join(rates, ["currency", "period"])
        .join(before, ["currency", "period"], "left")
        .join(opened, ["company", "period"], "left")
        .withColumn("rate_before", F.coalesce("stated_rate", "rate_before"))
        .withColumn("proof_cad", proof)
        .where(F.abs(F.col("effect_cad") - F.col("proof_cad")) * 200 > F.col("roundings"))
        .select(*UNIT, "effect_cad", "proof_cad")
    )


CONTRACT = Contract(
    name="gold/cash_flow",
    description=(
        "Cash flow per company and month, indirect method, in home currency and CAD: net income, what of it is not "
        "cash, changes in working capital, investing, financing, effect of exchange rates, and the cash it ends in. "
        "Inflows positive. Months add up to quarters and years; opening is the first month's, closing the last's."
    ),
    key=("company", "period", "basis", "section", "line"),
    inputs={
        "translated_balances": Input(translated_balances.CONTRACT),
        "trial_balance": Input(trial_balance.CONTRACT),
        "exchange_rates": Input(exchange_rates.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{BALANCES}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{BALANCES}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{BALANCES}.basis",)),
        Column("section", "string", "Section; the first three are operating.", choices=SECTIONS),
        Column("line", "string", "Group account, or net_income, exchange_effect, opening_cash, net_change, "
               "closing_cash.", source=(f"{BALANCES}.group_account",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{BALANCES}.currency",)),
        Column("amount", MONEY, "Inflow positive.", unit="home currency",
               source=(f"{BALANCES}.movement", f"{BALANCES}.opening", f"{BALANCES}.closing")),
        Column("amount_cad", MONEY, "Inflow positive. What translation keeps at closing rates flows at the month's "
               "average, all else as it was translated.", unit="group currency",
               source=(f"{BALANCES}.movement_cad", f"{BALANCES}.opening_cad", f"{BALANCES}.closing_cad",
                       "silver/exchange_rates.rate")),
    ),
    checks=(
        Check("ties_to_bank", "All flows together = the change of the bank accounts, to the cent.", "ACCOUNTING 5",
              _off_the_bank),
        Check("rate_present", "A foreign company's month has its average rate; never a default of 1.",
              "ACCOUNTING 13", _without_rate),
        Check("exchange_effect_proved", "Effect of exchange rates = opening cash x change of rate + flows x (closing "
              "rate - their own), but for roundings.", "ACCOUNTING 15", _effect_unproved),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def cash_flow(
    context: Context, translated_balances: DataFrame, trial_balance: DataFrame, exchange_rates: DataFrame
) -> DataFrame:
    """Every account but cash moved the other way than cash did: minus its movement is what flowed."""
    from pyspark.sql import functions as F

    accounts = add_flow(context, add_cash_flow(context, translated_balances), exchange_rates)
    flows = statement_lines(context, accounts)
    cash = F.col("cash_flow") == "cash"
    summed = accounts.groupBy(*UNIT, "currency").agg(
        sum_where(cash, "opening").alias("opening"),
        sum_where(cash, "closing").alias("closing"),
        sum_where(cash, "opening_cad").alias("opening_cad"),
        sum_where(cash, "closing_cad").alias("closing_cad"),
        sum_where(~cash, "flow").alias("flows"),
        sum_where(~cash & (F.col("account_id") != TRANSLATION_GAIN), "flow_cad").alias("flows_cad"),
    )
    change_cad = F.col("closing_cad") - F.col("opening_cad")
    zero = F.lit("0").cast(MONEY)
    ends = entries(
        summed,
        [
            (F.lit(True), "exchange", F.lit(EXCHANGE_EFFECT), zero, change_cad - F.col("flows_cad")),
            (F.lit(True), "cash", F.lit(OPENING), F.col("opening"), F.col("opening_cad")),
            (F.lit(True), "cash", F.lit(NET_CHANGE), F.col("flows"), change_cad),
            (F.lit(True), "cash", F.lit(CLOSING), F.col("closing"), F.col("closing_cad")),
        ],
    )
    return (
        flows.unionByName(ends)
        .where(F.col("section").isin("net_income", "cash") | (F.col("amount") != 0) | (F.col("amount_cad") != 0))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def add_cash_flow(context: Context, rows: DataFrame) -> DataFrame:
    """Add `kind` and `cash_flow` (section) of the group account; an unmapped one is operating, so nothing is lost."""
    from pyspark.sql import functions as F

    chart = context.relation(context.group.chart_rows(), "group_account string, kind string, cash_flow string").select(
        F.col("group_account").alias("c_account"), F.col("kind").alias("c_kind"), F.col("cash_flow").alias("c_flow")
    )
    joined = rows.join(chart, F.col("group_account") == F.col("c_account"), "left")
    return joined.select(
        *rows.columns,
        F.coalesce("c_kind", F.lit("other")).alias("kind"),
        F.coalesce("c_flow", F.lit("operating")).alias("cash_flow"),
    )


def add_flow(context: Context, accounts: DataFrame, exchange_rates: DataFrame) -> DataFrame:
    """Add `earns`, `flow` and `flow_cad`: minus the movement, at the rate it flowed at.

    A balance that translation keeps at closing rates changes in CAD without any flow: its flow is translated at the
    month's average. The translation's own adjustment is no flow.
    """
    from pyspark.sql import functions as F

    published = published_rates(context, exchange_rates, "average")
    rates = published.select("currency", "period", F.col("rate").alias("average_rate"))
    revalued = F.col("rate_kind") == "closing"
    at_average = F.round(F.col("movement") * F.col("average_rate"), 2).cast(MONEY)
    moved = F.when(revalued, at_average).otherwise(F.col("movement_cad"))
    zero = F.lit("0").cast(MONEY)
    return (
        accounts.join(rates, ["currency", "period"], "left")
        .withColumn("earns", F.col("classification").isin("Revenue", "Expense"))
        .withColumn("flow", (-F.col("movement")).cast(MONEY))
        .withColumn("flow_cad", F.when(F.col("account_id") == TRANSLATION_ADJUSTMENT, zero).otherwise(-moved))
    )


def statement_lines(context: Context, accounts: DataFrame, whose: Sequence[str] = (*UNIT, "currency")) -> DataFrame:
    """Every account's flow on its line, summed by group account: `whose` columns, section, line, amount, amount_cad.

    Income and expense of another section than operating are added back to net income and stand there: depreciation
    meets accumulated depreciation in investing, so that what is left is what was bought and sold.
    """
    from pyspark.sql import functions as F

    earns, account = F.col("earns"), F.col("group_account")
    elsewhere = earns & (F.col("cash_flow") != "operating")
    unreal = F.col("account_id") == TRANSLATION_GAIN
    flow, flow_cad = F.col("flow"), F.col("flow_cad")
    lines = [
        (earns, "net_income", F.lit(NET_INCOME), flow, flow_cad),
        (elsewhere | unreal, "adjustments", account, -flow, -flow_cad),
        (~earns & (F.col("cash_flow") == "operating"), "working_capital", account, flow, flow_cad),
    ]
    for section in ("investing", "financing"):
        lines.append(((F.col("cash_flow") == section) & ~unreal, section, own_line(context), flow, flow_cad))
    grouped = entries(accounts, lines, whose).groupBy(*whose, "section", "line")
    return grouped.agg(F.sum("amount").alias("amount"), F.sum("amount_cad").alias("amount_cad"))


def own_line(context: Context) -> Expression:
    """The line an account has in its own section: its group account, depreciation that of accumulated depreciation."""
    from pyspark.sql import functions as F

    accumulated = [each.code for each in context.group.chart if each.kind == "accumulated_depreciation"][:1]
    account = F.col("group_account")
    return F.when(F.col("kind") == "depreciation", F.lit(accumulated[0])).otherwise(account) if accumulated else account


def entries(
    rows: DataFrame,
    lines: Sequence[tuple[Expression, str, Expression, Expression, Expression]],
    whose: Sequence[str] = (*UNIT, "currency"),
) -> DataFrame:
    """Each row on every line whose condition it meets: `whose` columns, section, line, amount, amount_cad."""
    from pyspark.sql import functions as F

    made = [
        F.when(
            condition,
            F.struct(
                F.lit(section).alias("section"),
                line.alias("line"),
                amount.cast(MONEY).alias("amount"),
                amount_cad.cast(MONEY).alias("amount_cad"),
            ),
        )
        for condition, section, line, amount, amount_cad in lines
    ]
    exploded = rows.select(*whose, F.explode(F.array(*made)).alias("entry")).where(F.col("entry").isNotNull())
    return exploded.select(*whose, "entry.section", "entry.line", "entry.amount", "entry.amount_cad")


def sum_where(condition: Expression, column: str) -> Expression:
    """The sum of a column over the rows that meet a condition; zero where none does."""
    from pyspark.sql import functions as F

    return F.sum(F.when(condition, F.col(column)).otherwise(F.lit("0").cast(MONEY)))
