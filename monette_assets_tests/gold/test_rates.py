"""Every translated figure carries its rate, the rate's day and who says so: a stand-in is told from a published rate
(ACCOUNTING 13).

November's rates of the dollar come from the group contract, December's were published. South's books are in dollars,
north's in the group's own.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monette_assets import catalog
from monette_assets.gold import cattle_split as herds
from monette_assets.gold.budget_vs_actual import budget_vs_actual
from monette_assets.gold.cattle_split import cattle_split
from monette_assets.gold.ledger import ledger
from monette_assets.gold.payables_aging import payables_aging
from monette_assets.gold.profit_and_loss import profit_and_loss
from monette_assets.gold.receivables_aging import receivables_aging
from monette_assets.gold.weekly_banking import weekly_banking
from monette_assets.silver import (
    accounts,
    budgets,
    document_lines,
    document_links,
    documents,
    exchange_rates,
    general_ledger,
    head_counts,
    locations,
)
from monette_assets.tables import Context
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import computed, context_of, frame, group_of, rows, shown
from monette_assets_tests.gold.ageing import inputs_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

STATED = [
    {"currency": "USD", "period": date(2024, 11, 1), "kind": kind, "rate": rate, "rate_date": date(2024, 11, 28),
     "source": "Federal Reserve H.10", "reason": "none published"}
    for kind, rate in (("average", "1.36"), ("closing", "1.37"))
]  # fmt: skip
PUBLISHED = (("2024-12", "average", "2024-12-31", "1.40"), ("2024-12", "closing", "2024-12-31", "1.41"))
BOOKS = (
    # company  month      account  location       transaction and amount
    ("south", "2024-11", "fuel", "South Ranch", "1", "10.00"), ("south", "2024-11", "bank", None, "1", "-10.00"),
    ("south", "2024-12", "fuel", "South Ranch", "2", "10.00"), ("south", "2024-12", "bank", None, "2", "-10.00"),
    ("north", "2024-11", "fuel", "North Home", "3", "10.00"), ("north", "2024-11", "bank", None, "3", "-10.00"),
)  # fmt: skip
CHART = (("bank", "1000", "Asset", "Bank"), ("fuel", "5300", "Expense", "Expense"))
STAND_IN = "Federal Reserve H.10 (fallback: none published)"
HOME = ("north", "2024-11", None, "books in group currency")
AVERAGES = [
    HOME, ("south", "2024-11", "2024-11-28", STAND_IN), ("south", "2024-12", "2024-12-31", "Bank of Canada FXUSDCAD"),
]  # fmt: skip
CLOSING = [each for each in AVERAGES if each[1] == "2024-11"]
DOLLARS = [each for each in AVERAGES if each[0] == "south"]
EXPECTED = {
    "gold/ledger": AVERAGES,
    "gold/cattle_split": DOLLARS,  # the place with two herds is south's
    "gold/profit_and_loss": AVERAGES,
    "gold/budget_vs_actual": AVERAGES,
    "gold/weekly_banking": AVERAGES,
    "gold/payables_aging": CLOSING,
    "gold/receivables_aging": CLOSING,
}


@pytest.fixture(scope="module")
def tables(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataFrame]:
    """What the tables make of these books."""
    group = group_of(
        Path(tmp_path_factory.mktemp("group")), group={**small_contract()["group"], "fallback_rates": STATED}
    )
    context = context_of(spark, group, "2024-11", "2024-12")
    rates = rates_of(context)
    books = frame(spark, general_ledger.CONTRACT, rows(
        general_ledger.CONTRACT, "company period account_id location_name transaction_id amount", *BOOKS,
        transaction_type="Expense",
    ))  # fmt: skip
    chart = frame(spark, accounts.CONTRACT, rows(
        accounts.CONTRACT, "company account_id account_number classification account_type",
        *[(company, *account) for company in ("north", "south") for account in CHART],
    ))  # fmt: skip
    heads = frame(spark, head_counts.CONTRACT, rows(
        head_counts.CONTRACT, "herd head", ("Cow-Calf", 20), ("Feedlot", 10), company="south", location="South Ranch",
        period="2024-11",
    ))  # fmt: skip
    posted = computed(ledger(context, general_ledger=books, accounts=chart, exchange_rates=rates))
    split = computed(cattle_split(context, ledger=posted, head_counts=heads))
    earned = computed(profit_and_loss(context, ledger=posted, cattle_split=split))
    nothing = {
        each.CONTRACT.name.partition("/")[2]: frame(spark, each.CONTRACT)
        for each in (locations, documents, document_lines, document_links)
    }
    aged = {
        report: {**inputs_of(spark, report, kind, document, ("0.00", "0.00")), "exchange_rates": rates}
        for report, kind, document in (
            ("aged_payable_detail", "Accounts Payable", "Bill"),
            ("aged_receivable_detail", "Accounts Receivable", "Invoice"),
        )
    }
    return {
        "gold/ledger": posted,
        "gold/cattle_split": split,
        "gold/profit_and_loss": earned,
        "gold/budget_vs_actual": budget_vs_actual(
            context, profit_and_loss=earned, budgets=frame(spark, budgets.CONTRACT), exchange_rates=rates
        ),
        "gold/weekly_banking": weekly_banking(context, ledger=posted, accounts=chart, **nothing),
        "gold/payables_aging": payables_aging(context, **aged["aged_payable_detail"]),
        "gold/receivables_aging": receivables_aging(context, **aged["aged_receivable_detail"]),
    }


def rates_of(context: Context) -> DataFrame:
    """silver/exchange_rates: December's as published, November's of the contract."""
    published = rows(
        exchange_rates.CONTRACT, "period kind rate_date rate", *PUBLISHED, from_currency="USD", to_currency="CAD",
        source="Bank of Canada FXUSDCAD",
    )  # fmt: skip
    given = frame(context.spark, exchange_rates.CONTRACT, published)
    return computed(exchange_rates.with_fallbacks(context, given.drop("fallback_reason")))


def test_every_table_that_names_a_rates_source_is_read_here() -> None:
    """gold/translated_balances, whose rates are of every kind, has a test of its own."""
    named = {each.name for each in catalog.GOLD if "rate_source" in each.contract.column_names}
    assert named == {*EXPECTED, "gold/translated_balances"}


@pytest.mark.parametrize("table", EXPECTED)
def test_a_month_whose_rate_fell_back_says_so(tables: dict[str, DataFrame], table: str) -> None:
    found = set(shown(tables[table], "company period rate_date rate_source"))
    assert found == set(EXPECTED[table])


def test_what_is_moved_between_herds_keeps_the_pedigree(tables: dict[str, DataFrame]) -> None:
    """The feedlot's third of the fuel has no posting of its own in the profit and loss."""
    moved = tables["gold/profit_and_loss"].where("pillar = 'Feedlot'")
    assert shown(moved, "period amount rate_date rate_source") == [("2024-11", "3.33", "2024-11-28", STAND_IN)]
    assert set(shown(tables["gold/cattle_split"].where(f"entry = '{herds.SPLIT}'"), "rate_source")) == {(STAND_IN,)}
