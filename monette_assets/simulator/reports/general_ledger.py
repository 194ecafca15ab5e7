"""GeneralLedger: every posting of the range, by account, with a Beginning Balance row where the account carries one."""

from __future__ import annotations

from monette_assets.simulator.model import Account
from monette_assets.simulator.reports.index import NOT_SPECIFIED, Entry, LedgerIndex
from monette_assets.simulator.reports.layout import (
    EMPTY,
    Column,
    Json,
    ReportRequest,
    Words,
    bare_money,
    cell,
    column_json,
    data,
    report,
    section,
)
from monette_assets.simulator.reports.ledger_columns import (
    AMOUNTS,
    BALANCES,
    CREDITS,
    DEBITS,
    chosen_columns,
    is_filled,
    row_maker,
)

DEFAULT_COLUMNS = ("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "amount", "balance")
_CREDIT_SIDE = ("Liability", "Equity", "Revenue")


def natural_sign(account: Account | None) -> int:
    """+1 where the account's natural side is debit, -1 where it is credit."""
    if account is None:
        return 1
    return -1 if account.classification in _CREDIT_SIDE else 1


def general_ledger(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """One section per account; a parent's own rows stand directly in its section, before its children's sections."""
    return _GeneralLedger(ledger, request).build()


class _GeneralLedger:
    def __init__(self, ledger: LedgerIndex, request: ReportRequest) -> None:
        self.ledger, self.request, self.words = ledger, request, Words(ledger)
        self.columns = chosen_columns(ledger.books, request.columns, DEFAULT_COLUMNS)
        self.row = row_maker(ledger, self.words, self.columns)
        self.openings = ledger.balances_before(request.start)
        self.entries: dict[str, list[Entry]] = {}
        accounts = ledger.books.accounts
        for entry in ledger.entries(request.start, request.end):
            account_id = entry[1].account_id
            self.entries.setdefault(account_id if account_id in accounts else NOT_SPECIFIED, []).append(entry)

    def build(self) -> Json:
        rows = [row for account in self.ledger.children.get(None, ()) if (row := self.account_section(account)[0])]
        if NOT_SPECIFIED in self.entries:
            leaves, debit, credit = self.leaves(self.entries[NOT_SPECIFIED], 1, 0)
            name = self.words("Not Specified")
            rows.append(section(header=self.titled(name), rows=leaves, summary=self.totals(name, debit, credit, 1)))
        columns = column_json(self.columns, self.words, keyed=self.ledger.books.multicurrency)
        return report(self.ledger, self.request, columns, rows)

    def account_section(self, account: Account) -> tuple[Json | None, int, int]:
        """The account's section (None without rows) and the debits and credits in it, children included."""
        sign = natural_sign(account)
        entries = self.entries.get(account.id, [])
        opening = self.openings.get(account.id, 0) if account.is_balance_sheet else 0
        rows: list[Json] = []
        debit = credit = 0
        if account.is_balance_sheet and (entries or opening):
            rows.append(self.beginning_balance(sign * opening))
        if entries:
            leaves, debit, credit = self.leaves(entries, sign, opening)
            rows.extend(leaves)
        has_own = bool(rows)
        children = [self.account_section(child) for child in self.ledger.children.get(account.id, ())]
        child_rows = [row for row, _, _ in children if row]
        if not rows and not child_rows:
            return None, 0, 0
        debit += sum(child[1] for child in children)
        credit += sum(child[2] for child in children)
        name = self.words.account(account)
        return (
            section(
                header=self.titled(name, account.id if has_own else None),
                rows=[*rows, *child_rows],
                summary=self.totals(
                    self.words.total_for(name, with_children=has_own and bool(child_rows)), debit, credit, sign
                ),
            ),
            debit,
            credit,
        )

    def leaves(self, entries: list[Entry], sign: int, opening: int) -> tuple[list[Json], int, int]:
        row, balance, debit, credit = self.row, sign * opening, 0, 0
        rows = []
        for document, posting in entries:
            natural = sign * posting.amount
            balance += natural
            if posting.amount >= 0:
                debit += posting.amount
            else:
                credit -= posting.amount
            rows.append(data(row(document, posting, natural, balance)))
        return rows, debit, credit

    def beginning_balance(self, natural: int) -> Json:
        cells = [EMPTY] * len(self.columns)
        if self.ledger.books.empty_beginning_balance:
            return data(cells)
        keys = [column.key for column in self.columns]
        label = next((keys.index(key) for key in ("tx_date", "txn_type") if key in keys), 0)
        for position, column in enumerate(self.columns):
            if column.key in BALANCES and is_filled(self.ledger.books, column.key):
                cells[position] = cell(bare_money(natural))
        cells[label] = cell(self.words("Beginning Balance"))
        return data(cells)

    def titled(self, name: str, identifier: str | None = None) -> list[Json]:
        return [cell(name, identifier), *([EMPTY] * (len(self.columns) - 1))]

    def totals(self, name: str, debit: int, credit: int, sign: int) -> list[Json]:
        cells = [self.total(column, debit, credit, sign) for column in self.columns]
        cells[0] = cell(name)
        return cells

    def total(self, column: Column, debit: int, credit: int, sign: int) -> Json:
        if not is_filled(self.ledger.books, column.key):
            return EMPTY
        if column.key in AMOUNTS:
            return cell(bare_money(sign * (debit - credit)))
        if column.key in DEBITS:
            return cell(bare_money(debit))
        if column.key in CREDITS:
            return cell(bare_money(credit))
        return EMPTY
