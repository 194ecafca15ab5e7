"""The general ledger: every posting of a month, the book of record.

A row is published, or refused with all rows of its transaction (ACCOUNTING 1); a report that cannot be trusted as a whole
(half, truncated, of another month, not adding up) is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import (
    Classification,
    Grid,
    account_of,
    adder,
    check_company,
    check_range,
    full_name,
    month_end,
    read_grid,
    sign_of,
    subtree_stops,
    verify_section,
)
from monette_assets.sources.quickbooks.reports.nodes import Kind
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Counts, Parsed, Refusals, ReportRefusedError
from monette_assets.sources.quickbooks.reports.values import Cents, Mask, Money

REPORT = "GeneralLedger"

GENERAL_LEDGER = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("transaction_date", pa.date32()),
        ("transaction_type", pa.string()),  # as printed: localised
        ("transaction_id", pa.string()),
        ("line_number", pa.int32()),  # from 1, within transaction and account
        ("document_number", pa.string()),
        ("account_id", pa.string()),
        ("account_number", pa.string()),
        ("account_name", pa.string()),  # with its parents, joined by ":"
        ("contact_id", pa.string()),
        ("contact_name", pa.string()),
        ("class_id", pa.string()),
        ("class_name", pa.string()),
        ("location_id", pa.string()),
        ("location_name", pa.string()),
        ("memo", pa.string()),
        ("split_account", pa.string()),
        ("debit", MONEY),
        ("credit", MONEY),
        ("amount", MONEY),  # debit - credit, home currency
        ("currency", pa.string()),
        ("exchange_rate", pa.decimal128(18, 6)),
        ("foreign_amount", MONEY),  # debit positive, null in home currency
        ("is_adjustment", pa.bool_()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("modified_at", pa.timestamp("us", tz="UTC")),
    ]
)

OPENINGS = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("account_id", pa.string()),
        ("account_name", pa.string()),
        ("natural_amount", MONEY),  # null where QuickBooks prints none: take it from the trial balance
    ]
)

# Home currency first: where a company has both, the plain columns are empty or in the transaction's currency.
_DEBIT = ("debt_home_amt", "debt_amt")
_CREDIT = ("credit_home_amt", "credit_amt")
_NATURAL = ("subt_nat_home_amount", "subt_nat_amount_home_nt", "subt_nat_amount", "subt_nat_amount_nt")
_BALANCE = ("rbal_nat_home_amount", "rbal_nat_amount_home_nt", "rbal_nat_amount", "rbal_nat_amount_nt")
_HOME_ONLY = frozenset({"debt_home_amt", "credit_home_amt", "subt_nat_home_amount", "subt_nat_amount_home_nt"})
_LARGEST = 10**18 - 1
_OPTIONAL = {
    "document_number": "doc_num",
    "account_number": "account_num",
    "contact_name": "name",
    "class_name": "klass_name",
    "location_name": "dept_name",
    "memo": "memo",
    "split_account": "split_acc",
}


@dataclass(slots=True)
class _Context:
    company: str
    period: date
    basis: str
    home_currency: str
    classification: Classification | None
    strict: bool
    refusals: Refusals
    counts: Counts


def parse_general_ledger(
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
    """Postings of one company-month.

    Args:
        payloads: the parts of one fetch in order: adjacent ranges of days that make up the month (one, unless it was bisected).
        company: contract code.
        period: first day of the month.
        basis: `accrual` or `cash`.
        home_currency: of the company, ISO code.
        classification: account id -> Asset, Liability, Equity, Revenue, Expense; needed only where the report has no debit and
            credit columns, and used to notice another company's report.
        verify_totals: refuse a report whose printed totals are not the sums of its rows; False only notes them.
        end: last day asked for, if not the month's.

    Returns:
        `lines` in `GENERAL_LEDGER`, `openings` in `OPENINGS`, `refusals` in `REFUSALS`. Never raises on bad payloads.
    """
    refusals = Refusals(company, period, basis, REPORT)
    counts = Counts()
    context = _Context(company, period, basis, home_currency, classification, verify_totals, refusals, counts)
    tables: list[pa.Table] = []
    openings: dict[str, tuple[str, int | None]] = {}
    part, expected, last = 0, period, end or month_end(period)
    try:
        for part, text in enumerate(payloads):
            grid = read_grid(part, text, report=REPORT, basis=basis, currency=home_currency)
            check_range(grid, expected, last if part == len(payloads) - 1 else None)
            if grid.end is None or grid.end < expected:
                raise ReportRefusedError("wrong_period", f"ends {grid.end}, before {expected}", path="Header.EndPeriod")
            expected = grid.end + timedelta(days=1)
            tables.append(_read(grid, context, openings))
        if not payloads:
            raise ReportRefusedError("no_payload", "expected at least one part, found none; fetch the report")
        lines = _number(_quarantine_across(pa.concat_tables(tables), context))
    except ReportRefusedError as error:
        refusals.refuse_report(part, error)
        lines, openings = GENERAL_LEDGER.empty_table(), {}
    except Exception as error:  # noqa: BLE001 - one unforeseen payload must not end a run over thousands
        refusals.refuse_report(part, ReportRefusedError("unexpected", f"{type(error).__name__}: {error}"))
        lines, openings = GENERAL_LEDGER.empty_table(), {}
    counts.lines = len(lines)
    return Parsed(lines, refusals.table(), counts, _openings(openings, context))


def _read(grid: Grid, context: _Context, openings: dict[str, tuple[str, int | None]]) -> pa.Table:
    rows = len(grid)
    context.counts.data_rows += rows
    if not grid.keys and not rows:  # NoReportData
        return GENERAL_LEDGER.empty_table()
    type_at, date_at = grid.position("txn_type"), grid.position("tx_date")
    dates, types, ids = grid.texts("tx_date"), grid.texts("txn_type"), grid.ids("txn_type")
    debit, credit, natural = (_coalesced(grid, keys) for keys in (_DEBIT, _CREDIT, _NATURAL))
    if (debit is None) != (credit is None):
        raise ReportRefusedError("missing_column", f"expected debit and credit, found only one of them: {grid.keys}", path="Columns")
    if debit is None and (natural is None or context.classification is None):
        raise ReportRefusedError(
            "missing_column",
            "expected the columns debt_amt and credit_amt (or debt_home_amt and credit_home_amt), or natural amounts and "
            f"the accounts' classification; found {', '.join(grid.keys)}",
            path="Columns.Column",
        )
    accounts, names = _accounts(grid)
    check_company(grid, set(accounts), context.classification)
    aside = _set_aside(grid, dates, ids, [m for m in (debit, credit, natural) if m], accounts, names, openings)
    context.counts.not_postings += int(aside.sum())
    posting = ~aside
    grid.mark(posting & ~np.array([i is not None for i in ids], np.bool_), "no_transaction_id", lambda _: "expected an id on the transaction type", type_at)
    grid.mark(posting & (np.array(types, object) == ""), "no_transaction_type", lambda _: "expected a transaction type", type_at)
    days, bad = values.mapped(dates, pa.date32(), lambda t: _within(t, grid))
    grid.mark(posting & bad, "malformed_date", lambda i: f"expected a date from {grid.start} to {grid.end}, found {dates[i][:60]!r}", date_at)
    currencies = _currencies(grid, context, posting)
    amounts = _amounts(grid, context, posting, debit, credit, natural, accounts, currencies)
    _verify(grid, context, {k: m for ks in (_DEBIT, _CREDIT, _NATURAL) for k in ks if (m := _column(grid, k))})
    extras = _extras(grid, posting)
    no_account = np.array([a is None for a in accounts], np.bool_)
    grid.mark(posting & no_account, "no_account", lambda _: "a line without account; assign it in QuickBooks")
    _refuse_rows(grid, context, posting, types, ids, accounts, amounts.amount, amounts.readable)
    n = rows
    columns = {
        "company": values.constant(context.company, pa.string(), n),
        "period": values.constant(context.period, pa.date32(), n),
        "basis": values.constant(context.basis, pa.string(), n),
        "transaction_date": days,
        "transaction_type": pa.array(types, pa.string()),
        "transaction_id": pa.array(ids, pa.string()),
        "line_number": values.constant(0, pa.int32(), n),
        "account_id": pa.array(accounts, pa.string()),
        "account_name": pa.array(names, pa.string()),
        "contact_id": pa.array(grid.ids("name"), pa.string()),
        "class_id": pa.array(grid.ids("klass_name"), pa.string()),
        "location_id": pa.array(grid.ids("dept_name"), pa.string()),
        "debit": values.from_cents(amounts.debit),
        "credit": values.from_cents(amounts.credit),
        "amount": values.from_cents(amounts.amount),
        "currency": pa.array(currencies, pa.string()),
        "foreign_amount": values.from_cents(amounts.foreign, amounts.no_foreign),
        **extras,
    }
    for column, key in _OPTIONAL.items():
        texts = grid.optional(key)
        columns[column] = values.constant(None, pa.string(), n) if texts is None else values.optional(texts)
    table = pa.table([columns[f.name] for f in GENERAL_LEDGER], schema=GENERAL_LEDGER)
    keep = posting & ~grid.bad()
    return table if keep.all() else table.filter(pa.array(keep))


def _within(text: str, grid: Grid) -> date:
    found = values.day(text)
    if (grid.start and found < grid.start) or (grid.end and found > grid.end):
        raise ValueError
    return found


def _column(grid: Grid, key: str) -> Money | None:
    return values.money(grid.texts(key)) if grid.has(key) else None


def _coalesced(grid: Grid, keys: Sequence[str]) -> Money | None:
    """The first filled of these columns, row by row."""
    found = [m for m in (_column(grid, key) for key in keys) if m]
    if not found:
        return None
    best = found[0]
    for other in found[1:]:
        best = Money(
            np.where(best.empty, other.cents, best.cents), best.empty & other.empty, best.bad | (best.empty & other.bad)
        )
    return best


def _accounts(grid: Grid) -> tuple[list[str | None], list[str | None]]:
    """Account id and full name of each row: of the account cell where it has an id, else of the section it stands in."""
    flat = grid.flat
    ids: list[str | None] = []
    names: list[str | None] = []
    cell_ids = grid.ids("account_name") if grid.has("account_name") else None
    cell_names = grid.optional("account_name")
    at = grid.position("account_name") if grid.has("account_name") else None
    for section, start, stop in flat.run_bounds():
        owner = account_of(flat, section)
        own_id = owner.id if owner else None
        name = full_name(flat, section) or None
        if cell_ids is None or cell_names is None:
            ids.extend([own_id] * (stop - start))
            names.extend([name] * (stop - start))
            continue
        for row in range(start, stop):
            cell_id = cell_ids[row]
            if cell_id and own_id and cell_id != own_id:
                grid.mark([row], "accounts_disagree", lambda r: f"section of account {own_id}, cell of {cell_ids[r]}", at)  # noqa: B023
            ids.append(cell_id or own_id)
            text = cell_names[row]
            names.append(text if text and (name is None or text.endswith(name)) else name)
    return ids, names


def _set_aside(
    grid: Grid,
    dates: Sequence[str],
    ids: Sequence[str | None],
    amounts: Sequence[Money],
    accounts: Sequence[str | None],
    names: Sequence[str | None],
    openings: dict[str, tuple[str, int | None]],
) -> Mask:
    """Rows that are no postings: beginning balances (kept in `openings`) and spacers.

    A beginning balance is known by its structure, its label being localised: first row of its account, no transaction id,
    no amounts, no date.
    """
    aside = np.zeros(len(grid), np.bool_)
    silent = np.ones(len(grid), np.bool_)
    for amount in amounts:
        silent &= amount.empty
    firsts = {start for (_, child), start in zip(grid.flat.runs, grid.flat.run_starts, strict=True) if child == 0}
    without_id = np.array([i is None for i in ids], np.bool_)
    for row in np.flatnonzero(without_id & silent).tolist():
        if row in grid.troubles:
            continue
        account = accounts[row]
        if row in firsts and account and not _is_date(dates[row]):
            balance, bad = _opening(grid, row)
            if bad:
                grid.mark([row], "malformed_amount", lambda _: "expected the beginning balance as an amount")
                continue
            openings.setdefault(account, (names[row] or "", balance))
            aside[row] = True
        elif not any(c.value for c in grid.flat.rows[row]):
            aside[row] = True
    return aside


def _is_date(text: str) -> bool:
    try:
        values.day(text)
    except ValueError:
        return False
    return True


def _opening(grid: Grid, row: int) -> tuple[int | None, bool]:
    for key in _BALANCE:
        cell = grid.cell(row, key)
        if cell is not None and cell.value:
            try:
                return values.one(cell.value), False
            except ValueError:
                return None, True
    return None, False


def _currencies(grid: Grid, context: _Context, posting: Mask) -> list[str]:
    texts = grid.optional("currency")
    if texts is None:
        return [context.home_currency] * len(grid)
    currencies = [t or context.home_currency for t in texts]
    odd = {c for c in set(currencies) if not (len(c) == 3 and c.isascii() and c.isalpha() and c.isupper())}
    if odd:
        mask = np.array([c in odd for c in currencies], np.bool_)
        grid.mark(posting & mask, "malformed_currency", lambda i: f"expected an ISO code, found {currencies[i][:60]!r}", grid.position("currency"))
    return currencies


@dataclass(slots=True)
class _Amounts:
    debit: Cents
    credit: Cents
    amount: Cents
    readable: Mask
    foreign: Cents
    no_foreign: Mask


def _amounts(
    grid: Grid,
    context: _Context,
    posting: Mask,
    debit: Money | None,
    credit: Money | None,
    natural: Money | None,
    accounts: Sequence[str | None],
    currencies: Sequence[str],
) -> _Amounts:
    n = len(grid)
    nothing = Money(np.zeros(n, np.int64), np.ones(n, np.bool_), np.zeros(n, np.bool_))
    debit, credit, natural = debit or nothing, credit or nothing, natural or nothing
    for column, keys in ((debit, _DEBIT), (credit, _CREDIT), (natural, _NATURAL)):
        for key in keys:
            if grid.has(key) and column.bad.any():
                at = grid.position(key)
                texts = grid.texts(key)
                mask = posting & column.bad & (np.array(texts, object) != "")
                grid.mark(mask, "malformed_amount", lambda i, t=texts: f"expected at most 18 digits such as -1234.50, found {t[i][:60]!r}", at)  # type: ignore[misc]
    printed = debit.given | credit.given
    amount = debit.cents - credit.cents
    signs = np.zeros(n, np.int64)
    derived = posting & ~printed & natural.given
    if derived.any():
        by_account = {a: sign_of(a, context.classification) for a in set(accounts)}
        signs = np.array([by_account[a] for a in accounts], np.int64)
        amount = np.where(derived, natural.cents * signs, amount)
        unknown = derived & (signs == 0) & (natural.cents != 0)
        grid.mark(unknown, "no_classification", lambda i: f"a natural amount needs the class of account {accounts[i]}")
    silent = posting & ~printed & ~natural.given & ~debit.bad & ~credit.bad & ~natural.bad
    grid.mark(silent, "no_amount", lambda _: "expected a debit, a credit or a natural amount, found all empty")
    off = posting & printed & natural.given & ~debit.bad & ~credit.bad & (np.abs(natural.cents) != np.abs(amount))
    grid.mark(off, "amounts_disagree", lambda i: f"debit - credit is {values.decimal(int(amount[i]))}, the natural amount {values.decimal(int(natural.cents[i]))}")
    grid.mark(posting & (np.abs(amount) > _LARGEST), "malformed_amount", lambda _: "debit - credit has over 18 digits")
    abroad = np.array([c != context.home_currency for c in currencies], np.bool_)
    if abroad.any() and not any(grid.has(k) for k in _HOME_ONLY):
        raise ReportRefusedError("missing_column", "lines in foreign currency, but no home amounts: ask for debt_home_amt and credit_home_amt", path="Columns.Column")
    if abroad.any():
        home = np.zeros(n, np.bool_)
        for key in _HOME_ONLY:
            if grid.has(key):
                home |= np.array(grid.texts(key), object) != ""
        grid.mark(posting & abroad & ~home, "no_home_amount", lambda i: f"a line in {currencies[i]} without home amount")
    foreign, no_foreign = _foreign(grid, posting, amount, natural, signs, abroad)
    readable = (printed | (derived & (signs != 0))) & ~(debit.bad | credit.bad | natural.bad) & (np.abs(amount) <= _LARGEST)
    return _Amounts(
        np.where(derived, np.maximum(amount, 0), debit.cents),
        np.where(derived, np.maximum(-amount, 0), credit.cents),
        amount,
        readable,
        foreign,
        no_foreign,
    )


def _foreign(
    grid: Grid, posting: Mask, amount: Cents, natural: Money, signs: Cents, abroad: Mask
) -> tuple[Cents, Mask]:
    """The transaction-currency amount, its natural sign turned as the home amount's."""
    n = len(grid)
    if not abroad.any() or not grid.has("nat_foreign_amount"):
        return np.zeros(n, np.int64), np.ones(n, np.bool_)
    at = grid.position("nat_foreign_amount")
    column = values.money(grid.texts("nat_foreign_amount"))
    grid.mark(posting & column.bad, "malformed_amount", lambda i: f"foreign amount {grid.texts_at(at)[i][:60]!r}", at)
    turn = np.sign(amount) * np.sign(natural.cents)  # what turned the natural home amount into debit positive
    turn = np.where(turn == 0, signs, turn)
    alone = np.where(turn == 0, np.abs(column.cents) * np.sign(amount), column.cents * turn)
    stuck = posting & abroad & column.given & (column.cents != 0) & (alone == 0)
    grid.mark(stuck, "no_classification", lambda _: "a foreign amount whose home amount is zero: its sign needs the account's class", at)
    return alone, ~(abroad & column.given)


def _extras(grid: Grid, posting: Mask) -> dict[str, pa.Array]:
    n = len(grid)
    found: dict[str, pa.Array] = {}
    for column, key, kind, read, reason in (
        ("exchange_rate", "exch_rate", pa.decimal128(18, 6), values.rate, "malformed_rate"),
        ("is_adjustment", "is_adj", pa.bool_(), values.yes_no, "malformed_flag"),
        ("created_at", "create_date", pa.timestamp("us", tz="UTC"), values.instant, "malformed_date"),
        ("modified_at", "last_mod_date", pa.timestamp("us", tz="UTC"), values.instant, "malformed_date"),
    ):
        texts = grid.optional(key)
        if texts is None:
            found[column] = values.constant(None, kind, n)
            continue
        found[column], bad = values.mapped(texts, kind, read)
        if bad.any():
            grid.mark(posting & bad, reason, lambda i, k=key, t=texts: f"{k}: found {t[i][:60]!r}", grid.position(key))  # type: ignore[misc]
    return found


def _verify(grid: Grid, context: _Context, columns: dict[str, Money]) -> None:
    """Each section's printed totals are the sums of its rows and headers."""
    stops = subtree_stops(grid.flat)
    for key, column in columns.items():
        sums = adder(grid, grid.position(key), column, stops)
        for i, section in enumerate(grid.flat.sections):
            if section.summary:
                expected = None if section.kind is Kind.TOTAL else sums.of(grid.flat, i)
                verify_section(grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict)


def _refuse_rows(
    grid: Grid,
    context: _Context,
    posting: Mask,
    types: Sequence[str],
    ids: Sequence[str | None],
    accounts: Sequence[str | None],
    amount: Cents,
    readable: Mask,
) -> None:
    """Write the refusals: rows in trouble, and the other rows of their transactions."""
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
    if first:
        wanted = pa.array({i for _, i in first}, pa.string())
        for row in np.flatnonzero(posting & pc.is_in(pa.array(ids, pa.string()), wanted).to_numpy(zero_copy_only=False)).tolist():
            key = (types[row], ids[row] or "")
            if row not in own and key in first:
                keys[row] = key
                cause = grid.troubles[first[key]]
                grid.mark([row], cause.reason, lambda _, k=key: f"its transaction is quarantined: {grid.path(first[k])}: {grid.troubles[first[k]].detail}")  # type: ignore[misc]
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


def _quarantine_across(lines: pa.Table, context: _Context) -> pa.Table:
    """Lines in other parts of the fetch, of transactions quarantined in one. (A transaction has one date, hence one part.)"""
    bad = {(e["transaction_type"], e["transaction_id"]) for e in context.refusals.entries if e["transaction_id"]}
    if not bad or not len(lines):
        return lines
    ids = pc.is_in(lines["transaction_id"], pa.array({i for _, i in bad}, pa.string())).combine_chunks()
    hit = np.zeros(len(lines), np.bool_)
    for row in np.flatnonzero(ids.to_numpy(zero_copy_only=False)).tolist():
        hit[row] = (lines["transaction_type"][row].as_py(), lines["transaction_id"][row].as_py()) in bad
    for line in lines.filter(pa.array(hit)).to_pylist():
        key = (line["transaction_type"], line["transaction_id"])
        amount: Decimal = line["amount"]
        context.refusals.add(
            -1, "transaction", "quarantined", "its transaction is quarantined in another part", "$",
            transaction=key, account_id=line["account_id"], amount=amount,
        )
    context.counts.rows_refused += int(hit.sum())
    return lines.filter(pa.array(~hit)) if hit.any() else lines


def _number(lines: pa.Table) -> pa.Table:
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
    at = GENERAL_LEDGER.get_field_index("line_number")
    return lines.set_column(at, GENERAL_LEDGER.field(at), pa.array(numbers, pa.int32()))


def _openings(openings: dict[str, tuple[str, int | None]], context: _Context) -> pa.Table:
    rows = [
        {
            "company": context.company,
            "period": context.period,
            "basis": context.basis,
            "account_id": account,
            "account_name": name,
            "natural_amount": values.decimal(cents),
        }
        for account, (name, cents) in openings.items()
    ]
    return pa.Table.from_pylist(rows, schema=OPENINGS)
