"""Open receivables and payables at each month's end, document by document, as QuickBooks' aging reports print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_reports
from monette_assets.silver import accounts
from monette_assets.silver.parsing import CONSERVED, NOTHING_REFUSED, READABLE, parse_newest
from monette_assets.tables import Column, Context, Contract, Input, Months, table
from monette_assets.tables.contract import MONEY
from monette_assets.tables.reach import nowhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.refusals import Parsed

SOURCE = ("bronze/quickbooks_reports.payloads",)
REPORTS = {"aged_payable_detail": "AgedPayableDetail", "aged_receivable_detail": "AgedReceivableDetail"}

CONTRACT = Contract(
    name="silver/agings",
    description=(
        "What customers owe and vendors are owed at the end of each month, one row an open document. Identical lines "
        "of a document are kept apart by line_number."
    ),
    key=("company", "period", "basis", "report", "transaction_type", "transaction_id", "contact_id", "line_number"),
    inputs={
        "reports": Input(quickbooks_reports.CONTRACT, only=("report", tuple(REPORTS))),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=nowhere),
    },
    balance=True,
    months_at_once=24,
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_reports.company",)),
        Column("period", "date", "First day of the month at whose end it is open.",
               source=("bronze/quickbooks_reports.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=SOURCE),
        Column("report", "string", "Payables or receivables.", choices=tuple(REPORTS),
               source=("bronze/quickbooks_reports.report",)),
        Column("contact_id", "string", "Customer or vendor; empty for none.", source=SOURCE),
        Column("contact_name", "string", "As printed; empty for none.", source=SOURCE),
        Column("transaction_date", "date", "The document's date.", source=SOURCE),
        Column("transaction_type", "string", "As printed, in the company's language.", source=SOURCE),
        Column("transaction_id", "string", "QuickBooks' id, unique within company and type.", source=SOURCE),
        Column("line_number", "int", "From 1, within document and contact.", source=SOURCE),
        Column("document_number", "string", "The document's own number.", nullable=True, source=SOURCE),
        Column("due_date", "date", "When it is due.", nullable=True, source=SOURCE),
        Column("bucket", "string", "As printed, in the company's language.", source=SOURCE),
        Column("amount", MONEY, "Of the document; empty where not printed.", unit="home currency", nullable=True,
               source=SOURCE),
        Column("open_balance", MONEY, "Owed by customers or to vendors positive.", unit="home currency",
               source=SOURCE),
    ),
    checks=(READABLE, NOTHING_REFUSED, CONSERVED),
)  # fmt: skip


@table(CONTRACT)
def agings(context: Context, reports: DataFrame, accounts: DataFrame) -> DataFrame:
    """The newest aging reports of each company-month, parsed in the engine."""

    def parse_report(
        report: str, payloads: Sequence[str], *, classification: object = None, **facts: Any
    ) -> Parsed:  # an aging needs no classification
        from monette_assets.sources.quickbooks.reports.agings import numbered, parse_agings

        parsed = parse_agings(payloads, REPORTS[report], **facts)  # type: ignore[arg-type]
        return numbered(parsed, report)

    return parse_newest(context, reports, accounts, tuple(REPORTS), CONTRACT, parse_report)
