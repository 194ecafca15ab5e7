"""Which postings are about another company of the group (ACCOUNTING 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import ledger, translated_balances
from monette_assets.gold.intercompany_lines import intercompany_lines
from monette_assets.group import Group
from monette_assets_tests.frames import context_of, frame, rows, shown
from monette_assets_tests.group_books import companies_group, company

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEADER = "company transaction_id account_id line_number group_account classification contact_name amount"


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return companies_group(tmp_path_factory.mktemp("group"), company("grain"), company("cattle"))


def found(spark: SparkSession, group: Group, *lines: tuple[object, ...]) -> list[tuple[object, ...]]:
    constants = {"period": "2024-11", "basis": "accrual", "currency": "CAD", "transaction_currency": "CAD"}
    context = context_of(spark, group, "2024-11")
    made = intercompany_lines(
        context,
        ledger=frame(spark, ledger.CONTRACT, rows(ledger.CONTRACT, HEADER, *lines, **constants)),
        translated_balances=frame(spark, translated_balances.CONTRACT),
    )
    return shown(made, "company transaction_id account_id partner amount")


def test_a_line_that_names_a_company_of_the_group_on_any_account(spark: SparkSession, group: Group) -> None:
    name = group.company("grain").name
    assert found(
        spark, group,
        ("cattle", "1", "5200", 1, "feed", "Expense", name, "70.00"),
        ("cattle", "1", "1000", 2, "cash", "Asset", name.upper(), "-70.00"),
        ("cattle", "2", "5200", 1, "feed", "Expense", "Somebody Else Ltd.", "30.00"),
        ("cattle", "2", "1000", 2, "cash", "Asset", None, "-30.00"),
    ) == [("cattle", "1", "1000", "grain", "-70.00"), ("cattle", "1", "5200", "grain", "70.00")]  # fmt: skip


def test_a_line_on_an_intercompany_account_that_names_nobody(spark: SparkSession, group: Group) -> None:
    due = next(each.code for each in group.chart if each.kind == "due_to_group")
    assert found(
        spark, group,
        ("cattle", "1", "2250", 1, due, "Liability", "Somebody Else Ltd.", "-5.00"),
        ("cattle", "1", "5200", 2, "feed", "Expense", "Somebody Else Ltd.", "5.00"),
    ) == [("cattle", "1", "2250", "", "-5.00")]  # fmt: skip


def test_the_cost_of_a_transaction_belongs_to_whom_it_owes(spark: SparkSession, group: Group) -> None:
    due, name = next(each.code for each in group.chart if each.kind == "due_to_group"), group.company("grain").name
    assert found(
        spark, group,
        ("cattle", "1", "2250", 1, due, "Liability", name, "-5.00"),
        ("cattle", "1", "5200", 2, "feed", "Expense", None, "5.00"),
    ) == [("cattle", "1", "2250", "grain", "-5.00"), ("cattle", "1", "5200", "grain", "5.00")]  # fmt: skip


def test_a_dividend_belongs_to_whom_it_is_owed(spark: SparkSession, group: Group) -> None:
    due, name = next(each.code for each in group.chart if each.kind == "due_to_group"), group.company("grain").name
    assert found(
        spark, group,
        ("cattle", "1", "2250", 1, due, "Liability", name, "-8.00"),
        ("cattle", "1", "3200", 2, "dividends", "Equity", None, "8.00"),
        ("cattle", "2", "3200", 1, "dividends", "Equity", "P. Osei", "2.00"),
    ) == [("cattle", "1", "2250", "grain", "-8.00"), ("cattle", "1", "3200", "grain", "8.00")]  # fmt: skip
