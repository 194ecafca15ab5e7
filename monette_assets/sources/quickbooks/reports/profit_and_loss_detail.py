"""Profit and loss by transaction: class, location and sign of every income and expense line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import (
    Classification,
    Grid,
    adder,
    month_end,
    sign_of,
    subtree_stops,
)
from monette_assets.sources.quickbooks.reports.income import income_parts, verify_parts
from monette_assets.sources.quickbooks.reports.lines import (
    NATURAL,
    Context,
    accounts_of,
    kept,
    mark_without_account,
    number_lines,
    quarantine_across,
    read_parts,
    refuse_rows,
    spacers,
    text_columns,
    transactions,
)
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Parsed, Refusals

REPORT = "ProfitAndLossDetail"

PROFIT_AND_LOSS_LINES = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("account_id", pa.string()),
        ("account_name", pa.string()),  # with its parents, joined by ":"
        ("section", pa.string()),  # Income, COGS, Expenses, OtherIncome, OtherExpenses
        ("transaction_date", pa.date32()),
        ("transaction_type", pa.string()),  # as printed: localised
        ("transaction_id", pa.string()),
        ("line_number", pa.int32()),  # from 1, within transaction and account
        ("document_number", pa.string()),
        ("contact_id", pa.string()),
        ("contact_name", pa.string()),
        ("class_id", pa.string()),
        ("class_name", pa.string()),
        ("location_id", pa.string()),
        ("location_name", pa.string()),
        ("memo", pa.string()),
        ("split_account", pa.string()),
        ("amount", MONEY),  # natural sign of the section, home currency
        ("ledger_amount", MONEY),  # debit positive
    ]
)


def parse_profit_and_loss_detail(
    payloads: Sequence[str],
    *,
    company: str,
    period: date,
    basis: str,
    home_currency: str,
    classification: Classification | None = None,
    verify_totals: bool = True,
    end: date | None = None,
) -> Parsed:
    """Income and expense lines of one company-month; arguments as for the general ledger.

    `classification` is needed only where arithmetic cannot tell a section's sign (see `income`).

    Returns:
        `lines` in `PROFIT_AND_LOSS_LINES`, `refusals` in `REFUSALS`. Never raises on bad payloads.
    """
    refusals = Refusals(company, period, basis, REPORT)
    context = Context(company, period, basis, home_currency, classification, verify_totals, refusals)
    try:
        tables: list[pa.Table] = []
        for grid in read_parts(payloads, context, REPORT, period, end or month_end(period)):
            tables.append(_read(grid, context))
        lines = number_lines(quarantine_across(pa.concat_tables(tables), context, amount="ledger_amount"))
    except Exception as error:
        context.refuse(error)
        lines = PROFIT_AND_LOSS_LINES.empty_table()
    return context.parsed(lines)


def _read(grid: Grid, context: Context) -> pa.Table:
    if grid.empty:
        return PROFIT_AND_LOSS_LINES.empty_table()
    flat = grid.flat
    at = next((i for k in NATURAL if grid.has(k) for i in [grid.position(k)] if any(grid.texts_at(i))), None)
    at = grid.position(*NATURAL) if at is None else at
    column = grid.money(grid.keys[at])
    assert column is not None
    stops = subtree_stops(flat)
    sums = adder(grid, at, column, stops)
    ids, _ = accounts_of(grid)
    parts = income_parts(flat, sums, _known_signs(grid, ids, context))
    verify_parts(grid, context, sums, parts, stops)

    headings, signs, labels = [0] * len(flat.sections), np.zeros(len(grid), np.int64), [""] * len(grid)
    for p in parts:
        headings[p.section : stops[p.section]] = [p.section] * (stops[p.section] - p.section)
        s = flat.sections[p.section]
        signs[s.start : s.stop] = p.sign
        labels[s.start : s.stop] = [p.label] * (s.stop - s.start)
    accounts, names = accounts_of(grid, headings)

    aside = spacers(grid)
    context.counts.not_postings += int(aside.sum())
    posting = ~aside
    who = transactions(grid, posting)
    grid.mark_cells(posting & column.bad, "malformed_amount", values.AMOUNT_FORM, at)
    if not column.given.any():  # a posting of zero may print nothing, but not all of them
        grid.mark(posting & column.empty, "no_amount", lambda _: "no row has an amount", at)
    grid.mark(posting & (signs == 0), "no_section", lambda _: "stands outside of every section of the statement")
    mark_without_account(grid, posting, accounts)
    ledger = -signs * column.cents
    refuse_rows(grid, context, posting, who, accounts, ledger, ~column.bad & (signs != 0))
    columns = {
        **context.constants(len(grid)),
        **who.columns(),
        **text_columns(grid, PROFIT_AND_LOSS_LINES),
        "account_id": pa.array(accounts, pa.string()),
        "account_name": pa.array(names, pa.string()),
        "section": pa.array(labels, pa.string()),
        "line_number": values.constant(0, pa.int32(), len(grid)),
        "amount": values.from_cents(column.cents),
        "ledger_amount": values.from_cents(ledger),
    }
    return kept(grid, posting, columns, PROFIT_AND_LOSS_LINES)


def _known_signs(grid: Grid, accounts: Sequence[str | None], context: Context) -> dict[int, int]:
    """Sections whose accounts are all classified alike, with their sign in net income."""
    if not context.classification:
        return {}
    known: dict[int, int] = {}
    for i, section in enumerate(grid.flat.sections):
        signs = {-sign_of(a, context.classification) for a in set(accounts[section.start : section.stop])} - {0}
        if i and len(signs) == 1:
            known[i] = signs.pop()
    return known
