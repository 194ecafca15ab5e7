"""Management accounts: month and fiscal year to date, each beside its budget and the year before (ACCOUNTING 24)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.group.calendar import add_months, fiscal_year_start, months_between
from monette_assets.reports.columns import ZERO
from monette_assets.reports.completeness import finality
from monette_assets.reports.question import Question
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

COLUMNS = ("month", "month_budget", "month_before", "to_date", "to_date_budget", "to_date_before")


def financial_summary(question: Question) -> Statement:
    """In group currency; to date of the company's own fiscal year, else of the group's."""
    month, group = question.month, question.group
    year_ago = add_months(month, -12)
    begun, begun_before = (fiscal_year_start(question.year_starts, each) for each in (month, year_ago))
    question.refuse_strangers(months_between(begun, month))
    rows = question.release.rows(
        "gold/financial_summary",
        company=question.company,
        columns=["company", "period", "location", "pillar", "line", "amount_cad", "basis", "scenario"],
    )
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        if row["basis"] != question.basis or not question.of_place(row):
            continue
        period = row["period"]
        now = {"month": period == month, "to_date": begun <= period <= month}
        in_columns = {
            **now,
            "month_before": period == year_ago,
            "to_date_before": begun_before <= period <= year_ago,
        }
        if row["scenario"] == "budget":
            in_columns = {f"{name}_budget": applies for name, applies in now.items()}
        for name, applies in in_columns.items():
            if applies:
                sums[row["line"]][name] += row["amount_cad"]
    lines = [line for line in LINES if line in sums or line in RESULTS]
    months = set(question.release.months("gold/financial_summary"))
    notes = [] if year_ago in months else [f"{year_ago:%B %Y} has not been built: the year before is empty or short."]
    return Statement(
        title=f"{question.whom}: financial summary, {month:%B %Y}",
        subtitle=question.subtitle(group.currency, question.basis, finality(question, [month])),
        fields=(
            Field("line", ""),
            Field("month", f"{month:%b %Y}", Kind.MONEY),
            Field("month_budget", "Budget", Kind.MONEY),
            Field("month_before", f"{year_ago:%b %Y}", Kind.MONEY),
            Field("to_date", "Year to date", Kind.MONEY),
            Field("to_date_budget", "Budget to date", Kind.MONEY),
            Field("to_date_before", "Year before", Kind.MONEY),
        ),
        rows=[
            {
                "line": line,
                **{name: sums[line][name] for name in COLUMNS},
            }
            for line in lines
        ],
        emphasis=[Emphasis.RESULT if line in RESULTS else Emphasis.NORMAL for line in lines],
        notes=notes,
    )
