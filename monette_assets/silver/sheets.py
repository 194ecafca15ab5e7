"""How silver reads people's sheets: every version of every file, its rows and its refusals.

What the group contract and the companies' charts know is looked up here: companies, locations and accounts by the ways
people write them. What nobody knows is refused with the valid choices, the nearest first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monette_assets.group.problems import one_of
from monette_assets.sources.landing.cells import CellError, Value, blank
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.recognition import Header, plain, recognise
from monette_assets.sources.landing.workbooks import Sheet, column_letters, read_workbook
from monette_assets.tables import Contract
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.group import Group

FILE_COLUMNS = ("file_name", "version", "content_hash", "received_at", "modified_at", "content")
RAW_CHARACTERS = 500
READABLE = "Every sheet was readable and everything in it known; what was not is in quarantine."
CLOSE = 0.85  # a name so near to another may be that one, misspelt
MIN_TRUNCATED_NAME = 20  # Excel cuts tab names at 31 characters
_NUMBER_AND_NAME = re.compile(r"(\d[\w.]*)\s*(?:[-\u2013\u2014:\u00b7]\s*|\s+)(\S.*)")


@dataclass(frozen=True)
class File:
    """A version of a file."""

    name: str
    version: int
    content_hash: str
    received_at: datetime
    modified_at: datetime
    content: bytes

    def where(self, place: str) -> str:
        """A place in this version: budget.xlsx (version 2): Harrow North!D7."""
        return f"{self.name} (version {self.version}): {place}"

    @property
    def columns(self) -> dict[str, Any]:
        """What every row of it says of where it comes from."""
        return {
            "file_name": self.name,
            "file_version": self.version,
            "file_hash": self.content_hash,
            "received_at": self.received_at,
        }


@dataclass(frozen=True)
class Refusal:
    """What is refused, why and where, with as much of its unit as is known."""

    reason: str
    where: str
    company: str | None = None
    period: date | None = None
    amount: Decimal | None = None
    raw: str | None = None
    whole: bool = False  # more than a row: a tab, or everything that stands and falls with it
    amounts: int = 0  # how many amounts are withheld by it
    unit: tuple[str, int] | None = None  # company and fiscal year


@dataclass
class Parsed:
    """A file's rows and refusals; `seen` counts its amounts: rows + withheld (ACCOUNTING 7)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    seen: int = 0


Parser = Callable[["Vocabulary", Sequence[File]], Parsed]


@dataclass(frozen=True)
class Account:
    """An account of a company and the group accounts it belongs to, each for a window of months."""

    number: str | None
    name: str
    windows: tuple[tuple[date, date, str], ...]

    def group_account(self, period: date) -> str | None:
        """The group account in a month."""
        return next((code for first, end, code in self.windows if first <= period < end), None)


@dataclass(frozen=True)
class Vocabulary:
    """What may stand in a sheet. `charts`: company -> (number, full name) of its accounts, where they are known."""

    group: Group
    charts: Mapping[str, Sequence[tuple[str | None, str]]] = field(default_factory=dict)

    def company(self, value: Value) -> str:
        """A company's code from its code or name. Raises CellError with the choices."""
        written = " ".join(value.split()).casefold() if isinstance(value, str) else ""
        if written in self._companies:
            return self._companies[written]
        cut = [code for name, code in self._companies.items() if name.startswith(written)]
        if len(written) >= MIN_TRUNCATED_NAME and len(set(cut)) == 1:
            return cut[0]
        raise CellError(
            f"expected a company, {one_of((each.name for each in self.group.companies), value)} or its code, "
            f"found {str(value)[:80]!r}"
        )

    def location(self, company: str, value: Value, period: date | None = None) -> str:
        """The standard name of a location; blank: the company's own. Raises CellError with the choices."""
        known = self._locations[company]
        if blank(value):
            own = self.group.company(company).location
            if own is None:
                raise CellError(f"expected a location, {one_of(known.choices)}: {company} has none of its own")
            value = own
        written = " ".join(value.split()).casefold() if isinstance(value, str) else ""
        for name, first, end in known.spellings.get(written, ()):
            if period is None or first <= period < end:
                return name
        raise CellError(f"expected a location, {one_of(known.choices, value)}, found {str(value)[:80]!r}")

    def like_a_location(self, company: str, name: str) -> bool:
        """Whether a name reads like one of a location, misspelt."""
        known = self._locations[company]
        near = [*known.spellings, *(each.casefold() for each in known.choices)]
        return bool(get_close_matches(plain(name), near, n=1))

    def like_an_account(self, company: str, name: str) -> bool:
        """Whether a name is one of the company's accounts, or so near to one that it may be that one, misspelt."""
        return bool(get_close_matches(plain(name), self._accounts[company].by_name, n=1, cutoff=CLOSE))

    def account(self, company: str, number: str | None, name: str | None) -> Account:
        """The account of that number, else of that name (full, or its last part). Raises CellError with the choices."""
        chart = self._accounts[company]
        if number is not None:
            if number in chart.by_number:
                return chart.by_number[number]
            split = _NUMBER_AND_NAME.fullmatch(number)
            if split and split[1] in chart.by_number:
                return chart.by_number[split[1]]
            name = name if name and not split and number[:1].isdigit() else number
            if number[:1].isdigit():
                raise CellError(
                    f"expected an account of {company} that the mapping knows, "
                    f"{one_of(chart.by_number, number)}, found {number[:80]!r}"
                )
        named = chart.by_name.get(" ".join((name or "").split()).casefold(), [])
        if len(named) == 1:
            return named[0]
        if named:
            several = ", ".join(account.number or account.name for account in named)
            raise CellError(f"expected one account, found {len(named)} named {name!r}: {several}; give the number")
        raise CellError(
            f"expected an account of {company} that the mapping knows, "
            f"{one_of((a.name for named in chart.by_name.values() for a in named), name)}, found {str(name)[:80]!r}"
        )

    def fiscal_year(self, company: str, period: date) -> int:
        """The company's fiscal year of a month."""
        return self.group.fiscal_year(company, period)

    @cached_property
    def profit_types(self) -> dict[str, str | None]:
        """The profit type of every group account; None on the balance sheet."""
        return {row["group_account"]: row["profit_type"] for row in self.group.chart_rows()}

    @cached_property
    def titles(self) -> dict[str, frozenset[str]]:
        """By company, what parts of its statement are called, plainly: itself, pillars, accounts of group and own."""
        chart = [row[name] for row in self.group.chart_rows() for name in ("name", "profit_type", "classification")]
        of_group = {plain(name) for name in [*chart, *(pillar.name for pillar in self.group.pillars)]}
        return {
            each.code: frozenset(
                of_group
                | {each.code, plain(each.name)}
                | {plain(part) for name in self._accounts[each.code].by_name for part in (name, *name.split(":"))}
            )
            for each in self.group.companies
        }

    @cached_property
    def _companies(self) -> dict[str, str]:
        names = {" ".join(each.name.split()).casefold(): each.code for each in self.group.companies}
        return {**names, **{each.code: each.code for each in self.group.companies}}

    @cached_property
    def _locations(self) -> dict[str, _Locations]:
        found: dict[str, dict[str, list[tuple[str, date, date]]]] = {c.code: {} for c in self.group.companies}
        for row in self.group.location_rows():
            spelling = " ".join(row["raw_name"].split()).casefold()
            found[row["company"]].setdefault(spelling, []).append(
                (row["location"], row["from_period"], row["to_period"])
            )
        every = [location.name for location in self.group.locations]
        return {company: _Locations(spellings, every) for company, spellings in found.items()}

    @cached_property
    def _accounts(self) -> dict[str, _Accounts]:
        return _charts(self.group, self.charts)


@dataclass(frozen=True)
class _Locations:
    spellings: Mapping[str, Sequence[tuple[str, date, date]]]
    choices: Sequence[str]


@dataclass(frozen=True)
class _Accounts:
    by_number: Mapping[str, Account]
    by_name: Mapping[str, list[Account]]
    unnumbered: Sequence[Account]


def _charts(group: Group, charts: Mapping[str, Sequence[tuple[str | None, str]]]) -> dict[str, _Accounts]:
    numbered: dict[str, dict[str, list[tuple[date, date, str]]]] = defaultdict(lambda: defaultdict(list))
    named: dict[str, dict[str, list[tuple[date, date, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in group.account_mapping_rows():
        window = (row["from_period"], row["to_period"], row["group_account"])
        if row["account_number"] is not None:
            numbered[row["company"]][row["account_number"]].append(window)
        else:
            named[row["company"]][row["account_name"]].append(window)
    found = {}
    for company in (each.code for each in group.companies):
        chart = charts.get(company, ())
        names = {number: name for number, name in chart if number}
        by_number = {
            number: Account(number, names.get(number, ""), tuple(windows))
            for number, windows in numbered[company].items()
        }
        unnumbered = [Account(None, name, tuple(windows)) for name, windows in named[company].items()]
        by_name: dict[str, list[Account]] = defaultdict(list)
        for account in [*(a for a in by_number.values() if a.number in names), *unnumbered]:
            for name in dict.fromkeys((account.name, account.name.rpartition(":")[2])):
                by_name[" ".join(name.split()).casefold()].append(account)
        found[company] = _Accounts(by_number, dict(by_name), unnumbered)
    return found


def vocabulary(group: Group, accounts: DataFrame | None = None) -> Vocabulary:
    """What the contract, and the companies' charts, know."""
    charts: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
    if accounts is not None:
        for row in accounts.select("company", "account_number", "account_name").collect():
            charts[row["company"]].append((row["account_number"], row["account_name"]))
    return Vocabulary(group, dict(charts))


def hidden_or_merged(sheet: Sheet, row: int, columns: Iterable[int]) -> str | None:
    """Why a data row is not what it looks like; None where it is."""
    if row in sheet.hidden_rows:
        return "expected rows that can be seen, found a hidden one: unhide or delete it"
    merge = sheet.merge_in_row(row)
    if merge is not None and any(merge.first_column <= column <= merge.last_column for column in columns):
        return f"expected single cells, found {merge.reference} merged: unmerge them and fill in each"
    return None


def hidden_column(sheet: Sheet, columns: Iterable[int]) -> None:
    """Raises CellError where a tab, or one of its columns that are read, cannot be seen."""
    if sheet.hidden:
        raise CellError("expected tabs that can be seen, found a hidden one: unhide or delete it")
    hidden = sorted(set(columns) & sheet.hidden_columns)
    if hidden:
        letters = column_letters(hidden[0])
        raise CellError(f"expected columns that can be seen, found {letters} hidden: unhide or delete it")


def raw_of(row: Sequence[Value]) -> str:
    """A row as it stands, cut to a bounded size."""
    return repr([value for value in row if not blank(value)])[:RAW_CHARACTERS]


def in_order(files: Iterable[File]) -> list[File]:
    """Files as they came, the last one to count last. One look takes in several: those as they were last written."""
    return sorted(files, key=lambda file: (file.received_at, file.modified_at, file.name, file.version))


def parse_files(files: DataFrame, kind: str, words: Vocabulary, contract: Contract, parser: Parser) -> DataFrame:
    """Parse every version of the files of a kind into the contract's columns and those of a refusal.

    In one place: which version of a sheet counts is decided between files. They are what people type and drop, some
    dozens a year of some hundred rows, none above `landing.folder.MAX_FILE_BYTES`: a partition holds them all.
    """
    from pyspark.sql import functions as F

    schema = staging_schema(contract)

    def parse_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        found = parser(words, [File(*(row[name] for name in FILE_COLUMNS)) for b in batches for row in b.to_pylist()])
        staged = pa.Table.from_pylist([*_staged(found)], schema=schema)
        yield from staged.to_batches(max_chunksize=65_536)

    chosen = files.where(F.col("kind") == kind).select(*FILE_COLUMNS)
    return chosen.repartition(1).mapInArrow(parse_batches, staging_ddl(contract))


def _staged(parsed: Parsed) -> Iterator[dict[str, Any]]:
    for row in parsed.rows:
        yield {**row, "_kind": "row"}
    for refusal in parsed.refusals:
        yield {
            "company": refusal.company,
            "period": refusal.period,
            "_kind": "refused",
            "_reason": refusal.reason,
            "_path": refusal.where,
            "_whole": refusal.whole,
            "_amount": refusal.amount,
            "_raw": refusal.raw,
        }


@dataclass
class Listed:
    """A file of rows below one header, each row part of a unit that is taken whole or refused whole."""

    file: File
    units: dict[tuple[Any, ...], list[dict[str, Any]]] = field(default_factory=dict)
    broken: dict[tuple[Any, ...] | None, list[Refusal]] = field(default_factory=dict)  # None: unit unknown
    seen: int = 0

    def refuse(self, reason: str, place: str, unit: tuple[Any, ...] | None = None, **more: Any) -> None:
        """Refuse a row, or a tab, of a unit where it is known."""
        self.broken.setdefault(unit, []).append(Refusal(reason, self.file.where(place), **more))


def read_list(file: File, kind: str, required: Sequence[str], row_of: Callable[..., Any]) -> Listed:
    """Read a file of lists: `row_of(cells, sheet)` gives a row's unit and columns, or raises `RowError`, CellError.

    `cells` are the row's values by field. Never raises on what stands in the file.
    """
    listed = Listed(file)
    try:
        found = recognise(read_workbook(file.content))
    except Unreadable as error:
        listed.refuse(str(error), "the file", whole=True)
        return listed
    for sheet, header in found.sheets:
        try:
            _check_columns(header, kind, required)
            hidden_column(sheet, header.columns.values())
        except CellError as error:
            listed.refuse(str(error), sheet.name, whole=True)
            continue
        for number in range(header.row + 1, len(sheet.rows) + 1):
            _read_row(listed, sheet, header, number, row_of)
    return listed


def _check_columns(header: Header, kind: str, required: Sequence[str]) -> None:
    missing = [name.replace("_", " ") for name in required if name not in header.columns]
    if header.kind != kind or missing:
        wanted = ", ".join(name.replace("_", " ") for name in required)
        raise CellError(f"expected the columns {wanted}, found none for {', '.join(missing) or header.kind}")


def _read_row(listed: Listed, sheet: Sheet, header: Header, number: int, row_of: Callable[..., Any]) -> None:
    values = sheet.rows[number - 1]
    found = {name: values[column - 1] for name, column in header.columns.items() if column <= len(values)}
    if all(blank(value) for value in found.values()):
        return
    listed.seen += 1
    place = f"{sheet.name}, row {number}"
    try:
        unit, columns = row_of(found, sheet)
    except CellError as error:
        unit = error.unit if isinstance(error, RowError) else None
        listed.refuse(str(error), place, unit, raw=raw_of(values), amounts=1)
        return
    if problem := hidden_or_merged(sheet, number, header.columns.values()):
        listed.refuse(problem, place, unit, raw=raw_of(values), amounts=1)
        return
    row = {**columns, **listed.file.columns, "sheet": sheet.name, "row_number": number}
    listed.units.setdefault(unit, []).append(row)


class RowError(CellError):
    """A row that is refused, and the unit that is refused with it."""

    def __init__(self, message: str, unit: tuple[Any, ...] | None) -> None:
        super().__init__(message)
        self.unit = unit


def current(files: Sequence[Listed], *, of_one_file: bool = False) -> Parsed:
    """The rows that count, of files `in_order`.

    A new version of a file name replaces the version before wholly; a unit that is refused in it stands as it was.
    Where files of different names speak of one unit, the later one counts; `of_one_file`: the first does, and another
    that says something else is refused.
    """
    by_name: dict[str, dict[tuple[Any, ...], _Said]] = {}
    refusals: dict[str, list[tuple[tuple[Any, ...] | None, Refusal]]] = {}
    last: dict[str, int] = {}
    for at, listed in enumerate(files):
        name = listed.file.name
        before = by_name.get(name, {})
        good = {
            unit: _Said(listed.file, rows, at, before[unit].since if unit in before else at)
            for unit, rows in listed.units.items()
            if unit not in listed.broken
        }
        kept = {unit: said for unit, said in before.items() if unit in listed.broken or None in listed.broken}
        by_name[name] = kept | good  # what is refused without its unit may be part of any
        told = [(unit, refusal) for unit, found in listed.broken.items() for refusal in found]
        for unit, rows in listed.units.items():
            if unit in listed.broken:
                why = f"the other {len(rows)} row(s) of {_named(unit)} wait until the rest is put right"
                place = _Said(listed.file, rows, at, at).where
                told.append((unit, Refusal(why, place, whole=True, amounts=len(rows))))
        refusals[name], last[name] = told, at
    said_of: dict[tuple[Any, ...], list[_Said]] = defaultdict(list)
    for units in by_name.values():
        for unit, said in units.items():
            said_of[unit].append(said)
    if of_one_file:
        counting = {unit: min(said, key=lambda each: each.since) for unit, said in said_of.items()}
        refused = [refusal for told in refusals.values() for _, refusal in told]
        refused += [
            _another(unit, each, counting[unit])
            for unit, said in said_of.items()
            for each in said
            if each.content != counting[unit].content
        ]
    else:
        counting = {unit: max(said, key=lambda each: each.at) for unit, said in said_of.items()}
        refused = [
            refusal
            for name, told in refusals.items()
            for unit, refusal in told
            if not (unit in counting and counting[unit].at > last[name])  # put right in a later file
        ]
    rows = [row for said in counting.values() for row in said.rows]
    return Parsed(rows, refused, sum(listed.seen for listed in files))


@dataclass(frozen=True)
class _Said:
    """What a file says of a unit: which one in order it is, and since which one its name has spoken of the unit."""

    file: File
    rows: list[dict[str, Any]]
    at: int
    since: int

    @property
    def where(self) -> str:
        return self.file.where(f"{self.rows[0]['sheet']}, row {self.rows[0]['row_number']}")

    @property
    def content(self) -> list[dict[str, Any]]:
        """The rows without where they stand."""
        places = {*self.file.columns, "sheet", "row_number"}
        return [{name: value for name, value in row.items() if name not in places} for row in self.rows]


def _another(unit: tuple[Any, ...], said: _Said, first: _Said) -> Refusal:
    """Two files say different things under one name."""
    return Refusal(
        f"expected {_named(unit)} in one file, found another in {first.where}, which came first and stands: "
        f"number this one anew or, if it corrects the other, save it as {first.file.name}",
        said.where,
        period=said.rows[0]["period"],
        raw=repr(said.content)[:RAW_CHARACTERS],
        whole=True,
        amounts=len(said.rows),
    )


def _named(unit: tuple[Any, ...]) -> str:
    return " ".join(map(_plain, unit))


def _plain(value: Any) -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)
