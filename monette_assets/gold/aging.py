"""What payables and receivables by age have in common: buckets by due date, currency, CAD, the tie to the books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monette_assets.gold import trial_balance
from monette_assets.gold.ledger import EXACT
from monette_assets.gold.rates import add_rate, pedigree
from monette_assets.silver import accounts, agings, documents, exchange_rates
from monette_assets.sources.quickbooks.transaction_types import PRINTED_TYPES
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged
from monette_assets.tables.contract import MONEY, RATE, hours
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

AGINGS, DOCUMENTS = "silver/agings", "silver/documents"
BUCKETS = ("current", "1-30", "31-60", "61-90", "over 90")
INPUTS: Mapping[str, Input] = {
    "agings": Input(agings.CONTRACT),
    "documents": Input(documents.CONTRACT, Months.ALL),  # their currency; an open one may be old
    "exchange_rates": Input(exchange_rates.CONTRACT),
    "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),
    "trial_balance": Input(trial_balance.CONTRACT),
}


def contract(name: str, description: str, account_type: str, sign: int) -> Contract:
    """The contract of one of the two; QuickBooks' account type names the control accounts, `sign` their side."""

    def does_not_tie(staged: Staged) -> DataFrame:
        return differences(staged.rows, staged.inputs["trial_balance"], staged.inputs["accounts"], account_type, sign)

    return Contract(
        name=name,
        description=description,
        key=agings.CONTRACT.key[:3] + agings.CONTRACT.key[4:],  # one report a table
        inputs=INPUTS,
        balance=True,
        columns=(
            Column("period", "date", "First day of the month at whose end it is open.", source=(f"{AGINGS}.period",)),
            Column("company", "string", "Contract code of the company.", source=(f"{AGINGS}.company",)),
            Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{AGINGS}.basis",)),
            Column("contact_id", "string", "Customer or vendor; empty for none.", source=(f"{AGINGS}.contact_id",)),
            Column("contact_name", "string", "As printed; empty for none.", source=(f"{AGINGS}.contact_name",)),
            Column("transaction_type", "string", "As printed.", source=(f"{AGINGS}.transaction_type",)),
            Column("transaction_id", "string", "QuickBooks' id.", source=(f"{AGINGS}.transaction_id",)),
            Column("line_number", "int", "Within document and contact.", source=(f"{AGINGS}.line_number",)),
            Column("document_number", "string", "The document's own number.", nullable=True,
                   source=(f"{AGINGS}.document_number",)),
            Column("transaction_date", "date", "The document's date.", source=(f"{AGINGS}.transaction_date",)),
            Column("due_date", "date", "When it is due; the document's date where none is told.",
                   source=(f"{AGINGS}.due_date", f"{AGINGS}.transaction_date")),
            Column("days_overdue", "int", "At the month's end; negative before it is due.", unit="days",
                   source=(f"{AGINGS}.due_date",)),
            Column("bucket", "string", "By days overdue.", choices=BUCKETS, source=(f"{AGINGS}.due_date",)),
            Column("document_currency", "string", "Currency of the document; empty where it is not held.",
                   nullable=True, source=(f"{DOCUMENTS}.currency",)),
            Column("currency", "string", "Home currency of the company."),
            Column("open_balance", MONEY, "Owed by customers or to vendors positive; credits negative.",
                   unit="home currency", source=(f"{AGINGS}.open_balance",)),
            Column("closing_rate", RATE, "Group currency for one unit of home currency at the month's end.",
                   nullable=True, source=("silver/exchange_rates.rate",)),
            *pedigree(),
            Column("open_balance_cad", EXACT, "open_balance x closing_rate, exact.", unit="group currency",
                   nullable=True, source=(f"{AGINGS}.open_balance", "silver/exchange_rates.rate")),
        ),
        checks=(
            Check("rate_present", "A foreign company's month has its closing rate; never a default of 1.",
                  "ACCOUNTING 13", _without_rate),
            Check("ties_to_control", f"The total = the accounts of type {account_type} in the trial balance.",
                  "ACCOUNTING 5", does_not_tie, Severity.REPORTS),
        ),
        freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
    )  # fmt: skip


def _without_rate(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    lines = staged.rows.where(F.col("closing_rate").isNull())
    return lines.groupBy("company", "period", "currency").agg(F.count(F.lit(1)).alias("lines"))


def differences(
    rows: DataFrame, trial_balance: DataFrame, accounts: DataFrame, account_type: str, sign: int
) -> DataFrame:
    """Company-months whose aging is not what stands on the control accounts."""
    from pyspark.sql import functions as F

    month = ["company", "period", "basis"]
    control = accounts.where(F.col("account_type") == account_type).select("company", "account_id")
    booked = (
        trial_balance.join(control, ["company", "account_id"], "left_semi")
        .groupBy(*month)
        .agg((F.sum("closing") * sign).alias("control"))
    )
    aged = rows.groupBy(*month).agg(F.sum("open_balance").alias("aging"))
    both = booked.join(aged, month, "full_outer").na.fill(0, ["control", "aging"])
    return both.withColumn("difference", F.col("aging") - F.col("control")).where(F.col("difference") != 0)


def aged(
    context: Context, table: Contract, report: str, agings: DataFrame, documents: DataFrame, exchange_rates: DataFrame
) -> DataFrame:
    """The open documents of one report in buckets by due date (ACCOUNTING 28), translated at the closing rate."""
    from pyspark.sql import functions as F

    types = context.relation(
        [{"transaction_type": printed, "document_type": entity} for printed, entity in PRINTED_TYPES.items()],
        "transaction_type string, document_type string",
    )
    currencies = documents.select(
        "company", "document_type", F.col("document_id").alias("transaction_id"),
        F.col("currency").alias("document_currency"),
    )  # fmt: skip
    homes = context.relation(context.group.company_rows(), "company string, home_currency string").withColumnRenamed(
        "home_currency", "currency"
    )
    due = F.coalesce("due_date", "transaction_date")
    days = F.datediff(F.last_day("period"), F.col("due_date"))
    late = F.col("days_overdue")
    bucket = (
        F.when(late <= 0, "current").when(late <= 30, "1-30").when(late <= 60, "31-60").when(late <= 90, "61-90")
    )  # fmt: skip
    described = (
        agings.where(F.col("report") == report)
        .join(types, "transaction_type", "left")
        .join(currencies, ["company", "document_type", "transaction_id"], "left")
        .join(homes, "company", "left")
    )
    return (
        add_rate(context, described, exchange_rates, "closing")
        .withColumn("due_date", due)
        .withColumn("days_overdue", days)
        .withColumn("bucket", bucket.otherwise("over 90"))
        .withColumn("open_balance_cad", (F.col("open_balance") * F.col("closing_rate")).cast(EXACT))
        .select(*[F.col(column.name).cast(column.type) for column in table.columns])
    )
