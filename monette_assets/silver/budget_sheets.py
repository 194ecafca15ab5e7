"""How a budget sheet is read: months across, with a tab, a column or blocks for locations; or one long list.

The unit of trust is one company's fiscal year in one version of a file: it is whole or it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from monette_assets.silver.sheets import (
    Account,
    File,
    Parsed,
    Refusal,
    Vocabulary,
    hidden_column,
    hidden_or_merged,
    raw_of,
)
from monette_assets.sources.landing import cells
from monette_assets.sources.landing.cells import CellError, Value, blank
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.recognition import Header, plain, recognise
from monette_assets.sources.landing.workbooks import Sheet, read_workbook

TOTALS = ("total", "subtotal", "sub-total", "grand total", "gross margin", "contribution margin", "ebitda", "net ")
# Headings that begin no location, beside the names of the contract and of the company's chart.
SECTIONS = (
    "revenue", "revenues", "operating revenue", "income", "sales", "cost", "costs", "cost of sales", "direct costs",
    "other costs", "expense", "expenses", "direct expenses", "operating expenses", "overhead", "overheads", "notes",
    "assumptions",
)  # fmt: skip
LABELS = ("section", "note", "notes")  # "Section: Crop inputs" is one, whatever follows
PLACES = ("location", "farm", "ranch")
ROUNDING = Decimal("0.06")  # a printed total of twelve unrounded months

Unit = tuple[str, int]  # company, fiscal year


class Key(NamedTuple):
    """What a file may budget once."""

    company: str
    year: int
    location: str
    account_number: str | None
    account_name: str
    period: date


def parse_budget(words: Vocabulary, file: File) -> Parsed:
    """One version of one file. Never raises on what stands in it."""
    reader = _Reader(words, file)
    try:
        found = recognise(read_workbook(file.content))
    except Unreadable as error:
        return Parsed(refusals=[Refusal(str(error), file.where("the file"), whole=True)])
    for sheet, header in found.sheets:
        reader.read(sheet, replace(header, facts={**found.cover, **header.facts}))
    return reader.finished()


@dataclass
class _Problem:
    reason: str
    place: str
    company: str | None = None
    year: int | None = None
    raw: str | None = None
    whole: bool = False
    amounts: int = 0


@dataclass
class _Reader:
    """Reads the tabs of one file, keeping what is wrong beside what is right."""

    words: Vocabulary
    file: File
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[_Problem] = field(default_factory=list)
    seen: int = 0
    places: dict[Key, str] = field(default_factory=dict)

    def read(self, sheet: Sheet, header: Header) -> None:
        """Read one tab with a header."""
        company: str | None = None
        try:
            tab_is_company = False
            if "company" not in header.columns:
                company, tab_is_company = self._company_of(sheet, header)
            hidden_column(sheet, [*header.columns.values(), *header.months])
            self._check_titles(sheet, header)
            location: Value | CellError = self._location_of(sheet, header, company, tab_is_company)
            in_blocks = location is None or (company is not None and self._has_blocks(sheet, header, company))
        except CellError as error:
            self.problems.append(_Problem(str(error), sheet.name, company, self._stated_year(header), whole=True))
            return
        for number in range(header.row + 1, len(sheet.rows) + 1):
            block = self._row(sheet, header, number, company, location, in_blocks=in_blocks)
            location = block if block is not None else location

    def _company_of(self, sheet: Sheet, header: Header) -> tuple[str, bool]:
        if "company" in header.facts:
            value, where = header.facts["company"]
            try:
                return self.words.company(value), False
            except CellError as error:
                raise CellError(f"{where}: {error}") from error
        try:
            return self.words.company(sheet.name), True
        except CellError as error:
            raise CellError(
                f"expected the company: a cell 'Company: ...' above the header, or a tab of its name; {error}"
            ) from error

    def _location_of(self, sheet: Sheet, header: Header, company: str | None, tab_is_company: bool) -> Value:
        """The location of the rows that do not say theirs."""
        if "location" in header.columns or company is None:
            return None
        if "location" in header.facts:
            value, where = header.facts["location"]
            try:
                return self.words.location(company, value)
            except CellError as error:
                raise CellError(f"{where}: {error}") from error
        if tab_is_company or sheet.is_text or self._has_blocks(sheet, header, company):
            return None
        try:
            return self.words.location(company, sheet.name)
        except CellError as error:
            raise CellError(f"expected a tab named after a location (was it renamed?): {error}") from error

    def _has_blocks(self, sheet: Sheet, header: Header, company: str) -> bool:
        for number in range(header.row + 1, len(sheet.rows) + 1) if header.months else ():
            if not self._amounts(sheet, header, number):
                heading = _heading(sheet, header, number)
                if heading is not None and self._block(heading, company, in_blocks=False) is not None:
                    return True
        return False

    def _check_titles(self, sheet: Sheet, header: Header) -> None:
        """A column of numbers under a title nobody knows may be a month misspelt."""
        for column, title in header.others.items():
            for number in range(header.row + 1, len(sheet.rows) + 1):
                if _is_number(_at(sheet, number, column), is_text=sheet.is_text):
                    raise CellError(
                        f"{sheet.where(header.row, column)}: expected a month or a known column above numbers, "
                        f"found {title}"
                    )

    def _stated_year(self, header: Header) -> int | None:
        try:
            return cells.fiscal_year(header.facts["fiscal_year"][0]) if "fiscal_year" in header.facts else None
        except CellError:
            return None

    def _amounts(self, sheet: Sheet, header: Header, number: int) -> list[int]:
        """The columns of a row that hold an amount, whatever it is."""
        columns = [*header.months] if header.months else [header.columns["amount"]]
        return [column for column in columns if not blank(_at(sheet, number, column))]

    def _block(self, heading: str, company: str, *, in_blocks: bool) -> str | CellError | None:
        """The location that a heading begins; None where it begins none; the error of one that nobody knows.

        A tab that is not in blocks is a location's own: there only what reads like another location is an error.
        """
        label, _, rest = (part.strip() for part in heading.partition(":"))
        if label.casefold() in LABELS:
            return None
        stated = label.casefold() in PLACES
        try:
            return self.words.location(company, rest if stated and rest else heading)
        except CellError as error:
            if not stated:
                if self._is_section(heading, company):
                    return None
                if not in_blocks and not self.words.like_a_location(company, heading):
                    return None
            return error

    def _is_section(self, heading: str, company: str) -> bool:
        """Whether a heading is a title among a location's rows: a section, a total, an account without amounts."""
        written = plain(heading)
        if written in SECTIONS or written.startswith(TOTALS) or written in self.words.titles[company]:
            return True
        try:
            self.words.account(company, heading, None)
        except CellError:  # an account nobody knows, but nothing is budgeted for it
            return written[:1].isdigit() and not self.words.like_a_location(company, heading)
        return True

    def _row(
        self,
        sheet: Sheet,
        header: Header,
        number: int,
        company: str | None,
        location: Value | CellError,
        *,
        in_blocks: bool,
    ) -> str | CellError | None:
        """Read one row below the header; returns the location it begins, if it is such a heading."""
        if all(blank(value) for value in sheet.rows[number - 1]):
            return None
        columns = self._amounts(sheet, header, number)
        if header.months and not columns:
            return self._begun(sheet, header, number, company, in_blocks=in_blocks)
        if header.months and self._is_total(sheet, header, number, company):
            return None
        amounts = max(len(columns), 1)
        self.seen += amounts
        try:
            company = company or self.words.company(_at(sheet, number, header.columns["company"]))
        except CellError as error:
            self._refuse(str(error), sheet, number, None, None, amounts)
            return None
        own = _at(sheet, number, header.columns["location"]) if "location" in header.columns else location
        try:
            if isinstance(own, CellError):
                raise own
            problem = hidden_or_merged(sheet, number, [*header.columns.values(), *columns])
            found = [] if problem else self._keyed(sheet, header, number, columns, company, own)
        except CellError as error:
            problem, found = str(error), []
        if problem:
            self._refuse(problem, sheet, number, company, self._year_of(sheet, header, number, company), amounts)
            return None
        facts = self._facts(sheet, header, number, company)
        for key, place, value in found:
            self.places[key] = place
            self.rows.append(self._budget_row(sheet, number, key, value, facts.get("budget_rate")))
        return None

    def _begun(
        self, sheet: Sheet, header: Header, number: int, company: str | None, *, in_blocks: bool
    ) -> str | CellError | None:
        """The location that a row without amounts begins, or why nobody can say which: nothing below it is booked."""
        heading = _heading(sheet, header, number)
        if heading is None or "location" in header.columns:
            return None
        begun = self._block(heading, company, in_blocks=in_blocks) if company else self._of_no_company(heading)
        if isinstance(begun, CellError):
            return CellError(
                f"below the heading {heading[:80]!r} of row {number}: {begun}; a title that begins no location is "
                "written 'Section: ...' or 'Note: ...'"
            )
        return begun

    def _of_no_company(self, heading: str) -> CellError | None:
        """Where each row says its company, no heading can say its location."""
        label, _, _ = heading.partition(":")
        companies = self.words.group.companies
        if any(plain(heading) in (each.code, plain(each.name)) for each in companies):
            return None  # a company's row without amounts
        if plain(label) in PLACES or any(self.words.like_a_location(each.code, heading) for each in companies):
            return CellError("expected a column Location beside the column Company, found a heading")
        return None

    def _is_total(self, sheet: Sheet, header: Header, number: int, company: str | None) -> bool:
        """Whether a row is a total: its first name says so, and no account is called that or nearly that."""
        name = next((value for value in _named(sheet, header, number) if not blank(value)), None)
        if not isinstance(name, str) or not name.strip().casefold().startswith(TOTALS):
            return False
        if company is None:
            written = _at(sheet, number, header.columns["company"])
            if blank(written):
                return True
            try:
                company = self.words.company(written)
            except CellError:
                return False
        return not self.words.like_an_account(company, name)

    def _year_of(self, sheet: Sheet, header: Header, number: int, company: str) -> int | None:
        """The fiscal year a bad row belongs to, as far as it says."""
        stated = self._stated_year(header)
        if stated is not None:
            return stated
        years = set()
        for column in header.months or [header.columns["amount"]]:
            try:
                years.add(self.words.fiscal_year(company, self._period(sheet, header, number, column, company)))
            except CellError:
                return None
        return years.pop() if len(years) == 1 else None

    def _keyed(
        self, sheet: Sheet, header: Header, number: int, columns: list[int], company: str, location: Value
    ) -> list[tuple[Key, str, Decimal]]:
        """What the row budgets: key, place and amount of each of its cells. Raises CellError."""
        stated = self._facts(sheet, header, number, company).get("fiscal_year")
        account = self.words.account(company, *_account_cells(sheet, header, number))
        name = account.name or _name(sheet, header, number)
        found: list[tuple[Key, str, Decimal]] = []
        for column in columns or [header.columns["amount"]]:
            place = sheet.where(number, column)
            try:
                period = self._period(sheet, header, number, column, company)
                value = cells.amount(_at(sheet, number, column), is_text=sheet.is_text)
                year = self.words.fiscal_year(company, period)
                _check_year(year, stated, period)
                self._check_account(account, period)
            except CellError as error:
                raise CellError(f"{place}: {error}") from error
            key = Key(company, year, self.words.location(company, location, period), account.number, name, period)
            other = self.places.get(key) or next((at for known, at, _ in found if known == key), None)
            if other is not None:
                raise CellError(
                    f"{place}: expected one amount for {account.number or name}, {key.location}, {period:%Y-%m}, found "
                    f"another in {other}"
                )
            found.append((key, place, value))
        self._check_total(sheet, header, number, [value for _, _, value in found])
        return found

    def _check_account(self, account: Account, period: date) -> None:
        group_account, what = account.group_account(period), account.number or account.name
        if group_account is None:
            raise CellError(f"expected an account mapped in {period:%Y-%m}, found {what}")
        if self.words.profit_types[group_account] is None:
            raise CellError(
                f"expected an income or expense account, found {what} ({group_account}), which is on the balance sheet"
            )

    def _budget_row(
        self, sheet: Sheet, number: int, key: Key, value: Decimal, budget_rate: Decimal | None
    ) -> dict[str, Any]:
        return {
            "company": key.company,
            "fiscal_year": key.year,
            "location": key.location,
            "account_number": key.account_number,
            "account_name": key.account_name,
            "period": key.period,
            "currency": self.words.group.company(key.company).home_currency,
            "amount": value,
            "budget_rate": budget_rate,
            **self.file.columns,
            "sheet": sheet.name,
            "row_number": number,
        }

    def _facts(self, sheet: Sheet, header: Header, number: int, company: str) -> dict[str, Any]:
        """Fiscal year, currency and budget rate of a row: its own, else what stands above. Raises CellError."""
        stated: dict[str, Value] = {name: value for name, (value, _) in header.facts.items()}
        for name in ("fiscal_year", "currency", "budget_rate"):
            if name in header.columns and not blank(own := _at(sheet, number, header.columns[name])):
                stated[name] = own
        home = self.words.group.company(company).home_currency
        facts: dict[str, Any] = {}
        if "fiscal_year" in stated:
            facts["fiscal_year"] = cells.fiscal_year(stated["fiscal_year"])
        if "currency" in stated:
            found = cells.text(stated["currency"], "a currency").upper()
            if found != home:
                raise CellError(f"expected {home}, the currency of {company}, found {found[:20]}")
        if "budget_rate" in stated and home != self.words.group.currency:
            facts["budget_rate"] = cells.rate(stated["budget_rate"], is_text=isinstance(stated["budget_rate"], str))
        return facts

    def _period(self, sheet: Sheet, header: Header, number: int, column: int, company: str) -> date:
        """The month of an amount. Raises CellError."""
        if header.months:
            return self._month(header, column, company)
        return cells.month(_at(sheet, number, header.columns["month"]))

    def _month(self, header: Header, column: int, company: str) -> date:
        year, position = header.months[column]
        if year is not None:
            return date(year, position, 1)
        stated = self._stated_year(header)
        if stated is None:
            raise CellError("expected months with their year, such as Nov 2024, or a cell 'Fiscal year: 2025' above")
        for each in (stated - 1, stated):
            if self.words.fiscal_year(company, date(each, position, 1)) == stated:
                return date(each, position, 1)
        raise CellError(f"expected a month of fiscal year {stated}, found month {position}")

    def _check_total(self, sheet: Sheet, header: Header, number: int, amounts: list[Decimal]) -> None:
        column = header.columns.get("total")
        if column is None or not header.months or blank(_at(sheet, number, column)):
            return
        printed = cells.amount(_at(sheet, number, column), is_text=sheet.is_text)
        if abs(printed - sum(amounts, Decimal(0))) > ROUNDING:
            raise CellError(
                f"{sheet.where(number, column)}: expected the months' sum {sum(amounts, Decimal(0))}, found {printed}"
            )

    def _refuse(
        self, reason: str, sheet: Sheet, number: int, company: str | None, year: int | None, amounts: int = 0
    ) -> None:
        raw = raw_of(sheet.rows[number - 1])
        place = f"{sheet.name}, row {number}"
        self.problems.append(_Problem(reason, place, company, year, raw, amounts=amounts))

    def finished(self) -> Parsed:
        """Rows of the units that are whole; every problem, and how many amounts each refused unit holds back."""
        broken: set[Unit] = set()
        for problem in self.problems:
            if problem.company is not None and problem.year is not None:
                broken.add((problem.company, problem.year))
            else:  # no year known: every year of the company in this file; no company known: it may be any of them
                broken |= {
                    (row["company"], row["fiscal_year"])
                    for row in self.rows
                    if problem.company in (None, row["company"])
                }
        refusals = [
            Refusal(
                p.reason, self.file.where(p.place), p.company, raw=p.raw, whole=p.whole, amounts=p.amounts,
                unit=None if p.company is None or p.year is None else (p.company, p.year),
            )
            for p in self.problems
        ]  # fmt: skip
        good = []
        held: dict[Unit, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows:
            unit = (row["company"], row["fiscal_year"])
            if unit in broken:
                held[unit].append(row)
            else:
                good.append(row)
        for (company, year), rows in sorted(held.items()):
            refusals.append(
                Refusal(
                    f"{company} FY{year}: its other {len(rows)} amounts in this file wait until the rest is put right: "
                    "a company's fiscal year is taken whole",
                    self.file.where(", ".join(sorted({row["sheet"] for row in rows}))),
                    company,
                    amount=sum((row["amount"] for row in rows), Decimal(0)),
                    whole=True,
                    amounts=len(rows),
                    unit=(company, year),
                )
            )
        return Parsed(good, refusals, self.seen)


def _at(sheet: Sheet, row: int, column: int) -> Value:
    values = sheet.rows[row - 1]
    return values[column - 1] if column <= len(values) else None


def _is_number(value: Value, *, is_text: bool) -> bool:
    try:
        cells.number(value, is_text=is_text)
    except CellError:
        return False
    return True


def _account_cells(sheet: Sheet, header: Header, number: int) -> tuple[str | None, str | None]:
    """Number and name as the row gives them. Raises CellError."""
    found: list[str | None] = []
    for name, read in (("account", cells.code), ("account_name", cells.text)):
        value = _at(sheet, number, header.columns[name]) if name in header.columns else None
        found.append(None if blank(value) else read(value, "an account"))
    if found == [None, None]:
        raise CellError("expected an account beside an amount, found nothing")
    return found[0], found[1]


def _check_year(year: int, stated: int | None, period: date) -> None:
    if stated is not None and year != stated:
        raise CellError(f"expected months of fiscal year {stated}, found {period:%Y-%m}, which is in {year}")


def _named(sheet: Sheet, header: Header, number: int) -> list[Value]:
    columns = [header.columns[name] for name in ("account", "account_name") if name in header.columns]
    return [_at(sheet, number, column) for column in columns]


def _heading(sheet: Sheet, header: Header, number: int) -> str | None:
    """The text where names stand, not right of the months: 'North Home', 'Location: North Home' in one cell or two."""
    named = {header.columns[name] for name in ("account", "account_name") if name in header.columns}
    found = [
        value
        for column, value in enumerate(sheet.rows[number - 1], 1)
        if not blank(value) and (column < min(header.months) or column in named)
    ]
    if not found or not isinstance(found[0], str):
        return None
    return f"{plain(found[0])}: {found[1]}" if plain(found[0]) in PLACES and len(found) > 1 else found[0]


def _name(sheet: Sheet, header: Header, number: int) -> str:
    """The name as the sheet writes it, where the chart does not know it."""
    names = reversed(_named(sheet, header, number))
    return next((value.strip()[:200] for value in names if isinstance(value, str) and value.strip()), "")
