"""CSV files as plain sheets of text: encoding, separator and decimal comma are told by the content, or refused.

UTF-8 (with or without a byte order mark) and UTF-16 with one; values separated by commas, semicolons, tabs or bars. A
number such as 1 234,50 is written with a decimal comma whatever else it may mean; in a file that has one, 1,234 and
1.234 may mean two things and are refused.
"""

from __future__ import annotations

import csv
import io
import re

from monette_assets.sources.landing.cells import Broken, Value
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.workbooks import Sheet, check_extent

SEPARATORS = ",;\t|"
_HEAD = 20_000  # characters that tell the separator
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
_QUOTED = re.compile(r'"[^"]*"')
_SPACES = " \u00a0\u202f"
_DECIMAL_COMMA = re.compile(rf"-?(\d+|\d{{1,3}}([{_SPACES}.]\d{{3}})+),(\d{{1,2}}|\d{{4,8}})", re.ASCII)
_GROUPED = re.compile(rf"-?\d{{1,3}}([{_SPACES}]\d{{3}})+", re.ASCII)
_EITHER = re.compile(r"-?\d{1,3}((,\d{3})+|(\.\d{3})+)", re.ASCII)


def read_csv(content: bytes) -> Sheet:
    """The file as one sheet of text. Raises `Unreadable`."""
    if not content.strip():
        raise Unreadable("expected rows, found an empty file")
    text = _decoded(content)
    said = _SAID.match(text)
    separator = said[1] if said else _separator(text)
    if separator not in SEPARATORS:
        raise Unreadable(f"expected values separated by one of , ; | or tabs, found sep={separator!a}")
    rows: list[list[str]] = []
    width = 0
    try:
        for row in csv.reader(
            io.StringIO(text[said.end() :] if said else text, newline=""), delimiter=separator, strict=True
        ):
            rows.append(row)
            width = max(width, len(row))
            check_extent("the file", len(rows), width, 0)
    except csv.Error as error:
        raise Unreadable(f"expected CSV, found in line {len(rows) + 1}: {error}") from error
    commas = any(_DECIMAL_COMMA.fullmatch(_bare(cell)) for row in rows for cell in row)
    values = (tuple(map(_with_point, row)) if commas else tuple(row) for row in rows)
    return Sheet("CSV", tuple(row + (None,) * (width - len(row)) for row in values), is_text=True)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"expected an .xlsx workbook or a CSV file in UTF-8, found neither (byte {error.start}); "
            "in Excel save as 'CSV UTF-8'"
        ) from error
    if "\x00" in text:
        raise Unreadable("expected an .xlsx workbook or a CSV file, found binary data")
    return text


def _separator(text: str) -> str:
    """The separator found most often outside of quotes in the first lines."""
    head = _QUOTED.sub("", text[:_HEAD])
    return max(SEPARATORS, key=head.count)


def _bare(cell: str) -> str:
    """A number without the brackets of a negative one."""
    cell = cell.strip()
    return cell[1:-1].strip() if cell[:1] == "(" and cell[-1:] == ")" else cell


def _with_point(cell: str) -> Value:
    """A cell of a file with decimal commas: its numbers as everywhere else, what may mean two things broken."""
    bare = _bare(cell)
    if _EITHER.fullmatch(bare):
        return Broken(f"{cell.strip()!r}, which may mean two things in a file with decimal commas: write no thousands "
                      "separator")  # fmt: skip
    if not _DECIMAL_COMMA.fullmatch(bare) and not _GROUPED.fullmatch(bare):
        return cell
    plain = re.sub(rf"[{_SPACES}.]", "", bare).replace(",", ".")
    return f"({plain})" if bare != cell.strip() else plain
