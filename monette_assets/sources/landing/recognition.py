"""What a sheet is, told by its header cells, never by its file's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monette_assets.sources.landing import cells
from monette_assets.sources.landing.cells import Broken, CellError, Value, blank, month_named, shown
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.workbooks import Sheet, column_letters

BUDGET, ADJUSTMENTS, HEAD_COUNTS, UNKNOWN = "budget", "adjustments", "head_counts", "unknown"
KINDS = (BUDGET, ADJUSTMENTS, HEAD_COUNTS, UNKNOWN)
HEADER_WITHIN_ROWS = 40

# How people write the columns.
NAMES: dict[str, tuple[str, ...]] = {
    "company": ("company", "company code", "company name", "entity"),
    "location": ("location", "location name", "farm", "ranch", "department"),
    "account": ("account", "account number", "account no", "account #", "acct", "acct no", "acct #", "gl account"),
    "account_name": ("account name", "account description", "name"),
    "month": ("month", "period"),
    "amount": ("amount", "budget", "budget amount"),
    "amount_cad": ("amount cad", "amount (cad)", "cad"),
    "total": ("total", "full year", "total year", "annual"),
    "fiscal_year": ("fiscal year", "fy", "budget year"),
    "currency": ("currency",),
    "budget_rate": ("budget rate", "exchange rate", "fx rate", "usd rate"),
    "entry": ("entry", "entry number", "entry no", "entry #", "journal", "journal entry"),
    "group_account": ("group account",),
    "description": ("description", "memo", "explanation"),
    "author": ("author", "prepared by", "written by"),
    "approver": ("approver", "approved by"),
    "herd": ("herd", "herd type"),
    "head": ("head", "head count", "heads"),
}
FIELDS = {name: field for field, names in NAMES.items() for name in names}
# Facts that may stand above a header as "Company: Harrow Plains" or in two cells beside each other.
FACTS = ("company", "location", "fiscal_year", "currency", "budget_rate")

EXPECTED = (
    "a budget (a column Account and a column for each month; or Company, Location, Account, Month, Amount), "
    "adjustments (Period, Entry, Company, Group account, Amount CAD, Description, Author, Approver) or "
    "head counts (Period, Company, Location, Herd, Head)"
)


@dataclass(frozen=True)
class Header:
    """The header row of a sheet: which field or month (year and month, year None if not said) is in which column.

    Columns and rows count from 1. `facts` are the values above it, each with its address.
    """

    kind: str
    row: int
    columns: dict[str, int]
    months: dict[int, tuple[int | None, int]]
    others: dict[int, str]  # columns with a title nobody knows
    facts: dict[str, tuple[Value, str]]


@dataclass(frozen=True)
class Recognised:
    """A file: its kind, its sheets with a header, and the tabs without one."""

    kind: str
    sheets: tuple[tuple[Sheet, Header], ...]
    cover: dict[str, tuple[Value, str]]  # facts stated on tabs without a header
    unread: tuple[str, ...]


def plain(value: Value) -> str:
    """A title without what does not matter: case, line breaks, a colon at its end."""
    return " ".join(value.split()).rstrip(": .").casefold() if isinstance(value, str) else ""


def recognise(sheets: Sequence[Sheet]) -> Recognised:
    """The kind of a file by its sheets.

    Raises `Unreadable` where sheets of different kinds stand in one file, or figures on a tab without a known header:
    nobody can say what they are part of, and the rest of the file would pass for all of it.
    """
    known: list[tuple[Sheet, Header]] = []
    cover: dict[str, tuple[Value, str]] = {}
    unread: list[tuple[Sheet, dict[str, tuple[Value, str]]]] = []
    for sheet in sheets:
        header = header_of(sheet)
        if header is not None:
            _check_width(sheet, header)
            known.append((sheet, header))
        elif sheet.rows:
            unread.append((sheet, facts_of(sheet, HEADER_WITHIN_ROWS)))
            cover.update(unread[-1][1])
    kinds = sorted({header.kind for _, header in known})
    if len(kinds) > 1:
        tabs = ", ".join(f"{sheet.name}: {header.kind}" for sheet, header in known)
        raise Unreadable(f"expected one kind of sheet in a file, found {tabs}; make a file of each")
    if known:
        for sheet, facts in unread:
            _check_no_figures(sheet, facts)
    return Recognised(kinds[0] if kinds else UNKNOWN, tuple(known), cover, tuple(sheet.name for sheet, _ in unread))


def _check_no_figures(sheet: Sheet, facts: Mapping[str, tuple[Value, str]]) -> None:
    """A tab without a known header may hold text and facts. Raises `Unreadable`."""
    stated = {where for _, where in facts.values()}
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values, 1):
            if _is_figure(value) and sheet.where(row, column) not in stated:
                raise Unreadable(
                    f"tab {sheet.name}: expected a header row that is known above figures, found none, and "
                    f"{shown(value)} in {sheet.where(row, column)}. Expected {EXPECTED}. A tab of another kind belongs "
                    "in a workbook of its own; on a cover or among notes, write a number and its text in one cell"
                )


def _is_figure(value: Value) -> bool:
    """Whether a cell holds a number, written as text or not; or a formula that had one."""
    if isinstance(value, str) and value.strip()[:1] not in {*"-(0123456789"}:
        return False
    try:
        cells.number(value, is_text=True)
    except CellError:
        return isinstance(value, Broken)
    return True


def _check_width(sheet: Sheet, header: Header) -> None:
    """In CSV a value more than there are titles has pushed the others aside: 12,50 between commas is two of them."""
    if not sheet.is_text:
        return
    width = max(column for column, value in enumerate(sheet.rows[header.row - 1], 1) if not blank(value))
    for number, row in enumerate(sheet.rows[header.row :], header.row + 1):
        if any(not blank(value) for value in row[width:]):
            raise Unreadable(
                f"row {number}: expected at most {width} values, as there are titles in row {header.row}, found more; "
                "where numbers have decimal commas, separate the values by semicolons or put them in quotes"
            )


def header_of(sheet: Sheet) -> Header | None:
    """The first row that is the header of a known kind; None where there is none. Raises `Unreadable`."""
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN_ROWS], 1):
        fields = [FIELDS.get(plain(value)) for value in row]
        months = {column: found for column, value in enumerate(row, 1) if (found := month_named(value)) is not None}
        kind = _kind({field for field in fields if field}, len(months))
        if kind is None:
            continue
        merge = sheet.merge_in_row(number)
        if merge is not None:
            raise Unreadable(f"tab {sheet.name}: cells {merge.reference} of the header are merged; unmerge them")
        columns: dict[str, int] = {}
        for column, field in enumerate(fields, 1):
            if field is None:
                continue
            if field in columns:
                raise Unreadable(
                    f"tab {sheet.name}, row {number}: two columns mean {field.replace('_', ' ')}: "
                    f"{column_letters(columns[field])} and {column_letters(column)}"
                )
            columns[field] = column
        others = {
            column: shown(value)
            for column, value in enumerate(row, 1)
            if not blank(value) and fields[column - 1] is None and column not in months
        }
        return Header(kind, number, columns, months, others, facts_of(sheet, number - 1))
    return None


def _kind(fields: set[str], months: int) -> str | None:
    if {"entry", "group_account"} <= fields:
        return ADJUSTMENTS
    if {"herd", "head"} <= fields:
        return HEAD_COUNTS
    account = bool(fields & {"account", "account_name"})
    if account and (months >= 2 or (months == 1 and "amount" not in fields) or {"month", "amount"} <= fields):
        return BUDGET
    return None


def facts_of(sheet: Sheet, rows: int) -> dict[str, tuple[Value, str]]:
    """What is stated in the first rows: a label and the value beside it, or both in one cell."""
    found: dict[str, tuple[Value, str]] = {}
    for number, row in enumerate(sheet.rows[:rows], 1):
        for column, value in enumerate(row, 1):
            if not isinstance(value, str):
                continue
            label, colon, rest = value.partition(":")
            field = FIELDS.get(plain(label))
            if field not in FACTS:
                continue
            if colon and rest.strip():
                found.setdefault(field, (rest.strip(), sheet.where(number, column)))
            else:
                beside = next(((c, v) for c, v in enumerate(row[column:], column + 1) if not blank(v)), None)
                if beside is not None:
                    found.setdefault(field, (beside[1], sheet.where(number, beside[0])))
    return found
