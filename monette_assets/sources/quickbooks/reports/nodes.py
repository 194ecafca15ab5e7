"""The shape of a QuickBooks report, and its flattening into rows and sections.

`decode` turns the verbatim text into typed nodes; `flatten` classifies every node and lays the data rows out in
document order, so that each section owns a contiguous range of them. Neither knows what a report means.

Source of the shape: the seventeen row kinds recorded from Intuit's own answers. The camelCase rendering of the Java
SDK (`colData`, `header`) is another shape and is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from monette_assets.sources.quickbooks.reports.refusals import ReportRefusedError, fragment

TRUNCATION = "Unable to display more data"  # what an answer over 400,000 cells says in one of them, with HTTP 200
MAX_DEPTH = 64


class Cell(msgspec.Struct, gc=False):
    """One cell: its printed text and, where it names an object, that object's id."""

    value: str
    id: str | None = None


class Cells(msgspec.Struct, gc=False):
    """A header or a summary."""

    ColData: list[Cell]


class Children(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """The rows below a section; `{}` where it has none."""

    Row: list[Node] | None = None


class Node(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A row of the report as it came: data or section. `fault` is ours: why the row could not be read."""

    type: str | None = None
    group: str | None = None
    ColData: list[Cell] | None = None
    Header: Cells | None = None
    Rows: Children | None = None
    Summary: Cells | None = None
    fault: Fault | None = None


class Fault(msgspec.Struct):
    """A data row whose cells are not cells."""

    path: str
    detail: str
    raw: str
    cells: dict[int, Cell]


class Option(msgspec.Struct):
    """A name and value of the report's header."""

    Name: str
    Value: str = ""


class ReportHeader(msgspec.Struct):
    """What the report says of itself. `Time` differs on every call and is not read."""

    ReportName: str | None = None
    ReportBasis: str | None = None
    StartPeriod: str | None = None
    EndPeriod: str | None = None
    Currency: str | None = None
    Option: list[Option] = []

    def option(self, name: str) -> str | None:
        """The value of an option."""
        return next((o.Value for o in self.Option if o.Name == name), None)

    @property
    def no_data(self) -> bool:
        """Whether the report says it is empty, which is no error."""
        return (self.option("NoReportData") or "").lower() == "true"


class MetaData(msgspec.Struct):
    """A name and value of a column."""

    Name: str
    Value: str = ""


class Column(msgspec.Struct):
    """A column. Its title is localised and is never a key."""

    ColType: str | None = None
    ColTitle: str = ""
    MetaData: list[MetaData] = []

    @property
    def key(self) -> str:
        """ColKey where the column has one, else ColType."""
        return next((m.Value for m in self.MetaData if m.Name == "ColKey" and m.Value), self.ColType or "")


class Columns(msgspec.Struct):
    """The columns in order."""

    Column: list[Column] = []


class Report(msgspec.Struct):
    """One answer of the reports endpoint."""

    Header: ReportHeader | None = None
    Columns: Columns | None = None
    Rows: Children | None = None


class Kind(StrEnum):
    """What a section is."""

    ACCOUNT = "account"  # header with an id
    HEADING = "heading"  # header with a name and no id: a heading, a parent without own postings, or "Not Specified"
    OWN = "own"  # rows without a header: the enclosing account's own postings
    EMPTY = "empty"  # no rows, whatever header: prints a total at most
    TOTAL = "total"  # a summary and nothing else
    ROOT = "root"


@dataclass(slots=True)
class Section:
    """A section and the range [start, stop) of data rows below it, its sub-sections' included."""

    kind: Kind
    path: str
    parent: int  # index of the enclosing section, -1 for the root
    depth: int
    group: str | None
    name: str
    id: str | None
    header: list[Cell]
    summary: list[Cell]
    start: int = 0
    stop: int = 0


@dataclass(slots=True)
class Flat:
    """A report laid out: `rows` in document order, and the sections that own them (sections[0] is the root)."""

    rows: list[list[Cell]] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)  # of data rows that carry one
    sections: list[Section] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)  # by the row that stands in for them, empty
    run_starts: list[int] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)  # section and child index of a run of adjacent data rows

    def section_of(self, row: int) -> int:
        """Index of the section a data row stands in directly."""
        return self.runs[bisect_right(self.run_starts, row) - 1][0]

    def path_of(self, row: int) -> str:
        """JSON path of a data row, such as `Rows.Row[3].Rows.Row[12]`."""
        run = bisect_right(self.run_starts, row) - 1
        section, child = self.runs[run]
        return f"{_below(self.sections[section].path)}[{child + row - self.run_starts[run]}]"

    def run_bounds(self) -> list[tuple[int, int, int]]:
        """(section, first row, row after the last) of every run of adjacent data rows."""
        stops = [*self.run_starts[1:], len(self.rows)][: len(self.run_starts)]
        return [(s, a, b) for (s, _), a, b in zip(self.runs, self.run_starts, stops, strict=True)]


_typed = msgspec.json.Decoder(Report)
_untyped = msgspec.json.Decoder()


def decode(text: str) -> Report:
    """The payload as typed nodes.

    A data row whose cells are malformed stays in its place as a node with a `fault`, so that one bad row costs one row.

    Raises:
        ReportRefusedError: the text is no JSON, half a JSON, a fault message, or not of a report's shape.
    """
    try:
        report = _typed.decode(text)
    except msgspec.ValidationError:
        return _salvage(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _unreadable(text, error) from None
    return _complete(report, text)


def _unreadable(text: str, error: Exception) -> ReportRefusedError:
    return ReportRefusedError(
        "unreadable_json",
        f"expected one complete JSON report, found {len(text)} characters that are not: {error}; fetch it again",
        raw=fragment(text[-200:]),
    )


def _complete(report: Report, text: str) -> Report:
    if report.Header is not None and report.Header.no_data:
        report.Columns = report.Columns or Columns()
        report.Rows = report.Rows or Children()
    missing = [name for name in ("Header", "Columns", "Rows") if getattr(report, name) is None]
    if missing:
        raise ReportRefusedError(
            "fault" if '"fault"' in text[:2000].lower() else "not_a_report",
            f"expected a report with Header, Columns and Rows, found no {', '.join(missing)}",
            raw=fragment(text),
        )
    return report


def _salvage(text: str) -> Report:
    """The same report read without types, bad data rows marked; anything else out of shape refuses the report."""
    try:
        tree = _untyped.decode(text)
        if not isinstance(tree, dict):
            raise _misshaped("$", f"expected an object, found {type(tree).__name__}", tree)
        rows = tree.get("Rows")
        shell = {k: v for k, v in tree.items() if k in ("Header", "Columns")}
        try:
            report = msgspec.convert(shell, Report)
        except msgspec.ValidationError as inner:
            raise _misshaped("$", str(inner), shell) from None
        report.Rows = _children(rows, "", 0) if rows is not None else None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as inner:
        if isinstance(inner, msgspec.ValidationError):
            raise _misshaped("$", str(inner), None) from None
        raise _unreadable(text, inner) from None
    return _complete(report, text)


def _misshaped(path: str, detail: str, raw: Any) -> ReportRefusedError:
    return ReportRefusedError("unknown_row_kind", detail, path=path, raw=fragment(raw))


def _below(path: str) -> str:
    return f"{path}.Rows.Row" if path else "Rows.Row"


def _children(rows: Any, path: str, depth: int) -> Children:
    if not isinstance(rows, dict) or set(rows) - {"Row"} or not isinstance(rows.get("Row", []), list):
        raise _misshaped(f"{path}.Rows".lstrip("."), "expected {} or a list under Row", rows)
    if depth > MAX_DEPTH:
        raise _misshaped(path, f"expected at most {MAX_DEPTH} levels of sections", None)
    return Children([_node(row, f"{_below(path)}[{i}]", depth) for i, row in enumerate(rows.get("Row", []))])


def _node(row: Any, path: str, depth: int) -> Node:
    if not isinstance(row, dict):
        raise _misshaped(path, f"expected an object, found {type(row).__name__}", row)
    unknown = sorted(set(row) - {"type", "group", "ColData", "Header", "Rows", "Summary"})
    if unknown:
        raise _misshaped(path, f"unknown row kind: has {', '.join(map(str, unknown))}", row)
    if not isinstance(row.get("type"), str | None) or not isinstance(row.get("group"), str | None):
        raise _misshaped(path, "expected type and group as text", row)
    node = Node(type=row.get("type"), group=row.get("group"))
    if "ColData" in row:
        try:
            node.ColData = msgspec.convert(row["ColData"], list[Cell])
        except msgspec.ValidationError as error:
            if set(row) - {"type", "group", "ColData"} or node.type not in (None, "Data"):
                raise _misshaped(path, str(error), row) from None
            node.fault = Fault(f"{path}.ColData", str(error), fragment(row), _readable(row["ColData"]))
            node.ColData = []
            return node
    for name in ("Header", "Summary"):
        if name in row:
            try:
                setattr(node, name, msgspec.convert(row[name], Cells))
            except msgspec.ValidationError as error:
                raise _misshaped(f"{path}.{name}", str(error), row[name]) from None
    if "Rows" in row:
        node.Rows = _children(row["Rows"], path, depth + 1)
    return node


def _readable(cells: Any) -> dict[int, Cell]:
    """The cells of a bad row that are cells after all, by position."""
    found: dict[int, Cell] = {}
    for i, cell in enumerate(cells if isinstance(cells, list) else []):
        try:
            found[i] = msgspec.convert(cell, Cell)
        except msgspec.ValidationError:
            continue
    return found


def flatten(report: Report) -> Flat:
    """Every node classified, data rows in document order.

    Raises:
        ReportRefusedError: a row kind nobody has seen (with its JSON path), or nesting deeper than `MAX_DEPTH`.
    """
    flat = Flat()
    flat.sections.append(Section(Kind.ROOT, "", -1, 0, None, "", None, [], []))
    _walk(flat, report.Rows, 0)
    flat.sections[0].stop = len(flat.rows)
    return flat


def _walk(flat: Flat, children: Children | None, section: int) -> None:
    rows = flat.rows
    running = False  # whether the row before was data of this section
    for i, node in enumerate((children.Row if children else None) or ()):
        cells = node.ColData
        if (
            cells is not None
            and node.Rows is None
            and node.Summary is None
            and node.Header is None
            and (node.type == "Data" or node.type is None)
        ):
            if not running:
                flat.run_starts.append(len(rows))
                flat.runs.append((section, i))
                running = True
            if node.group is not None:
                flat.groups[len(rows)] = node.group
            if node.fault is not None:
                flat.faults[len(rows)] = node.fault
            rows.append(cells)
            continue
        running = False
        _enter(flat, node, section, i)


def _enter(flat: Flat, node: Node, parent: int, child: int) -> None:
    above = flat.sections[parent]
    path = f"{_below(above.path)}[{child}]"
    kind = _kind(node)
    if kind is None:
        keys = [k for k in ("ColData", "Header", "Rows", "Summary") if getattr(node, k) is not None]
        raise _misshaped(
            path, f"unknown row kind: type {node.type!r} with {keys or 'nothing'}", msgspec.to_builtins(node)
        )
    if above.depth >= MAX_DEPTH:
        raise _misshaped(path, f"expected at most {MAX_DEPTH} levels of sections", None)
    header = node.Header.ColData if node.Header else []
    summary = node.Summary.ColData if node.Summary else []
    first = header[0] if header else None
    flat.sections.append(
        Section(
            kind=kind,
            path=path,
            parent=parent,
            depth=above.depth + 1,
            group=node.group,
            name=first.value if first else "",
            id=(first.id or None) if first else None,
            header=header,
            summary=summary,
            start=len(flat.rows),
        )
    )
    here = len(flat.sections) - 1
    _walk(flat, node.Rows, here)
    flat.sections[here].stop = len(flat.rows)


def _kind(node: Node) -> Kind | None:
    if node.ColData is not None or node.type not in ("Section", None):
        return None
    has_rows = node.Rows is not None and bool(node.Rows.Row)
    if node.Header is None and node.Rows is None and node.Summary is None:
        return None
    if not has_rows:
        return Kind.TOTAL if node.Header is None else Kind.EMPTY
    if node.Header is None:
        return Kind.OWN
    first = node.Header.ColData[0] if node.Header.ColData else None
    return Kind.ACCOUNT if first is not None and first.id else Kind.HEADING


def refuse_truncated(text: str, flat: Flat) -> None:
    """Refuse an answer QuickBooks cut short: the message stands alone in the first filled cell of a row.

    Raises:
        ReportRefusedError: the answer is truncated; ask for a shorter range of dates.
    """
    if TRUNCATION not in text:
        return

    def cut(cells: list[Cell]) -> bool:
        return next((c.value for c in cells if c.value), "").startswith(TRUNCATION)

    where = next((flat.path_of(i) for i, cells in enumerate(flat.rows) if cut(cells)), None)
    for section in flat.sections:
        where = where or (section.path if cut(section.header) or cut(section.summary) else None)
    if where:
        raise ReportRefusedError(
            "truncated", f"the answer was cut at 400,000 cells ({TRUNCATION!r}); ask for fewer days", path=where
        )


def column_keys(text: str) -> list[str]:
    """The keys of a payload's columns, in order.

    Raises:
        ReportRefusedError: not a report.
    """
    report = decode(text)
    return [column.key for column in report.Columns.Column] if report.Columns else []
