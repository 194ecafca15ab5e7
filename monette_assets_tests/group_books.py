"""Small books of several companies, written out as documents, and the gold tables a consolidation starts from.

Balances and their translation are kept here as a bookkeeper keeps them, month after month, not by the platform's code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets.gold import adjustments, ledger, translated_balances, trial_balance
from monette_assets.gold.intercompany_lines import intercompany_lines
from monette_assets.group import Group
from monette_assets.group.calendar import months_between
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, computed, context_of, frame, group_of, rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

# code, classification, kind, profit type
CHART: tuple[tuple[str, str, str, str | None], ...] = (
    ("bank", "Asset", "bank", None),
    ("receivable", "Asset", "receivable", None),
    ("due_from", "Asset", "due_from_group", None),
    ("difference", "Asset", "intercompany_difference", None),
    ("inventory", "Asset", "inventory", None),
    ("investment", "Asset", "other", None),
    ("goodwill", "Asset", "goodwill", None),
    ("payable", "Liability", "payable", None),
    ("due_to", "Liability", "due_to_group", None),
    ("capital", "Equity", "capital", None),
    ("dividends", "Equity", "dividends", None),
    ("retained_earnings", "Equity", "retained_earnings", None),
    ("translation", "Equity", "translation", None),
    ("minority", "Equity", "non_controlling_interest", None),
    ("sales", "Revenue", "other", "Sales Revenue"),
    ("group_sales", "Revenue", "intercompany_revenue", "Sales Revenue"),
    ("gain", "Revenue", "other", "Other Income"),
    ("exchange", "Revenue", "exchange", "Other Income"),
    ("income_difference", "Revenue", "intercompany_difference", "Other Income"),
    ("cost", "Expense", "other", "Cost of Goods Sold"),
    ("feed", "Expense", "other", "Direct Operating Expenses"),
    ("minority_income", "Expense", "non_controlling_interest", "Other Expense"),
)
EARNS = ("Revenue", "Expense")
CLASSIFICATION = {code: classification for code, classification, _, _ in CHART}


# The contract wants a foreign company's opening position; these books translate themselves.
OPENING = {"rate": "1.5", "rate_date": date(2024, 10, 31), "source": "test"}


def chart() -> list[Row]:
    """The chart as a contract file writes it."""
    return [
        {
            "code": code,
            "name": code.replace("_", " ").capitalize(),
            "statement": "profit_and_loss" if profit_type else "balance_sheet",
            "classification": classification,
            "kind": kind,
            "profit_type": profit_type,
            "order": order,
        }
        for order, (code, classification, kind, profit_type) in enumerate(CHART)
    ]


def company(code: str, currency: str = "CAD", year_start: int = 11, pillar: str = "Grain", **more: Any) -> Row:
    """A company: `grain` is "Grain Ltd." to the others."""
    return {
        "code": code,
        "name": f"{code.replace('_', ' ').title()} Ltd.",
        "realm_id": str(sum(ord(letter) * 7**place for place, letter in enumerate(code))),
        "home_currency": currency,
        "country": "CA" if currency == "CAD" else "US",
        "year_starts": [{"from": date(2010, year_start, 1), "month": year_start}],
        "pillar": pillar,
        **({"opening": OPENING} if currency != "CAD" else {}),
        **more,
    }


def companies_group(
    folder: Path, *companies: Row, overrides: dict[str, Any] | None = None, **consolidation: Any
) -> Group:
    """A group of these companies, its fiscal year beginning in November; `overrides` are whole files."""
    files: dict[str, Any] = {
        "companies": list(companies),
        "chart": chart(),
        "mapping": [{"account_name": code, "group_account": code} for code, *_ in CHART],
        "locations": [],
        "pillars": [*small_contract()["pillars"], {"name": "Seed"}],
        **(overrides or {}),
    }
    if consolidation:
        files["consolidation"] = consolidation
    return group_of(folder, **files)


@dataclass(frozen=True)
class Line:
    """A posting. `foreign` is its amount in the document's `currency`, where that is not the company's own."""

    company: str
    period: date
    reference: str
    contact: str | None
    account: str
    amount: Decimal
    currency: str | None = None
    foreign: Decimal | None = None


def document(
    company: str, month: str, reference: str, contact: str | None, *postings: Sequence[str], currency: str | None = None
) -> list[Line]:
    """A document's lines: (account, amount) or (account, amount, amount in the document's currency)."""
    return [
        Line(
            company,
            date.fromisoformat(f"{month}-01"),
            reference,
            contact,
            posting[0],
            Decimal(posting[1]),
            currency,
            Decimal(posting[2]) if len(posting) > 2 else None,
        )
        for posting in postings
    ]


@dataclass
class Books:
    """Every company's documents and the rates they are translated at: month -> (average, closing)."""

    group: Group
    lines: list[Line]
    rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    opened: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # company -> account -> amount before

    def ledger_rows(self) -> list[Row]:
        return rows(
            ledger.CONTRACT,
            "company period transaction_id line_number document_number contact_name account_id group_account "
            "classification transaction_currency transaction_amount currency amount",
            *[
                (
                    line.company, line.period, str(number), number, line.reference, line.contact, line.account,
                    line.account, CLASSIFICATION[line.account], line.currency or self._home(line.company),
                    line.foreign if line.currency else line.amount, self._home(line.company), line.amount,
                )
                for number, line in enumerate(self.lines)
            ],
            basis="accrual",
            transaction_type="Journal Entry",
        )  # fmt: skip

    def _home(self, code: str) -> str:
        return self.group.company(code).home_currency

    def translated_rows(self, last: str) -> list[Row]:
        """The translated trial balance of every company and month up to `last`, translation adjustment included."""
        return [row for code in self._codes() for row in self._translated(code, date.fromisoformat(f"{last}-01"))]

    def _codes(self) -> list[str]:
        return [each.code for each in self.group.companies]

    def _translated(self, code: str, last: date) -> list[Row]:
        """One company, month by month: balances at the closing rate, income at the average, equity as it was booked."""
        who, home = self.group.company(code), self._home(code)
        months = months_between(who.first_period, min(last, who.last_period or last))
        held: dict[str, Decimal] = defaultdict(lambda: ZERO)  # home currency
        carried: dict[str, Decimal] = defaultdict(lambda: ZERO)  # CAD of equity and of the year's income and expense
        before: dict[str, Decimal] = {}  # CAD of every account at the end of the month before
        held |= {account: Decimal(amount) for account, amount in self.opened.get(code, {}).items()}
        found: list[Row] = []
        for period in months:
            average, closing = (Decimal(1), Decimal(1)) if home == "CAD" else self._rates(period)
            if period == months[0]:
                carried |= {account: _cents(amount * closing) for account, amount in held.items()}
                before = _at(held, carried, closing, home)
            if period == self.group.fiscal_year_start(code, period):
                for kept in (held, carried, before):
                    for account in [each for each in kept if CLASSIFICATION[each] in EARNS]:
                        kept["retained_earnings"] = kept.get("retained_earnings", ZERO) + kept.pop(account)
            opening, moved = dict(held), self._moved(code, period)
            for account, amount in moved.items():
                held[account] += amount
                carried[account] += _cents(amount * (average if CLASSIFICATION[account] in EARNS else closing))
            now = _at(held, carried, closing, home)
            found += [
                {
                    "company": code,
                    "period": period,
                    "account_id": account,
                    "group_account": account,
                    "classification": CLASSIFICATION[account],
                    "currency": home,
                    "opening": opening.get(account, ZERO),
                    "movement": moved.get(account, ZERO),
                    "closing": held.get(account, ZERO),
                    "rate": average if CLASSIFICATION[account] in EARNS else closing,
                    "rate_kind": _rate_kind(account, home),
                    "opening_cad": before.get(account, ZERO),
                    "movement_cad": amount - before.get(account, ZERO),
                    "closing_cad": amount,
                }
                for account, amount in now.items()
            ]
            before = now
        return found

    def _moved(self, code: str, period: date) -> dict[str, Decimal]:
        moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for line in self.lines:
            if (line.company, line.period) == (code, period):
                moved[line.account] += line.amount
        return dict(moved)

    def _rates(self, period: date) -> tuple[Decimal, Decimal]:
        average, closing = self.rates[f"{period:%Y-%m}"]
        return Decimal(average), Decimal(closing)

    def trial_balance_rows(self, last: str) -> list[Row]:
        """Opening, debit, credit and closing in home currency."""
        found = []
        for row in self.translated_rows(last):
            posted = [
                line.amount for line in self.lines
                if (line.company, line.period, line.account) == (row["company"], row["period"], row["account_id"])
            ]  # fmt: skip
            found.append(
                {
                    **{name: row[name] for name in ("company", "period", "account_id", "group_account", "currency")},
                    "classification": row["classification"],
                    "opening": row["opening"],
                    "debit": sum((each for each in posted if each > 0), ZERO),
                    "credit": -sum((each for each in posted if each < 0), ZERO),
                    "closing": row["closing"],
                }
            )
        return found

    def inputs(self, spark: SparkSession, last: str, posted: list[Row] | None = None) -> dict[str, DataFrame]:
        """lines (of the ledger, or of these postings), translated_balances, trial_balance; nothing is adjusted."""
        translated = _frame(spark, translated_balances.CONTRACT, self.translated_rows(last))
        booked = frame(spark, ledger.CONTRACT, self.ledger_rows() if posted is None else posted)
        context = context_of(spark, self.group, last)
        return {
            "adjustments": frame(spark, adjustments.CONTRACT, []),
            "lines": computed(intercompany_lines(context, ledger=booked, translated_balances=translated)),
            "translated_balances": translated,
            "trial_balance": _frame(spark, trial_balance.CONTRACT, self.trial_balance_rows(last)),
        }


def _frame(spark: SparkSession, contract: Any, given: Sequence[Row]) -> DataFrame:
    header = list(given[0])
    lines = [tuple(row[name] for name in header) for row in given]
    return frame(spark, contract, rows(contract, " ".join(header), *lines, basis="accrual"))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _at(held: Mapping[str, Decimal], carried: Mapping[str, Decimal], closing: Decimal, home: str) -> dict[str, Decimal]:
    """CAD of every account, what translation leaves over included."""
    shown = {
        account: _cents(amount * closing) if CLASSIFICATION[account] in ("Asset", "Liability") else carried[account]
        for account, amount in held.items()
    }
    return shown if home == "CAD" else {**shown, "translation": -sum(shown.values(), ZERO)}


def _rate_kind(account: str, home: str) -> str:
    if home == "CAD":
        return "none"
    kinds = {"Asset": "closing", "Liability": "closing", "Equity": "historical"}
    return kinds.get(CLASSIFICATION[account], "average")
