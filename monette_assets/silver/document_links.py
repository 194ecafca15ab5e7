"""Which document settles, deposits or belongs to which, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_documents import NOTHING_REFUSED, current_documents
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Column, Context, Contract, Input, Months, table
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.documents import Document

SOURCE = ("bronze/quickbooks_objects.payload",)

CONTRACT = Contract(
    name="silver/document_links",
    description=(
        "The links every document names. A link of a line says how much it applies (a payment's line: this much of "
        "that invoice; a deposit's line: that payment); a link of the whole document only says that there is one, and "
        "repeats those of its lines and of the documents that settle it."
    ),
    key=("company", "from_type", "from_id", "link_number"),
    inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL)},
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("period", "date", "First day of the month of the document that names the link.", source=SOURCE),
        Column("from_type", "string", "Type of the document that names the link.", choices=DOCUMENT_ENTITIES,
               source=("bronze/quickbooks_objects.entity",)),
        Column("from_id", "string", "Its id.", source=SOURCE),
        Column("link_number", "int", "From 1, within the document.", source=SOURCE),
        Column("line_number", "int", "The line it belongs to; empty: the whole document.", nullable=True,
               source=SOURCE),
        Column("to_type", "string", "Type of the other document, an estimate or the like included.", source=SOURCE),
        Column("to_id", "string", "Its id.", source=SOURCE),
        Column("amount", MONEY, "Applied, as written; empty where none is told.", unit="transaction currency",
               nullable=True, source=SOURCE),
        Column("home_amount", MONEY, "amount at the document's rate.", unit="home currency", nullable=True,
               source=SOURCE),
    ),
    checks=(NOTHING_REFUSED,),
)  # fmt: skip


@table(CONTRACT)
def document_links(context: Context, objects: DataFrame) -> DataFrame:
    """One row a link."""
    return current_documents(context, objects, CONTRACT, _rows)


def _rows(document: Document) -> Iterator[tuple[Any, ...]]:
    for link in document.links:
        yield (document.entity, document.id, *link)
