"""The JSON shapes every report is made of: cells, leaves, sections, columns, header, and the cut at the cell limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monette_assets.simulator.localisation import TRUNCATED, localised
from monette_assets.simulator.model import Account
from monette_assets.simulator.reports.index import LedgerIndex

Json = dict[str, Any]
EMPTY: Json = {"value": ""}
EMPTY_WITH_ID: Json = {"value": "", "id": ""}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """One report as asked for. `end` is the report date of an aging; `columns` empty means the report's defaults."""

    name: str
    start: date
    end: date
    basis: str = "Accrual"
    columns: tuple[str, ...] = ()
    cell_limit: int = 400_000
    time: datetime | None = None  # the response's own clock


@dataclass(frozen=True, slots=True)
class Column:
    """A report column: its key, its English title and its ColType where the key stands in MetaData."""

    key: str
    title: str
    type: str


def money(cents: int) -> str:
    """1234.50, -12.00, 0.00: statements, trial balance, agings."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def bare_money(cents: int) -> str:
    """1234.50, -12.00, .25, .00: ledgers and journals print no leading zero."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100 or ''}.{cents % 100:02d}"


def cell(value: str, identifier: str | None = None) -> Json:
    return {"value": value} if identifier is None else {"value": value, "id": identifier}


def data(cells: Sequence[Json]) -> Json:
    return {"ColData": cells, "type": "Data"}


def section(
    *,
    rows: Sequence[Json] | None = None,
    header: Sequence[Json] | None = None,
    summary: Sequence[Json] | None = None,
    group: str | None = None,
) -> Json:
    """A section; parts that are None are left out, empty `rows` become `"Rows": {}`."""
    parts: Json = {}
    if header is not None:
        parts["Header"] = {"ColData": header}
    if rows is not None:
        parts["Rows"] = rows_of(rows)
    if summary is not None:
        parts["Summary"] = {"ColData": summary}
    parts["type"] = "Section"
    if group is not None:
        parts["group"] = group
    return parts


def rows_of(rows: Sequence[Json]) -> Json:
    return {"Row": rows} if rows else {}


class Words:
    """Localised texts and account names as one company's reports print them."""

    def __init__(self, ledger: LedgerIndex) -> None:
        self.language = ledger.books.language
        self._numbers = ledger.books.account_numbers

    def __call__(self, text: str) -> str:
        return localised(text, self.language)

    def total_for(self, name: str, *, with_children: bool = False) -> str:
        pattern = "Total for {} with sub-accounts" if with_children else "Total for {}"
        return self(pattern).format(name)

    def account(self, account: Account, full_name: str | None = None) -> str:
        """`4000 Grain sales`, with the company's number where it shows numbers; inactive ones say `(deleted)`."""
        name = full_name or account.name
        if self._numbers and account.number:
            name = f"{account.number} {name}"
        return name if account.active else self("{} (deleted)").format(name)


def account_rows(  # what P&L and balance sheet share: leaves, parents with their own amount in the header
    ledger: LedgerIndex, words: Words, roots: Iterable[Account], amounts: Mapping[str, int]
) -> tuple[list[Json], int]:
    """Rows of these accounts and their total. Accounts absent from `amounts` are omitted unless a child is present."""
    rows, total = [], 0
    for account in roots:
        children, below = account_rows(ledger, words, ledger.children.get(account.id, ()), amounts)
        own = amounts.get(account.id)
        name = words.account(account)
        total += below + (own or 0)
        if children:
            header = [cell(name), EMPTY] if own is None else [cell(name, account.id), cell(money(own))]
            summary = [cell(words.total_for(name)), cell(money(below + (own or 0)))]
            rows.append(section(header=header, rows=children, summary=summary))
        elif own is not None:
            rows.append(data([cell(name, account.id), cell(money(own))]))
    return rows, total


def roots_of(ledger: LedgerIndex, *account_types: str) -> list[Account]:
    return [account for account in ledger.children.get(None, ()) if account.account_type in account_types]


def column_json(columns: Sequence[Column], words: Words, *, keyed: bool) -> list[Json]:
    """Columns with their key in MetaData (`keyed`) or as the bare ColType."""
    if keyed:
        return [
            {
                "ColTitle": words(column.title),
                "ColType": column.type,
                "MetaData": [{"Name": "ColKey", "Value": column.key}],
            }
            for column in columns
        ]
    return [{"ColType": column.key, "ColTitle": words(column.title)} for column in columns]


def report(
    ledger: LedgerIndex, request: ReportRequest, columns: list[Json], rows: list[Json], **header: object
) -> Json:
    """The whole answer. Companies with an odd realm number get their keys in another order, as recorded answers do."""
    books = ledger.books
    truncated = cut(rows, len(columns), request.cell_limit, localised(TRUNCATED, books.language))
    options = [{"Name": "NoReportData", "Value": "false" if rows else "true"}]
    head: Json = {
        "Time": request.time.isoformat(timespec="milliseconds") if request.time else "",
        "ReportName": request.name,
        "ReportBasis": request.basis,
        "StartPeriod": request.start.isoformat(),
        "EndPeriod": request.end.isoformat(),
        "Currency": books.home_currency,
        "Option": options,
        **header,
    }
    body = {"Column": columns}
    if books.realm_id[-1:] in "13579":
        return {"Header": head, "Rows": rows_of(truncated), "Columns": body}
    return {"Header": head, "Columns": body, "Rows": rows_of(truncated)}


def cut(rows: list[Json], width: int, cell_limit: int, message: str) -> list[Json]:
    """Rows within the cell limit; beyond it the answer ends, without totals, in a row that says so."""
    capacity = cell_limit // max(width, 1)
    if _size(rows) <= capacity:
        return rows
    kept, _ = _cut(rows, capacity)
    return [*kept, data([cell(message), *([EMPTY] * (width - 1))])]


def _size(rows: Sequence[Json]) -> int:
    return sum(_size(row["Rows"].get("Row", ())) if "Rows" in row else 1 for row in rows)


def _cut(rows: Sequence[Json], capacity: int) -> tuple[list[Json], int]:
    kept: list[Json] = []
    for row in rows:
        if "Rows" in row:
            inner, left = _cut(row["Rows"].get("Row", ()), capacity)
            if left <= 0 and _size([row]) > capacity:
                kept.append({key: value for key, value in row.items() if key != "Summary"} | {"Rows": rows_of(inner)})
                return kept, 0
            capacity = left
        elif capacity <= 0:
            return kept, 0
        else:
            capacity -= 1
        kept.append(row)
    return kept, capacity


RowBuilder = Callable[[LedgerIndex, ReportRequest], Json]
