"""QuickBooks Online's reports of simulated books, with every row kind and quirk its answers are known to have.

`render_report(books, name, start, end)` is the whole of it without HTTP. For many reports of the same books, build a
`LedgerIndex(books)` once and pass it instead of the books: then each report costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType

import orjson

from monette_assets.simulator.model import Books
from monette_assets.simulator.reports.aging import aged_payable_detail, aged_receivable_detail
from monette_assets.simulator.reports.balance_sheet import balance_sheet
from monette_assets.simulator.reports.general_ledger import general_ledger
from monette_assets.simulator.reports.index import LedgerIndex
from monette_assets.simulator.reports.journal import journal
from monette_assets.simulator.reports.layout import Json, ReportRequest
from monette_assets.simulator.reports.profit_and_loss import profit_and_loss
from monette_assets.simulator.reports.profit_and_loss_detail import profit_and_loss_detail
from monette_assets.simulator.reports.trial_balance import trial_balance

REPORTS: Mapping[str, Callable[[LedgerIndex, ReportRequest], Json]] = MappingProxyType(
    {
        "GeneralLedger": general_ledger,
        "ProfitAndLoss": profit_and_loss,
        "ProfitAndLossDetail": profit_and_loss_detail,
        "BalanceSheet": balance_sheet,
        "TrialBalance": trial_balance,
        "AgedPayableDetail": aged_payable_detail,
        "AgedReceivableDetail": aged_receivable_detail,
        "JournalReport": journal,
    }
)
CELL_LIMIT = 400_000

__all__ = ["CELL_LIMIT", "REPORTS", "LedgerIndex", "ReportRequest", "build_report", "render_report"]


def build_report(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """The report as JSON-ready objects. Raises KeyError for a report QuickBooks does not have."""
    return REPORTS[request.name](ledger, request)


def render_report(
    books: Books | LedgerIndex,
    name: str,
    start: date,
    end: date,
    *,
    columns: Sequence[str] = (),
    basis: str = "Accrual",
    cell_limit: int = CELL_LIMIT,
    time: datetime | None = None,
) -> bytes:
    """The report as QuickBooks would send it, in UTF-8. `basis` is Accrual or Cash; `end` is an aging's report date.

    Pass a `LedgerIndex` of that basis to answer many reports of unchanged books quickly; given books, one is built.
    """
    if isinstance(books, Books):
        books = ledger_of(books, basis)
    request = ReportRequest(name, start, end, basis, tuple(columns), cell_limit, time or datetime.now(UTC))
    return orjson.dumps(build_report(books, request))


def ledger_of(books: Books, basis: str = "Accrual") -> LedgerIndex:
    """The index of the books on a basis."""
    if basis == "Cash":
        from monette_assets.simulator.reports.cash_basis import on_cash_basis

        return LedgerIndex(on_cash_basis(books))
    return LedgerIndex(books)
