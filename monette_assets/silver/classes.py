"""Every company's classes as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.silver.named_items import list_contract, list_of
from monette_assets.tables import Context, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CONTRACT = list_contract("silver/classes", item="class", items="classes", entity="Class", above="class")


@table(CONTRACT)
def classes(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Class."""
    return list_of(objects, "Class", CONTRACT)
