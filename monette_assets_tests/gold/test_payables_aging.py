"""Open payables by due date, in home and group currency, tied to the books (ACCOUNTING 5, 28)."""

from __future__ import annotations

from monette_assets.gold.payables_aging import payables_aging
from monette_assets_tests.gold.ageing import AgingRules


class TestPayablesAging(AgingRules):
    table = payables_aging
    source = ("aged_payable_detail", "Accounts Payable", "Bill")
    booked = ("-117.00", "-10.00")
