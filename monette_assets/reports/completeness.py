"""What is there and what is missing, and whether figures may be called final (DESIGN, What blocks what)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.reports.question import Question, Row
from monette_assets.reports.statement import Field, Kind, Statement


def completeness(question: Question) -> Statement:
    """Every company-month of one month, or every month's counts."""
    rows = question.release.rows("gold/completeness", period=question.period, company=question.company)
    if question.period is not None or question.company is not None:
        rows.sort(key=lambda row: (row["company"], row["period"]))
        at = now(question.group)
        rows = [{**row, "age_days": (at - row["arrived_at"]).days if row["arrived_at"] else None} for row in rows]
        return Statement(
            title=f"{question.whom}: completeness, {months_of(rows, question)}",
            subtitle=question.subtitle("company-months the contract expects"),
            fields=(
                Field("period", "Month", Kind.MONTH),
                Field("company", "Company"),
                Field("expected_reports", "Reports", Kind.COUNT),
                Field("arrived_reports", "Arrived", Kind.COUNT),
                Field("arrived_at", "Last", Kind.DATE),
                Field("age_days", "Days old", Kind.COUNT),
                Field("published", "Published"),
                Field("lines", "Lines", Kind.COUNT),
                Field("refused", "Refused", Kind.COUNT),
                Field("held_back", "Held back", Kind.COUNT),
                Field("differences", "Differences", Kind.COUNT),
                Field("complete", "Complete"),
                Field("missing", "Missing"),
            ),
            rows=rows,
        )
    months: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        months[row["period"]].append(row)
    return Statement(
        title=f"{question.whom}: completeness",
        subtitle=question.subtitle("company-months", "one month: --period MONTH"),
        fields=(
            Field("period", "Month", Kind.MONTH),
            Field("expected", "Expected", Kind.COUNT),
            Field("arrived", "Arrived", Kind.COUNT),
            Field("published", "Published", Kind.COUNT),
            Field("complete", "Complete", Kind.COUNT),
            Field("lines", "Lines", Kind.COUNT),
            Field("state", "State"),
        ),
        rows=[
            {
                "period": period,
                "expected": len(found),
                "arrived": sum(row["arrived_at"] is not None for row in found),
                "published": sum(bool(row.get("published")) for row in found),
                "complete": sum(row["complete"] for row in found),
                "lines": sum(row["lines"] for row in found),
                "state": state(found),
            }
            for period, found in sorted(months.items())
        ],
    )


def finality(question: Question, months: Sequence[date]) -> str:
    """Whether these months' figures may be called final: of the company or subgroup asked for, else of all.

    A company that the figures lack, because its months were held back, is the first that makes them incomplete.
    """
    if "gold/completeness" not in question.release.versions:
        return "completeness unknown"
    months = [month for month in months if month in question.held]
    rows = [row for row in question.rows("gold/completeness", months) if question.of_part(row)]
    return state(rows) if rows else "completeness unknown"


def state(rows: Sequence[Row]) -> str:
    """complete, provisional or incomplete; of whom."""
    if any(row["provisional"] for row in rows):
        return "running: provisional"
    missing = dict.fromkeys(row["company"] for row in rows if not row["complete"])
    return f"incomplete: {', '.join(missing)}" if missing else "complete"


def months_of(rows: Sequence[Row], question: Question) -> str:
    """From which month to which the rows are."""
    months = sorted({row["period"] for row in rows})
    if not months:
        return f"{question.period:%Y-%m}" if question.period else "no months"
    first, last = months[0], months[-1]
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"


def by_company(rows: Iterable[Row], group: Group) -> list[tuple[str, list[Row]]]:
    """The rows of each company, in the contract's order."""
    found: dict[str, list[Row]] = {each.code: [] for each in group.companies}
    for row in rows:
        found.setdefault(row["company"], []).append(row)
    return [(company, own) for company, own in found.items() if own]
