"""Hostile and broken files: refused with a sentence, never a crash, never a guess. Real files, written here."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.sources.landing import workbooks
from monette_assets.sources.landing.cells import Broken
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.recognition import recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets_tests.landed import workbook

HEADER = ["Account", "Nov 2024", "Dec 2024"]


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, b"") or old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return target.getvalue()


def sheet_xml(body: str, before: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{main}">{body}</worksheet>'.encode()


def with_sheet(body: str, before: str = "") -> bytes:
    return repacked(workbook({"One": [HEADER]}), **{"xl/worksheets/sheet1.xml": sheet_xml(body, before)})


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_workbook(content)
    return str(refused.value)


def test_values_come_as_they_were_written() -> None:
    [sheet] = read_workbook(workbook({"One": [HEADER, [4010, 1.5, None], ["x", True, "y"]]}))
    assert sheet.name == "One"
    assert sheet.rows == ((*HEADER,), (4010, 1.5, None), ("x", True, "y"))
    assert sheet.where(2, 28) == "One!AB2"


def test_a_formula_is_not_computed_its_saved_result_is_read() -> None:
    cells = (
        '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c><c r="C1"><f>1+1</f><v></v></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c>'
    )
    content = with_sheet(f'<sheetData><row r="1">{cells}</row></sheetData>')
    [sheet] = read_workbook(content)
    assert sheet.rows[0][0] == 2
    assert all(isinstance(value, Broken) for value in sheet.rows[0][1:3])
    assert "saved without its result" in str(sheet.rows[0][1])


def test_an_error_cell_is_broken() -> None:
    [sheet] = read_workbook(with_sheet('<sheetData><row r="1"><c r="A1" t="e"><v>#REF!</v></c></row></sheetData>'))
    assert sheet.rows == ((Broken("the error #REF!"),),)


def test_what_is_hidden_or_merged_is_told() -> None:
    def change(book: Any) -> None:
        tab = book["One"]
        tab.row_dimensions[2].hidden = True
        tab.column_dimensions["C"].hidden = True
        tab.merge_cells("A3:B4")
        book.create_sheet("Two").sheet_state = "veryHidden"

    one, two = read_workbook(workbook({"One": [HEADER, [1, 2, 3], [4, None, 5]]}, change))
    assert one.hidden_rows == {2}
    assert one.hidden_columns == {3}
    assert [merge.reference for merge in one.merges] == ["A3:B4"]
    assert two.hidden


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = repacked(workbook({"One": [HEADER]}), **{"xl/media/image1.png": b"\0" * 30_000_000})
    assert len(bomb) < 100_000
    assert "packed more than" in refusal(bomb)


def test_more_than_can_be_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 1000)
    assert "unpacked" in refusal(workbook({"One": [HEADER]}))


def test_a_value_in_the_millionth_row() -> None:
    body = '<sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    assert "row 1,048,576, column A" in refusal(with_sheet(body))


def test_a_value_in_the_last_column() -> None:
    assert "column XFD" in refusal(with_sheet('<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>'))


def test_rows_that_are_only_formatted_do_not_count() -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(2, 5000))
    [sheet] = read_workbook(with_sheet(f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>{rows}</sheetData>'))
    assert sheet.rows == ((1,),)


def test_a_sheet_that_lies_about_its_size() -> None:
    body = '<dimension ref="A1:A1"/><sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData>'
    [sheet] = read_workbook(with_sheet(body))
    assert sheet.rows == ((None, None), (None, 1))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_xml_entities_are_refused(part: str) -> None:
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "document type or entities" in refusal(repacked(workbook({"One": [HEADER]}), **{part: entities}))


def test_macros_are_refused() -> None:
    assert "macros" in refusal(repacked(workbook({"One": [HEADER]}), **{"xl/vbaProject.bin": b"x"}))


def test_parts_that_point_outside_are_refused() -> None:
    assert "outside" in refusal(repacked(workbook({"One": [HEADER]}), **{"../../evil.xml": b"<a/>"}))


def test_an_external_link_is_not_followed() -> None:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    [sheet] = read_workbook(repacked(workbook({"One": [HEADER]}), **{"xl/externalLinks/externalLink1.xml": link}))
    assert sheet.rows == ((*HEADER,),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (b"PK\x03\x04 not a zip", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "in UTF-8"),
    ],
)
def test_what_is_no_sheet_says_what_it_is(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_zip_that_is_no_workbook() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no workbook" in refusal(target.getvalue())


def test_a_workbook_cut_off_while_it_was_copied() -> None:
    assert "cannot be read" in refusal(workbook({"One": [HEADER] * 50})[:-500])


@settings(max_examples=150)
@given(st.binary(max_size=400), st.integers(0, 4000), st.integers(0, 40))
def test_a_damaged_workbook_is_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    content = GOOD[:at] + noise + GOOD[at + cut :]
    with suppress(Unreadable):
        recognise(read_workbook(content))


GOOD = workbook({"One": [["Company", "north"], HEADER, ["4010", 1, 2]], "Two": [["x"]]})
