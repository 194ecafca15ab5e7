"""`closes`: who approved, closed and reopened which month of which company, as a hash-chained log (ACCOUNTING 12).

The group's month, its consolidated statements, is closed with the last of its companies and has entries of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from monette_assets.tables.contract import Column, Contract, Partitions
from monette_assets.tables.hash_chain import COLUMNS, Entry

APPROVE, CLOSE, REOPEN = "approve", "close", "reopen"

CONTRACT = Contract(
    name="closes",
    description=(
        "Who approved, closed and reopened which month of which company or of the group, one row an act, append-only "
        "and hash-chained. "
        "A close names the frozen statements and ledger it made, by close_id and content hash."
    ),
    key=("number",),
    unit=("number",),
    partitions=Partitions.NONE,
    columns=(
        *COLUMNS,
        Column("action", "string", "What was done.", choices=(APPROVE, CLOSE, REOPEN)),
        Column("period", "date", "First day of the month."),
        Column("company", "string", "Contract code of the company; group for the group's month."),
        Column("who", "string", "Who did it."),
        Column("approved_by", "string", "The second person; of a reopening.", nullable=True),
        Column("reason", "string", "Why; of a reopening.", nullable=True),
        Column("at", "timestamp", "When."),
        Column("release", "bigint", "The release whose figures it is about."),
        Column("contract_version", "string", "Fingerprint of the group contract."),
        Column("tables", "array<string>", "The tables of that release."),
        Column("versions", "array<string>", "Their versions, in the same order."),
        Column("close_id", "string", "Name of the frozen rows; of a close.", nullable=True),
        Column("statements_hash", "string", "Content hash of its rows of closed_statements.", nullable=True),
        Column("ledger_hash", "string", "Content hash of its rows of closed_ledger.", nullable=True),
        Column("statements_rows", "bigint", "How many.", nullable=True),
        Column("ledger_rows", "bigint", "How many.", nullable=True),
        Column("statements", "array<string>", "The statements it froze; of a close. Null in closes that are older than "
               "this column.", nullable=True),
    ),
)  # fmt: skip


def close_ids(log: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the frozen rows that count: whoever lost a race, or died, left rows that the log does not name."""
    return [row["close_id"] for row in log if row["action"] == CLOSE]


def last_acts(log: Iterable[Mapping[str, Any]]) -> dict[tuple[str, date], Entry]:
    """The last close or reopening of every company-month that has one."""
    return {(row["company"], row["period"]): dict(row) for row in log if row["action"] != APPROVE}


def closed(log: Iterable[Mapping[str, Any]]) -> dict[tuple[str, date], Entry]:
    """The closes in force, by company and month."""
    return {unit: row for unit, row in last_acts(log).items() if row["action"] == CLOSE}
