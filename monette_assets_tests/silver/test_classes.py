"""Every company's classes as they stand, parents before names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.silver.classes import classes
from monette_assets_tests.frames import context_of, group_of, shown
from monette_assets_tests.silver.objects import objects_of

if TYPE_CHECKING:
    import pytest
    from pyspark.sql import SparkSession


def test_the_newest_version_of_each(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    objects = objects_of(
        spark,
        ("north", "Class", "2024-11-01", {"Id": "1", "Name": "Old"}),
        (
            "north",
            "Class",
            "2024-12-01",
            {
                "Id": "1",
                "Name": "Home",
                "FullyQualifiedName": "Farm:Home",
                "ParentRef": {"value": "9"},
                "Active": False,
            },
        ),
        ("south", "Class", "2024-11-01", {"Id": "1", "Name": "O'Neil's; DROP TABLE x"}),
        ("south", "Class", "2024-11-01", {"Id": "2"}),
        ("south", "Account", "2024-11-01", {"Id": "3", "Name": "No class"}),
    )
    found = [row.asDict() for row in classes(context, objects=objects).collect()]
    published = [row for row in found if row["_kind"] == "row"]
    assert shown(published, "company class_id class_name parent_id is_active") == [
        ("north", "1", "Farm:Home", "9", False),
        ("south", "1", "O'Neil's; DROP TABLE x", None, True),
    ]
    refused = [row for row in found if row["_kind"] == "refused"]
    assert shown(refused, "company _reason") == [
        ("south", "south: Class 2: expected an object with its required fields, found KeyError: 'Name'"),
    ]
