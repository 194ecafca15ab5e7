"""Lists of names that lines are tagged with: an id, a full name and the item above, whatever the item is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_objects import NOTHING_REFUSED, conserved, current_objects, text
from monette_assets.tables import Column, Contract, Input, Months, Partitions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = ("bronze/quickbooks_objects.payload",)


def list_contract(name: str, *, item: str, items: str, entity: str, above: str) -> Contract:
    """The contract of such a list: `item` names its columns, `entity` is QuickBooks' object type."""
    return Contract(
        name=name,
        description=f"Every company's {items}, inactive and deleted ones included.",
        key=("company", f"{item}_id"),
        unit=("company",),
        partitions=Partitions.NONE,
        inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL, only=("entity", (entity,)))},
        columns=(
            Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
            Column(f"{item}_id", "string", "QuickBooks' id.", source=SOURCE),
            Column(f"{item}_name", "string", "Full name, parents first.", source=SOURCE),
            Column("parent_id", "string", f"The {above} above.", nullable=True, source=SOURCE),
            Column("is_active", "boolean", "Whether it may still be used.", source=SOURCE),
        ),
        checks=(NOTHING_REFUSED, conserved(entity)),
    )


def list_of(objects: DataFrame, entity: str, contract: Contract) -> DataFrame:
    """The newest version of every object of the type, as rows of its contract."""
    identifier, name = contract.column_names[1:3]

    def row(_entity: str, found: Mapping[str, Any]) -> dict[str, Any]:
        return {
            identifier: found["Id"],
            name: found.get("FullyQualifiedName") or found["Name"],
            "parent_id": text(found, "ParentRef", "value"),
            "is_active": bool(found.get("Active", True)),
        }

    return current_objects(objects, [entity], contract, row)
