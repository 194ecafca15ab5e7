"""What the group contract makes of a posting: account, location, rate. One ledger, a case a line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold.ledger import CONTRACT, ledger
from monette_assets.gold.mapping import add_crop_years
from monette_assets.group import Group
from monette_assets.group.calendar import months_between, year_begun
from monette_assets.silver import accounts, exchange_rates, general_ledger
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MAPPING = [
    {"account_number": "1000", "group_account": "assets"},
    {"account_number": "4010", "group_account": "sales", "commodity": "durum"},
    {"account_number": "4010", "company": "south", "group_account": "other_income"},
    # the name is a fallback only: for accounts without a number, or with one nobody mapped
    {"account_name": "Crop Sales:Durum", "group_account": "other_income"},
    {"account_name": "Grain Cost", "group_account": "cost_of_goods", "commodity": "durum"},
    {"account_number": "5010", "group_account": "cost_of_goods"},
    # fuel was a cost of goods until the end of 2024
    {"account_number": "6000", "group_account": "cost_of_goods", "to": date(2025, 1, 1)},
    {"account_number": "6000", "group_account": "direct", "from": date(2025, 1, 1)},
    {"account_number": "7000", "group_account": "direct"},
]
REROUTES = [
    {"company": "south", "group_account": "direct", "to_group_account": "below_ebitda", "from": date(2025, 1, 1)}
]
LOCATIONS = [
    {
        "name": "North Home",
        "pillars": [{"pillar": "Grain", "to": date(2025, 1, 1)}, {"pillar": "Cattle", "from": date(2025, 1, 1)}],
        "spellings": [{"raw": "NORTH (home)", "company": "north"}],
    },
    {"name": "South Ranch", "pillars": [{"pillar": "Cow-Calf"}]},
]
ACCOUNTS = (
    ("bank", "1000", "Chequing", "Asset"),
    ("durum", "4010", "Crop Sales:Durum", "Revenue"),
    ("unnumbered", None, "Crop Sales:Durum", "Revenue"),
    ("renumbered", "9999", "Crop Sales:Durum", "Revenue"),
    ("grain", "5010", "Grain Cost", "Expense"),
    ("fuel", "6000", "Fuel", "Expense"),
    ("custom", "7000", "Custom Work", "Expense"),
    ("new", "6500", "Something New", "Expense"),
)
LINES = (
    # account                    case                     company  month      account       amount   location
    ("number",                   "north", "2024-11", "durum",      "-100.00", "North Home"),
    ("own entry",                "south", "2024-11", "durum",      "-100.00", None),
    ("name",                     "north", "2024-11", "unnumbered", "-20.00",  "North Home"),
    ("name of unknown number",   "north", "2024-11", "renumbered", "-30.00",  "North Home"),
    ("number without commodity", "north", "2024-11", "grain",      "5.00",    "North Home"),
    ("mapped until",             "north", "2024-12", "fuel",       "7.00",    "North Home"),
    ("mapped from",              "north", "2025-01", "fuel",       "7.00",    "North Home"),
    ("not rerouted yet",         "south", "2024-12", "custom",     "8.00",    None),
    ("rerouted",                 "south", "2025-01", "custom",     "8.00",    None),
    ("rerouted elsewhere only",  "north", "2025-01", "custom",     "8.00",    "North Home"),
    ("unmapped",                 "north", "2024-12", "new",        "11.00",   "North Home"),
    ("unmapped",                 "north", "2024-12", "new",        "0.50",    "North Home"),
    ("own spelling",             "north", "2024-12", "fuel",       "1.00",    "NORTH (home)"),
    ("blank",                    "south", "2024-12", "fuel",       "1.00",    "  "),
    ("unknown location",         "north", "2024-12", "fuel",       "1.00",    "Moon Base"),
    ("another's spelling",       "south", "2024-12", "fuel",       "1.00",    "NORTH (home)"),
    ("bank",                     "north", "2024-12", "bank",       "-20.50",  "Moon Base"),
    ("no rate",                  "south", "2025-02", "fuel",       "3.00",    None),
    ("home currency needs none", "north", "2025-02", "fuel",       "3.00",    "North Home"),
)  # fmt: skip
RATES = (
    ("2024-11", "average", "1.375001"), ("2024-12", "average", "1.400000"), ("2025-01", "average", "1.439000"),
    ("2024-11", "closing", "9.000000"), ("2024-12", "daily", "9.000000"), ("2025-02", "closing", "9.000000"),
)  # fmt: skip


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(
        tmp_path_factory.mktemp("group"),
        mapping=MAPPING,
        reroutes=REROUTES,
        locations=LOCATIONS,
    )


@pytest.fixture(scope="module")
def context(spark: SparkSession, group: Group) -> Context:
    return context_of(spark, group, "2024-11", "2024-12", "2025-01", "2025-02")


@pytest.fixture(scope="module")
def inputs(spark: SparkSession) -> dict[str, DataFrame]:
    header = "memo company period account_id amount location_name"
    charts = [(company, *account) for company in ("north", "south") for account in ACCOUNTS]
    return {
        "general_ledger": frame(spark, general_ledger.CONTRACT, rows(general_ledger.CONTRACT, header, *LINES)),
        "accounts": frame(
            spark,
            accounts.CONTRACT,
            rows(accounts.CONTRACT, "company account_id account_number account_name classification", *charts),
        ),
        "exchange_rates": frame(
            spark,
            exchange_rates.CONTRACT,
            rows(exchange_rates.CONTRACT, "period kind rate", *RATES, from_currency="USD", to_currency="CAD"),
        ),
    }


@pytest.fixture(scope="module")
def computed(context: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return ledger(context, **inputs).cache()


@pytest.fixture(scope="module")
def cases(computed: DataFrame) -> dict[str, Row]:
    return {row["memo"]: row.asDict() for row in computed.collect()}


@pytest.mark.parametrize(
    ("case", "group_account", "profit_type", "commodity"),
    [
        ("number", "sales", "Sales Revenue", "durum"),
        ("own entry", "other_income", "Other Income", None),
        ("name", "other_income", "Other Income", None),
        ("name of unknown number", "other_income", "Other Income", None),
        ("number without commodity", "cost_of_goods", "Cost of Goods Sold", None),
        ("mapped until", "cost_of_goods", "Cost of Goods Sold", None),
        ("mapped from", "direct", "Direct Operating Expenses", None),
        ("not rerouted yet", "direct", "Direct Operating Expenses", None),
        ("rerouted", "below_ebitda", "Other Expense", None),
        ("rerouted elsewhere only", "direct", "Direct Operating Expenses", None),
        ("unmapped", "unmapped", None, None),
        ("bank", "assets", None, None),
    ],
)
def test_group_account(
    cases: dict[str, Row], case: str, group_account: str, profit_type: str | None, commodity: str | None
) -> None:
    """By number, the company's own entry first, by name only without; as of the month; rerouted from a date (ACCOUNTING
    23)."""
    found = cases[case]
    assert (found["group_account"], found["profit_type"], found["commodity"]) == (group_account, profit_type, commodity)


@pytest.mark.parametrize(
    ("case", "location", "pillar"),
    [
        ("number", "North Home", "Grain"),
        ("mapped from", "North Home", "Cattle"),  # the farm changed its pillar
        ("own spelling", "North Home", "Grain"),
        ("own entry", "South Ranch", "Cow-Calf"),  # null: the company implies it
        ("blank", "South Ranch", "Cow-Calf"),
        ("unknown location", "Unclassified", "Unclassified"),
        ("another's spelling", "Unclassified", "Unclassified"),
    ],
)
def test_location_and_pillar(cases: dict[str, Row], case: str, location: str, pillar: str) -> None:
    assert (cases[case]["location"], cases[case]["pillar"]) == (location, pillar)


def test_the_raw_spelling_is_kept(cases: dict[str, Row]) -> None:
    assert cases["unknown location"]["location_name"] == "Moon Base"


@pytest.mark.parametrize(
    ("case", "rate", "amount_cad"),
    [
        ("number", "1.000000", "-100.00000000"),
        ("own entry", "1.375001", "-137.50010000"),  # exact: statements round, once
        ("rerouted", "1.439000", "11.51200000"),
        ("no rate", "None", "None"),  # never 1
        ("home currency needs none", "1.000000", "3.00000000"),
    ],
)
def test_translated_at_the_months_average(cases: dict[str, Row], case: str, rate: str, amount_cad: str) -> None:
    assert (str(cases[case]["average_rate"]), str(cases[case]["amount_cad"])) == (rate, amount_cad)


def test_fiscal_years_are_the_companys_own(cases: dict[str, Row]) -> None:
    years = {case: cases[case]["fiscal_year"] for case in ("number", "own entry", "rerouted")}
    assert years == {"number": 2025, "own entry": 2024, "rerouted": 2025}


def test_crop_and_marketing_years_are_dimensions_of_their_own(spark: SparkSession, tmp_path: Path) -> None:
    """ACCOUNTING 11: durum is marketed from August as it is harvested, corn from September, calves all year round."""
    commodities = [
        {"code": "durum", "name": "Durum", "marketing_year_month": 8},
        {"code": "corn", "name": "Corn", "marketing_year_month": 9},
        {"code": "calves", "name": "Calves"},
    ]
    group = group_of(tmp_path, commodities=commodities)
    months = months_between(date(2024, 11, 1), date(2025, 12, 1))
    given = [
        {"period": month, "commodity": commodity} for month in months for commodity in ("durum", "corn", "calves", None)
    ]
    context = context_of(spark, group, "2024-11")
    found = add_crop_years(context, context.relation(given, "period date, commodity string")).collect()
    assert len(found) == len(given)
    assert {row["crop_year"] == year_begun(row["period"], 8) for row in found} == {True}
    begins = {"durum": 8, "corn": 9}
    for row in found:
        month = begins.get(row["commodity"])
        assert row["marketing_year"] == (None if month is None else year_begun(row["period"], month))
    assert {(row["crop_year"], row["marketing_year"]) for row in found
            if row["period"] == date(2025, 8, 1) and row["commodity"] == "corn"} == {(2025, 2024)}  # fmt: skip


def test_the_ledger_carries_both(cases: dict[str, Row]) -> None:
    assert {(row["crop_year"], row["marketing_year"]) for row in cases.values()} == {(2024, None)}


def test_a_missing_rate_blocks_that_company_month_alone(
    context: Context, computed: DataFrame, inputs: dict[str, DataFrame]
) -> None:
    found = failures(CONTRACT, "rate_present", context, computed, **inputs)
    assert shown(found, "company period currency lines") == [("south", "2025-02", "USD", 1)]


def test_unmapped_accounts_are_named_with_their_amount(
    context: Context, computed: DataFrame, inputs: dict[str, DataFrame]
) -> None:
    found = failures(CONTRACT, "every_account_mapped", context, computed, **inputs)
    assert shown(found, "company period account_number account_name lines amount") == [
        ("north", "2024-12", "6500", "Something New", 2, "11.50")
    ]


@pytest.mark.parametrize(
    ("name", "sub_type", "classification", "caught"),
    [
        ("Depreciation", None, "Expense", True),
        ("Other:AMORTISSEMENT", None, "Expense", True),
        ("Interest on Term Debt", "OtherMiscellaneousExpense", "Expense", True),
        ("Intérêts sur la dette", None, "Expense", True),
        ("Income Taxes", None, "Expense", True),
        ("Impôts sur le revenu", None, "Expense", True),
        ("Bank Loans", "InterestPaid", "Expense", True),  # by its detail type alone
        ("Wear and tear", "Depreciation", "Expense", True),
        ("Property Taxes", "TaxesPaid", "Expense", False),
        ("Custom Work", None, "Expense", False),
        ("Interest on Deposits", "InterestEarned", "Revenue", False),
    ],
)
def test_what_is_below_ebitda_is_known_by_the_accounts_own_type_and_name(
    spark: SparkSession,
    context: Context,
    inputs: dict[str, DataFrame],
    computed: DataFrame,
    name: str,
    sub_type: str | None,
    classification: str,
    caught: bool,
) -> None:
    """ACCOUNTING 24: 7000 is mapped to direct expenses by number; south's is rerouted below EBITDA from 2025 on."""
    from pyspark.sql import functions as F

    header = "company account_id account_number account_name account_sub_type classification"
    charts = [(company, "custom", "7000", name, sub_type, classification) for company in ("north", "south")]
    chart = frame(spark, accounts.CONTRACT, rows(accounts.CONTRACT, header, *charts))
    named = computed.withColumn(
        "account_name", F.when(F.col("account_id") == "custom", name).otherwise(F.col("account_name"))
    )
    found = failures(CONTRACT, "below_ebitda", context, named, **inputs | {"accounts": chart})
    expected = [
        ("north", "2025-01", "7000", name, "direct", "Direct Operating Expenses", 1, "8.00"),
        ("south", "2024-12", "7000", name, "direct", "Direct Operating Expenses", 1, "8.00"),
    ]
    assert shown(found, "company period account_number account_name group_account profit_type lines amount") == (
        expected if caught else []
    )


def test_unknown_locations_are_named_but_a_bank_account_needs_none(
    context: Context, computed: DataFrame, inputs: dict[str, DataFrame]
) -> None:
    found = failures(CONTRACT, "location_known", context, computed, **inputs)
    assert shown(found, "company period location_name lines") == [
        ("north", "2024-12", "Moon Base", 1),
        ("south", "2024-12", "NORTH (home)", 1),
    ]


def test_conservation_notices_a_row_lost_gained_or_changed(
    spark: SparkSession, context: Context, computed: DataFrame, inputs: dict[str, DataFrame]
) -> None:
    """ACCOUNTING 7: a gain of as much as was lost does not hide either."""
    assert failures(CONTRACT, "conserved", context, computed, **inputs) == []
    from pyspark.sql import functions as F

    lost = computed.where((F.col("memo") != "number") & (F.col("memo") != "rerouted"))
    doubled = lost.unionByName(lost.where((F.col("company") == "south") & (F.col("period") == date(2024, 12, 1))))
    changed = doubled.withColumn(
        "amount", F.when(F.col("memo") == "no rate", -2 * F.col("amount")).otherwise(F.col("amount"))
    )
    found = failures(CONTRACT, "conserved", context, changed, **inputs)
    assert shown(found, "company period rows_in rows gross_in gross") == [
        ("north", "2024-11", 4, 3, "155.00", "55.00"),
        ("south", "2024-12", 3, 6, "10.00", "20.00"),
        ("south", "2025-01", 1, 0, "8.00", "0.00"),
        ("south", "2025-02", 1, 1, "3.00", "6.00"),
    ]


def test_every_line_comes_out_once(computed: DataFrame) -> None:
    taken: list[Any] = [tuple(line[:5]) for line in LINES]
    assert shown(computed, "memo company period account_id amount") == sorted(taken, key=str)
