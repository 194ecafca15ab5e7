"""Open documents written out for the tests of both agings: two companies, one with a dollar's home currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monette_assets.gold import trial_balance
from monette_assets.silver import accounts, agings, documents, exchange_rates
from monette_assets.tables import Contract
from monette_assets_tests.frames import frame, rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def inputs_of(
    spark: SparkSession,
    report: str,
    account_type: str,
    kind: str,
    control: tuple[str, str],
    *,
    rates: tuple[tuple[str, ...], ...] = (("2024-11", "USD", "CAD", "closing", "2024-11-29", "1.4"),),
) -> dict[str, DataFrame]:
    """North owes or is owed 15.00 and 100.00 and more, south 10.00; `control` is what their books say."""

    def given(table: Contract, header: str, *lines: tuple[Any, ...], **constants: Any) -> DataFrame:
        return frame(spark, table, rows(table, header, *lines, **constants))

    other = "aged_payable_detail" if report == "aged_receivable_detail" else "aged_receivable_detail"
    header = "company report transaction_type transaction_id transaction_date due_date open_balance line_number"
    return {
        "agings": given(
            agings.CONTRACT, header,
            ("north", report, kind, "1", "2024-11-20", "2024-11-30", "15.00", 1),
            ("north", report, kind, "2", "2024-10-01", "2024-10-31", "100.00", 1),
            ("north", report, kind, "3", "2024-10-01", "2024-10-30", "1.00", 1),
            ("north", report, kind, "4", "2024-08-01", "2024-09-30", "2.00", 1),
            ("north", report, kind, "5", "2024-08-01", "2024-08-31", "3.00", 1),
            ("north", report, "Unheard of", "6", "2024-07-01", None, "-4.00", 1),
            ("south", report, kind, "1", "2024-11-01", "2024-12-01", "10.00", 1),
            ("north", other, kind, "1", "2024-11-01", "2024-12-01", "999.00", 1),
            period="2024-11", contact_id="9", contact_name="Neighbour",
        ),
        "documents": given(
            documents.CONTRACT, "company document_type document_id currency",
            ("north", kind, "1", "CAD"), ("north", kind, "2", "USD"), ("south", kind, "1", "USD"),
            period="2024-11",
        ),
        "exchange_rates": given(
            exchange_rates.CONTRACT, "period from_currency to_currency kind rate_date rate", *rates
        ),
        "accounts": given(
            accounts.CONTRACT, "company account_id account_type",
            ("north", "c", account_type), ("north", "d", account_type), ("north", "x", "Bank"),
            ("south", "c", account_type),
        ),
        "trial_balance": given(
            trial_balance.CONTRACT, "company account_id closing",
            ("north", "c", control[0]), ("north", "d", "0.00"), ("north", "x", "77.00"), ("south", "c", control[1]),
            period="2024-11",
        ),
    }  # fmt: skip
