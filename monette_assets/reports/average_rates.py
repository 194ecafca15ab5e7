"""The average rate each company's month was translated at, as the release has it (ACCOUNTING 13).

Rates are corrected after a release: silver/exchange_rates says what holds today, the release's own ledger what its
figures were made with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.reports.released import ReportError

if TYPE_CHECKING:
    from monette_assets.reports.released import Released

LEDGER = "gold/ledger"
Unit = tuple[str, date]  # company, month
Rates = Mapping[Unit, Mapping[str, Any]]


def average_rates(release: Released, months: Collection[date]) -> Rates:
    """`average_rate`, `rate_date` and `rate_source` of every company with postings in these months.

    Day and source are None where the release is older than these columns.
    """
    import pyarrow.compute as pc

    if not release.holds(LEDGER):
        return {}
    held = release.lake.schema(LEDGER, release.versions[LEDGER]).names
    pedigree = [name for name in ("rate_date", "rate_source") if name in held]
    columns = ["company", "period", "average_rate", *pedigree]
    where = pc.field("period").isin(sorted(months)) & pc.field("average_rate").is_valid()
    lines = release.table(LEDGER, columns=columns, where=where)
    blank = {"rate_date": None, "rate_source": None}
    return {
        (row["company"], row["period"]): {**blank, **row} for row in lines.group_by(columns).aggregate([]).to_pylist()
    }


def rate_of(rates: Rates, company: str, month: date) -> Mapping[str, Any]:
    """The company's of that month. Raises ReportError where there is none: a rate is never taken as 1."""
    found = rates.get((company, month))
    if found is None:
        raise ReportError(
            f"{company} {month:%Y-%m}: no average rate in {LEDGER}; run `monette run --from {month:%Y-%m}`"
        )
    return found
