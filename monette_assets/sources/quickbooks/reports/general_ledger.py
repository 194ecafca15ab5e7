"""The general ledger: every posting of a month, the book of record.

A row is published, or refused with all rows of its transaction (ACCOUNTING 1); a report that cannot be trusted as a
whole (half, truncated, of another month, not adding up) is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import Classification, Grid, month_end, sign_of
from monette_assets.sources.quickbooks.reports.lines import (
    NATURAL,
    Context,
    accounts_of,
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
    verify_totals,
)
from monette_assets.sources.quickbooks.reports.refusals import MONEY, Parsed, Refusals, ReportRefusedError
from monette_assets.sources.quickbooks.reports.values import Cents, Mask, Money

REPORT = "GeneralLedger"

_MOMENT = pa.timestamp("us", tz="UTC")

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
        ("created_at", _MOMENT),
        ("modified_at", _MOMENT),
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
_BALANCE = ("rbal_nat_home_amount", "rbal_nat_amount_home_nt", "rbal_nat_amount", "rbal_nat_amount_nt")
_HOME_ONLY = frozenset({"debt_home_amt", "credit_home_amt", "subt_nat_home_amount", "subt_nat_amount_home_nt"})
_LARGEST = 10**18 - 1


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
        payloads: the parts of one fetch in order: adjacent ranges of days that make up the month (one, unless it was
        bisected).
        company: contract code.
        period: first day of the month.
        basis: `accrual` or `cash`.
        home_currency: of the company, ISO code.
        classification: account id -> Asset, Liability, Equity, Revenue, Expense; needed only where the report has no
        debit and
            credit columns, and used to notice another company's report.
        verify_totals: refuse a report whose printed totals are not the sums of its rows; False only notes them.
        end: last day asked for, if not the month's.

    Returns:
        `lines` in `GENERAL_LEDGER`, `openings` in `OPENINGS`, `refusals` in `REFUSALS`. Never raises on bad payloads.
    """
    refusals = Refusals(company, period, basis, REPORT)
    context = Context(company, period, basis, home_currency, classification, verify_totals, refusals)
    openings: dict[str, tuple[str, int | None]] = {}
    try:
        tables: list[pa.Table] = []
        for grid in read_parts(payloads, context, REPORT, period, end or month_end(period)):
            tables.append(_read(grid, context, openings))
        lines = number_lines(quarantine_across(pa.concat_tables(tables), context))
    except Exception as error:
        context.refuse(error)
        lines, openings = GENERAL_LEDGER.empty_table(), {}
    return context.parsed(lines, _openings(openings, context))


def _read(grid: Grid, context: Context, openings: dict[str, tuple[str, int | None]]) -> pa.Table:
    if grid.empty:
        return GENERAL_LEDGER.empty_table()
    debit, credit, natural = (coalesced(grid, keys) for keys in (_DEBIT, _CREDIT, NATURAL))
    if (debit is None) != (credit is None) or (debit is None and (natural is None or context.classification is None)):
        raise ReportRefusedError(
            "missing_column",
            "expected the columns debt_amt and credit_amt (or debt_home_amt and credit_home_amt), or natural "
            f"amounts and the accounts' classification; found {', '.join(grid.keys)}",
            path="Columns.Column",
        )
    accounts, names = accounts_of(grid)
    aside = _set_aside(grid, [m for m in (debit, credit, natural) if m], accounts, names, openings)
    context.counts.not_postings += int(aside.sum())
    posting = ~aside
    who = transactions(grid, posting)
    currencies = _currencies(grid, context, posting)
    amounts = _amounts(grid, context, posting, debit, credit, natural, accounts, currencies)
    verify_totals(grid, context, {k: m for ks in (_DEBIT, _CREDIT, NATURAL) for k in ks if (m := grid.money(k))})
    extras = _extras(grid, posting)
    mark_without_account(grid, posting, accounts)
    refuse_rows(grid, context, posting, who, accounts, amounts.amount, amounts.readable)
    columns = {
        **context.constants(len(grid)),
        **who.columns(),
        **text_columns(grid, GENERAL_LEDGER),
        "line_number": values.constant(0, pa.int32(), len(grid)),
        "account_id": pa.array(accounts, pa.string()),
        "account_name": pa.array(names, pa.string()),
        "debit": values.from_cents(amounts.debit),
        "credit": values.from_cents(amounts.credit),
        "amount": values.from_cents(amounts.amount),
        "currency": pa.array(currencies, pa.string()),
        "foreign_amount": values.from_cents(amounts.foreign, amounts.no_foreign),
        **extras,
    }
    return kept(grid, posting, columns, GENERAL_LEDGER)


def _set_aside(
    grid: Grid,
    amounts: Sequence[Money],
    accounts: Sequence[str | None],
    names: Sequence[str | None],
    openings: dict[str, tuple[str, int | None]],
) -> Mask:
    """Rows that are no postings: beginning balances (kept in `openings`) and spacers.

    A beginning balance is known by its structure, its label being localised: first row of its account, no
    transaction id,
    no amounts, no date.
    """
    dates, ids = grid.texts("tx_date"), grid.ids("txn_type")
    aside = spacers(grid)
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


def _currencies(grid: Grid, context: Context, posting: Mask) -> list[str]:
    texts = grid.optional("currency")
    if texts is None:
        return [context.home_currency] * len(grid)
    currencies = [t or context.home_currency for t in texts]
    odd = {c for c in set(currencies) if not (len(c) == 3 and c.isascii() and c.isalpha() and c.isupper())}
    if odd:
        mask = np.array([c in odd for c in currencies], np.bool_)
        grid.mark(
            posting & mask,
            "malformed_currency",
            lambda i: f"expected an ISO code, found {currencies[i][:60]!r}",
            grid.position("currency"),
        )
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
    context: Context,
    posting: Mask,
    debit: Money | None,
    credit: Money | None,
    natural: Money | None,
    accounts: Sequence[str | None],
    currencies: Sequence[str],
) -> _Amounts:
    """Debit, credit and amount of each row. A posting of zero may print nothing at all (as recorded in a journal)."""
    n = len(grid)
    nothing = Money(np.zeros(n, np.int64), np.ones(n, np.bool_), np.zeros(n, np.bool_))
    debit, credit, natural = debit or nothing, credit or nothing, natural or nothing
    for column, keys in ((debit, _DEBIT), (credit, _CREDIT), (natural, NATURAL)):
        for key in keys:
            if grid.has(key) and column.bad.any():
                at = grid.position(key)
                filled = np.array([bool(t) for t in grid.texts(key)], np.bool_)
                grid.mark_cells(posting & column.bad & filled, "malformed_amount", values.AMOUNT_FORM, at)
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
    if not (printed | natural.given).any():  # as in a company that fills other columns than those asked for
        grid.mark(silent, "no_amount", lambda _: "no row has an amount: ask for the columns the company fills")
        silent[:] = False
    off = posting & printed & natural.given & ~debit.bad & ~credit.bad & (np.abs(natural.cents) != np.abs(amount))
    grid.mark(
        off,
        "amounts_disagree",
        lambda i: f"debit - credit is {int(amount[i])} cents, the natural amount {int(natural.cents[i])}",
    )
    grid.mark(posting & (np.abs(amount) > _LARGEST), "malformed_amount", lambda _: "debit - credit has over 18 digits")
    abroad = np.array([c != context.home_currency for c in currencies], np.bool_)
    if abroad.any() and not any(grid.has(k) for k in _HOME_ONLY):
        raise ReportRefusedError(
            "missing_column",
            "lines in foreign currency, but no home amounts: ask for debt_home_amt and credit_home_amt",
            path="Columns.Column",
        )
    if abroad.any():
        home = np.zeros(n, np.bool_)
        for key in _HOME_ONLY:
            if grid.has(key):
                home |= np.array(grid.texts(key), object) != ""
        grid.mark(
            posting & abroad & ~home, "no_home_amount", lambda i: f"a line in {currencies[i]} without home amount"
        )
    foreign, no_foreign = _foreign(grid, posting, amount, natural, signs, abroad)
    readable = (
        (printed | (derived & (signs != 0))) & ~(debit.bad | credit.bad | natural.bad) & (np.abs(amount) <= _LARGEST)
    )
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
    grid.mark_cells(posting & column.bad, "malformed_amount", values.AMOUNT_FORM, at)
    turn = np.sign(amount) * np.sign(natural.cents)  # what turned the natural home amount into debit positive
    turn = np.where(turn == 0, signs, turn)
    alone = np.where(turn == 0, np.abs(column.cents) * np.sign(amount), column.cents * turn)
    stuck = posting & abroad & column.given & (column.cents != 0) & (alone == 0)
    grid.mark(
        stuck,
        "no_classification",
        lambda _: "a foreign amount whose home amount is zero: its sign needs the account's class",
        at,
    )
    return alone, ~(abroad & column.given)


def _extras(grid: Grid, posting: Mask) -> dict[str, pa.Array]:
    n = len(grid)
    found: dict[str, pa.Array] = {}
    for column, key, kind, read, reason, form in (
        ("exchange_rate", "exch_rate", pa.decimal128(18, 6), values.rate, "malformed_rate", "a positive rate"),
        ("is_adjustment", "is_adj", pa.bool_(), values.yes_no, "malformed_flag", "yes or no"),
        ("created_at", "create_date", _MOMENT, values.instant, "malformed_date", "an ISO 8601 moment"),
        ("modified_at", "last_mod_date", _MOMENT, values.instant, "malformed_date", "an ISO 8601 moment"),
    ):
        texts = grid.optional(key)
        if texts is None:
            found[column] = values.constant(None, kind, n)
            continue
        found[column], bad = values.instants(texts) if kind == _MOMENT else values.mapped(texts, kind, read)
        if bad.any():
            grid.mark_cells(posting & bad, reason, form, grid.position(key))
    return found


def _openings(openings: dict[str, tuple[str, int | None]], context: Context) -> pa.Table:
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
