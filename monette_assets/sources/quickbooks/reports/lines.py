"""What reports of transactions have in common: whose line it is, when, of which transaction, and what becomes of bad
ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import (
    Classification,
    Grid,
    Trouble,
    account_of,
    adder,
    check_range,
    full_name,
    read_grid,
    subtree_stops,
    verify_section,
)
from monette_assets.sources.quickbooks.reports.nodes import Kind
from monette_assets.sources.quickbooks.reports.refusals import Counts, Parsed, Refusals, ReportRefusedError
from monette_assets.sources.quickbooks.reports.values import Cents, Mask, Money

NATURAL = ("subt_nat_home_amount", "subt_nat_amount_home_nt", "subt_nat_amount", "subt_nat_amount_nt")

TEXTS = {
    "document_number": "doc_num",
    "account_number": "account_num",
    "contact_name": "name",
    "class_name": "klass_name",
    "location_name": "dept_name",
    "memo": "memo",
    "split_account": "split_acc",
}


@dataclass(slots=True)
class Context:
    """What was asked for, and what becomes of it."""

    company: str
    period: date
    basis: str
    home_currency: str
    classification: Classification | None
    strict: bool
    refusals: Refusals
    counts: Counts = field(default_factory=Counts)
    part: int = 0  # being read

    def constants(self, rows: int) -> dict[str, pa.Array]:
        """The columns every table begins with."""
        return {
            "company": values.constant(self.company, pa.string(), rows),
            "period": values.constant(self.period, pa.date32(), rows),
            "basis": values.constant(self.basis, pa.string(), rows),
        }

    def refuse(self, error: Exception) -> None:
        """Note that the report as a whole is refused; also for what nobody foresaw, so that one payload ends no run."""
        if not isinstance(error, ReportRefusedError):
            error = ReportRefusedError("unexpected", f"{type(error).__name__}: {error}")
        self.refusals.refuse_report(self.part, error)

    def parsed(self, lines: pa.Table, openings: pa.Table | None = None) -> Parsed:
        """The outcome."""
        self.counts.lines = len(lines)
        return Parsed(lines, self.refusals.table(), self.counts, openings)


@dataclass(slots=True)
class Transactions:
    """Date, type and id of each row's transaction."""

    days: pa.Array
    types: list[str]
    ids: list[str | None]

    def columns(self) -> dict[str, pa.Array]:
        """As columns."""
        return {
            "transaction_date": self.days,
            "transaction_type": pa.array(self.types, pa.string()),
            "transaction_id": pa.array(self.ids, pa.string()),
        }


def transactions(grid: Grid, posting: Mask) -> Transactions:
    """Read the transaction of each row, marking postings without one or dated outside the report."""
    type_at, date_at = grid.position("txn_type"), grid.position("tx_date")
    dates, types, ids = grid.texts("tx_date"), grid.texts("txn_type"), grid.ids("txn_type")
    without_id = posting & np.array([i is None for i in ids], np.bool_)
    grid.mark(without_id, "no_transaction_id", lambda _: "expected an id on the transaction type", type_at)
    without_type = posting & np.array([not t for t in types], np.bool_)
    grid.mark(without_type, "no_transaction_type", lambda _: "expected a transaction type, found none", type_at)
    days, bad = values.mapped(dates, pa.date32(), lambda text: _within(text, grid))
    grid.mark_cells(posting & bad, "malformed_date", f"a date YYYY-MM-DD from {grid.start} to {grid.end}", date_at)
    return Transactions(days, types, ids)


def read_parts(
    payloads: Sequence[str], context: Context, report: str, start: date | None, end: date | None, *, basis: bool = True
) -> Iterator[Grid]:
    """The parts of one fetch, which together answer for exactly `start` to `end`, one at a time.

    Raises:
        ReportRefusedError: a part is refused, missing, doubled or out of order.
    """
    if not payloads:
        raise ReportRefusedError("no_payload", "expected at least one part, found none; fetch the report")
    for part, text in enumerate(payloads):
        context.part = part
        grid = read_grid(
            part, text, report=report, basis=context.basis if basis else None, currency=context.home_currency
        )
        check_range(grid, start, end if part == len(payloads) - 1 else None)
        context.counts.data_rows += len(grid)
        yield grid
        if part < len(payloads) - 1:
            if grid.end is None or (start is not None and grid.end < start):
                raise ReportRefusedError("wrong_period", f"ends {grid.end}, begins {start}", path="Header.EndPeriod")
            start = grid.end + timedelta(days=1)


def mark_without_account(grid: Grid, posting: Mask, accounts: Sequence[str | None]) -> None:
    """A posting without account quarantines its transaction (ACCOUNTING 1)."""
    without = posting & np.array([a is None for a in accounts], np.bool_)
    grid.mark(without, "no_account", lambda _: "a line without account: assign it one in QuickBooks")


def kept(grid: Grid, posting: Mask, columns: Mapping[str, pa.Array], schema: pa.Schema) -> pa.Table:
    """The postings that are in no trouble."""
    table = pa.table([columns[f.name] for f in schema], schema=schema)
    keep = posting & ~grid.bad()
    return table if keep.all() else table.filter(pa.array(keep))


def spacers(grid: Grid) -> Mask:
    """Rows empty in every cell."""
    without_id = [i for i, found in enumerate(grid.ids("txn_type")) if found is None]
    mask = np.zeros(len(grid), np.bool_)
    for row in without_id:
        mask[row] = row not in grid.troubles and not any(c.value or c.id for c in grid.flat.rows[row])
    return mask


def text_columns(grid: Grid, schema: pa.Schema) -> dict[str, pa.Array]:
    """Names and ids of contact, class and location, and the texts; null where a company has no such column."""
    columns = {
        "contact_id": pa.array(grid.ids("name"), pa.string()),
        "class_id": pa.array(grid.ids("klass_name"), pa.string()),
        "location_id": pa.array(grid.ids("dept_name"), pa.string()),
    }
    for column, key in TEXTS.items():
        if column in schema.names:
            texts = grid.optional(key)
            empty = values.constant(None, pa.string(), len(grid))
            columns[column] = empty if texts is None else values.optional(texts)
    return columns


def _within(text: str, grid: Grid) -> date:
    found = values.day(text)
    if (grid.start and found < grid.start) or (grid.end and found > grid.end):
        raise ValueError
    return found


def coalesced(grid: Grid, keys: Sequence[str]) -> Money | None:
    """The first filled of these columns, row by row."""
    found = [m for m in (grid.money(key) for key in keys) if m]
    if not found:
        return None
    best = found[0]
    for other in found[1:]:
        best = Money(
            np.where(best.empty, other.cents, best.cents), best.empty & other.empty, best.bad | (best.empty & other.bad)
        )
    return best


def accounts_of(grid: Grid, below: Sequence[int] | None = None) -> tuple[list[str | None], list[str | None]]:
    """Account id and full name of each row: of the account cell where it has an id, else of the section it stands in.

    `below` gives, per section, the heading its account's name starts under.
    """
    flat = grid.flat
    ids: list[str | None] = []
    names: list[str | None] = []
    cell_ids = grid.ids("account_name") if grid.has("account_name") else None
    cell_names = grid.optional("account_name")
    at = grid.position("account_name") if grid.has("account_name") else None
    for section, start, stop in flat.run_bounds():
        owner = account_of(flat, section)
        own_id = owner.id if owner else None
        name = full_name(flat, section, below[section] if below else 0) or None
        if cell_ids is None or cell_names is None:
            ids.extend([own_id] * (stop - start))
            names.extend([name] * (stop - start))
            continue
        for row in range(start, stop):
            cell_id = cell_ids[row]
            if cell_id and own_id and cell_id != own_id:
                trouble = Trouble("accounts_disagree", f"section of account {own_id}, cell of {cell_id}", at)
                grid.troubles.setdefault(row, trouble)
            ids.append(cell_id or own_id)
            text = cell_names[row]
            names.append(text if text and (name is None or text.endswith(name)) else name)
    return ids, names


def verify_totals(grid: Grid, context: Context, columns: dict[str, Money]) -> None:
    """Each section's printed totals are the sums of its rows and headers."""
    stops = subtree_stops(grid.flat)
    for key, column in columns.items():
        sums = adder(grid, grid.position(key), column, stops)
        for i, section in enumerate(grid.flat.sections):
            if section.summary:
                expected = None if section.kind is Kind.TOTAL else sums.of(grid.flat, i)
                verify_section(
                    grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict
                )


def refuse_rows(
    grid: Grid,
    context: Context,
    posting: Mask,
    who: Transactions,
    accounts: Sequence[str | None],
    amount: Cents,
    readable: Mask,
) -> None:
    """Count the amounts, and write the refusals: rows in trouble, and the other rows of their transactions."""
    context.counts.gross = (context.counts.gross or 0) + int(np.abs(amount[posting & readable]).sum())
    if not grid.troubles:
        return
    first: dict[tuple[str, str], int] = {}
    keys: dict[int, tuple[str, str] | None] = {}
    for row in sorted(grid.troubles):
        cell = grid.cell(row, "txn_type")
        keys[row] = (cell.value, cell.id) if cell and cell.id else None
        key = keys[row]
        if key is not None:
            first.setdefault(key, row)
    own = set(grid.troubles)
    types, ids = who.types, who.ids
    if first:
        wanted = pa.array({i for _, i in first}, pa.string())
        for row in np.flatnonzero(
            posting & pc.is_in(pa.array(ids, pa.string()), wanted).to_numpy(zero_copy_only=False)
        ).tolist():
            key = (types[row], ids[row] or "")
            if row not in own and key in first:
                keys[row] = key
                cause = grid.troubles[first[key]]
                because = f"its transaction is quarantined: {grid.path(first[key])}: {cause.detail}"
                grid.troubles[row] = Trouble(cause.reason, because)
    for row in sorted(grid.troubles):
        trouble = grid.troubles[row]
        context.refusals.add(
            grid.part,
            "row" if row in own else "transaction",
            trouble.reason,
            trouble.detail,
            grid.path(row),
            transaction=keys[row],
            account_id=accounts[row],
            amount=values.decimal(int(amount[row])) if readable[row] else None,
            raw=grid.raw(row),
        )
    context.counts.rows_refused += len(grid.troubles)


def quarantine_across(lines: pa.Table, context: Context, *, amount: str = "amount") -> pa.Table:
    """Lines in other parts of the fetch, of transactions quarantined in one. (A transaction has one date, hence one
    part.)"""
    bad = {(e["transaction_type"], e["transaction_id"]) for e in context.refusals.entries if e["transaction_id"]}
    if not bad or not len(lines):
        return lines
    ids = pc.is_in(lines["transaction_id"], pa.array({i for _, i in bad}, pa.string())).combine_chunks()
    hit = np.zeros(len(lines), np.bool_)
    for row in np.flatnonzero(ids.to_numpy(zero_copy_only=False)).tolist():
        hit[row] = (lines["transaction_type"][row].as_py(), lines["transaction_id"][row].as_py()) in bad
    for line in lines.filter(pa.array(hit)).to_pylist():
        key = (line["transaction_type"], line["transaction_id"])
        context.refusals.add(
            -1,
            "transaction",
            "quarantined",
            "its transaction is quarantined in another part",
            "$",
            transaction=key,
            account_id=line["account_id"],
            amount=line[amount],
        )
    context.counts.rows_refused += int(hit.sum())
    return lines.filter(pa.array(~hit)) if hit.any() else lines


def number_lines(lines: pa.Table) -> pa.Table:
    """Set `line_number`: 1, 2, ... within transaction type, id and account, in the report's order."""
    n = len(lines)
    if not n:
        return lines
    code = np.zeros(n, np.int64)
    for name in ("transaction_type", "transaction_id", "account_id"):
        encoded = pc.dictionary_encode(lines[name].combine_chunks())
        code = code * (len(encoded.dictionary) + 1) + encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.maximum.accumulate(np.where(new, np.arange(n), 0))
    numbers = np.empty(n, np.int32)
    numbers[order] = np.arange(n) - starts + 1
    at = lines.schema.get_field_index("line_number")
    return lines.set_column(at, lines.schema.field(at), pa.array(numbers, pa.int32()))
