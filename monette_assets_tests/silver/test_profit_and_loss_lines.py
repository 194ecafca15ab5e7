"""Income and expense postings with section and sign, from the profit and loss detail report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from monette_assets.silver import accounts
from monette_assets.silver.profit_and_loss_lines import profit_and_loss_lines
from monette_assets.simulator.reports import LedgerIndex, render_report
from monette_assets_tests.frames import Row, context_of, frame, group_of, rows, shown
from monette_assets_tests.silver.ledgers import fetches_of
from monette_assets_tests.simulator.small_books import farm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2025-02")
    payload = render_report(LedgerIndex(farm()), "ProfitAndLossDetail", date(2025, 2, 1), date(2025, 2, 28)).decode()
    reports = fetches_of(spark, ("north", "2025-02", "2025-03-01", [payload]), name="profit_and_loss_detail")
    chart = [("north", each.id, each.classification) for each in farm().accounts.values()]
    given = frame(spark, accounts.CONTRACT, rows(accounts.CONTRACT, "company account_id classification", *chart))
    return [row.asDict() for row in profit_and_loss_lines(context, reports=reports, accounts=given).collect()]


def test_every_posting_once_with_natural_and_ledger_sign(found: list[Row]) -> None:
    published = [row for row in found if row["_kind"] == "row"]
    header = "section account_id transaction_type transaction_id line_number amount ledger_amount"
    assert shown(published, header) == [
        ("COGS", "30", "Expense", "2", 1, "300.00", "300.00"),
        ("Expenses", "40", "Expense", "2", 1, "0.25", "0.25"),
        ("Expenses", "40", "Journal Entry", "3", 1, "10.00", "10.00"),
        ("Expenses", "40", "Journal Entry", "3", 2, "10.00", "10.00"),  # two identical lines are two lines
        ("Income", "23", "Invoice", "3", 1, "800.00", "-800.00"),
        ("OtherExpenses", "60", "Journal Entry", "4", 1, "123.45", "123.45"),
        ("OtherIncome", "50", "Deposit", "1", 1, "700.00", "-700.00"),
    ]
    assert {row["_rows_seen"] for row in found if row["_kind"] == "read"} == {7}
    assert [row["_reason"] for row in found if row["_kind"] == "refused"] == []
