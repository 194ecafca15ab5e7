"""What an explanation is made from: accounts as they were translated, the statement's own rows, and who counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import belongs, subgroups_of
from monette_assets.reports.explain.explanation import Row
from monette_assets.reports.lines import Line, group_year_start
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError

CONSOLIDATED, BALANCES = "gold/consolidated_statements", "gold/translated_balances"
TRIAL_BALANCE, LEDGER = "gold/trial_balance", "gold/ledger"
COMPANIES = "companies"
EARNS = ("Revenue", "Expense")
OPENING, MOVEMENT, CLOSING = "opening", "movement", "closing"
WORDS = {OPENING: "opening balance", MOVEMENT: "movement of the month", CLOSING: "closing balance"}
PRODUCTS = {MOVEMENT: "average", CLOSING: "closing"}  # kind of rate at which the amount is translated as one product
CENT, ZERO = Decimal("0.01"), Decimal("0.00")
Key = tuple[str, str]  # company, account_id


@dataclass(frozen=True)
class Asked:
    """Whose figure is explained, and of when: a company's, the group's, or that of a part of it."""

    release: Released
    group: Group
    month: date
    company: str | None
    subgroup: str
    basis: str

    @classmethod
    def of(cls, question: Question) -> Asked:
        """Raises ReportError where the month was not built, the release holds no consolidation, or there is no such
        part of the group."""
        release, month = question.release, question.month
        for table in (CONSOLIDATED, BALANCES):
            if not release.holds(table):
                raise ReportError(f"{table} is not in {release.name}; run `monette run --from {month:%Y-%m}`")
        if question.subgroup:
            question.consolidated(CONSOLIDATED, [month])
        return cls(release, question.group, month, question.company, question.subgroup or WHOLE_GROUP,
                   question.basis)  # fmt: skip

    @property
    def of_basis(self) -> Any:
        """Which rows are of the basis asked for."""
        import pyarrow.compute as pc

        return pc.field("basis") == self.basis

    def members(self, month: date) -> frozenset[str]:
        """The companies whose figures are part of it in that month."""
        if self.company:
            return frozenset({self.company})
        return frozenset(
            each.code
            for each in self.group.companies
            if belongs(self.group, each.code, month) and self.subgroup in subgroups_of(self.group, each.code)
        )

    def balances(self, month: date) -> list[Row]:
        """The members' translated accounts of that month."""
        members = self.members(month)
        rows = self.release.rows(BALANCES, period=month, company=self.company, where=self.of_basis)
        return [row for row in rows if row["company"] in members]

    def trial_balance(self, month: date) -> list[Row]:
        """The members' trial balances of that month."""
        members = self.members(month)
        rows = self.release.rows(TRIAL_BALANCE, period=month, company=self.company, where=self.of_basis)
        return [row for row in rows if row["company"] in members]

    def consolidated(self, month: date, table: str = CONSOLIDATED) -> list[Row]:
        """The rows of a consolidated table; for the group or a part of it, never a company."""
        import pyarrow.compute as pc

        of_part = self.of_basis & (pc.field("subgroup") == self.subgroup)
        return self.release.rows(table, period=month, where=of_part)

    def earned(self, month: date) -> list[Row]:
        """Income and expense to date of the group's fiscal year, whatever a company's own.

        Of a company that joined or left within the year: of the months it belonged.
        """
        import pyarrow.compute as pc

        first = group_year_start(self.group, month)
        of_year = (pc.field("period") >= first) & (pc.field("period") <= month)
        rows = self.release.rows(
            BALANCES,
            company=self.company,
            where=of_year & self.of_basis & pc.field("classification").isin(list(EARNS)),
        )
        members = {each: self.members(each) for each in {row["period"] for row in rows}}
        found: dict[Key, Row] = {}
        for row in sorted(rows, key=lambda row: row["period"]):
            if row["company"] not in members[row["period"]]:
                continue
            key = (row["company"], row["account_id"])
            is_now = row["period"] == month
            before = found.get(key, {CLOSING: ZERO, "closing_cad": ZERO})
            now, now_cad = row[MOVEMENT] or ZERO, row["movement_cad"] or ZERO
            found[key] = {
                **row,
                OPENING: before[CLOSING] + (ZERO if is_now else now),
                MOVEMENT: now if is_now else ZERO,
                "movement_cad": now_cad if is_now else ZERO,
                "opening_cad": before["closing_cad"] + (ZERO if is_now else now_cad),
                CLOSING: before[CLOSING] + now,
                "closing_cad": before["closing_cad"] + now_cad,
            }
        return list(found.values())


@dataclass(frozen=True)
class Facts:
    """A figure's parts. Figure = the line's sign x the `amount` of `made_of`."""

    line: Line
    month: date
    what: str  # of the accounts: movement of the month, closing balance
    accounts: list[Row]  # translated accounts, each with `amount` and `amount_cad`: what of it counts
    made_of: list[Row]  # the statement's rows: step, component, group_account, amount
    table: str  # where `made_of` stands
    mapping: Mapping[tuple[str, str, str], Row]
    booked: Mapping[Key, Decimal | None]  # the amount by the trial balance; None where it does not know it
    product: str | None = None  # kind of rate of which `amount_cad` is one product
    said: Decimal | None = None  # the figure, where the statement is a table of its own beside `made_of`
    said_in: str = ""
    entries: Mapping[str, list[Row]] = field(default_factory=dict)  # what a later step is made of, where it is known
    books: str = TRIAL_BALANCE  # where the amounts in home currency stand
    translated_in: str = BALANCES

    @property
    def figure(self) -> Decimal:
        """As the statement shows it."""
        return self.line.sign * sum_of(self.made_of, "amount")


def counted(rows: Iterable[Row], measure: str) -> list[Row]:
    """Translated accounts with what the measure says of each; those it says nothing of left out."""
    taken = [{**row, "amount": row[measure] or ZERO, "amount_cad": row[f"{measure}_cad"] or ZERO} for row in rows]
    return [row for row in taken if row["amount"] or row["amount_cad"]]


def booked(rows: Iterable[Row], accounts: Collection[str], measure: str) -> dict[Key, Decimal | None]:
    """What the trial balance says of the same accounts."""

    def says(row: Row) -> Decimal:
        found: Decimal = row[CLOSING] - row[OPENING] if measure == MOVEMENT else row[measure]
        return found

    return {(row["company"], row["account_id"]): says(row) for row in rows if row["group_account"] in accounts}


def sum_of(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    """The sum of a column; nothing is zero."""
    return sum((row[name] or ZERO for row in rows), ZERO)
