"""`closed_statements`: the statements of every closed company-month as they were closed, for good (ACCOUNTING 12).

Long: one row a figure, so that a statement which gains a column or a sibling needs no new table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monette_assets.tables.contract import MONEY, RATE, Column, Contract, Partitions

CONTRACT = Contract(
    name="closed_statements",
    description=(
        "The statements and rates of every closed company-month as they stood when it was closed, one row a figure; "
        "append-only. A row counts if the log `closes` holds its close_id."
    ),
    key=("close_id", "basis", "statement", "account_id", "group_account", "location", "pillar", "commodity",
         "profit_type", "measure", "rate_kind"),
    unit=("close_id",),
    partitions=Partitions.NONE,
    columns=(
        Column("close_id", "string", "The close, as `closes` names it."),
        Column("company", "string", "Contract code of the company."),
        Column("period", "date", "First day of the month."),
        Column("basis", "string", "Accounting basis; empty for rates."),
        Column("statement", "string", "The table it is of, without its layer."),
        Column("account_id", "string", "QuickBooks' id; empty for rates."),
        Column("account_number", "string", "Number in the company's chart.", nullable=True),
        Column("account_name", "string", "Full name, parents first.", nullable=True),
        Column("classification", "string", "Section.", nullable=True),
        Column("profit_type", "string", "Profit type; empty outside of the profit and loss."),
        Column("group_account", "string", "Account of the group chart."),
        Column("location", "string", "Standard name; empty outside of the profit and loss."),
        Column("pillar", "string", "Pillar of the location; likewise."),
        Column("commodity", "string", "Of the account; likewise."),
        Column("currency", "string", "Home currency of the company."),
        Column("measure", "string", "The column of the statement: closing, amount, amount_cad, ..."),
        Column("amount", MONEY, "Debit positive; null for a rate.", unit="as the measure says", nullable=True),
        Column("rate", RATE, "The rate it was translated at, or the rate itself.", nullable=True),
        Column("rate_kind", "string", "Kind of the rate; empty where there is none."),
        Column("rate_date", "date", "Day of the rate.", nullable=True),
        Column("rate_source", "string", "Who published it.", nullable=True),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Frozen:
    """A table whose figures a close keeps: its measures, those a restatement compares, columns under another name."""

    table: str
    measures: tuple[str, ...]
    compared: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        return self.table.rpartition("/")[2]


STATEMENTS: tuple[Frozen, ...] = (
    Frozen("gold/trial_balance", ("opening", "debit", "credit", "closing"), ("opening", "closing")),
    Frozen("gold/profit_and_loss", ("amount", "amount_cad"), ("amount", "amount_cad"), {"rate": "average_rate"}),
    Frozen("gold/balance_sheet", ("amount",), ("amount",)),
    Frozen(
        "gold/translated_balances",
        ("opening", "movement", "closing", "opening_cad", "movement_cad", "closing_cad"),
        ("closing_cad",),
    ),
)
RATES = Frozen(
    "silver/exchange_rates", ("rate",), (), {"currency": "from_currency", "rate_kind": "kind", "rate_source": "source"}
)
_NEVER_NULL = {column.name for column in CONTRACT.columns if column.type == "string" and not column.nullable}


def figures(frozen: Frozen, rows: Iterable[Mapping[str, Any]], **known: Any) -> Iterator[dict[str, Any]]:
    """The rows of a statement as rows of closed_statements; `known` are the columns all of them share."""
    for row in rows:
        told = {}
        for name in CONTRACT.column_names:
            value = row.get(frozen.names.get(name, name))
            told[name] = "" if value is None and name in _NEVER_NULL else value
        for measure in frozen.measures:
            amount = None if frozen is RATES else row[measure]
            yield {**told, "statement": frozen.statement, "measure": measure, "amount": amount, **known}
