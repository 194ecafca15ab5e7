"""Workbooks within the bounds of a zip that would cost gigabytes to read: refused, in a process of little memory."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from monette_assets.sources.landing import workbook_parts
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.workbooks import MAX_RATIO, MAX_UNPACKED_BYTES, read_workbook
from monette_assets_tests.landed import workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MEGABYTES = 60  # that refusing it may take on top of what Python and the libraries do
READ = """
import resource, sys
import defusedxml.ElementTree, openpyxl
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.workbooks import read_workbook
content = open(sys.argv[1], "rb").read()
with open("/proc/self/statm") as file:
    standing = int(file.read().split()[0]) * resource.getpagesize()
most = standing + int(sys.argv[2]) * 1_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    read_workbook(content)
except Unreadable as error:
    print(error)
"""


def hostile(name: str, chunks: Iterable[str]) -> bytes:
    """A small workbook with one part replaced, written piece by piece."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"One": [["Account", "Nov 2024"]]}))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        with new.open(name, "w") as part:
            for chunk in chunks:
                part.write(chunk.encode())
    return target.getvalue()


def tabs() -> bytes:
    """Two hundred thousand tabs, all of them the one sheet."""
    entries = "".join(f'<sheet name="Tab {i}" sheetId="{i}" r:id="rId1"/>' for i in range(1, 200_001))
    return hostile("xl/workbook.xml", [f"<workbook {MAIN} {RELATED}><sheets>{entries}</sheets></workbook>"])


def texts() -> bytes:
    """A million different texts."""
    chunks = ("".join(f"<si><t>{i}</t></si>" for i in range(at, at + 10_000)) for at in range(0, 1_000_000, 10_000))
    return hostile("xl/sharedStrings.xml", [f"<sst {MAIN}>", *chunks, "</sst>"])


def one_text() -> bytes:
    """One text of a hundred million characters."""
    chunks = (sha256(str(i).encode()).hexdigest() * 100 for i in range(16_000))
    return hostile("xl/sharedStrings.xml", [f"<sst {MAIN}><si><t>", *chunks, "</t></si></sst>"])


def long_texts() -> bytes:
    """Five thousand texts of thousands of characters."""
    chunks = (f"<si><t>{sha256(str(i).encode()).hexdigest() * 100}</t></si>" for i in range(5_000))
    return hostile("xl/sharedStrings.xml", [f"<sst {MAIN}>", *chunks, "</sst>"])


def empty_cells() -> bytes:
    """A million empty cells in one row."""
    chunks = ("".join(f'<c s="{i}"/>' for i in range(at, at + 10_000)) for at in range(0, 1_000_000, 10_000))
    return hostile(
        "xl/worksheets/sheet1.xml", [f"<worksheet {MAIN}><sheetData><row>", *chunks, "</row></sheetData></worksheet>"]
    )


def styles() -> bytes:
    """A million formats of cells."""
    chunks = ("".join(f'<xf numFmtId="{i}"/>' for i in range(at, at + 10_000)) for at in range(0, 1_000_000, 10_000))
    return hostile("xl/styles.xml", [f"<styleSheet {MAIN}><cellXfs>", *chunks, "</cellXfs></styleSheet>"])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (tabs, "expected at most 120 tabs in the workbook's xl/workbook.xml, found more; split the workbook"),
        (texts, "expected at most 300,000 different texts in the workbook's xl/sharedStrings.xml, found more; split"),
        (one_text, "expected at most 100,000 characters in one text in the workbook's xl/sharedStrings.xml"),
        (long_texts, "expected at most 20,000,000 characters of text in the workbook's xl/sharedStrings.xml"),
        (empty_cells, "expected at most 100,000 XML elements in a row in the workbook's xl/worksheets/sheet1.xml"),
        (styles, "expected at most 100,000 XML elements in the workbook's xl/styles.xml, found more; copy the cells"),
    ],
)
def test_what_would_take_gigabytes_is_refused_within_little_memory(
    made: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    content = made()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:  # no zip bomb by its sizes
        members = archive.infolist()
    assert sum(member.file_size for member in members) < MAX_UNPACKED_BYTES
    assert all(member.file_size < MAX_RATIO * member.compress_size for member in members)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(MEGABYTES)], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(said), done.stdout + done.stderr[-2000:]


def test_a_part_counts_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "MAX_TEXTS", 2)
    content = hostile("xl/strings.bin", [f"<sst {MAIN}>", "<si><t>a</t></si>" * 3, "</sst>"])
    with pytest.raises(Unreadable, match=r"2 different texts in the workbook's xl/strings.bin"):
        read_workbook(content)


def test_as_many_tabs_and_texts_as_are_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "MAX_TABS", 3)
    monkeypatch.setattr(workbook_parts, "MAX_TEXTS", 4)
    content = workbook({f"Tab {i}": [["Account", f"Text {i}"]] for i in range(3)})
    assert [sheet.rows for sheet in read_workbook(content)] == [(("Account", f"Text {i}"),) for i in range(3)]
