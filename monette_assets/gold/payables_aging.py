"""What is owed to vendors at each month's end, by due date (ACCOUNTING 28), tied to the books (ACCOUNTING 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import aging
from monette_assets.tables import Context, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CONTRACT = aging.contract(
    "gold/payables_aging",
    "Open bills and vendor credits at each month's end by vendor and due date, in home currency and group currency.",
    account_type="Accounts Payable",
    sign=-1,
)


@table(CONTRACT)
def payables_aging(
    context: Context,
    agings: DataFrame,
    documents: DataFrame,
    exchange_rates: DataFrame,
    accounts: DataFrame,
    trial_balance: DataFrame,
) -> DataFrame:
    """The payables of every company-month; the trial balance is for the check."""
    return aging.aged(context, CONTRACT, "aged_payable_detail", agings, documents, exchange_rates)
