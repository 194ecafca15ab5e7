"""Figures of a closed month that are no longer as they were closed (ACCOUNTING 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import balance_sheet, profit_and_loss, restated_lines, translated_balances, trial_balance
from monette_assets.gold.restatements import CONTRACT, restatements
from monette_assets.tables import Context, Contract, closed_statements, closes
from monette_assets.tables.closed_statements import STATEMENTS
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NORTH = {"company": "north", "period": "2024-11", "basis": "accrual"}
FIGURE = "close_id statement account_id group_account location pillar measure amount"
FROZEN = (
    ("a", "trial_balance", "60", "direct", "", "", "opening", "50.00"),
    ("a", "trial_balance", "60", "direct", "", "", "closing", "150.00"),
    ("a", "trial_balance", "60", "direct", "", "", "debit", "100.00"),
    ("a", "profit_and_loss", "60", "direct", "North Home", "Grain", "amount", "100.00"),
    ("a", "profit_and_loss", "60", "direct", "North Home", "Grain", "amount_cad", "135.00"),
    ("a", "balance_sheet", "10", "assets", "", "", "amount", "900.00"),
    ("a", "translated_balances", "10", "assets", "", "", "closing_cad", "1215.00"),
    ("a", "translated_balances", "10", "assets", "", "", "closing", "900.00"),
    ("a", "exchange_rates", "", "", "", "", "rate", None),
)
TB = (("60", "direct", "50.00", "150.00"),)
PL = (("60", "direct", "North Home", "Grain", "100.00", "135.00"),)
BS = (("10", "assets", "900.00"),)
EVERY = tuple(statement.table for statement in STATEMENTS)
TRANSLATED = (("10", "assets", "1215.00"),)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")


def given(context: Context, table: Contract, header: str, *lines: tuple[Any, ...]) -> DataFrame:
    known = {name: value for name, value in NORTH.items() if name in table.column_names}  # the log has no basis
    return frame(context.spark, table, rows(table, header, *lines, **known))


def compared(
    context: Context,
    *,
    tb: tuple[tuple[Any, ...], ...] = TB,
    pl: tuple[tuple[Any, ...], ...] = PL,
    bs: tuple[tuple[Any, ...], ...] = BS,
    translated: tuple[tuple[Any, ...], ...] = TRANSLATED,
    frozen: tuple[tuple[Any, ...], ...] = FROZEN,
    log: tuple[tuple[Any, ...], ...] = ((1, "close", "a", "2024-12-05"),),
    tables: tuple[str, ...] = EVERY,
) -> DataFrame:
    released = [(*entry, list(tables)) for entry in log]
    return restatements(
        context,
        closes=given(context, closes.CONTRACT, "number action close_id at tables", *released),
        closed_statements=given(context, closed_statements.CONTRACT, FIGURE, *frozen),
        trial_balance=given(context, trial_balance.CONTRACT, "account_id group_account opening closing", *tb),
        profit_and_loss=given(
            context, profit_and_loss.CONTRACT, "account_id group_account location pillar amount amount_cad", *pl
        ),
        balance_sheet=given(context, balance_sheet.CONTRACT, "account_id group_account amount", *bs),
        translated_balances=given(
            context, translated_balances.CONTRACT, "account_id group_account closing_cad", *translated
        ),
        restated_lines=given(context, restated_lines.CONTRACT, "account_id"),
    )


def test_a_month_as_it_was_closed_is_not_restated(context: Context) -> None:
    assert compared(context).collect() == []
    assert compared(context, tb=(), pl=(), bs=(), translated=(), log=()).collect() == []  # nothing closed


def test_a_changed_figure_stands_beside_the_closed_one(context: Context) -> None:
    found = compared(context, tb=(("60", "direct", "50.00", "180.00"),))
    assert shown(found, "statement account_id measure closed_amount present_amount difference close_number state") == [
        ("trial_balance", "60", "closing", "150.00", "180.00", "30.00", 1, "closed")
    ]


def test_a_figure_that_came_or_went_is_told(context: Context) -> None:
    found = compared(context, bs=(("11", "assets", "5.00"),))
    assert shown(found, "statement account_id closed_amount present_amount difference") == [
        ("balance_sheet", "10", "900.00", "0.00", "-900.00"),
        ("balance_sheet", "11", "0.00", "5.00", "5.00"),
    ]


def test_a_statement_that_did_not_exist_then_is_not_restated(context: Context) -> None:
    frozen = tuple(row for row in FROZEN if row[1] != "translated_balances")
    older = tuple(name for name in EVERY if name != "gold/translated_balances")
    assert compared(context, frozen=frozen, tables=older).collect() == []


def test_another_rate_restates_the_translated_figure_alone(context: Context) -> None:
    found = compared(
        context,
        pl=(("60", "direct", "North Home", "Grain", "100.00", "136.00"),),
        translated=(("10", "assets", "1224.00"),),
    )
    assert shown(found, "statement account_id measure difference") == [
        ("profit_and_loss", "60", "amount_cad", "1.00"),
        ("translated_balances", "10", "closing_cad", "9.00"),
    ]


def test_a_figure_that_moves_between_places_is_told_at_both(context: Context) -> None:
    found = compared(context, pl=(("60", "direct", "South Ranch", "Grain", "100.00", "135.00"),))
    assert shown(found, "location measure difference") == [
        ("North Home", "amount", "-100.00"),
        ("North Home", "amount_cad", "-135.00"),
        ("South Ranch", "amount", "100.00"),
        ("South Ranch", "amount_cad", "135.00"),
    ]


def test_each_close_is_compared_with_the_next_and_the_last_with_what_stands(context: Context) -> None:
    again = (
        *FROZEN,
        *(("b", *row[1:]) for row in FROZEN if row[6] != "closing"),
        ("b", "trial_balance", "60", "direct", "", "", "closing", "160.00"),
    )
    log = ((1, "close", "a", "2024-12-05"), (2, "reopen", None, "2024-12-06"), (3, "close", "b", "2024-12-07"))
    found = compared(context, tb=(("60", "direct", "50.00", "155.00"),), frozen=again, log=log)
    assert shown(found, "close_number state next_close closed_amount present_amount difference") == [
        (1, "superseded", 3, "150.00", "160.00", "10.00"),
        (3, "closed", None, "160.00", "155.00", "-5.00"),
    ]
    reported = failures(CONTRACT, "closed_months_unchanged", context, found, restated_lines=found)
    assert shown(reported, "company period measure difference") == [("north", "2024-11", "closing", "-5.00")]


def test_a_reopened_month_is_listed_and_not_reported(context: Context) -> None:
    log = ((1, "close", "a", "2024-12-05"), (2, "reopen", None, "2024-12-06"))
    found = compared(context, bs=(("10", "assets", "901.00"),), log=log)
    assert shown(found, "state difference") == [("reopened", "1.00")]
    assert failures(CONTRACT, "closed_months_unchanged", context, found) == []


def test_a_movement_that_no_line_explains_is_reported(context: Context) -> None:
    found = compared(context, tb=(("60", "direct", "40.00", "180.00"),))  # the movement grew by 40.00
    header = "close_number account_id difference"
    for lines, missing in (
        ([(1, "60", "45.00"), (1, "60", "-5.00")], []),
        ([(1, "60", "30.00")], [("60", "40.00", "30.00")]),
        ([(1, "60", "40.00"), (1, "10", "1.00")], [("10", "0.00", "1.00")]),
    ):
        told = given(context, restated_lines.CONTRACT, header, *lines)
        unexplained = failures(CONTRACT, "explained", context, found, restated_lines=told)
        assert shown(unexplained, "account_id restated in_lines") == missing
