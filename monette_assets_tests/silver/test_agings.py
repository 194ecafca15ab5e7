"""Open documents at a month's end as the aging reports print them, under our names."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monette_assets.silver import accounts
from monette_assets.silver.agings import agings
from monette_assets.simulator.reports import LedgerIndex, render_report
from monette_assets_tests.frames import context_of, frame, group_of, shown
from monette_assets_tests.silver.ledgers import fetches_of
from monette_assets_tests.simulator.small_books import farm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

END = date(2025, 1, 31)


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        # paid in part: invoice 2 of 5,000.25 by 2,500.00, bill 1 of 1,200.10 by 600.00
        ("aged_receivable_detail", "AgedReceivableDetail", ("Invoice", "2", "2024-12-20", "2500.25")),
        ("aged_payable_detail", "AgedPayableDetail", ("Bill", "1", "2025-01-04", "600.10")),
    ],
)
def test_an_aging_report(spark: SparkSession, tmp_path: Path, name: str, title: str, expected: tuple[str, ...]) -> None:
    context = context_of(spark, group_of(tmp_path / "group"), "2025-01")
    payload = render_report(LedgerIndex(farm()), title, END, END).decode()
    fetches = fetches_of(spark, ("north", "2025-01", "2025-02-01", [payload]), name=name)
    found = [
        row.asDict() for row in agings(context, reports=fetches, accounts=frame(spark, accounts.CONTRACT)).collect()
    ]
    lines = [row for row in found if row["_kind"] == "row"]
    assert shown(lines, "report transaction_type transaction_id due_date open_balance line_number") == [
        (name, *expected, 1)
    ]
    assert [row["_reason"] for row in found if row["_kind"] == "refused"] == []


def test_a_report_of_another_shape_is_refused_whole(spark: SparkSession, tmp_path: Path) -> None:
    context = context_of(spark, group_of(tmp_path / "group"), "2025-01")
    fetches = fetches_of(spark, ("north", "2025-01", "2025-02-01", ["{}"]), name="aged_payable_detail")
    found = agings(context, reports=fetches, accounts=frame(spark, accounts.CONTRACT)).collect()
    assert [(row["_kind"], row["_whole"]) for row in found if row["_kind"] == "refused"] == [("refused", True)]
