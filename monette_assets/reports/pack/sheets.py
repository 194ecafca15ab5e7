"""Writing a workbook: formats once, text always as text, names that Excel takes, totals as formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets.reports.pack.grid import ZERO, Grid, GridColumn, GridLine, Level, Role, side_by_side
from monette_assets.reports.released import ReportError
from monette_assets.reports.statement import Emphasis, Kind, Statement

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME_LIMIT = 31
CELL_LIMIT = 32_767
MONEY = '#,##0.00_);[Red](#,##0.00);"-"??_)'
WHOLE = '#,##0_);[Red](#,##0);"-"_)'
TABLOID = 3  # 11 x 17 inches
LETTER = 1
INK, QUIET, RULE, BAND = "#1F2A24", "#5F6B64", "#BFC7C1", "#EEF2EE"
FONT = "Calibri"


def unwritable(path: Path, error: Exception) -> ReportError:
    """What to say where a file of the pack cannot be written."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return ReportError(f"{path}: cannot be written: {why}; choose another folder with --out")


def open_workbook(path: Path) -> Workbook:
    """A new workbook at the path. Raises ReportError where nothing can be written there."""
    import xlsxwriter

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as error:
        raise unwritable(path, error) from error
    # text is text, whatever it looks like: no cell of ours becomes a formula, a number or a link by its content
    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": FONT, "font_size": 10, "font_color": INK},
    }
    return xlsxwriter.Workbook(str(path), options)


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """A name Excel takes: 31 characters, none of []:*?/\\, no apostrophe at the ends, not `History`, not taken yet."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip().strip("'").strip()
    plain = _cut(plain, NAME_LIMIT).rstrip("' ") or "Sheet"
    if plain.casefold() == "history":
        plain = "History of"
    used = {each.casefold() for each in taken}
    name, count = plain, 1
    while name.casefold() in used:
        count += 1
        ending = f" {count}"
        name = _cut(plain, NAME_LIMIT - len(ending)) + ending
    return name


def _cut(text: str, limit: int) -> str:
    """The beginning of a text, of so many characters as Excel counts them: of UTF-16."""
    return text.encode("utf-16-le", "ignore")[: 2 * limit].decode("utf-16-le", "ignore")


class Book:
    """A workbook under way: its formats and its sheets."""

    def __init__(self, path: Path, footer: str) -> None:
        self.path = path
        self.workbook = open_workbook(path)
        self.footer = footer.replace("&", "&&")  # Excel reads & as a code
        self.names: list[str] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """The format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def sheet(self, wanted: str, *, landscape: bool = True, paper: int = LETTER) -> Worksheet:
        """A new sheet: no grid lines, fits the width of a page, footer with what the figures are and page numbers."""
        name = sheet_name(wanted, self.names)
        self.names.append(name)
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(paper)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&8{self.footer}&R&8&A, page &P of &N")
        return sheet

    def text(self, sheet: Worksheet, row: int, column: int, value: Any, style: Format | None = None) -> None:
        """Any text, as text."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_string(row, column, _cut(str(value), CELL_LIMIT), style)

    def heading(self, sheet: Worksheet, title: str, subtitle: str) -> None:
        """The sheet's title, and below it what the figures are."""
        sheet.set_row(0, 24)
        self.text(sheet, 0, 0, title, self.format(bold=True, font_size=16))
        self.text(sheet, 1, 0, subtitle, self.format(font_color=QUIET))

    def close(self) -> Path:
        """Write the file. Raises ReportError where that fails."""
        from xlsxwriter.exceptions import XlsxWriterException

        try:
            self.workbook.close()
        except (OSError, XlsxWriterException) as error:
            raise unwritable(self.path, error) from error
        return self.path


def amount(value: Decimal) -> float:
    """As Excel holds it: a binary double, exact to the cent below 90 trillion."""
    return float(value)


def column_letters(index: int) -> str:
    """A, B, ..., Z, AA, ... from 0."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(index))


HEADER_ROW = 3


@dataclass(frozen=True)
class Tie:
    """A check below a statement: its `line` less the `others` of the statement on another sheet, zero where they tie.

    `others` are added (1) or deducted (-1). A step that the other statement has in several columns is held against all
    its steps.
    """

    name: str
    line: str
    sheet: str
    grid: Grid
    others: tuple[tuple[str, int], ...]

    def cells(self, column: GridColumn) -> list[tuple[str, str, int]]:
        """Line, column and sign of what the line is held against in that column."""
        same = [each.key for each in self.grid.columns if each.key == column.key]
        steps = [each.key for each in self.grid.columns if each.role is Role.STEP]
        columns = same or (steps if column.role is Role.STEP else [])
        return [(line, key, sign) for line, sign in self.others for key in columns]

    def formula(self, cell: str, column: GridColumn) -> str:
        """Of the check in the column whose figure stands in `cell`."""
        position, row_of = _places(self.grid)
        quoted = self.sheet.replace("'", "''")
        made = "".join(
            f"{'-' if sign > 0 else '+'}'{quoted}'!{column_letters(position[key])}{row_of[line] + 1}"
            for line, key, sign in self.cells(column)
        )
        return f"=ROUND({cell}{made},2)"


def _places(grid: Grid) -> tuple[dict[str, int], dict[str, int]]:
    """The sheet's column and row, from 0, of every column and line."""
    position = {each.key: index + 1 for index, each in enumerate(grid.columns)}
    return position, {each.key: HEADER_ROW + 1 + index for index, each in enumerate(grid.lines)}


def write_grid(book: Book, grid: Grid, wanted: str, subtitle: str, tie: Tie | None = None) -> Worksheet:
    """A statement with live totals: sums of lines and of columns are formulas, their values kept beside them."""
    wide = len(grid.columns) > 10
    sheet = book.sheet(wanted, paper=TABLOID if wide else LETTER)
    book.heading(sheet, grid.title, subtitle)
    position, row_of = _places(grid)
    sheet.set_row(HEADER_ROW, 45)
    book.text(sheet, HEADER_ROW, 0, "", book.format(bold=True, bottom=1, bottom_color=INK))
    for each in grid.columns:
        strong = each.role in (Role.SUBTOTAL, Role.TOTAL)
        style = book.format(
            bold=strong, text_wrap=True, align="right", valign="bottom", bottom=1, bottom_color=INK, **_band(each)
        )
        book.text(sheet, HEADER_ROW, position[each.key], each.title, style)
    for line in grid.lines:
        row = row_of[line.key]
        book.text(sheet, row, 0, line.name, book.format(**_line_style(line, name=True)))
        for each in grid.columns:
            style = book.format(num_format=MONEY, **_line_style(line), **_band(each))
            value = amount(grid.value(line.key, each.key))
            formula = _formula(line, each, position, row_of)
            if formula:
                sheet.write_formula(row, position[each.key], formula, style, value)
            else:
                sheet.write_number(row, position[each.key], value, style)
    last = HEADER_ROW + len(grid.lines)
    if tie is not None:
        last += 1
        line = GridLine("tie", tie.name, Level.CHECK)
        book.text(sheet, last, 0, line.name, book.format(**_line_style(line, name=True)))
        for each in grid.columns:
            formula = tie.formula(f"{column_letters(position[each.key])}{row_of[tie.line] + 1}", each)
            held = sum((sign * tie.grid.value(other, key) for other, key, sign in tie.cells(each)), ZERO)
            style = book.format(num_format=MONEY, **_line_style(line), **_band(each))
            sheet.write_formula(last, position[each.key], formula, style, amount(grid.value(tie.line, each.key) - held))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(grid.columns), 15.5)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.repeat_columns(0)
    sheet.print_area(0, 0, last, len(grid.columns))
    return sheet


@dataclass(frozen=True)
class Compared:
    """A statement of a sheet of its own beside the same of an earlier time."""

    title: str
    title_before: str
    grid: Grid
    sheet: str
    before: Grid | None


def write_comparison(
    book: Book, pairs: Sequence[Compared], column: str, title: str, wanted: str, unit: str
) -> Worksheet:
    """One column of statements against the year before: what stands on their sheets, by reference, and the change."""
    sheet = book.sheet(wanted, landscape=len(pairs) > 1)
    book.heading(sheet, title, unit)
    grids = [each for pair in pairs for each in (pair.grid, pair.before) if each is not None]
    lines = [
        line
        for line in side_by_side(grids)
        if line.level is not Level.ACCOUNT or any(grid.value_or_zero(line.key, column) for grid in grids)
    ]
    keys = {line.key for line in lines}
    lines = [replace(line, parts=tuple(part for part in line.parts if part[0] in keys)) for line in lines]
    row_of = {line.key: HEADER_ROW + 1 + index for index, line in enumerate(lines)}
    header = book.format(bold=True, align="right", bottom=1, bottom_color=INK)
    book.text(sheet, HEADER_ROW, 0, "", header)
    for line in lines:
        book.text(sheet, row_of[line.key], 0, line.name, book.format(**_line_style(line, name=True)))
    for index, pair in enumerate(pairs):
        first = 1 + 4 * index
        names = (pair.title, pair.title_before, "Change") if pair.before else (pair.title,)
        for offset, name in enumerate(names):
            book.text(sheet, HEADER_ROW, first + offset, name, header)
        position, own_rows = _places(pair.grid)
        quoted = pair.sheet.replace("'", "''")
        for line in lines:
            row, style = row_of[line.key], book.format(num_format=MONEY, **_line_style(line))
            now = amount(pair.grid.value_or_zero(line.key, column))
            if line.key in own_rows:
                cell = f"{column_letters(position[column])}{own_rows[line.key] + 1}"
                sheet.write_formula(row, first, f"='{quoted}'!{cell}", style, now)
            else:
                sheet.write_number(row, first, now, style)
            if pair.before:
                then = amount(pair.before.value_or_zero(line.key, column))
                made = _formula(line, GridColumn("", "", Role.STEP), {"": first + 1}, row_of)
                if made:
                    sheet.write_formula(row, first + 1, made, style, then)
                else:
                    sheet.write_number(row, first + 1, then, style)
                left, right = (f"{column_letters(first + offset)}{row + 1}" for offset in (0, 1))
                sheet.write_formula(row, first + 2, f"={left}-{right}", style, round(now - then, 2))
        sheet.set_column(first, first + 2, 16)
        sheet.set_column(first + 3, first + 3, 2)
    sheet.set_column(0, 0, 34)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.print_area(0, 0, HEADER_ROW + len(lines), 4 * len(pairs) - 1)
    return sheet


def _formula(line: GridLine, column: GridColumn, position: dict[str, int], row_of: dict[str, int]) -> str | None:
    """What the cell is made of: lines come first, so that every column shows the same arithmetic."""
    letters = column_letters(position[column.key])
    if line.parts:
        rows = [row_of[part] + 1 for part, _ in line.parts]
        if all(sign > 0 for _, sign in line.parts) and len(rows) > 2 and rows == list(range(rows[0], rows[-1] + 1)):
            made = f"SUM({letters}{rows[0]}:{letters}{rows[-1]})"
        else:
            made = "".join(
                f"{'+' if sign > 0 else '-'}{letters}{row}" for (_, sign), row in zip(line.parts, rows, strict=True)
            ).removeprefix("+")
        # a check is of cents: what binary doubles leave below them is not a difference
        return f"=ROUND({made},2)" if line.level is Level.CHECK else f"={made}"
    if column.parts:
        row = row_of[line.key] + 1
        cells = [position[part] for part in column.parts]
        if len(cells) > 2 and cells == list(range(cells[0], cells[-1] + 1)):
            return f"=SUM({column_letters(cells[0])}{row}:{column_letters(cells[-1])}{row})"
        return "=" + "+".join(f"{column_letters(cell)}{row}" for cell in cells)
    return None


def _band(column: GridColumn) -> dict[str, Any]:
    return {"bg_color": BAND} if column.role in (Role.SUBTOTAL, Role.TOTAL) else {}


def _line_style(line: GridLine, name: bool = False) -> dict[str, Any]:
    if line.level is Level.ACCOUNT:
        return {"indent": 1} if name else {}
    if line.level is Level.TOTAL:
        return {"top": 1, "top_color": RULE, "bold": True}
    if line.level is Level.RESULT:
        return {"top": 1, "top_color": INK, "bottom": 1, "bottom_color": INK, "bold": True}
    return {"italic": True, "font_color": QUIET}


def write_listing(book: Book, statement: Statement, wanted: str, subtitle: str, empty: str) -> Worksheet:
    """A statement's rows as they are, filterable; or a sentence where there are none."""
    sheet = book.sheet(wanted)
    book.heading(sheet, statement.title, subtitle)
    if not statement.rows:
        book.text(sheet, HEADER_ROW, 0, empty, book.format())
        sheet.set_column(0, 0, 60)
        return sheet
    for column, each in enumerate(statement.fields):
        numeric = each.kind in (Kind.MONEY, Kind.COUNT)
        style = book.format(bold=True, text_wrap=True, bottom=1, bottom_color=INK, align="right" if numeric else "left")
        book.text(sheet, HEADER_ROW, column, each.title, style)
        widest = max([len(each.title), *(len(str(row.get(each.key) or "")) for row in statement.rows[:200])])
        sheet.set_column(column, column, min(max(widest + 3, 10), 44))
    for index, row in enumerate(statement.rows):
        strong = statement.emphasis_of(index) is not Emphasis.NORMAL
        for column, each in enumerate(statement.fields):
            _write_value(book, sheet, HEADER_ROW + 1 + index, column, row.get(each.key), each.kind, strong)
    last = HEADER_ROW + len(statement.rows)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.autofilter(HEADER_ROW, 0, last, len(statement.fields) - 1)
    for offset, note in enumerate(statement.notes):
        book.text(sheet, last + 2 + offset, 0, note, book.format(font_color=QUIET, italic=True))
    sheet.print_area(0, 0, last + 1 + len(statement.notes), len(statement.fields) - 1)
    return sheet


def _write_value(book: Book, sheet: Worksheet, row: int, column: int, value: Any, kind: Kind, strong: bool) -> None:
    bold = {"bold": True} if strong else {}
    if value is None:
        return
    if isinstance(value, Decimal) and kind is Kind.MONEY:
        sheet.write_number(row, column, amount(value), book.format(num_format=MONEY, **bold))
    elif isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(row, column, value, book.format(num_format="#,##0", **bold))
    elif isinstance(value, datetime):
        book.text(sheet, row, column, f"{value:%Y-%m-%d %H:%M}", book.format(**bold))
    elif isinstance(value, date):
        sheet.write_datetime(
            row,
            column,
            datetime.combine(value, time()),
            book.format(num_format="yyyy-mm-dd", align="left"),
        )
    else:
        book.text(sheet, row, column, value, book.format(**bold))


def link(book: Book, sheet: Worksheet, row: int, column: int, target: str, shown: str) -> None:
    """A hyperlink to another sheet of the book."""
    quoted = target.replace("'", "''")
    style = book.format(font_color="#1D5B3A", underline=1)
    sheet.write_url(row, column, f"internal:'{quoted}'!A1", style, shown)


def back_link(book: Book, sheets: Sequence[Worksheet], cover: str) -> None:
    """From every sheet back to the cover."""
    for sheet in sheets:
        link(book, sheet, 2, 0, cover, "Contents")
