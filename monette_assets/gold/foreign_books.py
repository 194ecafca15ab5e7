"""The books of companies in a foreign currency, by month: gathered by the engine, translated company by company.

Everything that grows with the ledger (postings, transactions) is summed up by the engine; what reaches Python grows
with accounts x months only.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold.carrying import Cost, Flow, Treatment
from monette_assets.gold.translation import (
    Account,
    Balance,
    Books,
    Month,
    Opening,
    Published,
    Terms,
    Translated,
    translate,
)
from monette_assets.tables.contract import MONEY, RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from pyspark.sql import Column, DataFrame

    from monette_assets.group import Company, Group, GroupAccount
    from monette_assets.tables import Context, Contract

    Rows = Callable[[Company, str, Translated], Iterator[dict[str, Any]]]

ADJUSTMENT, GAIN = "translation_adjustment", "translation_gain"  # account ids of what is left over (ACCOUNTING 14)
MONTH = ["company", "basis", "period"]
TRANSACTION = [*MONTH, "transaction_type", "transaction_id"]
FACTS = {
    "company": "string", "basis": "string", "fact": "string", "period": "date", "day": "date", "account_id": "string",
    "account_number": "string", "account_name": "string", "classification": "string", "group_account": "string",
    "absorber": "string", "amount": MONEY, "second": MONEY, "rate": RATE, "source": "string",
}  # fmt: skip


def facts_of(
    context: Context, trial_balance: DataFrame, ledger: DataFrame, accounts: DataFrame, exchange_rates: DataFrame
) -> DataFrame | None:
    """What the books of foreign companies say, one kind of fact a row; None where the group has no such company.

    Balances, equity by day, rates; of companies on the temporal method also what their non-monetary accounts took and
    gave, and the costs that go with it.
    """
    from pyspark.sql import functions as F

    currency = context.group.currency
    foreign = [each for each in context.group.companies if each.home_currency != currency]
    if not foreign:
        return None
    theirs = F.col("company").isin([each.code for each in foreign])
    temporal = [each.code for each in foreign if each.translation == "temporal"]
    books = trial_balance.where(theirs)
    bases = books.select("company", "basis").distinct()
    homes = context.relation(
        [{"company": each.code, "from_currency": each.home_currency} for each in foreign],
        "company string, from_currency string",
    )
    rates = exchange_rates.where(F.col("to_currency") == currency).join(homes, "from_currency").join(bases, "company")
    retained = accounts.where(theirs & (F.col("account_sub_type") == "RetainedEarnings")).join(bases, "company")
    equity = (
        ledger.where(theirs & (F.col("classification") == "Equity"))
        .groupBy(*MONTH, "account_id", F.col("transaction_date").alias("day"))
        .agg(F.sum("amount").cast(MONEY).alias("amount"))
    )
    balances = books.withColumn("amount", F.col("opening")).withColumn("second", F.col("debit") - F.col("credit"))
    facts = _facts(F.lit("balance"), balances)
    facts = facts.unionByName(_facts(F.lit("retained_earnings"), retained))
    facts = facts.unionByName(_facts(F.lit("equity"), equity))
    facts = facts.unionByName(_facts(F.col("kind"), rates.withColumn("day", F.col("rate_date"))))
    if temporal:
        netted = context.once(_netted(context, ledger.where(F.col("company").isin(temporal))), "netted")
        facts = facts.unionByName(_facts(F.lit("flow"), _flows(netted)))
        facts = facts.unionByName(_facts(F.lit("cost"), _costs(netted)))
    return facts


def translate_companies(context: Context, facts: DataFrame, contract: Contract, rows_of: Rows) -> DataFrame:
    """Rows of the months asked for, from all the months up to them: each builds on the one before."""
    group, periods = context.group, frozenset(context.periods)
    last, names = context.periods[-1], contract.column_names

    def company_months(facts: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd

        company, basis = group.company(facts["company"].iloc[0]), facts["basis"].iloc[0]
        terms = terms_of(group, company)
        books = _books_of(group, facts)
        until = min(last, company.last_period) if company.last_period else last
        rows = [
            row
            for month in translate(terms, books, until)
            if month.period in periods
            for row in rows_of(company, basis, month)
        ]
        return pd.DataFrame(rows, columns=names, dtype=object)

    return facts.groupBy("company", "basis").applyInPandas(company_months, contract.ddl)


def terms_of(group: Group, company: Company) -> Terms:
    """How the contract says a foreign company is translated. Raises ValueError where it says nothing."""
    stated, chart = company.opening, {each.code: each for each in group.chart}
    if stated is None:
        raise ValueError(f"company {company.code}: expected an opening position in {group.currency}, found none")
    kind, identifier = ("exchange", GAIN) if company.translation == "temporal" else ("translation", ADJUSTMENT)
    left_over = next(each for each in group.chart if each.kind == kind)
    return Terms(
        method=company.translation,
        currency=company.home_currency,
        first_period=company.first_period,
        year_starts=company.year_starts,
        opening=Opening(
            Published(stated.rate, stated.rate_date, stated.source),
            stated.income_rate,
            {
                each.group_account: each.amount_cad * (1 if chart[each.group_account].classification == "Asset" else -1)
                for each in stated.historical
            },
        ),
        difference=Account(identifier, None, left_over.name, left_over.classification, left_over.code),
        treatments={each.code: _treatment(each) for each in group.chart if each.is_monetary is False},
    )


def _treatment(account: GroupAccount) -> Treatment:
    match account.kind:
        case "accumulated_depreciation":
            return "accumulated_depreciation"
        case "fixed_asset" if account.depreciable:
            return "fixed_asset"
        case _:
            return "non_monetary"


def _books_of(group: Group, facts: pd.DataFrame) -> Books:
    """One company's facts on one basis, by month."""
    books = Books()
    columns = [facts[name].astype(object).where(facts[name].notna(), None).tolist() for name in FACTS]
    for _, _, fact, period, day, identifier, *described, absorber, amount, second, rate, source in zip(
        *columns, strict=True
    ):
        month = books.months[period] if period else Month()
        match fact:
            case "balance":
                month.balances[identifier] = Balance(Account(identifier, *described), amount, second)
            case "retained_earnings":
                code = next(each.code for each in group.chart if each.kind == "retained_earnings")
                books.retained_earnings = Account(identifier, described[0], described[1], "Equity", code)
            case "equity":
                month.equity[identifier].append((day, amount))
            case "flow":
                month.flows[identifier] = Flow(amount, second)
            case "cost":
                month.costs.append(Cost(identifier, absorber, amount))
            case "daily":
                books.daily.append(Published(rate, day, source))
            case "average":
                month.average = Published(rate, day, source)
            case "closing":
                month.closing = Published(rate, day, source)
    books.daily.sort(key=lambda each: each.day)
    for month in books.months.values():
        _take_the_rest(month)
    return books


def _take_the_rest(month: Month) -> None:
    """Reliefs that no line takes: sold at book value for money."""
    taken: dict[str, Decimal] = {}
    for cost in month.costs:
        taken[cost.relieved] = taken.get(cost.relieved, Decimal(0)) + cost.home
    for identifier, flow in month.flows.items():
        if rest := flow.reliefs - taken.get(identifier, Decimal(0)):
            month.costs.append(Cost(identifier, None, rest))


def _facts(fact: Column, rows: DataFrame) -> DataFrame:
    """The rows as facts of that kind: every column of FACTS, null where they do not have it."""
    from pyspark.sql import functions as F

    named = rows.withColumn("fact", fact)
    return named.select(
        *(
            (F.col(name) if name in named.columns else F.lit(None)).cast(kind).alias(name)
            for name, kind in FACTS.items()
        )
    )


def _netted(context: Context, ledger: DataFrame) -> DataFrame:
    """Each transaction netted per account, with what the account is: what it carries, what cost it may take.

    `takes` is the order in which lines take the cost of a relief: cost of goods sold and depreciation; then what it
    was turned into; then other expense. Accumulated depreciation takes none: it has a carrying rate of its own.
    """
    from pyspark.sql import functions as F

    chart = context.relation(
        context.group.chart_rows(), "group_account string, kind string, monetary boolean"
    ).withColumnRenamed("group_account", "c_account")
    net, kind = F.col("net"), F.coalesce("kind", F.lit("other"))
    on_sheet, earns = (
        F.col("classification").isin("Asset", "Liability"),
        F.col("classification").isin("Revenue", "Expense"),
    )
    carried = on_sheet & ~F.coalesce("monetary", F.lit(True))
    is_cost = (F.coalesce("profit_type", F.lit("")) == "Cost of Goods Sold") | (kind == "depreciation")
    contra = kind == "accumulated_depreciation"
    takes = (
        F.when(earns & (kind == "depreciation"), F.lit(2))
        .when(earns & is_cost, F.lit(1))
        .when(carried & ~contra, F.lit(3))
        .when(earns, F.lit(4))
    )
    return (
        ledger.groupBy(*TRANSACTION, "account_id", "group_account", "classification", "profit_type")
        .agg(F.sum("amount").cast(MONEY).alias("net"))
        .where(net != 0)
        .join(chart, F.col("group_account") == F.col("c_account"), "left")
        .select(
            *TRANSACTION, "account_id", "net", carried.alias("carried"), contra.alias("contra"), takes.alias("takes")
        )
    )


def _flows(netted: DataFrame) -> DataFrame:
    """Debits (amount) and credits (second) of every non-monetary account and month."""
    from pyspark.sql import functions as F

    net, zero = F.col("net"), F.lit("0").cast(MONEY)
    return (
        netted.where("carried")
        .groupBy(*MONTH, "account_id")
        .agg(
            F.sum(F.when(net > 0, net).otherwise(zero)).alias("amount"),
            F.sum(F.when(net < 0, -net).otherwise(zero)).alias("second"),
        )
    )


def _costs(netted: DataFrame) -> DataFrame:
    """Which line takes the cost of which relief, within a transaction: both laid end to end, where they overlap."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    def laid_out(rows: DataFrame, amount: Column, order: list[str], prefix: str) -> DataFrame:
        to_date = Window.partitionBy(*TRANSACTION).orderBy(*order).rowsBetween(Window.unboundedPreceding, 0)
        end = F.sum(amount).over(to_date)
        return rows.select(
            *TRANSACTION,
            F.col("account_id").alias(f"{prefix}_account"),
            end.alias(f"{prefix}_end"),
            (end - amount).alias(f"{prefix}_start"),
        )

    reliefs = netted.where(F.col("carried") & (F.col("net") < 0))
    takers = netted.where(F.col("takes").isNotNull() & (F.col("net") > 0))
    given = laid_out(reliefs, -F.col("net"), ["contra", "account_id"], "given")
    taken = laid_out(takers.join(reliefs.select(*TRANSACTION).distinct(), TRANSACTION, "left_semi"), F.col("net"),
                     ["takes", "account_id"], "taken")  # fmt: skip
    overlap = F.least("given_end", "taken_end") - F.greatest("given_start", "taken_start")
    return (
        given.join(taken, TRANSACTION)
        .withColumn("overlap", overlap)
        .where(F.col("overlap") > 0)
        .groupBy(*MONTH, F.col("given_account").alias("account_id"), F.col("taken_account").alias("absorber"))
        .agg(F.sum("overlap").alias("amount"))
    )
