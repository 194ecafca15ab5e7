"""Accrual and cash of the group or a part of it: from net income to the bank, in group currency (ACCOUNTING 21).

The upper end is the consolidated cash flow statement's; the lower end is counted at the companies' banks, in their own
currencies, and translated at each month's average rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from monette_assets.gold.cash_bridge import AT_BANK, WITHOUT_CASH
from monette_assets.gold.cash_flow import CLOSING, NET_INCOME, OPERATING
from monette_assets.reports.average_rates import Unit, average_rates, rate_of
from monette_assets.reports.columns import ZERO, columns_of, total
from monette_assets.reports.question import Question, Row
from monette_assets.reports.sheet import Sheet, in_chart_order, label
from monette_assets.reports.statement import Statement

TITLES = {
    "adjustments": "Income and expense that is not operating cash",
    "working_capital": "Earned or spent, but not received or paid in these months",
    WITHOUT_CASH: "Bought, sold or borrowed without money passing a bank",
    AT_BANK: "What operations moved at the bank, by the account behind it",
}
RATES, CENT = "rates", Decimal("0.01")


def consolidated_cash_bridge(question: Question) -> Statement:
    """The bridge of the question's part of the group. Its difference is what does not reconcile in a company's books.

    Raises ReportError where a foreign company's month has no average rate.
    """
    columns = columns_of(question)
    flows = question.consolidated("gold/consolidated_cash_flow", columns.months)
    there = {(row["component"], row["period"]) for row in flows
             if row["step"] == "companies" and row["line"] == CLOSING}  # fmt: skip
    books = [row for row in question.rows("gold/cash_bridge", columns.months)
             if (row["company"], row["period"]) in there]  # fmt: skip
    operating = [row for row in flows if row["section"] in OPERATING]
    lower = _at_average(question, books, operating)
    sheet = Sheet(question, columns)
    upper = columns.flows(operating, "amount_cad", lambda row: (row["section"], row["line"]))
    found = columns.flows(lower, "amount_cad", lambda row: (row["section"], row["line"]))
    of_steps = columns.flows(
        (row for row in operating if row["step"] != "companies"), "amount_cad", lambda row: row["section"]
    )

    def lines(sums: Mapping[tuple[str, str], dict[str, Decimal]], section: str) -> None:
        accounts = in_chart_order(question.group, (line for at, line in sums if at == section))
        given = [(each, label(question.group, each), sums[section, each]) for each in accounts]
        if any(any(amounts.values()) for _, _, amounts in given):
            sheet.heading(TITLES[section])
            sheet.lines(given)

    sheet.result("Net income, accrual", upper.get((NET_INCOME, NET_INCOME), {}))
    lines(upper, "adjustments")
    lines(upper, "working_capital")
    statement = total(upper.values())
    sheet.result("Cash from operating activities", statement)
    back = total(of_steps.values(), -1)
    rates = found.get((RATES, RATES), {})
    sheet.lines(
        [
            (None, "Eliminations and adjustments, which move no bank account", back),
            (None, "Translated at other rates than the month's average", rates),
        ]
    )
    lines(found, WITHOUT_CASH)
    without = total(amounts for (at, _), amounts in found.items() if at == WITHOUT_CASH)
    accrual = total([statement, back, rates, without])
    sheet.result("Operating cash, from net income", accrual)
    lines(found, AT_BANK)
    at_bank = total(amounts for (at, _), amounts in found.items() if at == AT_BANK)
    sheet.result("Operating cash, at the bank", at_bank)
    sheet.result("Difference", total([accrual, total([at_bank], -1)]))
    return sheet.statement("accrual to cash", question.group.currency, question.basis, "consolidated")


def _at_average(question: Question, books: Iterable[Row], operating: Iterable[Row]) -> list[Row]:
    """What the bank saw, and what passed none, in group currency; and what other rates than the average make of the
    statement's own lines, so that a company whose books reconcile leaves no difference."""
    units = {(row["company"], row["period"]) for row in books}
    known = average_rates(question.release, {month for _, month in units})
    rates = {unit: rate_of(known, *unit)["average_rate"] for unit in units}
    entered: dict[Unit, Decimal] = defaultdict(lambda: ZERO)
    for row in operating:
        if row["step"] == "companies":
            entered[row["component"], row["period"]] += row["amount_cad"]
    found: list[Row] = []
    left: dict[Unit, Decimal] = defaultdict(lambda: ZERO)  # home currency: accrual less bank, zero where it reconciles
    below: dict[Unit, Decimal] = defaultdict(lambda: ZERO)  # group currency: bank less what passed none
    for row in books:
        unit = (row["company"], row["period"])
        left[unit] += -row["amount"] if row["section"] == AT_BANK else row["amount"]
        if row["section"] in (AT_BANK, WITHOUT_CASH):
            amount = (row["amount"] * rates[unit]).quantize(CENT, ROUND_HALF_UP)
            below[unit] += amount if row["section"] == AT_BANK else -amount
            found.append({**row, "amount_cad": amount})
    for unit, difference in left.items():
        unreconciled = (difference * rates[unit]).quantize(CENT, ROUND_HALF_UP)
        found.append(
            {
                "period": unit[1],
                "section": RATES,
                "line": RATES,
                "amount_cad": below[unit] + unreconciled - entered[unit],
            }
        )
    return found
