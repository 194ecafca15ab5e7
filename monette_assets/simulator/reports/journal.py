"""JournalReport: flat; a transaction's first line carries its date and type, the others `0-00-00` and its id only.

After each transaction a section of totals and an empty spacer row.
"""

from __future__ import annotations

from itertools import groupby

from monette_assets.simulator.reports.index import LedgerIndex
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
    section,
)
from monette_assets.simulator.reports.ledger_columns import (
    CREDITS,
    DEBITS,
    chosen_columns,
    is_filled,
    row_maker,
)

_PLAIN = ("tx_date", "txn_type", "doc_num", "name", "memo", "account_name", "debt_amt", "credit_amt")
_HOME = ("tx_date", "txn_type", "doc_num", "name", "memo", "account_name", "debt_home_amt", "credit_home_amt")


def journal(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """Every transaction of the range with its lines, in booking order."""
    words, books = Words(ledger), ledger.books
    columns = chosen_columns(books, request.columns, _HOME if books.multicurrency else _PLAIN)
    row_of = row_maker(ledger, words, columns)
    keys = [column.key for column in columns]
    continued = {"tx_date": "0-00-00", "txn_type": "", "doc_num": ""}

    def totals(title: str, debit: int, credit: int) -> Json:
        row = [
            cell(bare_money(debit if key in DEBITS else credit))
            if key in DEBITS | CREDITS and is_filled(books, key)
            else EMPTY
            for key in keys
        ]
        if title:
            row[0] = cell(title)
        return section(summary=row)

    rows: list[Json] = []
    all_debits = all_credits = 0
    for _, entries in groupby(
        ledger.entries(request.start, request.end), key=lambda entry: (entry[0].kind, entry[0].id)
    ):
        debit = credit = 0
        for position, (document, posting) in enumerate(entries):
            row = row_of(document, posting, posting.amount, 0)
            if position:
                row = [
                    {**made, "value": continued.get(key, made["value"])} for key, made in zip(keys, row, strict=True)
                ]
            rows.append(data(row))
            debit, credit = debit + max(posting.amount, 0), credit - min(posting.amount, 0)
        rows += [totals("", debit, credit), data([EMPTY] * len(columns))]
        all_debits, all_credits = all_debits + debit, all_credits + credit
    if rows:
        rows.append(totals(words("TOTAL"), all_debits, all_credits))
    return report(ledger, request, column_json(columns, words, keyed=False), rows)
