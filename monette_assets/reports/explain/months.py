"""A figure of several months: the sum of theirs, month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from monette_assets.gold.cash_flow import CLOSING as CLOSING_CASH
from monette_assets.gold.cash_flow import OPENING as OPENING_CASH
from monette_assets.reports.changes_in_equity import LINES as EQUITY_LINES
from monette_assets.reports.columns import span, title_of
from monette_assets.reports.explain.explanation import Explanation, step
from monette_assets.reports.explain.facts import CLOSING, OPENING, ZERO
from monette_assets.reports.lines import UnknownLineError
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError
from monette_assets.reports.sheet import OWN_NAMES
from monette_assets.reports.statement import Field, Kind

BALANCES = frozenset(
    name.replace("_", " ").casefold()
    for name in (
        *(OPENING, CLOSING, EQUITY_LINES[OPENING], EQUITY_LINES[CLOSING]),
        *(OPENING_CASH, CLOSING_CASH, OWN_NAMES[OPENING_CASH], OWN_NAMES[CLOSING_CASH]),
    )
)


def is_balance(line: str) -> bool:
    """Whether a line of the cash flow or of the changes in equity is no flow: months do not add up to it."""
    return line.rpartition("/")[2].replace("_", " ").casefold() in BALANCES


def explain_months(question: Question, explain: Callable[[Question], Explanation], limit: int) -> Explanation:
    """The months of the view that were built, as `monette report --view` adds them up, each explained.

    Raises ReportError for a view that is not one column, UnknownLineError for a line that none of the months has.
    """
    view = question.view
    if view is None or view is View.TRAILING:
        raise ReportError("--view trailing: expected month, quarter, ytd or year; each month alone: --period")
    wanted = span(question, question.month, view)
    months = [month for month in wanted if month in question.built]
    if not months:
        raise ReportError(
            f"nothing was built of {title_of(question, wanted, view)}; run `monette run --from {wanted[0]:%Y-%m}`"
        )
    found: dict[date, Explanation] = {}
    unknown: UnknownLineError | None = None
    for month in months:
        try:
            found[month] = explain(replace(question, period=month, view=None))
        except UnknownLineError as nothing:  # an account that did not move in that month
            unknown = nothing
    if unknown and not found:
        raise unknown
    rows = [
        {"month": month, "amount": each.figure, "ties": "yes" if each.ties else "no"} for month, each in found.items()
    ]
    figure = sum((each.figure for each in found.values()), ZERO)
    currency, name = question.group.currency, title_of(question, wanted, view)
    notes = ["Each month's steps: --period MONTH."]
    if len(months) < len(wanted):
        notes.append(f"{len(months)} of {len(wanted)} months have been built.")
    fields = (
        Field("month", "Month", Kind.MONTH),
        Field("amount", currency, Kind.MONEY),
        Field("ties", "Adds up"),
    )
    made = step("Months", f"{currency}, as shown", fields, rows, {"amount": figure}, notes)
    end, last = list(found.items())[-1]
    whose, _, rest = last.title.partition(f", {end:%B %Y}, ")
    each_listed = [row for each in found.values() for row in each.documents.rows]
    each_listed.sort(key=lambda row: -abs(row["amount_cad"] or row["amount"]))
    shown = each_listed if limit == 0 else each_listed[:limit]
    documents = replace(
        last.documents,
        subtitle=f"ledger lines of {len(months)} months, debit positive; each at its month's average rate",
        rows=shown,
        emphasis=(),
        notes=[f"The {limit} largest; --limit 0 lists all."] if limit else [],
        fields=max((each.documents.fields for each in found.values()), key=len),
    )
    problems = [f"{month:%Y-%m}: {problem}" for month, each in found.items() for problem in each.problems]
    return Explanation(
        f"{whose}, {name}, {rest}", figure, (replace(made, title="1. Months"),), documents, tuple(problems)
    )
