"""A lake with two years of one company's statements, and the group's beside them, written out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from monette_assets.group import Group, load_group
from monette_assets.group.calendar import months_between
from monette_assets.lake import Lake
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.gold.farm_books import contract
from monette_assets_tests.reports.small_lake import AT, GOLD, publish

MONTHS = months_between(date(2024, 11, 1), date(2026, 1, 1))  # January 2026 is running
# section, line, amount of every month; south is in US dollars at 1.40
FLOWS = (
    ("net_income", "net_income", "100.00"),
    ("adjustments", "depreciation", "20.00"),
    ("working_capital", "receivables", "-50.00"),
    ("investing", "machinery", "-30.00"),
    ("financing", "loan", "10.00"),
)
BRIDGE = (
    ("net_income", "net_income", "100.00"),
    ("adjustments", "depreciation", "20.00"),
    ("working_capital", "receivables", "-50.00"),
    ("without_cash", "machinery", "-5.00"),
    ("at_bank", "sales", "80.00"),
    ("at_bank", "fuel", "-15.00"),
)


def farm_group(folder: Path) -> Group:
    """North's year begins in November, south's (in US dollars) in January, the group's in November."""
    north, south = small_contract()["companies"]
    files = contract(companies=[north, south], group={**small_contract()["group"], "year_start_month": 11})
    return load_group(write_contract(folder, **files))


def farm_lake(folder: Path, group: Group) -> Lake:
    """Cash grows by 50 a month from 1,000; a dividend of 60 in the first month of every group year."""
    lake = Lake(str(folder))
    flows: list[dict[str, Any]] = []
    bridge: list[dict[str, Any]] = []
    balances: list[dict[str, Any]] = []
    equity: list[dict[str, Any]] = []
    complete: list[dict[str, Any]] = []
    for company, currency, rate in (("north", "CAD", Decimal(1)), ("south", "USD", Decimal("1.40"))):
        cash, earned, retained = Decimal(1000), Decimal(0), Decimal(0)
        for month in MONTHS:
            key = {"company": company, "period": month, "basis": "accrual", "currency": currency}
            before = {"retained": retained, "current_earnings": earned}
            if month == group.fiscal_year_start(company, month):
                retained, earned = retained + earned, Decimal(0)
            rolled = {
                "retained": retained - before["retained"],
                "current_earnings": earned - before["current_earnings"],
            }
            ends = (("opening_cash", cash), ("net_change", Decimal(50)), ("closing_cash", cash + 50))
            cash, earned = cash + 50, earned + 100
            lines = [*((at, line, Decimal(amount)) for at, line, amount in FLOWS),
                     *(("cash", line, amount) for line, amount in ends)]  # fmt: skip
            flows += [
                {**key, "section": at, "line": line, "amount": amount, "amount_cad": amount * rate}
                for at, line, amount in lines
            ]
            bridge += [{**key, "section": at, "line": line, "amount": Decimal(amount)} for at, line, amount in BRIDGE]
            changed = [("opening", before), ("year_end", rolled), ("net_income", {"current_earnings": Decimal(100)}),
                       ("closing", {"retained": retained, "current_earnings": earned})]  # fmt: skip
            equity += [
                {**key, "component": component, "line": line, "amount": amount, "amount_cad": amount * rate}
                for line, amounts in changed
                for component, amount in amounts.items()
                if amount
            ]
            balances += [
                {**key, "account_id": "1", "account_number": "1000", "account_name": "Chequing",
                 "classification": "Asset", "group_account": "bank", "amount": cash, "display_amount": cash},
                {**key, "account_id": "2", "account_name": "Shares", "classification": "Equity",
                 "group_account": "capital", "amount": -cash, "display_amount": cash},
            ]  # fmt: skip
            complete.append({**key, "arrived_at": AT, "complete": True, "provisional": month == MONTHS[-1]})
    publish(lake, "gold/trial_balance", [
        {**{name: row[name] for name in ("company", "period", "basis", "account_id", "account_name", "currency")},
         "opening": row["amount"] - 50, "debit": Decimal(50), "closing": row["amount"]}
        for row in balances if row["account_id"] == "1"
    ])  # fmt: skip
    publish(lake, "gold/balance_sheet", balances)
    publish(lake, "gold/cash_flow", flows)
    publish(lake, "gold/cash_bridge", bridge)
    publish(lake, "gold/changes_in_equity", equity)
    publish(lake, "gold/completeness", complete)
    release(lake, GOLD, "run", group)
    return lake
