"""Every company's documents as they stand: invoices, bills, payments, deposits, transfers, journal entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_documents import CONSERVED, NOTHING_REFUSED, current_documents, months_of_documents
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Column, Context, Contract, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, RATE, nested

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.documents import Document

SOURCE = ("bronze/quickbooks_objects.payload",)
IDENTITY = ["company", "document_type", "document_id"]

# The rows of silver/document_lines and silver/document_links: read once, with the document they belong to.
LINES = (
    Column("line_number", "int", "From 1, in the document's order."),
    Column("line_id", "string", "QuickBooks' id within the document.", nullable=True),
    Column("detail_type", "string", "QuickBooks' kind of line; TxnTaxDetail is sales tax."),
    Column("account_id", "string", "Where it posts; empty where only the item knows.", nullable=True),
    Column("item_id", "string", "What was sold or bought.", nullable=True),
    Column("class_id", "string", "QuickBooks' id of the class.", nullable=True),
    Column("location_id", "string", "The line's, else the document's.", nullable=True),
    Column("description", "string", "Free text.", nullable=True),
    Column("posting_type", "string", "The side the line stands on.", choices=("Debit", "Credit")),
    Column("amount", MONEY, "Debit positive.", unit="transaction currency"),
)
LINKS = (
    Column("link_number", "int", "From 1, within the document."),
    Column("line_number", "int", "The line it belongs to; empty: the whole document.", nullable=True),
    Column("to_type", "string", "Type of the other document, an estimate or the like included."),
    Column("to_id", "string", "Its id."),
    Column("amount", MONEY, "Applied, as written; empty where none is told.", unit="transaction currency",
           nullable=True),
    Column("home_amount", MONEY, "amount at the document's rate.", unit="home currency", nullable=True),
)  # fmt: skip


def _moved(staged: Staged, elsewhere: DataFrame) -> DataFrame:
    """A document stands in one month: those that are now in a month that was read, or refused there."""
    from pyspark.sql import functions as F

    refused = staged.refused.select(
        "company", F.col("_transaction_type").alias("document_type"), F.col("_transaction_id").alias("document_id")
    )
    here = staged.rows.select(*IDENTITY).unionByName(refused)
    return elsewhere.join(F.broadcast(here), IDENTITY, "left_semi")


CONTRACT = Contract(
    name="silver/documents",
    description=(
        "The newest version of every document, deleted ones left out, one row a document. Amounts as the document "
        "writes them: a credit memo's total is positive too. A document from before a company's first month stands in "
        "that month."
    ),
    key=("company", "document_type", "document_id"),
    layout=("period",),
    inputs={
        "objects": Input(
            quickbooks_objects.CONTRACT, Months.ALL, only=("entity", DOCUMENT_ENTITIES), reach=months_of_documents
        )
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("period", "date", "First day of the document's month.", source=SOURCE),
        Column("document_type", "string", "QuickBooks' object type; ids collide across them.",
               choices=DOCUMENT_ENTITIES, source=("bronze/quickbooks_objects.entity",)),
        Column("document_id", "string", "QuickBooks' id, unique within company and type.", source=SOURCE),
        Column("document_date", "date", "The document's date.", source=SOURCE),
        Column("due_date", "date", "When it is due.", nullable=True, source=SOURCE),
        Column("document_number", "string", "The document's own number.", nullable=True, source=SOURCE),
        Column("contact_kind", "string", "Customer, Vendor or Employee.", nullable=True, source=SOURCE),
        Column("contact_id", "string", "QuickBooks' id of the contact.", nullable=True, source=SOURCE),
        Column("contact_name", "string", "As the document names it.", nullable=True, source=SOURCE),
        Column("account_id", "string", "Bank, receivable or payable account of the whole document, where named.",
               nullable=True, source=SOURCE),
        Column("location_id", "string", "QuickBooks' id of the location.", nullable=True, source=SOURCE),
        Column("currency", "string", "Currency of the document; home currency where it names none.", source=SOURCE),
        Column("exchange_rate", RATE, "Home currency for one unit.", nullable=True, source=SOURCE),
        Column("total", MONEY, "The debits of a journal entry.", unit="transaction currency", source=SOURCE),
        Column("home_total", MONEY, "Where QuickBooks tells it, or the currency is the home currency.",
               unit="home currency", nullable=True, source=SOURCE),
        Column("private_note", "string", "Free text.", nullable=True, source=SOURCE),
        Column("created_at", "timestamp", "When it was entered.", nullable=True, source=SOURCE),
        Column("modified_at", "timestamp", "When it was last changed.", nullable=True, source=SOURCE),
        Column("lines", nested(LINES), "What silver/document_lines makes rows of.", source=SOURCE),
        Column("links", nested(LINKS), "What silver/document_links makes rows of.", source=SOURCE),
    ),
    checks=(NOTHING_REFUSED, CONSERVED),
    left_behind=_moved,
)  # fmt: skip


@table(CONTRACT)
def documents(context: Context, objects: DataFrame) -> DataFrame:
    """One row a document."""

    def row(document: Document) -> Sequence[Any]:
        head = document.head
        return (
            document.entity, document.id, head.day, head.due_date, head.number, head.contact_kind, head.contact_id,
            head.contact_name, head.account_id, head.location_id, head.currency, head.exchange_rate, head.total,
            head.home_total, head.private_note, head.created_at, head.modified_at, document.lines, document.links,
        )  # fmt: skip

    return current_documents(context, objects, CONTRACT, row)
