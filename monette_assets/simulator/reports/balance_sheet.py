"""BalanceSheet: nested sections at the end date, a parent's own amount in its header, Net Income as a leaf."""

from __future__ import annotations

from datetime import timedelta

from monette_assets.simulator.reports.index import LedgerIndex
from monette_assets.simulator.reports.layout import (
    EMPTY,
    Json,
    ReportRequest,
    Words,
    account_rows,
    cell,
    column_json,
    data,
    money,
    report,
    roots_of,
    section,
)
from monette_assets.simulator.reports.profit_and_loss import STATEMENT_COLUMNS

_CURRENT_ASSETS = (
    ("Bank Accounts", "Bank"),
    ("Accounts Receivable", "Accounts Receivable"),
    ("Other Current Assets", "Other Current Asset"),
)
_CURRENT_LIABILITIES = (
    ("Accounts Payable", "Accounts Payable"),
    ("Credit Cards", "Credit Card"),
    ("Other Current Liabilities", "Other Current Liability"),
)


def balance_sheet(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """Balances at the end date: accounts with a balance, or with activity in the range. Net Income is the fiscal year's
    to date; earlier years' results stand inside retained earnings.
    """
    columns = column_json(STATEMENT_COLUMNS, Words(ledger), keyed=True)
    rows = _BalanceSheet(ledger, request).rows()
    return report(ledger, request, columns, rows, SummarizeColumnsBy="Total")


class _BalanceSheet:
    def __init__(self, ledger: LedgerIndex, request: ReportRequest) -> None:
        self.ledger, self.words = ledger, Words(ledger)
        balances = ledger.balances_before(request.end + timedelta(days=1), year_of=request.end)
        active = ledger.movement(request.start, request.end)
        self.result = -sum(amount for key, amount in balances.items() if ledger.is_profit_and_loss(key))
        self.has_result = any(
            amount or key in active for key, amount in balances.items() if ledger.is_profit_and_loss(key)
        )
        debits = {
            key: amount
            for key, amount in balances.items()
            if (amount or key in active) and not ledger.is_profit_and_loss(key)
        }
        classification = {account.id: account.classification for account in ledger.books.accounts.values()}
        self.amounts = {
            key: amount if classification.get(key) == "Asset" else -amount for key, amount in debits.items()
        }

    def rows(self) -> list[Json]:
        if not self.amounts and not self.has_result:
            return []
        current, current_total = self.nested("Current Assets", _CURRENT_ASSETS)
        fixed, fixed_total = self.of_type("Fixed Assets", "Fixed Asset")
        other, other_total = self.of_type("Other Assets", "Other Asset")
        assets = current_total + fixed_total + other_total
        short, short_total = self.nested("Current Liabilities", _CURRENT_LIABILITIES)
        long, long_total = self.of_type("Long-Term Liabilities", "Long Term Liability")
        liabilities, liabilities_total = self.part("Liabilities", [*short, *long], short_total + long_total)
        equity, equity_total = account_rows(self.ledger, self.words, roots_of(self.ledger, "Equity"), self.amounts)
        if self.has_result:
            net_income = data([cell(self.words("Net Income")), cell(money(self.result))])
            equity.append({**net_income, "group": "NetIncome"})
        own, own_total = self.part("Equity", equity, equity_total + self.result)
        return [
            self.titled("ASSETS", [*current, *fixed, *other], assets, "TotalAssets"),
            self.titled(
                "LIABILITIES AND EQUITY",
                [*liabilities, *own],
                liabilities_total + own_total,
                "TotalLiabilitiesAndEquity",
            ),
        ]

    def titled(self, title: str, rows: list[Json], total: int, group: str | None = None) -> Json:
        name = self.words(title)
        summary = [cell(self.words.total_for(name)), cell(money(total))]
        return section(header=[cell(name), EMPTY], rows=rows, summary=summary, group=group)

    def part(self, title: str, rows: list[Json], total: int) -> tuple[list[Json], int]:
        return ([self.titled(title, rows, total)], total) if rows else ([], total)

    def of_type(self, title: str, account_type: str) -> tuple[list[Json], int]:
        rows, total = account_rows(self.ledger, self.words, roots_of(self.ledger, account_type), self.amounts)
        return self.part(title, rows, total)

    def nested(self, title: str, parts: tuple[tuple[str, str], ...]) -> tuple[list[Json], int]:
        rows, total = [], 0
        for part_title, account_type in parts:
            part_rows, part_total = self.of_type(part_title, account_type)
            rows += part_rows
            total += part_total
        return self.part(title, rows, total)
