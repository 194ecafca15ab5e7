"""What a table is: one declared contract becomes asset, checks, audit, lineage, freshness and catalogue page."""

from monette_assets.tables.contract import Check, Column, Contract, Freshness, Input, Months, Partitions, Severity
from monette_assets.tables.table import Context, Staged, Table, table

__all__ = [
    "Check",
    "Column",
    "Context",
    "Contract",
    "Freshness",
    "Input",
    "Months",
    "Partitions",
    "Severity",
    "Staged",
    "Table",
    "table",
]
