"""Every posting of every company, from the general ledger report: the book of record.

The posting period is the month of the report it was printed in, the transaction date the document's, the modification
date when QuickBooks last saw the document changed: three things, kept apart (ACCOUNTING 9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_reports
from monette_assets.silver import accounts, documents
from monette_assets.silver.parsing import CONSERVED, NOTHING_REFUSED, OF_COMPANY, READABLE, parse_newest
from monette_assets.tables import Check, Column, Context, Contract, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE
from monette_assets.tables.reach import by_key, held_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.refusals import Parsed

SOURCE = ("bronze/quickbooks_reports.payloads",)


def _unbalanced(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    transaction = ["company", "period", "basis", "transaction_type", "transaction_id"]
    sums = staged.rows.groupBy(*transaction).agg(F.sum("amount").alias("difference"))
    return sums.where(F.col("difference") != 0)


def _unbalanced_in_its_currency(staged: Staged) -> DataFrame:
    """Transactions all of whose lines are in one foreign currency, and do not net to zero in it.

    A line in home currency alone has no foreign amount; such a transaction is not in one currency.
    """
    from pyspark.sql import functions as F

    transaction = ["company", "period", "basis", "transaction_type", "transaction_id"]
    sums = staged.rows.groupBy(*transaction).agg(
        F.max("currency").alias("currency"),
        F.min("currency").alias("other_currency"),  # counting distinct ones takes 100 times the memory
        F.count(F.when(F.col("currency").isNull() | F.col("foreign_amount").isNull(), 1)).alias("without"),
        F.sum("foreign_amount").alias("difference"),
    )
    shared = (F.col("currency") == F.col("other_currency")) & (F.col("without") == 0)
    return sums.where(shared & (F.col("difference") != 0)).drop("other_currency", "without")


CONTRACT = Contract(
    name="silver/general_ledger",
    description=(
        "Every posting of every company, one row a ledger line, as the general ledger report prints it. "
        "Identical lines of a transaction are kept apart by line_number."
    ),
    key=("company", "period", "basis", "transaction_type", "transaction_id", "account_id", "line_number"),
    layout=("period",),  # measured: a month is replaced without touching the others
    months_at_once=6,  # the engine reads payloads faster than they are parsed, and holds what waits
    inputs={
        "reports": Input(quickbooks_reports.CONTRACT, only=("report", ("general_ledger",))),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),  # their classification
        "documents": Input(documents.CONTRACT, Months.ALL, reach=held_back, for_checks=True),  # tell whose report it is
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_reports.company",)),
        Column("period", "date", "First day of the posting month.", source=("bronze/quickbooks_reports.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=SOURCE),
        Column("transaction_date", "date", "The document's date.", source=SOURCE),
        Column("transaction_type", "string", "As printed, in the company's language.", source=SOURCE),
        Column("transaction_id", "string", "QuickBooks' id, unique within company and type.", source=SOURCE),
        Column("line_number", "int", "From 1, within transaction and account.", source=SOURCE),
        Column("document_number", "string", "The document's own number.", nullable=True, source=SOURCE),
        Column("account_id", "string", "QuickBooks' id of the account.", source=SOURCE),
        Column("account_number", "string", "Number in the company's chart.", nullable=True, source=SOURCE),
        Column("account_name", "string", "Full name, parents first.", source=SOURCE),
        Column("contact_id", "string", "Customer, vendor or employee.", nullable=True, source=SOURCE),
        Column("contact_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("class_id", "string", "QuickBooks' id of the class.", nullable=True, source=SOURCE),
        Column("class_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("location_id", "string", "QuickBooks' id of the location.", nullable=True, source=SOURCE),
        Column("location_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("memo", "string", "Free text.", nullable=True, source=SOURCE),
        Column("split_account", "string", "The other side; -Split- means several.", nullable=True, source=SOURCE),
        Column("debit", MONEY, "Debit.", unit="home currency", nullable=True, source=SOURCE),
        Column("credit", MONEY, "Credit.", unit="home currency", nullable=True, source=SOURCE),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=SOURCE),
        Column("currency", "string", "Currency of the transaction.", nullable=True, source=SOURCE),
        Column("exchange_rate", RATE, "QuickBooks' rate of the transaction.", nullable=True, source=SOURCE),
        Column("foreign_amount", MONEY, "Debit positive.", unit="transaction currency", nullable=True, source=SOURCE),
        Column("is_adjustment", "boolean", "Whether it is marked as adjusting entry.", nullable=True, source=SOURCE),
        Column("created_at", "timestamp", "When the document was entered.", nullable=True, source=SOURCE),
        Column("modified_at", "timestamp", "When it was last changed.", nullable=True, source=SOURCE),
    ),
    checks=(
        READABLE,
        NOTHING_REFUSED,
        CONSERVED,
        OF_COMPANY,
        Check(
            name="double_entry",
            description="Debits = credits in home currency, per transaction, company and period.",
            rule="ACCOUNTING 1",
            failures=_unbalanced,
        ),
        Check(
            name="double_entry_in_its_currency",
            description="Debits = credits in transaction currency, where all lines of a transaction share one.",
            rule="ACCOUNTING 1",
            failures=_unbalanced_in_its_currency,
            severity=Severity.WARNS,  # statements rest on home currency; no recorded report of such a company is known
        ),
    ),
)


@table(CONTRACT)
def general_ledger(context: Context, reports: DataFrame, accounts: DataFrame) -> DataFrame:
    """The newest general ledger report of each company-month, parsed in the engine."""

    def parse_report(_report: str, payloads: Sequence[str], **facts: Any) -> Parsed:
        from monette_assets.sources.quickbooks.reports import parse_general_ledger

        return parse_general_ledger(payloads, **facts)

    return parse_newest(context, reports, accounts, ["general_ledger"], CONTRACT, parse_report)
