"""Approving, closing and reopening a company's month (ACCOUNTING 12).

A close freezes what the newest release says: the statements, the rates and the ledger lines of the company-month are
copied into `closed_statements` and `closed_ledger`, then the log `closes` names them with their content hash. The log
is the act: rows it does not name do not count.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.clock import now
from monette_assets.group.calendar import months_between
from monette_assets.lake import Commit, Lake
from monette_assets.reports.released import Released, open_release
from monette_assets.tables import closed_ledger, closed_statements, closes, hash_chain
from monette_assets.tables.closed_statements import RATES, STATEMENTS, figures
from monette_assets.tables.closes import APPROVE, CLOSE, REOPEN, closed, last_acts
from monette_assets.tables.contract import Contract
from monette_assets.tables.hash_chain import Entry, content_hash

if TYPE_CHECKING:
    from monette_assets.group import Group

Log = Sequence[Entry]
RATE_KINDS = ("average", "closing")


class CloseRefusedError(Exception):
    """A month that cannot be approved, closed or reopened: why, and what to do."""


@dataclass(frozen=True)
class Books:
    """The lake and the contract, at a moment of the group's clock."""

    lake: Lake
    group: Group
    now: Callable[[], datetime]

    @classmethod
    def of(cls, lake: Lake, group: Group) -> Books:
        """By the real clock."""
        return cls(lake, group, lambda: now(group))

    @property
    def log(self) -> list[Entry]:
        """Everything that was ever approved, closed and reopened."""
        return hash_chain.entries(self.lake, closes.CONTRACT.name)


def approve(books: Books, period: date, companies: Sequence[str], who: str) -> list[Entry]:
    """Write down that somebody finds the months' figures right. Raises CloseRefusedError for all that cannot be."""
    who = person(books.group, who, "--by")
    release = _release(books)

    def allowed(log: Log, company: str) -> None:
        _open(log, company, period)

    _all_or_none(companies, lambda each: _finished(books, release, each, period))
    _all_or_none(companies, lambda each: allowed(books.log, each))
    return [_write(books, release, APPROVE, period, company, who, allowed) for company in companies]


def close(books: Books, period: date, companies: Sequence[str], who: str) -> list[Entry]:
    """Close a month of companies and freeze its figures. Raises CloseRefusedError; then none of them is closed.

    Refused are a month that runs, lies ahead, is incomplete or closed, one that has an open month between its first
    close and it, and whom the contract does not name.
    """
    who = person(books.group, who, "--by")
    release = _release(books)

    def allowed(log: Log, company: str) -> None:
        _open(log, company, period)
        _in_order(books.group, log, company, period)

    _all_or_none(companies, lambda each: _finished(books, release, each, period))
    _all_or_none(companies, lambda each: allowed(books.log, each))
    made = []
    for company in companies:
        frozen = _freeze(books, release, period, company)
        made.append(_write(books, release, CLOSE, period, company, who, allowed, **frozen))
    return made


def reopen(
    books: Books, period: date, companies: Sequence[str], who: str, approved_by: str, reason: str
) -> list[Entry]:
    """Open closed months again; it takes two persons. Their frozen figures stay. Raises CloseRefusedError."""
    who, second = person(books.group, who, "--by"), person(books.group, approved_by, "--approved-by")
    if _same(who, second):
        raise CloseRefusedError(f"reopening needs a second person: {who} cannot approve what {second} asks for")
    if not reason.strip():
        raise CloseRefusedError("--reason: say why; it stands in the log for good")
    release = _release(books)

    def allowed(log: Log, company: str) -> None:
        if (company, period) not in closed(log):
            raise CloseRefusedError(f"{company} {period:%Y-%m} is not closed: there is nothing to reopen")

    _all_or_none(companies, lambda each: allowed(books.log, each))
    told = {"approved_by": second, "reason": reason.strip()}
    return [_write(books, release, REOPEN, period, company, who, allowed, **told) for company in companies]


def person(group: Group, name: str, option: str) -> str:
    """The name as the log keeps it. Raises CloseRefusedError for none, or one the contract does not list."""
    known = " ".join(unicodedata.normalize("NFKC", name).split())
    if not known:
        raise CloseRefusedError(f"{option}: expected a person's name, found none")
    controllers = group.settings.controllers
    if controllers and not any(_same(known, each) for each in controllers):
        raise CloseRefusedError(
            f"{option} {known}: the contract lets only {', '.join(controllers)} do that (group.yaml: controllers)"
        )
    return known


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


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
            f"{company} {period:%Y-%m}: {', '.join(f'{month:%Y-%m}' for month in gaps)} is open; months are closed in "
            "order from the first one that was ever closed"
        )


def _finished(books: Books, release: Released, company: str, period: date) -> None:
    """The month is over, the release holds it, and nothing is missing from it. There is no way around that."""
    here, today = f"{company} {period:%Y-%m}", books.now().date()
    if period > today:
        raise CloseRefusedError(f"{here} has not begun: only a month that is over can be closed")
    if period == today.replace(day=1):
        raise CloseRefusedError(f"{here} is running until the month ends: only a month that is over can be closed")
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


def _freeze(books: Books, release: Released, period: date, company: str) -> dict[str, Any]:
    """Copy the release's figures and lines of the company-month; returns what the log says of them."""
    close_id = f"{company}-{period:%Y-%m}-{uuid.uuid4().hex[:12]}"
    shared = {"close_id": close_id, "company": company, "period": period}
    statements = [
        figure
        for each in STATEMENTS
        if each.table in release.versions
        for figure in figures(each, release.rows(each.table, period=period, company=company), **shared)
    ]
    home = books.group.company(company).home_currency
    foreign = home != books.group.currency
    rates = [
        row
        for row in (release.rows(RATES.table, period=period) if foreign else ())
        if row["kind"] in RATE_KINDS and row["from_currency"] == home
    ]
    statements += figures(RATES, rates, **shared)
    lines = [
        {name: row.get(name) for name in closed_ledger.CONTRACT.column_names} | shared
        for row in release.rows("gold/ledger", period=period, company=company)
    ]
    told: dict[str, Any] = {"close_id": close_id}
    for name, contract, rows in (
        ("statements", closed_statements.CONTRACT, statements),
        ("ledger", closed_ledger.CONTRACT, lines),
    ):
        told[f"{name}_hash"], told[f"{name}_rows"] = _append(books, contract, rows, close_id), len(rows)
    return told


def _append(books: Books, contract: Contract, rows: list[dict[str, Any]], close_id: str) -> str:
    """Append frozen rows; returns their content hash."""
    import pyarrow as pa

    data = pa.Table.from_pylist(rows, schema=contract.arrow_schema)
    books.lake.append(
        contract.name,
        data,
        schema=contract.arrow_schema,
        commit=_commit(books, contract, close_id, f"{close_id}: {len(rows)} rows", None),
    )
    return content_hash(data.to_pylist())


def _write(
    books: Books,
    release: Released,
    action: str,
    period: date,
    company: str,
    who: str,
    allowed: Callable[[Log, str], None],
    **more: Any,
) -> Entry:
    own, act = closes.CONTRACT, uuid.uuid4().hex[:12]
    content = {
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
    what = f"{action} {company} {period:%Y-%m}"
    return hash_chain.append(
        books.lake,
        own,
        content,
        allowed=lambda log: allowed(log, company),
        commit=lambda number: _commit(books, own, f"{act}:{number}", what, who),
    )


def _commit(books: Books, contract: Contract, name: str, units: str, author: str | None) -> Commit:
    return Commit(
        run_id=f"close-{name}",
        publish_id=f"{contract.name}:{name}",
        code_version=contract.code_version,
        contract_version=books.group.fingerprint,
        units=units,
        author=author,
        at=books.now().astimezone(UTC),
    )
