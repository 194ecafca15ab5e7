"""Figures of a closed month that are no longer as they were closed (ACCOUNTING 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import restated_lines
from monette_assets.gold.restatements import CONTRACT, TABLES, restatements
from monette_assets.tables import Context, Contract, closed_statements, closes
from monette_assets.tables.closed_statements import COMPANY_STATEMENTS, FORMERLY, GROUP_STATEMENTS, STATEMENTS
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NORTH = {"company": "north", "period": "2024-11", "basis": "accrual"}
FIGURE = "close_id statement account_id group_account location pillar measure amount"
LINE = "close_id statement section line component group_account measure amount"  # of cash flow and equity
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
FROZEN_LINES = (
    ("a", "cash_flow", "cash", "closing_cash", "", "", "amount", "900.00"),
    ("a", "cash_flow", "cash", "closing_cash", "", "", "amount_cad", "1215.00"),
    ("a", "changes_in_equity", "", "closing", "capital", "", "amount", "900.00"),
    ("a", "changes_in_equity", "", "closing", "capital", "", "amount_cad", "1215.00"),
)
TB = (("60", "direct", "50.00", "150.00"),)
PL = (("60", "direct", "North Home", "Grain", "100.00", "135.00"),)
BS = (("10", "assets", "900.00"),)
TRANSLATED = (("10", "assets", "1215.00"),)
FLOW = (("cash", "closing_cash", "900.00", "1215.00"),)
EQUITY = (("capital", "closing", "900.00", "1215.00"),)
COMPANY = tuple(each.statement for each in COMPANY_STATEMENTS)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")


def given(context: Context, table: Contract, header: str, *lines: tuple[Any, ...], **more: Any) -> DataFrame:
    known = {name: value for name, value in (NORTH | more).items() if name in table.column_names}
    return frame(context.spark, table, rows(table, header, *lines, **known))


def logged(
    context: Context, *log: tuple[Any, ...], statements: tuple[str, ...] | None = COMPANY, company: str = "north"
) -> DataFrame:
    """Entries of the log: number, action, close_id, at. Without statements: of a time when a close did not say them."""
    tables = ["gold/trial_balance", "gold/profit_and_loss", "gold/balance_sheet", "gold/cash_flow"]
    told = [(*entry, tables, None if statements is None else list(statements)) for entry in log]
    return given(context, closes.CONTRACT, "number action close_id at tables statements", *told, company=company)


def standing(context: Context, company: str = "north", **tables: tuple[str, tuple[tuple[Any, ...], ...]]) -> Any:
    """Every statement as it stands, by name: (header, lines); empty where not given."""
    found = {}
    for each in STATEMENTS:
        header, lines = tables.get(each.statement, (each.measures[0], ()))
        found[each.statement] = given(context, TABLES[each.table], header, *lines, company=company)
    return found


def compared(
    context: Context,
    *,
    tb: tuple[tuple[Any, ...], ...] = TB,
    pl: tuple[tuple[Any, ...], ...] = PL,
    bs: tuple[tuple[Any, ...], ...] = BS,
    translated: tuple[tuple[Any, ...], ...] = TRANSLATED,
    flow: tuple[tuple[Any, ...], ...] = FLOW,
    equity: tuple[tuple[Any, ...], ...] = EQUITY,
    frozen: tuple[tuple[Any, ...], ...] = FROZEN,
    frozen_lines: tuple[tuple[Any, ...], ...] = FROZEN_LINES,
    log: tuple[tuple[Any, ...], ...] = ((1, "close", "a", "2024-12-05"),),
    statements: tuple[str, ...] | None = COMPANY,
) -> DataFrame:
    accounts = given(context, closed_statements.CONTRACT, FIGURE, *frozen)
    return restatements(
        context,
        closes=logged(context, *log, statements=statements),
        closed_statements=accounts.unionByName(given(context, closed_statements.CONTRACT, LINE, *frozen_lines)),
        restated_lines=given(context, restated_lines.CONTRACT, "account_id"),
        **standing(
            context,
            trial_balance=("account_id group_account opening closing", tb),
            profit_and_loss=("account_id group_account location pillar amount amount_cad", pl),
            balance_sheet=("account_id group_account amount", bs),
            translated_balances=("account_id group_account closing_cad", translated),
            cash_flow=("section line amount amount_cad", flow),
            changes_in_equity=("component line amount amount_cad", equity),
        ),
    )


def test_a_month_as_it_was_closed_is_not_restated(context: Context) -> None:
    assert compared(context).collect() == []
    assert compared(context, tb=(), pl=(), bs=(), translated=(), flow=(), log=()).collect() == []  # nothing closed


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


def test_a_statement_that_was_not_frozen_is_not_restated(context: Context) -> None:
    frozen = tuple(row for row in FROZEN if row[1] != "translated_balances")
    older = tuple(name for name in COMPANY if name != "translated_balances")
    assert compared(context, frozen=frozen, statements=older).collect() == []


def test_a_close_that_does_not_say_what_it_froze_is_held_to_what_was_frozen_then(context: Context) -> None:
    """Its release had a cash flow statement, which closes did not keep at that time."""
    frozen = tuple(row for row in FROZEN if row[1] != "translated_balances")
    assert {row[1] for row in frozen} <= {*FORMERLY, "exchange_rates"}
    older: dict[str, Any] = {"frozen": frozen, "frozen_lines": (), "statements": None}
    assert compared(context, **older).collect() == []
    found = compared(context, tb=(("60", "direct", "50.00", "180.00"),), **older)
    assert shown(found, "statement difference") == [("trial_balance", "30.00")]


def test_cash_flow_and_changes_in_equity_are_compared_line_by_line(context: Context) -> None:
    found = compared(
        context,
        flow=(("cash", "closing_cash", "890.00", "1201.50"), ("investing", "fixed_assets", "-10.00", "-13.50")),
        equity=(("capital", "closing", "900.00", "1215.01"),),
    )
    assert shown(found, "statement section line component measure closed_amount difference") == [
        ("cash_flow", "cash", "closing_cash", "", "amount", "900.00", "-10.00"),
        ("cash_flow", "cash", "closing_cash", "", "amount_cad", "1215.00", "-13.50"),
        ("cash_flow", "investing", "fixed_assets", "", "amount", "0.00", "-10.00"),
        ("cash_flow", "investing", "fixed_assets", "", "amount_cad", "0.00", "-13.50"),
        ("changes_in_equity", "", "closing", "capital", "amount_cad", "1215.00", "0.01"),
    ]


CONSOLIDATED = "subgroup step component group_account opening_cad closing_cad"
STANDS = (
    ("group", "companies", "north", "assets", "0.00", "900.00"),
    ("group", "adjustments", "bonus", "assets", "0.00", "0.00"),
)
ENTRY = "entry company group_account status amount_cad line_number"


def of_group(context: Context, *, adjusted: tuple[tuple[Any, ...], ...] = (), eliminated: str = "-25.00") -> DataFrame:
    """The group's November: closed with 900.00 of assets, 25.00 eliminated, no adjustment."""
    frozen = given(
        context,
        closed_statements.CONTRACT,
        "close_id statement subgroup step component section line group_account measure amount",
        ("g", "consolidated_statements", "group", "companies", "north", "", "", "assets", "closing_cad", "900.00"),
        ("g", "eliminations", "", "eliminations", "balances 7", "balances", "north", "assets", "amount_cad", "-25.00"),
        company="group",
    )
    return restatements(
        context,
        closes=logged(context, (1, "close", "g", "2024-12-05"), company="group",
                      statements=tuple(each.statement for each in GROUP_STATEMENTS)),
        closed_statements=frozen,
        restated_lines=given(context, restated_lines.CONTRACT, "account_id"),
        **standing(
            context,
            consolidated_statements=(CONSOLIDATED, STANDS),
            eliminations=("elimination kind company group_account amount_cad",
                          (("balances 7", "balances", "north", "assets", eliminated),)),
            adjustments=(ENTRY, adjusted),
        ),
    )  # fmt: skip


def test_the_groups_month_as_it_was_closed_is_not_restated(context: Context) -> None:
    assert of_group(context).collect() == []


def test_a_late_adjustment_restates_the_groups_month(context: Context) -> None:
    """Lines of one entry on one account are one figure; what is not applied is in no statement."""
    late = (
        ("bonus", "north", "direct", "applied", "60.00", 1),
        ("bonus", "north", "direct", "applied", "40.00", 2),
        ("bonus", None, "assets", "applied", "-100.00", 3),
        ("gift", None, "assets", "not_applied", "-5.00", 1),
    )
    found = of_group(context, adjusted=late)
    header = "company period statement step component line group_account closed_amount present_amount difference"
    assert shown(found, header) == [
        ("group", "2024-11", "adjustments", "adjustments", "bonus", "", "assets", "0.00", "-100.00", "-100.00"),
        ("group", "2024-11", "adjustments", "adjustments", "bonus", "north", "direct", "0.00", "100.00", "100.00"),
    ]
    reported = failures(CONTRACT, "closed_months_unchanged", context, found, restated_lines=found)
    assert shown(reported, "company component difference") == [
        ("group", "bonus", "-100.00"),
        ("group", "bonus", "100.00"),
    ]


def test_another_elimination_restates_the_groups_month(context: Context) -> None:
    found = of_group(context, eliminated="-30.00")
    assert shown(found, "company statement section line closed_amount present_amount close_number state") == [
        ("group", "eliminations", "balances", "north", "-25.00", "-30.00", 1, "closed")
    ]


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


def test_a_due_date_that_moves_a_balance_to_another_bucket_restates_the_aging(context: Context) -> None:
    """A bill of 100.00 to @Co-op, not due at the close, is 31-60 days overdue now; its new name restates nothing."""
    frozen = given(
        context, closed_statements.CONTRACT, "close_id statement component section account_name measure amount",
        ("a", "payables_aging", "7", "current", "@Co-op", "open_balance", "140.00"),
        ("a", "payables_aging", "8", "current", "Mill", "open_balance", "5.00"),
    )  # fmt: skip
    stands = (
        ("7", "Co-op", "current", "40.00", 1), ("7", "Co-op", "31-60", "60.00", 1), ("7", "Co-op", "31-60", "40.00", 2),
        ("8", "Mill Ltd.", "current", "5.00", 1),
    )  # fmt: skip
    found = restatements(
        context,
        closes=logged(context, (1, "close", "a", "2024-12-05")),
        closed_statements=frozen,
        restated_lines=given(context, restated_lines.CONTRACT, "account_id"),
        **standing(context, payables_aging=("contact_id contact_name bucket open_balance line_number", stands)),
    )
    header = "statement component section account_name measure closed_amount present_amount difference"
    assert shown(found, header) == [
        ("payables_aging", "7", "31-60", "Co-op", "open_balance", "0.00", "100.00", "100.00"),
        ("payables_aging", "7", "current", "Co-op", "open_balance", "140.00", "40.00", "-100.00"),
    ]


def test_each_close_is_compared_with_the_next_and_the_last_with_what_stands(context: Context) -> None:
    again = (
        *FROZEN,
        *(("b", *row[1:]) for row in FROZEN if row[6] != "closing"),
        ("b", "trial_balance", "60", "direct", "", "", "closing", "160.00"),
    )
    log = ((1, "close", "a", "2024-12-05"), (2, "reopen", None, "2024-12-06"), (3, "close", "b", "2024-12-07"))
    lines = (*FROZEN_LINES, *(("b", *row[1:]) for row in FROZEN_LINES))
    found = compared(context, tb=(("60", "direct", "50.00", "155.00"),), frozen=again, frozen_lines=lines, log=log)
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
