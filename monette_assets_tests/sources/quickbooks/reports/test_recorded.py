"""Every recorded report parses to its printed totals, or is refused for a stated reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

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
from monette_assets_tests.sources.quickbooks.recorded import REQUIRED, content, listed, text

pytestmark = REQUIRED


Parser = Callable[..., Parsed]


def balances(payloads: list[str], **month: Any) -> Parsed:
    return parse_balances(payloads, "trial_balance", **month)


def agings(payloads: list[str], **month: Any) -> Parsed:
    return parse_agings(payloads, "AgedReceivables", **month)


def cash_flow(payloads: list[str], **month: Any) -> Parsed:
    """A report that is never asked for, read as the balance sheet it may be mistaken for."""
    return parse_balances(payloads, "balance_sheet", **month)


def ask(year: int, month: int, **more: Any) -> dict[str, Any]:
    return {"company": "c", "period": date(year, month, 1), "basis": "accrual", "home_currency": "USD", **more}


class Recorded(NamedTuple):
    """Who reads a recorded report, asked for which month, and why it is refused; None: it is complete."""

    parser: Parser
    month: dict[str, Any]
    refused: str | None = None


ACCOUNTS = {"100": "Revenue", "101": "Revenue", "102": "Revenue", "200": "Expense"}
REPORTS = {
    "reports/ProfitAndLossDetail__sandbox_2024-12__full.json": Recorded(parse_profit_and_loss_detail, ask(2024, 12)),
    "reports/JournalReport__intuit_docs_2019-05__full.json": Recorded(
        parse_journal, ask(2019, 5, end=date(2019, 5, 22))
    ),
    "reports/GeneralLedger__synthetic_alexph_qbo-cli_nested.json": Recorded(
        parse_general_ledger, ask(2025, 1, basis="cash", end=date(2025, 6, 30), classification=ACCOUNTS)
    ),
    "reports/GeneralLedger__intuit_docs_2015H1__doc_sample_does_not_tie.json": Recorded(
        parse_general_ledger, ask(2015, 1, end=date(2015, 6, 30)), "missing_column"
    ),
    "reports/GeneralLedger__fragment_empty_beginning_balance__javasdk_camelcase.json": Recorded(
        parse_general_ledger, ask(2026, 7), "not_a_report"
    ),
    "reports/GeneralLedger__sandbox_2026-08__trimmed_beginning_balance.json": Recorded(
        parse_general_ledger, ask(2026, 7), "not_a_report"
    ),
    "reports/TrialBalance__intuit_docs_2016-03__doc_sample_rows_omitted.json": Recorded(
        balances, ask(2016, 3, end=date(2016, 3, 14)), "total_off"
    ),
    "reports/TrialBalance__sandbox_2026-08__trimmed_untagged_rows.json": Recorded(
        balances, ask(2026, 8), "not_a_report"
    ),
    "reports/AgedReceivables__sandbox_2026-08__trimmed.json": Recorded(agings, ask(2026, 8), "not_a_report"),
    "reports/CashFlow__sandbox_2026-08__trimmed.json": Recorded(cash_flow, ask(2026, 8), "not_a_report"),
}
COMPLETE = [path for path, report in REPORTS.items() if report.refused is None]


def recorded(name: str) -> str:
    """The verbatim report whose file name begins so."""
    [path] = [path for path in REPORTS if path.startswith(f"reports/{name}")]
    return text(path)


def reasons(parsed: Parsed) -> list[tuple[str, str]]:
    return [(r["scope"], r["reason"]) for r in parsed.refusals.to_pylist()]


def printed_totals(node: Any) -> int:
    """How many figures stand in the summaries of a report, counted without any parser."""
    if isinstance(node, list):
        return sum(map(printed_totals, node))
    if not isinstance(node, dict):
        return 0
    own = sum(1 for cell in node.get("Summary", {}).get("ColData", [])[1:] if cell["value"])
    return own + sum(map(printed_totals, node.values()))


def test_no_recorded_report_is_left_unread() -> None:
    assert set(REPORTS) == {path for path in listed() if path.startswith("reports/")}


@pytest.mark.parametrize("path", COMPLETE)
def test_a_complete_report_is_read_to_every_total_it_prints(path: str) -> None:
    parser, month, _ = REPORTS[path]
    parsed = parser([text(path)], **month)
    assert reasons(parsed) == []
    assert (parsed.counts.rows_refused, parsed.counts.totals_unverified, parsed.counts.totals_off) == (0, 0, 0)
    assert parsed.counts.totals_verified == printed_totals(content(path)) > 0


@pytest.mark.parametrize("path", [path for path in REPORTS if path not in COMPLETE])
def test_a_fragment_is_refused_whole(path: str) -> None:
    parser, month, why = REPORTS[path]
    parsed = parser([text(path)], **month)
    assert reasons(parsed) == [("report", why)]
    assert parsed.lines.num_rows == 0


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


def test_ledgers() -> None:
    documented = recorded("GeneralLedger__intuit_docs")
    assert column_keys(documented) == ["account_name", "subt_nat_amount"]
    nested = recorded("GeneralLedger__synthetic")
    month = ask(2025, 1, basis="cash", end=date(2025, 6, 30), classification=ACCOUNTS)
    parsed = parse_general_ledger([nested], **month)
    assert not len(parsed.refusals)
    assert sum(parsed.lines["amount"].to_pylist()) == Decimal("339.99") - Decimal("27200.00")


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
    parsed = parse_balances([body], "trial_balance", verify_totals=False, **month)
    assert parsed.lines["amount"].to_pylist() == [Decimal("4151.74"), Decimal("-46.00"), Decimal("0.44")]
    assert reasons(parsed) == [("total", "total_off")] * 2
    money = [{"ColType": t} for t in ("Account", "Money", "Money")]
    body = headed("TrialBalance__sandbox", "TrialBalance", money, "2026-08-31")
    parsed = parse_balances([body], "trial_balance", verify_totals=False, **ask(2026, 8))
    assert parsed.lines["amount"].to_pylist() == [Decimal("-3063.76"), Decimal("800.00")]


def test_aged_receivables() -> None:
    keys = ["cust_name", "current", "0", "1", "2", "3", "total"]
    columns = [{"ColType": "Customer" if k == "cust_name" else "Money", "ColTitle": k} for k in keys]
    body = headed("AgedReceivables", "AgedReceivables", columns, "2026-08-31")
    parsed = parse_agings([body], "AgedReceivables", verify_totals=False, **ask(2026, 8))
    assert sum(parsed.lines["open_balance"].to_pylist()) == Decimal("801.50")
    assert "Freeman Sporting Goods:55 Twin Lane" in parsed.lines["contact_name"].to_pylist()
