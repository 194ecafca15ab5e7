"""The workbook opened again: formulas whose values they are, text that stays text, names that Excel takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from monette_assets.group import Group, load_group
from monette_assets.reports.pack import pillars, workbook
from monette_assets.reports.pack.consolidated import TOTAL
from monette_assets.reports.pack.contents import Pack, gather
from monette_assets.reports.pack.grid import Grid, GridColumn, GridLine, Level, Role
from monette_assets.reports.pack.sheets import NAME_LIMIT, Book, sheet_name, write_listing
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.statement import Field, Kind, Statement
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.finance_lake import finance_lake
from monette_assets_tests.reports.small_lake import DECEMBER

HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "http://x.invalid",
]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("pack")
    group: Group = load_group(write_contract(folder / "group"))
    lake = finance_lake(folder / "lake", group)
    return gather(Question(open_release(lake, group.time_zone), group, DECEMBER))


@pytest.fixture(scope="module")
def path(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook.write(pack, tmp_path_factory.mktemp("book") / "pack.xlsx")


def footer(sheet: Worksheet) -> str:
    assert sheet.oddFooter is not None
    return str(sheet.oddFooter.left.text)


class Sheets:
    """The formulas of a workbook, worked out here: sums, differences and ROUND are all it uses."""

    def __init__(self, path: Path) -> None:
        self.formulas: Workbook = load_workbook(path)
        self.values: Workbook = load_workbook(path, data_only=True)

    def cells(self) -> Iterator[tuple[str, Cell]]:
        for sheet in self.formulas:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell, Cell) and cell.data_type == "f":
                        yield sheet.title, cell

    def worked_out(self, sheet: str, cell: str) -> Decimal:
        value = self.formulas[sheet][cell].value
        if not isinstance(value, str):
            return Decimal(str(value or 0))
        made = value.removeprefix("=")
        rounded = re.fullmatch(r"ROUND\((.*),2\)", made)
        made = rounded[1] if rounded else made
        total = re.fullmatch(r"SUM\((.*)\)", made)
        if total:
            columns = range_boundaries(total[1])
            cells = self.formulas[sheet].iter_rows(*(columns[1], columns[3], columns[0], columns[2]))
            return sum((self.worked_out(sheet, each.coordinate) for row in cells for each in row), Decimal(0))
        parts = re.findall(r"([+-]?)((?:'([^']+)'!)?([A-Z]+\d+))", made)
        assert "".join(sign + name for sign, name, _, _ in parts) == made, f"{sheet}!{cell}: {value}"
        return sum(
            (self.worked_out(other or sheet, at) * (-1 if sign == "-" else 1) for sign, _, other, at in parts),
            Decimal(0),
        )


def test_every_total_is_a_formula_and_its_value_is_what_it_adds_up_to(path: Path) -> None:
    sheets = Sheets(path)
    found = list(sheets.cells())
    assert len(found) > 100
    wrong = [
        (sheet, cell.coordinate, cell.value)
        for sheet, cell in found
        if abs(sheets.worked_out(sheet, cell.coordinate) - Decimal(str(sheets.values[sheet][cell.coordinate].value)))
        >= Decimal("0.005")
    ]
    assert wrong == []


def row_of(sheets: Sheets, sheet: str, name: str) -> list[object]:
    return next(
        [cell.value for cell in row] for row in sheets.values[sheet].iter_rows() if str(row[0].value or "") == name
    )


def test_the_statements_have_a_column_a_company_and_the_steps(path: Path) -> None:
    sheets = Sheets(path)
    header = [cell.value for cell in sheets.values["Profit and loss"][4]]
    assert header[1:] == [
        "North Farm Ltd.", "South Farm LLC", "All companies", "Eliminations", "Adjustments", "Consolidated",
    ]  # fmt: skip
    assert row_of(sheets, "Profit and loss", "Net Income")[1:] == [600, 70, 670, 0, -5, 665]
    assert row_of(sheets, "Balance sheet", "Total assets")[1:] == [1100, 217.5, 1317.5, 0, -5, 1312.5]


def test_the_balance_check_is_a_formula_that_is_zero(path: Path) -> None:
    sheets = Sheets(path)
    name = "Assets - liabilities - equity"
    row = next(row for row in sheets.formulas["Balance sheet"].iter_rows() if row[0].value == name)
    assert all(str(cell.value).startswith("=ROUND(") for cell in row[1:])
    assert {sheets.values["Balance sheet"][cell.coordinate].value for cell in row[1:]} == {0}


@pytest.mark.parametrize(("what", "on"), [("Cash", "Cash flow"), ("Equity", "Changes in equity")])
def test_what_there_is_at_the_end_ties_to_the_balance_sheet_in_every_column(path: Path, what: str, on: str) -> None:
    sheets = Sheets(path)
    name = f"{what} at the end - on the balance sheet"
    check = next(row[1:] for row in sheets.formulas[on].iter_rows() if row[0].value == name)
    assert all("-'Balance sheet'!" in str(cell.value) for cell in check)
    assert {sheets.values[on][cell.coordinate].value for cell in check} == {0}
    assert {sheets.worked_out(on, cell.coordinate) for cell in check} == {0}
    for account in sheets.formulas["Balance sheet"]["B"]:
        if account.data_type == "n":
            account.value = 7  # of the first company
    assert sheets.worked_out(on, check[0].coordinate) != 0


def test_an_aging_ends_in_its_control_accounts_and_a_check(pack: Pack, tmp_path: Path) -> None:
    """Owed by document: 816.01. A cent is not zero."""
    (aging,) = pack.agings

    def said(booked: str) -> tuple[object, ...]:
        beside = replace(pack, agings=(replace(aging, booked=Decimal(booked)),))
        sheets = Sheets(workbook.write(beside, tmp_path / f"{booked}.xlsx"))
        names = [row[0].value for row in sheets.values[aging.title].iter_rows()]
        made = [
            sheets.worked_out(sheet, cell.coordinate)
            for sheet, cell in sheets.cells()
            if sheet == aging.title and cell.row == names.index("Difference") + 1
        ]
        assert made == [Decimal("816.01") - Decimal(booked)]
        return tuple(row_of(sheets, aging.title, name)[-1] for name in ("In the balance sheets", "Difference"))

    assert said("816.01") == (816.01, 0)
    assert said("816.02") == (816.02, -0.01)


def test_sheets_are_frozen_formatted_and_print_with_their_titles(path: Path) -> None:
    sheet = load_workbook(path)["Profit and loss"]
    assert sheet.freeze_panes == "B5"
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.print_title_cols == "$A:$A"
    assert "$A$1:$G$" in str(sheet.print_area)
    assert sheet["B5"].number_format.startswith("#,##0.00_)")
    assert sheet.column_dimensions["A"].width > 30
    assert "Final, release 1" in footer(sheet)


def test_the_cover_tells_the_standing_and_links_to_every_sheet(path: Path) -> None:
    book = load_workbook(path)
    cover = book["Cover"]
    text = " ".join(str(cell.value) for row in cover.iter_rows() for cell in row if cell.value)
    for part in ("Board pack, December 2024", "Final: all 2 companies are complete.", "1 of 2 account balances differ"):
        assert part in text
    targets = {cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert targets == {f"'{name}'!A1" for name in book.sheetnames if name != "Cover"}


def test_an_incomplete_month_is_nowhere_called_final(tmp_path: Path) -> None:
    group = load_group(write_contract(tmp_path / "group"))
    lake = finance_lake(tmp_path / "lake", group, complete=False)
    made = gather(Question(open_release(lake, group.time_zone), group, DECEMBER))
    for written in (workbook.write(made, tmp_path / "pack.xlsx"), *pillars.write_all(made, tmp_path)):
        for sheet in load_workbook(written):
            cells = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
            assert "final" not in cells.casefold()
            assert "Incomplete" in footer(sheet)


def test_text_of_a_source_is_never_a_formula_a_number_or_a_link(tmp_path: Path) -> None:
    book = Book(tmp_path / "hostile.xlsx", "Fields & Sons")
    listing = Statement(
        "Hostile", "", (Field("name", "Name"), Field("amount", "Amount", Kind.MONEY)),
        [{"name": each, "amount": Decimal("-1.00")} for each in HOSTILE],
    )  # fmt: skip
    write_listing(book, listing, "Hostile", "", "nothing")
    sheet = load_workbook(book.close())["Hostile"]
    written = [sheet.cell(row=5 + index, column=1) for index in range(len(HOSTILE))]
    assert [cell.data_type for cell in written] == ["s"] * len(HOSTILE)
    assert [str(cell.value).replace("_x000D_", "\r").strip() for cell in written] == [each.strip() for each in HOSTILE]
    assert not any(cell.hyperlink for cell in written)


@pytest.mark.parametrize("name", [*HOSTILE, "Ferme Élévateurs 🌾 " + 60 * "très longue "])
def test_no_name_of_a_source_becomes_a_formula_anywhere_in_a_pack(pack: Pack, tmp_path: Path, name: str) -> None:
    """A company, a contact, a location and an account of that name."""
    companies = tuple(each.model_copy(update={"name": name}) for each in pack.group.companies)
    (aging,) = pack.agings
    assert pack.management is not None
    made = replace(
        pack,
        group=replace(pack.group, companies=companies),
        agings=(replace(aging, contacts=[(company, name, late, owed) for company, _, late, owed in aging.contacts]),),
        management=replace(pack.management, locations=[{**row, "location": name} for row in pack.management.locations]),
        profit_and_loss=replace(
            pack.profit_and_loss, lines=tuple(replace(line, name=name) for line in pack.profit_and_loss.lines)
        ),
    )
    found = 0
    for written in (workbook.write(made, tmp_path / "pack.xlsx"), *pillars.write_all(made, tmp_path)):
        for sheet in load_workbook(written):
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                if cell.data_type == "f":
                    assert re.fullmatch(r"=[-+*(),:.!'A-Za-z0-9 ]+", str(cell.value))
                    assert str(cell.value) not in HOSTILE
                elif name.strip() in str(cell.value).replace("_x000D_", "\r"):
                    assert cell.data_type == "s"
                    found += 1
    assert found > 8


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_sheet_names_are_ones_that_excel_takes(wanted: list[str]) -> None:
    taken: list[str] = []
    for each in wanted:
        name = sheet_name(each, taken)
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= NAME_LIMIT
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"
        assert name.casefold() not in {other.casefold() for other in taken}
        taken.append(name)


def test_a_pillars_workbook_has_the_fiscal_year_by_location_and_month(pack: Pack, tmp_path: Path) -> None:
    grain = pillars.write_all(pack, tmp_path)[0]
    sheets = Sheets(grain)
    assert sheets.formulas.sheetnames == ["Contents", "All locations", "Somewhere"]
    sheet = sheets.values["Somewhere"]
    header = [cell.value for cell in sheet[4]]
    assert (header[1], *header[12:]) == ("Nov 2024", "Oct 2025", "To Dec 2024", "Fiscal year")
    names = [row[0].value for row in sheet.iter_rows()]
    sales = names.index("Sales Revenue") + 1
    assert [cell.value for cell in sheet[sales]][1:4] == [7, 1000, 0]
    planned = names.index("Budget") + 2
    assert (sheet.cell(row=planned, column=1).value, sheet.cell(row=planned, column=3).value) == ("Sales Revenue", 900)
    better = names.index("Variance, favourable is positive") + 2
    assert [cell.value for cell in sheet[better]][:4] == ["Sales Revenue", 7, 100, None]  # January is not yet
    assert [sheet.cell(row=sales, column=14).value, sheet.cell(row=better, column=14).value] == [1007, 107]
    for _, cell in sheets.cells():
        made = sheets.worked_out(cell.parent.title, cell.coordinate)
        assert made == Decimal(str(sheets.values[cell.parent.title][cell.coordinate].value))


def test_the_group_stands_beside_the_year_before_by_reference_to_its_statements(pack: Pack, tmp_path: Path) -> None:
    """A year earlier it sold for 900.00 and had taxes of 30.00, which this year's statement has no line of."""
    sheet = "Group profit and loss"
    lines = (GridLine("sales", "Sales", Level.ACCOUNT), GridLine("tax", "Taxes", Level.ACCOUNT))
    result = GridLine("Net Income", "Net Income", Level.RESULT, (("sales", 1), ("tax", -1)))
    figures = {("sales", TOTAL): Decimal("900.00"), ("tax", TOTAL): Decimal("30.00")}
    before = Grid("before", "", (GridColumn(TOTAL, "", Role.STEP),), (*lines, result), figures)
    sheets = Sheets(workbook.write(replace(pack, month_before=before), tmp_path / "pack.xlsx"))
    assert row_of(sheets, sheet, "Taxes")[1:4] == [0, 30, -30]
    assert row_of(sheets, sheet, "Sales")[1:4] == [1062, 900, 162]
    assert str(sheets.formulas[sheet]["B5"].value).startswith("='Profit and loss'!")
    assert row_of(sheets, "Group balance sheet", "Total assets")[1] == 1312.5
