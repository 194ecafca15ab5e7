"""Income and expense postings with class, location and sign, from the profit and loss detail report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_reports
from monette_assets.silver import accounts, documents
from monette_assets.silver.parsing import CONSERVED, NOTHING_REFUSED, OF_COMPANY, READABLE, parse_newest
from monette_assets.tables import Column, Context, Contract, Input, Months, table
from monette_assets.tables.contract import MONEY
from monette_assets.tables.reach import by_key, held_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.refusals import Parsed

SOURCE = ("bronze/quickbooks_reports.payloads",)

CONTRACT = Contract(
    name="silver/profit_and_loss_lines",
    description=(
        "Income and expense postings as the profit and loss detail report prints them: section and natural sign."
    ),
    key=("company", "period", "basis", "account_id", "transaction_type", "transaction_id", "line_number"),
    layout=("period",),
    months_at_once=24,
    inputs={
        "reports": Input(quickbooks_reports.CONTRACT, only=("report", ("profit_and_loss_detail",))),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),  # their classification
        "documents": Input(documents.CONTRACT, Months.ALL, reach=held_back, for_checks=True),  # tell whose report it is
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_reports.company",)),
        Column("period", "date", "First day of the posting month.", source=("bronze/quickbooks_reports.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=SOURCE),
        Column("section", "string", "Section of the statement.", source=SOURCE),
        Column("account_id", "string", "QuickBooks' id of the account.", source=SOURCE),
        Column("account_name", "string", "Full name, parents first.", source=SOURCE),
        Column("transaction_date", "date", "The document's date.", source=SOURCE),
        Column("transaction_type", "string", "As printed, in the company's language.", source=SOURCE),
        Column("transaction_id", "string", "QuickBooks' id, unique within company and type.", source=SOURCE),
        Column("line_number", "int", "From 1, within transaction and account.", source=SOURCE),
        Column("document_number", "string", "The document's own number.", nullable=True, source=SOURCE),
        Column("contact_id", "string", "Customer, vendor or employee.", nullable=True, source=SOURCE),
        Column("contact_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("class_id", "string", "QuickBooks' id of the class.", nullable=True, source=SOURCE),
        Column("class_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("location_id", "string", "QuickBooks' id of the location.", nullable=True, source=SOURCE),
        Column("location_name", "string", "As printed.", nullable=True, source=SOURCE),
        Column("memo", "string", "Free text.", nullable=True, source=SOURCE),
        Column("split_account", "string", "The other side; -Split- means several.", nullable=True, source=SOURCE),
        Column("amount", MONEY, "Natural sign of its section.", unit="home currency", source=SOURCE),
        Column("ledger_amount", MONEY, "Debit positive.", unit="home currency", source=SOURCE),
    ),
    checks=(READABLE, NOTHING_REFUSED, CONSERVED, OF_COMPANY),
)


@table(CONTRACT)
def profit_and_loss_lines(context: Context, reports: DataFrame, accounts: DataFrame) -> DataFrame:
    """The newest profit and loss detail of each company-month, parsed in the engine."""

    def parse_report(_report: str, payloads: Sequence[str], **facts: Any) -> Parsed:
        from monette_assets.sources.quickbooks.reports import parse_profit_and_loss_detail

        return parse_profit_and_loss_detail(payloads, **facts)

    return parse_newest(context, reports, accounts, ["profit_and_loss_detail"], CONTRACT, parse_report)
