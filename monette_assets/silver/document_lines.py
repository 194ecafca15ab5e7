"""The lines of every document: account or item, class, location, amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver import documents
from monette_assets.silver.current_documents import NOTHING_REFUSED, current_documents
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Check, Column, Context, Contract, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.documents import Document

SOURCE = ("bronze/quickbooks_objects.payload",)
DOCUMENT = ["company", "period", "document_type", "document_id"]


def _adds_up_not(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    balanced = F.col("document_type").isin("JournalEntry", "Transfer")
    expected = F.when(balanced, F.lit(0)).otherwise(F.col("total"))
    sums = staged.rows.groupBy(*DOCUMENT).agg(F.abs(F.sum("amount")).alias("lines"))
    both = sums.join(staged.inputs["documents"].select(*DOCUMENT, "total"), DOCUMENT)
    return both.where(F.col("lines") != expected).select(*DOCUMENT, "lines", "total")


CONTRACT = Contract(
    name="silver/document_lines",
    description=(
        "The lines of every document that post somewhere, bundles opened, subtotals left out; sales tax and cash back "
        "as lines of their own. What a payment settles is in silver/document_links."
    ),
    key=("company", "document_type", "document_id", "line_number"),
    inputs={
        "objects": Input(quickbooks_objects.CONTRACT, Months.ALL),
        "documents": Input(documents.CONTRACT),  # their totals
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("period", "date", "First day of the document's month.", source=SOURCE),
        Column("document_type", "string", "QuickBooks' object type.", choices=DOCUMENT_ENTITIES,
               source=("bronze/quickbooks_objects.entity",)),
        Column("document_id", "string", "QuickBooks' id, unique within company and type.", source=SOURCE),
        Column("line_number", "int", "From 1, in the document's order.", source=SOURCE),
        Column("line_id", "string", "QuickBooks' id within the document.", nullable=True, source=SOURCE),
        Column("detail_type", "string", "QuickBooks' kind of line; TxnTaxDetail is sales tax.", source=SOURCE),
        Column("account_id", "string", "Where it posts; empty where only the item knows.", nullable=True,
               source=SOURCE),
        Column("item_id", "string", "What was sold or bought.", nullable=True, source=SOURCE),
        Column("class_id", "string", "QuickBooks' id of the class.", nullable=True, source=SOURCE),
        Column("location_id", "string", "The line's, else the document's.", nullable=True, source=SOURCE),
        Column("description", "string", "Free text.", nullable=True, source=SOURCE),
        Column("posting_type", "string", "The side the line stands on.", choices=("Debit", "Credit"), source=SOURCE),
        Column("amount", MONEY, "Debit positive.", unit="transaction currency", source=SOURCE),
    ),
    checks=(
        NOTHING_REFUSED,
        Check("adds_up", "A document's lines sum to its total; a journal entry's and a transfer's to zero.",
              "ACCOUNTING 7", _adds_up_not, Severity.WARNS),
    ),
)  # fmt: skip


@table(CONTRACT)
def document_lines(context: Context, objects: DataFrame, documents: DataFrame) -> DataFrame:
    """One row a line."""
    return current_documents(context, objects, CONTRACT, _rows)


def _rows(document: Document) -> Iterator[tuple[Any, ...]]:
    for line in document.lines:
        yield (document.entity, document.id, *line)
