"""A month of two companies, closed to the cent by hand: what packs and explanations are read from.

December 2024. North (CAD) sells for 1,000.00, 50.00 of it to south, and burns 400.00 of fuel. South (USD, 1.40 average,
1.45 closing, capital carried at 1.30) sells for 80.00 and burns 30.00. Finance adds 5.00 of fuel. Consolidated:
revenue 1,000 + 112 - 50 = 1,062; fuel 400 + 42 - 50 + 5 = 397; net income 665; assets 1,100 + 217.50 - 5 = 1,312.50.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables.releases import release
from monette_assets_tests.reports.small_lake import AT, DECEMBER, GOLD, NOVEMBER, publish, summary

FORMULA = '=HYPERLINK("http://example.invalid","sales")'  # an account's name in north's books
SCRIPT = "<script>document.title='broken'</script>"  # a memo
AVERAGE, CLOSING, HISTORICAL = "1.400000", "1.450000", "1.300000"
Row = dict[str, Any]
PROFIT_TYPES = {"sales": "Sales Revenue", "direct": "Direct Operating Expenses"}


def amounts(row: Mapping[str, Any]) -> Row:
    """The row with amounts written as text made decimal."""
    return {key: Decimal(value) if key in AMOUNTS else value for key, value in row.items()}


AMOUNTS = {
    "opening", "movement", "closing", "opening_cad", "movement_cad", "closing_cad", "rate", "amount", "amount_cad",
    "average_rate", "debit", "credit",
}  # fmt: skip


def account(
    company: str, number: str, name: str, group_account: str, home: str, cad: str, rate: tuple[str, str]
) -> Row:
    """A translated account; `home` and `cad` are "opening movement"."""
    opening, movement = (Decimal(each) for each in home.split())
    opening_cad, movement_cad = (Decimal(each) for each in cad.split())
    sides = {"cash": "Asset", "capital": "Equity", "sales": "Revenue", "direct": "Expense"}
    return {
        "company": company,
        "period": DECEMBER,
        "basis": "accrual",
        "fiscal_year": 2025,
        "account_id": number if number.isdigit() else name,
        "account_number": number if number.isdigit() else None,
        "account_name": name,
        "classification": sides[group_account],
        "group_account": group_account,
        "currency": "CAD" if company == "north" else "USD",
        "method": "none" if company == "north" else "current_rate",
        "opening": opening,
        "movement": movement,
        "closing": opening + movement,
        "rate": Decimal(rate[0]),
        "rate_kind": rate[1],
        "rate_date": None if rate[1] == "none" else date(2024, 12, 31),
        "rate_source": "books in group currency" if rate[1] == "none" else "Bank of Canada",
        "opening_cad": opening_cad,
        "movement_cad": movement_cad,
        "closing_cad": opening_cad + movement_cad,
    }


NONE = ("1.000000", "none")
ACCOUNTS = (
    account("north", "1000", "Chequing", "cash", "500.00 600.00", "500.00 600.00", NONE),
    account("north", "3000", "Share Capital", "capital", "-500.00 0.00", "-500.00 0.00", NONE),
    account("north", "4010", FORMULA, "sales", "0.00 -1000.00", "0.00 -1000.00", NONE),
    account("north", "5300", "Fuel", "direct", "0.00 400.00", "0.00 400.00", NONE),
    account("south", "1000", "Checking", "cash", "100.00 50.00", "140.00 77.50", (CLOSING, "closing")),
    account("south", "3000", "Share Capital", "capital", "-100.00 0.00", "-130.00 0.00", (HISTORICAL, "historical")),
    account("south", "4010", "Sales", "sales", "0.00 -80.00", "0.00 -112.00", (AVERAGE, "average")),
    account("south", "5310", "Fuel:Diesel", "direct", "0.00 30.00", "0.00 42.00", (AVERAGE, "average")),
    account("south", "", "translation_adjustment", "capital", "0.00 0.00", "-10.00 -7.50", NONE),
)


def ledger(company: str, number: str, document: str, amount: str, contact: str = "", memo: str = "") -> Row:
    """A posting of December."""
    found = next(row for row in ACCOUNTS if (row["company"], row["account_number"]) == (company, number))
    rate = Decimal(1) if company == "north" else Decimal(AVERAGE)
    return {
        **{name: found[name] for name in ("company", "period", "basis", "fiscal_year", "account_id", "account_number",
                                          "account_name", "classification", "group_account", "currency")},
        "transaction_date": date(2024, 12, 15),
        "transaction_type": "Invoice" if Decimal(amount) < 0 else "Bill",
        "transaction_id": document,
        "line_number": 1,
        "document_number": document,
        "profit_type": PROFIT_TYPES.get(found["group_account"]),
        "location": "Somewhere",
        "pillar": "Grain",
        "contact_name": contact or None,
        "memo": memo or None,
        "amount": Decimal(amount),
        "average_rate": rate,
        "amount_cad": Decimal(amount) * rate,
    }  # fmt: skip


LEDGER = (
    ledger("north", "4010", "INV-1", "-700.00", "@Mill & Sons", SCRIPT),
    ledger("north", "4010", "INV-2", "-300.00"),
    *(ledger("north", "5300", f"BILL-{each}", "50.00", "Card-lock", "Bulk fuel") for each in range(8)),
    ledger("north", "1000", "INV-1", "1000.00"),
    ledger("north", "1000", "BILL", "-400.00"),
    ledger("south", "4010", "INV-9", "-80.00"),
    ledger("south", "5310", "BILL-9", "30.00"),
    ledger("south", "1000", "INV-9", "80.00"),
    ledger("south", "1000", "BILL-9", "-30.00"),
)


def consolidated(step: str, component: str, group_account: str, opening: str, movement: str) -> Row:
    """A line of the group's consolidation; income has nothing before the month."""
    earns = group_account in PROFIT_TYPES
    sides = {"cash": "Asset", "capital": "Equity", "sales": "Revenue", "direct": "Expense"}
    return {
        "period": DECEMBER,
        "basis": "accrual",
        "subgroup": "group",
        "step": step,
        "component": component,
        "group_account": group_account,
        "statement": "profit_and_loss" if earns else "balance_sheet",
        "classification": sides[group_account],
        "profit_type": PROFIT_TYPES.get(group_account),
        "opening_cad": Decimal(opening),
        "movement_cad": Decimal(movement),
        "closing_cad": Decimal(opening) + Decimal(movement),
    }


CONSOLIDATED = (
    consolidated("companies", "north", "cash", "500.00", "600.00"),
    consolidated("companies", "north", "capital", "-500.00", "0.00"),
    consolidated("companies", "north", "sales", "0.00", "-1000.00"),
    consolidated("companies", "north", "direct", "0.00", "400.00"),
    consolidated("companies", "south", "cash", "140.00", "77.50"),
    consolidated("companies", "south", "capital", "-140.00", "-7.50"),
    consolidated("companies", "south", "sales", "0.00", "-112.00"),
    consolidated("companies", "south", "direct", "0.00", "42.00"),
    consolidated("eliminations", "income", "sales", "0.00", "50.00"),
    consolidated("eliminations", "income", "direct", "0.00", "-50.00"),
    consolidated("adjustments", "ADJ-1", "direct", "0.00", "5.00"),
    consolidated("adjustments", "ADJ-1", "cash", "0.00", "-5.00"),
)

ENTRY = {
    "period": DECEMBER, "basis": "accrual", "elimination": "income north south USD INV-1", "kind": "income",
    "account_pair": "income", "currency": "USD", "reference": "INV-1", "scope": DECEMBER,
}  # fmt: skip
ELIMINATIONS = (
    {**ENTRY, "company": "north", "partner": "south", "group_account": "sales", "amount_cad": Decimal("50.00")},
    {**ENTRY, "company": "south", "partner": "north", "group_account": "direct", "amount_cad": Decimal("-50.00")},
)
SHEET = {
    "period": DECEMBER, "entry": "ADJ-1", "company": "north", "description": "Fuel not yet invoiced",
    "author": "I. Halvorsen", "approver": "M. Okafor", "status": "applied", "file_name": "Adjustments.xlsx",
    "sheet": "Entries",
}  # fmt: skip
ADJUSTMENTS = (
    {**SHEET, "line_number": 1, "group_account": "direct", "amount_cad": Decimal("5.00"), "row_number": 2},
    {**SHEET, "line_number": 2, "group_account": "cash", "amount_cad": Decimal("-5.00"), "row_number": 3},
)
BILL = {"company": "north", "document_type": "Bill", "currency": "CAD", "period": DECEMBER, "lines": [], "links": []}
DOCUMENTS = (
    *({**BILL, "document_id": f"BILL-{each}", "document_number": f"B{each}", "total": Decimal("50.00"),
       "due_date": date(2025, 1, 14)} for each in range(8)),
    {**BILL, "document_type": "BillPayment", "document_id": "77", "document_number": "CHQ 204",
     "total": Decimal("50.00")},
)  # fmt: skip
LINKS = (
    {"company": "north", "period": DECEMBER, "from_type": "BillPayment", "from_id": "77", "link_number": 1,
     "to_type": "Bill", "to_id": "BILL-0", "amount": Decimal("50.00")},
)  # fmt: skip


def trial_balance(row: Row) -> Row:
    """The same account in gold/trial_balance."""
    return {
        **{name: row[name] for name in ("company", "period", "basis", "account_id", "account_number", "account_name",
                                        "classification", "group_account", "currency", "opening", "closing")},
        "debit": max(row["movement"], Decimal("0.00")),
        "credit": max(-row["movement"], Decimal("0.00")),
    }  # fmt: skip


def flow(company: str, section: str, line: str, amount_cad: str) -> Row:
    """A line of a company's cash flow in December."""
    currency = "CAD" if company == "north" else "USD"
    return {
        "period": DECEMBER, "company": company, "basis": "accrual", "section": section, "line": line,
        "currency": currency, "amount_cad": Decimal(amount_cad),
    }  # fmt: skip


CASH_FLOW = (
    flow("north", "net_income", "net_income", "600.00"),
    flow("north", "cash", "opening_cash", "500.00"),
    flow("north", "cash", "net_change", "600.00"),
    flow("north", "cash", "closing_cash", "1100.00"),
    flow("south", "net_income", "net_income", "70.00"),
    flow("south", "exchange", "exchange_effect", "7.50"),
    flow("south", "cash", "opening_cash", "140.00"),
    flow("south", "cash", "net_change", "77.50"),
    flow("south", "cash", "closing_cash", "217.50"),
)


def change(company: str, component: str, line: str, amount_cad: str) -> Row:
    """A line of a company's changes in equity in December."""
    currency = "CAD" if company == "north" else "USD"
    return {
        "period": DECEMBER, "company": company, "basis": "accrual", "component": component, "line": line,
        "currency": currency, "amount_cad": Decimal(amount_cad),
    }  # fmt: skip


CHANGES = (
    change("north", "capital", "opening", "500.00"),
    change("north", "current_earnings", "net_income", "600.00"),
    change("north", "capital", "closing", "500.00"),
    change("north", "current_earnings", "closing", "600.00"),
    change("south", "capital", "opening", "140.00"),
    change("south", "capital", "translation_adjustment", "7.50"),
    change("south", "current_earnings", "net_income", "70.00"),
    change("south", "capital", "closing", "147.50"),
    change("south", "current_earnings", "closing", "70.00"),
)


def of_group(step: str, component: str, section: str, line: str, amount_cad: str) -> Row:
    """A line of the group's cash flow in December."""
    return {
        "period": DECEMBER, "basis": "accrual", "subgroup": "group", "step": step, "component": component,
        "section": section, "line": line, "amount_cad": Decimal(amount_cad),
    }  # fmt: skip


CONSOLIDATED_CASH_FLOW = (
    *(of_group("companies", row["company"], row["section"], row["line"], str(row["amount_cad"])) for row in CASH_FLOW),
    of_group("adjustments", "ADJ-1", "net_income", "net_income", "-5.00"),  # fuel, paid in cash
    of_group("adjustments", "ADJ-1", "cash", "net_change", "-5.00"),
    of_group("adjustments", "ADJ-1", "cash", "closing_cash", "-5.00"),
)
CONSOLIDATED_CHANGES = tuple(
    {"period": DECEMBER, "basis": "accrual", "subgroup": "group", "component": component, "line": line,
     "amount_cad": Decimal(amount)}
    for component, line, amount in (
        ("capital", "opening", "640.00"), ("capital", "translation_adjustment", "7.50"),
        ("capital", "closing", "647.50"), ("current_earnings", "net_income", "665.00"),
        ("current_earnings", "closing", "665.00"),
    )
)  # fmt: skip


def owed(company: str, contact: str, days: int, bucket: str, balance_cad: str) -> Row:
    """An open document at the end of December."""
    return {
        "period": DECEMBER, "company": company, "basis": "accrual", "contact_id": contact, "contact_name": contact,
        "days_overdue": days, "bucket": bucket, "open_balance_cad": Decimal(balance_cad), "line_number": 1,
        "transaction_id": f"{contact}{days}",
    }  # fmt: skip


RECEIVABLES = (
    owed("north", "@Mill & Sons", -10, "current", "300.00000000"),
    owed("north", "@Mill & Sons", 45, "31-60", "400.00000000"),
    owed("south", "Co-op", 100, "over 90", "116.00400000"),
    owed("south", "Co-op", 95, "over 90", "0.00400000"),
)


def finance_lake(
    folder: Path,
    group: Group,
    *,
    complete: bool = True,
    accounts: Sequence[Row] = ACCOUNTS,
    consolidated: Sequence[Row] = CONSOLIDATED,
    ledger: Sequence[Row] = LEDGER,
) -> Lake:
    """The month released; `complete` says whether every company is."""
    lake = Lake(str(folder))
    publish(lake, "gold/translated_balances", accounts)
    publish(lake, "gold/consolidated_statements", consolidated)
    publish(lake, "gold/ledger", ledger)
    publish(lake, "gold/eliminations", ELIMINATIONS)
    publish(lake, "gold/adjustments", ADJUSTMENTS)
    publish(lake, "silver/documents", DOCUMENTS)
    publish(lake, "silver/document_links", LINKS)
    publish(lake, "gold/cash_flow", CASH_FLOW)
    publish(lake, "gold/changes_in_equity", CHANGES)
    publish(lake, "gold/consolidated_cash_flow", CONSOLIDATED_CASH_FLOW)
    publish(lake, "gold/consolidated_changes_in_equity", CONSOLIDATED_CHANGES)
    publish(lake, "gold/receivables_aging", RECEIVABLES)
    books = [trial_balance(row) for row in accounts if row["account_number"]]
    publish(lake, "gold/trial_balance", [{**row, "period": NOVEMBER} for row in books[:1]] + books)
    publish(
        lake,
        "gold/financial_summary",
        [
            summary("north", DECEMBER, "Grain", "Sales Revenue", "1000.00"),
            summary("north", DECEMBER, "Grain", "Direct Operating Expenses", "400.00"),
            summary("north", DECEMBER, "Grain", "Gross Margin", "1000.00"),
            summary("north", DECEMBER, "Grain", "Contribution Margin", "600.00"),
            summary("north", DECEMBER, "Grain", "EBITDA", "600.00"),
            summary("north", DECEMBER, "Grain", "Net Income", "600.00"),
            summary("north", NOVEMBER, "Grain", "Sales Revenue", "7.00"),
            summary("south", DECEMBER, "Cow-Calf", "Sales Revenue", "112.00"),
            summary("south", DECEMBER, "Cow-Calf", "Direct Operating Expenses", "42.00"),
            *(
                {**summary("north", DECEMBER, "Grain", line, amount), "scenario": "budget"}
                for line, amount in (("Sales Revenue", "900.00"), ("Direct Operating Expenses", "350.00"))
            ),
        ],
    )  # fmt: skip
    ties = {"basis": "accrual", "statement": "trial_balance", "period": DECEMBER}
    publish(
        lake,
        "gold/tie_out",
        [
            {**ties, "company": "north", "account_id": "1000", "ours": Decimal("1.00"), "theirs": Decimal("1.00")},
            {**ties, "company": "south", "account_id": "1000", "ours": Decimal("150.00"), "theirs": Decimal("149.00"),
             "difference": Decimal("1.00")},
        ],
    )  # fmt: skip
    month = {"basis": "accrual", "arrived_at": AT, "complete": True, "period": DECEMBER}
    late = {} if complete else {"complete": False, "missing": "its reports have not arrived"}
    publish(lake, "gold/completeness", [{**month, "company": "north"}, {**month, "company": "south", **late}])
    release(lake, GOLD, "run", group)
    return lake
