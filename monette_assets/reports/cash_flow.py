"""The cash flow statement, indirect: from net income to the change in cash (ACCOUNTING 5, 21)."""

from __future__ import annotations

from collections.abc import Iterable

from monette_assets.gold.cash_flow import CLOSING, NET_INCOME, OPENING
from monette_assets.group import Group
from monette_assets.reports.columns import Amounts, Sums, columns_of, total
from monette_assets.reports.question import Question
from monette_assets.reports.sheet import Sheet, in_chart_order, label
from monette_assets.reports.statement import Statement

TITLES = {"investing": "Investing activities", "financing": "Financing activities"}


def cash_flow(question: Question) -> Statement:
    """A company's, or the group's with eliminations, over the columns of the view. Inflows positive."""
    columns = columns_of(question)
    sheet = Sheet(question, columns)
    if question.company:
        home = question.in_home_currency()
        rows = question.rows("gold/cash_flow", columns.months)
        amount, parts = "amount" if home else "amount_cad", [question.currency_name(home), question.basis]
    else:
        rows = question.consolidated("gold/consolidated_cash_flow", columns.months)
        amount, parts = "amount_cad", [question.group.currency, question.basis, "consolidated"]
    sums = columns.flows(rows, amount, lambda row: (row["section"], row["line"]))
    operating = _operating(sheet, sums)
    flows = [operating]
    for section, title in TITLES.items():
        lines = _lines(question, sums, (section,))
        flows.append(sheet.section(title, lines, f"Cash from {title.lower()}"))
    other = _lines(question, sums, ("exchange", "scope"))
    if any(any(amounts.values()) for _, _, amounts in other):
        sheet.heading("Cash otherwise changed by")
        flows.append(sheet.lines(other))
    sheet.result("Net change in cash", total(flows))
    cash = [row for row in rows if row["section"] == "cash"]
    opening = columns.openings((row for row in cash if row["line"] == OPENING), amount, lambda row: row["line"])
    closing = columns.closings((row for row in cash if row["line"] == CLOSING), amount, lambda row: row["line"])
    sheet.result(line_name(question.group, "cash", OPENING), opening.get(OPENING, {}))
    sheet.result(line_name(question.group, "cash", CLOSING), closing.get(CLOSING, {}))
    return sheet.statement("cash flow", *parts)


def line_name(group: Group, section: str, line: str) -> str:
    """What the statement calls a line of that section."""
    name = label(group, line)
    if section == "adjustments":
        return f"{name}, not cash"
    if section == "working_capital":
        return f"Change in {name[:1].lower()}{name[1:]}"
    return name


def _operating(sheet: Sheet, sums: Sums) -> Amounts:
    question = sheet.question
    sheet.heading("Operating activities")
    name = line_name(question.group, "net_income", NET_INCOME)
    earned = sheet.lines([(None, name, sums.get(("net_income", NET_INCOME), {}))])
    added = sheet.lines(_lines(question, sums, ("adjustments",)))
    changed = sheet.lines(_lines(question, sums, ("working_capital",)))
    summed = total([earned, added, changed])
    sheet.result("Cash from operating activities", summed)
    return summed


def _lines(question: Question, sums: Sums, sections: Iterable[str]) -> list[tuple[str, str, Amounts]]:
    """The lines of sections in the chart's order."""
    return [
        (account, line_name(question.group, section, account), sums[section, account])
        for section in sections
        for account in in_chart_order(question.group, (line for at, line in sums if at == section))
    ]
