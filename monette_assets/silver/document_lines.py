"""The lines of every document: account or item, class, location, amount."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monette_assets.silver import documents as silver_documents
from monette_assets.silver.nested_rows import rows_of, stale
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Check, Column, Context, Contract, Input, Severity, Staged, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

DOCUMENTS = "silver/documents"
DOCUMENT = ["company", "period", "document_type", "document_id"]


def _adds_up_not(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    balanced = F.col("document_type").isin("JournalEntry", "Transfer")
    expected = F.when(balanced, F.lit(0)).otherwise(F.col("total"))
    sums = staged.rows.groupBy(*DOCUMENT).agg(F.abs(F.sum("amount")).alias("lines"))
    both = sums.join(staged.inputs["documents"].select(*DOCUMENT, "total"), DOCUMENT)
    return both.where(F.col("lines") != expected).select(*DOCUMENT, "lines", "total")


def _moved(staged: Staged, elsewhere: DataFrame) -> DataFrame:
    return stale(elsewhere, staged.inputs["documents"], "lines", DOCUMENT)


CONTRACT = Contract(
    name="silver/document_lines",
    description=(
        "The lines of every document that post somewhere, bundles opened, subtotals left out; sales tax and cash back "
        "as lines of their own. What a payment settles is in silver/document_links."
    ),
    key=("company", "document_type", "document_id", "line_number"),
    inputs={"documents": Input(silver_documents.CONTRACT)},
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{DOCUMENTS}.company",)),
        Column("period", "date", "First day of the document's month.", source=(f"{DOCUMENTS}.period",)),
        Column("document_type", "string", "QuickBooks' object type.", choices=DOCUMENT_ENTITIES,
               source=(f"{DOCUMENTS}.document_type",)),
        Column("document_id", "string", "QuickBooks' id, unique within company and type.",
               source=(f"{DOCUMENTS}.document_id",)),
        *(replace(column, source=(f"{DOCUMENTS}.lines",)) for column in silver_documents.LINES),
    ),
    checks=(
        Check("adds_up", "A document's lines sum to its total; a journal entry's and a transfer's to zero.",
              "ACCOUNTING 7", _adds_up_not, Severity.WARNS),
    ),
    left_behind=_moved,
)  # fmt: skip


@table(CONTRACT)
def document_lines(context: Context, documents: DataFrame) -> DataFrame:
    """One row a line."""
    return rows_of(documents, "lines", DOCUMENT, CONTRACT)
