"""The lines of the statements: which group accounts stand in each, and with which sign they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Any

from monette_assets.gold.financial_summary import RESULTS
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.group import Group
from monette_assets.reports.balance_sheet import NET_INCOME, SIDES
from monette_assets.reports.released import ReportError

PROFIT_AND_LOSS, BALANCE_SHEET = "profit_and_loss", "balance_sheet"
CASH_FLOW, CHANGES_IN_EQUITY = "cash_flow", "changes_in_equity"
TRIAL_BALANCE = "trial_balance"
UNMAPPED = "Unmapped"  # profit type of income and expense that no mapping entry knows
NET_INCOME_TO_DATE = "net_income_to_date"
LIABILITIES_AND_EQUITY = "liabilities_and_equity"
# Profit types from top to bottom, each followed by the result that it completes (ACCOUNTING 24).
ORDER = (
    ("Sales Revenue", None),
    ("Cost of Goods Sold", "Gross Margin"),
    ("Direct Operating Expenses", None),
    ("Other Operating Revenue", "Contribution Margin"),
    ("Operating Overheads", "EBITDA"),
    ("Other Income", None),
    ("Other Expense", None),
    (UNMAPPED, "Net Income"),
)


class UnknownLineError(ReportError):
    """A line that the statement does not have in that month."""


class Level(Enum):
    """What a line is made of."""

    ACCOUNT = "account"  # one group account
    TOTAL = "total"  # the accounts of a profit type, or of a side of the balance sheet
    RESULT = "result"  # totals, added and deducted


@dataclass(frozen=True)
class Line:
    """A line of a statement. Shown amount = `sign` x the ledger amounts of `accounts` (ACCOUNTING 22).

    `parts` are the lines above that it adds (1) or deducts (-1); none for an account.
    """

    statement: str
    key: str
    name: str
    level: Level
    sign: int
    accounts: frozenset[str]
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a group account stands: its statement, its profit type or side, its name and order."""

    statement: str
    section: str
    name: str
    order: int

    @property
    def sign(self) -> int:
        """1 where debits read positive."""
        return -1 if self.section in (*REVENUE_TYPES, "Liability", "Equity") else 1


def group_year_start(group: Group, month: date) -> date:
    """First month of the group's fiscal year that holds the month (ACCOUNTING 20)."""
    first = group.settings.year_start_month
    return date(month.year if month.month >= first else month.year - 1, first, 1)


def places(group: Group, rows: Iterable[Mapping[str, Any]] = ()) -> dict[str, Place]:
    """Every account of the group's chart, and those of `rows` (statement, classification, group_account) beside it."""
    found = {
        each["group_account"]: Place(
            each["statement"], each["profit_type"] or each["classification"], each["name"], each["order"]
        )
        for each in group.chart_rows()
    }
    for row in rows:
        if row["group_account"] not in found:
            earns = row["classification"] in ("Revenue", "Expense")
            found[row["group_account"]] = Place(
                PROFIT_AND_LOSS if earns else BALANCE_SHEET,
                (row.get("profit_type") or UNMAPPED) if earns else row["classification"],
                row["group_account"].replace("_", " ").capitalize(),
                1_000_000,
            )
    return found


def statement_lines(statement: str, places: Mapping[str, Place]) -> list[Line]:
    """The statement from top to bottom: accounts in the chart's order, totals below them, results below totals."""
    if statement == PROFIT_AND_LOSS:
        return _profit_and_loss(places)
    return _balance_sheet(places)


def find_line(statement: str, text: str, places: Mapping[str, Place]) -> Line:
    """The line of the profit and loss or balance sheet of that key or name, however it is capitalised.

    Raises UnknownLineError naming the nearest ones.
    """
    lines = statement_lines(statement, places)
    if statement == BALANCE_SHEET:
        lines.append(_liabilities_and_equity(lines))
    first = {plain(name): line for line in reversed(lines) for name in _names(line)}
    if plain(text) in first:
        return first[plain(text)]
    by_key = {line.key: line for line in lines}
    whole = [line.key for line in lines if line.level is not Level.ACCOUNT]
    return by_key[nearest(statement, text, {name: line.key for line in lines for name in _names(line)}, whole)]


def _names(line: Line) -> tuple[str, ...]:
    """Its key, its name, and what `monette report` prints where that is another."""
    if line.key == NET_INCOME_TO_DATE:
        return line.key, line.name, NET_INCOME
    if line.statement == PROFIT_AND_LOSS and line.level is Level.TOTAL:
        return line.key, line.name, f"Total {line.name.lower()}"
    return line.key, line.name


def _liabilities_and_equity(lines: Sequence[Line]) -> Line:
    """The last line of the balance sheet: a sum of two totals."""
    parts = [line for line in lines if line.level is Level.TOTAL and line.key != SIDES["Asset"]]
    return Line(
        BALANCE_SHEET,
        LIABILITIES_AND_EQUITY,
        "Total liabilities and equity",
        Level.RESULT,
        -1,
        frozenset(code for line in parts for code in line.accounts),
        tuple((line.key, 1) for line in parts),
    )


def nearest(statement: str, text: str, names: Mapping[str, str], instead: Sequence[str] = ()) -> str:
    """The key of the line that `names` has under this name, however it is capitalised.

    Raises UnknownLineError naming the nearest ones, or those `instead`.
    """
    wanted = plain(text)
    by_name = {plain(name): name for name in names}
    if wanted in by_name:
        return names[by_name[wanted]]
    near = [by_name[each] for each in get_close_matches(wanted, by_name, n=4, cutoff=0.5)]
    near += [key for name, key in names.items() if wanted and wanted in plain(name)]
    once: dict[str, str] = {}  # a line by the name that is nearest
    for name in near:
        once.setdefault(names.get(name, name), name)
    meant = list(once.values())[:6] or list(instead or dict.fromkeys(names.values()))
    raise UnknownLineError(f"{statement} has no line {text!r}; nearest: {', '.join(meant) or 'none in this month'}")


def plain(text: str) -> str:
    """A name as names are compared: however it is capitalised, spaces for underscores."""
    return " ".join(text.replace("_", " ").casefold().split())


def _accounts(section: str, statement: str, places: Mapping[str, Place]) -> list[Line]:
    own = [(code, place) for code, place in places.items() if (place.statement, place.section) == (statement, section)]
    own.sort(key=lambda each: (each[1].order, each[0]))
    return [Line(statement, code, place.name, Level.ACCOUNT, place.sign, frozenset({code})) for code, place in own]


def _total(key: str, name: str, statement: str, sign: int, accounts: list[Line]) -> Line:
    inside = frozenset(code for line in accounts for code in line.accounts)
    return Line(statement, key, name, Level.TOTAL, sign, inside, tuple((line.key, 1) for line in accounts))


def _profit_and_loss(places: Mapping[str, Place]) -> list[Line]:
    lines: list[Line] = []
    inside: dict[str, frozenset[str]] = {}
    previous: list[tuple[str, int]] = []
    for section, result in ORDER:
        accounts = _accounts(section, PROFIT_AND_LOSS, places)
        sign = -1 if section in REVENUE_TYPES else 1
        if accounts or section != UNMAPPED:
            total = _total(section, section, PROFIT_AND_LOSS, sign, accounts)
            lines += [*accounts, total]
            inside[section] = total.accounts
            previous.append((section, -sign))
        if result:
            made_of = frozenset(code for each in RESULTS[result] for code in inside.get(each, frozenset()))
            lines.append(Line(PROFIT_AND_LOSS, result, result, Level.RESULT, -1, made_of, tuple(previous)))
            previous = [(result, 1)]
    return lines


def _balance_sheet(places: Mapping[str, Place]) -> list[Line]:
    lines: list[Line] = []
    for side, name in SIDES.items():
        accounts = _accounts(side, BALANCE_SHEET, places)
        if side == "Equity":
            earned = frozenset(code for code, place in places.items() if place.statement == PROFIT_AND_LOSS)
            accounts.append(
                Line(BALANCE_SHEET, NET_INCOME_TO_DATE, "Net income of the year to date", Level.ACCOUNT, -1, earned)
            )
        lines += [
            *accounts,
            _total(name, f"Total {name.lower()}", BALANCE_SHEET, 1 if side == "Asset" else -1, accounts),
        ]
    return lines
