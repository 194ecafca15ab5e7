"""Changes in equity: every closing explained from the opening, whenever a company's year ends (ACCOUNTING 4)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import balance_sheet, translated_balances, trial_balance
from monette_assets.gold.changes_in_equity import CONTRACT, changes_in_equity
from monette_assets.group.calendar import add_months, months_between
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.gold.farm_books import ACCOUNTS, BOOKS, companies, contract, translated, trial_balance_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FIRST, LAST = date(2024, 11, 1), date(2025, 12, 1)
MONTHS = months_between(FIRST, LAST)
YEAR_STARTS = {f"year_{month:02}": month for month in range(1, 13)}
# Besides: a posting straight to retained earnings, a second dividend, new shares.
LATER = (
    ("2025-03", "journal", {"bank": "7.00", "retained": "-7.00"}),
    ("2025-06", "dividend", {"dividends": "25.00", "bank": "-25.00"}),
    ("2025-06", "shares", {"bank": "400.00", "capital": "-400.00"}),
    ("2025-09", "sale", {"bank": "111.00", "sales": "-111.00"}),
    ("2025-12", "sale", {"bank": "1.00", "sales": "-1.00"}),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    files = contract(
        companies=companies(**YEAR_STARTS), locations=[{"name": "North Home", "pillars": [{"pillar": "Grain"}]}]
    )
    return context_of(spark, group_of(tmp_path_factory.mktemp("group"), **files), *(f"{m:%Y-%m}" for m in MONTHS))


def sheet_of(context: Context, balances: DataFrame) -> DataFrame:
    return balance_sheet.balance_sheet(context, trial_balance=balances)


@pytest.fixture(scope="module")
def inputs(spark: SparkSession, context: Context) -> dict[str, DataFrame]:
    balances: list[Row] = []
    for company, start in YEAR_STARTS.items():
        balances += trial_balance_rows(MONTHS, (*BOOKS, *LATER), company=company, year_start=start)
    return {
        "translated_balances": frame(spark, translated_balances.CONTRACT, translated(balances)),
        "balance_sheet": sheet_of(context, frame(spark, trial_balance.CONTRACT, balances)),
    }


@pytest.fixture(scope="module")
def computed(context: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return changes_in_equity(context, **inputs).cache()


@pytest.fixture(scope="module")
def found(computed: DataFrame) -> dict[tuple[str, date, str, str], Decimal]:
    return {(row["company"], row["period"], row["component"], row["line"]): row["amount"] for row in computed.collect()}


def test_a_month_component_by_component(computed: DataFrame) -> None:
    december = computed.where((computed["company"] == "year_11") & (computed["period"] == date(2024, 12, 1)))
    assert shown(december, "component line amount") == [
        ("capital", "closing", "1000.00"),
        ("capital", "opening", "1000.00"),
        ("current_earnings", "closing", "800.00"),
        ("current_earnings", "net_income", "-400.00"),
        ("current_earnings", "opening", "1200.00"),
        ("dividends", "closing", "-50.00"),
        ("dividends", "dividends", "-50.00"),
    ]


NET_INCOME = {"2024-11": 1200, "2024-12": -400, "2025-01": -20, "2025-09": 111, "2025-12": 1}


@pytest.mark.parametrize("month", range(1, 13))
def test_the_result_moves_to_retained_earnings_when_the_year_begins_in_any_month(
    found: dict[tuple[str, date, str, str], Decimal], month: int
) -> None:
    """ACCOUNTING 4: what the year earned, and nothing else; direct postings stay where they were booked."""
    company = f"year_{month:02}"
    begins = [period for period in MONTHS[1:] if period.month == month]
    rolled = {period for (whose, period, _, line) in found if (whose, line) == (company, "year_end")}
    earned = Decimal(0)
    for period in MONTHS:
        if period in begins and earned:
            assert period in rolled
            assert found[company, period, "current_earnings", "year_end"] == -earned
            assert found[company, period, "retained", "year_end"] == earned
            earned = Decimal(0)
        else:
            assert period not in rolled
        earned += NET_INCOME.get(f"{period:%Y-%m}", 0)
        assert found.get((company, period, "current_earnings", "closing"), Decimal(0)) == earned
    assert found[company, date(2025, 3, 1), "retained", "direct_posting"] == 7


@pytest.mark.parametrize("month", range(1, 13))
def test_dividends_are_an_account_of_their_own_and_deducted_once(
    found: dict[tuple[str, date, str, str], Decimal], month: int
) -> None:
    company = f"year_{month:02}"
    closing = {component: found.get((company, LAST, component, "closing"), Decimal(0)) for component in
               ("capital", "dividends", "retained", "current_earnings")}  # fmt: skip
    assert closing["dividends"] == -75
    assert closing["capital"] == 1400
    assert closing["retained"] + closing["current_earnings"] == 1200 - 400 - 20 + 111 + 1 + 7


def test_every_opening_is_the_closing_before_and_a_part_equals_the_whole(
    spark: SparkSession, context: Context, inputs: dict[str, DataFrame],
    found: dict[tuple[str, date, str, str], Decimal],
) -> None:  # fmt: skip
    for (company, period, component, line), amount in found.items():
        if line == "opening" and period > FIRST:
            assert found[company, add_months(period, -1), component, "closing"] == amount
    one = changes_in_equity(context_of(spark, context.group, "2025-11"), **inputs)
    assert {(row["company"], row["component"], row["line"]): row["amount"] for row in one.collect()} == {
        (company, component, line): amount
        for (company, period, component, line), amount in found.items()
        if period == date(2025, 11, 1)
    }


def test_every_check_passes(context: Context, inputs: dict[str, DataFrame], computed: DataFrame) -> None:
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, computed, **inputs) == []


def test_a_foreign_companys_translation_adjustment_is_a_component_and_a_change(
    spark: SparkSession, context: Context
) -> None:
    """The golden case of ACCOUNTING 15: closing 103.50, 33.50 of it this month."""
    header = "account_id group_account classification opening movement closing opening_cad movement_cad closing_cad"
    given = rows(
        translated_balances.CONTRACT, header,
        ("net_assets", "bank", "Asset", "1000", "150", "1150", "1350.00", "237.00", "1587.00"),
        ("capital", "capital", "Equity", "-400", "0", "-400", "-500.00", "0", "-500.00"),
        ("retained", "retained", "Equity", "-600", "0", "-600", "-780.00", "0", "-780.00"),
        ("dividends", "dividends", "Equity", "0", "50", "50", "0", "68.50", "68.50"),
        ("sales", "sales", "Revenue", "0", "-200", "-200", "0", "-272.00", "-272.00"),
        ("translation_adjustment", "translation", "Equity", "0", "0", "0", "-70.00", "-33.50", "-103.50"),
        company="year_01", period="2024-11", currency="USD",
    )  # fmt: skip
    one = context_of(spark, context.group, "2024-11")
    balances = frame(spark, translated_balances.CONTRACT, given)
    home = [{**row, "debit": Decimal(0), "credit": Decimal(0), "is_retained_earnings": False} for row in given]
    sheet = sheet_of(one, frame(spark, trial_balance.CONTRACT, home))
    computed = changes_in_equity(one, translated_balances=balances, balance_sheet=sheet)
    assert shown(computed, "component line amount amount_cad") == [
        ("capital", "closing", "400.00", "500.00"),
        ("capital", "opening", "400.00", "500.00"),
        ("current_earnings", "closing", "200.00", "272.00"),
        ("current_earnings", "net_income", "200.00", "272.00"),
        ("dividends", "closing", "-50.00", "-68.50"),
        ("dividends", "dividends", "-50.00", "-68.50"),
        ("retained", "closing", "600.00", "780.00"),
        ("retained", "opening", "600.00", "780.00"),
        ("translation", "closing", "0.00", "103.50"),
        ("translation", "opening", "0.00", "70.00"),
        ("translation", "translation_adjustment", "0.00", "33.50"),
    ]
    for check in CONTRACT.checks:
        found = failures(CONTRACT, check.name, one, computed, translated_balances=balances, balance_sheet=sheet)
        assert found == []


# ---- the checks


def test_a_closing_that_the_changes_do_not_explain_is_found(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    without = computed.where("not (company = 'year_11' and line = 'dividends' and amount = -25)")
    found = failures(CONTRACT, "rolls_forward", context, without, **inputs)
    assert shown(found, "company period component difference_amount") == [("year_11", "2025-06", "dividends", "25.00")]


def test_a_year_end_that_loses_earnings_is_found(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    without = computed.where("not (company = 'year_02' and line = 'year_end' and component = 'retained')")
    found = failures(CONTRACT, "year_end_conserves", context, without, **inputs)
    assert shown(found, "company period difference") == [("year_02", "2025-02", "-780.00")]


def test_equity_that_is_not_the_balance_sheets_is_found(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    without = computed.where("not (company = 'year_11' and line = 'closing' and amount = 1400)")
    found = failures(CONTRACT, "ties_to_balance_sheet", context, without, **inputs)
    differing: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        differing[row["component"]].append((row["closing"], row["balance_sheet"]))
    assert differing["capital"] == [(Decimal(0), Decimal(1400))] * 7  # June to December
    assert len(differing["all, in CAD"]) == 7
    assert set(ACCOUNTS) >= set(differing) - {"all, in CAD"}
