"""The journal: transactions with their lines, flat.

A line of date `0-00-00` and empty type continues the transaction of the line before it; a section with nothing but a
summary closes the transaction and prints its debits and credits; the last one is the report's total.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import Grid, adder, month_end, subtree_stops, verify_section
from monette_assets.sources.quickbooks.reports.lines import (
    Context,
    coalesced,
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
from monette_assets.sources.quickbooks.reports.nodes import Cell
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Parsed, Refusals, ReportRefusedError

REPORT = "JournalReport"
CONTINUED = "0-00-00"

JOURNAL_LINES = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("transaction_date", pa.date32()),
        ("transaction_type", pa.string()),
        ("transaction_id", pa.string()),
        ("line_number", pa.int32()),
        ("document_number", pa.string()),
        ("account_id", pa.string()),
        ("account_name", pa.string()),
        ("contact_id", pa.string()),
        ("contact_name", pa.string()),
        ("memo", pa.string()),
        ("debit", MONEY),
        ("credit", MONEY),
        ("amount", MONEY),  # debit - credit
    ]
)


def parse_journal(
    payloads: Sequence[str],
    *,
    company: str,
    period: date,
    basis: str,
    home_currency: str,
    verify_totals: bool = True,
    end: date | None = None,
) -> Parsed:
    """Journal lines of one company-month; arguments as for the general ledger.

    Returns:
        `lines` in `JOURNAL_LINES`, `refusals` in `REFUSALS`. Never raises on bad payloads.
    """
    context = Context(
        company, period, basis, home_currency, None, verify_totals, Refusals(company, period, basis, REPORT)
    )
    lines = JOURNAL_LINES.empty_table()
    try:
        tables = [
            _read(grid, context)
            for grid in read_parts(payloads, context, REPORT, period, end or month_end(period), basis=False)
            if not grid.empty
        ]
        lines = number_lines(quarantine_across(pa.concat_tables([lines, *tables]), context))
    except Exception as error:
        context.refuse(error)
        lines = JOURNAL_LINES.empty_table()
    return context.parsed(lines)


def _read(grid: Grid, context: Context) -> pa.Table:
    debit, credit = coalesced(grid, ("debt_home_amt", "debt_amt")), coalesced(grid, ("credit_home_amt", "credit_amt"))
    if debit is None or credit is None:
        raise ReportRefusedError(
            "missing_column", f"expected debt_amt and credit_amt, found {', '.join(grid.keys)}", path="Columns.Column"
        )
    accounts = grid.ids("account_name")
    # A posting of zero prints nothing; one without account as well is no posting.
    hollow = debit.empty & credit.empty & np.array([a is None for a in accounts], np.bool_)
    hollow[list(grid.troubles)] = False
    aside = spacers(grid) | hollow
    context.counts.not_postings += int(aside.sum())
    posting = ~aside
    _continue(grid)
    who = transactions(grid, posting)
    bad = debit.bad | credit.bad
    grid.mark(posting & bad, "malformed_amount", lambda _: f"expected {values.AMOUNT_FORM}")
    mark_without_account(grid, posting, accounts)
    _verify(grid, context)
    amount = debit.cents - credit.cents
    refuse_rows(grid, context, posting, who, accounts, amount, ~bad)
    columns = {
        **context.constants(len(grid)),
        **who.columns(),
        **text_columns(grid, JOURNAL_LINES),
        "line_number": values.constant(0, pa.int32(), len(grid)),
        "account_id": pa.array(accounts, pa.string()),
        "account_name": values.optional(grid.texts("account_name")),
        "debit": values.from_cents(debit.cents),
        "credit": values.from_cents(credit.cents),
        "amount": values.from_cents(amount),
    }
    return kept(grid, posting, columns, JOURNAL_LINES)


def _continue(grid: Grid) -> None:
    """Give continuation lines the date, type and number of the line that opened their transaction."""
    dates, types, ids = grid.texts("tx_date"), grid.texts("txn_type"), grid.ids("txn_type")
    numbers = grid.optional("doc_num")
    for row in range(1, len(grid)):
        if dates[row] == CONTINUED and not types[row] and ids[row] and ids[row] == ids[row - 1]:
            dates[row], types[row] = dates[row - 1], types[row - 1]
            if numbers is not None and not numbers[row]:
                numbers[row] = numbers[row - 1]
            type_at = grid.position("txn_type")
            cells = grid.flat.rows[row]
            if cells:
                cells[type_at] = Cell(types[row], ids[row])


def _verify(grid: Grid, context: Context) -> None:
    """Each total-only section is the sum of the rows since the one before it; the last one the sum of all."""
    flat = grid.flat
    stops = subtree_stops(flat)
    for key in ("debt_home_amt", "credit_home_amt", "debt_amt", "credit_amt"):
        column = grid.money(key)
        if column is None:
            continue
        sums = adder(grid, grid.position(key), column, stops)
        since = 0
        for i, section in enumerate(flat.sections):
            if i and section.summary:
                last = i == len(flat.sections) - 1 and bool(section.summary[0].value)
                start, since = (0 if last else since), section.start
                readable = not sums.unreadable.between(start, section.start)
                expected = sums.totals.between(start, section.start) if readable else None
                verify_section(
                    grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict
                )
