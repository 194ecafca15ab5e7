"""A report as columns: read by key, checked against what was asked for, totals verified, troubles kept per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.nodes import (
    Cell,
    Column,
    Flat,
    Kind,
    Report,
    Section,
    decode,
    flatten,
    refuse_truncated,
)
from monette_assets.sources.quickbooks.reports.refusals import Counts, Refusals, ReportRefusedError, fragment
from monette_assets.sources.quickbooks.reports.values import Mask, Money

Classification = Mapping[str, str]  # account id -> Asset, Liability, Equity, Revenue, Expense

_CHUNK = 256  # rows transposed at a time: their cells stay in the processor's cache

_DEBIT_NATURED = frozenset({"asset", "expense"})
_CREDIT_NATURED = frozenset({"liability", "equity", "revenue", "income"})


def sign_of(account_id: str | None, classification: Classification | None) -> int:
    """+1 where the account's natural sign is debit, -1 where credit, 0 where unknown."""
    kind = (classification or {}).get(account_id or "", "").lower()
    return 1 if kind in _DEBIT_NATURED else -1 if kind in _CREDIT_NATURED else 0


def month_end(period: date) -> date:
    """The last day of a month."""
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a row cannot be published."""

    reason: str
    detail: str
    column: int | None = None


@dataclass(slots=True)
class Grid:
    """One payload: its rows as columns of cells, and the rows found bad so far."""

    part: int
    report: Report
    flat: Flat
    keys: list[str]
    columns: list[Column]
    start: date | None
    end: date | None
    troubles: dict[int, Trouble] = field(default_factory=dict)
    _laid: list[list[Cell]] = field(default_factory=list)  # the rows, bad ones blanked
    _texts: list[list[str]] = field(default_factory=list)  # by column
    _money: dict[str, Money] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.flat.rows)

    @property
    def empty(self) -> bool:
        """Whether the report says it has no data, and has none."""
        header = self.report.Header
        return not self.flat.rows and header is not None and header.no_data

    def has(self, key: str) -> bool:
        """Whether the payload has the column."""
        return key in self.keys

    def position(self, *keys: str) -> int:
        """Where the first of these columns stands.

        Raises:
            ReportRefusedError: the report has none of them, or one twice.
        """
        for key in keys:
            if self.keys.count(key) > 1:
                raise ReportRefusedError(
                    "duplicate_column", f"column {key!r} stands {self.keys.count(key)} times", path="Columns"
                )
            if key in self.keys:
                return self.keys.index(key)
        raise ReportRefusedError(
            "missing_column",
            f"expected the column {' or '.join(keys)}, found {', '.join(self.keys) or 'none'}; ask for it by name",
            path="Columns.Column",
        )

    def texts(self, *keys: str) -> list[str]:
        """Printed values of a required column."""
        return self._texts[self.position(*keys)]

    def texts_at(self, position: int) -> list[str]:
        """Printed values of the column at a position."""
        return self._texts[position]

    def money(self, key: str) -> Money | None:
        """A column of amounts, None where the report does not have it."""
        if key not in self._money and self.has(key):
            self._money[key] = values.money(self.texts(key))
        return self._money.get(key)

    def optional(self, *keys: str) -> list[str] | None:
        """Printed values of a column not every company has."""
        return self.texts(*keys) if any(map(self.has, keys)) else None

    def ids(self, *keys: str) -> list[str | None]:
        """Object ids on a column's cells, None where absent or ""."""
        if not any(map(self.has, keys)):
            return [None] * len(self)
        at = self.position(*keys)
        return [cells[at].id or None for cells in self._laid]

    def mark(
        self, rows: Mask | Iterable[int], reason: str, detail: Callable[[int], str], column: int | None = None
    ) -> None:
        """Note trouble with rows; the first trouble of a row stands."""
        for row in np.flatnonzero(rows).tolist() if isinstance(rows, np.ndarray) else rows:
            self.troubles.setdefault(row, Trouble(reason, detail(row), column))

    def mark_cells(self, rows: Mask, reason: str, expected: str, at: int) -> None:
        """Note trouble with one column's cells, quoting them."""
        texts = self._texts[at]
        self.mark(rows, reason, lambda i: f"expected {expected}, found {texts[i][:60]!r}", at)

    def path(self, row: int) -> str:
        """JSON path of a row, down to the cell where the trouble is one cell's."""
        fault = self.flat.faults.get(row)
        if fault:
            return fault.path
        trouble = self.troubles.get(row)
        suffix = f".ColData[{trouble.column}]" if trouble and trouble.column is not None else ""
        return self.flat.path_of(row) + suffix

    def raw(self, row: int) -> str:
        """The row as it came, bounded."""
        fault = self.flat.faults.get(row)
        return fault.raw if fault else fragment([_plain(c) for c in self.flat.rows[row]])

    def cell(self, row: int, *keys: str) -> Cell | None:
        """One cell of a row, also of a bad one where it is readable."""
        at = next((self.keys.index(k) for k in keys if k in self.keys), None)
        if at is None:
            return None
        fault = self.flat.faults.get(row)
        if fault:
            return fault.cells.get(at)
        cells = self.flat.rows[row]
        return cells[at] if at < len(cells) else None

    def bad(self) -> Mask:
        """Which rows are in trouble."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[list(self.troubles)] = True
        return mask


def _plain(cell: Cell) -> dict[str, str]:
    return {"value": cell.value} if cell.id is None else {"value": cell.value, "id": cell.id}


def read_grid(
    part: int,
    text: str,
    *,
    report: str,
    basis: str | None,
    currency: str,
) -> Grid:
    """Decode a payload, check that it is the report asked for, and lay it out.

    Raises:
        ReportRefusedError: not a report, another report, basis or currency, truncated, or of unknown shape.
    """
    node = decode(text)
    header = node.Header
    assert header is not None
    assert node.Columns is not None
    if header.ReportName != report:
        raise ReportRefusedError(
            "wrong_report", f"expected {report}, found {header.ReportName!r}", path="Header.ReportName"
        )
    if basis is not None:
        found = header.ReportBasis or header.option("AccountingMethod")
        if (found or "").lower() != basis.lower():
            raise ReportRefusedError(
                "wrong_basis",
                f"expected {basis} basis, found {found!r}; always send accounting_method",
                path="Header.ReportBasis",
            )
    if header.Currency != currency:
        raise ReportRefusedError(
            "wrong_currency",
            f"expected the home currency {currency}, found {header.Currency!r}: another company's report?",
            path="Header.Currency",
        )
    start, end = _bound(header.StartPeriod, "StartPeriod"), _bound(header.EndPeriod, "EndPeriod")
    flat = flatten(node)
    refuse_truncated(text, flat)
    columns = node.Columns.Column
    grid = Grid(part, node, flat, [c.key for c in columns], columns, start, end)
    _lay_out(grid)
    return grid


def _bound(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    try:
        return values.day(text)
    except ValueError as error:
        raise ReportRefusedError("malformed_date", str(error), path=f"Header.{name}") from None


def _lay_out(grid: Grid) -> None:
    width, rows = len(grid.keys), grid.flat.rows
    if rows and set(map(len, rows)) != {width}:
        blank = [Cell("")] * width
        laid = list(rows)
        for i, cells in enumerate(rows):
            if len(cells) != width:
                fault = grid.flat.faults.get(i)
                detail = fault.detail if fault else f"expected {width} cells, found {len(cells)}"
                grid.troubles[i] = Trouble("malformed_row", detail)
                laid[i] = blank
        rows = laid
    grid._laid = rows
    grid._texts = [[] for _ in range(width)]
    for start in range(0, len(rows), _CHUNK):
        for texts, column in zip(grid._texts, zip(*rows[start : start + _CHUNK], strict=True), strict=True):
            texts += [cell.value for cell in column]


def check_range(grid: Grid, start: date | None, end: date | None) -> None:
    """The payload answers for exactly these days.

    Raises:
        ReportRefusedError: it answers for others.
    """
    for name, expected, found in (("StartPeriod", start, grid.start), ("EndPeriod", end, grid.end)):
        if expected is not None and found != expected:
            raise ReportRefusedError(
                "wrong_period",
                f"expected {name} {expected}, found {found}; send start_date and end_date together",
                path=f"Header.{name}",
            )


def account_of(flat: Flat, section: int) -> Section | None:
    """The section whose header names the account of rows standing directly in `section`: itself, or what encloses it if
    it has no header."""
    while section > 0:
        found = flat.sections[section]
        if found.kind is not Kind.OWN:
            return found
        section = found.parent
    return None


def full_name(flat: Flat, section: int, below: int = 0) -> str:
    """Names of the headers from the one under `below` down to `section`, joined with `:` as QuickBooks does."""
    names: list[str] = []
    while section > 0 and section != below:
        found = flat.sections[section]
        if found.kind is not Kind.OWN and found.name:
            names.append(found.name)
        section = found.parent
    return ":".join(reversed(names))


def subtree_stops(flat: Flat) -> list[int]:
    """For each section, the index after its last descendant (sections stand in document order)."""
    stops = [len(flat.sections)] * len(flat.sections)
    open_: list[int] = []
    for i, section in enumerate(flat.sections):
        while open_ and flat.sections[open_[-1]].depth >= section.depth:
            stops[open_.pop()] = i
        open_.append(i)
    return stops


def amount_cell(cells: list[Cell], position: int, path: str) -> int | None:
    """Cents printed in a header or summary, None where empty or absent.

    Raises:
        ReportRefusedError: malformed.
    """
    if position >= len(cells):
        return None
    try:
        return values.one(cells[position].value)
    except ValueError as error:
        raise ReportRefusedError("malformed_amount", str(error), path=f"{path}.ColData[{position}]") from None


@dataclass(slots=True)
class Adder:
    """Sums of one money column over sections: leaves and header amounts."""

    position: int
    totals: values.Totals
    headers: list[int]  # running header amounts by section
    unreadable: values.Totals
    stops: list[int]

    def of(self, flat: Flat, section: int) -> int | None:
        """Leaves + header amounts below and on the section; None where one of them is unreadable."""
        s = flat.sections[section]
        if self.unreadable.between(s.start, s.stop):
            return None
        return self.totals.between(s.start, s.stop) + self.headers[self.stops[section]] - self.headers[section]


def adder(grid: Grid, position: int, column: Money, stops: list[int]) -> Adder:
    """The sums of a money column."""
    running = [0]
    for section in grid.flat.sections:
        running.append(running[-1] + (amount_cell(section.header, position, f"{section.path}.Header") or 0))
    unreadable = column.bad.copy()
    unreadable[list(grid.flat.faults)] = True
    for row, trouble in grid.troubles.items():
        unreadable[row] |= trouble.reason == "malformed_row"
    return Adder(position, values.Totals(column.cents), running, values.Totals(unreadable.astype(np.int64)), stops)


def verify_section(
    grid: Grid, section: int, adder: Adder, counts: Counts, refusals: Refusals, *, expected: int | None, strict: bool
) -> None:
    """The printed summary of a section equals `expected` cents.

    Raises:
        ReportRefusedError: it does not, and `strict`; otherwise the difference is noted with scope `total`.
    """
    found = grid.flat.sections[section]
    path = f"{found.path}.Summary"
    printed = amount_cell(found.summary, adder.position, path)
    if printed is None:
        return
    if expected is None:
        counts.totals_unverified += 1
        return
    if printed == expected:
        counts.totals_verified += 1
        return
    counts.totals_off += 1
    label = found.summary[0].value if found.summary else ""
    error = ReportRefusedError(
        "total_off",
        f"{label!r} prints {values.decimal(printed)} in column {grid.keys[adder.position]!r}, "
        f"its rows and headers sum to {values.decimal(expected)}; fetch it again",
        path=f"{path}.ColData[{adder.position}]",
        raw=fragment([_plain(c) for c in found.summary]),
    )
    if strict:
        raise error
    refusals.add(grid.part, "total", error.reason, error.detail, error.path, raw=error.raw)
