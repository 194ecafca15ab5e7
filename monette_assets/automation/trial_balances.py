"""QuickBooks' trial balances beside ours: in which months did books change without anybody saying so?

A balance carries a change on into every later month, so a month is changed only where its difference is not what the
month before hands on: balance-sheet accounts keep it, income and expense until the fiscal year ends, retained earnings
takes it in then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from monette_assets.automation.affected import every_month
from monette_assets.gold import trial_balance
from monette_assets.silver import accounts

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.resources import QuickBooks

REPORT: Final = "trial_balance"
UNKNOWN = ""  # where the company has no account for retained earnings

Balances = dict[str, Decimal]  # closing by account id, debit positive, without zeros
Series = dict[date, Balances]  # by month


@dataclass(frozen=True)
class Comparison:
    """What a comparison found."""

    compared: int  # company-months, bases counted once
    changed: Mapping[str, list[date]]  # by company; only those with changes
    failures: Mapping[str, str]  # by company that could not be compared: why


def compare(group: Group, lake: Lake, quickbooks: QuickBooks, codes: Iterable[str], latest: date) -> Comparison:
    """Ask every company for the trial balance of every month the lake holds, and compare.

    One report a company-month: QuickBooks documents no trial balance with a column a month. A company that fails in
    one month is not compared: its later months could not be told from it.
    """
    wanted = {code: every_month(group, code, latest=latest) for code in codes}
    reported, failures = ask(group, quickbooks, wanted)
    held = ours(lake)
    earning, retained = _earning(lake)
    changed: dict[str, list[date]] = {}
    whole = [code for code in wanted if code not in failures]
    for code in whole:
        months = {
            month
            for basis in group.bases
            for month in changed_months(
                {month: group.fiscal_year_start(code, month) for month in wanted[code]},
                held.get((code, basis), {}),
                reported.get((code, basis), {}),
                earning.get(code, set()),
                retained.get(code, UNKNOWN),
            )
        }
        if months:
            changed[code] = sorted(months)
    return Comparison(sum(len(wanted[code]) for code in whole), changed, failures)


def changed_months(
    year_starts: Mapping[date, date],
    held: Mapping[date, Balances],
    reported: Mapping[date, Balances],
    earning: Collection[str],
    retained: str,
) -> list[date]:
    """The months whose own postings differ, of one company and basis.

    `year_starts`: the months compared, without a gap, each with the first month of its fiscal year.
    """
    changed = []
    carried: Balances = {}
    for month in sorted(year_starts):
        if year_starts[month] == month:
            carried = _over_the_year_end(carried, earning, retained)
        difference = _less(reported.get(month, {}), held.get(month, {}))
        if difference != carried:
            changed.append(month)
        carried = difference
    return changed


def _over_the_year_end(difference: Balances, earning: Collection[str], retained: str) -> Balances:
    """What is left of a difference in the next fiscal year: what was earned stands in retained earnings."""
    earned = sum((amount for account, amount in difference.items() if account in earning), Decimal(0))
    kept = {account: amount for account, amount in difference.items() if account not in earning}
    return _less(kept, {retained: -earned})


def _less(one: Balances, other: Balances) -> Balances:
    both = {account: one.get(account, Decimal(0)) - other.get(account, Decimal(0)) for account in {*one, *other}}
    return {account: amount for account, amount in both.items() if amount}


def ask(
    group: Group, quickbooks: QuickBooks, wanted: Mapping[str, Collection[date]]
) -> tuple[dict[tuple[str, str], Series], dict[str, str]]:
    """QuickBooks' trial balances by company and basis, and why a company gave none."""
    from monette_assets.sources.quickbooks.fetch import Failure
    from monette_assets.sources.quickbooks.reports import parse_balances

    requests, unready = quickbooks.requests((code, month) for code, months in wanted.items() for month in months)
    failures = {code: str(error) for (code, _), error in unready.items()}
    found: dict[tuple[str, str], Series] = defaultdict(dict)
    for fetched in quickbooks.fetch([request for request in requests if request.report == REPORT]):
        if isinstance(fetched, Failure):
            failures[fetched.request.company] = str(fetched.error)
            continue
        parsed = parse_balances(
            [part.payload for part in fetched.parts],
            report=REPORT,
            company=fetched.company,
            period=fetched.period,
            basis=fetched.basis,
            home_currency=group.company(fetched.company).home_currency,
        )
        if parsed.refusals.num_rows:
            failures[fetched.company] = f"{fetched.period:%Y-%m} {fetched.basis}: {'; '.join(parsed.reasons())}"
            continue
        rows = parsed.lines.select(["account_id", "amount"]).to_pylist()
        found[fetched.company, fetched.basis][fetched.period] = {
            row["account_id"]: row["amount"] for row in rows if row["amount"]
        }
    return found, failures


def ours(lake: Lake) -> dict[tuple[str, str], Series]:
    """Our own trial balances by company and basis."""
    columns = ["company", "basis", "period", "account_id", "closing"]
    held: dict[tuple[str, str], Series] = defaultdict(lambda: defaultdict(dict))
    for row in lake.read(trial_balance.CONTRACT.name, columns=columns).to_pylist():
        if row["closing"]:
            held[row["company"], row["basis"]][row["period"]][row["account_id"]] = row["closing"]
    return held


def _earning(lake: Lake) -> tuple[dict[str, set[str]], dict[str, str]]:
    """By company: the accounts of income and expense, and the one of retained earnings."""
    earning: dict[str, set[str]] = defaultdict(set)
    retained: dict[str, str] = {}
    columns = ["company", "account_id", "classification", "account_sub_type"]
    for row in lake.read(accounts.CONTRACT.name, columns=columns).to_pylist():
        if row["classification"] in ("Revenue", "Expense"):
            earning[row["company"]].add(row["account_id"])
        if row["account_sub_type"] == "RetainedEarnings":
            retained[row["company"]] = row["account_id"]
    return earning, retained
