"""The lines of documents, debit positive, and whether they add up to the document's total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.silver import documents
from monette_assets.silver.document_lines import CONTRACT, document_lines
from monette_assets.tables import Context, Severity, Staged
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.silver.objects import objects_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INVOICE = {
    "Id": "7",
    "TxnDate": "2024-11-05",
    "TotalAmt": 31.5,
    "TxnTaxDetail": {"TotalTax": 1.5},
    "DepartmentRef": {"value": "2"},
    "Line": [
        {
            "Id": "1",
            "Amount": 30,
            "Description": "durum",
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": "3"},
                "ItemAccountRef": {"value": "40"},
                "ClassRef": {"value": "9"},
            },
        },
        {"Amount": 30, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
    ],
}


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


def test_one_row_a_line(context: Context) -> None:
    read = documents.documents(context, objects=objects_of(context.spark, ("north", "Invoice", "2024-11-06", INVOICE)))
    lines = document_lines(context, documents=read)
    header = "line_number line_id detail_type account_id item_id class_id location_id description posting_type amount"
    assert shown(lines, f"company period document_type document_id {header}") == [
        ("north", "2024-11", "Invoice", "7", 1, "1", "SalesItemLineDetail", "40", "3", "9", "2", "durum", "Credit",
         "-30.00"),
        ("north", "2024-11", "Invoice", "7", 2, None, "TxnTaxDetail", None, None, None, "2", None, "Credit", "-1.50"),
    ]  # fmt: skip


def test_months_whose_lines_are_not_those_of_their_documents(context: Context) -> None:
    """Not asked for, yet computed too: a document left them, whether it has lines elsewhere now or none."""
    header = "period document_type document_id line_number"
    standing = rows(
        CONTRACT, header,
        ("2024-09", "Bill", "1", 1), ("2024-09", "Bill", "1", 2), ("2024-10", "Bill", "2", 1),
        ("2024-08", "Bill", "3", 1),
        company="north",
    )  # fmt: skip
    line = dict.fromkeys(column.name for column in documents.LINES)
    heads = [
        {**row, "lines": [tuple(line.values())] * count}
        for row, count in zip(
            rows(
                documents.CONTRACT, "period document_type document_id",
                ("2024-09", "Bill", "1"), ("2024-11", "Bill", "2"), ("2024-08", "Bill", "3"),
                company="north",
            ),
            (2, 0, 2),
            strict=True,
        )
    ]  # fmt: skip
    spark = context.spark
    empty = frame(spark, CONTRACT)
    staged = Staged(empty, empty, empty, {"documents": frame(spark, documents.CONTRACT, heads)}, context)
    assert CONTRACT.left_behind
    found = CONTRACT.left_behind(staged, frame(spark, CONTRACT, standing))
    assert shown(found, "company period") == [("north", "2024-08"), ("north", "2024-10")]


def test_lines_that_do_not_add_up_are_warned_of(context: Context) -> None:
    header = "document_type document_id line_number amount"
    lines = rows(
        CONTRACT, header,
        ("Invoice", "1", 1, "-30.00"), ("Invoice", "1", 2, "-1.50"), ("Invoice", "2", 1, "-30.00"),
        ("JournalEntry", "3", 1, "5.00"), ("JournalEntry", "3", 2, "-5.00"), ("JournalEntry", "4", 1, "5.00"),
        company="north", period="2024-11",
    )  # fmt: skip
    heads = rows(
        documents.CONTRACT, "document_type document_id total",
        ("Invoice", "1", "31.50"), ("Invoice", "2", "31.50"), ("JournalEntry", "3", "5.00"),
        ("JournalEntry", "4", "5.00"),
        company="north", period="2024-11",
    )  # fmt: skip
    spark = context.spark
    found = failures(
        CONTRACT, "adds_up", context, frame(spark, CONTRACT, lines), documents=frame(spark, documents.CONTRACT, heads)
    )
    assert shown(found, "document_type document_id lines total") == [
        ("Invoice", "2", "30.00", "31.50"), ("JournalEntry", "4", "5.00", "5.00"),
    ]  # fmt: skip
    assert next(check for check in CONTRACT.checks if check.name == "adds_up").severity is Severity.WARNS
