"""TrialBalance: untyped leaves with a debit or a credit, then the totals.

Balance-sheet accounts at the end date; income and expense since the fiscal-year start; earlier years' result inside
retained earnings.
"""

from __future__ import annotations

from datetime import timedelta

from monette_assets.simulator.model import Account
from monette_assets.simulator.reports.index import NOT_SPECIFIED, LedgerIndex
from monette_assets.simulator.reports.layout import EMPTY, Json, ReportRequest, Words, cell, money, report, section


def trial_balance(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """Accounts with a balance or with activity in the range; names are full, since leaves are flat."""
    words = Words(ledger)
    balances = ledger.balances_before(request.end + timedelta(days=1), year_of=request.end)
    active = ledger.movement(request.start, request.end)
    rows: list[Json] = []
    debited = credited = 0
    for account in _in_order(ledger, None):
        amount = balances.get(account.id, 0)
        if amount or account.id in active:
            name = words.account(account, ledger.full_names.get(account.id))
            rows.append(_leaf(cell(name, account.id), amount))
            debited, credited = debited + max(amount, 0), credited - min(amount, 0)
    if amount := balances.get(NOT_SPECIFIED, 0):
        rows.append(_leaf(cell(words("Not Specified")), amount))
        debited, credited = debited + max(amount, 0), credited - min(amount, 0)
    if rows:
        summary = [cell(words("TOTAL")), cell(money(debited)), cell(money(credited))]
        rows.append(section(summary=summary, group="GrandTotal"))
    columns = [
        {"ColType": "Account", "ColTitle": ""},
        {"ColType": "Money", "ColTitle": words("Debit")},
        {"ColType": "Money", "ColTitle": words("Credit")},
    ]
    return report(ledger, request, columns, rows)


def _leaf(name: Json, amount: int) -> Json:
    if amount < 0:
        return {"ColData": [name, EMPTY, cell(money(-amount))]}
    return {"ColData": [name, cell(money(amount)), EMPTY]}


def _in_order(ledger: LedgerIndex, parent_id: str | None) -> list[Account]:
    accounts: list[Account] = []
    for account in ledger.children.get(parent_id, ()):
        accounts += [account, *_in_order(ledger, account.id)]
    return accounts
