"""A statement written from top to bottom: headings, lines, results, over the columns asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from monette_assets.group import Group
from monette_assets.reports.columns import Amounts, Columns, total
from monette_assets.reports.completeness import finality
from monette_assets.reports.question import Question, Row
from monette_assets.reports.statement import Emphasis, Field, Statement

OWN_NAMES = {
    "net_income": "Net income",
    "opening_cash": "Cash at the beginning",
    "closing_cash": "Cash at the end",
    "exchange_effect": "Effect of exchange rates on cash",
    "companies_joined": "Cash of companies that joined",
    "companies_left": "Cash of companies that left",
    "investments_in_companies": "Investments in companies",
}


class Sheet:
    """Rows as they are added. A line that is zero in every column is left out; a heading without lines too."""

    def __init__(self, question: Question, columns: Columns) -> None:
        self.question, self.columns = question, columns
        self.rows: list[Row] = []
        self.emphasis: list[Emphasis] = []

    def heading(self, label: str) -> None:
        """What the lines below are."""
        self._add({"line": label}, Emphasis.HEADING)

    def lines(self, lines: Iterable[tuple[str | None, str, Mapping[str, Decimal]]]) -> Amounts:
        """Add account, name and amounts of each line; returns their sum."""
        given = [(account, name, dict(amounts)) for account, name, amounts in lines]
        for account, name, amounts in given:
            if any(amounts.values()):
                self._add({"account": account, "line": name, **self.columns.cells(amounts)}, Emphasis.NORMAL)
        return total(amounts for _, _, amounts in given)

    def result(self, label: str, amounts: Mapping[str, Decimal]) -> None:
        """A total or a result, kept where it is zero."""
        self._add({"line": label, **self.columns.cells(amounts)}, Emphasis.RESULT)

    def section(self, label: str, lines: Iterable[tuple[str | None, str, Mapping[str, Decimal]]], end: str) -> Amounts:
        """Heading, lines and their total; nothing where every line is zero."""
        given = [(account, name, dict(amounts)) for account, name, amounts in lines]
        if not any(any(amounts.values()) for _, _, amounts in given):
            return {}
        self.heading(label)
        summed = self.lines(given)
        self.result(end, summed)
        return summed

    def statement(self, name: str, *parts: str, when: str | None = None) -> Statement:
        """The finished statement; `parts` say what the amounts are."""
        return Statement(
            title=f"{self.question.whom}: {name}, {when or self.columns.current.title}",
            subtitle=self.question.subtitle(*parts, finality(self.question, self.columns.current.months)),
            fields=(Field("line", ""), Field("account", "Account"), *self.columns.fields),
            rows=self.rows,
            emphasis=self.emphasis,
            notes=self.columns.notes,
        )

    def _add(self, row: Row, emphasis: Emphasis) -> None:
        self.rows.append(row)
        self.emphasis.append(emphasis)


def names(group: Group) -> dict[str, str]:
    """Names of the group accounts, in the order of the statements."""
    return {row["group_account"]: row["name"] for row in group.chart_rows()}


def in_chart_order(group: Group, accounts: Iterable[str]) -> list[str]:
    """Group accounts as the chart orders them; what it does not know (unmapped) last."""
    order = {account: position for position, account in enumerate(names(group))}
    return sorted(accounts, key=lambda account: (order.get(account, len(order)), account))


def label(group: Group, account: str) -> str:
    """A group account's name, or that of a line of its own; what neither knows as words."""
    return names(group).get(account) or OWN_NAMES.get(account, account.replace("_", " ").capitalize())
