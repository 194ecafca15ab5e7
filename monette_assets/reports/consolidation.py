"""How the group's figures come about: companies side by side, eliminations, adjustments (ACCOUNTING 17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from monette_assets.gold.consolidation_steps import YEAR_END
from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.reports.balance_sheet import NET_INCOME, SIDES
from monette_assets.reports.columns import ZERO
from monette_assets.reports.completeness import finality
from monette_assets.reports.profit_and_loss import UNMAPPED
from monette_assets.reports.question import Question, Row
from monette_assets.reports.sheet import in_chart_order, label
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

YEAR_ENDS = "year_ends"  # what the group's year moves between a company's retained and current earnings
STEPS = {
    YEAR_ENDS: "Other year ends",
    "eliminations": "Eliminations",
    "adjustments": "Adjustments",
    "non_controlling_interest": "Share of others",
}
CONSOLIDATED = "consolidated"
Amounts = dict[str, Decimal]  # by column: a company, a step, consolidated


def consolidation(question: Question) -> Statement:
    """The month-end balance sheet and the group's fiscal year to date, line by line, in group currency."""
    month, group = question.month, question.group
    question.refuse_strangers([month])
    rows = question.consolidated("gold/consolidated_statements", [month])
    present = {row["component"] for row in rows if row["step"] == "companies"}
    companies = [each.code for each in group.companies if each.code in present]
    steps = [step for step in STEPS if any(_column(row) == step for row in rows)]
    amounts: dict[tuple[str, str], Amounts] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        section = row["classification"]
        if row["statement"] == "profit_and_loss":
            section = row["profit_type"] or UNMAPPED
        column = _column(row)
        sign = 1 if section == "Asset" or (section not in REVENUE_TYPES and section not in SIDES) else -1
        for key in (column, CONSOLIDATED):
            amounts[section, row["group_account"]][key] += sign * row["closing_cad"]
    sheet = _Sheet(question, amounts)
    income = sheet.profit_and_loss()
    sheet.balance_sheet(income)
    return Statement(
        title=f"{question.whom}: consolidation, {month:%B %Y}",
        subtitle=question.subtitle(
            group.currency, question.basis, "balances at month end, income to date of the group's year",
            finality(question, [month]),
        ),
        fields=(
            Field("line", ""),
            Field("account", "Account"),
            *(Field(each, each, Kind.MONEY) for each in companies),
            *(Field(each, STEPS[each], Kind.MONEY) for each in steps),
            Field(CONSOLIDATED, "Consolidated", Kind.MONEY),
        ),
        rows=[row for row, _ in sheet.rows],
        emphasis=[emphasis for _, emphasis in sheet.rows],
    )  # fmt: skip


def _column(row: Row) -> str:
    """The company, or the step; other year ends stand apart from what people adjusted."""
    if row["step"] == "companies":
        return str(row["component"])
    return YEAR_ENDS if row["component"].startswith(YEAR_END) else str(row["step"])


def consolidation_in_short(question: Question) -> Statement:
    """The totals and results of `consolidation`, the companies in one column."""
    whole = consolidation(question)
    companies = {each.code for each in question.group.companies}
    kept = [each for each in whole.fields if each.key not in companies and each.key != "account"]
    short = [
        (row, emphasis) for row, emphasis in zip(whole.rows, whole.emphasis, strict=True) if emphasis is Emphasis.RESULT
    ]
    return Statement(
        title=whole.title,
        subtitle=whole.subtitle,
        fields=(kept[0], Field("companies", f"{len(companies & {f.key for f in whole.fields})} companies", Kind.MONEY),
                *kept[1:]),
        rows=[
            {**row, "companies": sum((row.get(each, ZERO) for each in sorted(companies)), ZERO)} for row, _ in short
        ],
        emphasis=[emphasis if row["line"] in RESULTS else Emphasis.NORMAL for row, emphasis in short],
    )  # fmt: skip


class _Sheet:
    def __init__(self, question: Question, amounts: dict[tuple[str, str], Amounts]) -> None:
        self.question, self.amounts = question, amounts
        self.rows: list[tuple[Row, Emphasis]] = []

    def profit_and_loss(self) -> Amounts:
        """Profit types and results; returns net income."""
        types: dict[str, Amounts] = {}
        for line in LINES:
            if line in RESULTS:
                result = _sum((types.get(name, {}), sign) for name, sign in RESULTS[line].items())
                self.rows.append(({"line": line, **result}, Emphasis.RESULT))
            else:
                types[line] = self.section(line, line)
        return result

    def balance_sheet(self, income: Amounts) -> None:
        """The three sides; the year's result is part of equity."""
        totals = {}
        for side, title in SIDES.items():
            more = [({"line": NET_INCOME, **income}, income)] if side == "Equity" else []
            totals[side] = self.section(side, title, more)
        both = _sum([(totals["Liability"], 1), (totals["Equity"], 1)])
        self.rows.append(({"line": "Total liabilities and equity", **both}, Emphasis.RESULT))

    def section(self, section: str, title: str, more: Iterable[tuple[Row, Amounts]] = ()) -> Amounts:
        """Heading, group accounts and their total; nothing where there is no account."""
        group = self.question.group
        accounts = in_chart_order(group, (account for at, account in self.amounts if at == section))
        lines = [
            ({"account": each, "line": label(group, each), **self.amounts[section, each]}, self.amounts[section, each])
            for each in accounts
            if any(self.amounts[section, each].values())
        ] + list(more)
        if not lines:
            return {}
        summed = _sum((amounts, 1) for _, amounts in lines)
        self.rows.append(({"line": title}, Emphasis.HEADING))
        self.rows += [(row, Emphasis.NORMAL) for row, _ in lines]
        self.rows.append(({"line": f"Total {title.lower()}", **summed}, Emphasis.RESULT))
        return summed


def _sum(parts: Iterable[tuple[Amounts, int]]) -> Amounts:
    summed: Amounts = defaultdict(lambda: ZERO)
    for amounts, sign in parts:
        for key, amount in amounts.items():
            summed[key] += sign * amount
    return summed
