"""`quarantine`: what was refused or held back, with its reason. Nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from monette_assets.tables.contract import MONEY, Column, Contract, Partitions

CONTRACT = Contract(
    name="quarantine",
    description=(
        "What could not be published: transactions and reports that could not be read, and the units (company-months, "
        "companies, months) that a blocking check holds back. A unit leaves when a later run publishes it."
    ),
    key=("table_name", "company", "period", "kind", "reason", "path", "transaction_id"),
    unit=("table_name",),
    partitions=Partitions.NONE,
    columns=(
        Column("table_name", "string", "The table that refused it."),
        Column("company", "string", "Contract code of the company.", nullable=True),
        Column("period", "date", "First day of the month.", nullable=True),
        Column("kind", "string", "What is held back.", choices=("transaction", "report", "unit")),
        Column("reason", "string", "What was expected, what was found, and where."),
        Column("path", "string", "Where in the source's answer.", nullable=True),
        Column("transaction_type", "string", "As the source prints it.", nullable=True),
        Column("transaction_id", "string", "The source's id.", nullable=True),
        Column(
            "amount", MONEY, "Amount of the refused line where it could be read.", unit="home currency", nullable=True
        ),
        Column("raw", "string", "The fragment as the source sent it, cut to a bounded size.", nullable=True),
        Column("run_id", "string", "The run that refused it."),
        Column("quarantined_at", "timestamp", "When."),
    ),
    owner="data engineering",
)

CONTENT = (
    "table_name", "company", "period", "kind", "reason", "path", "transaction_type", "transaction_id", "amount", "raw",
)  # fmt: skip
"""What an entry says: all of it but who found it, and when."""


def entry_id(entry: Mapping[str, Any]) -> str:
    """A short name for an entry, of its key: the same as long as the same is refused for the same reason."""
    key = "\x1f".join("\x00" if entry[name] is None else str(entry[name]) for name in CONTRACT.key)
    return sha256(key.encode()).hexdigest()[:8]
