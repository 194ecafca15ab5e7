"""Every company-month that the contract expects, and what keeps it from being complete (ACCOUNTING 6)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import quickbooks_reports
from monette_assets.gold import ledger, tie_out
from monette_assets.gold.completeness import CONTRACT, completeness
from monette_assets.gold.mapping import UNMAPPED
from monette_assets.tables import Context, Contract, quarantine, waivers
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LATE = datetime(2025, 1, 10, 12, tzinfo=UTC)  # January is still running


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    companies = [dict(each) for each in small_contract()["companies"]]
    companies[1]["first_period"] = date(2024, 12, 1)
    group = group_of(tmp_path_factory.mktemp("group"), companies=companies)
    return context_of(spark, group, "2024-11", "2024-12", "2025-01", now=LATE)


@pytest.fixture(scope="module")
def computed(spark: SparkSession, context: Context) -> DataFrame:
    def given(table: Contract, header: str, *lines: tuple[Any, ...], **constants: Any) -> DataFrame:
        return frame(spark, table, rows(table, header, *lines, **constants))

    return completeness(
        context,
        reports=given(
            quickbooks_reports.CONTRACT, "company period report fetched_at",
            ("north", "2024-11", "general_ledger", "2024-12-01"), ("north", "2024-11", "general_ledger", "2024-12-09"),
            ("north", "2024-12", "general_ledger", "2025-01-02"), ("south", "2024-12", "trial_balance", "2025-01-02"),
            ("south", "2025-01", "general_ledger", "2025-01-09"),
        ),
        ledger=given(
            ledger.CONTRACT, "company period group_account",
            ("north", "2024-11", "cash"), ("north", "2024-11", "cash"), ("north", "2024-12", UNMAPPED),
        ),
        tie_out=given(
            tie_out.CONTRACT, "company period difference accepted_by",
            ("north", "2024-11", "0.00", None), ("north", "2024-12", "0.01", None), ("north", "2024-12", "-0.01", None),
            ("north", "2024-12", "0.02", "Ann"), ("south", "2025-01", "0.03", "Ann"),
        ),
        quarantine=given(
            quarantine.CONTRACT, "table_name company period kind",
            ("silver/general_ledger", "north", "2024-12", "transaction"), ("gold/ledger", "north", "2024-12", "unit"),
            ("silver/general_ledger", "south", "2024-11", "report"), ("silver/accounts", None, None, "transaction"),
        ),
        waivers=frame(spark, waivers.CONTRACT),
    ).cache()  # fmt: skip


def test_every_expected_company_month_and_what_is_missing(computed: DataFrame) -> None:
    found: list[Row] = [row.asDict() for row in computed.collect()]
    assert shown(found, "company period lines complete provisional missing") == [
        ("north", "2024-11", 2, True, False, ""),
        ("north", "2024-12", 1, False, False,
         "1 table(s) hold it back; 1 entries in quarantine; 1 account(s) unmapped; 2 account(s) differ"),
        ("north", "2025-01", 0, False, True, "its reports have not arrived"),
        # nothing is expected of a company before it was bought
        ("south", "2024-12", 0, False, False, "its reports have not arrived"),  # a trial balance alone is not enough
        ("south", "2025-01", 0, True, True, ""),  # a month without activity is complete
    ]  # fmt: skip
    newest = {row["arrived_at"] for row in found if (row["company"], row["period"]) == ("north", date(2024, 11, 1))}
    assert {each.date() for each in newest} == {date(2024, 12, 9)}


def test_a_difference_that_somebody_accepted_is_counted_apart_and_leaves_its_month_complete(
    computed: DataFrame,
) -> None:
    found: list[Row] = [row.asDict() for row in computed.collect()]
    assert shown(found, "company period differences accepted complete") == [
        ("north", "2024-11", 0, 0, True), ("north", "2024-12", 2, 1, False), ("north", "2025-01", 0, 0, False),
        ("south", "2024-12", 0, 0, False), ("south", "2025-01", 0, 1, True),
    ]  # fmt: skip


def test_which_reports_are_expected_and_arrived_and_what_is_published(computed: DataFrame) -> None:
    """Seven reports a month; the opening trial balance is one more in a company's first."""
    found: list[Row] = [row.asDict() for row in computed.collect()]
    assert shown(found, "company period expected_reports arrived_reports published") == [
        ("north", "2024-11", 8, 1, True),  # a report fetched twice has arrived once
        ("north", "2024-12", 7, 1, False),  # a table holds it back
        ("north", "2025-01", 7, 0, False),
        ("south", "2024-12", 8, 1, False),
        ("south", "2025-01", 7, 1, True),
    ]


def test_months_that_have_ended_and_are_not_complete_are_reported(context: Context, computed: DataFrame) -> None:
    found = failures(CONTRACT, "all_present", context, computed)
    assert shown(found, "company period missing") == [
        (
            "north",
            "2024-12",
            "1 table(s) hold it back; 1 entries in quarantine; 1 account(s) unmapped; 2 account(s) differ",
        ),
        ("south", "2024-12", "its reports have not arrived"),
    ]


def test_what_a_list_refuses_keeps_every_month_of_its_company_from_being_complete(
    spark: SparkSession, context: Context
) -> None:
    def held(*lines: tuple[Any, ...]) -> list[Row]:
        given = rows(quarantine.CONTRACT, "table_name company period kind", *lines)
        found = completeness(
            context,
            reports=frame(spark, quickbooks_reports.CONTRACT),
            ledger=frame(spark, ledger.CONTRACT),
            tie_out=frame(spark, tie_out.CONTRACT),
            quarantine=frame(spark, quarantine.CONTRACT, given),
            waivers=frame(spark, waivers.CONTRACT),
        )
        return [row.asDict() for row in found.collect() if row["refused"] or row["held_back"]]

    lists = held(("silver/accounts", "north", None, "transaction"), ("silver/accounts", "south", None, "unit"))
    assert shown(lists, "company period refused held_back") == [
        ("north", "2024-11", 1, 0), ("north", "2024-12", 1, 0), ("north", "2025-01", 1, 0),
        ("south", "2024-12", 0, 1), ("south", "2025-01", 0, 1),
    ]  # fmt: skip
    translated = held(("gold/translated_balances", "south", "2024-12", "unit"))  # held back by a missing rate
    assert shown(translated, "company period held_back") == [("south", "2024-12", 1)]
    assert held(("silver/documents", "north", "2024-12", "transaction")) == []  # no statement rests on it


def test_what_somebody_waived_is_counted_apart_as_long_as_it_says_the_same(
    spark: SparkSession, context: Context
) -> None:
    content = "table_name company period kind reason path transaction_id amount"
    missing_date = ("silver/general_ledger", "north", "2024-12", "transaction", "no date", "$.Rows", "7", "10.00")
    no_contact = ("silver/general_ledger", "north", "2024-12", "transaction", "no contact", None, None, None)
    held = ("silver/general_ledger", "south", "2024-12", "unit", "unbalanced", None, None, None)

    def counts(*acts: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        found = completeness(
            context,
            reports=frame(spark, quickbooks_reports.CONTRACT),
            ledger=frame(spark, ledger.CONTRACT),
            tie_out=frame(spark, tie_out.CONTRACT),
            quarantine=frame(
                spark, quarantine.CONTRACT, rows(quarantine.CONTRACT, content, missing_date, no_contact, held)
            ),
            waivers=frame(spark, waivers.CONTRACT, rows(waivers.CONTRACT, f"number action entry_id {content}", *acts)),
        )
        december = [row.asDict() for row in found.collect() if row["period"] == date(2024, 12, 1)]
        return shown(december, "company refused waived held_back")

    def waive(number: int, entry: tuple[Any, ...], action: str = "waive") -> tuple[Any, ...]:
        return (number, action, "id", *entry)

    assert counts() == [("north", 2, 0, 0), ("south", 0, 0, 1)]
    assert counts(waive(1, missing_date), waive(2, no_contact)) == [("north", 0, 2, 0), ("south", 0, 0, 1)]
    dearer = (*missing_date[:-1], "10.01")
    assert counts(waive(1, dearer)) == [("north", 2, 0, 0), ("south", 0, 0, 1)]  # another amount: another entry
    assert counts(waive(1, missing_date), waive(2, missing_date, "revoke")) == [("north", 2, 0, 0), ("south", 0, 0, 1)]
    assert counts(waive(1, held)) == [("north", 2, 0, 0), ("south", 0, 0, 1)]  # what is held back stays so
