"""Which ledger lines of a closed month came, went or changed since its close (ACCOUNTING 12)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import ledger as gold_ledger
from monette_assets.gold.restated_lines import restated_lines
from monette_assets.silver import general_ledger
from monette_assets.tables import Context, Contract, closed_ledger, closes
from monette_assets_tests.frames import context_of, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LINE = "transaction_type transaction_id account_id amount memo line_number"
NORTH = {"company": "north", "period": "2024-11", "basis": "accrual", "account_name": "An account"}
CLOSE = {"company": "north", "period": "2024-11", "at": "2024-12-05"}
AS_CLOSED = (
    ("Bill", "1", "60", "100.00", "seed", 1), ("Bill", "1", "20", "-100.00", "seed", 1),
    ("Journal Entry", "7", "60", "5.00", "fuel", 1), ("Journal Entry", "7", "60", "5.00", "fuel", 2),
    ("Journal Entry", "7", "10", "-10.00", "fuel", 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")


def compared(
    context: Context,
    *present: tuple[Any, ...],
    log: tuple[tuple[int, str, str | None], ...] = ((1, "close", "a"),),
    closed: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...] = (("a", AS_CLOSED),),
) -> DataFrame:
    """What was restated, given the lines as they were closed (as in a log of closes) and as they are."""

    def given(table: Contract, header: str, *lines: tuple[Any, ...], **constants: Any) -> DataFrame:
        return frame(context.spark, table, rows(table, header, *lines, **constants))

    frozen = [(close_id, *line) for close_id, lines in closed for line in lines]
    return restated_lines(
        context,
        closes=given(closes.CONTRACT, "number action close_id", *log, **CLOSE),
        closed_ledger=given(closed_ledger.CONTRACT, f"close_id {LINE}", *frozen, **NORTH),
        ledger=given(gold_ledger.CONTRACT, LINE, *present, **NORTH),
        general_ledger=given(
            general_ledger.CONTRACT, "transaction_type transaction_id modified_at",
            ("Bill", "1", "2024-12-09"), ("Journal Entry", "7", "2024-11-30"), ("Invoice", "9", "2024-12-08"), **NORTH,
        ),
    )  # fmt: skip


def test_an_unchanged_month_has_no_restated_lines(context: Context) -> None:
    assert compared(context, *AS_CLOSED[::-1]).collect() == []


def test_nothing_closed_costs_nothing_and_says_nothing(context: Context) -> None:
    assert compared(context, *AS_CLOSED, log=()).collect() == []
    assert compared(context, *AS_CLOSED[:1], log=((1, "approve", None),)).collect() == []


def test_numbering_identical_lines_anew_or_renaming_an_account_restates_nothing(context: Context) -> None:
    renumbered = [(*line[:5], 9 - line[5]) for line in AS_CLOSED]
    assert compared(context, *renumbered).collect() == []


def test_lines_that_came_went_and_changed_are_told_with_their_amounts(context: Context) -> None:
    found = compared(
        context,
        ("Bill", "1", "60", "130.00", "seed", 1), ("Bill", "1", "20", "-130.00", "seed", 1),  # an amount changed
        ("Journal Entry", "7", "60", "5.00", "fuel", 1),  # one of two identical lines went, and its other side
        ("Invoice", "9", "11", "40.00", "", 1), ("Invoice", "9", "40", "-40.00", "", 1),  # a back-dated document
    )  # fmt: skip
    assert shown(found, "change version transaction_type transaction_id account_id lines amount difference") == [
        ("added", "present", "Invoice", "9", "11", 1, "40.00", "40.00"),
        ("added", "present", "Invoice", "9", "40", 1, "-40.00", "-40.00"),
        ("changed", "closed", "Bill", "1", "20", 1, "-100.00", "100.00"),
        ("changed", "closed", "Bill", "1", "60", 1, "100.00", "-100.00"),
        ("changed", "present", "Bill", "1", "20", 1, "-130.00", "-130.00"),
        ("changed", "present", "Bill", "1", "60", 1, "130.00", "130.00"),
        ("removed", "closed", "Journal Entry", "7", "10", 1, "-10.00", "10.00"),
        ("removed", "closed", "Journal Entry", "7", "60", 1, "5.00", "-5.00"),
    ]
    told = {(row["transaction_id"], row["modified_at"]) for row in found.collect() if row["version"] == "present"}
    assert {(number, at.replace(tzinfo=UTC)) for number, at in told} == {
        ("1", datetime(2024, 12, 9, tzinfo=UTC)), ("9", datetime(2024, 12, 8, tzinfo=UTC)),
    }  # fmt: skip


def test_a_changed_memo_is_a_changed_line_without_a_difference(context: Context) -> None:
    found = compared(context, ("Bill", "1", "60", "100.00", "seed potatoes", 1), *AS_CLOSED[1:])
    assert shown(found, "change version memo difference") == [
        ("changed", "closed", "seed", "-100.00"),
        ("changed", "present", "seed potatoes", "100.00"),
    ]


def test_a_month_closed_again_keeps_what_changed_between_its_closes(context: Context) -> None:
    again = (*AS_CLOSED, ("Bill", "2", "60", "8.00", "", 1))
    now = (*again, ("Bill", "3", "60", "9.00", "", 1))
    log = ((1, "close", "a"), (2, "reopen", None), (3, "close", "b"))
    found = compared(context, *now, log=log, closed=(("a", AS_CLOSED), ("b", again)))
    assert shown(found, "close_number state next_close transaction_id difference") == [
        (1, "superseded", 3, "2", "8.00"),
        (3, "closed", None, "3", "9.00"),
    ]


def test_a_reopened_month_says_so(context: Context) -> None:
    found = compared(context, *AS_CLOSED[:2], log=((1, "close", "a"), (2, "reopen", None)))
    assert {row["state"] for row in found.collect()} == {"reopened"}
    assert sum(row["lines"] for row in found.collect()) == 3


def test_rows_the_log_does_not_name_do_not_count(context: Context) -> None:
    orphan = ("orphan", (("Bill", "5", "60", "1.00", "", 1),))
    assert compared(context, *AS_CLOSED, closed=(("a", AS_CLOSED), orphan)).collect() == []
