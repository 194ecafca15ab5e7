"""A workbook a pillar, as finance expects it: the fiscal year by location and month, actual, budget and last year."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.group.calendar import add_months, months_between
from monette_assets.reports.pack.contents import Pack
from monette_assets.reports.pack.grid import ZERO
from monette_assets.reports.pack.management import Management, favourable, pillar_of
from monette_assets.reports.pack.sheets import (
    BAND,
    HEADER_ROW,
    INK,
    MONEY,
    RULE,
    TABLOID,
    Book,
    amount,
    back_link,
    column_letters,
    link,
)

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

ALL = "All locations"
VARIANCE = "Variance"  # actual against budget, favourable is positive
BLOCKS = ("Actual", "Budget", VARIANCE, "Last year")
Amounts = dict[tuple[str, str, str, date], Decimal]  # (block, location, line, month of the fiscal year)


def write_all(pack: Pack, folder: Path) -> list[Path]:
    """A workbook for each pillar that has figures in the fiscal year or the one before."""
    management = pack.management
    return [] if management is None else [_write(pack, management, pillar, folder) for pillar in management.pillars]


def file_name(pillar: str, month: date) -> str:
    """A name that every file system takes."""
    plain = re.sub(r"[^a-z0-9]+", "_", pillar.casefold()).strip("_") or "pillar"
    return f"pillar_{plain}_{month:%Y-%m}.xlsx"


def _write(pack: Pack, management: Management, pillar: str, folder: Path) -> Path:
    amounts = _amounts(pack, management, pillar)
    locations = sorted({location for _, location, _, _ in amounts if location != ALL})
    book = Book(
        folder / file_name(pillar, pack.month),
        f"{pack.title}, {pillar}: {pack.standing.word}, {pack.release.name}",
    )
    months = months_between(pack.year_start, add_months(pack.year_start, 11))
    sheets: list[tuple[str, Worksheet]] = []
    cover = book.sheet("Contents", landscape=False)
    for location in (ALL, *locations):
        sheets.append((location, _location(book, pack, pillar, location, amounts, months)))
    book.heading(cover, f"{pillar}, fiscal year {pack.fiscal_year}", f"{pack.group.name}; {pack.standing.sentence}")
    for row, (location, sheet) in enumerate(sheets, start=HEADER_ROW):
        link(book, cover, row, 0, sheet.get_name(), location)
    cover.set_column(0, 0, 40)
    back_link(book, [sheet for _, sheet in sheets], "Contents")
    return book.close()


def _amounts(pack: Pack, management: Management, pillar: str) -> Amounts:
    """By block, location, line and month; last year's stand in the month a year later. Actual ends with the pack's."""
    found: Amounts = defaultdict(lambda: ZERO)
    for row in management.locations:
        if pillar_of(pack.group, row["pillar"]) != pillar:
            continue
        period, blocks = row["period"], []
        if row["scenario"] == "budget":
            if period >= pack.year_start:
                blocks.append(("Budget", period))
        else:
            if pack.year_start <= period <= pack.month:
                blocks.append(("Actual", period))
            later = add_months(period, 12)
            if pack.year_start <= later <= add_months(pack.year_start, 11):
                blocks.append(("Last year", later))
        for block, month in blocks:
            for location in (row["location"], ALL):
                found[block, location, row["line"], month] += row["amount_cad"]
    return found


def _value(amounts: Amounts, block: str, location: str, line: str, month: date) -> Decimal:
    if block == VARIANCE:
        actual, planned = (_value(amounts, each, location, line, month) for each in ("Actual", "Budget"))
        return favourable(line) * (actual - planned)
    parts = RESULTS.get(line, {line: 1})
    return sum((sign * amounts.get((block, location, part, month), ZERO) for part, sign in parts.items()), ZERO)


def _location(book: Book, pack: Pack, pillar: str, location: str, amounts: Amounts, months: list[date]) -> Worksheet:
    sheet = book.sheet(location, paper=TABLOID)
    subtitle = f"{pack.group.currency}, management accounts; actual to {pack.month:%B %Y}, {pack.standing.word}"
    book.heading(sheet, f"{pillar}: {location}, fiscal year {pack.fiscal_year}", subtitle)
    header = book.format(bold=True, align="right", bottom=1, bottom_color=INK)
    title = book.format(bold=True, font_size=12)
    book.text(sheet, HEADER_ROW, 0, "", header)
    for column, month in enumerate(months, start=1):
        book.text(sheet, HEADER_ROW, column, f"{month:%b %Y}", header)
    to_date, year = len(months) + 1, len(months) + 2
    shaded = book.format(bold=True, align="right", bottom=1, bg_color=BAND)
    book.text(sheet, HEADER_ROW, to_date, f"To {pack.month:%b %Y}", shaded)
    book.text(sheet, HEADER_ROW, year, "Fiscal year", shaded)
    used = {line for _, place, line, _ in amounts if place == location}
    lines = [line for line in LINES if line in RESULTS or line in used]
    budgeted = any((block, place) == ("Budget", location) for block, place, _, _ in amounts)
    elapsed = months.index(pack.month) + 1
    first_row: dict[str, int] = {}
    row = HEADER_ROW + 1
    for block in BLOCKS:
        if block == VARIANCE and not budgeted:
            continue
        first_row[block] = row + 1
        book.text(sheet, row, 0, "Variance, favourable is positive" if block == VARIANCE else block, title)
        row_of = {line: row + 1 + index for index, line in enumerate(lines)}
        for index, line in enumerate(lines):
            at = row_of[line]
            strong = {"bold": True, "top": 1, "top_color": RULE} if line in RESULTS else {}
            book.text(sheet, at, 0, line, book.format(**strong) if strong else book.format(indent=1))
            style = book.format(num_format=MONEY, **strong)
            values = [_value(amounts, block, location, line, month) for month in months]
            if block == VARIANCE:  # of months that are over
                values = values[:elapsed]
            for column, value in enumerate(values, start=1):
                letters = column_letters(column)
                if block == VARIANCE:
                    actual, planned = (f"{letters}{first_row[each] + index + 1}" for each in ("Actual", "Budget"))
                    made = f"{actual}-{planned}" if favourable(line) > 0 else f"{planned}-{actual}"
                    sheet.write_formula(at, column, f"={made}", style, amount(value))
                elif line in RESULTS:
                    made = "".join(
                        f"{'+' if sign > 0 else '-'}{letters}{row_of[part] + 1}"
                        for part, sign in RESULTS[line].items()
                        if part in row_of
                    )
                    sheet.write_formula(at, column, f"={made.removeprefix('+') or '0'}", style, amount(value))
                else:
                    sheet.write_number(at, column, amount(value), style)
            style = book.format(num_format=MONEY, bg_color=BAND, **strong)
            for column, count in ((to_date, elapsed), (year, len(values))):
                made = f"=SUM(B{at + 1}:{column_letters(count)}{at + 1})"
                if column == to_date or block != VARIANCE:
                    sheet.write_formula(at, column, made, style, amount(sum(values[:count], ZERO)))
        row += len(lines) + 2
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, year, 14.5)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.repeat_columns(0)
    sheet.print_area(0, 0, row - 2, year)
    return sheet
