"""Budget: month and fiscal year to date, actual beside budget, with what foreign exchange did (ACCOUNTING 25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.group.calendar import fiscal_year_start, months_between
from monette_assets.reports.columns import ZERO
from monette_assets.reports.completeness import finality
from monette_assets.reports.question import Question, Row
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

AMOUNTS = {
    "actual": "actual_cad",
    "budget": "budget_cad",
    "variance": "variance_cad",
    "exchange": "fx_variance_cad",
}
TITLES = {"actual": "Actual", "budget": "Budget", "variance": "Variance", "exchange": "of it FX"}


def budget(question: Question) -> Statement:
    """By profit type and result, in group currency; to date of the company's own fiscal year, else of the group's."""
    month, group = question.month, question.group
    begun = fiscal_year_start(question.year_starts, month)
    question.refuse_strangers(months_between(begun, month))
    rows = [
        row
        for row in question.release.rows("gold/budget_vs_actual", company=question.company)
        if row["basis"] == question.basis and begun <= row["period"] <= month
    ]
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    budgeted = False
    for row in rows:
        if not question.of_place(row):
            continue
        budgeted = budgeted or row["budget"] != 0
        for name, column in AMOUNTS.items():
            sums[row["profit_type"]][f"{name}_to_date"] += row[column]
            if row["period"] == month:
                sums[row["profit_type"]][name] += row[column]
    for line, parts in RESULTS.items():
        for part, sign in parts.items():
            for name, value in list(sums[part].items()) if part in sums else ():
                sums[line][name] += sign * value
    lines = [line for line in LINES if line in sums]
    columns = [*AMOUNTS, *(f"{name}_to_date" for name in AMOUNTS)]
    fields = [Field("line", "")]
    for name in columns:
        title = TITLES[name.removesuffix("_to_date")]
        fields.append(Field(name, f"{title}, year to date" if name.endswith("_to_date") else title, Kind.MONEY))
    notes = ["Variance = actual - budget, in display sign; of it FX = actual x (month's average rate - budget rate)."]
    if both := _undivided(question, rows):
        notes.append(
            f"{', '.join(both)}: actuals are divided between herds by head counts (ACCOUNTING 26), budgets stand whole "
            "with one herd; the pillar of both herds has all of either."
        )
    if not budgeted:
        notes.append("No budget: drop its sheet into the landing folder (docs/playbook.md, Drop a budget sheet).")
    return Statement(
        title=f"{question.whom}: budget and actual, {month:%B %Y}",
        subtitle=question.subtitle(group.currency, question.basis, finality(question, [month])),
        fields=tuple(fields),
        rows=[{"line": line, **{name: sums[line][name] for name in columns}} for line in lines],
        emphasis=[Emphasis.RESULT if line in RESULTS else Emphasis.NORMAL for line in lines],
        notes=notes,
    )


def _undivided(question: Question, rows: Sequence[Row]) -> list[str]:
    """Locations with a budget whose actuals of a month are only in part of the pillar asked for."""
    inside: dict[tuple[Any, ...], set[bool]] = defaultdict(set)
    planned: set[tuple[Any, ...]] = set()
    for row in rows:
        place = (row["location"], row["company"], row["period"])
        inside[place].add(question.of_place(row))
        if row["budget"] != 0:
            planned.add(place)
    return sorted({place[0] for place in planned if len(inside[place]) > 1}) if question.pillar else []
