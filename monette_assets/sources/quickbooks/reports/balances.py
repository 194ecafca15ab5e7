"""What QuickBooks itself reports per account: trial balance, profit and loss, balance sheet, as one long table.

These are the control totals the platform is tied out against (ACCOUNTING 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pyarrow as pa

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import (
    Adder,
    Classification,
    Grid,
    Trouble,
    adder,
    amount_cell,
    full_name,
    month_end,
    sign_of,
    subtree_stops,
    verify_section,
)
from monette_assets.sources.quickbooks.reports.income import income_parts, verify_parts
from monette_assets.sources.quickbooks.reports.lines import Context, read_parts
from monette_assets.sources.quickbooks.reports.nodes import Kind
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Parsed, Refusals, ReportRefusedError
from monette_assets.sources.quickbooks.reports.values import Cents, Mask, Money

Statement = Literal["trial_balance", "opening_trial_balance", "profit_and_loss", "balance_sheet"]

REPORTS: dict[Statement, str] = {
    "trial_balance": "TrialBalance",
    "opening_trial_balance": "TrialBalance",
    "profit_and_loss": "ProfitAndLoss",
    "balance_sheet": "BalanceSheet",
}

NET_INCOME = "net_income"  # the balance sheet's Net Income line has no account of its own
NOT_SPECIFIED = "not_specified"  # amounts QuickBooks holds against no account

REPORTED_BALANCES = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("statement", pa.string()),
        ("account_id", pa.string()),
        ("account_name", pa.string()),
        ("section", pa.string()),  # the account's part of the statement; null in a trial balance
        ("amount", MONEY),  # debit positive
        ("natural_amount", MONEY),  # as printed; debit - credit in a trial balance
    ]
)

# Natural sign of the balance sheet's sections, +1 debit. Nested groups (BankAccounts, AR, AP, ...) follow
# what encloses them.
_BALANCE_SHEET = {"TotalAssets": 1, "Assets": 1, "TotalLiabilitiesAndEquity": -1, "Liabilities": -1, "Equity": -1}


@dataclass(slots=True)
class _Rows:
    ids: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    sections: list[str | None] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    natural: list[int] = field(default_factory=list)

    def add(self, account_id: str, name: str | None, section: str | None, sign: int, cents: int) -> None:
        self.ids.append(account_id)
        self.names.append(name)
        self.sections.append(section)
        self.amounts.append(sign * cents)
        self.natural.append(cents)


def parse_balances(
    payloads: Sequence[str],
    report: Statement,
    *,
    company: str,
    period: date,
    basis: str,
    home_currency: str,
    classification: Classification | None = None,
    verify_totals: bool = True,
    start: date | None = None,
    end: date | None = None,
) -> Parsed:
    """QuickBooks' own balance per account.

    Args:
        payloads: exactly one answer; these reports are never bisected.
        report: which statement; `opening_trial_balance` is the trial balance as at the day before the period.
        company: contract code.
        period: first day of the month.
        basis: `accrual` or `cash`.
        home_currency: of the company.
        classification: account id -> Asset, ...; needed only where a statement without groups leaves a sign open.
        verify_totals: refuse a report whose printed totals are not the sums of its rows; False only notes them.
        start: first day asked for; checked if given, and for `profit_and_loss` taken to be `period` if not.
        end: last day asked for; the month's end (the day before the month for `opening_trial_balance`) if not given.

    Returns:
        `lines` in `REPORTED_BALANCES`: leaves, and parents' own amounts from section headers. Never raises on bad
        payloads.
    """
    refusals = Refusals(company, period, basis, REPORTS[report])
    context = Context(company, period, basis, home_currency, classification, verify_totals, refusals)
    last = end or (period - timedelta(days=1) if report == "opening_trial_balance" else month_end(period))
    first = start or (period if report == "profit_and_loss" else None)
    lines = REPORTED_BALANCES.empty_table()
    try:
        for grid in read_parts(_only(payloads), context, REPORTS[report], first, last):
            if not grid.empty:
                rows = _trial_balance(grid, context) if "trial_balance" in report else _statement(grid, context, report)
                lines = _table(rows, context, report)
    except Exception as error:
        context.refuse(error)
    return context.parsed(lines)


def _only(payloads: Sequence[str]) -> Sequence[str]:
    if len(payloads) > 1:
        raise ReportRefusedError("not_a_report", f"expected one answer, found {len(payloads)} parts")
    return payloads


def _table(rows: _Rows, context: Context, statement: str) -> pa.Table:
    n = len(rows.ids)
    columns = {
        **context.constants(n),
        "statement": values.constant(statement, pa.string(), n),
        "account_id": pa.array(rows.ids, pa.string()),
        "account_name": pa.array(rows.names, pa.string()),
        "section": pa.array(rows.sections, pa.string()),
        "amount": values.from_cents(np.array(rows.amounts, np.int64)),
        "natural_amount": values.from_cents(np.array(rows.natural, np.int64)),
    }
    return pa.table([columns[f.name] for f in REPORTED_BALANCES], schema=REPORTED_BALANCES)


def money_columns(grid: Grid) -> list[int]:
    """Positions of the columns of amounts: all of type Money, else all after the first."""
    found = [i for i, c in enumerate(grid.columns) if c.ColType == "Money"]
    return found or list(range(1, len(grid.columns)))


def _trial_balance(grid: Grid, context: Context) -> _Rows:
    """Debit and credit by key where they have one, else the two columns of amounts in their order."""
    known = [
        [k for k in keys if grid.has(k)]
        for keys in (("debit", "debt_home_amt", "debt_amt"), ("credit", "credit_home_amt", "credit_amt"))
    ]
    if known[0] and known[1]:
        debit_at, credit_at = grid.position(*known[0]), grid.position(*known[1])
    else:
        found = money_columns(grid)
        if len(found) != 2:
            raise ReportRefusedError(
                "missing_column", f"expected a debit and a credit column, found {grid.keys}", path="Columns.Column"
            )
        debit_at, credit_at = found
    debit, credit = (values.money(grid.texts_at(at)) for at in (debit_at, credit_at))
    for at, column in ((debit_at, debit), (credit_at, credit)):
        grid.mark_cells(column.bad, "malformed_amount", values.AMOUNT_FORM, at)
    aside = _blank(grid)
    grid.mark(~aside & debit.empty & credit.empty, "no_amount", lambda _: "expected a debit or a credit, found neither")
    _verify_plain(grid, context, ((debit_at, debit), (credit_at, credit)))
    rows = _leaves(grid, context, debit.cents - credit.cents, aside, {})
    for i, section in enumerate(grid.flat.sections):  # a parent's own balance, where accounts are nested
        own = [amount_cell(section.header, at, f"{section.path}.Header") for at in (debit_at, credit_at)]
        if own != [None, None]:
            context.counts.data_rows += 1  # a header that carries money is a row of the statement
            rows.add(
                section.id or NOT_SPECIFIED, full_name(grid.flat, i) or None, None, 1, (own[0] or 0) - (own[1] or 0)
            )
    return rows


def _verify_plain(grid: Grid, context: Context, columns: Sequence[tuple[int, Money]]) -> None:
    """Section totals, and a grand total standing alone, are plain sums."""
    stops = subtree_stops(grid.flat)
    for at, column in columns:
        sums = adder(grid, at, column, stops)
        for i, section in enumerate(grid.flat.sections):
            if section.summary:
                expected = sums.of(grid.flat, 0 if section.kind is Kind.TOTAL and section.parent == 0 else i)
                verify_section(
                    grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict
                )


def _statement(grid: Grid, context: Context, report: Statement) -> _Rows:
    found = money_columns(grid)
    if len(found) != 1:
        raise ReportRefusedError(
            "missing_column",
            f"expected one column of amounts, found {grid.keys}; do not summarise by anything",
            path="Columns.Column",
        )
    at = found[0]
    column = values.money(grid.texts_at(at))
    grid.mark_cells(column.bad, "malformed_amount", values.AMOUNT_FORM, at)
    stops = subtree_stops(grid.flat)
    sums = adder(grid, at, column, stops)
    if report == "profit_and_loss":
        parts = _income_signs(grid, context, sums, stops)
    else:
        parts = _balance_sheet_signs(grid, context)
        _verify_plain(grid, context, [(at, column)])
    aside = _blank(grid) | column.empty & ~column.bad & _unnumbered(grid)
    grid.mark(~aside & column.empty, "no_amount", lambda _: "expected an amount, found none", at)
    rows = _leaves(grid, context, column.cents, aside, parts)
    for i, section in enumerate(grid.flat.sections):
        own = amount_cell(section.header, at, f"{section.path}.Header")
        if own is None:
            continue
        label, sign = parts.get(i, (None, 0))
        if not sign:
            raise ReportRefusedError(
                "unknown_sections", f"{section.name!r} stands in no known section of the statement", path=section.path
            )
        context.counts.data_rows += 1  # a header that carries money is a row of the statement
        rows.add(section.id or NOT_SPECIFIED, _name(grid, i), label, sign, own)
    return rows


def _blank(grid: Grid) -> Mask:
    mask = np.zeros(len(grid), np.bool_)
    for row, cells in enumerate(grid.flat.rows):
        mask[row] = row not in grid.troubles and not any(c.value or c.id for c in cells)
    return mask


def _unnumbered(grid: Grid) -> Mask:
    """Leaves that name no account: headings printed as data."""
    return np.array([not (cells and cells[0].id) for cells in grid.flat.rows], np.bool_)


def _leaves(grid: Grid, context: Context, cents: Cents, aside: Mask, parts: dict[int, tuple[str | None, int]]) -> _Rows:
    flat, rows = grid.flat, _Rows()
    context.counts.not_postings += int(aside.sum())
    for section, start, stop in flat.run_bounds():
        label, sign = parts.get(section, (None, 0)) if parts else (None, 1)
        for row in range(start, stop):
            if aside[row]:
                continue
            if sign == 0:
                grid.troubles.setdefault(
                    row, Trouble("unknown_sections", "stands in no known section of the statement")
                )
            if row in grid.troubles:
                trouble, cells = grid.troubles[row], flat.rows[row]
                account_id = cells[0].id if cells else None
                context.refusals.add(
                    grid.part,
                    "row",
                    trouble.reason,
                    trouble.detail,
                    grid.path(row),
                    account_id=account_id,
                    raw=grid.raw(row),
                )
                context.counts.rows_refused += 1
                continue
            first = flat.rows[row][0]
            alone = NET_INCOME if flat.groups.get(row) == "NetIncome" else NOT_SPECIFIED
            above = _name(grid, section)
            name = f"{above}:{first.value}" if above else first.value
            rows.add(first.id or alone, name or None, label, sign, int(cents[row]))
    return rows


def _name(grid: Grid, section: int) -> str | None:
    """Names of the sections above that carry an account id (headings have none), joined with `:`."""
    names: list[str] = []
    while section > 0:
        found = grid.flat.sections[section]
        if found.id is None:
            break
        names.append(found.name)
        section = found.parent
    return ":".join(reversed(names)) or None


def _income_signs(grid: Grid, context: Context, sums: Adder, stops: Sequence[int]) -> dict[int, tuple[str | None, int]]:
    known: dict[int, int] = {}
    flat = grid.flat
    for i, section in enumerate(flat.sections):
        ids = {cells[0].id for cells in flat.rows[section.start : section.stop] if cells}
        ids |= {s.id for s in flat.sections[i : stops[i]]}
        signs = {-sign_of(a, context.classification) for a in ids} - {0}
        if i and len(signs) == 1:
            known[i] = signs.pop()
    parts = income_parts(flat, sums, known)
    verify_parts(grid, context, sums, parts, stops)
    found: dict[int, tuple[str | None, int]] = {}
    for part in parts:
        for i in range(part.section, stops[part.section]):
            found[i] = (part.label, -part.sign)
    return found


def _balance_sheet_signs(grid: Grid, context: Context) -> dict[int, tuple[str | None, int]]:
    """By group; in a statement without groups the first section is assets and the second liabilities and equity."""
    flat = grid.flat
    found: dict[int, tuple[str | None, int]] = {}
    tops = [i for i, s in enumerate(flat.sections) if s.parent == 0 and s.kind is not Kind.TOTAL]
    grouped = any(s.group in _BALANCE_SHEET for s in flat.sections)
    for i, section in enumerate(flat.sections):
        if i == 0:
            continue
        if section.group in _BALANCE_SHEET:
            found[i] = (section.group, _BALANCE_SHEET[section.group])
        elif section.parent in found:
            found[i] = found[section.parent]
        elif not grouped and len(tops) == 2 and i in tops:
            found[i] = (("TotalAssets", 1), ("TotalLiabilitiesAndEquity", -1))[tops.index(i)]
    return found
