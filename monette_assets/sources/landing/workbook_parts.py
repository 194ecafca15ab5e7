"""The XML of a workbook from a stranger: what stands in its parts is counted before anything keeps it in memory.

A zip within its bounds may still hold what costs a reader gigabytes: thousands of tabs over one small sheet, millions
of different texts, a row of millions of empty cells, a part of millions of elements that is read as one tree. Every
part is passed through the parser once, without a tree and with document types forbidden.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from monette_assets.sources.landing.folder import Unreadable

if TYPE_CHECKING:
    from typing import IO

MAX_TABS = 120
MAX_TEXTS = 300_000  # different ones, of all cells
MAX_TEXT_CHARACTERS = 20_000_000  # of them together
MAX_ONE_TEXT = 100_000  # Excel's own limit of a cell is 32,767 characters
MAX_ROW_ELEMENTS = 100_000  # Excel's widest row has 16,384 cells
MAX_TEXT_ELEMENTS = 5_000  # of one text: its runs of formatting
MAX_SHEET_ELEMENTS = 7_000_000  # two million cells, each with its value, and their rows
MAX_PART_ELEMENTS = 100_000  # of a part that is read as one tree, as styles are
CHUNK_BYTES = 65_536

SHEETS = "xl/worksheets/"
UNREAD = (
    "customxml/", "xl/calcchain", "xl/comments", "xl/metadata", "xl/pivot", "xl/querytables/", "xl/tables/",
    "xl/threadedcomments",
)  # fmt: skip
XML_NAMES = (".xml", ".rels", ".vml")
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<")  # how XML begins, whatever its name


def check_parts(archive: zipfile.ZipFile) -> None:
    """Count what stands in every part that is XML. Raises Unreadable naming part, limit and remedy.

    Raises also what the parser does on XML that is broken or declares a document type.
    """
    for name in archive.namelist():
        with archive.open(name) as part:
            first = part.read(CHUNK_BYTES)
            if name.casefold().endswith(XML_NAMES) or first.lstrip().startswith(MARKS):
                _check_part(name, first, part)


def _check_part(name: str, first: bytes, part: IO[bytes]) -> None:
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Counts(name), forbid_dtd=True)
    while first:
        parser.feed(first)
        first = part.read(CHUNK_BYTES)
    parser.close()


class _Counts:
    """Counts of one part, as the parser goes along it; what is over a limit is refused there and then."""

    def __init__(self, name: str) -> None:
        self.name = name
        path = name.casefold().lstrip("/")
        self.read = not path.startswith(UNREAD)
        self.limit = MAX_SHEET_ELEMENTS if path.startswith(SHEETS) or not self.read else MAX_PART_ELEMENTS
        self.elements = self.row = self.text = self.texts = self.characters = self.length = self.tabs = 0
        self.root = ""

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        own = tag.rpartition("}")[2]
        if not self.root:
            self.root = own
            if own == "sst":
                self.limit = MAX_SHEET_ELEMENTS
        self.elements += 1
        self.row += 1
        self.text += 1
        self.length = 0
        if own == "row":
            self.row = 0
        elif own == "si":
            self.text = 0
            self.texts += 1
            self._refuse(self.texts, MAX_TEXTS, "different texts", "split the workbook")
        elif own == "sheet" and self.root == "workbook":
            self.tabs += 1
            self._refuse(self.tabs, MAX_TABS, "tabs", "split the workbook")
        self._refuse(self.elements, self.limit, "XML elements", "copy the cells into a new workbook and save it")
        if self.root == "worksheet":
            self._refuse(self.row, MAX_ROW_ELEMENTS, "XML elements in a row", "delete the empty columns on the right")
        elif self.root == "sst":
            self._refuse(self.text, MAX_TEXT_ELEMENTS, "XML elements in a text", "clear the formats within its cell")

    def end(self, _: str) -> None:
        self.length = 0

    def data(self, text: str) -> None:
        self.length += len(text)
        if not self.read:
            return
        self._refuse(self.length, MAX_ONE_TEXT, "characters in one text", "shorten it")
        if self.root == "sst":
            self.characters += len(text)
            self._refuse(self.characters, MAX_TEXT_CHARACTERS, "characters of text", "split the workbook")

    def close(self) -> None:
        """The parser asks for it."""

    def _refuse(self, found: int, most: int, what: str, remedy: str) -> None:
        if found > most:
            raise Unreadable(f"expected at most {most:,} {what} in the workbook's {self.name}, found more; {remedy}")
