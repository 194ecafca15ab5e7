"""Every recorded report parses to its printed totals, or is refused for a stated reason."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.sources.quickbooks.reports import (
    Parsed,
    column_keys,
    parse_agings,
    parse_balances,
    parse_general_ledger,
    parse_journal,
    parse_profit_and_loss_detail,
)

FOLDER = Path(__file__).parents[4] / "../shared/quickbooks/payloads/reports"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded reports beside the repository"),
]


def recorded(name: str) -> str:
    return next(FOLDER.glob(f"{name}*.json")).read_text()


def ask(year: int, month: int, **more: Any) -> dict[str, Any]:
    return {"company": "c", "period": date(year, month, 1), "basis": "accrual", "home_currency": "USD", **more}


def test_profit_and_loss_detail_gives_net_income() -> None:
    parsed = parse_profit_and_loss_detail([recorded("ProfitAndLossDetail")], **ask(2024, 12))
    assert -sum(parsed.lines["ledger_amount"].to_pylist()) == Decimal("653.86")
    assert parsed.counts.lines == 48
    assert parsed.counts.totals_verified == 33
    assert not len(parsed.refusals)
    sections = parsed.lines.group_by("section").aggregate([("amount", "sum")]).to_pylist()
    assert {s["section"]: s["amount_sum"] for s in sections} == {
        "Income": Decimal("3232.25"),
        "COGS": Decimal("905.00"),
        "Expenses": Decimal("1673.39"),
    }
    own = parsed.lines.to_pylist()
    assert {r["account_name"] for r in own if r["account_id"] == "45"} == {"Landscaping Services"}
    assert {r["account_name"] for r in own if r["account_id"] == "66"} == {"Job Expenses:Job Materials:Plants and Soil"}


def test_journal_is_thirteen_balanced_transactions() -> None:
    parsed = parse_journal([recorded("JournalReport")], **ask(2019, 5, end=date(2019, 5, 22)))
    assert not len(parsed.refusals)
    assert sum(parsed.lines["debit"].to_pylist()) == sum(parsed.lines["credit"].to_pylist()) == Decimal("2311.55")
    sums: dict[tuple[str, str], Decimal] = {}
    for line in parsed.lines.to_pylist():
        key = (line["transaction_type"], line["transaction_id"])
        sums[key] = sums.get(key, Decimal(0)) + line["amount"]
    assert len(sums) == 13
    assert set(sums.values()) == {Decimal(0)}


def reasons(parsed: Parsed) -> list[tuple[str, str]]:
    return [(r["scope"], r["reason"]) for r in parsed.refusals.to_pylist()]


def test_ledgers() -> None:
    documented = recorded("GeneralLedger__intuit_docs")
    assert column_keys(documented) == ["account_name", "subt_nat_amount"]
    month = ask(2015, 1, end=date(2015, 6, 30))
    assert reasons(parse_general_ledger([documented], **month)) == [("report", "missing_column")]
    nested = recorded("GeneralLedger__synthetic")
    accounts = {"100": "Revenue", "101": "Revenue", "102": "Revenue", "200": "Expense"}
    month = ask(2025, 1, basis="cash", end=date(2025, 6, 30), classification=accounts)
    parsed = parse_general_ledger([nested], **month)
    assert not len(parsed.refusals)
    assert sum(parsed.lines["amount"].to_pylist()) == Decimal("339.99") - Decimal("27200.00")


@pytest.mark.parametrize("name", ["GeneralLedger__fragment", "GeneralLedger__sandbox"])
def test_ledger_fragments_without_header_are_refused(name: str) -> None:
    assert reasons(parse_general_ledger([recorded(name)], **ask(2026, 7))) == [("report", "not_a_report")]


def headed(name: str, report: str, columns: list[dict[str, str]], end: str) -> str:
    """A trimmed recording with the header and columns it lost."""
    header = {"ReportName": report, "ReportBasis": "Accrual", "StartPeriod": end[:8] + "01", "EndPeriod": end}
    body = {"Header": {**header, "Currency": "USD"}, "Columns": {"Column": columns}, **json.loads(recorded(name))}
    return json.dumps(body)


def test_trimmed_ledger_gives_its_leaf_and_opening() -> None:
    keys = ["tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "subt_nat_amount", "rbal_nat_amount"]
    body = headed("GeneralLedger__sandbox", "GeneralLedger", [{"ColType": k} for k in keys], "2026-07-31")
    parsed = parse_general_ledger([body], **ask(2026, 7, classification={"35": "Asset"}))
    assert parsed.lines["amount"].to_pylist() == [Decimal("-4264.76")]
    assert parsed.openings is not None
    assert parsed.openings["natural_amount"].to_pylist() == [Decimal("1201.00")]
    assert not len(parsed.refusals)


def test_trial_balances() -> None:
    body = recorded("TrialBalance__intuit_docs")
    month = ask(2016, 3, end=date(2016, 3, 14))
    assert reasons(parse_balances([body], "trial_balance", **month)) == [("report", "total_off")]
    parsed = parse_balances([body], "trial_balance", verify_totals=False, **month)
    assert parsed.lines["amount"].to_pylist() == [Decimal("4151.74"), Decimal("-46.00"), Decimal("0.44")]
    assert reasons(parsed) == [("total", "total_off")] * 2
    money = [{"ColType": t} for t in ("Account", "Money", "Money")]
    body = headed("TrialBalance__sandbox", "TrialBalance", money, "2026-08-31")
    parsed = parse_balances([body], "trial_balance", verify_totals=False, **ask(2026, 8))
    assert parsed.lines["amount"].to_pylist() == [Decimal("-3063.76"), Decimal("800.00")]
    bare = parse_balances([recorded("TrialBalance__sandbox")], "trial_balance", **ask(2026, 8))
    assert reasons(bare) == [("report", "not_a_report")]


def test_aged_receivables() -> None:
    bare = parse_agings([recorded("AgedReceivables")], "AgedReceivables", **ask(2026, 8))
    assert reasons(bare) == [("report", "not_a_report")]
    keys = ["cust_name", "current", "0", "1", "2", "3", "total"]
    columns = [{"ColType": "Customer" if k == "cust_name" else "Money", "ColTitle": k} for k in keys]
    body = headed("AgedReceivables", "AgedReceivables", columns, "2026-08-31")
    parsed = parse_agings([body], "AgedReceivables", verify_totals=False, **ask(2026, 8))
    assert sum(parsed.lines["open_balance"].to_pylist()) == Decimal("801.50")
    assert "Freeman Sporting Goods:55 Twin Lane" in parsed.lines["contact_name"].to_pylist()


def test_cash_flow_is_no_report_of_ours() -> None:
    parsed = parse_balances([recorded("CashFlow")], "balance_sheet", **ask(2026, 8))
    assert reasons(parsed) == [("report", "not_a_report")]
