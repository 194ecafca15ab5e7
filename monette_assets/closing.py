"""Approving, closing and reopening the month of a company, and of the group (ACCOUNTING 12).

A close freezes what the newest release says: statements, rates and ledger lines are copied into `closed_statements` and
`closed_ledger`, then the log `closes` names them with their content hash. The log is the act: rows it does not name do
not count. The group's month is closed with the last of its companies and reopened with the first of them; in the log
it is a company called `group`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from monette_assets.freezing import Books, freeze
from monette_assets.gold import closed_months
from monette_assets.group.calendar import months_between
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import belongs
from monette_assets.persons import as_kept, compared
from monette_assets.reports.released import Released, open_release
from monette_assets.tables import closes, hash_chain, provenance
from monette_assets.tables.closed_statements import COMPANY_STATEMENTS, GROUP_STATEMENTS
from monette_assets.tables.closes import APPROVE, CLOSE, REOPEN, closed, last_acts
from monette_assets.tables.hash_chain import Entry

if TYPE_CHECKING:
    from monette_assets.group import Group

Log = Sequence[Entry]
Said = Mapping[str, Mapping[str, Any]]  # by company, or group: what its entry says besides
CONSOLIDATED = "gold/consolidated_statements"
RESTATEMENTS = "gold/restatements"


class CloseRefusedError(Exception):
    """A month that cannot be approved, closed or reopened: why, and what to do."""


def approve(books: Books, period: date, companies: Sequence[str], who: str) -> list[Entry]:
    """Write down that somebody finds the months' figures right. Raises CloseRefusedError for all that cannot be."""
    who = person(books.group, who, "--by")
    release = _release(books)

    def approved(log: Log) -> Said:
        _all_or_none(companies, lambda each: _open(log, each, period))
        return {company: {} for company in companies}

    _all_or_none(companies, lambda each: _finished(books, release, each, period))
    _of_this_contract(books, companies, period)
    return _write(books, release, APPROVE, period, who, approved)


def close(
    books: Books, period: date, companies: Sequence[str], who: str, tell: Callable[[str], None] = lambda _: None
) -> list[Entry]:
    """Close a month of companies and freeze its figures. Raises CloseRefusedError; then none of them is closed.

    Refused are a month that runs, lies ahead, is incomplete or closed, one that was built with another contract than is
    in force, one that has an open month between its first close and it, and whom the contract does not name. Where no
    company of the month is left open, the group's month is closed too; where it cannot be, `tell` is given the reason.
    `group` among the companies closes the group's month alone, once all companies are closed.
    """
    who = person(books.group, who, "--by")
    release = _release(books)

    def one(log: Log, whose: str) -> None:
        _open(log, whose, period)
        if whose == WHOLE_GROUP:
            _companies_closed(books, log, release, period)
        else:
            _in_order(books.group, log, whose, period)

    def closing(those: Sequence[str]) -> list[Entry]:
        _all_or_none(those, lambda each: one(books.log, each))
        _of_this_contract(books, those, period)
        frozen = {whose: freeze(books, release, period, whose) for whose in those}

        def allowed(log: Log) -> Said:
            _all_or_none(those, lambda each: one(log, each))
            return frozen

        return _write(books, release, CLOSE, period, who, allowed)

    _all_or_none(companies, lambda each: _finished(books, release, each, period))
    made = closing(companies)
    if WHOLE_GROUP not in companies and CONSOLIDATED in release.versions and not _still_open(books, books.log, period):
        try:
            made += closing([WHOLE_GROUP])
        except CloseRefusedError as refused:
            tell(str(refused))
    return made


def reopen(
    books: Books, period: date, companies: Sequence[str], who: str, approved_by: str, reason: str
) -> list[Entry]:
    """Open closed months again; it takes two persons. Their frozen figures stay. Raises CloseRefusedError.

    The group's month is reopened before the first of its companies; `group` among the companies reopens it alone.
    All are reopened, or none is.
    """
    who, second = person(books.group, who, "--by"), person(books.group, approved_by, "--approved-by")
    if compared(who) == compared(second):
        raise CloseRefusedError(f"reopening needs a second person: {who} cannot approve what {second} asks for")
    stated(reason, CloseRefusedError)
    because = {"approved_by": second, "reason": reason.strip()}

    def one(log: Log, whose: str) -> None:
        if (whose, period) not in closed(log):
            raise CloseRefusedError(f"{whose} {period:%Y-%m} is not closed: there is nothing to reopen")

    def opening(log: Log) -> Said:
        _all_or_none(companies, lambda each: one(log, each))
        opened = dict.fromkeys(companies, because)
        if WHOLE_GROUP in companies or (WHOLE_GROUP, period) not in closed(log):
            return opened
        with_it = f"{', '.join(companies)} {_is(companies)} reopened: {because['reason']}"
        return {WHOLE_GROUP: {**because, "reason": with_it}, **opened}

    return _write(books, _release(books), REOPEN, period, who, opening)


def stated(why: str, refused: type[Exception]) -> str:
    """The reason as a log keeps it. Raises `refused` for none."""
    if not why.strip():
        raise refused("--reason: say why; it stands in the log for good")
    return " ".join(why.split())


def person(group: Group, name: str, option: str) -> str:
    """The name as the log keeps it. Raises CloseRefusedError for none, or one the contract does not list."""
    known = as_kept(name)
    if not known:
        raise CloseRefusedError(f"{option}: expected a person's name, found none")
    controllers = group.settings.controllers
    if controllers and compared(known) not in map(compared, controllers):
        raise CloseRefusedError(
            f"{option} {known}: the contract lets only {', '.join(controllers)} do that (group.yaml: controllers)"
        )
    return known


def _is(those: Sequence[object]) -> str:
    return "is" if len(those) == 1 else "are"


def _release(books: Books) -> Released:
    return open_release(books.lake, books.group.time_zone)


def _all_or_none(companies: Sequence[str], check: Callable[[str], None]) -> None:
    """Every refusal at once, before anything is written."""
    problems = []
    for company in companies:
        try:
            check(company)
        except CloseRefusedError as refused:
            problems.append(str(refused))
    if problems:
        raise CloseRefusedError("\n".join(problems))


def _open(log: Log, company: str, period: date) -> None:
    standing = closed(log).get((company, period))
    if standing is not None:
        raise CloseRefusedError(
            f"{company} {period:%Y-%m} was closed by {standing['who']} on {standing['at']:%Y-%m-%d %H:%M} UTC (close "
            f"{standing['number']}); `monette reopen` opens it again"
        )


def _still_open(books: Books, log: Log, period: date) -> list[str]:
    """The companies whose figures the group's month holds and that are not closed."""
    standing = closed(log)
    return [each for each in _members(books.group, period) if (each, period) not in standing]


def _members(group: Group, period: date) -> list[str]:
    return [each.code for each in group.companies if belongs(group, each.code, period)]


def _companies_closed(books: Books, log: Log, release: Released, period: date) -> None:
    """The group's month is made of its companies': they are closed, and stand as they were closed."""
    here = f"{WHOLE_GROUP} {period:%Y-%m}"
    if missing := _still_open(books, log, period):
        raise CloseRefusedError(
            f"{here}: {', '.join(missing)} {_is(missing)} open; the group is closed once every company is"
        )
    rows = (
        release.rows(RESTATEMENTS, period=period, columns=["company", "period", "close_number"])
        if RESTATEMENTS in release.versions
        else []
    )
    changed = {company for company, _ in closed_months.restated(rows, log)} - {WHOLE_GROUP}
    if changed:
        raise CloseRefusedError(
            f"{here}: {', '.join(sorted(changed))} differs from what was closed; reopen it and close it again: "
            "the group's figures are those of its companies"
        )


def _in_order(group: Group, log: Log, company: str, period: date) -> None:
    """From the first month a company ever closed on, months are closed in order; the first may be any."""
    ever = [month for code, month in last_acts(log) if code == company]
    if not ever:
        return
    standing = closed(log)
    gaps = [
        month
        for month in months_between(min(ever), period)[:-1]
        if group.is_active(company, month) and (company, month) not in standing
    ]
    if gaps:
        raise CloseRefusedError(
            f"{company} {period:%Y-%m}: {', '.join(f'{month:%Y-%m}' for month in gaps)} {_is(gaps)} open; months are "
            "closed in order from the first one that was ever closed"
        )


def _finished(books: Books, release: Released, company: str, period: date) -> None:
    """The month is over, the release holds it, and nothing is missing from it. There is no way around that."""
    here, today = f"{company} {period:%Y-%m}", books.now().date()
    if period > today:
        raise CloseRefusedError(f"{here} has not begun: only a month that is over can be closed")
    if period == today.replace(day=1):
        raise CloseRefusedError(f"{here} is running until the month ends: only a month that is over can be closed")
    if company == WHOLE_GROUP:
        if CONSOLIDATED not in release.versions:
            raise CloseRefusedError(f"{here}: release {release.number} has no {CONSOLIDATED}; run `monette run` first")
        return  # all else is asked of its companies when they are closed
    if not books.group.is_active(company, period):
        raise CloseRefusedError(f"{here}: {company} did not belong to the group then")
    again = f"run `monette run --from {period:%Y-%m}`, then close it"
    if "gold/completeness" not in release.versions:
        raise CloseRefusedError(f"{here}: release {release.number} has no gold/completeness; {again}")
    rows = release.rows("gold/completeness", period=period, company=company)
    if len(rows) < len(books.group.bases):
        raise CloseRefusedError(f"{here} is not in release {release.number}: it has not been built; {again}")
    if any(row["provisional"] for row in rows):
        raise CloseRefusedError(f"{here} was last built while it was running: its figures are provisional; {again}")
    missing = [f"{row['basis']}: {row['missing']}" for row in rows if not row["complete"]]
    if missing:
        raise CloseRefusedError(
            f"{here} is incomplete: {'; '.join(missing)}. Put that right (`monette check --from {period:%Y-%m}`), then "
            "close it"
        )


def _of_this_contract(books: Books, companies: Sequence[str], period: date) -> None:
    """What the log will say the figures were made with is what they were made with: the contract in force."""
    of_group = [each.table for each in GROUP_STATEMENTS if WHOLE_GROUP in companies]
    of_companies = [each.table for each in COMPANY_STATEMENTS if set(companies) - {WHOLE_GROUP}]
    for table in (*of_companies, *of_group):
        made = provenance.read(books.lake, table).get(period, provenance.NEVER)
        if made != provenance.NEVER and made.contract != books.group.fingerprint:
            raise CloseRefusedError(
                f"{table} of {period:%Y-%m} was built with another contract ({made.contract[:8]}) than is in force "
                f"({books.group.fingerprint[:8]}); run `monette run --no-fetch --from {period:%Y-%m} --to "
                f"{period:%Y-%m}`, then close it"
            )


def _write(
    books: Books, release: Released, action: str, period: date, who: str, said: Callable[[Log], Said]
) -> list[Entry]:
    """What is said of the log as it stands, an entry for each company, all in one commit; or refused by `said`."""
    own, act = closes.CONTRACT, uuid.uuid4().hex[:12]

    def contents(log: Log) -> list[Entry]:
        return [
            {
                "action": action,
                "period": period,
                "company": company,
                "who": who,
                "at": books.now().astimezone(UTC),
                "release": release.number,
                "contract_version": books.group.fingerprint,
                "tables": list(release.versions),
                "versions": [str(version) for version in release.versions.values()],
                **more,
            }
            for company, more in said(log).items()
        ]

    what = f"{action} {period:%Y-%m}"
    return hash_chain.append_all(
        books.lake, own, contents, commit=lambda number: books.commit(own, f"{act}:{number}", what, who)
    )
