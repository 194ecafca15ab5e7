"""QuickBooks reports: verbatim payload text to typed Arrow tables, or refusals that say what, where and why.

Each parser takes the parts of one fetch and returns `Parsed`: `lines`, `refusals`, `counts` (and `openings` of a
ledger). Dates without an offset are local calendar dates; timestamps are UTC.
"""

from monette_assets.sources.quickbooks.reports.agings import AGINGS, parse_agings
from monette_assets.sources.quickbooks.reports.balances import (
    NET_INCOME,
    NOT_SPECIFIED,
    REPORTED_BALANCES,
    parse_balances,
)
from monette_assets.sources.quickbooks.reports.general_ledger import GENERAL_LEDGER, OPENINGS, parse_general_ledger
from monette_assets.sources.quickbooks.reports.journal import JOURNAL_LINES, parse_journal
from monette_assets.sources.quickbooks.reports.nodes import column_keys
from monette_assets.sources.quickbooks.reports.profit_and_loss_detail import (
    PROFIT_AND_LOSS_LINES,
    parse_profit_and_loss_detail,
)
from monette_assets.sources.quickbooks.reports.refusals import REFUSALS, Counts, Parsed

__all__ = [
    "AGINGS",
    "GENERAL_LEDGER",
    "JOURNAL_LINES",
    "NET_INCOME",
    "NOT_SPECIFIED",
    "OPENINGS",
    "PROFIT_AND_LOSS_LINES",
    "REFUSALS",
    "REPORTED_BALANCES",
    "Counts",
    "Parsed",
    "column_keys",
    "parse_agings",
    "parse_balances",
    "parse_general_ledger",
    "parse_journal",
    "parse_profit_and_loss_detail",
]
