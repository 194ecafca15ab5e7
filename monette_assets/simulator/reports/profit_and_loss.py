"""ProfitAndLoss: one money column, sections with groups, nested parents, totals between them."""

from __future__ import annotations

from monette_assets.simulator.reports.index import LedgerIndex
from monette_assets.simulator.reports.layout import (
    EMPTY,
    Column,
    Json,
    ReportRequest,
    Words,
    account_rows,
    cell,
    column_json,
    money,
    report,
    roots_of,
    section,
)

STATEMENT_COLUMNS = (Column("account", "", "Account"), Column("total", "Total", "Money"))


def profit_and_loss(ledger: LedgerIndex, request: ReportRequest) -> Json:
    """Income and costs both read positive. Accounts without activity in the range are omitted."""
    words = Words(ledger)
    movement = {
        account_id: amount
        for account_id, amount in ledger.movement(request.start, request.end).items()
        if ledger.is_profit_and_loss(account_id)
    }
    columns = column_json(STATEMENT_COLUMNS, words, keyed=True)
    if not movement:
        return report(ledger, request, columns, [])
    as_credits = {account_id: -amount for account_id, amount in movement.items()}

    def group(name: str, title: str, account_type: str, *, always: bool) -> tuple[list[Json], int]:
        amounts = as_credits if account_type in ("Income", "Other Income") else movement
        rows, total = account_rows(ledger, words, roots_of(ledger, account_type), amounts)
        if not rows and not always:
            return [], 0
        heading = words(title)
        summary = [cell(words.total_for(heading)), cell(money(total))]
        return [section(header=[cell(heading), EMPTY], rows=rows, summary=summary, group=name)], total

    def line(name: str, title: str, amount: int) -> Json:
        return section(summary=[cell(words(title)), cell(money(amount))], group=name)

    income, income_total = group("Income", "Income", "Income", always=True)
    goods, goods_total = group("COGS", "Cost of Goods Sold", "Cost of Goods Sold", always=False)
    expenses, expenses_total = group("Expenses", "Expenses", "Expense", always=True)
    other_income, other_income_total = group("OtherIncome", "Other Income", "Other Income", always=False)
    other_expenses, other_expenses_total = group("OtherExpenses", "Other Expenses", "Other Expense", always=False)
    gross = income_total - goods_total
    operating = gross - expenses_total
    other = other_income_total - other_expenses_total
    rows = [*income, *goods, line("GrossProfit", "Gross Profit", gross), *expenses]
    rows.append(line("NetOperatingIncome", "Net Operating Income", operating))
    if other_income or other_expenses:
        rows += [*other_income, *other_expenses, line("NetOtherIncome", "Net Other Income", other)]
    rows.append(line("NetIncome", "Net Income", operating + other))
    return report(ledger, request, columns, rows, SummarizeColumnsBy="Total")
