"""Every company's customers, vendors and employees as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_objects import NOTHING_REFUSED, conserved, current_objects, text
from monette_assets.tables import Column, Context, Contract, Input, Months, Partitions, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = ("bronze/quickbooks_objects.payload",)

KINDS = ("Customer", "Vendor", "Employee")

CONTRACT = Contract(
    name="silver/contacts",
    description="Every company's customers, vendors and employees, inactive and deleted ones included.",
    key=("company", "kind", "contact_id"),
    unit=("company",),
    partitions=Partitions.NONE,
    inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL, only=("entity", KINDS))},
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("kind", "string", "QuickBooks' object type; ids collide across them.", choices=KINDS, source=SOURCE),
        Column("contact_id", "string", "QuickBooks' id.", source=SOURCE),
        Column("contact_name", "string", "Display name.", source=SOURCE),
        Column("currency", "string", "Currency of the contact.", nullable=True, source=SOURCE),
        Column("is_active", "boolean", "Whether it may still be used.", source=SOURCE),
    ),
    checks=(NOTHING_REFUSED, conserved(*KINDS)),
)


@table(CONTRACT)
def contacts(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Customer, Vendor and Employee."""
    return current_objects(objects, KINDS, CONTRACT, _contact)


def _contact(entity: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": entity,
        "contact_id": found["Id"],
        "contact_name": found["DisplayName"],
        "currency": text(found, "CurrencyRef", "value"),
        "is_active": bool(found.get("Active", True)),
    }
