"""A lake with a few released gold rows, written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from monette_assets import catalog
from monette_assets.gold.financial_summary import LINES
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.tables.releases import release

CONTRACTS = {contract.name: contract for contract in catalog.contracts()}
GOLD = [table.contract for table in catalog.GOLD]
AT = datetime(2025, 2, 3, 12, tzinfo=UTC)
NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
EMPTY: dict[str, Any] = {
    "string": "", "date": NOVEMBER, "timestamp": AT, "int": 0, "bigint": 0, "boolean": False, "array<string>": [],
}  # fmt: skip


def publish(
    lake: Lake, table: str, rows: Sequence[Mapping[str, Any]], publish_id: str = "first", made_from: Sequence[str] = ()
) -> None:
    """The rows as the whole table; columns left out are empty. `made_from`: tables, at the version they have now."""
    data = filled(table, rows)
    versions = {each: found for each in made_from if (found := lake.version(each)) is not None}
    scope, commit = Scope.everything(), replace(commit_of(table, publish_id), input_versions=versions)
    lake.publish(table, data, schema=data.schema, scope=scope, commit=commit)


def append(lake: Lake, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as further ones of a log; columns left out are empty."""
    data = filled(table, rows)
    lake.append(table, data, schema=data.schema, commit=commit_of(table, "appended"))


def filled(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows with every column of the table's contract."""
    contract = CONTRACTS[table]
    whole = [
        {
            column.name: row.get(column.name, None if column.nullable else EMPTY.get(column.type, Decimal(0)))
            for column in contract.columns
        }
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=contract.arrow_schema)


def commit_of(table: str, publish_id: str) -> Commit:
    """A commit by nobody in particular."""
    return Commit(run_id="run", publish_id=f"{table}:{publish_id}", code_version="1", contract_version="c", at=AT)


def summary(company: str, period: date, pillar: str, line: str, amount: str, year: int = 2025) -> dict[str, Any]:
    """A line of the financial summary."""
    return {
        "company": company,
        "period": period,
        "fiscal_year": year,
        "basis": "accrual",
        "scenario": "actual",
        "location": "Somewhere",
        "pillar": pillar,
        "line": line,
        "line_order": LINES.index(line) + 1,
        "amount_cad": Decimal(amount),
    }


def small_lake(folder: Path, group: Group) -> Lake:
    """North sells for 1,000.10 in December; south, in the sub-pillar Cow-Calf, loses 250.05. January is running."""
    lake = Lake(str(folder))
    publish(
        lake,
        "gold/financial_summary",
        [
            summary("north", DECEMBER, "Grain", "Sales Revenue", "1000.10"),
            summary("north", DECEMBER, "Grain", "Gross Margin", "1000.10"),
            summary("north", DECEMBER, "Grain", "Net Income", "1000.10"),
            summary("south", DECEMBER, "Cow-Calf", "Cost of Goods Sold", "250.05"),
            summary("south", DECEMBER, "Cow-Calf", "Gross Margin", "-250.05"),
            summary("south", DECEMBER, "Cow-Calf", "Net Income", "-250.05"),
            summary("north", NOVEMBER, "Grain", "Net Income", "7.00"),
        ],
    )
    account = {"company": "north", "period": DECEMBER, "basis": "accrual", "currency": "CAD"}
    publish(
        lake,
        "gold/trial_balance",
        [
            {**account, "period": NOVEMBER, "account_id": "1", "account_name": "Chequing"},
            {**account, "account_id": "1", "account_number": "1000", "account_name": "=SUM(A1)",
             "opening": Decimal("5.00"), "debit": Decimal("0.10"), "closing": Decimal("5.10")},
            {**account, "account_id": "9", "account_number": "3900", "account_name": "Retained Earnings",
             "opening": Decimal("-5.00"), "credit": Decimal("0.10"), "closing": Decimal("-5.10")},
            {**account, "period": JANUARY, "account_id": "1", "account_name": "Chequing"},
        ],
    )  # fmt: skip
    ties = {"company": "north", "basis": "accrual", "statement": "trial_balance"}
    publish(
        lake,
        "gold/tie_out",
        [
            {**ties, "period": NOVEMBER, "account_id": "1", "ours": Decimal("5.00"), "theirs": Decimal("5.00")},
            {**ties, "period": DECEMBER, "account_id": "1", "ours": Decimal("5.10"), "theirs": Decimal("5.00"),
             "difference": Decimal("0.10")},
        ],
    )  # fmt: skip
    month = {"basis": "accrual", "arrived_at": AT, "complete": True}
    publish(
        lake,
        "gold/completeness",
        [
            {**month, "company": "north", "period": NOVEMBER},
            {**month, "company": "south", "period": NOVEMBER},
            {**month, "company": "south", "period": DECEMBER},
            {**month, "company": "north", "period": DECEMBER, "complete": False, "missing": "1 account(s) differ"},
            {**month, "company": "north", "period": JANUARY, "provisional": True},
        ],
    )
    release(lake, GOLD, "run", group)
    return lake
