"""Accrual and cash beside each other: from net income to what operations moved at the bank (ACCOUNTING 21)."""

from __future__ import annotations

from monette_assets.gold.cash_bridge import ACCRUAL, AT_BANK
from monette_assets.gold.cash_flow import NET_INCOME, OPERATING
from monette_assets.reports.columns import columns_of, total
from monette_assets.reports.completeness import by_company
from monette_assets.reports.consolidated_cash_bridge import TITLES, consolidated_cash_bridge
from monette_assets.reports.question import Question
from monette_assets.reports.sheet import Sheet, in_chart_order, label
from monette_assets.reports.statement import Field, Kind, Statement


def cash_bridge(question: Question) -> Statement:
    """A company's bridge in its home currency, both ends of every company's, or that of a part of the group."""
    if question.subgroup:
        return consolidated_cash_bridge(question)
    columns = columns_of(question)
    rows = question.rows("gold/cash_bridge", columns.months)
    if question.company is None:
        return _every_company(question)
    sheet = Sheet(question, columns)
    sums = columns.flows(rows, "amount", lambda row: (row["section"], row["line"]))
    sheet.result("Net income, accrual", sums.get((NET_INCOME, NET_INCOME), {}))
    for section, title in TITLES.items():
        if section == AT_BANK:
            sheet.result("Operating cash, from net income", total(sums[at, line] for at, line in sums if at != AT_BANK))
        accounts = in_chart_order(question.group, (line for at, line in sums if at == section))
        lines = [(each, label(question.group, each), sums[section, each]) for each in accounts]
        if any(any(amounts.values()) for _, _, amounts in lines):
            sheet.heading(title)
            sheet.lines(lines)
    at_bank = total(sums[at, line] for at, line in sums if at == AT_BANK)
    sheet.result("Operating cash, at the bank", at_bank)
    accrual = total(sums[at, line] for at, line in sums if at != AT_BANK)
    sheet.result("Difference", total([accrual, total([at_bank], -1)]))
    return sheet.statement("accrual to cash", question.currency_name(home=True), question.basis)


def _every_company(question: Question) -> Statement:
    columns = columns_of(question)
    column = columns.current
    rows = question.rows("gold/cash_bridge", column.months)
    shown = []
    for company, found in by_company(rows, question.group):
        sums = columns.flows(found, "amount", lambda row: row["section"])
        ends = {name: total(sums[at] for at in sums if at in sections)[column.key] for name, sections in (
            ("net_income", (NET_INCOME,)), ("operating", OPERATING), ("accrual", ACCRUAL), ("at_bank", (AT_BANK,))
        )}  # fmt: skip
        shown.append(
            {
                "company": company,
                "currency": question.group.company(company).home_currency,
                "net_income": ends["net_income"],
                "changes": ends["operating"] - ends["net_income"],
                "without_cash": ends["accrual"] - ends["operating"],
                "at_bank": ends["at_bank"],
                "difference": ends["accrual"] - ends["at_bank"],
            }
        )
    return Statement(
        title=f"{question.whom}: accrual to cash, {column.title}",
        subtitle=question.subtitle("home currencies", question.basis, "one company: --company CODE"),
        fields=(
            Field("company", "Company"),
            Field("currency", "Currency"),
            Field("net_income", "Net income", Kind.MONEY),
            Field("changes", "Not cash, working capital", Kind.MONEY),
            Field("without_cash", "Without a bank", Kind.MONEY),
            Field("at_bank", "Operating cash at bank", Kind.MONEY),
            Field("difference", "Difference", Kind.MONEY),
        ),
        rows=shown,
        notes=columns.notes[:1],
    )
