"""QuickBooks' own statements in one long table: what the platform's figures are tied out against (ACCOUNTING 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from monette_assets.bronze import quickbooks_reports
from monette_assets.silver import accounts
from monette_assets.silver.parsing import CONSERVED, READABLE, parse_newest
from monette_assets.tables import Column, Context, Contract, Input, Months, table
from monette_assets.tables.contract import MONEY
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.balances import Statement
    from monette_assets.sources.quickbooks.reports.refusals import Parsed

SOURCE = ("bronze/quickbooks_reports.payloads",)
NET_INCOME = "net_income"  # the balance sheet's Net Income has no account: the parser's synthetic id
STATEMENTS = ("trial_balance", "opening_trial_balance", "profit_and_loss", "balance_sheet")

CONTRACT = Contract(
    name="silver/reported_balances",
    description=(
        "QuickBooks' own trial balance, profit and loss and balance sheet, one row an account, debit positive. "
        "Lines without an account (the balance sheet's Net Income) carry a fixed synthetic account id. "
        "opening_trial_balance is what a company's first month starts from."
    ),
    key=("company", "period", "basis", "statement", "account_id"),
    months_at_once=24,
    inputs={
        "reports": Input(quickbooks_reports.CONTRACT, only=("report", STATEMENTS)),
        "accounts": Input(accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),  # their classification
    },
    balance=True,
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_reports.company",)),
        Column("period", "date", "First day of the month.", source=("bronze/quickbooks_reports.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=SOURCE),
        Column("statement", "string", "The report.", choices=STATEMENTS, source=SOURCE),
        Column("account_id", "string", "QuickBooks' id, or a synthetic one.", source=SOURCE),
        Column("account_name", "string", "As printed.", source=SOURCE),
        Column("section", "string", "Section of the statement.", nullable=True, source=SOURCE),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=SOURCE),
        Column("natural_amount", MONEY, "As printed.", unit="home currency", nullable=True, source=SOURCE),
    ),
    checks=(READABLE, CONSERVED),
)


@table(CONTRACT)
def reported_balances(context: Context, reports: DataFrame, accounts: DataFrame) -> DataFrame:
    """The newest balance reports of each company-month, parsed in the engine."""

    def parse_report(report: str, payloads: Sequence[str], **facts: Any) -> Parsed:
        from monette_assets.sources.quickbooks.reports import parse_balances

        return parse_balances(payloads, report=cast("Statement", report), **facts)

    return parse_newest(context, reports, accounts, STATEMENTS, CONTRACT, parse_report)
