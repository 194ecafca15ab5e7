"""Incidents: findings grouped by their cause, so that a dead token is told once, not with every check it fails.

Pure: what is found comes from `trouble`, what is remembered is kept by `register`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monette_assets.automation import refresh_job
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.alerts.remedies import SHOWN, fixes, runbook, sentence

if TYPE_CHECKING:
    from monette_assets.tables.contract import Contract


Above = Mapping[str, frozenset[str]]  # by table: every table it is made of


@dataclass(frozen=True)
class Incident:
    """One cause, and all that comes of it."""

    key: str  # the same as long as the cause is the same
    sentence: str
    companies: tuple[str, ...]
    months: tuple[date, ...]
    affected: tuple[str, ...]  # gold tables made of what is wrong
    fix: tuple[str, ...]  # commands
    runbook: str
    findings: int  # so many things are wrong for this one cause
    details: tuple[str, ...] = ()


def incidents(found: Iterable[Finding], contracts: Sequence[Contract], docs_url: str | None = None) -> list[Incident]:
    """The findings as incidents, one a cause, in the order of their keys; `docs_url`: where the folder docs is read."""
    above = {contract.name: contract.rests_on for contract in contracts}
    alike: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in sorted(set(found), key=_order):
        alike[finding.kind, finding.subject, finding.company or ""].append(finding)
    firsts = [those[0] for those in alike.values()]  # the earliest month says what explains them, and what they explain
    roots: dict[str, list[Finding]] = defaultdict(list)
    whole: dict[str, list[Finding]] = defaultdict(list)
    for those in alike.values():
        root = _root(those[0], firsts, above)
        roots[_key(root)] += alike[root.kind, root.subject, root.company or ""]
        whole[_key(root)] += those
    return [_incident(key, sorted(set(roots[key]), key=_order), whole[key], above, docs_url) for key in sorted(roots)]


def downstream(table: str, contracts: Iterable[Contract]) -> tuple[str, ...]:
    """The gold tables made of a table, itself included, in the order of the contracts."""
    return _made_of(table, {contract.name: contract.rests_on for contract in contracts})


def _made_of(table: str, above: Above) -> tuple[str, ...]:
    return tuple(name for name, upstream in above.items() if name.startswith("gold/") and table in upstream)


def _order(finding: Finding) -> tuple[str, ...]:
    return finding.kind, finding.subject, finding.company or "", str(finding.period or ""), finding.what


def _key(root: Finding) -> str:
    """A token is one company's; everything else may grow to further companies."""
    if root.kind in (Kind.SILENT, Kind.LEFT, Kind.INCOMPLETE, Kind.STALE):
        return str(root.kind)
    return f"{root.kind}:{root.subject}"


def _root(finding: Finding, found: Sequence[Finding], above: Above) -> Finding:
    """The finding's last cause: itself where no other explains it."""
    current, seen = finding, {finding}
    while True:
        causes = (each for each in found if each not in seen and _explains(each, current, above))
        cause = next(causes, None)
        if cause is None:
            return current
        seen.add(cause)
        current = cause


def _explains(cause: Finding, effect: Finding, above: Above) -> bool:
    """Whether one finding is the reason of another."""
    if Kind.BUDGET in (cause.kind, effect.kind):
        return False
    if cause.kind is Kind.TOKEN or (cause.kind is Kind.SILENT and effect.kind is not Kind.TOKEN):
        return cause.kind is not effect.kind and _of(cause, effect) and _is_of_source(effect)
    if cause.kind is Kind.RUN:
        return cause.subject == refresh_job.JOB and effect.kind in (Kind.LEFT, Kind.STALE)
    if effect.kind is Kind.STALE:
        return cause.kind is Kind.LEFT
    if cause.kind not in (Kind.CHECK, Kind.LEFT) or not _reaches(cause, effect):
        return False
    return effect.kind is Kind.INCOMPLETE or _is_below(effect, cause, above)


def _is_below(effect: Finding, cause: Finding, above: Above) -> bool:
    """Whether it is of a table made of the cause's; a table that a check failed was left failed for that check."""
    if effect.kind not in (Kind.CHECK, Kind.LEFT) or (cause.kind is Kind.LEFT and effect.kind is Kind.LEFT):
        return False
    same = cause.table == effect.table and cause.kind is Kind.CHECK and effect.kind is Kind.LEFT
    return same or (cause.table != effect.table and cause.table in above.get(effect.table, ()))


def _of(cause: Finding, effect: Finding) -> bool:
    return effect.company is not None and cause.company == effect.company


def _is_of_source(effect: Finding) -> bool:
    """Whether it can come of nothing arriving: a check of rows that are there cannot, one that misses rows can."""
    if effect.kind is Kind.CHECK:
        return effect.check in ("arrived", "all_present")
    return effect.kind in (Kind.SILENT, Kind.INCOMPLETE, Kind.RUN, Kind.LEFT)


def _reaches(cause: Finding, effect: Finding) -> bool:
    """Whether a unit that fails is in the other's reach: of its company, in its month or one before it."""
    companies = cause.company is None or effect.company is None or cause.company == effect.company
    return companies and (cause.period is None or effect.period is None or cause.period <= effect.period)


def _incident(
    key: str, roots: Sequence[Finding], whole: Sequence[Finding], above: Above, docs_url: str | None
) -> Incident:
    first = roots[0]
    companies = tuple(sorted({each.company for each in whole if each.company}))
    months = tuple(sorted({each.period for each in whole if each.period}))
    return Incident(
        key=key,
        sentence=sentence(first, companies, months),
        companies=companies,
        months=months,
        affected=_affected(first, roots, above),
        fix=fixes(first, companies, months),
        runbook=runbook(first, docs_url),
        findings=len(whole),
        details=tuple(dict.fromkeys(each.what for each in roots))[:SHOWN],
    )


def _affected(first: Finding, roots: Sequence[Finding], above: Above) -> tuple[str, ...]:
    if first.kind in (Kind.TOKEN, Kind.SILENT):
        return _made_of("bronze/quickbooks_reports", above)
    if first.kind is Kind.CHECK:
        return _made_of(first.table, above)
    if first.kind is Kind.LEFT:
        reached = {name for root in roots for name in _made_of(root.table, above)}
        return tuple(name for name in above if name in reached)
    if first.kind is Kind.STALE:
        return tuple(sorted({root.subject for root in roots}))
    return ()


def grown(before: Iterable[str], now: Incident) -> tuple[str, ...]:
    """The companies an incident has come to since."""
    known = set(before)
    return tuple(code for code in now.companies if code not in known)
