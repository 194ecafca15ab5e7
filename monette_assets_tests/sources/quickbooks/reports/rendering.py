"""A small renderer of QuickBooks reports for these tests: rows and sections written as plain Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Json = dict[str, Any]
COLUMNS = (
    "tx_date",
    "txn_type",
    "doc_num",
    "name",
    "memo",
    "account_name",
    "debt_amt",
    "credit_amt",
    "rbal_nat_amount",
)
MONTH = {"company": "north", "period": date(2025, 1, 1), "basis": "accrual", "home_currency": "CAD"}


def cell(value: str = "", identifier: str | None = None) -> Json:
    return {"value": value} if identifier is None else {"value": value, "id": identifier}


def cells(values: Mapping[str, str], columns: Sequence[str] = COLUMNS) -> list[Json]:
    """Cells by column key; `key.id` gives the id."""
    return [cell(values.get(key, ""), values.get(f"{key}.id")) for key in columns]


def posting(
    kind: str, identifier: str, *, debit: str = "", credit: str = "", day: str = "2025-01-15", **more: str
) -> Json:
    values = {"tx_date": day, "txn_type": kind, "txn_type.id": identifier, "debt_amt": debit, "credit_amt": credit}
    return {"type": "Data", "ColData": cells({**values, **more})}


def beginning(balance: str = "", label: str = "Beginning Balance") -> Json:
    return {"type": "Data", "ColData": cells({"tx_date": label, "rbal_nat_amount": balance})}


def section(
    name: str | None,
    rows: Sequence[Json],
    *,
    identifier: str | None = None,
    debit: str = "",
    credit: str = "",
    group: str | None = None,
) -> Json:
    """A section of a ledger; `name` None is one without a header."""
    total = {COLUMNS[0]: f"Total for {name}", "debt_amt": debit, "credit_amt": credit}
    found: Json = {"type": "Section", "Rows": {"Row": list(rows)}, "Summary": {"ColData": cells(total)}}
    if name is not None:
        found["Header"] = {"ColData": [cell(name, identifier), *[cell()] * (len(COLUMNS) - 1)]}
    if group is not None:
        found["group"] = group
    return found


def report(
    rows: Sequence[Json],
    *,
    name: str = "GeneralLedger",
    columns: Sequence[Json | str] = COLUMNS,
    start: str = "2025-01-01",
    end: str = "2025-01-31",
    **header: Any,
) -> Json:
    shown = [{"ColTitle": "?", "ColType": c} if isinstance(c, str) else c for c in columns]
    head = {"ReportName": name, "ReportBasis": "Accrual", "StartPeriod": start, "EndPeriod": end, "Currency": "CAD"}
    return {"Header": {**head, **header}, "Columns": {"Column": shown}, "Rows": {"Row": list(rows)} if rows else {}}


def text(body: Json) -> str:
    return json.dumps(body)


def sale(**changes: str) -> Json:
    """A ledger of one balanced sale of 100.00."""
    bank = {"debit": "100.00", **changes}
    return report(
        [
            section("Bank", [beginning("50.00"), posting("Invoice", "7", **bank)], identifier="1"),
            section("Sales", [posting("Invoice", "7", credit="100.00")], identifier="2", credit="100.00"),
        ]
    )
