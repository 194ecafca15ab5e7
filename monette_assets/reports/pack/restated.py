"""What changed since a close: closed months, their accounts, every figure (ACCOUNTING 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.reports.pack.findings import company_names, shortened
from monette_assets.reports.pack.grid import ZERO
from monette_assets.reports.released import Released
from monette_assets.reports.statement import Field, Kind, Statement

TABLE, TITLE = "gold/restatements", "Restatements since the close"
ACCOUNTS = ("trial_balance", "closing")  # statement and measure of an account's balance
INCOME = ("changes_in_equity", "net_income", "amount_cad")  # statement, line and measure of a month's net income
Row = dict[str, Any]


def read(release: Released, month: date) -> list[Row] | None:
    """The restatements of the month and of those before it, whose results are in its own; None without the table."""
    import pyarrow.compute as pc

    if not release.holds(TABLE):
        return None
    return release.rows(TABLE, where=(pc.field("period") <= month) & (pc.field("basis") == "accrual"))


@dataclass(frozen=True)
class Changed:
    """A company's closed month that no longer shows what its last close froze."""

    company: str
    month: date
    figures: int
    net_income: Decimal  # by how much, group currency


def changed(group: Group, restated: Sequence[Row]) -> tuple[Changed, ...]:
    """Closed months that changed since their last close, the group's own left out; latest first."""
    names = company_names(group)
    found: dict[tuple[date, str], list[Decimal]] = defaultdict(list)
    for row in restated:
        if row["next_close"] is None and row["company"] != WHOLE_GROUP:
            is_income = (row["statement"], row["line"], row["measure"]) == INCOME
            found[row["period"], row["company"]].append(row["difference"] if is_income else ZERO)
    order = sorted(found, key=lambda each: (-each[0].toordinal(), each[1]))
    return tuple(
        Changed(names.get(company, company), period, len(found[period, company]), sum(found[period, company], ZERO))
        for period, company in order
    )


def accounts(group: Group, restated: Sequence[Row]) -> Statement:
    """The companies' accounts among what changed: latest month first, the largest differences first."""
    names = company_names(group)
    rows = [
        {**row, "company": names.get(row["company"], row["company"])}
        for row in restated
        if (row["statement"], row["measure"], row["next_close"]) == (*ACCOUNTS, None)
    ]
    rows.sort(key=lambda row: (-row["period"].toordinal(), -abs(row["difference"]), row["company"], row["account_id"]))
    fields = (
        Field("period", "Month", Kind.DATE),
        Field("company", "Company"),
        Field("account_name", "Account"),
        Field("closed_amount", "As closed", Kind.MONEY),
        Field("present_amount", "As it stands", Kind.MONEY),
        Field("difference", "Difference", Kind.MONEY),
        Field("first_seen_at", "First seen", Kind.DATE),
    )
    notes = [
        "Balances of accounts to date, debit positive, in the company's own currency. Figures of every statement are "
        "in the workbook; lines and documents: monette report gold/restated_lines --period MONTH --company CODE."
    ]
    return Statement(TITLE, "", fields, rows, notes=notes)


def figures(group: Group, restated: Sequence[Row]) -> Statement:
    """Every figure that changed, latest month first."""
    names = company_names(group)
    rows = [{**row, "company": names.get(row["company"], group.name)} for row in restated]
    rows.sort(key=lambda row: -row["period"].toordinal())
    fields = (
        Field("period", "Month", Kind.DATE),
        Field("company", "Company"),
        Field("statement", "Statement"),
        Field("subgroup", "Part of the group"),
        Field("step", "Step"),
        Field("component", "Component"),
        Field("section", "Section"),
        Field("line", "Line"),
        Field("account_name", "Account"),
        Field("group_account", "Group account"),
        Field("location", "Location"),
        Field("measure", "Measure"),
        Field("closed_amount", "As closed", Kind.MONEY),
        Field("present_amount", "As it stands", Kind.MONEY),
        Field("difference", "Difference", Kind.MONEY),
        Field("closed_at", "Closed", Kind.DATE),
        Field("state", "That close"),
        Field("first_seen_at", "First seen", Kind.DATE),
    )
    note = "Amounts are in the currency that the measure says."
    return shortened(TITLE, fields, rows, note, f"monette report {TABLE} --period MONTH")
