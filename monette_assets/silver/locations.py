"""Every company's locations as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_objects import NOTHING_REFUSED, current_objects, text
from monette_assets.tables import Column, Context, Contract, Input, Months, Partitions, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = ("bronze/quickbooks_objects.payload",)

CONTRACT = Contract(
    name="silver/locations",
    description="Every company's locations, inactive and deleted ones included.",
    key=("company", "location_id"),
    unit=("company",),
    partitions=Partitions.NONE,
    inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL, only=("entity", ("Department",)))},
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("location_id", "string", "QuickBooks' id.", source=SOURCE),
        Column("location_name", "string", "Full name, parents first.", source=SOURCE),
        Column("parent_id", "string", "The location (farm, ranch) above.", nullable=True, source=SOURCE),
        Column("is_active", "boolean", "Whether it may still be used.", source=SOURCE),
    ),
    checks=(NOTHING_REFUSED,),
)


@table(CONTRACT)
def locations(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Department."""
    return current_objects(objects, ["Department"], CONTRACT, _location)


def _location(_entity: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "location_id": found["Id"],
        "location_name": found.get("FullyQualifiedName") or found["Name"],
        "parent_id": text(found, "ParentRef", "value"),
        "is_active": bool(found.get("Active", True)),
    }
