"""The sheets a finance office would drop into the landing folder: budgets in three layouts, adjustments, head counts.

Real .xlsx workbooks, the same bytes for the same seed and contract, whatever the day; only that the head counts of the
months after the budgeted years come month by month, once one is over.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from monette_assets.group import Company, Group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.simulator.budgets import BUDGET_RATES, FISCAL_YEARS, ROUND_TO, Line, budget_lines, year_months
from monette_assets.simulator.profiles import uses_of

REVISED_RATE = 1.37
WRITTEN = datetime(2024, 10, 15)  # noqa: DTZ001 what the workbooks say of themselves


def write_sheets(group: Group, folder: Path, *, seed: int = 2024, today: date | None = None) -> list[Path]:
    """Write the sheets that are not there yet; returns those written. A file somebody changed is left as it is.

    `today`: with the head counts of every month that is over by then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in sheets(group, seed=seed, today=today):
        path, rejected = folder / name, folder / "rejected" / name
        if not path.exists() and not rejected.exists():
            path.write_bytes(content)
            written.append(path)
    return written


def sheets(group: Group, *, seed: int = 2024, today: date | None = None) -> Iterator[tuple[str, bytes]]:
    """File name and content of every sheet."""
    for year in FISCAL_YEARS:
        budgets = {
            company.code: lines
            for company in group.companies
            if (lines := budget_lines(group, company, year, seed=seed))
        }
        tabs = [each for each in group.companies if each.code in budgets and each.home_currency == group.currency]
        foreign = [each for each in group.companies if each.code in budgets and each not in tabs]
        for company in tabs[:1]:  # the largest sends a workbook of its own, a tab for each location
            yield f"{company.name} budget FY{year}.xlsx", _by_location(group, company, year, budgets[company.code])
        if tabs[1:]:
            yield f"Budget FY{year} Canada.xlsx", _by_company(group, tabs[1:], year, budgets)
        if foreign:
            yield f"US budgets FY{year}.xlsx", _long_list(group, foreign, year, budgets)
            if year == FISCAL_YEARS[-1]:
                first = foreign[0]
                revised = {first.code: [_raised(line) for line in budgets[first.code]]}
                yield (
                    f"{first.name} budget FY{year} revised.xlsx",
                    _long_list(group, [first], year, revised, REVISED_RATE),
                )
    if entries := list(_adjustments(group)):
        yield "Consolidation adjustments.xlsx", _workbook({"Entries": entries})
    yield from _head_counts(group, seed, today)


def _raised(line: Line) -> Line:
    place, number, name, values = line
    return place, number, name, [value and round(value * 1.04 / ROUND_TO) * ROUND_TO for value in values]


def _by_location(group: Group, company: Company, year: int, lines: Sequence[Line]) -> bytes:
    """A tab for each location, months across, a total at the right and at the bottom; the company on a cover."""
    months = year_months(group, company, year)
    tabs: dict[str, list[list[Any]]] = {
        "Cover": [[f"{company.name}: budget"], ["Company", company.name], ["Fiscal year", year],
                  ["Currency", company.home_currency], ["Prepared by the controller; revenue and cost positive"]],
    }  # fmt: skip
    for place in dict.fromkeys(line[0] for line in lines):
        own = [line for line in lines if line[0] == place]
        rows: list[list[Any]] = [[f"{place}, fiscal year {year}"], []]
        rows.append(["Account", "Name", *months, "Total"])
        rows += [
            [number or None, name, *values, sum(value or 0 for value in values)] for _, number, name, values in own
        ]
        rows.append(["Total costs and revenue", None, *[None] * len(months)])
        tabs[place[:31]] = rows
    return _workbook(tabs)


def _by_company(group: Group, companies: Sequence[Company], year: int, budgets: dict[str, list[Line]]) -> bytes:
    """A tab for each company, blocks of locations, months written out."""
    tabs: dict[str, list[list[Any]]] = {}
    for company in companies:
        months = [f"{period:%b %Y}" for period in year_months(group, company, year)]
        rows: list[list[Any]] = [["Fiscal year", f"FY{year}"], ["Account", "Name", *months]]
        for place in dict.fromkeys(line[0] for line in budgets[company.code]):
            rows += [[], [f"Location: {place}"] if place else ["All of it"]]
            rows += [
                [number or None, name, *values] for at, number, name, values in budgets[company.code] if at == place
            ]
        tabs[company.code] = rows
    return _workbook(tabs)


def _long_list(
    group: Group, companies: Sequence[Company], year: int, budgets: dict[str, list[Line]], rate: float | None = None
) -> bytes:
    """One list of everything, a row an amount, with the rate it is budgeted at."""
    rows: list[list[Any]] = [["Budget rate", rate or BUDGET_RATES[year]],
                             ["Company", "Location", "Account", "Account name", "Month", "Amount"]]  # fmt: skip
    for company in companies:
        months = year_months(group, company, year)
        for place, number, name, values in budgets[company.code]:
            rows += [
                [company.name, place or None, int(number) if number else None, name, period, value]
                for period, value in zip(months, values, strict=True)
                if value
            ]
    return _workbook({"Budget": rows})


def _adjustments(group: Group) -> Iterator[list[Any]]:
    """Two entries at the end of the first year: an audit adjustment of one company, a reclassification of the group."""
    codes = {account.code for account in group.chart}
    wanted = {"professional_fees", "payables", "prepaid", "insurance"}
    if not wanted <= codes:
        return
    period = add_months(group.first_period, 11)
    company = group.companies[0].name
    yield ["Period", "Entry", "Company", "Group account", "Amount CAD", "Description", "Author", "Approver"]
    for entry, whose, debit, credit, amount, why in (
        ("ADJ-1", company, "professional_fees", "payables", 18_500, "Audit fee not yet invoiced"),
        ("ADJ-2", None, "prepaid", "insurance", 42_000, "Premiums paid for the next year"),
    ):
        for account, signed in ((debit, amount), (credit, -amount)):
            yield [period, entry, whose, account, signed, why, "I. Halvorsen", "M. Okafor"]


def _head_counts(group: Group, seed: int, today: date | None) -> Iterator[tuple[str, bytes]]:
    """Head by herd of the first location of every company that keeps both herds: the budgeted years, later months."""
    files: dict[str, list[list[Any]]] = {}
    for company in group.companies:
        herds = {"cow_calf", "feedlot"} & set(uses_of(group, company))
        budgeted = [period for year in FISCAL_YEARS for period in year_months(group, company, year)]
        if len(herds) < 2 or not company.location or not budgeted:
            continue
        random = Random(f"{seed}/herds/{company.code}")
        cows = random.randint(900, 1400)
        over = add_months(today.replace(day=1), -1) if today else budgeted[-1]
        for period in [*budgeted, *months_between(add_months(budgeted[-1], 1), over)]:
            calves = round(cows * (0.85 if period.month in (5, 6, 7, 8, 9) else 0.2))
            fed = random.randint(350, 800)
            if company.is_active(period):
                name = "Head counts.xlsx" if period in budgeted else f"Head counts {period:%Y-%m}.xlsx"
                files.setdefault(name, [["Period", "Company", "Location", "Herd", "Head"]]).extend(
                    [period, company.name, company.location, herd, head]
                    for herd, head in (("Cow/Calf", cows + calves), ("Feedlot", fed))
                )
    for name, rows in files.items():
        yield name, _workbook({"Head counts": rows})


def _workbook(tabs: dict[str, list[list[Any]]]) -> bytes:
    import xlsxwriter

    saved = io.BytesIO()
    book = xlsxwriter.Workbook(saved, {"in_memory": True})
    book.set_properties({"created": WRITTEN, "author": "Finance"})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "mmm yyyy"})
    for name, rows in tabs.items():
        tab = book.add_worksheet(name)
        tab.set_column(0, 1, 26)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    tab.write_datetime(number, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                elif isinstance(value, str):
                    tab.write_string(number, column, value, bold if column == 0 and not value.isdigit() else None)
                elif value is not None:
                    tab.write_number(number, column, value)
    book.close()
    return saved.getvalue()
