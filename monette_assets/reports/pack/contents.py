"""What is in a board pack: every figure, read through one release, before anybody decides how to show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from monette_assets.group import Group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.reports.lines import PROFIT_AND_LOSS, group_year_start, places, statement_lines
from monette_assets.reports.pack import behind, consolidated, findings, management, movements, restated
from monette_assets.reports.pack.behind import Account
from monette_assets.reports.pack.consolidated import TOTAL, columns_of
from monette_assets.reports.pack.grid import ZERO, Grid
from monette_assets.reports.pack.management import Management
from monette_assets.reports.pack.standing import Standing, TieOut, standing, tie_out
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError
from monette_assets.reports.statement import Statement

TREND_MONTHS = 24
# Tables a full pack is made of; what a release does not hold is named in the pack, never passed over.
TABLES = (
    "gold/consolidated_statements", "gold/translated_balances", "gold/cash_flow", "gold/changes_in_equity",
    "gold/consolidated_cash_flow", "gold/consolidated_changes_in_equity",
    "gold/financial_summary", "gold/budget_vs_actual", "gold/payables_aging", "gold/receivables_aging",
    "gold/intercompany_matches", "gold/restatements", "gold/tie_out", "gold/completeness",
)  # fmt: skip


@dataclass(frozen=True)
class Pack:
    """A month's board pack. Amounts are exact, in group currency, in display sign (ACCOUNTING 22)."""

    group: Group
    release: Released
    month: date
    year_start: date
    standing: Standing
    tie_out: TieOut | None
    profit_and_loss: Grid  # of the month
    to_date: Grid  # of the fiscal year so far
    balance_sheet: Grid
    month_before: Grid | None  # the same month a year earlier
    to_date_before: Grid | None
    balance_sheet_before: Grid | None
    cash_flow: Grid | None  # of the fiscal year so far
    changes_in_equity: Grid | None
    management: Management | None
    trend: tuple[tuple[date, dict[str, Decimal]], ...]  # consolidated, by month: results and cash
    agings: tuple[findings.Aging, ...]
    differences: Statement | None  # between companies
    restatements: Statement | None
    restated_accounts: Statement | None
    changed: tuple[restated.Changed, ...]  # closed months that changed since
    waivers: Statement | None  # None where nothing is waived
    rates: Statement | None
    missing: tuple[str, ...]  # tables that the release does not hold

    @property
    def title(self) -> str:
        """The group and the month."""
        return f"{self.group.name}, {self.month:%B %Y}"

    @property
    def released(self) -> datetime:
        """When the release was made, in the group's time zone."""
        return self.release.released_at.astimezone(self.group.time_zone)

    @property
    def fiscal_year(self) -> int:
        """The group's fiscal year, named by the year it ends in."""
        return add_months(self.year_start, 11).year

    @cached_property
    def accounts(self) -> dict[str, list[Account]]:
        """Accounts behind the month's profit and loss and balance sheet, by group account."""
        return behind.accounts(self.release, self.group, self.month)


def gather(question: Question) -> Pack:
    """The pack of the month asked for, or of the last full one.

    Raises ReportError where the month was not built, or nothing was consolidated, or it was asked for a part.
    """
    for option in ("company", "pillar", "location", "subgroup", "view", "currency"):
        if getattr(question, option) is not None:
            raise ReportError(f"a board pack is the whole group's: leave --{option} out; other reports have it")
    if question.basis != "accrual":
        raise ReportError("a board pack is on the accrual basis: leave --basis out; other reports have it")
    release, group, month = question.release, question.group, question.month
    if not release.holds(consolidated.TABLE):
        raise ReportError(
            f"{release.name} holds no consolidated statements, which a board pack is made of; "
            "run `monette run --from MONTH`"
        )
    year_start = group_year_start(group, month)
    year_ago = add_months(month, -12)
    by_month: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in consolidated.read(release, [month, year_ago]):
        by_month[row["period"]].append(row)
    rows, before = by_month[month], by_month[year_ago]
    if not rows:
        raise ReportError(
            f"{month:%Y-%m} has not been consolidated in {release.name}: run `monette run --from {month:%Y-%m}`"
        )

    def profit_and_loss(rows: list[dict[str, Any]], measure: str, key: str, title: str) -> Grid:
        return consolidated.profit_and_loss(group, rows, measure, key, title)

    changes = restated.read(release, month)
    month_title, year_title = f"{month:%B %Y}", f"year to {month:%B %Y}"
    return Pack(
        group=group,
        release=release,
        month=month,
        year_start=year_start,
        standing=standing(release, group, month),
        tie_out=tie_out(release, group, month),
        profit_and_loss=profit_and_loss(rows, "movement_cad", "profit_and_loss", f"Profit and loss, {month_title}"),
        to_date=profit_and_loss(rows, "closing_cad", "profit_and_loss_to_date", f"Profit and loss, {year_title}"),
        balance_sheet=consolidated.balance_sheet(group, rows, "balance_sheet", f"Balance sheet, end of {month_title}"),
        month_before=profit_and_loss(before, "movement_cad", "before", f"{year_ago:%B %Y}") if before else None,
        to_date_before=profit_and_loss(before, "closing_cad", "before", f"{year_ago:%B %Y}") if before else None,
        balance_sheet_before=(
            consolidated.balance_sheet(group, before, "before", f"{year_ago:%B %Y}") if before else None
        ),
        cash_flow=movements.cash_flow(release, group, year_start, month, columns_of(group, rows)),
        changes_in_equity=movements.changes_in_equity(release, group, year_start, month, columns_of(group, rows)),
        management=management.read(release, group, month, year_start),
        trend=_trend(release, group, month),
        agings=findings.agings(release, group, month),
        differences=findings.differences(release, group, month),
        restatements=None if changes is None else restated.figures(group, changes),
        restated_accounts=None if changes is None else restated.accounts(group, changes),
        changed=restated.changed(group, changes or ()),
        waivers=findings.waivers(release, group, month),
        rates=findings.rates(release, group, month),
        missing=tuple(table for table in TABLES if not release.holds(table)),
    )


def _trend(release: Released, group: Group, month: date) -> tuple[tuple[date, dict[str, Decimal]], ...]:
    months = months_between(add_months(month, 1 - TREND_MONTHS), month)
    rows = consolidated.read(
        release,
        months,
        [
            "period",
            "subgroup",
            "basis",
            "group_account",
            "classification",
            "profit_type",
            "movement_cad",
            "closing_cad",
        ],
    )
    lines = [line for line in statement_lines(PROFIT_AND_LOSS, places(group, rows)) if line.parts]
    cash = {row["group_account"] for row in group.chart_rows() if row["cash_flow"] == "cash"}
    found: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        of_month = found[row["period"]]
        for line in lines:
            if row["group_account"] in line.accounts:
                of_month[line.key] += line.sign * row["movement_cad"]
        if row["group_account"] in cash:
            of_month["Cash"] += row["closing_cad"]
    return tuple((period, dict(found[period])) for period in sorted(found))


def consolidated_value(grid: Grid | None, line: str) -> Decimal | None:
    """The group's figure of a line; None without a statement, zero where the line has no figure."""
    if grid is None:
        return None
    return grid.value_or_zero(line, TOTAL)
