"""Customers, vendors and employees: their ids collide, their kind tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.silver.contacts import contacts
from monette_assets_tests.frames import context_of, group_of, shown
from monette_assets_tests.silver.objects import objects_of

if TYPE_CHECKING:
    import pytest
    from pyspark.sql import SparkSession


def test_the_newest_version_of_each(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    objects = objects_of(
        spark,
        (
            "north",
            "Customer",
            "2024-11-01",
            {"Id": "1", "DisplayName": 'Grain "Buyer" 🚜', "CurrencyRef": {"value": "CAD"}},
        ),
        ("north", "Vendor", "2024-11-01", {"Id": "1", "DisplayName": "=Fuel"}),
        ("north", "Employee", "2024-11-01", {"Id": "1", "DisplayName": "Pat", "Active": False}),
        ("south", "Vendor", "2024-11-01", {"Id": "2", "GivenName": "Nobody"}),
        ("south", "Vendor", "2024-11-01", {"Id": "3", "DisplayName": "Deleted"}),
        ("south", "Customer", "2024-11-02", None),
    )
    found = [row.asDict() for row in contacts(context, objects=objects).collect()]
    published = [row for row in found if row["_kind"] == "row"]
    assert shown(published, "company kind contact_id contact_name currency is_active") == [
        ("north", "Customer", "1", 'Grain "Buyer" 🚜', "CAD", True),
        ("north", "Employee", "1", "Pat", None, False),
        ("north", "Vendor", "1", "=Fuel", None, True),
        ("south", "Vendor", "3", "Deleted", None, True),
    ]
    refused = [row for row in found if row["_kind"] == "refused"]
    assert shown(refused, "company _reason") == [
        ("south", "south: Vendor 2: expected an object with its required fields, found KeyError: 'DisplayName'"),
    ]
