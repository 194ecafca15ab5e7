"""Workbooks as plain sheets of values, read within bounds; CSV files are read by `csv_files.py`.

A workbook is a zip of XML from a stranger: its size, its size unpacked, its XML (`workbook_parts.py`) and its sheets'
extent are bounded before openpyxl reads a value. Nothing in it is executed, computed or fetched: macros are
refused, links to other workbooks are not followed, of a formula only the saved result is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monette_assets.sources.landing.cells import Broken, Value, blank
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.workbook_parts import check_parts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_MEMBERS = 1_000
MAX_UNPACKED_BYTES = 250_000_000
MAX_RATIO = 250  # XML of numbers packs some 10 to 40 times
RATIO_FROM_BYTES = 5_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000  # of a file: rows x columns up to the last used ones

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, by its corners, counted from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    reference: str


@dataclass(frozen=True)
class Sheet:
    """A tab: `rows[0]` is row 1. `is_text`: a CSV file, where every value is text."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()
    is_text: bool = False

    def where(self, row: int, column: int) -> str:
        """A cell's address: Harrow North!D7."""
        return f"{self.name}!{column_letters(column)}{row}"

    def merge_in_row(self, row: int) -> Merge | None:
        """The first merged range that touches a row."""
        return next((each for each in self.merges if each.first_row <= row <= each.last_row), None)


@dataclass
class _Extent:
    """What a scan of a sheet's XML found."""

    rows: int = 0
    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    unsaved: set[tuple[int, int]] = field(default_factory=set)  # formulas without a saved result


def column_letters(column: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_workbook(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .xlsx workbook or a CSV file, told by content. Raises `Unreadable`, and nothing else."""
    from monette_assets.sources.landing.csv_files import read_csv

    if content.startswith(b"PK"):
        return _read_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("expected an .xlsx workbook or a CSV file, found an old .xls or a workbook with a password; "
                         "save it as .xlsx without a password")  # fmt: skip
    return (read_csv(content),)


def _read_xlsx(content: bytes) -> tuple[Sheet, ...]:
    from defusedxml.common import DefusedXmlException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive)
            check_parts(archive)
            return _sheets(archive, content)
    except Unreadable:
        raise
    except DefusedXmlException as error:
        raise Unreadable("expected plain spreadsheet XML, found a document type or entities; save it as .xlsx again") \
            from error  # fmt: skip
    except Exception as error:  # a broken file breaks zip, XML and openpyxl in more ways than they document
        raise Unreadable(
            f"expected an .xlsx workbook, found one that cannot be read ({type(error).__name__}: {str(error)[:200]}); "
            "open it in Excel and save it as .xlsx again"
        ) from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if len(members) > MAX_MEMBERS or len(names) < len(members):
        raise Unreadable(f"expected up to {MAX_MEMBERS} different parts in the workbook, found {len(members)}")
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise Unreadable("expected a workbook, found a zip whose parts point outside of it")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("expected a workbook without a password, found an encrypted one")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Unreadable(f"expected at most {MAX_UNPACKED_BYTES // 1_000_000} MB unpacked, found {unpacked:,} bytes")
    for member in members:
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise Unreadable(
                f"expected ordinary compression, found {member.filename} packed more than {MAX_RATIO} times"
            )
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise Unreadable("expected a workbook without macros, found macros; save it as .xlsx")
    if "[Content_Types].xml" not in names:
        raise Unreadable("expected an .xlsx workbook or a CSV file, found a zip that is no workbook")


def _sheets(archive: zipfile.ZipFile, content: bytes) -> tuple[Sheet, ...]:
    import openpyxl

    workbook: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        found: list[Sheet] = []
        cells = 0
        for tab in workbook.worksheets:
            with archive.open(tab._worksheet_path.lstrip("/")) as part:
                extent = _scan(part, tab.title, cells)
            cells += extent.rows * extent.columns
            found.append(_sheet(tab, extent))
        return tuple(found)
    finally:
        workbook.close()


def _scan(part: Any, title: str, cells_before: int) -> _Extent:
    """One pass over a sheet's XML for what openpyxl's reading of values does not tell."""
    from defusedxml.ElementTree import iterparse

    extent = _Extent()
    row = column = 0
    open_: list[Element] = []
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.removeprefix(_MAIN).removeprefix(_STRICT)
        if event == "start":
            open_.append(element)
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
                if element.get("hidden") in ("1", "true"):
                    extent.hidden_rows.add(row)
            continue
        open_.pop()
        if tag == "c":
            if reference := _REFERENCE.fullmatch(element.get("r", "")):
                column, row = _column_number(reference[1]), int(reference[2])
            else:
                column += 1
            if _used(element):
                _add_cell(extent, element, row, column)
                check_extent(f"tab {title}", extent.rows, extent.columns, cells_before)
        else:
            _add_shape(extent, tag, element)
        if open_ and not any(each.tag.endswith("}c") for each in open_):
            open_[-1].clear()  # a sheet's cells never stand in memory together
    return extent


def _add_cell(extent: _Extent, cell: Element, row: int, column: int) -> None:
    extent.rows, extent.columns = max(extent.rows, row), max(extent.columns, column)
    if _unsaved(cell):
        extent.unsaved.add((row, column))


def _add_shape(extent: _Extent, tag: str, element: Element) -> None:
    if tag == "col" and element.get("hidden") in ("1", "true"):
        last = min(int(element.get("max", "0")), MAX_COLUMNS)
        extent.hidden_columns.update(range(int(element.get("min", "1")), last + 1))
    elif tag == "mergeCell":
        _add_merge(extent, element.get("ref", ""))


def _used(cell: Element) -> bool:
    return any(part.tag.endswith(("}f", "}is")) or (part.tag.endswith("}v") and part.text) for part in cell)


def _unsaved(cell: Element) -> bool:
    """A formula without a saved result; an empty text (t="str") is a result."""
    parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
    return "f" in parts and not parts.get("v") and not ("v" in parts and cell.get("t") == "str")


def _add_merge(extent: _Extent, reference: str) -> None:
    first, _, last = reference.partition(":")
    corners = [_REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)]
    if corners[0] is None or corners[1] is None or len(extent.merges) >= MAX_ROWS:
        raise Unreadable(f"expected merged cells such as A1:B1, found {reference[:40]!r}")
    extent.merges.append(
        Merge(int(corners[0][2]), int(corners[1][2]), _column_number(corners[0][1]), _column_number(corners[1][1]),
              reference)
    )  # fmt: skip


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def check_extent(what: str, rows: int, columns: int, cells_before: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS or cells_before + rows * columns > MAX_CELLS:
        raise Unreadable(
            f"expected at most {MAX_ROWS:,} rows, {MAX_COLUMNS} columns and {MAX_CELLS:,} cells, found more in {what} "
            f"(something stands in row {rows:,}, column {column_letters(columns)})"
        )


def _sheet(tab: Any, extent: _Extent) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    if extent.rows:
        tab.reset_dimensions()  # what the sheet says of its own size is not to be trusted
        for number, cells in enumerate(tab.iter_rows(max_row=extent.rows, max_col=extent.columns), 1):
            values = [
                Broken(f"the error {cell.value}") if cell.data_type == "e" else cell.value for cell in cells
            ][: extent.columns]  # fmt: skip
            values += [None] * (extent.columns - len(values))
            for column in range(extent.columns):
                if (number, column + 1) in extent.unsaved:
                    values[column] = Broken(
                        "a formula saved without its result (open the workbook in Excel and save it)"
                    )
            rows.append(tuple(values))
    while rows and all(blank(value) for value in rows[-1]):
        rows.pop()
    return Sheet(
        str(tab.title),
        tuple(rows),
        hidden=tab.sheet_state != "visible",
        hidden_rows=frozenset(extent.hidden_rows),
        hidden_columns=frozenset(extent.hidden_columns),
        merges=tuple(extent.merges),
    )
