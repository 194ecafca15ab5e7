"""Half a year of a group whose companies come and go, every statement of it made by the platform's own tables.

November 2024 to April 2025. North is there all the while. Mill, alone in its pillar, leaves after January. Hill joins
in December, with years of its own that begin in January. South's books are in US dollars and translated by the temporal
method. There is nothing between the companies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets.gold import (
    adjustments,
    balance_sheet,
    cash_flow,
    cattle_split,
    changes_in_equity,
    consolidated_cash_flow,
    consolidated_changes_in_equity,
    consolidated_statements,
    eliminations,
    ledger,
    profit_and_loss,
    translated_balances,
    trial_balance,
)
from monette_assets.group import Group
from monette_assets.group.calendar import months_between
from monette_assets.lake import Lake
from monette_assets.silver import accounts, exchange_rates
from monette_assets.tables import Table
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, computed, context_of, frame, group_of, rows
from monette_assets_tests.gold import farm_books
from monette_assets_tests.gold.farm_books import Transaction
from monette_assets_tests.reports.small_lake import GOLD, publish

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIRST, LAST = date(2024, 11, 1), date(2025, 4, 1)
MONTHS = tuple(months_between(FIRST, LAST))
AVERAGE = ("1.36", "1.39", "1.43", "1.41", "1.40", "1.37")
CLOSING = ("1.38", "1.41", "1.44", "1.42", "1.39", "1.38")

MADE = (
    translated_balances.translated_balances,
    balance_sheet.balance_sheet,
    cash_flow.cash_flow,
    changes_in_equity.changes_in_equity,
    profit_and_loss.profit_and_loss,
    consolidated_statements.consolidated_statements,
    consolidated_cash_flow.consolidated_cash_flow,
    consolidated_changes_in_equity.consolidated_changes_in_equity,
)


@dataclass(frozen=True)
class Life:
    """A company: when it was part of the group, and what its books say."""

    first: date
    last: date
    year_start: int
    opening: Mapping[str, str]
    books: tuple[Transaction, ...]
    currency: str = "CAD"

    @property
    def months(self) -> list[date]:
        """The months it was part of the group."""
        return months_between(self.first, self.last)


def _trading(sold: str, burnt: str, months: Iterable[date]) -> tuple[Transaction, ...]:
    """The same every month, so that no two months open or close alike."""
    return tuple(
        entry
        for month in months
        for entry in (
            (f"{month:%Y-%m}", "invoice", {"receivables": sold, "sales": f"-{sold}"}),
            (f"{month:%Y-%m}", "receipt", {"bank": "75.00", "receivables": "-75.00"}),
            (f"{month:%Y-%m}", "cheque", {"fuel": burnt, "bank": f"-{burnt}"}),
        )
    )


LIVES = {
    "north": Life(FIRST, LAST, 11, farm_books.OPENING, farm_books.BOOKS),
    "mill": Life(FIRST, date(2025, 1, 1), 11, {"bank": "400.00", "capital": "-400.00"},
                 _trading("90.00", "20.00", MONTHS[:3])),
    "hill": Life(date(2024, 12, 1), LAST, 1, {"bank": "700.00", "capital": "-640.00", "sales": "-60.00"},
                 _trading("110.00", "33.00", MONTHS[1:])),
    "south": Life(FIRST, LAST, 11, {"bank": "1000.00", "capital": "-1000.00"},
                  (*_trading("130.00", "41.00", MONTHS),
                   ("2024-11", "bought grain", {"grain": "300.00", "bank": "-300.00"}),
                   ("2025-02", "fed grain", {"fuel": "120.00", "grain": "-120.00"})), "USD"),
}  # fmt: skip


def changing_group(folder: Path) -> Group:
    """The contract of these companies; the group's year begins in November."""
    files = farm_books.contract(locations=[], pillars=[*small_contract()["pillars"], {"name": "Seed"}])
    files["chart"].append(
        {"code": "exchange", "name": "Exchange gain or loss", "statement": "profit_and_loss",
         "classification": "Revenue", "kind": "exchange", "profit_type": "Other Income", "order": 100}
    )  # fmt: skip
    companies = farm_books.companies(**{code: life.year_start for code, life in LIVES.items()})
    for each in companies:
        life = LIVES[each["code"]]
        each.update(name=each["code"].title(), first_period=life.first, home_currency=life.currency)
        if life.last < LAST:
            each.update(last_period=life.last, pillar="Seed")
        if life.currency != "CAD":
            each |= {
                "country": "US",
                "translation": "temporal",
                "opening": {
                    "rate": "1.35", "rate_date": date(2024, 10, 31), "source": "Bank of Canada FXUSDCAD",
                    "historical": [{"group_account": "capital", "amount_cad": "1350.00"}],
                },
            }  # fmt: skip
    return group_of(folder, **files, companies=companies)


def changing_lake(folder: Path, group: Group, spark: SparkSession) -> Lake:
    """The books of every company, and every statement made of them, released."""
    lake = Lake(str(folder))
    context = context_of(spark, group, *(f"{month:%Y-%m}" for month in MONTHS))
    posted = [row for code in LIVES for row in _posted(code)]
    given: dict[str, Any] = {
        "trial_balance": frame(spark, trial_balance.CONTRACT, [row for code in LIVES for row in _balances(code)]),
        "ledger": frame(spark, ledger.CONTRACT, posted),
        "accounts": frame(
            spark,
            accounts.CONTRACT,
            rows(
                accounts.CONTRACT,
                "company account_id account_name classification account_sub_type",
                *[(code, "retained", "Retained", "Equity", "RetainedEarnings") for code in LIVES],
            ),
        ),
        "exchange_rates": frame(
            spark,
            exchange_rates.CONTRACT,
            rows(
                exchange_rates.CONTRACT,
                "period kind rate_date rate",
                *[
                    (month, kind, month, rate)
                    for kind, found in (("daily", CLOSING), ("average", AVERAGE), ("closing", CLOSING))
                    for month, rate in zip(MONTHS, found, strict=True)
                ],
                from_currency="USD", to_currency="CAD", source="Bank of Canada FXUSDCAD",
            ),
        ),
        "cattle_split": frame(spark, cattle_split.CONTRACT, []),
        "eliminations": frame(spark, eliminations.CONTRACT, []),
        "adjustments": frame(spark, adjustments.CONTRACT, []),
    }  # fmt: skip
    for each in MADE:
        name = _name(each)
        given[name] = computed(each(context, **{wanted: given[wanted] for wanted in each.contract.inputs}))
    for name in ("trial_balance", "ledger", *map(_name, MADE)):
        publish(lake, f"gold/{name}", [row.asDict() for row in given[name].collect()])
    release(lake, GOLD, "run", group)
    return lake


def _name(table: Table) -> str:
    return table.contract.name.removeprefix("gold/")


def _balances(code: str) -> list[Row]:
    life = LIVES[code]
    kept = farm_books.trial_balance_rows(
        life.months, life.books, life.opening, company=code, year_start=life.year_start
    )
    return [{**row, "currency": life.currency} for row in kept]


def _posted(code: str) -> list[Row]:
    """The postings, at the month's average as the ledger has them."""
    life = LIVES[code]
    average = dict(zip(MONTHS, AVERAGE, strict=True))
    found = []
    for row in farm_books.ledger_rows(life.books, company=code):
        rate = Decimal(average[row["period"]]) if life.currency != "CAD" else Decimal(1)
        found.append(
            {**row, "currency": life.currency, "profit_type": farm_books.ACCOUNTS[row["account_id"]][2],
             "transaction_date": row["period"], "average_rate": rate, "amount_cad": row["amount"] * rate}
        )  # fmt: skip
    return found
