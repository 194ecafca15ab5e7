"""Cash flow from balances: every line worked out by hand, and the end always what the bank says (ACCOUNTING 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monette_assets.gold import translated_balances, trial_balance
from monette_assets.gold.cash_flow import CONTRACT, cash_flow
from monette_assets.group.calendar import months_between
from monette_assets.silver import exchange_rates
from monette_assets.tables import Context
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.gold.farm_books import ACCOUNTS, contract, translated, trial_balance_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MONTHS = months_between(date(2024, 11, 1), date(2025, 1, 1))
RATES = (
    ("2024-11", "average", "1.360000"),
    ("2024-11", "closing", "1.380000"),
)


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    north, south = small_contract()["companies"]
    south = {**south, "opening": {**south["opening"], "rate": "1.35"}}
    group = group_of(tmp_path_factory.mktemp("group"), **contract(companies=[north, south]))
    return context_of(spark, group, *(f"{month:%Y-%m}" for month in MONTHS))


def inputs_of(spark: SparkSession, balances: list[Row], in_cad: list[Row] | None = None) -> dict[str, DataFrame]:
    rates = rows(exchange_rates.CONTRACT, "period kind rate", *RATES, from_currency="USD", to_currency="CAD")
    return {
        "translated_balances": frame(spark, translated_balances.CONTRACT, in_cad or translated(balances)),
        "trial_balance": frame(spark, trial_balance.CONTRACT, balances),
        "exchange_rates": frame(spark, exchange_rates.CONTRACT, rates),
    }


@pytest.fixture(scope="module")
def inputs(spark: SparkSession) -> dict[str, DataFrame]:
    return inputs_of(spark, trial_balance_rows(MONTHS))


@pytest.fixture(scope="module")
def computed(context: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return cash_flow(context, **inputs).cache()


def statement(computed: DataFrame, month: str, column: str = "amount") -> list[tuple[Any, ...]]:
    of_month = computed.where(computed["period"] == date.fromisoformat(f"{month}-01"))
    return shown(of_month, f"section line {column}")


def test_a_month_of_borrowing_and_buying(computed: DataFrame) -> None:
    assert statement(computed, "2024-11") == [
        ("adjustments", "depreciation", "100.00"),
        ("cash", "closing_cash", "1800.00"),
        ("cash", "net_change", "800.00"),
        ("cash", "opening_cash", "1000.00"),
        ("financing", "loan", "5000.00"),
        ("investing", "machinery", "-6000.00"),  # accumulated depreciation moved by the depreciation alone: no line
        ("net_income", "net_income", "1200.00"),  # 1,500 - 200 - 100
        ("working_capital", "payables", "2000.00"),  # 6,000 billed, 4,000 paid
        ("working_capital", "receivables", "-1500.00"),
    ]


def test_a_month_of_collecting_and_paying(computed: DataFrame) -> None:
    assert statement(computed, "2024-12") == [
        ("adjustments", "depreciation", "100.00"),
        ("cash", "closing_cash", "150.00"),
        ("cash", "net_change", "-1650.00"),
        ("cash", "opening_cash", "1800.00"),
        ("financing", "dividends", "-50.00"),
        ("financing", "loan", "-500.00"),
        ("net_income", "net_income", "-400.00"),  # fuel 300, depreciation 100
        ("working_capital", "payables", "-1700.00"),
        ("working_capital", "receivables", "900.00"),
    ]


def test_what_a_sold_machine_brought_stands_in_investing_and_its_gain_not_in_operating(computed: DataFrame) -> None:
    found = statement(computed, "2025-01")
    assert found == [
        ("adjustments", "depreciation", "90.00"),
        ("adjustments", "disposal_gain", "-30.00"),
        ("cash", "closing_cash", "1430.00"),
        ("cash", "net_change", "1280.00"),
        ("cash", "opening_cash", "150.00"),
        ("investing", "disposal_gain", "30.00"),
        ("investing", "machinery", "1000.00"),
        ("investing", "worn", "-50.00"),  # 1,000 - 50 + 30 = the 980 received
        ("net_income", "net_income", "-20.00"),  # gain 30, fuel given back 40, depreciation 90
        ("working_capital", "grain", "-40.00"),
        ("working_capital", "payables", "-300.00"),
        ("working_capital", "receivables", "600.00"),
    ]


def test_a_company_in_the_groups_currency_reads_the_same_in_cad(computed: DataFrame) -> None:
    for month in ("2024-11", "2024-12", "2025-01"):
        assert statement(computed, month, "amount_cad") == statement(computed, month)


def test_every_check_passes(context: Context, inputs: dict[str, DataFrame], computed: DataFrame) -> None:
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, computed, **inputs) == []


# ---- a company in US dollars: opening rate 1.35, average 1.36, closing 1.38

HEADER = (
    "account_id group_account classification opening movement closing rate_kind opening_cad movement_cad closing_cad"
)
SOUTH = (
    ("bank", "bank", "Asset", "1000", "150", "1150", "closing", "1350.00", "237.00", "1587.00"),
    ("owed", "receivables", "Asset", "0", "100", "100", "closing", "0", "138.00", "138.00"),
    ("capital", "capital", "Equity", "-1000", "0", "-1000", "historical", "-1250.00", "0", "-1250.00"),
    ("dividends", "dividends", "Equity", "0", "50", "50", "historical", "0", "68.50", "68.50"),
    ("sales", "sales", "Revenue", "0", "-300", "-300", "average", "0", "-408.00", "-408.00"),
    ("translation_adjustment", "translation", "Equity", "0", "0", "0", "none", "-100.00", "-35.50", "-135.50"),
)  # fmt: skip


def south(spark: SparkSession, *lines: tuple[str, ...], method: str = "current_rate") -> dict[str, DataFrame]:
    constants: Row = {"company": "south", "period": "2024-11", "currency": "USD"}
    in_cad = rows(translated_balances.CONTRACT, HEADER, *lines, method=method, **constants)
    home = rows(
        trial_balance.CONTRACT, "account_id group_account classification opening closing",
        *((line[0], line[1], line[2], line[3], line[5]) for line in lines), **constants,
    )  # fmt: skip
    return inputs_of(spark, home, in_cad)


def test_a_foreign_companys_flows_are_at_average_and_the_effect_of_rates_is_a_line_of_its_own(
    spark: SparkSession, context: Context
) -> None:
    inputs = south(spark, *SOUTH)
    found = cash_flow(context, **inputs)
    assert shown(found, "section line amount amount_cad") == [
        ("cash", "closing_cash", "1150.00", "1587.00"),
        ("cash", "net_change", "150.00", "237.00"),
        ("cash", "opening_cash", "1000.00", "1350.00"),
        # 1,000 x (1.38 - 1.35) + 200 x (1.38 - 1.36) - 50 x (1.38 - 1.37)
        ("exchange", "exchange_effect", "0.00", "33.50"),
        ("financing", "dividends", "-50.00", "-68.50"),  # at 1.37, the day it was paid
        ("net_income", "net_income", "300.00", "408.00"),
        ("working_capital", "receivables", "-100.00", "-136.00"),  # not the 138.00 its balance changed by
    ]
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, found, **inputs) == []


def test_a_translation_gain_is_no_flow(spark: SparkSession, context: Context) -> None:
    """Temporal: machinery keeps the rate it was bought at, the gain of the month goes to income and out again."""
    inputs = south(
        spark,
        ("bank", "bank", "Asset", "1000", "-400", "600", "closing", "1350.00", "-522.00", "828.00"),
        ("machinery", "machinery", "Asset", "0", "500", "500", "carrying", "0", "680.00", "680.00"),
        ("capital", "capital", "Equity", "-1000", "0", "-1000", "historical", "-1350.00", "0", "-1350.00"),
        ("sales", "sales", "Revenue", "0", "-100", "-100", "average", "0", "-136.00", "-136.00"),
        ("translation_gain", "fx", "Revenue", "0", "0", "0", "none", "0", "-22.00", "-22.00"),
        method="temporal",
    )
    found = cash_flow(context, **inputs)
    assert shown(found, "section line amount_cad") == [
        ("adjustments", "fx", "-22.00"),
        ("cash", "closing_cash", "828.00"),
        ("cash", "net_change", "-522.00"),
        ("cash", "opening_cash", "1350.00"),
        ("exchange", "exchange_effect", "22.00"),  # 1,000 x 0.03 - 400 x 0.02
        ("investing", "machinery", "-680.00"),
        ("net_income", "net_income", "158.00"),
    ]
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, context, found, **inputs) == []


# ---- the checks


def test_a_statement_that_does_not_end_at_the_bank_is_held_back(
    context: Context, inputs: dict[str, DataFrame], computed: DataFrame
) -> None:
    from pyspark.sql import functions as F

    of_december = F.col("period") == date(2024, 12, 1)
    without = computed.where(~(of_december & (F.col("line") == "loan")))
    [found] = failures(CONTRACT, "ties_to_bank", context, without, **inputs)
    assert (found["company"], found["period"]) == ("north", date(2024, 12, 1))
    assert (found["flows"], found["bank_closing"] - found["bank_opening"]) == (Decimal(-1150), Decimal(-1650))


def test_cash_translated_at_another_rate_than_the_closing_one_is_found(spark: SparkSession, context: Context) -> None:
    wrong = [
        (*line[:9], "1585.85") if line[0] == "bank" else line  # at 1.379
        for line in SOUTH
    ]
    inputs = south(spark, *wrong)
    found = failures(CONTRACT, "exchange_effect_proved", context, cash_flow(context, **inputs), **inputs)
    assert [(row["company"], row["effect_cad"], row["proof_cad"]) for row in found] == [
        ("south", Decimal("32.35"), Decimal("33.50"))
    ]


def test_a_month_without_its_average_rate_is_held_back(spark: SparkSession, context: Context) -> None:
    inputs = south(spark, *SOUTH)
    inputs["exchange_rates"] = inputs["exchange_rates"].where("kind = 'closing'")
    found = failures(CONTRACT, "rate_present", context, cash_flow(context, **inputs), **inputs)
    assert shown(found, "company account_id") == [("south", "bank"), ("south", "owed")]


# ---- any books

amounts = st.integers(-999_999_99, 999_999_99).map(lambda cents: Decimal(cents).scaleb(-2))
accounts = st.sampled_from(sorted(ACCOUNTS))
postings = st.lists(st.tuples(st.sampled_from(MONTHS), accounts, accounts, amounts), max_size=15)


@settings(max_examples=5, suppress_health_check=[HealthCheck.data_too_large])
@given(st.lists(postings, min_size=4, max_size=8))
def test_any_balanced_books_end_at_the_bank(spark: SparkSession, context: Context, books: Any) -> None:
    balances: list[Row] = []
    for number, posted in enumerate(books):
        transactions = [
            (f"{month:%Y-%m}", "journal", {debited: str(amount), credited: str(-amount)})
            for month, debited, credited, amount in posted
            if debited != credited
        ]
        balances += trial_balance_rows(MONTHS, transactions, company=f"company_{number}")
    inputs = inputs_of(spark, balances)
    found = cash_flow(context, **inputs).cache()
    assert failures(CONTRACT, "ties_to_bank", context, found, **inputs) == []
    assert found.where("line = 'exchange_effect'").count() == 0
