"""Small group contracts for tests, written as the files a person would write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from monette_assets.simulator.charts import CHART, CLASSIFICATIONS

Contract = dict[str, Any]

OPEN_BOOKS_REALM = "4620816365000000001"


def small_contract() -> Contract:
    """Two companies, one of each currency; every account of the simulated farm chart mapped by number."""
    return {
        "group": {
            "code": "small",
            "name": "Small Group",
            "currency": "CAD",
            "time_zone": "America/Regina",
            "first_period": date(2024, 11, 1),
            "bases": ["accrual"],
            "year_start_month": 11,
        },
        "companies": [
            {
                "code": "north",
                "name": "North Farm Ltd.",
                "realm_id": "1001",
                "home_currency": "CAD",
                "country": "CA",
                "year_starts": [{"from": date(2020, 11, 1), "month": 11}],
                "pillar": "Grain",
            },
            {
                "code": "south",
                "name": "South Farm LLC",
                "realm_id": "1002",
                "home_currency": "USD",
                "country": "US",
                "year_starts": [{"from": date(2020, 1, 1), "month": 1}],
                "pillar": "Cow-Calf",
                "location": "South Ranch",
                "opening": {
                    "rate": "1.3688",
                    "rate_date": date(2024, 10, 31),
                    "source": "Bank of Canada FXUSDCAD",
                    "income_rate": "1.36",
                },
            },
        ],
        "pillars": [{"name": "Grain"}, {"name": "Cattle"}, {"name": "Cow-Calf", "parent": "Cattle"}],
        "locations": [
            {
                "name": "North Home",
                "pillars": [{"pillar": "Grain"}],
                "spellings": [{"raw": "NORTH (home)", "company": "north"}],
            },
            {"name": "South Ranch", "pillars": [{"pillar": "Cow-Calf"}]},
        ],
        "commodities": [{"code": "durum", "name": "Durum"}],
        "chart": [
            _group_account("assets", "balance_sheet", "Asset", order=10),
            _group_account("liabilities", "balance_sheet", "Liability", order=20),
            _group_account("capital", "balance_sheet", "Equity", kind="capital", order=30),
            _group_account("retained_earnings", "balance_sheet", "Equity", kind="retained_earnings", order=40),
            _group_account("sales", "profit_and_loss", "Revenue", profit_type="Sales Revenue", order=50),
            _group_account("cost_of_goods", "profit_and_loss", "Expense", profit_type="Cost of Goods Sold", order=60),
            _group_account("direct", "profit_and_loss", "Expense", profit_type="Direct Operating Expenses", order=70),
            _group_account("other_income", "profit_and_loss", "Revenue", profit_type="Other Income", order=80),
            _group_account(
                "below_ebitda", "profit_and_loss", "Expense", kind="depreciation", profit_type="Other Expense", order=90
            ),
            _group_account("translation_adjustment", "balance_sheet", "Equity", kind="translation", order=45),
            _group_account("cash", "balance_sheet", "Asset", kind="bank", order=5),
        ],
        "mapping": [
            {"account_number": line.number, "group_account": _small_group_account(line.account_type, line.sub_type)}
            for line in CHART
        ],
        "reroutes": [],
    }


def _group_account(code: str, statement: str, classification: str, **more: Any) -> dict[str, Any]:
    name = code.replace("_", " ").capitalize()
    return {"code": code, "name": name, "statement": statement, "classification": classification, **more}


def _small_group_account(account_type: str, sub_type: str) -> str:
    if sub_type == "RetainedEarnings":
        return "retained_earnings"
    if account_type == "Bank":
        return "cash"
    by_type = {
        "Income": "sales",
        "Cost of Goods Sold": "cost_of_goods",
        "Expense": "direct",
        "Other Income": "other_income",
        "Other Expense": "below_ebitda",
    }
    by_classification = {"Asset": "assets", "Liability": "liabilities", "Equity": "capital"}
    return by_type.get(account_type) or by_classification[CLASSIFICATIONS[account_type]]


def write_contract(folder: Path, **overrides: Any) -> Path:
    """Write the small contract, some files replaced by name: `companies=[...]`, `group={...}`. Returns the folder."""
    return write_files(folder, small_contract() | overrides)


def write_files(folder: Path, contract: Contract) -> Path:
    """Write a contract's files: `group` and `consolidation` as they are, others under a key of their own name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contract.items():
        document = content if name in ("group", "consolidation") else {name: content}
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def write_open_books_contract(folder: Path, account_names: Iterable[str], realm_id: str = OPEN_BOOKS_REALM) -> Path:
    """A one-company contract (USD, calendar year) for a ledger served from CSV: accounts mapped by full name.

    `account_names` are colon paths; each goes to the group account of its first part, `Retained Earnings` to its own.
    """
    group_accounts = {
        "assets": _group_account("assets", "balance_sheet", "Asset", kind="bank", order=10),
        "liabilities": _group_account("liabilities", "balance_sheet", "Liability", order=20),
        "equity": _group_account("equity", "balance_sheet", "Equity", order=30),
        "retained_earnings": _group_account(
            "retained_earnings", "balance_sheet", "Equity", kind="retained_earnings", order=40
        ),
        "income": _group_account("income", "profit_and_loss", "Revenue", profit_type="Sales Revenue", order=50),
        "expenses": _group_account(
            "expenses", "profit_and_loss", "Expense", profit_type="Direct Operating Expenses", order=60
        ),
    }
    names = {"Retained Earnings", *account_names}
    names |= {":".join(name.split(":")[:depth]) for name in names for depth in range(1, name.count(":") + 1)}
    return write_files(
        folder,
        {
            "group": {
                "code": "open_books",
                "name": "Open Books",
                "currency": "USD",
                "time_zone": "America/Los_Angeles",
                "first_period": date(2015, 1, 1),
                "bases": ["accrual"],
            },
            "companies": [
                {
                    "code": "open_books",
                    "name": "Open Books",
                    "realm_id": realm_id,
                    "home_currency": "USD",
                    "country": "US",
                    "year_starts": [{"from": date(2015, 1, 1), "month": 1}],
                    "last_period": date(2017, 12, 1),
                    "pillar": "Others",
                    "location": "Office",
                }
            ],
            "pillars": [{"name": "Others"}],
            "locations": [{"name": "Office", "pillars": [{"pillar": "Others"}]}],
            "commodities": [],
            "chart": list(group_accounts.values()),
            "mapping": [
                {
                    "account_name": name,
                    "group_account": "retained_earnings"
                    if name == "Retained Earnings"
                    else name.split(":")[0].casefold(),
                }
                for name in sorted(names)
            ],
            "reroutes": [],
        },
    )
