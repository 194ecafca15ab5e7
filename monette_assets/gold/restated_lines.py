"""Which ledger lines of a closed month are no longer as they were closed (ACCOUNTING 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import ledger
from monette_assets.gold.closed_months import CLOSE_COLUMNS, both_sides, closes_of
from monette_assets.silver import general_ledger
from monette_assets.tables import Column, Context, Contract, Freshness, Input, Months, closed_ledger, closes, table
from monette_assets.tables.closed_ledger import BUSINESS
from monette_assets.tables.contract import MONEY, hours
from monette_assets.tables.reach import months_changed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FROZEN = "closed_ledger"
LINE = ["company", "period", "basis", "transaction_type", "transaction_id", "account_id"]
PRESENT, AS_CLOSED = "present", "closed"

CONTRACT = Contract(
    name="gold/restated_lines",
    description=(
        "Ledger lines of a closed month that came, went or changed since its close, found by comparing both versions "
        "as multisets of what the lines say. A changed line is there as it was closed and as it is. Empty while "
        "nothing is closed."
    ),
    key=("company", "period", "basis", "close_number", "transaction_type", "transaction_id", "account_id", "version",
         "position"),
    inputs={
        "closes": Input(closes.CONTRACT, Months.ALL, reach=months_changed),
        "closed_ledger": Input(closed_ledger.CONTRACT),
        "ledger": Input(ledger.CONTRACT),
        "general_ledger": Input(general_ledger.CONTRACT),  # when a document was last changed
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{FROZEN}.company",)),
        Column("period", "date", "First day of the closed month.", source=(f"{FROZEN}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{FROZEN}.basis",)),
        *CLOSE_COLUMNS,
        Column("change", "string", "What became of the document's lines on the account.",
               choices=("added", "removed", "changed")),
        Column("version", "string", "The line as it was closed, or as it is.", choices=(AS_CLOSED, PRESENT)),
        Column("position", "int", "From 1, within document, account and version."),
        Column("transaction_date", "date", "The document's date.", source=(f"{FROZEN}.transaction_date",)),
        Column("transaction_type", "string", "As printed.", source=(f"{FROZEN}.transaction_type",)),
        Column("transaction_id", "string", "QuickBooks' id.", source=(f"{FROZEN}.transaction_id",)),
        Column("document_number", "string", "The document's number.", nullable=True,
               source=(f"{FROZEN}.document_number",)),
        Column("account_id", "string", "QuickBooks' id of the account.", source=(f"{FROZEN}.account_id",)),
        Column("account_number", "string", "Number in the company's chart.", nullable=True,
               source=(f"{FROZEN}.account_number",)),
        Column("account_name", "string", "Full name, parents first.", source=(f"{FROZEN}.account_name",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{FROZEN}.group_account",)),
        Column("location", "string", "Standard name.", source=(f"{FROZEN}.location",)),
        Column("pillar", "string", "Pillar of the location.", source=(f"{FROZEN}.pillar",)),
        Column("commodity", "string", "Of the account.", nullable=True, source=(f"{FROZEN}.commodity",)),
        Column("contact_name", "string", "As printed.", nullable=True, source=(f"{FROZEN}.contact_name",)),
        Column("class_name", "string", "As printed.", nullable=True, source=(f"{FROZEN}.class_name",)),
        Column("memo", "string", "Free text.", nullable=True, source=(f"{FROZEN}.memo",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{FROZEN}.currency",)),
        Column("lines", "bigint", "How many identical lines."),
        Column("amount", MONEY, "Of one of them; debit positive.", unit="home currency", source=(f"{FROZEN}.amount",)),
        Column("difference", MONEY, "What it adds to the account since the close: lines x amount, negative where the "
               "line is gone.", unit="home currency", source=(f"{FROZEN}.amount",)),
        Column("modified_at", "timestamp", "When QuickBooks last saw the document changed; null where it is gone.",
               nullable=True, source=("silver/general_ledger.modified_at",)),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def restated_lines(
    context: Context, closes: DataFrame, closed_ledger: DataFrame, ledger: DataFrame, general_ledger: DataFrame
) -> DataFrame:
    """Count each line on both sides of each close; what does not cancel out was restated."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    pairs = closes_of(context, closes)
    if pairs is None:
        return context.spark.createDataFrame([], CONTRACT.ddl)
    about = [column.name for column in CLOSE_COLUMNS]
    names = ["account_number", "account_name"]  # they follow from the account's id: shown, not compared
    present = ledger.select(*BUSINESS, *names)
    sides = both_sides(pairs, closed_ledger.select("close_id", *BUSINESS, *names), present)
    came, went = F.col("net") > 0, F.col("net") < 0
    net = (
        sides.groupBy(*about, *BUSINESS)
        .agg(F.sum("side").alias("net"), *[F.max(name).alias(name) for name in names])
        .where(F.col("net") != 0)
    )
    document = ["close_number", *LINE]
    found = net.groupBy(*document).agg(F.max(came).alias("any_came"), F.max(went).alias("any_went"))
    change = (
        F.when(F.col("any_came") & F.col("any_went"), "changed").when(F.col("any_came"), "added").otherwise("removed")
    )
    modified = general_ledger.groupBy(*LINE[:-1]).agg(F.max("modified_at").alias("modified_at"))
    version = F.when(came, PRESENT).otherwise(AS_CLOSED)
    order = Window.partitionBy(*document, "version").orderBy(
        "transaction_date", "amount", "memo", *[name for name in BUSINESS if name not in document]
    )
    return (
        net.join(found, document)
        .join(modified, LINE[:-1], "left")
        .withColumn("change", change)
        .withColumn("version", version)
        .withColumn("modified_at", F.when(F.col("next_close").isNull(), F.col("modified_at")))
        .withColumn("lines", F.abs("net"))
        .withColumn("difference", (F.col("net") * F.col("amount")).cast(MONEY))
        .withColumn("position", F.row_number().over(order))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )
