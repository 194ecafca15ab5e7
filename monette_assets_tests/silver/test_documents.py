"""The newest version of every document of the months asked for; deleted ones out; what is not understood refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import quickbooks_objects
from monette_assets.bronze.appending import append_commit
from monette_assets.lake import Lake
from monette_assets.silver.document_lines import document_lines
from monette_assets.silver.document_links import document_links
from monette_assets.silver.documents import CONTRACT, documents
from monette_assets.tables import Context, Severity
from monette_assets.tables.refresh import refresh
from monette_assets.tables.table import staging_ddl
from monette_assets_tests.frames import NOW, Row, context_of, group_of, shown
from monette_assets_tests.silver.objects import Version, object_rows, objects_of

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

    from monette_assets.tables.judge import Judge


def bill(identifier: str, day: Any, total: Any = 5, **more: Any) -> dict[str, Any]:
    detail = {"AccountRef": {"value": "60"}}
    line = {"Amount": total, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    return {"Id": identifier, "TxnDate": day, "TotalAmt": total, "Line": [line], **more}


@pytest.fixture(scope="module", params=[True, False], ids=["looked up", "joined"])
def context(request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    months = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")
    return replace(months, embedded=request.param)


def read(context: Context, *versions: Version) -> list[Row]:
    return [row.asDict() for row in documents(context, objects=objects_of(context.spark, *versions)).collect()]


def rows(found: list[Row], kind: str = "row") -> list[Row]:
    return [row for row in found if row["_kind"] == kind]


def test_the_newest_version_of_each(context: Context) -> None:
    found = read(
        context,
        ("north", "Bill", "2024-11-06", bill("1", "2024-11-05")),
        ("north", "Bill", "2024-11-08", bill("1", "2024-11-05", 7.25, DueDate="2024-12-05")),
        ("north", "Bill", "2024-11-07", bill("1", "2024-11-05", 6)),
        ("north", "VendorCredit", "2024-11-07", bill("1", "2024-12-09", 1)),
        ("south", "Bill", "2024-11-07", bill("1", "2024-11-30", 2)),
        ("north", "Vendor", "2024-11-07", {"Id": "1", "DisplayName": "no document"}),
    )
    assert shown(rows(found), "company period document_type total home_total currency due_date") == [
        ("north", "2024-11", "Bill", "7.25", "7.25", "CAD", "2024-12-05"),
        ("north", "2024-12", "VendorCredit", "1.00", "1.00", "CAD", None),
        ("south", "2024-11", "Bill", "2.00", "2.00", "USD", None),
    ]


def test_a_deleted_document_is_out_until_it_comes_back(context: Context) -> None:
    there, gone = ("north", "Bill", "2024-11-06", bill("1", "2024-11-05")), ("north", "Bill", "2024-11-07", None)
    assert rows(read(context, there, gone)) == []
    back = ("north", "Bill", "2024-11-08", bill("1", "2024-11-05", 9))
    assert shown(rows(read(context, there, gone, back)), "total") == [("9.00",)]


def test_a_document_moved_to_another_month_leaves_the_first(context: Context) -> None:
    moved = bill("1", "2024-12-01")
    found = read(
        context, ("north", "Bill", "2024-11-06", bill("1", "2024-11-30")), ("north", "Bill", "2024-12-06", moved)
    )
    assert shown(rows(found), "period document_date") == [("2024-12", "2024-12")]


def test_of_two_versions_of_one_moment_one_is_taken_always_the_same(context: Context) -> None:
    two = [("north", "Bill", "2024-11-06", bill("1", "2024-11-05", total)) for total in (5, 6)]
    objects = objects_of(context.spark, *two)
    found = [documents(context, objects=each).collect() for each in (objects, objects.orderBy("content_hash"))]
    totals = [[row["total"] for row in each if row["_kind"] == "row"] for each in found]
    assert totals[0] == totals[1]
    assert len(totals[0]) == 1


def test_a_moved_document_leaves_its_old_month_though_only_the_new_one_is_refreshed(
    context: Context, judge: Judge, tmp_path: Path
) -> None:
    lake, group, spark = Lake(str(tmp_path)), context.group, context.spark
    runs = iter(range(100))

    def fetched(*versions: Version) -> None:
        append_commit(lake, quickbooks_objects.CONTRACT, object_rows(*versions), f"{next(runs)}", group, NOW)

    def refreshed(*months: str) -> list[list[Any]]:
        for each in (documents, document_lines, document_links):
            asked = replace(context_of(spark, group, *months), embedded=context.embedded)
            refresh(each, context=asked, lake=lake, judge=judge, run_id=f"{next(runs)}")
        return [
            shown(lake.read(name).to_pylist(), f"period {identifier}")
            for name, identifier in (
                ("silver/documents", "document_id"), ("silver/document_lines", "document_id"),
                ("silver/document_links", "from_id"),
            )
        ]  # fmt: skip

    paid = {"LinkedTxn": [{"TxnId": "9", "TxnType": "BillPaymentCheck"}]}
    fetched(
        ("north", "Bill", "2024-11-06", bill("1", "2024-11-05", **paid)),
        ("north", "Bill", "2024-11-06", bill("2", "2024-11-05", **paid)),
        ("north", "Bill", "2024-11-06", bill("3", "2024-12-05", **paid)),
    )
    before = [("2024-11", "1"), ("2024-11", "2"), ("2024-12", "3")]
    assert refreshed("2024-11", "2024-12", "2025-01") == [before, before, before]
    fetched(("north", "Bill", "2024-12-06", bill("1", "2025-01-05")))  # no link any more
    after = [("2024-11", "2"), ("2024-12", "3"), ("2025-01", "1")]
    assert refreshed("2025-01") == [after, after, [("2024-11", "2"), ("2024-12", "3")]]
    fetched(("north", "Bill", "2024-12-07", bill("2", "2025-01-05", 1.001)))  # the last of its month, and refused
    assert refreshed("2025-01")[0] == [("2024-12", "3"), ("2025-01", "1")]
    assert refreshed("2025-01") == [[("2024-12", "3"), ("2025-01", "1")]] * 2 + [[("2024-12", "3")]]


def test_months_not_asked_for_are_left_alone_and_older_ones_stand_in_the_first(context: Context) -> None:
    found = read(
        context,
        ("north", "Bill", "2025-01-06", bill("1", "2025-01-05")),
        ("north", "Bill", "2024-10-06", bill("2", "2024-09-05")),
    )
    assert shown(rows(found), "document_id period document_date") == [("2", "2024-11", "2024-09-05")]


def test_a_date_written_in_a_text_is_not_the_documents(context: Context) -> None:
    sly = {"PrivateNote": '"TxnDate":"2024-11-01"', **bill("1", "2025-01-05")}
    assert read(context, ("north", "Bill", "2024-11-06", sly)) == []


def test_what_is_not_understood_is_refused_in_its_month_and_counted(context: Context) -> None:
    found = read(
        context,
        ("north", "Bill", "2024-11-06", bill("1", "2024-11-05")),
        ("north", "Bill", "2024-11-06", bill("2", "2024-11-05", 1.001)),
        ("north", "Bill", "2024-12-06", bill("3", "0-00-00")),  # no month: the one it was fetched in
    )
    refused = rows(found, "refused")
    assert shown(refused, "period _transaction_id _path") == [
        ("2024-11", "2", "$.Line[0].Amount"),
        ("2024-12", "3", "$.TxnDate"),
    ]
    assert "north: Bill 2: $.Line[0].Amount: expected an amount" in refused[0]["_reason"]
    assert sum(row["_rows_seen"] for row in rows(found, "read")) == len(rows(found)) + len(refused)


def test_half_a_json_is_refused_and_kept_as_it_came(context: Context) -> None:
    found = read(context, ("north", "Bill", "2024-12-07", '{"Id": "1", "TxnDa'))
    assert shown(rows(found, "refused"), "company period _raw") == [("north", "2024-12", '{"Id": "1", "TxnDa')]


def test_refusals_and_lost_documents_are_findings(context: Context) -> None:
    """Refusals are reported; a document that is neither published nor refused blocks its month."""
    from monette_assets.tables import Staged

    found = documents(
        context, objects=objects_of(context.spark, ("north", "Bill", "2024-11-06", bill("2", "2024-11-05", 1.001)))
    )
    kind = found["_kind"]
    staged = Staged(
        found.where(kind == "row"), found.where(kind == "refused"), found.where(kind == "read"), {}, context
    )
    checks = {check.name: check for check in CONTRACT.checks}
    assert [row["_transaction_id"] for row in checks["nothing_refused"].failures(staged).collect()] == ["2"]
    assert checks["nothing_refused"].severity is Severity.REPORTS
    assert checks["conserved"].failures(staged).collect() == []
    nothing = context.spark.createDataFrame([], staging_ddl(CONTRACT))
    lost = Staged(staged.rows, nothing, staged.read, {}, context)
    assert len(checks["conserved"].failures(lost).collect()) == 1
    assert checks["conserved"].severity is Severity.BLOCKS
