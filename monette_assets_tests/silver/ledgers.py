"""General ledger reports as bronze keeps them, their postings written out in a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monette_assets.bronze.quickbooks_reports import CONTRACT
from monette_assets_tests.frames import frame, rows
from monette_assets_tests.sources.quickbooks.reports.rendering import posting, report, section, text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Fetch = tuple[str, str, str, list[str]]  # company, month, fetched, payloads


def sale(identifier: str, day: str, amount: str, *, credit: str | None = None, **header: Any) -> str:
    """The payload of a general ledger with one sale."""
    return text(
        report(
            [
                section("Bank", [posting("Invoice", identifier, debit=amount, day=day)], identifier="1", debit=amount),
                section(
                    "Sales",
                    [posting("Invoice", identifier, credit=credit or amount, day=day)],
                    identifier="2",
                    credit=credit or amount,
                ),
            ],
            **header,
        )
    )


def fetches_of(spark: SparkSession, *fetches: Sequence[Any], name: str = "general_ledger") -> DataFrame:
    """The fetches of one report as the bronze table."""
    lines = [(*fetch, f"{name}-{number}") for number, fetch in enumerate(fetches)]
    return frame(spark, CONTRACT, rows(CONTRACT, "company period fetched_at payloads fetch_id", *lines, report=name))
