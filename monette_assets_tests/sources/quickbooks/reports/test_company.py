"""Another company's report is told by its accounts, though every id is in the chart; a renamed account is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from monette_assets.group import Group, load_group
from monette_assets.settings import Settings
from monette_assets.simulator.generator import generate_company
from monette_assets.simulator.model import Books
from monette_assets.simulator.reports import render_report
from monette_assets.sources.quickbooks.reports import (
    parse_balances,
    parse_general_ledger,
    parse_profit_and_loss_detail,
)
from monette_assets.sources.quickbooks.reports.company import Account, Chart, of_company
from monette_assets.sources.quickbooks.reports.refusals import REFUSALS, Counts, Parsed

DECEMBER = date(2024, 12, 1)
REPORTS = ("GeneralLedger", "ProfitAndLossDetail", "TrialBalance", "ProfitAndLoss", "BalanceSheet")
LEDGER_COLUMNS = ("tx_date", "txn_type", "doc_num", "name", "account_name", "account_num", "debt_amt", "credit_amt",
                  "subt_nat_amount", "rbal_nat_amount")  # fmt: skip


@pytest.fixture(scope="module")
def group() -> Group:
    return load_group(Settings().group)


@pytest.fixture(scope="module")
def books(group: Group) -> dict[str, Books]:
    """Two grain farms whose charts have more in common than any two other ones that differ, and a usual one."""
    codes = ("harrow_plains", "brindle_ridge", "dunmarrow")
    return {code: generate_company(group, group.company(code), until=date(2024, 12, 31)) for code in codes}


def chart_of(books: Books) -> dict[str, Account]:
    def full(identifier: str) -> str:
        found = books.accounts[identifier]
        return f"{full(found.parent_id)}:{found.name}" if found.parent_id else found.name

    return {each.id: Account(each.number, full(each.id)) for each in books.accounts.values()}


def read(books: Books, report: str, chart: Chart) -> Parsed:
    start = date(2024, 11, 1) if report == "TrialBalance" else DECEMBER
    columns = LEDGER_COLUMNS if report == "GeneralLedger" else ()
    payload = render_report(books, report, start, date(2024, 12, 31), columns=columns)
    facts: dict[str, Any] = {
        "company": "north", "period": DECEMBER, "basis": "accrual", "home_currency": books.home_currency,
        "classification": {each.id: each.classification for each in books.accounts.values()},
    }  # fmt: skip
    text = [payload if isinstance(payload, str) else payload.decode()]
    statements = {"TrialBalance": "trial_balance", "ProfitAndLoss": "profit_and_loss", "BalanceSheet": "balance_sheet"}
    if report == "GeneralLedger":
        parsed = parse_general_ledger(text, **facts)
    elif report == "ProfitAndLossDetail":
        parsed = parse_profit_and_loss_detail(text, **facts)
    else:
        parsed = parse_balances(text, statements[report], **facts)  # type: ignore[arg-type]
    assert parsed.lines.num_rows > 0, parsed.refusals.to_pylist()
    return of_company(parsed, chart, company="north", period=DECEMBER, basis="accrual", report=report)


@pytest.mark.parametrize("report", REPORTS)
def test_a_companys_own_report_is_let_through(books: dict[str, Books], report: str) -> None:
    for own in books.values():
        assert not read(own, report, chart_of(own)).refused


# the two farms' balance sheets differ in three accounts: those that do not tie out tell them apart
OTHERS = [(code, report) for code in ("dunmarrow", "brindle_ridge") for report in REPORTS][:-1]


@pytest.mark.parametrize(("code", "report"), OTHERS)
def test_another_companys_report_is_refused_though_all_its_account_ids_are_known(
    books: dict[str, Books], code: str, report: str
) -> None:
    own, other = books["harrow_plains"], books[code]
    assert len(set(other.accounts) - set(own.accounts)) <= 1  # ids collide
    assert read(other, report, {}).lines.column("account_id").to_pylist()  # without a chart nothing is judged
    refused = read(other, report, chart_of(own))
    assert refused.refused
    assert refused.lines.num_rows == 0
    [reason] = refused.refusals.to_pylist()
    assert reason["reason"] == "wrong_company"
    assert "is it another company's?" in reason["detail"]


@pytest.mark.parametrize("report", REPORTS)
def test_accounts_renamed_or_renumbered_since_are_tolerated(books: dict[str, Books], report: str) -> None:
    own = books["harrow_plains"]
    chart = chart_of(own)
    renumbered = {each: Account(f"9{account.number}", account.name) for each, account in chart.items()}
    assert not read(own, report, renumbered).refused
    if report in ("GeneralLedger",):  # the only one that prints numbers
        renamed = {each: Account(account.number, f"New {each}") for each, account in chart.items()}
        assert not read(own, report, renamed).refused
    two = list(chart)[:2]
    assert not read(own, report, chart | {each: Account("1", "New") for each in two}).refused


def lines_of(*accounts: tuple[str, str]) -> Parsed:
    schema = pa.schema([("account_id", pa.string()), ("account_name", pa.string())])
    rows = [dict(zip(schema.names, account, strict=True)) for account in accounts]
    return Parsed(pa.Table.from_pylist(rows, schema=schema), REFUSALS.empty_table(), Counts())


@pytest.mark.parametrize(
    ("printed", "refused"),
    [
        ([("1", "Bank"), ("2", "Assets:Sales")], False),  # parents may have changed
        ([("1", "1000 Bank (deleted)"), ("2", "4000 Turnover")], False),
        ([("1", "Bank"), ("net_income", "Net Income")], False),  # no account of the chart
        ([("1", "Bank"), ("2", "Rent"), ("7", "Hay")], False),  # few
        ([("1", "Bank"), ("2", "Rent"), ("7", "Hay"), ("8", "Oats")], True),  # more than two, more than a quarter
        ([("2", "Rent")], True),  # all
        ([("9", "Rent"), ("8", "Hay")], True),
        ([], False),
    ],
)
def test_more_than_a_few_strangers_or_nobody_known(printed: list[tuple[str, str]], refused: bool) -> None:
    chart = {"1": Account("1000", "Bank"), "2": Account("4000", "Income:Sales")}
    facts: dict[str, Any] = {"company": "north", "period": DECEMBER, "basis": "accrual", "report": "TrialBalance"}
    assert of_company(lines_of(*printed), chart, **facts).refused is refused
