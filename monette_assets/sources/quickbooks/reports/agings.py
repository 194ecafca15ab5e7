"""Receivables and payables by age: one row per open transaction (detail) or per contact and bucket (summary)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.balances import money_columns
from monette_assets.sources.quickbooks.reports.grid import (
    Grid,
    adder,
    amount_cell,
    full_name,
    subtree_stops,
    verify_section,
)
from monette_assets.sources.quickbooks.reports.lines import (
    Context,
    Transactions,
    coalesced,
    kept,
    read_parts,
    refuse_rows,
    spacers,
)
from monette_assets.sources.quickbooks.reports.nodes import Kind
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Parsed, Refusals, ReportRefusedError
from monette_assets.sources.quickbooks.reports.values import Money

AgingReport = Literal["AgedReceivableDetail", "AgedPayableDetail", "AgedReceivables", "AgedPayables"]

AGINGS = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("report", pa.string()),
        ("contact_id", pa.string()),
        ("contact_name", pa.string()),
        ("transaction_date", pa.date32()),  # null in a summary, as all of a transaction
        ("transaction_type", pa.string()),
        ("transaction_id", pa.string()),
        ("document_number", pa.string()),
        ("due_date", pa.date32()),
        ("bucket", pa.string()),  # as printed: localised; the column's key in a summary that has keys
        ("amount", MONEY),  # of the transaction; null where not printed
        ("open_balance", MONEY),  # as printed: receivable or payable positive, home currency
    ]
)

_CONTACT = ("cust_name", "vend_name", "name")
_OPEN = (
    "subt_neg_home_open_bal",
    "subt_home_open_bal",
    "subt_neg_open_bal_home",
    "subt_open_bal_home",
    "subt_neg_open_bal",
    "subt_open_bal",
    "open_bal",
)
_AMOUNT = (
    "subt_neg_home_amount",
    "subt_home_amount",
    "subt_neg_amount",
    "subt_amount",
    "subt_nat_home_amount",
    "subt_nat_amount",
    "amount",
)


def parse_agings(
    payloads: Sequence[str],
    report: AgingReport,
    *,
    company: str,
    period: date,
    basis: str,
    home_currency: str,
    verify_totals: bool = True,
) -> Parsed:
    """Open items of one company at a month's end (the report is asked for by `report_date`, its header's period is
    not checked).

    Returns:
        `lines` in `AGINGS`, `refusals` in `REFUSALS`. Never raises on bad payloads.
    """
    refusals = Refusals(company, period, basis, report)
    context = Context(company, period, basis, home_currency, None, verify_totals, refusals)
    lines = AGINGS.empty_table()
    try:
        tables = [
            (_detail if grid.has("txn_type") else _summary)(grid, context, report)
            for grid in read_parts(payloads, context, report, None, None, basis=False)
            if not grid.empty
        ]
        lines = pa.concat_tables([lines, *tables])
    except Exception as error:
        context.refuse(error)
    return context.parsed(lines)


def numbered(parsed: Parsed, name: str) -> Parsed:
    """The lines under another name of the report, numbered within document and contact."""
    lines = parsed.lines
    seen: dict[tuple[Any, ...], int] = {}
    numbers = []
    contacts = pc.fill_null(lines["contact_id"], "")
    identities = (lines["transaction_type"], lines["transaction_id"], contacts)
    for identity in zip(*(column.to_pylist() for column in identities), strict=True):
        seen[identity] = seen.get(identity, 0) + 1
        numbers.append(seen[identity])
    for field, column in (
        ("report", pa.repeat(pa.scalar(name, pa.string()), len(lines))),
        ("contact_id", contacts),
        ("contact_name", pc.fill_null(lines["contact_name"], "")),
    ):
        lines = lines.set_column(lines.column_names.index(field), field, column)
    return replace(parsed, lines=lines.append_column("line_number", pa.array(numbers, pa.int32())))


def _detail(grid: Grid, context: Context, report: str) -> pa.Table:
    n, flat = len(grid), grid.flat
    open_ = coalesced(grid, _OPEN)
    amount = coalesced(grid, _AMOUNT)
    if open_ is None:
        raise ReportRefusedError(
            "missing_column", f"expected an open balance, found {', '.join(grid.keys)}", path="Columns.Column"
        )
    aside = spacers(grid)
    context.counts.not_postings += int(aside.sum())
    item = ~aside
    dates = grid.texts("tx_date")
    days, bad_day = values.mapped(dates, pa.date32(), values.day)
    grid.mark_cells(item & bad_day, "malformed_date", "a date YYYY-MM-DD", grid.position("tx_date"))
    dues = grid.optional("due_date") or [""] * n
    due, bad_due = values.mapped(dues, pa.date32(), lambda t: values.day(t) if t else None)
    grid.mark(item & bad_due, "malformed_date", lambda i: f"expected a due date, found {dues[i][:60]!r}")
    who = Transactions(days, grid.texts("txn_type"), grid.ids("txn_type"))
    grid.mark(
        item & np.array([i is None for i in who.ids], np.bool_),
        "no_transaction_id",
        lambda _: "expected an id on the transaction type",
    )
    for column in (open_, amount):
        if column is not None:
            grid.mark(item & column.bad, "malformed_amount", lambda _: "expected an amount of at most 18 digits")
    grid.mark(item & open_.empty, "no_amount", lambda _: "expected an open balance, found none")
    _verify(grid, context, {grid.position(k): m for k in (*_OPEN, *_AMOUNT) if (m := grid.money(k))})
    buckets: list[str] = []
    for section, start, stop in flat.run_bounds():
        buckets += [full_name(flat, section)] * (stop - start)
    refuse_rows(grid, context, item, who, [None] * n, open_.cents, open_.given)
    documents = grid.optional("doc_num")
    contacts = grid.optional(*_CONTACT)
    columns = {
        **context.constants(n),
        **who.columns(),
        "report": values.constant(report, pa.string(), n),
        "contact_id": pa.array(grid.ids(*_CONTACT), pa.string()),
        "contact_name": values.optional(contacts or [None] * n),
        "document_number": values.optional(documents or [None] * n),
        "due_date": due,
        "bucket": pa.array(buckets, pa.string()),
        "amount": values.constant(None, MONEY, n) if amount is None else values.from_cents(amount.cents, ~amount.given),
        "open_balance": values.from_cents(open_.cents),
    }
    return kept(grid, item, columns, AGINGS)


def _summary(grid: Grid, context: Context, report: str) -> pa.Table:
    """Contacts down, buckets across; a parent contact's own amounts stand in its section's header."""
    flat = grid.flat
    positions = money_columns(grid)
    if not positions:
        raise ReportRefusedError(
            "missing_column", f"expected columns of amounts, found {grid.keys}", path="Columns.Column"
        )
    total_at = next((i for i in positions if grid.keys[i].lower() == "total"), positions[-1])
    columns = {at: values.money(grid.texts_at(at)) for at in positions}
    for at, column in columns.items():
        grid.mark_cells(column.bad, "malformed_amount", values.AMOUNT_FORM, at)
    _verify(grid, context, columns)
    across = np.zeros(len(grid), np.int64)
    for at in positions:
        across += columns[at].cents * (at != total_at)
    total = columns[total_at]
    grid.mark(
        total.given & (total.cents != across),
        "total_off",
        lambda i: f"buckets sum to {values.decimal(int(across[i]))}",
        total_at,
    )
    found: list[tuple[str | None, str, int, int]] = []
    for row, cells in enumerate(flat.rows):
        if row in grid.troubles:
            trouble = grid.troubles[row]
            context.refusals.add(grid.part, "row", trouble.reason, trouble.detail, grid.path(row), raw=grid.raw(row))
            context.counts.rows_refused += 1
        else:
            name = ":".join(filter(None, (full_name(flat, flat.section_of(row)), cells[0].value)))
            found += [(cells[0].id or None, name, at, int(columns[at].cents[row])) for at in positions]
    for i, section in enumerate(flat.sections):
        for at in positions:
            own = amount_cell(section.header, at, f"{section.path}.Header")
            if own is not None:
                found.append((section.id, full_name(flat, i), at, own))
    found = [f for f in found if f[2] != total_at and f[3]]
    n = len(found)
    laid = {
        **context.constants(n),
        "report": values.constant(report, pa.string(), n),
        "contact_id": pa.array([f[0] for f in found], pa.string()),
        "contact_name": pa.array([f[1] for f in found], pa.string()),
        "bucket": pa.array([_bucket(grid, f[2]) for f in found], pa.string()),
        "open_balance": values.from_cents(np.array([f[3] for f in found], np.int64)),
    }
    return pa.table([laid.get(f.name, values.constant(None, f.type, n)) for f in AGINGS], schema=AGINGS)


def _bucket(grid: Grid, at: int) -> str:
    column = grid.columns[at]
    return column.key if column.key != "Money" else column.ColTitle


def _verify(grid: Grid, context: Context, columns: dict[int, Money]) -> None:
    stops = subtree_stops(grid.flat)
    for at, column in columns.items():
        sums = adder(grid, at, column, stops)
        for i, section in enumerate(grid.flat.sections):
            if section.summary:
                whole = section.kind is Kind.TOTAL and section.parent == 0
                expected = sums.of(grid.flat, 0 if whole else i)
                verify_section(
                    grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict
                )
