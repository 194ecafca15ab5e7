"""A released lake whose months can be closed, written out: north in CAD, south in USD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables.releases import release
from monette_assets_tests.reports.small_lake import AT, DECEMBER, GOLD, JANUARY, NOVEMBER, publish

MONTHS = (NOVEMBER, DECEMBER, JANUARY)


def complete(company: str, period: date, **more: Any) -> dict[str, Any]:
    """A company-month that is complete, unless said otherwise."""
    return {"company": company, "period": period, "basis": "accrual", "arrived_at": AT, "complete": True, **more}


def line(company: str, period: date, account: str, amount: str, **more: Any) -> dict[str, Any]:
    """A ledger line."""
    return {
        "company": company,
        "period": period,
        "basis": "accrual",
        "transaction_date": period,
        "transaction_type": "Journal Entry",
        "transaction_id": "7",
        "line_number": 1,
        "account_id": account,
        "account_name": account,
        "location": "North Home",
        "amount": Decimal(amount),
        **more,
    }


def closable_lake(
    folder: Path,
    group: Group,
    completeness: Sequence[Mapping[str, Any]] = (),
    sales: str = "100.00",
    restated: Sequence[Mapping[str, Any]] = (),
) -> Lake:
    """Every month north sells for `sales` and south for 10.00 USD at 1.40; every month complete unless told."""
    lake = Lake(str(folder))
    given = {(row["company"], row["period"]): row for row in completeness}
    units = [(company, period) for company in ("north", "south") for period in MONTHS]
    publish(lake, "gold/completeness", [given.get(unit, complete(*unit)) for unit in units], publish_id=sales)
    sold = {"north": Decimal(sales), "south": Decimal("10.00")}
    rate = {"north": Decimal("1.000000"), "south": Decimal("1.400000")}
    balances, results, sheets, lines, group_rows = [], [], [], [], []
    for company, period in units:
        amount, unit = sold[company], {"company": company, "period": period, "basis": "accrual"}
        for account, signed in (("bank", amount), ("sales", -amount)):
            lines.append(line(company, period, account, str(signed)))
            balances.append(
                {**unit, "account_id": account, "account_name": account, "group_account": account, "closing": signed}
            )
        results.append(
            {**unit, "account_id": "sales", "location": "North Home", "pillar": "Grain", "amount": -amount,
             "average_rate": rate[company], "amount_cad": (-amount * rate[company]).quantize(Decimal("0.01"))}
        )  # fmt: skip
        sheets.append({**unit, "account_id": "bank", "account_name": "bank", "amount": amount})
    for period in MONTHS:
        unit = {"period": period, "basis": "accrual", "subgroup": "group"}
        group_rows += [
            {**unit, "step": "companies", "component": company, "group_account": account, "classification": section,
             "closing_cad": (signed * sold[company] * rate[company]).quantize(Decimal("0.01"))}
            for company in sold for account, section, signed in (("bank", "Asset", 1), ("sales", "Revenue", -1))
        ]  # fmt: skip
    publish(lake, "gold/consolidated_statements", group_rows, publish_id=sales)
    flows = [
        {"company": company, "period": period, "basis": "accrual", "section": "cash", "line": "closing_cash",
         "amount": sold[company], "amount_cad": sold[company]}
        for company, period in units
    ]  # fmt: skip
    publish(lake, "gold/cash_flow", flows, publish_id=sales)
    publish(lake, "gold/restatements", restated, publish_id=sales)
    publish(lake, "gold/ledger", lines, publish_id=sales)
    publish(lake, "gold/trial_balance", balances, publish_id=sales)
    publish(lake, "gold/profit_and_loss", results, publish_id=sales)
    publish(lake, "gold/balance_sheet", sheets, publish_id=sales)
    rates = [
        {"period": period, "from_currency": "USD", "to_currency": "CAD", "kind": kind, "rate_date": period,
         "rate": Decimal("1.400000"), "source": "Bank of Canada FXUSDCAD"}
        for period in MONTHS for kind in ("daily", "average", "closing")
    ]  # fmt: skip
    publish(lake, "silver/exchange_rates", rates, publish_id=sales)
    publish(lake, "gold/translated_balances", [], publish_id=sales, made_from=["silver/exchange_rates"])
    release(lake, GOLD, "run", group)
    return lake
