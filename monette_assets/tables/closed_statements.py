"""`closed_statements`: the statements of every closed month as they were closed, for good (ACCOUNTING 12).

Of a company, and of the group with all its companies. Long: one row a figure, so that a statement which gains a column
or a sibling needs no new table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monette_assets.tables.contract import MONEY, RATE, Column, Contract, Partitions

CONTRACT = Contract(
    name="closed_statements",
    description=(
        "The statements and rates of every closed month of a company, and the group's own, as they stood when it was "
        "closed, one row a figure; append-only. A row counts if the log `closes` holds its close_id."
    ),
    key=("close_id", "basis", "statement", "subgroup", "step", "component", "section", "line", "account_id",
         "group_account", "location", "pillar", "commodity", "profit_type", "measure", "rate_kind"),
    unit=("close_id",),
    partitions=Partitions.NONE,
    columns=(
        Column("close_id", "string", "The close, as `closes` names it."),
        Column("company", "string", "Contract code of the company; group for the group's."),
        Column("period", "date", "First day of the month."),
        Column("basis", "string", "Accounting basis; empty for rates."),
        Column("statement", "string", "The table it is of, without its layer."),
        Column("account_id", "string", "QuickBooks' id; empty for rates."),
        Column("account_number", "string", "Number in the company's chart.", nullable=True),
        Column("account_name", "string", "Full name, parents first; the contact's in agings.", nullable=True),
        Column("classification", "string", "Section.", nullable=True),
        Column("profit_type", "string", "Profit type; empty outside of the profit and loss."),
        Column("group_account", "string", "Account of the group chart."),
        Column("location", "string", "Standard name; empty outside of the profit and loss."),
        Column("pillar", "string", "Pillar of the location; likewise."),
        Column("commodity", "string", "Of the account; likewise."),
        Column("currency", "string", "Home currency of the company; empty for the group's."),
        Column("measure", "string", "The column of the statement: closing, amount, amount_cad, ..."),
        Column("amount", MONEY, "Debit positive; null for a rate.", unit="as the measure says", nullable=True),
        Column("rate", RATE, "The rate it was translated at, or the rate itself.", nullable=True),
        Column("rate_kind", "string", "Kind of the rate; empty where there is none."),
        Column("rate_date", "date", "Day of the rate.", nullable=True),
        Column("rate_source", "string", "Who published it.", nullable=True),
        Column("subgroup", "string", "Part of the group; null or empty for a company's.", nullable=True),
        Column("step", "string", "Step of the consolidation; likewise.", nullable=True),
        Column("component", "string", "Company, entry, component of equity or contact; where a statement has none, "
               "likewise.", nullable=True),
        Column("section", "string", "Section of the cash flow, kind of elimination, bucket of an aging; likewise.",
               nullable=True),
        Column("line", "string", "Line of cash flow or equity; of eliminations and adjustments, whose figure changes.",
               nullable=True),
    ),
)  # fmt: skip


# What tells one figure of a statement from another; what a statement does not have is empty.
FIGURE = (
    "basis", "statement", "subgroup", "step", "component", "section", "line", "account_id", "group_account", "location",
    "pillar", "measure",
)  # fmt: skip
_LATER = ("subgroup", "step", "component", "section", "line")  # null where a figure was frozen before there were these


@dataclass(frozen=True)
class Frozen:
    """A table whose figures a close keeps: its measures, those a restatement compares, columns under another name."""

    table: str
    measures: tuple[str, ...]
    compared: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)  # column here -> column there; "" for none
    constants: Mapping[str, str] = field(default_factory=dict)  # columns here that the table does not have
    status: str | None = None  # only rows of this status
    of_group: bool = False  # the group's, not a company's

    @property
    def statement(self) -> str:
        """The table's name without its layer, which the group's and the companies' statements do not share."""
        return self.table.rpartition("/")[2]


COMPANY_STATEMENTS: tuple[Frozen, ...] = (
    Frozen("gold/trial_balance", ("opening", "debit", "credit", "closing"), ("opening", "closing")),
    Frozen("gold/profit_and_loss", ("amount", "amount_cad"), ("amount", "amount_cad"), {"rate": "average_rate"}),
    Frozen("gold/balance_sheet", ("amount",), ("amount",)),
    Frozen(
        "gold/translated_balances",
        ("opening", "movement", "closing", "opening_cad", "movement_cad", "closing_cad"),
        ("closing_cad",),
    ),
    Frozen("gold/cash_flow", ("amount", "amount_cad"), ("amount", "amount_cad")),
    Frozen("gold/changes_in_equity", ("amount", "amount_cad"), ("amount", "amount_cad")),
    *(
        Frozen(
            aging,
            ("open_balance",),
            ("open_balance",),
            {"component": "contact_id", "section": "bucket", "account_name": "contact_name", "rate": "closing_rate"},
        )
        for aging in ("gold/payables_aging", "gold/receivables_aging")
    ),
)
GROUP_STATEMENTS: tuple[Frozen, ...] = (
    Frozen(
        "gold/consolidated_statements",
        ("opening_cad", "movement_cad", "closing_cad"),
        ("opening_cad", "closing_cad"),
        of_group=True,
    ),
    Frozen(
        "gold/eliminations",
        ("amount_cad",),
        ("amount_cad",),
        {"component": "elimination", "section": "kind", "line": "company", "currency": ""},
        {"step": "eliminations"},
        of_group=True,
    ),
    Frozen(
        "gold/adjustments",
        ("amount_cad",),
        ("amount_cad",),
        {"component": "entry", "line": "company"},
        {"step": "adjustments", "basis": "accrual"},  # the basis that people adjust by hand
        status="applied",
        of_group=True,
    ),
    Frozen("gold/consolidated_cash_flow", ("amount_cad",), ("amount_cad",), of_group=True),
    Frozen("gold/consolidated_changes_in_equity", ("amount_cad",), ("amount_cad",), of_group=True),
)
STATEMENTS = (*COMPANY_STATEMENTS, *GROUP_STATEMENTS)
# What a close froze that does not say so itself: it is older than `closes.statements`.
FORMERLY = ("trial_balance", "profit_and_loss", "balance_sheet", "translated_balances")
RATES = Frozen(
    "silver/exchange_rates", ("rate",), (), {"currency": "from_currency", "rate_kind": "kind", "rate_source": "source"}
)
_NEVER_NULL = {column.name for column in CONTRACT.columns if column.type == "string" and not column.nullable} | set(
    _LATER
)


def figures(frozen: Frozen, rows: Iterable[Mapping[str, Any]], **known: Any) -> list[dict[str, Any]]:
    """The rows of a statement as rows of closed_statements; `known` are the columns all of them share.

    Rows that are one figure here, as two lines of an adjustment on one account, are added up.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if frozen.status is not None and row["status"] != frozen.status:
            continue
        told = {}
        for name in CONTRACT.column_names:
            value = frozen.constants.get(name, row.get(frozen.names.get(name, name)))
            told[name] = "" if value is None and name in _NEVER_NULL else value
        for measure in frozen.measures:
            amount = None if frozen is RATES else row[measure]
            figure = {**told, "statement": frozen.statement, "measure": measure, "amount": amount, **known}
            key = tuple(figure[name] for name in CONTRACT.key)
            if key in found and amount is not None:
                figure["amount"] = found[key]["amount"] + amount
            found[key] = figure
    return list(found.values())
