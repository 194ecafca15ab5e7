"""ProfitAndLossDetail: the postings behind the profit and loss, in each section's natural sign.

A parent's own postings stand in a section without header inside the parent's; a parent without own postings has a
header without id.
"""

from __future__ import annotations

from monette_assets.simulator.model import Account
from monette_assets.simulator.reports.index import NOT_SPECIFIED, Entry, LedgerIndex
from monette_assets.simulator.reports.layout import (
    EMPTY,
    Json,
    ReportRequest,
    Words,
    bare_money,
    cell,
    column_json,
    data,
    report,
    roots_of,
    section,
)
from monette_assets.simulator.reports.ledger_columns import AMOUNTS, chosen_columns, is_filled, row_maker

DEFAULT_COLUMNS = ("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "amount", "balance")


def profit_and_loss_detail(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """Ordinary income and expenses, a blank section, other income and expenses, net income."""
    return _Detail(ledger, request).build()


class _Detail:
    def __init__(self, ledger: LedgerIndex, request: ReportRequest) -> None:
        self.ledger, self.request, self.words = ledger, request, Words(ledger)
        self.columns = chosen_columns(ledger.books, request.columns, DEFAULT_COLUMNS)
        self.row = row_maker(ledger, self.words, self.columns)
        self.entries: dict[str, list[Entry]] = {}
        for entry in ledger.entries(request.start, request.end):
            account_id = entry[1].account_id
            if account_id not in ledger.books.accounts:
                account_id = NOT_SPECIFIED
            elif not ledger.is_profit_and_loss(account_id):
                continue
            self.entries.setdefault(account_id, []).append(entry)

    def build(self) -> Json:
        columns = column_json(self.columns, self.words, keyed=True)
        return report(self.ledger, self.request, columns, self.rows() if self.entries else [])

    def rows(self) -> list[Json]:
        income, income_total = self.group("Income", "Income", -1)
        goods, goods_total = self.group("Cost of Goods Sold", "Cost of Goods Sold", 1)
        expenses, expenses_total = self.group("Expenses", "Expense", 1)
        other_income, other_income_total = self.group("Other Income", "Other Income", -1)
        other_expenses, other_expenses_total = self.group("Other Expenses", "Other Expense", 1)
        gross = income_total - goods_total
        operating = gross - expenses_total
        other = other_income_total - other_expenses_total
        # QuickBooks prints the gross profit before the sections it is made of
        gross_profit = section(rows=[], summary=self.total(self.words("Gross Profit"), gross))
        ordinary = self.titled(
            "Ordinary Income/Expenses", [gross_profit, *income, *goods, *expenses], "Net Ordinary Income", operating
        )
        rows = [ordinary]
        if other_income or other_expenses:
            blank = [EMPTY] * len(self.columns)
            rows.append(section(header=blank, summary=blank))
            rows.append(
                self.titled("Other Income/Expenses", [*other_income, *other_expenses], "Net Other Income", other)
            )
        if NOT_SPECIFIED in self.entries:
            leaves, total = self.leaves(self.entries[NOT_SPECIFIED], 1)
            name = self.words("Not Specified")
            rows.append(
                section(header=self.header(name), rows=leaves, summary=self.total(self.words.total_for(name), total))
            )
        rows.append(section(rows=[], summary=self.total(self.words("Net Income"), operating + other)))
        return rows

    def group(self, title: str, account_type: str, sign: int) -> tuple[list[Json], int]:
        rows, total = self.account_sections(roots_of(self.ledger, account_type), sign)
        if not rows:
            return [], 0
        name = self.words(title)
        summary = self.total(self.words.total_for(name), total)
        return [section(header=self.header(name), rows=rows, summary=summary)], total

    def account_sections(self, accounts: list[Account], sign: int) -> tuple[list[Json], int]:
        rows, total = [], 0
        for account in accounts:
            children, amount = self.account_sections(self.ledger.children.get(account.id, []), sign)
            own = self.entries.get(account.id)
            if own is None and not children:
                continue
            name = self.words.account(account)
            inner = children
            if own is not None:
                leaves, own_total = self.leaves(own, sign)
                amount += own_total
                inner = leaves
                if children:
                    own_section = section(rows=leaves, summary=self.total(self.words.total_for(name), own_total))
                    inner = [own_section, *children]
            label = self.words.total_for(name, with_children=own is not None and bool(children))
            header = self.header(name, None if own is None else account.id)
            rows.append(section(header=header, rows=inner, summary=self.total(label, amount)))
            total += amount
        return rows, total

    def leaves(self, entries: list[Entry], sign: int) -> tuple[list[Json], int]:
        balance, rows = 0, []
        for document, posting in entries:
            natural = sign * posting.amount
            balance += natural
            rows.append(data(self.row(document, posting, natural, balance)))
        return rows, balance

    def titled(self, title: str, rows: list[Json], total_title: str, total: int) -> Json:
        return section(
            header=self.header(self.words(title)), rows=rows, summary=self.total(self.words(total_title), total)
        )

    def header(self, name: str, identifier: str | None = None) -> list[Json]:
        return [cell(name, identifier), *([EMPTY] * (len(self.columns) - 1))]

    def total(self, name: str, amount: int) -> list[Json]:
        cells = [
            cell(bare_money(amount)) if column.key in AMOUNTS and is_filled(self.ledger.books, column.key) else EMPTY
            for column in self.columns
        ]
        cells[0] = cell(name)
        return cells
