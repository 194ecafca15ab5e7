"""Two companies' books around a leap day and a change to daylight saving, the edits made to them, and a sheet.

The edits touch a document each, so that they may come in any order and twice, and end in the same books.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from monette_assets.simulator.model import Books, NamedItem
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.landed import workbook
from monette_assets_tests.simulator.small_books import account, document

MONTHS = FEBRUARY, MARCH = date(2024, 2, 1), date(2024, 3, 1)
REALMS = {"north": "1001", "south": "1002"}
ZONE = "America/Edmonton"  # its clocks went forward on 10 March 2024
CHART = (
    ("1", "1000", "Bank", "Bank", "Asset", "assets"),
    ("2", "1100", "Receivable", "Accounts Receivable", "Asset", "assets"),
    ("3", "2000", "Payable", "Accounts Payable", "Liability", "liabilities"),
    ("4", "3000", "Capital", "Equity", "Equity", "capital"),
    ("5", "3900", "Retained Earnings", "Equity", "Equity", "retained_earnings"),
    ("6", "4000", "Grain", "Income", "Revenue", "sales"),
    ("7", "6000", "Fuel", "Expense", "Expense", "direct"),
    ("8", "6100", "Repairs", "Expense", "Expense", "direct"),
)


def contract(folder: Path) -> Path:
    """The group contract of the two companies; its first month has a leap day."""
    made = small_contract()
    group = {**made["group"], "first_period": FEBRUARY, "time_zone": ZONE}
    companies = [{**company, "location": "South Ranch", "pillar": "Cow-Calf"} for company in made["companies"]]
    companies[1]["opening"] = {**companies[1]["opening"], "rate_date": date(2024, 1, 31)}
    mapping = [{"account_number": number, "group_account": group_account} for _, number, *_, group_account in CHART]
    return write_contract(folder, group=group, companies=companies, mapping=mapping)


def books() -> dict[str, Books]:
    """Every day that is special has a document: the leap day, the end of the month, the day that lacks an hour."""
    made = {}
    for code, realm in REALMS.items():
        south = code == "south"
        currency, step = ("USD", 7) if south else ("CAD", 0)
        company = Books(code, realm, f"{code} farm", currency, 1 if south else 11, "US" if south else "CA")
        company.empty_beginning_balance = True
        for identifier, number, name, kind, classification, _ in CHART:
            sub = "RetainedEarnings" if identifier == "5" else ""
            own = account(identifier, number, name, kind, classification, sub=sub)
            own.currency = currency
            company.accounts[own.id] = own
        company.departments = {"1": NamedItem("1", "South Ranch")}
        company.customers = {"1": NamedItem("1", "Elevator", currency=currency)}
        company.vendors = {"1": NamedItem("1", "Dealer", currency=currency)}
        documents = [document("JournalEntry", "1", "2024-01-15", [("1", 50_000_00), ("4", -50_000_00)])]
        days = ("2024-02-01", "2024-02-14", "2024-02-29", "2024-03-01", "2024-03-10", "2024-03-31")
        for nth, day in enumerate(days, 1):
            sold, spent = 1_000_00 + 11 * nth + step, 400_00 + 7 * nth + step
            documents += [
                document("Invoice", f"{nth}", day, [("2", sold), ("6", -sold)], contact=("Customer", "1")),
                document("Bill", f"{nth}", day, [("7", spent), ("3", -spent)], contact=("Vendor", "1")),
                document("JournalEntry", f"{10 + nth}", day, [("8", spent // 3), ("1", -(spent // 3))]),
            ]
        for each in documents:
            each.currency = currency
            for posting in each.postings:
                posting.class_id = None
            company.documents[each.kind, each.id] = each
        made[realm] = company
    return made


def edits() -> list[dict[str, Any]]:
    """Something added, changed, deleted and back-dated over the leap day, in each company."""
    found: list[dict[str, Any]] = []
    for realm in REALMS.values():
        paid = [{"account": "6100", "amount": "77.25"}, {"account": "1000", "amount": "-77.25"}]
        found += [
            {"action": "add", "kind": "JournalEntry", "id": "101", "realm_id": realm,
             "document": {"date": "2024-02-29", "number": "L-1", "postings": paid}},
            {"action": "add", "kind": "JournalEntry", "id": "102", "realm_id": realm,
             "document": {"date": "2024-03-10", "number": "L-2", "postings": paid}},
            {"action": "change", "kind": "JournalEntry", "id": "13", "realm_id": realm,
             "document": {"postings": [{**line, "amount": line["amount"].replace("77.25", "91.10")} for line in paid]}},
            {"action": "backdate", "kind": "JournalEntry", "id": "15", "realm_id": realm, "date": "2024-02-29"},
            {"action": "delete", "kind": "JournalEntry", "id": "12", "realm_id": realm},
        ]  # fmt: skip
    return found


@cache
def herds() -> bytes:
    """A sheet of head counts of both months; the same bytes each time."""
    lines = [[month, "south", "South Ranch", herd, head] for month in ("2024-02", "2024-03")
             for herd, head in (("Cow/Calf", 420), ("Feedlot", 180))]  # fmt: skip
    return workbook({"Herds": [["Period", "Company", "Location", "Herd", "Head"], *lines]})
