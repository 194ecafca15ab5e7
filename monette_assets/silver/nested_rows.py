"""Rows that silver/documents holds nested, as a table of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from monette_assets.tables import Contract

DOCUMENT = ("company", "period", "document_type", "document_id")


def rows_of(documents: DataFrame, name: str, identity: Sequence[str], contract: Contract) -> DataFrame:
    """One row a nested row; `identity` is what the table calls company, month, type and id of the document."""
    from pyspark.sql import functions as F

    own = [F.col(known).alias(called) for known, called in zip(DOCUMENT, identity, strict=True)]
    opened = documents.where(F.size(name) > 0).select(*own, F.explode(name).alias("nested"))
    return opened.select(*identity, "nested.*").select(*contract.column_names)


def stale(elsewhere: DataFrame, documents: DataFrame, name: str, identity: Sequence[str]) -> DataFrame:
    """The months whose rows are not those of the documents standing there now.

    Told by a sum over each company-month: rows weighted by a number made of their document's type and id.
    """
    from pyspark.sql import functions as F

    def weight(columns: Sequence[str]) -> Column:
        return F.pmod(F.xxhash64(*columns), F.lit(1 << 40))

    unit = ["company", "period"]
    ours = elsewhere.groupBy(*unit).agg(F.sum(weight(identity[2:])).alias("ours"))
    theirs = documents.groupBy(*unit).agg(F.sum(weight(DOCUMENT[2:]) * F.size(name)).alias("theirs"))
    return ours.join(theirs, unit, "left").where(F.col("ours") != F.coalesce("theirs", F.lit(0)))
