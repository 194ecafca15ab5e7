"""Whose report it is: a report carries no company id, and account ids collide between companies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from monette_assets.sources.quickbooks.reports.refusals import Parsed, Refusals, ReportRefusedError

FEW = 2  # accounts that may have been renamed and renumbered since the report was fetched, in any report
SHARE = 4  # and one in so many


class Account(NamedTuple):
    """What an account goes by in the company's chart."""

    number: str | None
    name: str  # full, parents first


Chart = Mapping[str, Account]  # account id -> what it goes by


def of_company(parsed: Parsed, chart: Chart, *, company: str, period: date, basis: str, report: str) -> Parsed:
    """The report, or its refusal where its accounts are not those of the company's chart.

    An account is the company's if the chart has its id, under the printed number or the printed name: one of them may
    have changed since. More than two accounts that are not, and more than a quarter of all, or all of them, are another
    company's. A company without a chart is not judged, nor are lines without an account.
    """
    if not chart or not parsed.lines.num_rows:
        return parsed
    printed = printed_accounts(parsed)
    strangers = [each for each in printed if not _known(chart.get(each[0]), *each[1:])]
    if not strangers or (len(strangers) < len(printed) and len(strangers) <= max(FEW, len(printed) // SHARE)):
        return parsed
    shown = ", ".join(_against(each, chart) for each in strangers[:3])
    refusals = Refusals(company, period, basis, report)
    refusals.refuse_report(
        0,
        ReportRefusedError(
            "wrong_company",
            f"{len(strangers)} of its {len(printed)} accounts are not those of the company's chart ({shown}): "
            "is it another company's? If they were renamed since it was fetched, fetch the month again",
        ),
    )
    return Parsed(parsed.lines.slice(0, 0), refusals.table(), parsed.counts)


def printed_accounts(parsed: Parsed) -> list[tuple[str, str | None, str]]:
    """(id, number, name) of every account with an id in a report's lines, as its first line has them, in order."""
    lines = parsed.lines
    ids, names = lines["account_id"].to_pylist(), lines["account_name"].to_pylist()
    numbers = lines["account_number"].to_pylist() if "account_number" in lines.column_names else [None] * len(ids)
    found: dict[str, tuple[str, str | None, str]] = {}
    for account_id, number, name in zip(ids, numbers, names, strict=True):
        if account_id and account_id not in found and account_id.isdigit():  # synthetic ones are words
            found[account_id] = (account_id, number or None, name or "")
    return [found[account_id] for account_id in sorted(found, key=int)]


def _known(account: Account | None, number: str | None, name: str) -> bool:
    if account is None:
        return False
    leaf = name.rsplit(":", 1)[-1]
    if account.number and account.number in (number, leaf.split(" ", 1)[0]):
        return True
    return account.name.rsplit(":", 1)[-1].casefold() in leaf.casefold()  # it may print number and "(deleted)" too


def _against(printed: tuple[str, str | None, str], chart: Chart) -> str:
    account_id, _, name = printed
    known = chart.get(account_id)
    return f"{account_id} {name!r}, here {known.name!r}" if known else f"{account_id} {name!r}, not here"
