"""The management accounts: pillars against budget and the year before, before eliminations (ACCOUNTING 24, 25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.group import Group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.group.perimeter import belonging
from monette_assets.reports.released import Released

TABLE, VARIANCES = "gold/financial_summary", "gold/budget_vs_actual"
TREND_MONTHS = 24
ZERO = Decimal("0.00")
TOTAL = "Total"
SCENARIOS = ("actual", "budget")


def favourable(line: str) -> int:
    """1 where more than budgeted is good, -1 where it is not."""
    return 1 if line in (*REVENUE_TYPES, *RESULTS) else -1


@dataclass(frozen=True)
class Span:
    """A range of months, both included."""

    first: date
    last: date

    def __contains__(self, period: date) -> bool:
        return self.first <= period <= self.last

    @property
    def year_before(self) -> Span:
        """The same months a year earlier."""
        return Span(add_months(self.first, -12), add_months(self.last, -12))


@dataclass(frozen=True)
class Management:
    """Amounts in display sign by (scenario, pillar, line, period); pillars are the top ones, in contract order."""

    pillars: tuple[str, ...]
    amounts: Mapping[tuple[str, str, str, date], Decimal]
    months: tuple[date, ...]
    month: date
    year_start: date
    locations: Sequence[Mapping[str, Any]]
    exchange: Mapping[str, Decimal]  # by profit type: what of actual less budget to date is of exchange rates

    @property
    def has_budget(self) -> bool:
        """Whether anything was budgeted for the fiscal year."""
        return any(key[0] == "budget" for key in self.amounts)

    @property
    def to_date(self) -> Span:
        """The fiscal year up to the month."""
        return Span(self.year_start, self.month)

    @property
    def of_month(self) -> Span:
        """The month alone."""
        return Span(self.month, self.month)

    def amount(self, pillar: str, line: str, span: Span, scenario: str = "actual") -> Decimal:
        """The sum over a span, of one pillar or of all (`TOTAL`); a result is made of its profit types."""
        if line in RESULTS:
            parts = RESULTS[line].items()
            return sum((sign * self.amount(pillar, part, span, scenario) for part, sign in parts), ZERO)
        pillars = self.pillars if pillar == TOTAL else (pillar,)
        return sum(
            (
                self.amounts.get((scenario, each, line, period), ZERO)
                for each in pillars
                for period in months_between(span.first, span.last)
            ),
            ZERO,
        )

    def variance(self, pillar: str, line: str, span: Span) -> Decimal:
        """Actual against budget; favourable is positive."""
        return favourable(line) * (self.amount(pillar, line, span) - self.amount(pillar, line, span, "budget"))

    def lines(self, pillar: str) -> tuple[str, ...]:
        """The lines that have a figure in the year or the year before; results always."""
        spans = (self.to_date, self.to_date.year_before)
        return tuple(
            line
            for line in LINES
            if line in RESULTS or any(self.amount(pillar, line, span, each) for span in spans for each in SCENARIOS)
        )


def read(release: Released, group: Group, month: date, year_start: date) -> Management | None:
    """Three years up to the month; None where the release holds no summary."""
    import pyarrow.compute as pc

    if not release.holds(TABLE):
        return None
    first = min(add_months(year_start, -12), add_months(month, -TREND_MONTHS - 11))
    year_end = add_months(year_start, 11)
    counts = belonging(group)
    every = release.rows(
        TABLE,
        columns=["period", "company", "scenario", "location", "pillar", "line", "amount_cad"],
        where=(pc.field("basis") == "accrual") & (pc.field("period") >= first) & (pc.field("period") <= year_end),
    )
    rows = [row for row in every if counts(row)]
    parents = {row["pillar"]: row["parent"] or row["pillar"] for row in group.pillar_rows()}
    amounts: dict[tuple[str, str, str, date], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        pillar = parents.get(row["pillar"], row["pillar"])
        amounts[row["scenario"], pillar, row["line"], row["period"]] += row["amount_cad"]
    seen = {pillar for _, pillar, _, _ in amounts}
    order = [row["pillar"] for row in group.pillar_rows() if row["parent"] is None]
    pillars = [*(each for each in order if each in seen), *sorted(seen - set(order))]
    months = sorted({period for _, _, _, period in amounts if period <= month})
    exchange = _exchange(release, Span(year_start, month), counts)
    return Management(tuple(pillars), dict(amounts), tuple(months), month, year_start, rows, exchange)


def _exchange(release: Released, span: Span, counts: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Decimal]:
    import pyarrow.compute as pc

    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    if release.holds(VARIANCES):
        months = (pc.field("period") >= span.first) & (pc.field("period") <= span.last)
        wanted = months & (pc.field("basis") == "accrual")
        columns = ["company", "period", "profit_type", "fx_variance_cad"]
        for row in filter(counts, release.rows(VARIANCES, columns=columns, where=wanted)):
            found[row["profit_type"]] += row["fx_variance_cad"]
    return dict(found)


def ebitda_steps(management: Management) -> list[tuple[str, Decimal, str]]:
    """From budgeted to actual EBITDA to date, as a waterfall; what exchange rates did is a step of its own."""
    span = management.to_date
    exchange = {line: favourable(line) * management.exchange.get(line, ZERO) for line in RESULTS["EBITDA"]}
    changes = [(line, management.variance(TOTAL, line, span) - exchange[line], "change") for line in exchange]
    if any(exchange.values()):
        changes.append(("Exchange rates", sum(exchange.values(), ZERO), "change"))
    budget, actual = (management.amount(TOTAL, "EBITDA", span, each) for each in ("budget", "actual"))
    return [("Budget", budget, "total"), *changes, ("Actual", actual, "total")]


def pillar_of(group: Group, pillar: str) -> str:
    """The top pillar that a pillar belongs to."""
    parents: dict[str, str] = {row["pillar"]: row["parent"] or row["pillar"] for row in group.pillar_rows()}
    return parents.get(pillar, pillar)


def trailing(management: Management, pillar: str, line: str, months: Iterable[date]) -> list[tuple[date, Decimal]]:
    """The sum of twelve months up to each of these."""
    return [(month, management.amount(pillar, line, Span(add_months(month, -11), month))) for month in months]
