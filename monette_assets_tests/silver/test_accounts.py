"""The newest version of every account; a deleted one stays, inactive; an unreadable one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.silver.accounts import CONTRACT, accounts
from monette_assets_tests.frames import Row, context_of, group_of, parsed_failures, shown
from monette_assets_tests.silver.objects import objects_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def account(identifier: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Id": identifier, "Name": name, "AccountType": "Bank", "Classification": "Asset", **more}


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    full = {
        "AcctNum": "1000", "FullyQualifiedName": "Bank:Chequing", "AccountSubType": "Checking",
        "ParentRef": {"value": "9"}, "CurrencyRef": {"value": "CAD"}, "Active": False,
    }  # fmt: skip
    objects = objects_of(
        spark,
        ("north", "Account", "2024-11-01", account("1", "Old name")),
        ("north", "Account", "2024-12-01", account("1", "Chequing", **full)),
        ("north", "Account", "2024-11-01", account("2", '=1+1 "🚜" \'; --', AcctNum="")),
        ("south", "Account", "2024-11-01", account("1", "Another company's", AcctNum=4010)),
        # deleted, and back again
        ("north", "Account", "2024-11-01", account("3", "Gone")),
        ("north", "Vendor", "2024-11-01", {"Id": "4", "DisplayName": "No account"}),
        ("south", "Account", "2024-11-01", {"Id": "5", "Name": "No type", "Classification": "Asset"}),
        ("south", "Account", "2024-11-01", {"Id": "6", "Name": None, "AccountType": "Bank", "Classification": "Asset"}),
    )
    return [row.asDict() for row in accounts(context, objects=objects).collect()]


def test_the_newest_version_with_its_fields(found: list[Row]) -> None:
    header = "company account_id account_number account_name account_sub_type parent_id currency is_active"
    published = [row for row in found if row["_kind"] == "row" and row["account_id"] in ("1", "2", "3")]
    assert shown(published, header) == [
        ("north", "1", "1000", "Bank:Chequing", "Checking", "9", "CAD", False),
        ("north", "2", None, '=1+1 "🚜" \'; --', None, None, None, True),
        ("north", "3", None, "Gone", None, None, None, True),
        ("south", "1", "4010", "Another company's", None, None, None, True),
    ]


def test_an_object_without_a_required_field_is_refused_by_name(found: list[Row]) -> None:
    refused = {row["_transaction_id"]: row["_reason"] for row in found if row["_kind"] == "refused"}
    assert refused["5"] == (
        "south: Account 5: expected an object with its required fields, found KeyError: 'AccountType'"
    )


def test_a_deleted_account_stays_inactive_until_it_comes_back(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Postings still refer to it."""
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    there, gone = ("north", "Account", "2024-11-01", account("1", "Bank")), ("north", "Account", "2024-12-01", None)
    back = ("north", "Account", "2025-01-01", account("1", "Bank again"))
    other = ("south", "Account", "2024-11-01", account("1", "Not deleted"))
    once = accounts(context, objects=objects_of(spark, there, gone, other))
    assert shown(once, "company account_name is_active") == [
        ("north", "Bank", False), ("south", "Not deleted", True),
    ]  # fmt: skip
    again = accounts(context, objects=objects_of(spark, there, gone, back))
    assert shown(again, "company account_name is_active") == [("north", "Bank again", True)]


def test_half_a_json_is_refused_and_kept_as_it_came(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    found = accounts(context, objects=objects_of(spark, ("north", "Account", "2024-11-01", '{"Id": "1", "Na')))
    assert [(row["_kind"], row["company"], row["_raw"]) for row in found.collect()] == [
        ("refused", "north", '{"Id": "1", "Na')
    ]


def test_every_object_of_the_list_is_a_row_or_a_refusal(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """ACCOUNTING 7: two versions are one object, a deleted one is a row, another list's are not counted."""
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")))
    objects = objects_of(
        spark,
        ("north", "Account", "2024-11-01", account("1", "Bank")),
        ("north", "Account", "2024-12-01", account("1", "Chequing")),
        ("north", "Account", "2024-12-02", None),
        ("north", "Account", "2024-11-01", account("2", "Savings")),
        ("north", "Account", "2024-11-01", {"Id": "3", "Name": "No type"}),
        ("north", "Vendor", "2024-11-01", {"Id": "4", "DisplayName": "No account"}),
    )
    found = accounts(context, objects=objects)
    assert parsed_failures(CONTRACT, "conserved", context, found, objects=objects) == []
    lost = found.where("account_id is null or account_id <> '2'")
    wrong = parsed_failures(CONTRACT, "conserved", context, lost, objects=objects)
    assert shown(wrong, "company objects published refused") == [("north", 3, 1, 1)]
