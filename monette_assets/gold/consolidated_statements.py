"""Contract only, until the table lands."""

from __future__ import annotations

from monette_assets.tables import Column, Contract
from monette_assets.tables.contract import MONEY

CONTRACT = Contract(
    name="gold/consolidated_statements",
    description="",
    key=("period", "basis", "subgroup", "step", "component", "group_account"),
    unit=("period",),
    balance=True,
    columns=(
        Column("period", "date", ""),
        Column("basis", "string", "", choices=("accrual", "cash")),
        Column("subgroup", "string", ""),
        Column("step", "string", "", choices=("companies", "eliminations", "adjustments", "non_controlling_interest")),
        Column("component", "string", ""),
        Column("group_account", "string", ""),
        Column("statement", "string", "", choices=("profit_and_loss", "balance_sheet")),
        Column("classification", "string", ""),
        Column("profit_type", "string", "", nullable=True),
        Column("opening_cad", MONEY, ""),
        Column("movement_cad", MONEY, ""),
        Column("closing_cad", MONEY, ""),
    ),
)
