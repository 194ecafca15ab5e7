"""Whether a month may be called final, and whether it ties out to QuickBooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monette_assets.group import Group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.reports.released import Released
from monette_assets.tables import closes

MAP_MONTHS = 24


@dataclass(frozen=True)
class Standing:
    """What may be said of the month's figures (DESIGN, What blocks what): Final, Provisional or Incomplete.

    `reasons` name the companies and what each lacks; empty where final.
    """

    word: str
    reasons: tuple[str, ...]
    complete: int
    expected: int
    closes: tuple[tuple[datetime, str], ...] = ()  # of companies, in force: when, by whom; in order

    @property
    def close(self) -> str:
        """How far the month's close has come, who closed last and when."""
        if not self.closes:
            return "No company has closed it."
        closed, (at, who) = len(self.closes), self.closes[-1]
        how_many = f"All {closed}" if closed == self.expected else f"{closed} of {self.expected}"
        return f"{how_many} companies have closed it, the last on {at.day} {at:%B %Y} by {who}."

    @property
    def is_final(self) -> bool:
        """Whether the figures may be called final."""
        return self.word == "Final"

    @property
    def sentence(self) -> str:
        """For a cover: the word and why."""
        if self.is_final:
            return f"Final: all {self.expected} companies are complete."
        counted = f"{self.complete} of {self.expected} companies are complete"
        return f"{self.word}: {counted}. {' '.join(self.reasons)}".strip()


def standing(release: Released, group: Group, month: date) -> Standing:
    """From gold/completeness; where it says nothing of a company that belongs to the month, that is not complete."""
    expected = {each.code for each in group.companies if each.is_active(month)}
    if not release.holds("gold/completeness"):
        return Standing("Incomplete", ("gold/completeness is not in the release.",), 0, len(expected))
    rows = release.rows("gold/completeness", period=month)
    by_company: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_company[row["company"]].append(row)
    reasons, complete, running = [], 0, False
    for company in sorted(expected | by_company.keys()):
        own = by_company.get(company, [])
        missing = "; ".join(row["missing"] for row in own if not row["complete"] and row["missing"])
        running = running or any(row["provisional"] for row in own)
        if own and all(row["complete"] for row in own):
            complete += 1
        else:
            reasons.append(f"{company}: {missing or 'nothing is known of it'}.")
    if reasons:
        word = "Incomplete"
    elif running:
        word, reasons = "Provisional", ["The month is still running."]
    else:
        word = "Final"
    return Standing(word, tuple(reasons), complete, len(expected | by_company.keys()), _closes(release, group, month))


def _closes(release: Released, group: Group, month: date) -> tuple[tuple[datetime, str], ...]:
    if not release.lake.exists(closes.CONTRACT.name):
        return ()
    columns = ["number", "action", "period", "company", "who", "at"]
    log = sorted(release.rows(closes.CONTRACT.name, columns=columns), key=_number)
    in_force = [act for (company, period), act in closes.closed(log).items() if period == month]
    return tuple(
        sorted((act["at"].astimezone(group.time_zone), act["who"]) for act in in_force if act["company"] != WHOLE_GROUP)
    )


def _number(row: Mapping[str, Any]) -> int:
    return int(row["number"])


@dataclass(frozen=True)
class TieOut:
    """Companies x months: accounts compared with QuickBooks' own reports, and how many of them differ."""

    companies: tuple[str, ...]
    months: tuple[date, ...]
    compared: Mapping[tuple[str, date], int]
    differing: Mapping[tuple[str, date], int]
    differences: tuple[Mapping[str, Any], ...]  # of the pack's month, those that somebody accepted too

    def total(self, month: date) -> tuple[int, int]:
        """Accounts compared and accounts that differ in a month."""
        return (
            sum(self.compared.get((company, month), 0) for company in self.companies),
            sum(self.differing.get((company, month), 0) for company in self.companies),
        )

    def sentence(self, month: date) -> str:
        """The result for a month."""
        compared, differing = self.total(month)
        if not compared:
            return "Nothing was compared with QuickBooks' own reports."
        if not differing:
            return f"All {compared:,} account balances equal QuickBooks' own reports to the cent."
        found = f"{differing:,} of {compared:,} account balances differ from QuickBooks' own reports"
        accepted = sum(row.get("accepted_by") is not None for row in self.differences)
        return found + (f"; {accepted:,} of these differences are accepted." if accepted else ".")


def tie_out(release: Released, group: Group, month: date) -> TieOut | None:
    """The last months up to this one; None where the release holds no tie-out."""
    import pyarrow.compute as pc

    if not release.holds("gold/tie_out"):
        return None
    first = add_months(month, 1 - MAP_MONTHS)
    found = release.table(
        "gold/tie_out",
        where=(pc.field("period") >= first) & (pc.field("period") <= month),
    )
    counted = found.select(["company", "period"]).append_column(
        "differs", pc.cast(pc.not_equal(found["difference"], 0), "int64")
    )
    sums = counted.group_by(["company", "period"]).aggregate([("differs", "count"), ("differs", "sum")]).to_pylist()
    compared = {(row["company"], row["period"]): row["differs_count"] for row in sums}
    differing = {(row["company"], row["period"]): row["differs_sum"] for row in sums}
    known = {company for company, _ in compared}
    this_month = found.filter(pc.and_(pc.equal(found["period"], month), pc.not_equal(found["difference"], 0)))
    months = months_between(max(first, min((period for _, period in compared), default=first)), month)
    return TieOut(
        tuple(each.code for each in group.companies if each.code in known),
        tuple(months),
        compared,
        differing,
        tuple(this_month.sort_by([("company", "ascending"), ("account_id", "ascending")]).to_pylist()),
    )
