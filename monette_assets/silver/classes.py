"""Every company's classes as they stand."""

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
    name="silver/classes",
    description="Every company's classes, inactive and deleted ones included.",
    key=("company", "class_id"),
    unit=("company",),
    partitions=Partitions.NONE,
    inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL, only=("entity", ("Class",)))},
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("class_id", "string", "QuickBooks' id.", source=SOURCE),
        Column("class_name", "string", "Full name, parents first.", source=SOURCE),
        Column("parent_id", "string", "The class above.", nullable=True, source=SOURCE),
        Column("is_active", "boolean", "Whether it may still be used.", source=SOURCE),
    ),
    checks=(NOTHING_REFUSED,),
)


@table(CONTRACT)
def classes(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Class."""
    return current_objects(objects, ["Class"], CONTRACT, _class)


def _class(_entity: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "class_id": found["Id"],
        "class_name": found.get("FullyQualifiedName") or found["Name"],
        "parent_id": text(found, "ParentRef", "value"),
        "is_active": bool(found.get("Active", True)),
    }
