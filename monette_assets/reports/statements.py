"""The statements by name, made from the gold tables of one release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.group import Group
from monette_assets.group.calendar import add_months
from monette_assets.reports.released import Released, ReportError
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

ZERO = Decimal("0.00")
Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What a report is of. Without a period: the last full month; without a company: all."""

    release: Released
    group: Group
    period: date | None = None
    company: str | None = None

    @property
    def month(self) -> date:
        """The month asked for, else the last full one. Raises ReportError where it was not built."""
        months = self.release.months()
        if not months:
            raise ReportError("no month has been built yet; run `monette run --from MONTH`")
        if self.period is None:
            running = {row["period"] for row in self._provisional() if row["provisional"]}
            return max([month for month in months if month not in running] or months)
        if self.period not in months:
            raise ReportError(
                f"{self.period:%Y-%m} has not been built; {self.release.name} holds {months[0]:%Y-%m} to "
                f"{months[-1]:%Y-%m}: run `monette run --from {self.period:%Y-%m}`"
            )
        return self.period

    def _provisional(self) -> list[Row]:
        if "gold/completeness" not in self.release.versions:
            return []
        return self.release.rows("gold/completeness", columns=["period", "provisional"])

    @property
    def whom(self) -> str:
        """The company's or the group's name."""
        return self.group.company(self.company).name if self.company else self.group.name

    def subtitle(self, *parts: str) -> str:
        """Who says so: the release."""
        return "; ".join([*parts, self.release.name])


def profit_and_loss(question: Question) -> Statement:
    """One month by pillar, in group currency: profit types and results, sub-pillars within pillars (ACCOUNTING 24)."""
    month, group = question.month, question.group
    rows = question.release.rows("gold/financial_summary", period=month, company=question.company)
    parents = {row["pillar"]: row["parent"] for row in group.pillar_rows()}
    order = [row["pillar"] for row in group.pillar_rows() if row["parent"] is None]
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        amounts[row["line"]][parents.get(row["pillar"]) or row["pillar"]] += row["amount_cad"]
    seen = {pillar for by_pillar in amounts.values() for pillar in by_pillar}
    pillars = [*(each for each in order if each in seen), *sorted(seen - set(order))]
    lines = [line for line in LINES if line in amounts or (line in RESULTS and amounts)]
    return Statement(
        title=f"{question.whom}: profit and loss by pillar, {month:%B %Y}",
        subtitle=question.subtitle(group.currency, "accrual", _finality(question, month)),
        fields=(
            Field("line", ""),
            *(Field(pillar, pillar, Kind.MONEY) for pillar in pillars),
            Field("total", "Total", Kind.MONEY),
        ),
        rows=[
            {
                "line": line,
                **{pillar: amounts[line][pillar] for pillar in pillars},
                "total": sum((amounts[line][pillar] for pillar in pillars), ZERO),
            }
            for line in lines
        ],
        emphasis=[Emphasis.RESULT if line in RESULTS else Emphasis.NORMAL for line in lines],
    )


def financial_summary(question: Question) -> Statement:
    """Month and fiscal year to date, each beside the year before, in group currency (ACCOUNTING 24)."""
    month, group = question.month, question.group
    year_ago = add_months(month, -12)
    rows = question.release.rows(
        "gold/financial_summary",
        company=question.company,
        columns=["period", "fiscal_year", "company", "line", "amount_cad"],
    )
    years = {each.code: group.fiscal_year(each.code, month) for each in group.companies}
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        period, year = row["period"], years[row["company"]]
        in_columns = {
            "month": period == month,
            "month_before": period == year_ago,
            "to_date": period <= month and row["fiscal_year"] == year,
            "to_date_before": period <= year_ago and row["fiscal_year"] == year - 1,
        }
        for name, applies in in_columns.items():
            if applies:
                sums[row["line"]][name] += row["amount_cad"]
    lines = [line for line in LINES if line in sums or line in RESULTS]
    months = set(question.release.months("gold/financial_summary"))
    notes = [] if year_ago in months else [f"{year_ago:%B %Y} has not been built: the year before is empty or short."]
    return Statement(
        title=f"{question.whom}: financial summary, {month:%B %Y}",
        subtitle=question.subtitle(group.currency, "accrual", _finality(question, month)),
        fields=(
            Field("line", ""),
            Field("month", f"{month:%b %Y}", Kind.MONEY),
            Field("month_before", f"{year_ago:%b %Y}", Kind.MONEY),
            Field("to_date", "Year to date", Kind.MONEY),
            Field("to_date_before", "Year before", Kind.MONEY),
        ),
        rows=[
            {
                "line": line,
                **{name: sums[line][name] for name in ("month", "month_before", "to_date", "to_date_before")},
            }
            for line in lines
        ],
        emphasis=[Emphasis.RESULT if line in RESULTS else Emphasis.NORMAL for line in lines],
        notes=notes,
    )


def trial_balance(question: Question) -> Statement:
    """A company's accounts, or every company's totals: currencies are never added up."""
    month = question.month
    rows = question.release.rows("gold/trial_balance", period=month, company=question.company)
    columns = ("opening", "debit", "credit", "closing")
    amounts = tuple(Field(name, name.capitalize(), Kind.MONEY) for name in columns)
    title = f"{question.whom}: trial balance, {month:%B %Y}"
    if question.company:
        rows.sort(key=lambda row: (row["account_number"] or "~", row["account_name"]))
        total = {name: sum((row[name] for row in rows), ZERO) for name in columns}
        return Statement(
            title=title,
            subtitle=question.subtitle(_home(question), "accrual", "debit positive"),
            fields=(
                Field("account_number", "Number"),
                Field("account_name", "Account"),
                Field("group_account", "Group account"),
                *amounts,
            ),
            rows=[*rows, {"account_name": "Total", **total}],
            emphasis=[*(Emphasis.NORMAL for _ in rows), Emphasis.RESULT],
        )
    return Statement(
        title=title,
        subtitle=question.subtitle("home currencies", "accrual", "debit positive", "one company: --company CODE"),
        fields=(
            Field("company", "Company"),
            Field("currency", "Currency"),
            Field("accounts", "Accounts", Kind.COUNT),
            *amounts,
        ),
        rows=[
            {
                "company": company,
                "currency": found[0]["currency"],
                "accounts": len(found),
                **{name: sum((row[name] for row in found), ZERO) for name in columns},
            }
            for company, found in _by_company(rows, question.group)
        ],
        notes=["Opening and closing are zero where debits equal credits over all accounts."],
    )


def balance_sheet(question: Question) -> Statement:
    """A company's balance sheet, or every company's three sides, in home currency."""
    month = question.month
    rows = question.release.rows("gold/balance_sheet", period=month, company=question.company)
    sides = {"Asset": "Assets", "Liability": "Liabilities", "Equity": "Equity"}
    title = f"{question.whom}: balance sheet, end of {month:%B %Y}"
    if question.company is None:
        return Statement(
            title=title,
            subtitle=question.subtitle("home currencies", "accrual", "one company: --company CODE"),
            fields=(
                Field("company", "Company"),
                Field("currency", "Currency"),
                *(Field(side.lower(), title, Kind.MONEY) for side, title in sides.items()),
                Field("difference", "Difference", Kind.MONEY),
            ),
            rows=[
                {
                    "company": company,
                    "currency": found[0]["currency"],
                    **{side.lower(): _sum(found, side) for side in sides},
                    "difference": sum((row["amount"] for row in found), ZERO),
                }
                for company, found in _by_company(rows, question.group)
            ],
        )
    shown: list[Row] = []
    emphasis: list[Emphasis] = []
    for side, name in sides.items():
        own = sorted(
            (row for row in rows if row["classification"] == side),
            key=lambda row: (row["account_number"] or "~", row["account_name"]),
        )
        shown += [
            {"account_name": name},
            *own,
            {"account_name": f"Total {name.lower()}", "display_amount": _sum(own, side)},
        ]
        emphasis += [Emphasis.HEADING, *(Emphasis.NORMAL for _ in own), Emphasis.RESULT]
    return Statement(
        title=title,
        subtitle=question.subtitle(_home(question), "accrual"),
        fields=(
            Field("account_number", "Number"),
            Field("account_name", "Account"),
            Field("group_account", "Group account"),
            Field("display_amount", "Amount", Kind.MONEY),
        ),
        rows=shown,
        emphasis=emphasis,
    )


def tie_out(question: Question) -> Statement:
    """Ours against QuickBooks' own, per company and statement, over every month built (or the one asked for)."""
    table = question.release.rows(
        "gold/tie_out",
        period=question.period,
        company=question.company,
        columns=["period", "company", "statement", "account_id", "ours", "theirs", "difference"],
    )
    names = ("trial_balance", "profit_and_loss", "balance_sheet")
    rows = []
    for company, found in _by_company(table, question.group):
        counts = {name: sum(row["statement"] == name for row in found) for name in names}
        rows.append(
            {
                "company": company,
                "months": len({row["period"] for row in found}),
                **counts,
                "differences": sum(row["difference"] != 0 for row in found),
            }
        )
    total = {key: sum(row[key] for row in rows) for key in ("months", *names, "differences")}
    differing = [row for row in table if row["difference"] != 0]
    notes = [
        f"{row['company']} {row['period']:%Y-%m} {row['statement']} account {row['account_id']}: ours {row['ours']}, "
        f"QuickBooks {row['theirs']}, difference {row['difference']}"
        for row in sorted(differing, key=lambda row: (row["company"], row["period"], row["account_id"]))[:50]
    ]
    if len(differing) > 50:
        notes.append(f"... and {len(differing) - 50} more: `monette report gold/tie_out --format csv`")
    return Statement(
        title=f"{question.whom}: tie-out to QuickBooks, {_span(table, question)}",
        subtitle=question.subtitle("accounts compared, to the cent"),
        fields=(
            Field("company", "Company"),
            Field("months", "Months", Kind.COUNT),
            Field("trial_balance", "Trial balance", Kind.COUNT),
            Field("profit_and_loss", "Profit and loss", Kind.COUNT),
            Field("balance_sheet", "Balance sheet", Kind.COUNT),
            Field("differences", "Differences", Kind.COUNT),
        ),
        rows=[*rows, {"company": "All", **total}],
        emphasis=[*(Emphasis.NORMAL for _ in rows), Emphasis.RESULT],
        notes=notes,
    )


def completeness(question: Question) -> Statement:
    """Every company-month of one month, or every month's counts."""
    rows = question.release.rows("gold/completeness", period=question.period, company=question.company)
    if question.period is not None or question.company is not None:
        rows.sort(key=lambda row: (row["company"], row["period"]))
        return Statement(
            title=f"{question.whom}: completeness, {_span(rows, question)}",
            subtitle=question.subtitle("company-months the contract expects"),
            fields=(
                Field("period", "Month", Kind.MONTH),
                Field("company", "Company"),
                Field("arrived_at", "Arrived", Kind.DATE),
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
            Field("complete", "Complete", Kind.COUNT),
            Field("lines", "Lines", Kind.COUNT),
            Field("state", "State"),
        ),
        rows=[
            {
                "period": period,
                "expected": len(found),
                "arrived": sum(row["arrived_at"] is not None for row in found),
                "complete": sum(row["complete"] for row in found),
                "lines": sum(row["lines"] for row in found),
                "state": _state(found),
            }
            for period, found in sorted(months.items())
        ],
    )


def whole_table(question: Question, table: str) -> Statement:
    """Any table of the lake by its key, of one month and company where asked for."""
    import pyarrow as pa

    from monette_assets import catalog

    keys = {contract.name: contract.key for contract in catalog.contracts()}
    found = question.release.table(table, period=question.period, company=question.company)
    key = [name for name in keys.get(table, ()) if name in found.column_names]
    found = found.sort_by([(name, "ascending") for name in key]) if key else found

    def kind(column: pa.DataType) -> Kind:
        if pa.types.is_decimal(column):
            return Kind.MONEY if column.scale == 2 else Kind.TEXT
        return Kind.COUNT if pa.types.is_integer(column) else Kind.TEXT

    return Statement(
        title=table,
        subtitle=question.subtitle(f"{found.num_rows:,} rows"),
        fields=tuple(Field(column.name, column.name, kind(column.type)) for column in found.schema),
        rows=found.to_pylist(),
    )


STATEMENTS: dict[str, Callable[[Question], Statement]] = {
    "profit_and_loss": profit_and_loss,
    "trial_balance": trial_balance,
    "balance_sheet": balance_sheet,
    "financial_summary": financial_summary,
    "tie_out": tie_out,
    "completeness": completeness,
}


def _by_company(rows: Iterable[Row], group: Group) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {each.code: [] for each in group.companies}
    for row in rows:
        found.setdefault(row["company"], []).append(row)
    return [(company, own) for company, own in found.items() if own]


def _sum(rows: Iterable[Row], side: str) -> Decimal:
    return sum((row["display_amount"] for row in rows if row["classification"] == side), ZERO)


def _home(question: Question) -> str:
    assert question.company is not None
    return question.group.company(question.company).home_currency


def _state(rows: list[Row]) -> str:
    if any(row["provisional"] for row in rows):
        return "running: provisional"
    missing = [row["company"] for row in rows if not row["complete"]]
    return f"incomplete: {', '.join(missing)}" if missing else "complete"


def _finality(question: Question, month: date) -> str:
    """Whether a month's figures may be called final (DESIGN, What blocks what)."""
    if "gold/completeness" not in question.release.versions:
        return "completeness unknown"
    rows = question.release.rows("gold/completeness", period=month, company=question.company)
    return _state(rows) if rows else "completeness unknown"


def _span(rows: list[Row], question: Question) -> str:
    months = sorted({row["period"] for row in rows})
    if not months:
        return f"{question.period:%Y-%m}" if question.period else "no months"
    first, last = months[0], months[-1]
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
