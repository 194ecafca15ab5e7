"""The group's accrual and cash in one currency, and whose books do not reconcile (ACCOUNTING 21)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import load_group
from monette_assets.lake import Lake
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.small_lake import AT, DECEMBER, GOLD, publish

# December. North (CAD) earns 100.00, 30.00 of it not paid yet. South (USD, average 1.40) earns 50.00 after 10.00 of
# depreciation at the rate of when the tractor was bought, 1.30; its accounts' roundings come to a cent.
BOOKS = (
    ("north", "net_income", "net_income", "100.00"),
    ("north", "working_capital", "assets", "-30.00"),
    ("north", "at_bank", "sales", "70.00"),
    ("south", "net_income", "net_income", "50.00"),
    ("south", "adjustments", "below_ebitda", "10.00"),
    ("south", "without_cash", "liabilities", "-5.00"),
    ("south", "at_bank", "sales", "55.00"),
)
FLOWS = (
    ("companies", "north", "net_income", "net_income", "100.00"),
    ("companies", "north", "working_capital", "assets", "-30.00"),
    ("companies", "north", "cash", "closing_cash", "70.00"),
    ("companies", "south", "net_income", "net_income", "71.01"),
    ("companies", "south", "adjustments", "below_ebitda", "13.00"),
    ("companies", "south", "cash", "closing_cash", "77.00"),
    ("adjustments", "A-1", "net_income", "net_income", "-4.00"),
)


def asked(
    folder: Path, books: tuple[tuple[str, ...], ...] = BOOKS, rate: str | None = "1.40", corrected: str | None = None
) -> Any:
    """The group's bridge by line; the average is `corrected` after the release, if given."""
    group = load_group(write_contract(folder / "group"))
    lake = Lake(str(folder / "lake"))
    month = {"period": DECEMBER, "basis": "accrual"}
    publish(lake, "gold/trial_balance", [{**month, "company": "north", "account_id": "1", "currency": "CAD"}])
    publish(lake, "gold/completeness", [
        {**month, "company": each, "arrived_at": AT, "complete": True} for each in ("north", "south")
    ])  # fmt: skip
    publish(lake, "gold/cash_bridge", [
        {**month, "company": company, "section": section, "line": line, "amount": Decimal(amount),
         "currency": "CAD" if company == "north" else "USD"}
        for company, section, line, amount in books
    ])  # fmt: skip
    publish(lake, "gold/consolidated_cash_flow", [
        {**month, "subgroup": "group", "step": step, "component": component, "section": section, "line": line,
         "amount_cad": Decimal(amount)}
        for step, component, section, line, amount in FLOWS
    ])  # fmt: skip
    publish(lake, "gold/consolidated_statements", [
        {**month, "subgroup": "group", "step": "companies", "component": each, "group_account": "cash"}
        for each in ("north", "south")
    ])  # fmt: skip
    postings(lake, rate)
    release(lake, GOLD, "run", group)
    if corrected:
        postings(lake, corrected, "second")
    question = Question(open_release(lake, group.time_zone), group, DECEMBER, subgroup="group")
    return {row["line"]: str(row["current"]) for row in STATEMENTS["cash_bridge"](question).rows if "current" in row}


def postings(lake: Lake, rate: str | None, publish_id: str = "first") -> None:
    """A line of each company's ledger at its average rate, and the rate as silver has it."""
    publish(lake, "gold/ledger", [
        {"period": DECEMBER, "company": company, "currency": currency, "average_rate": Decimal(average)}
        for company, currency, average in (("north", "CAD", "1"), ("south", "USD", rate)) if average
    ], publish_id)  # fmt: skip
    publish(lake, "silver/exchange_rates", [
        {"period": DECEMBER, "from_currency": "USD", "to_currency": "CAD", "kind": "average", "rate_date": DECEMBER,
         "rate": Decimal(rate or "1.40"), "source": "Bank of Canada"}
    ], publish_id)  # fmt: skip


def test_what_other_rates_than_the_average_make_is_a_line_of_its_own(tmp_path: Path) -> None:
    """South's operating cash is 84.01 by its statement, 60.00 x 1.40 = 84.00 at the average.

    What passed no bank is 5.00 x 1.40 = 7.00, what the bank saw 55.00 x 1.40 = 77.00.
    """
    assert asked(tmp_path) == {
        "Net income, accrual": "167.01",
        "Below ebitda": "13.00",
        "Assets": "-30.00",
        "Cash from operating activities": "150.01",
        "Eliminations and adjustments, which move no bank account": "4.00",
        "Translated at other rates than the month's average": "-0.01",
        "Liabilities": "-7.00",
        "Operating cash, from net income": "147.00",
        "Sales": "147.00",
        "Operating cash, at the bank": "147.00",
        "Difference": "0.00",
    }


def test_what_does_not_reconcile_in_a_companys_books_is_the_groups_difference(tmp_path: Path) -> None:
    """South's bank saw 50.00 where its income says 55.00: 5.00 x 1.40."""
    found = asked(tmp_path, (*BOOKS[:-1], ("south", "at_bank", "sales", "50.00")))
    assert (found["Operating cash, at the bank"], found["Difference"]) == ("140.00", "7.00")
    assert found["Translated at other rates than the month's average"] == "-0.01"


def test_a_missing_rate_is_refused_and_never_taken_as_one(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"south 2024-12: no average rate in gold/ledger; run `monette run"):
        asked(tmp_path, rate=None)


def test_a_rate_corrected_after_the_release_does_not_move_its_bridge(tmp_path: Path) -> None:
    assert asked(tmp_path / "as released") == asked(tmp_path / "since corrected", corrected="1.60")
