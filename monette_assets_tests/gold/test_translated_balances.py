"""The tables on the engine: a trial balance, its postings and the rates in; every figure in group currency out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import ledger, trial_balance
from monette_assets.gold.translated_balances import CONTRACT, translated_balances
from monette_assets.group import Group
from monette_assets.group.models import FallbackRate
from monette_assets.silver import accounts, exchange_rates
from monette_assets.tables import Context
from monette_assets_tests.contracts import Contract, small_contract
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

# account -> side of the books, group account, profit type
CHART = {
    "bank": ("Asset", "assets", None),
    "stock": ("Asset", "stock", None),
    "machine": ("Asset", "machines", None),
    "worn": ("Asset", "worn", None),
    "capital": ("Equity", "capital", None),
    "dividend": ("Equity", "dividends", None),
    "retained": ("Equity", "retained_earnings", None),
    "sales": ("Revenue", "sales", "Sales Revenue"),
    "cost": ("Expense", "cost_of_goods", "Cost of Goods Sold"),
    "wear": ("Expense", "below_ebitda", "Other Expense"),
}
Entry = tuple[str, str, str, str, str, str]  # company, day, transaction, debited, credited, amount


def contract_of(translation: str) -> Contract:
    """The small group, years ending in December; its US company joins in November 2024 at 1.35."""
    contract = small_contract()
    contract["companies"][0]["year_starts"] = contract["companies"][1]["year_starts"]
    contract["companies"][1] |= {
        "translation": translation,
        "opening": {
            "rate": "1.35",
            "rate_date": date(2024, 10, 31),
            "source": "Bank of Canada FXUSDCAD",
            "historical": [{"group_account": "capital", "amount_cad": "500.00"}]
            + ([{"group_account": "retained_earnings", "amount_cad": "780.00"}] if translation != "temporal" else []),
        },
    }
    more = [
        ("stock", "Asset", {"kind": "inventory"}),
        ("machines", "Asset", {"kind": "fixed_asset"}),
        ("worn", "Asset", {"kind": "accumulated_depreciation"}),
        ("dividends", "Equity", {"kind": "dividends"}),
        ("gains", "Revenue", {"kind": "exchange", "profit_type": "Other Income"}),
    ]
    for order, (code, classification, fields) in enumerate(more, start=200):
        statement = "profit_and_loss" if classification == "Revenue" else "balance_sheet"
        contract["chart"].append(
            {"code": code, "name": code.title(), "statement": statement, "classification": classification,
             "order": order, **fields}
        )  # fmt: skip
    for account in contract["chart"]:
        if account["code"] in ("assets", "liabilities"):
            account["monetary"] = True
    return contract


def inputs_of(
    spark: SparkSession, opening: dict[str, dict[str, str]], entries: list[Entry], rates: Sequence[tuple[str, ...]]
) -> dict[str, DataFrame]:
    """Trial balance, ledger, accounts and rates of these books, November to January; years end in December."""
    posted: list[dict[str, Any]] = []
    balances: list[tuple[Any, ...]] = []
    for company, opened in opening.items():
        held = {name: Decimal(opened.get(name, "0")) for name in CHART}
        for month in ("2024-11", "2024-12", "2025-01"):
            if month == "2025-01":
                for name in ("sales", "cost", "wear"):
                    held["retained"] += held[name]
                    held[name] = Decimal(0)
            for name, (side, group_account, profit_type) in CHART.items():
                lines = [
                    (day, transaction, Decimal(text) * sign)
                    for whose, day, transaction, debited, credited, text in entries
                    for account, sign in ((debited, 1), (credited, -1))
                    if whose == company and day.startswith(month) and account == name
                ]
                posted += rows(
                    ledger.CONTRACT,
                    "transaction_date transaction_id amount",
                    *lines,
                    company=company, period=month, account_id=name, classification=side, group_account=group_account,
                    profit_type=profit_type,
                )  # fmt: skip
                debit = sum((amount for *_, amount in lines if amount > 0), Decimal(0))
                credit = -sum((amount for *_, amount in lines if amount < 0), Decimal(0))
                if held[name] or debit or credit:
                    currency = "CAD" if company == "north" else "USD"
                    closing = held[name] + debit - credit
                    balances.append(
                        (company, month, name, name.title(), side, group_account, currency, held[name], debit, credit,
                         closing)
                    )  # fmt: skip
                    held[name] = closing
    header = "company period account_id account_name classification group_account currency opening debit credit closing"
    retained = [(company, "retained", "Retained", "Equity", "RetainedEarnings") for company in opening]
    return {
        "trial_balance": frame(spark, trial_balance.CONTRACT, rows(trial_balance.CONTRACT, header, *balances)),
        "ledger": frame(spark, ledger.CONTRACT, posted),
        "accounts": frame(
            spark,
            accounts.CONTRACT,
            rows(accounts.CONTRACT, "company account_id account_name classification account_sub_type", *retained),
        ),
        "exchange_rates": frame(
            spark,
            exchange_rates.CONTRACT,
            rows(
                exchange_rates.CONTRACT,
                "period kind rate_date rate",
                *rates,
                from_currency="USD", to_currency="CAD", source="Bank of Canada FXUSDCAD",
            ),
        ),
    }  # fmt: skip


OPENING = {
    "north": {"bank": "100", "capital": "-100"},
    "south": {"bank": "1000", "capital": "-400", "retained": "-600"},
}
ENTRIES: list[Entry] = [
    ("north", "2024-11-05", "1", "bank", "sales", "70"),
    # the golden case of ACCOUNTING 15
    ("south", "2024-11-10", "1", "bank", "sales", "200"),
    ("south", "2024-11-20", "2", "dividend", "bank", "50"),
]
RATES = [
    ("2024-11", "daily", "2024-11-19", "1.37"),
    ("2024-11", "daily", "2024-11-22", "1.38"),
    ("2024-11", "average", "2024-11-30", "1.36"),
    ("2024-11", "closing", "2024-11-29", "1.38"),
    ("2024-12", "average", "2024-12-31", "1.39"),
    ("2024-12", "closing", "2024-12-31", "1.40"),
    ("2025-01", "average", "2025-01-31", "1.41"),
    ("2025-01", "closing", "2025-01-31", "1.42"),
]
MONTHS = ("2024-11", "2024-12", "2025-01")
KEPT = ("machine", "stock", "worn", "translation_gain")


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"), **contract_of("current_rate"))


@pytest.fixture(scope="module")
def every_month(spark: SparkSession, group: Group) -> Context:
    return context_of(spark, group, *MONTHS)


@pytest.fixture(scope="module")
def inputs(spark: SparkSession) -> dict[str, DataFrame]:
    return inputs_of(spark, OPENING, ENTRIES, RATES)


@pytest.fixture(scope="module")
def found(every_month: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return translated_balances(every_month, **inputs)


def test_the_golden_case_with_rate_kind_day_and_source(found: DataFrame) -> None:
    november = found.where("company = 'south' and period = date'2024-11-01'")
    assert shown(november, "account_id rate rate_kind rate_date closing closing_cad") == [
        ("bank", "1.380000", "closing", "2024-11-29", "1150.00", "1587.00"),
        ("capital", "1.250000", "historical", "2024-10-31", "-400.00", "-500.00"),
        ("dividend", "1.370000", "historical", "2024-11-19", "50.00", "68.50"),
        ("retained", "1.300000", "historical", "2024-10-31", "-600.00", "-780.00"),
        ("sales", "1.360000", "average", "2024-11-30", "-200.00", "-272.00"),
        ("translation_adjustment", None, "none", None, "0.00", "-103.50"),
    ]
    adjustment = november.where("account_id = 'translation_adjustment'")
    assert shown(adjustment, "group_account classification method opening_cad movement_cad fiscal_year") == [
        ("translation_adjustment", "Equity", "current_rate", "-70.00", "-33.50", 2024)
    ]


def test_the_year_ends_into_retained_earnings_as_translated(found: DataFrame) -> None:
    january = found.where("company = 'south' and period = date'2025-01-01' and account_id in ('sales', 'retained')")
    assert shown(january, "account_id opening opening_cad closing_cad rate fiscal_year") == [
        ("retained", "-800.00", "-1052.00", "-1052.00", "1.315000", 2025)
    ]


def test_books_in_group_currency_stay_as_they_are(found: DataFrame) -> None:
    north = found.where("company = 'north' and period = date'2024-11-01'")
    assert shown(north, "account_id method rate rate_kind opening_cad movement_cad closing_cad closing") == [
        ("bank", "none", "1.000000", "none", "100.00", "70.00", "170.00", "170.00"),
        ("capital", "none", "1.000000", "none", "-100.00", "0.00", "-100.00", "-100.00"),
        ("sales", "none", "1.000000", "none", "0.00", "-70.00", "-70.00", "-70.00"),
    ]


def test_a_part_equals_the_whole(
    spark: SparkSession, group: Group, inputs: dict[str, DataFrame], found: DataFrame
) -> None:
    one = translated_balances(context_of(spark, group, "2025-01"), **inputs)
    every = " ".join(CONTRACT.column_names)
    assert shown(one, every) == shown(found.where("period = date'2025-01-01'"), every)


def test_nothing_is_found_wrong(every_month: Context, inputs: dict[str, DataFrame], found: DataFrame) -> None:
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, every_month, found, **inputs) == [], check.name


def test_a_group_without_a_foreign_company(spark: SparkSession, tmp_path: Path, inputs: dict[str, DataFrame]) -> None:
    alone = group_of(tmp_path, **{**contract_of("current_rate"), "companies": small_contract()["companies"][:1]})
    north = {name: each.where("company = 'north'") if "company" in each.columns else each
             for name, each in inputs.items()}  # fmt: skip
    assert translated_balances(context_of(spark, alone, "2024-11"), **north).count() == 3


def test_the_temporal_method_finds_the_cost_of_each_relief_in_its_transaction(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Bought at 1.36 in November; sold, and the machine depreciated and sold, when the rate was another."""
    contract = contract_of("temporal")
    contract["companies"][1]["opening"]["historical"].append({"group_account": "machines", "amount_cad": "1250.00"})
    context = context_of(spark, group_of(tmp_path, **contract), *MONTHS)
    opening = {"south": {"bank": "1000", "machine": "1000", "capital": "-400", "retained": "-1600"}}
    entries: list[Entry] = [
        ("south", "2024-11-10", "1", "stock", "bank", "500"),
        # one journal entry: the cost of what was sold, and the month's depreciation
        ("south", "2024-12-10", "2", "cost", "stock", "200"),
        ("south", "2024-12-10", "2", "wear", "worn", "100"),
        ("south", "2024-12-11", "3", "bank", "sales", "300"),
        # the machine is sold at book value; stock is used to build another
        ("south", "2025-01-10", "4", "worn", "machine", "100"),
        ("south", "2025-01-10", "4", "bank", "machine", "900"),
        ("south", "2025-01-20", "5", "machine", "stock", "300"),
    ]
    given = inputs_of(spark, opening, entries, RATES)
    found = translated_balances(context, **given)
    december = found.where("period = date'2024-12-01'")
    assert shown(december, "account_id rate_kind rate closing_cad") == [
        ("bank", "closing", "1.400000", "1120.00"),
        ("capital", "historical", "1.250000", "-500.00"),
        ("cost", "carrying", "1.360000", "272.00"),
        ("machine", "carrying", "1.250000", "1250.00"),
        # what remains of the opening position: 1,000 x 1.35 + 1,250 - 500
        ("retained", "historical", "1.312500", "-2100.00"),
        ("sales", "average", "1.390000", "-417.00"),
        ("stock", "carrying", "1.360000", "408.00"),
        # November: 1,000 x 0.03 - 500 x (1.38 - 1.36); December: 500 x 0.02 + 300 x (1.40 - 1.39)
        ("translation_gain", "none", None, "-33.00"),
        ("wear", "carrying", "1.250000", "125.00"),
        ("worn", "carrying", "1.250000", "-125.00"),
    ]
    january = found.where("period = date'2025-01-01'").where(found.account_id.isin(*KEPT))
    # the machine carried (1,250 + 408) / 1,300 = 1.275385 after the month's addition. The gain: 800 x 0.02, 900 x
    # (1.42 - 1.41), and book value that left at 1.41: 1,000 that carried 1,275.385, less 100 that carried 125.00
    assert shown(january, "account_id opening_cad movement_cad closing_cad") == [
        ("machine", "1250.00", "-867.39", "382.61"),
        ("stock", "408.00", "-408.00", "0.00"),
        ("translation_gain", "0.00", "-143.61", "-143.61"),
        ("worn", "-125.00", "125.00", "0.00"),
    ]
    for check in CONTRACT.checks:
        if check.name != "opening_stated":
            assert failures(CONTRACT, check.name, context, found, **given) == [], check.name


# ---- the checks


def test_a_month_without_a_rate_is_held_back_with_those_that_build_on_it(
    spark: SparkSession, every_month: Context
) -> None:
    """ACCOUNTING 13: never 1, and no other company is touched."""
    given = inputs_of(spark, OPENING, ENTRIES, [each for each in RATES if each[:2] != ("2024-12", "average")])
    found = translated_balances(every_month, **given)
    broken = failures(CONTRACT, "rate_present", every_month, found, **given)
    reason = "no average rate of USD for 2024-12"
    assert {(row["company"], f"{row['period']:%Y-%m}", row["currency"], row["reason"]) for row in broken} == {
        ("south", "2024-12", "USD", reason),
        ("south", "2025-01", "USD", f"follows 2024-12, which cannot be translated: {reason}"),
    }
    assert shown(found.where("company = 'south' and period = date'2024-11-01'").groupBy().sum("closing_cad"),
                 "sum(closing_cad)") == [("0.00",)]  # fmt: skip


def test_a_rate_of_the_contract_is_recorded_on_every_figure_it_made(spark: SparkSession, every_month: Context) -> None:
    """ACCOUNTING 13: December's average is from elsewhere, with its day, source and reason."""
    stated = FallbackRate(
        currency="USD", period=date(2024, 12, 1), kind="average", rate=Decimal("1.36"), rate_date=date(2024, 12, 31),
        source="Federal Reserve H.10", reason="none published",
    )  # fmt: skip
    group = every_month.group
    settings = group.settings.model_copy(update={"fallback_rates": (stated,)})
    context = replace(every_month, group=replace(group, settings=settings))
    given = inputs_of(spark, OPENING, ENTRIES, [each for each in RATES if each[:2] != ("2024-12", "average")])
    given["exchange_rates"] = exchange_rates.with_fallbacks(context, given["exchange_rates"].drop("fallback_reason"))
    found = translated_balances(context, **given)
    assert failures(CONTRACT, "rate_present", context, found, **given) == []
    december = found.where("company = 'south' and period = date'2024-12-01' and rate_kind = 'average'")
    assert set(shown(december, "rate rate_date rate_source")) == {
        ("1.360000", "2024-12-31", "Federal Reserve H.10 (fallback: none published)")
    }


def changed(found: DataFrame, where: str, **columns: str) -> DataFrame:
    """The rows with some figures of one of them changed."""
    from pyspark.sql import functions as F

    hit = F.expr(where)
    return found.select(
        *(
            F.when(hit, F.lit(columns[name])).otherwise(F.col(name)).cast(found.schema[name].dataType).alias(name)
            if name in columns
            else F.col(name)
            for name in found.columns
        )
    )


BANK = "company = 'south' and account_id = 'bank' and period = date'2024-12-01'"


@pytest.mark.parametrize(
    ("check", "columns", "expected"),
    [
        ("rate_present", {"rate": None}, [("south", "2024-12")]),
        ("nets_to_zero", {"closing_cad": "1"}, [("south", "2024-12")]),
        ("conserved", {"opening": "1"}, [("south", "2024-12")]),
        ("rolls_forward", {"opening_cad": "1"}, [("south", "2024-12")]),
        ("rolls_forward", {"closing_cad": "1"}, [("south", "2024-12"), ("south", "2025-01")]),
    ],
)
def test_a_figure_that_is_not_so_is_found(
    every_month: Context,
    inputs: dict[str, DataFrame],
    found: DataFrame,
    check: str,
    columns: dict[str, str],
    expected: list[tuple[str, str]],
) -> None:
    broken = failures(CONTRACT, check, every_month, changed(found, BANK, **columns), **inputs)
    assert shown(broken, "company period") == expected


def test_an_account_that_is_not_translated_is_found(
    every_month: Context, inputs: dict[str, DataFrame], found: DataFrame
) -> None:
    broken = failures(CONTRACT, "conserved", every_month, found.where(f"not ({BANK})"), **inputs)
    assert shown(broken, "company period account_id difference") == [("south", "2024-12", "bank", "2300.00")]


def test_what_the_contract_leaves_out_is_named(spark: SparkSession, tmp_path: Path) -> None:
    contract = contract_of("current_rate")
    del contract["companies"][1]["opening"]["historical"][0]
    context = context_of(spark, group_of(tmp_path, **contract), "2024-11")
    given = inputs_of(spark, OPENING, ENTRIES, RATES)
    broken = failures(CONTRACT, "opening_stated", context, translated_balances(context, **given), **given)
    assert shown(broken, "company account_id group_account closing_cad") == [("south", "capital", "capital", "-540.00")]


def test_a_company_may_start_without_differences(spark: SparkSession, tmp_path: Path) -> None:
    """IFRS 1 D13: nothing stated, everything at the opening rate; the rows say so."""
    contract = contract_of("current_rate")
    del contract["companies"][1]["opening"]["historical"]
    context = context_of(spark, group_of(tmp_path, **contract), "2024-11")
    given = inputs_of(spark, OPENING, ENTRIES, RATES)
    found = translated_balances(context, **given)
    assert failures(CONTRACT, "opening_stated", context, found, **given) == []
    equity = found.where("company = 'south' and account_id in ('capital', 'translation_adjustment')")
    assert shown(equity, "account_id opening_cad rate_source") == [
        ("capital", "-540.00", "Bank of Canada FXUSDCAD; differences start at zero"),
        ("translation_adjustment", "0.00", "what remains; proved in gold/translation_proof"),
    ]
