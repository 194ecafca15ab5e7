"""What stands behind a statement's line: accounts with their rates, and the month's largest ledger lines of each."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.perimeter import belonging
from monette_assets.reports.pack.grid import ZERO
from monette_assets.reports.released import Released

BALANCES = "gold/translated_balances"
LEDGER = "gold/ledger"
LINES_AN_ACCOUNT = 5
LINES_IN_ALL = 4_000  # so that the page stays light, however many companies there are
Row = dict[str, Any]
LINE_COLUMNS = (
    "company", "account_id", "transaction_date", "transaction_type", "document_number", "contact_name", "memo",
    "amount",
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """An account of a company's books: what it shows in the statement, at which rate, and the month's largest lines.

    Income and expense show what was posted in the month, the balance sheet what stands at its end.
    """

    row: Mapping[str, Any]  # of gold/translated_balances
    amount: Decimal  # debit positive, home currency
    amount_cad: Decimal  # likewise, group currency
    lines: tuple[Mapping[str, Any], ...]  # largest first
    count: int
    rest: Decimal  # of the lines not shown, home currency

    @property
    def hidden(self) -> int:
        """How many lines are not shown."""
        return self.count - len(self.lines)


def accounts(release: Released, group: Group, period: date) -> dict[str, list[Account]]:
    """Accounts that show an amount by group account, largest in CAD first. Empty where the release holds none."""
    import pyarrow.compute as pc

    if not release.holds(BALANCES):
        return {}
    rows = release.rows(BALANCES, period=period, where=pc.field("basis") == "accrual")
    shown = [(row, *_amounts(row)) for row in filter(belonging(group), rows)]
    shown = [each for each in shown if each[2]]
    allowed = max(1, min(LINES_AN_ACCOUNT, LINES_IN_ALL // max(1, len(shown))))
    posted = ledger_lines(release, period, {(row["company"], row["account_id"]) for row, _, _ in shown})
    found: dict[str, list[Account]] = defaultdict(list)
    for row, amount, amount_cad in sorted(shown, key=lambda each: -abs(each[2])):
        own = posted.get((row["company"], row["account_id"]), [])
        largest = heapq.nlargest(allowed, own, key=lambda line: abs(line["amount"]))
        rest = sum((line["amount"] for line in own), ZERO) - sum((line["amount"] for line in largest), ZERO)
        found[row["group_account"]].append(Account(row, amount, amount_cad, tuple(largest), len(own), rest))
    return found


def _amounts(row: Row) -> tuple[Decimal, Decimal]:
    """What the account shows in its statement, in home and in group currency."""
    what = "movement" if row["classification"] in ("Revenue", "Expense") else "closing"
    return row[what] or ZERO, row[f"{what}_cad"] or ZERO


def ledger_lines(release: Released, period: date, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[Row]]:
    """The month's postings by (company, account_id)."""
    import pyarrow.compute as pc

    if not release.holds(LEDGER) or not wanted:
        return {}
    companies = sorted({company for company, _ in wanted})
    ids = sorted({account for _, account in wanted})
    rows = release.rows(
        LEDGER,
        period=period,
        columns=LINE_COLUMNS,
        where=(pc.field("basis") == "accrual") & pc.field("company").isin(companies) & pc.field("account_id").isin(ids),
    )
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        key = (row["company"], row["account_id"])
        if key in wanted:
            found[key].append(row)
    return found
