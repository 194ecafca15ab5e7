"""Open receivables by due date, in home and group currency, tied to the books (ACCOUNTING 5, 28)."""

from __future__ import annotations

from monette_assets.gold.receivables_aging import receivables_aging
from monette_assets_tests.gold.ageing import AgingRules


class TestReceivablesAging(AgingRules):
    table = receivables_aging
    source = ("aged_receivable_detail", "Accounts Receivable", "Invoice")
    booked = ("117.00", "10.00")
