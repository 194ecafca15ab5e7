"""Every company's locations as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.silver.named_items import list_contract, list_of
from monette_assets.tables import Context, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CONTRACT = list_contract(
    "silver/locations", item="location", items="locations", entity="Department", above="location (farm, ranch)"
)


@table(CONTRACT)
def locations(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Department."""
    return list_of(objects, "Department", CONTRACT)
