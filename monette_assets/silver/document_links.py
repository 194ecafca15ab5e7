"""Which document settles, deposits or belongs to which, and by how much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monette_assets.silver import documents as silver_documents
from monette_assets.silver.nested_rows import rows_of, stale
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Column, Context, Contract, Input, Staged, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

DOCUMENTS = "silver/documents"
FROM = ["company", "period", "from_type", "from_id"]


def _moved(staged: Staged, elsewhere: DataFrame) -> DataFrame:
    return stale(elsewhere, staged.inputs["documents"], "links", FROM)


CONTRACT = Contract(
    name="silver/document_links",
    description=(
        "The links every document names. A link of a line says how much it applies (a payment's line: this much of "
        "that invoice; a deposit's line: that payment); a link of the whole document only says that there is one, and "
        "repeats those of its lines and of the documents that settle it."
    ),
    key=("company", "from_type", "from_id", "link_number"),
    inputs={"documents": Input(silver_documents.CONTRACT)},
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{DOCUMENTS}.company",)),
        Column("period", "date", "First day of the month of the document that names the link.",
               source=(f"{DOCUMENTS}.period",)),
        Column("from_type", "string", "Type of the document that names the link.", choices=DOCUMENT_ENTITIES,
               source=(f"{DOCUMENTS}.document_type",)),
        Column("from_id", "string", "Its id.", source=(f"{DOCUMENTS}.document_id",)),
        *(replace(column, source=(f"{DOCUMENTS}.links",)) for column in silver_documents.LINKS),
    ),
    left_behind=_moved,
)  # fmt: skip


@table(CONTRACT)
def document_links(context: Context, documents: DataFrame) -> DataFrame:
    """One row a link."""
    return rows_of(documents, "links", FROM, CONTRACT)
