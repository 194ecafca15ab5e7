"""A real ledger served as a company: its reports equal what hledger computed from the same ledger, to the cent."""

from __future__ import annotations

import calendar
import csv
from datetime import date
from pathlib import Path

import orjson
import pytest

from monette_assets.simulator.ledger_file import books_from_ledger
from monette_assets.simulator.reports import LedgerIndex, render_report
from monette_assets_tests.simulator.reading import Json, cents, group_total, rows, statement_accounts

LEDGER = Path(__file__).parents[3].parent / "shared" / "ledgers" / "open_books"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not LEDGER.exists(), reason=f"the recorded ledger is not at {LEDGER}"),
]


@pytest.fixture(scope="module")
def ledger() -> LedgerIndex:
    path = LEDGER / "general_ledger.csv"
    return LedgerIndex(books_from_ledger(path, code="open", realm_id="42", name="Open Books", home_currency="USD"))


def _expected(name: str) -> dict[str, dict[str, int]]:
    """Column (a month or month end) -> account -> cents, of the rows that are accounts."""
    with (LEDGER / name).open(newline="") as file:
        lines = list(csv.reader(file))
    columns = lines[1][1:]
    expected: dict[str, dict[str, int]] = {column: {} for column in columns}
    for line in lines[2:]:
        if ":" in line[0]:
            for column, value in zip(columns, line[1:], strict=True):
                whole, _, fraction = value.partition(".")
                if cents(whole + fraction.ljust(2, "0")):
                    expected[column][line[0]] = cents(whole + fraction.ljust(2, "0"))
    return expected


def _by_name(ledger: LedgerIndex, body: Json) -> dict[str, int]:
    amounts = statement_accounts(body)
    names = ledger.full_names
    return {names[a]: amount for a, amount in amounts.items() if amount and ledger.retained_earnings.id != a}


def _report(ledger: LedgerIndex, name: str, month: str) -> Json:
    year, number = int(month[:4]), int(month[5:7])
    last = date(year, number, calendar.monthrange(year, number)[1])
    body: Json = orjson.loads(render_report(ledger, name, date(year, number, 1), last))
    return body


def test_monthly_income_statements_equal_hledgers(ledger: LedgerIndex) -> None:
    expected = _expected("income_statement_monthly.csv")
    assert len(expected) == 36
    for month, accounts in expected.items():
        body, net = _report(ledger, "ProfitAndLoss", month), accounts.pop("Net:", 0)
        assert _by_name(ledger, body) == accounts, month
        assert (group_total(body, "NetIncome") if rows(body) else 0) == net, month


def test_monthly_balance_sheets_equal_hledgers_and_balance(ledger: LedgerIndex) -> None:
    expected = _expected("balance_sheet_monthly.csv")
    assert len(expected) == 36
    for month_end, accounts in expected.items():
        body = _report(ledger, "BalanceSheet", month_end)
        accounts.pop("Net:", None)
        assert _by_name(ledger, body) == accounts, month_end
        if rows(body):
            assert group_total(body, "TotalAssets") == group_total(body, "TotalLiabilitiesAndEquity")
