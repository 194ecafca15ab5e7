"""The ledger lines that are about another company of the group (ACCOUNTING 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import ledger, translated_balances
from monette_assets.gold.intercompany import DIVIDENDS, DUE, FLOW, accounts_of, chart_of
from monette_assets.group.perimeter import company_name_rows
from monette_assets.tables import Column, Context, Contract, Freshness, Input, Months, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEDGER = "gold/ledger"
LINE = ["company", "period", "basis", "transaction_type", "transaction_id", "account_id", "line_number"]

CONTRACT = Contract(
    name="gold/intercompany_lines",
    description=(
        "Every posting on an intercompany account, and every posting on any account whose contact is a company of the "
        "group: what claims and charges between companies are made of."
    ),
    key=tuple(LINE),
    inputs={
        "ledger": Input(ledger.CONTRACT),
        "translated_balances": Input(translated_balances.CONTRACT, Months.UP_TO),
    },
    columns=(
        Column("company", "string", "Whose books the line is in.", source=(f"{LEDGER}.company",)),
        Column("period", "date", "First day of the posting month.", source=(f"{LEDGER}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("transaction_type", "string", "As printed.", source=(f"{LEDGER}.transaction_type",)),
        Column("transaction_id", "string", "QuickBooks' id.", source=(f"{LEDGER}.transaction_id",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{LEDGER}.account_id",)),
        Column("line_number", "int", "Within transaction and account.", source=(f"{LEDGER}.line_number",)),
        Column("group_account", "string", "As it was posted.", source=(f"{LEDGER}.group_account",)),
        Column("classification", "string", "Side of the company's books.", source=(f"{LEDGER}.classification",)),
        Column("kind", "string", "Kind of the group account; null for an unmapped one.", nullable=True),
        Column("contact_name", "string", "As printed.", nullable=True, source=(f"{LEDGER}.contact_name",)),
        Column("partner", "string", "The other company; empty where the line names none.",
               source=(f"{LEDGER}.contact_name",)),
        Column("currency", "string", "Currency of the document.", source=(f"{LEDGER}.transaction_currency",)),
        Column("reference", "string", "Document number; empty for none.", source=(f"{LEDGER}.document_number",)),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=(f"{LEDGER}.amount",)),
        Column("transaction_amount", MONEY, "The same as documented.", unit="transaction currency",
               source=(f"{LEDGER}.transaction_amount",)),
    ),
    balance=True,  # it looks back on balances, which a run of an earlier month computes after the flows
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def intercompany_lines(context: Context, ledger: DataFrame, translated_balances: DataFrame) -> DataFrame:
    """Lines on intercompany accounts, and lines that name a company of the group.

    `partner` is "" where the contact is none of the group's. A line without a contact belongs to the one company its
    transaction owes. A chart without intercompany accounts keeps none.
    """
    from pyspark.sql import functions as F

    names = context.relation(
        company_name_rows(context.group),
        "books string, name string, partner string, from_period date, to_period date",
    )
    chart = chart_of(context).select("group_account", "kind")
    mapped = translated_balances.join(chart, "group_account").where(F.col("kind").isin(*DUE, *FLOW))
    held = mapped.select("company", "basis", "account_id").distinct().withColumn("is_held", F.lit(True))
    named = (
        (F.col("company") == F.col("books"))
        & (F.lower(F.trim("contact_name")) == F.col("name"))
        & (F.col("period") >= F.col("from_period"))
        & (F.col("period") < F.col("to_period"))
    )
    posted = (
        ledger.select(
            *LINE, "group_account", "classification", "contact_name",
            F.coalesce(F.trim("document_number"), F.lit("")).alias("reference"),
            F.when(F.col("transaction_currency") == "", F.col("currency")).otherwise(F.col("transaction_currency"))
            .alias("currency"),
            "amount", F.coalesce("transaction_amount", "amount").alias("transaction_amount"),
        )
        .join(chart, "group_account", "left")
        .join(held, ["company", "basis", "account_id"], "left")
        .join(names, named, "left")
        .withColumn("is_held", F.coalesce("is_held", F.col("kind").isin(*DUE, *FLOW), F.lit(False)))
    )  # fmt: skip
    document = LINE[:5]
    named_here = F.col("is_held") | F.col("partner").isNotNull()
    found = posted.where(named_here if accounts_of(context, (*DUE, *FLOW)) else F.lit(False))
    owed = (
        found.where((F.col("kind") == "due_to_group") & F.col("partner").isNotNull())
        .groupBy(*document)
        .agg(F.min("partner").alias("owed"), F.max("partner").alias("owed_too"))
        .where(F.col("owed") == F.col("owed_too"))
        .select(*document, "owed")
    )
    nameless = F.col("contact_name").isNull() | (F.trim("contact_name") == "")
    costs = (F.col("classification") == "Expense") | F.col("kind").isin("inventory", DIVIDENDS)
    implied = (
        posted.where(nameless & costs & ~F.col("is_held"))
        .join(owed, document)
        .withColumn("partner", F.col("owed"))
        .select(*found.columns)
    )
    lines = found.unionByName(implied).withColumn("partner", F.coalesce("partner", F.lit("")))
    return lines.select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
