"""`monette simulate --ledger` in a process of its own: a ledger written as CSV is a company one connects and reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.cli import main
from monette_assets.group import load_group
from monette_assets.resources import QuickBooks
from monette_assets.settings import Settings
from monette_assets.sources.quickbooks.fetch import Failure, Fetch
from monette_assets.sources.quickbooks.objects import query_all
from monette_assets.sources.quickbooks.reports import parse_balances, parse_general_ledger
from monette_assets_tests.commands.conftest import Say
from monette_assets_tests.contracts import write_contract, write_open_books_contract
from monette_assets_tests.processes import free_port

JANUARY = date(2015, 1, 1)
CAFE = """\
date,transaction,account,amount,memo
2015-01-02,1,Assets:Bank:Checking,100.00,float
2015-01-02,1,Equity:Capital,-100.00,float
2015-01-05,2,Expenses:Coffee,4.5,
2015-01-05,2,Expenses:Coffee,4.5,
2015-01-05,2,Assets:Bank:Checking,-9,
2015-01-31,3,Assets:Bank:Checking,30.00,"a ""good"" Saturday"
2015-01-31,3,Income:Counter,-30.00,
"""
ACCOUNTS = ["Assets:Bank:Checking", "Equity:Capital", "Expenses:Coffee", "Income:Counter"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "monette_assets.cli", "simulate", *arguments]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "cafe.csv"
    path.write_text(CAFE, encoding="utf-8")
    return path


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home and a contract of one company, whose books the ledger is; its simulator is yet to be started."""
    url = f"http://127.0.0.1:{free_port()}"
    ours = {
        "MONETTE_HOME": str(tmp_path / "home"),
        "MONETTE_GROUP": str(write_open_books_contract(tmp_path / "contract", ACCOUNTS)),
        "MONETTE_QUICKBOOKS_URL": url,
        "MONETTE_QUICKBOOKS_TOKEN_URL": f"{url}/oauth2/v1/tokens/bearer",
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **ours}


@contextmanager
def serving(ledger: Path, environment: dict[str, str], log: Path) -> Iterator[None]:
    port = environment["MONETTE_QUICKBOOKS_URL"].rsplit(":", 1)[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("--ledger", str(ledger), "--port", port), env=environment, stdout=output, stderr=output
        )
    try:
        answers(environment["MONETTE_QUICKBOOKS_URL"])
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.1), retry=retry_if_exception_type(httpx.HTTPError))
def answers(url: str) -> None:
    httpx.get(f"{url}/simulator/health", timeout=5).raise_for_status()


def test_the_company_is_connected_and_its_reports_are_the_ledger(
    ledger: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    with serving(ledger, environment, tmp_path / "log"):
        assert main(["connect", "--all"]) == 0
        settings = Settings()
        group = load_group(settings.group)
        quickbooks = QuickBooks(settings, group)
        accounts = [json.loads(each.payload) for each in query_all(quickbooks.client, "open_books", "Account")]
        requests, unready = quickbooks.requests([("open_books", JANUARY)])
        assert unready == {}
        came = list(quickbooks.fetch(requests))
    assert [each for each in came if isinstance(each, Failure)] == []
    reports = {each.report: [part.payload for part in each.parts] for each in came if isinstance(each, Fetch)}
    facts: dict[str, Any] = {
        "company": "open_books", "period": JANUARY, "basis": "accrual", "home_currency": "USD",
        "classification": {each["Id"]: each["Classification"] for each in accounts},
    }  # fmt: skip
    parsed = parse_general_ledger(reports["general_ledger"], **facts)
    assert parsed.refusals.to_pylist() == []
    lines = [
        (str(row["transaction_date"]), row["transaction_id"], row["account_name"], str(row["amount"]), row["memo"])
        for row in parsed.lines.to_pylist()
    ]
    assert sorted(lines) == [
        ("2015-01-02", "1", "Assets:Bank:Checking", "100.00", "float"),
        ("2015-01-02", "1", "Equity:Capital", "-100.00", "float"),
        ("2015-01-05", "2", "Assets:Bank:Checking", "-9.00", None),
        ("2015-01-05", "2", "Expenses:Coffee", "4.50", None),
        ("2015-01-05", "2", "Expenses:Coffee", "4.50", None),
        ("2015-01-31", "3", "Assets:Bank:Checking", "30.00", 'a "good" Saturday'),
        ("2015-01-31", "3", "Income:Counter", "-30.00", None),
    ]
    printed = parse_balances(reports["trial_balance"], "trial_balance", **facts).lines.to_pylist()
    assert {row["account_name"]: row["amount"] for row in printed if row["amount"]} == {
        "Assets:Bank:Checking": Decimal("121.00"),
        "Equity:Capital": Decimal("-100.00"),
        "Expenses:Coffee": Decimal("9.00"),
        "Income:Counter": Decimal("-30.00"),
    }


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"2015-01-02,1,Equity": "02/01/2015,1,Equity", "Checking,30.00": 'Checking,"3,0.00"'},
            [
                "row 3: found date '02/01/2015'; expected a day such as 2025-03-31",
                "row 7: found amount '3,0.00'; expected decimal text such as -1234.50",
            ],
        ),
        (
            {"Counter,-30.00": "Counter,-29.99"},
            ["row 7: found transaction 3 of 2015-01-31 out of balance by 0.01; expected its amounts to sum to 0.00"],
        ),
        (
            {"transaction,account,amount": "transaction,account,value"},
            ["row 1: found columns date, transaction, account, value, memo; expected also amount"],
        ),
    ],
)
def test_a_ledger_that_is_no_double_entry_is_not_served(
    ledger: Path, environment: dict[str, str], changes: dict[str, str], problems: list[str]
) -> None:
    for old, new in changes.items():
        ledger.write_text(ledger.read_text().replace(old, new))
    process = subprocess.run(
        command("--ledger", str(ledger), "--port", "0"),
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr.splitlines() == [f"monette: ledger {ledger}:", *(f"  {each}" for each in problems)]


def test_whose_books_they_are_and_where_is_settled_before_anything_is_served(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    missing = tmp_path / "none.csv"
    status, _, said = say("simulate", "--ledger", str(missing))
    assert (status, said) == (1, f"monette: --ledger {missing}: cannot be read: No such file or directory\n")
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path / "two")))
    status, _, said = say("simulate", "--ledger", str(missing))
    assert (status, said) == (2, "monette: --ledger: say which company it is with --company: one of north, south\n")
    status, _, said = say("simulate", "--ledger", str(missing), "--company", "nroth")
    assert status == 2
    assert "nroth" in said
    assert "north" in said
