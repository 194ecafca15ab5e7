"""AgedPayableDetail and AgedReceivableDetail: open documents at the report date, by days past due.

Open amounts add up to the control accounts (ACCOUNTING 5): what a payment does not settle is an open item of its own.
"""

from __future__ import annotations

from monette_assets.simulator.reports.index import LedgerIndex, OpenItem
from monette_assets.simulator.reports.layout import (
    EMPTY,
    EMPTY_WITH_ID,
    Column,
    Json,
    ReportRequest,
    Words,
    cell,
    column_json,
    data,
    money,
    report,
    section,
)

_DAYS = 30  # per bucket
_BUCKETS = 4  # 1-30, 31-60, 61-90, 91 or more


def aged_payable_detail(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """What is owed to vendors at `request.end`; payables read positive."""
    home = "_home" if ledger.books.multicurrency else ""
    amounts = (
        Column(f"subt_neg{home}_amount", "Amount", "Money"),
        Column(f"subt_neg{home}_open_bal", "Open Balance", "Money"),
    )
    return _aging(ledger, request, "Accounts Payable", Column("vend_name", "Vendor", "String"), amounts, -1)


def aged_receivable_detail(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """What customers owe at `request.end`; receivables read positive."""
    home = "_home" if ledger.books.multicurrency else ""
    amounts = (
        Column(f"subt{home}_amount", "Amount", "Money"),
        Column(f"subt{home}_open_bal", "Open Balance", "Money"),
    )
    return _aging(ledger, request, "Accounts Receivable", Column("cust_name", "Customer", "String"), amounts, 1)


def _aging(
    ledger: LedgerIndex,
    request: ReportRequest,
    account_type: str,
    contact: Column,
    amounts: tuple[Column, Column],
    sign: int,
) -> Json:
    words = Words(ledger)
    columns = [
        Column("tx_date", "Date", "Date"),
        Column("txn_type", "Transaction Type", "String"),
        Column("doc_num", "Num", "String"),
        contact,
        Column("due_date", "Due Date", "Date"),
        Column("past_due", "Past Due", "Numeric"),
        *amounts,
    ]
    buckets: dict[int, list[tuple[OpenItem, int, int]]] = {}
    for item, open_amount in ledger.open_items(account_type, request.end):
        past_due = (request.end - (item.document.due_date or item.document.date)).days
        bucket = 0 if past_due <= 0 else min((past_due - 1) // _DAYS + 1, _BUCKETS)
        buckets.setdefault(bucket, []).append((item, sign * open_amount, past_due))
    rows: list[Json] = []
    blank = [EMPTY] * len(columns)
    total = 0
    for bucket in sorted(buckets, reverse=True):
        items = sorted(buckets[bucket], key=lambda found: (found[0].document.date, found[0].document.id))
        name = _bucket_name(words, bucket)
        bucket_total = sum(amount for _, amount, _ in items)
        total += bucket_total
        if rows:
            rows.append(data(blank))
        rows.append(
            section(
                header=[cell(name), *blank[1:]],
                rows=[_leaf(ledger, words, item, sign, amount, past_due) for item, amount, past_due in items],
                summary=[cell(words.total_for(name)), *blank[2:], cell(money(bucket_total))],
            )
        )
    if rows:
        summary = [cell(words("TOTAL")), *blank[2:], cell(money(total))]
        rows.append(section(summary=summary, group="GrandTotal"))
    report_date = {"Name": "report_date", "Value": request.end.isoformat()}
    body = report(ledger, request, column_json(columns, words, keyed=False), rows)
    body["Header"]["Option"].insert(0, report_date)
    return body


def _leaf(ledger: LedgerIndex, words: Words, item: OpenItem, sign: int, open_amount: int, past_due: int) -> Json:
    document = item.document
    name = EMPTY_WITH_ID
    if item.contact_id is not None:
        names = ledger.contact_names.get(item.contact_kind or "", {})
        name = cell(names.get(item.contact_id, ""), item.contact_id)
    return {
        "ColData": [
            cell(document.date.isoformat()),
            cell(words(document.transaction_type), document.id),
            cell(document.number),
            name,
            cell((document.due_date or document.date).isoformat()),
            cell(str(past_due)),
            cell(money(sign * item.amount)),
            cell(money(open_amount)),
        ]
    }


def _bucket_name(words: Words, bucket: int) -> str:
    if bucket == 0:
        return words("Current")
    if bucket == _BUCKETS:
        return words("{} or more days past due").format((_BUCKETS - 1) * _DAYS + 1)
    return words("{} - {} days past due").format((bucket - 1) * _DAYS + 1, bucket * _DAYS)
