"""The board pack as an Excel workbook: statements with live totals, and what a reader should know of besides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets.gold.financial_summary import RESULTS
from monette_assets.group.calendar import add_months
from monette_assets.reports.pack.consolidated import TOTAL as CONSOLIDATED
from monette_assets.reports.pack.contents import Pack
from monette_assets.reports.pack.findings import Aging, company_names
from monette_assets.reports.pack.grid import ZERO
from monette_assets.reports.pack.management import TOTAL, Management, Span, favourable
from monette_assets.reports.pack.reconciliation import reconciliation
from monette_assets.reports.pack.sheets import (
    HEADER_ROW,
    INK,
    MONEY,
    QUIET,
    RULE,
    Book,
    Compared,
    Tie,
    amount,
    back_link,
    column_letters,
    link,
    write_comparison,
    write_grid,
    write_listing,
)
from monette_assets.reports.statement import Field, Kind, Statement

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

PROFIT_AND_LOSS, TO_DATE, BALANCE_SHEET = "Profit and loss", "Profit and loss to date", "Balance sheet"


def write(pack: Pack, path: Path) -> Path:
    """The workbook of a pack. Raises ReportError where it cannot be written."""
    currency = pack.group.currency
    book = Book(path, f"{pack.title}: {pack.standing.word}, {pack.release.name}")
    cover = book.sheet("Cover", landscape=False)
    unit = f"{currency}, exact; {pack.standing.word}; {pack.release.name}"
    sheets: list[tuple[str, Worksheet]] = []

    def add(what: str, sheet: Worksheet) -> None:
        sheets.append((what, sheet))

    signs = {
        row["group_account"]: 1 if row["classification"] == "Asset" else -1
        for row in pack.group.chart_rows()
        if row["cash_flow"] == "cash"
    }
    cash = tuple((line.key, signs[line.key]) for line in pack.balance_sheet.lines if line.key in signs)
    now, then = f"{pack.month:%b %Y}", f"{add_months(pack.month, -12):%b %Y}"
    results = (
        Compared(now, then, pack.profit_and_loss, PROFIT_AND_LOSS, pack.month_before),
        Compared("Year to date", "Year before", pack.to_date, TO_DATE, pack.to_date_before),
    )
    balances = (Compared(now, then, pack.balance_sheet, BALANCE_SHEET, pack.balance_sheet_before),)
    for pairs, what in ((results, PROFIT_AND_LOSS), (balances, BALANCE_SHEET)):
        title = f"{what}, consolidated, {pack.month:%B %Y} and the year before"
        add(title, write_comparison(book, pairs, CONSOLIDATED, title, f"Group {what.casefold()}", unit))
    for grid, name, tie in (
        (pack.profit_and_loss, PROFIT_AND_LOSS, None),
        (pack.to_date, TO_DATE, None),
        (pack.balance_sheet, BALANCE_SHEET, None),
        (pack.cash_flow, "Cash flow", _tie(pack, "Cash", cash)),
        (pack.changes_in_equity, "Changes in equity", _tie(pack, "Equity", (("Equity", 1),))),
    ):
        if grid is not None:
            add(grid.title, write_grid(book, grid, name, unit, tie))
    if pack.management is not None:
        add("Pillars against budget and last year", _pillars(book, pack, pack.management, unit))
        for span, grid, name in (
            (pack.management.of_month, pack.profit_and_loss, "Reconciliation"),
            (pack.management.to_date, pack.to_date, "Reconciliation to date"),
        ):
            title = f"From management accounts to consolidated: {grid.title}"
            add(title, write_grid(book, reconciliation(pack.management, span, grid, title), name, unit))
    for aging in pack.agings:
        add(aging.title, _aging(book, aging, unit, company_names(pack.group)))
    if pack.tie_out is not None:
        add("Tie-out to QuickBooks", _tie_out(book, pack))
    if pack.differences is not None:
        empty = "No differences between companies."
        add(pack.differences.title, write_listing(book, pack.differences, "Intercompany", unit, empty))
    if pack.restatements is not None:
        empty = "Nothing has changed since a close."
        add(pack.restatements.title, write_listing(book, pack.restatements, "Restatements", unit, empty))
    if pack.waivers is not None:
        add(pack.waivers.title, write_listing(book, pack.waivers, "Waived", unit, "Nothing is waived."))
    if pack.rates is not None:
        add("Exchange rates", write_listing(book, pack.rates, "Rates", unit, "Nothing was translated."))
    _cover(book, cover, pack, sheets)
    back_link(book, [sheet for _, sheet in sheets], cover.get_name())
    cover.activate()
    return book.close()


def _tie(pack: Pack, what: str, lines: tuple[tuple[str, int], ...]) -> Tie:
    """What there is at the end against the balance sheet's lines."""
    return Tie(f"{what} at the end - on the balance sheet", "closing", BALANCE_SHEET, pack.balance_sheet, lines)


def _cover(book: Book, sheet: Worksheet, pack: Pack, sheets: list[tuple[str, Worksheet]]) -> None:
    label, value = book.format(font_color=QUIET, valign="top"), book.format(text_wrap=True, valign="top")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 72)
    sheet.set_row(0, 34)
    book.text(sheet, 0, 0, pack.group.name, book.format(bold=True, font_size=22))
    sheet.set_row(1, 22)
    book.text(sheet, 1, 0, f"Board pack, {pack.month:%B %Y}", book.format(font_size=14, font_color=QUIET))
    facts = [
        ("Standing", pack.standing.sentence),
        ("Close", pack.standing.close),
        ("Tie-out", pack.tie_out.sentence(pack.month) if pack.tie_out else "No tie-out in this release."),
        ("Period", f"{pack.month:%B %Y}; fiscal year {pack.fiscal_year}, from {pack.year_start:%B %Y}"),
        ("Currency", f"{pack.group.currency}, accrual basis, amounts to the cent"),
        ("Read from", f"{pack.release.name}, of {pack.released:%Y-%m-%d %H:%M} ({pack.group.settings.time_zone})"),
        ("Group contract", pack.release.contract_version),
        (
            "Signs",
            "Revenue, cost, assets, liabilities and equity read positive; negative amounts stand in parentheses.",
        ),
    ]
    if pack.missing:
        facts.append(("Not in this release", ", ".join(pack.missing)))
    row = 3
    for name, text in facts:
        book.text(sheet, row, 0, name, label)
        strong = name == "Standing" and not pack.standing.is_final
        book.text(sheet, row, 1, text, book.format(text_wrap=True, valign="top", bold=True) if strong else value)
        sheet.set_row(row, 15 * max(1, -(-len(text) // 76)))
        row += 1
    row += 1
    book.text(sheet, row, 0, "Contents", book.format(bold=True, bottom=1, bottom_color=INK))
    book.text(sheet, row, 1, "", book.format(bottom=1, bottom_color=INK))
    for what, target in sheets:
        row += 1
        link(book, sheet, row, 0, target.get_name(), target.get_name())
        book.text(sheet, row, 1, what, value)
    sheet.print_area(0, 0, row, 1)


def _pillars(book: Book, pack: Pack, management: Management, unit: str) -> Worksheet:
    """One block a pillar: month and year to date, each actual, budget, variance (favourable positive), last year."""
    sheet = book.sheet("Pillars")
    budget = management.has_budget
    note = "" if budget else "; nothing was budgeted for this fiscal year"
    book.heading(
        sheet,
        f"Pillars, {pack.month:%B %Y}",
        f"{unit}; management accounts, before eliminations; favourable variances are positive{note}",
    )
    spans: list[tuple[str, Span]] = [
        (f"{pack.month:%b %Y}", management.of_month),
        (f"Year to {pack.month:%b %Y}", management.to_date),
    ]
    titles = ["Actual", "Budget", "Variance", "Last year"]
    header = book.format(bold=True, align="right", bottom=1, bottom_color=INK)
    top = book.format(bold=True, align="center", font_color=QUIET)
    for block, (title, _) in enumerate(spans):
        sheet.merge_range(HEADER_ROW - 1, 1 + block * 5, HEADER_ROW - 1, 4 + block * 5, "", top)
        book.text(sheet, HEADER_ROW - 1, 1 + block * 5, title, top)
        for offset, name in enumerate(titles):
            book.text(sheet, HEADER_ROW, 1 + block * 5 + offset, name, header)
    book.text(sheet, HEADER_ROW, 0, "", book.format(bottom=1, bottom_color=INK))
    row = HEADER_ROW + 1
    for pillar in (*management.pillars, TOTAL):
        book.text(sheet, row, 0, pillar, book.format(bold=True, font_size=12))
        row += 1
        row = _pillar_block(book, sheet, management, pillar, spans, row) + 1
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 9, 16)
    sheet.set_column(5, 5, 2)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.print_area(0, 0, row - 1, 9)
    return sheet


def _pillar_block(
    book: Book, sheet: Worksheet, management: Management, pillar: str, spans: list[tuple[str, Span]], row: int
) -> int:
    lines = management.lines(pillar)
    row_of = {line: row + index for index, line in enumerate(lines)}
    for line in lines:
        at = row_of[line]
        strong = {"bold": True, "top": 1, "top_color": RULE} if line in RESULTS else {}
        book.text(sheet, at, 0, line, book.format(**strong) if strong else book.format(indent=1))
        style = book.format(num_format=MONEY, **strong)
        for block, (_, span) in enumerate(spans):
            first = 1 + block * 5
            cells = [(first, span, "actual"), (first + 1, span, "budget"), (first + 3, span.year_before, "actual")]
            for column, of, scenario in cells:
                if scenario == "budget" and not management.has_budget:
                    continue
                value = amount(management.amount(pillar, line, of, scenario))
                letters = column_letters(column)
                if line in RESULTS:
                    parts = [(part, sign) for part, sign in RESULTS[line].items() if part in row_of]
                    made = "".join(f"{'+' if sign > 0 else '-'}{letters}{row_of[part] + 1}" for part, sign in parts)
                    sheet.write_formula(at, column, f"={made.removeprefix('+') or '0'}", style, value)
                else:
                    sheet.write_number(at, column, value, style)
            if management.has_budget:
                actual, planned = column_letters(first), column_letters(first + 1)
                left, right = (actual, planned) if favourable(line) > 0 else (planned, actual)
                value = amount(management.variance(pillar, line, span))
                sheet.write_formula(at, first + 2, f"={left}{at + 1}-{right}{at + 1}", style, value)
    return row + len(lines)


def _aging(book: Book, aging: Aging, unit: str, names: Mapping[str, str]) -> Worksheet:
    """By company and bucket with the control accounts below, then the contacts with most overdue."""
    sheet = book.sheet(aging.title)
    book.heading(sheet, aging.title, unit)
    header = book.format(bold=True, align="right", text_wrap=True, bottom=1, bottom_color=INK)
    money, strong = book.format(num_format=MONEY), book.format(num_format=MONEY, bold=True, top=1, top_color=INK)
    book.text(sheet, HEADER_ROW, 0, "Company", book.format(bold=True, bottom=1, bottom_color=INK))
    columns = [*aging.buckets, "Total"]
    for column, title in enumerate(columns, start=1):
        book.text(sheet, HEADER_ROW, column, title, header)
    first, last = HEADER_ROW + 1, HEADER_ROW + len(aging.companies)
    for row, company in enumerate(aging.companies, start=first):
        book.text(sheet, row, 0, names[company], book.format())
        for column, bucket in enumerate(aging.buckets, start=1):
            sheet.write_number(row, column, amount(aging.amounts.get((company, bucket), ZERO)), money)
        made = f"=SUM(B{row + 1}:{column_letters(len(aging.buckets))}{row + 1})"
        sheet.write_formula(row, len(columns), made, money, amount(aging.of_company(company)))
    book.text(sheet, last + 1, 0, "Total", book.format(bold=True, top=1, top_color=INK))
    for column, total_of in enumerate([*aging.buckets, None], start=1):
        letters = column_letters(column)
        value = amount(aging.total(total_of))
        sheet.write_formula(last + 1, column, f"=SUM({letters}{first + 1}:{letters}{last + 1})", strong, value)
    row = last + 4
    if aging.booked is not None:
        check = {"italic": True, "font_color": QUIET}
        letters = column_letters(len(columns))
        book.text(sheet, last + 2, 0, "In the balance sheets", book.format())
        sheet.write_number(last + 2, len(columns), amount(aging.booked), money)
        book.text(sheet, last + 3, 0, "Difference", book.format(**check))
        made = f"=ROUND({letters}{last + 2}-{letters}{last + 3},2)"
        style = book.format(num_format=MONEY, **check)
        sheet.write_formula(last + 3, len(columns), made, style, amount(aging.difference))
        row += 2
    book.text(sheet, row - 1, 0, "Most overdue", book.format(bold=True))
    for column, title in enumerate(("Company", "Contact", "Overdue", "In all")):
        book.text(
            sheet, row, column, title, header if column > 1 else book.format(bold=True, bottom=1, bottom_color=INK)
        )
    for company, contact, overdue, owed in aging.contacts:
        row += 1
        book.text(sheet, row, 0, names[company], book.format())
        book.text(sheet, row, 1, contact, book.format())
        sheet.write_number(row, 2, amount(overdue), money)
        sheet.write_number(row, 3, amount(owed), money)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, len(columns), 16)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.print_area(0, 0, row, len(columns))
    return sheet


def _tie_out(book: Book, pack: Pack) -> Worksheet:
    """Companies x months, then the accounts of this month that differ."""
    tie_out = pack.tie_out
    assert tie_out is not None
    names = ["company", *(f"{month:%Y-%m}" for month in tie_out.months)]
    called = company_names(pack.group)
    rows = [
        {
            "company": called[company],
            **{
                f"{month:%Y-%m}": tie_out.differing.get((company, month))
                for month in tie_out.months
                if (company, month) in tie_out.compared
            },
        }
        for company in tie_out.companies
    ]
    table = Statement(
        "Tie-out to QuickBooks",
        "",
        tuple(
            Field(name, "Company" if name == "company" else name, Kind.COUNT if "-" in name else Kind.TEXT)
            for name in names
        ),
        rows,
        notes=[
            tie_out.sentence(pack.month),
            *(
                f"{row['company']} {row['statement']} account {row['account_id']}: ours {row['ours']}, QuickBooks "
                f"{row['theirs']}, difference {row['difference']}"
                + (f", accepted by {row['accepted_by']}: {row['accepted_because']}" if row.get("accepted_by") else "")
                for row in tie_out.differences[:200]
            ),
        ],
    )
    subtitle = "Accounts that differ from QuickBooks' own reports, by company and month; blank: nothing to compare"
    return write_listing(book, table, "Tie-out", subtitle, "Nothing was compared.")
