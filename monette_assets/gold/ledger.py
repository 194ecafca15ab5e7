"""The group's ledger: every posting with group account, pillar, location, commodity and its amount in CAD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold.mapping import (
    UNCLASSIFIED,
    UNMAPPED,
    add_chart,
    add_crop_years,
    add_fiscal_year,
    locate,
    map_accounts,
    reroute_accounts,
)
from monette_assets.gold.rates import add_rate, pedigree
from monette_assets.group.validation import OTHER_EXPENSE, OTHER_EXPENSE_NAMES, OTHER_EXPENSE_SUB_TYPES
from monette_assets.silver import accounts, exchange_rates, general_ledger
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

GL = "silver/general_ledger"
EXACT = "decimal(28, 8)"  # amount x rate, not rounded: a statement rounds once (ACCOUNTING 16)


def _unmapped(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    account = ["company", "period", "account_id", "account_number", "account_name"]
    lines = staged.rows.where(F.col("group_account") == UNMAPPED)
    return lines.groupBy(*account).agg(F.count(F.lit(1)).alias("lines"), F.sum("amount").alias("amount"))


def _above_ebitda(staged: Staged) -> DataFrame:
    """Depreciation, interest and income tax by the source's detail type or name, whatever number they are mapped by."""
    from pyspark.sql import functions as F

    told = F.col("account_sub_type").isin(*OTHER_EXPENSE_SUB_TYPES) | F.lower("account_name").rlike(
        OTHER_EXPENSE_NAMES.pattern
    )
    accounts = staged.inputs["accounts"].where((F.col("classification") == "Expense") & told)
    elsewhere = F.coalesce("profit_type", F.lit("none")) != OTHER_EXPENSE
    lines = staged.rows.where(elsewhere & (F.col("group_account") != UNMAPPED)).join(
        accounts.select("company", "account_id"), ["company", "account_id"], "left_semi"
    )
    account = ["company", "period", "account_id", "account_number", "account_name", "group_account", "profit_type"]
    return lines.groupBy(*account).agg(F.count(F.lit(1)).alias("lines"), F.sum("amount").alias("amount"))


def _unknown_location(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    earns = F.col("classification").isin("Revenue", "Expense")  # a bank account needs no farm
    lines = staged.rows.where(earns & (F.col("location") == UNCLASSIFIED))
    return lines.groupBy("company", "period", "location_name").agg(F.count(F.lit(1)).alias("lines"))


def _without_rate(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    lines = staged.rows.where(F.col("average_rate").isNull())
    return lines.groupBy("company", "period", "currency").agg(F.count(F.lit(1)).alias("lines"))


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unit = ["company", "period", "basis"]
    ours = staged.rows.groupBy(*unit).agg(F.count(F.lit(1)).alias("rows"), F.sum(F.abs("amount")).alias("gross"))
    theirs = (
        staged.inputs["general_ledger"]
        .groupBy(*unit)
        .agg(F.count(F.lit(1)).alias("rows_in"), F.sum(F.abs("amount")).alias("gross_in"))
    )
    both = theirs.join(ours, unit, "full_outer").na.fill(0)
    return both.where((F.col("rows") != F.col("rows_in")) | (F.col("gross") != F.col("gross_in")))


CONTRACT = Contract(
    name="gold/ledger",
    description=(
        "Every posting with the meaning the group contract gives it: group account, profit type, location, "
        "pillar, commodity, and the amount in group currency at the month's average rate (management view; "
        "statements translate by each company's method in consolidation)."
    ),
    key=general_ledger.CONTRACT.key,
    layout=("period",),
    inputs={
        "general_ledger": Input(general_ledger.CONTRACT),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),
        "exchange_rates": Input(exchange_rates.CONTRACT),
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{GL}.company",)),
        Column("period", "date", "First day of the posting month.", source=(f"{GL}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{GL}.basis",)),
        Column("fiscal_year", "int", "Of the company, named by the year it ends in."),
        Column("transaction_date", "date", "The document's date.", source=(f"{GL}.transaction_date",)),
        Column("transaction_type", "string", "As printed.", source=(f"{GL}.transaction_type",)),
        Column("transaction_id", "string", "QuickBooks' id.", source=(f"{GL}.transaction_id",)),
        Column("line_number", "int", "Within transaction and account.", source=(f"{GL}.line_number",)),
        Column("document_number", "string", "The document's number.", nullable=True, source=(f"{GL}.document_number",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{GL}.account_id",)),
        Column("account_number", "string", "Number in the company's chart.", nullable=True,
               source=(f"{GL}.account_number", "silver/accounts.account_number")),
        Column("account_name", "string", "Full name, parents first.",
               source=(f"{GL}.account_name", "silver/accounts.account_name")),
        Column("classification", "string", "Side of the company's books.", source=("silver/accounts.classification",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{GL}.account_number",)),
        Column("profit_type", "string", "Profit type; null on the balance sheet.", nullable=True),
        Column("location", "string", "Standard name.", source=(f"{GL}.location_name",)),
        Column("location_name", "string", "As the source spells it.", nullable=True, source=(f"{GL}.location_name",)),
        Column("pillar", "string", "Pillar of the location.", source=(f"{GL}.location_name",)),
        Column("commodity", "string", "Of the account.", nullable=True, source=(f"{GL}.account_number",)),
        Column("contact_name", "string", "As printed.", nullable=True, source=(f"{GL}.contact_name",)),
        Column("class_name", "string", "As printed.", nullable=True, source=(f"{GL}.class_name",)),
        Column("memo", "string", "Free text.", nullable=True, source=(f"{GL}.memo",)),
        Column("transaction_currency", "string", "Currency of the document.", source=(f"{GL}.currency",)),
        Column("transaction_amount", MONEY, "Debit positive.", unit="transaction currency", nullable=True,
               source=(f"{GL}.foreign_amount", f"{GL}.amount")),
        Column("currency", "string", "Home currency of the company."),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=(f"{GL}.amount",)),
        Column("average_rate", RATE, "Group currency for one unit of home currency, the month's average.",
               nullable=True, source=("silver/exchange_rates.rate",)),
        *pedigree(),
        Column("amount_cad", EXACT, "amount x average_rate, exact; group currency.", unit="group currency",
               nullable=True, source=(f"{GL}.amount", "silver/exchange_rates.rate")),
        Column("crop_year", "int", "Crop year of the month, named by the year it begins in: that of the harvest.",
               nullable=True, source=(f"{GL}.period",)),
        Column("marketing_year", "int", "Marketing year of the commodity, named likewise; null where it has none.",
               nullable=True, source=(f"{GL}.period", f"{GL}.account_number")),
    ),
    checks=(
        Check("rate_present", "A foreign company's month has its average rate; never a default of 1.",
              "ACCOUNTING 13", _without_rate),
        Check("conserved", "Rows and gross amounts in = rows and gross amounts out.", "ACCOUNTING 7", _not_conserved),
        Check("every_account_mapped", "Every account has a group account; what has none stands in its own line.",
              "ACCOUNTING 6", _unmapped, Severity.REPORTS),
        Check("below_ebitda",
              "An expense account whose detail type or name says depreciation, interest or income tax is mapped to "
              "Other Expense.", "ACCOUNTING 24", _above_ebitda),
        Check("location_known",
              "Every income and expense line has a location the contract knows; others are Unclassified.",
              "ACCOUNTING, The group", _unknown_location, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def ledger(context: Context, general_ledger: DataFrame, accounts: DataFrame, exchange_rates: DataFrame) -> DataFrame:
    """Give every posting its meaning, step by step; no step adds or drops a row."""
    rows = describe_accounts(general_ledger, accounts)
    for step in (map_accounts, reroute_accounts, add_chart, locate, add_fiscal_year, add_crop_years):
        rows = step(context, rows)
    return add_transaction_amount(translate_at_average(context, rows, exchange_rates))


def of_the_year(ledger: DataFrame) -> DataFrame:
    """The postings of income and expense accounts, by the company's own books."""
    from pyspark.sql import functions as F

    return ledger.where(F.col("classification").isin("Revenue", "Expense"))


def add_transaction_amount(rows: DataFrame) -> DataFrame:
    """Add `transaction_amount`: what the document says; null where a foreign document's line does not say it."""
    from pyspark.sql import functions as F

    in_home = F.coalesce("transaction_currency", "currency") == F.col("currency")
    return rows.withColumn("transaction_currency", F.coalesce("transaction_currency", "currency")).withColumn(
        "transaction_amount", F.when(in_home, F.col("amount")).otherwise(F.col("foreign_amount"))
    )


def describe_accounts(general_ledger: DataFrame, accounts: DataFrame) -> DataFrame:
    """Add number, full name and classification from the chart; the ledger report may leave the number out."""
    from pyspark.sql import functions as F

    chart = accounts.select(
        F.col("company").alias("a_company"),
        F.col("account_id").alias("a_id"),
        F.col("account_number").alias("a_number"),
        F.col("account_name").alias("a_name"),
        "classification",
    )
    same = (F.col("company") == F.col("a_company")) & (F.col("account_id") == F.col("a_id"))
    number = F.when(F.trim("account_number") != "", F.col("account_number"))
    kept = [
        F.coalesce(number, "a_number").alias("account_number") if name == "account_number"
        else F.coalesce("a_name", "account_name").alias("account_name") if name == "account_name"
        else F.col(name).alias("transaction_currency") if name == "currency"
        else F.col(name)
        for name in general_ledger.columns
    ]  # fmt: skip
    return general_ledger.join(chart, same, "left").select(*kept, "classification")


def translate_at_average(context: Context, rows: DataFrame, exchange_rates: DataFrame) -> DataFrame:
    """Add `currency`, `average_rate`, its day and source, and `amount_cad`. A missing rate stays missing."""
    from pyspark.sql import functions as F

    homes = context.relation(context.group.company_rows(), "company string, home_currency string").select(
        F.col("company").alias("h_company"), F.col("home_currency").alias("currency")
    )
    at_home = rows.join(homes, F.col("company") == F.col("h_company"), "left")
    rated = add_rate(context, at_home, exchange_rates, "average")
    return rated.withColumn("amount_cad", (F.col("amount") * F.col("average_rate")).cast(EXACT))
