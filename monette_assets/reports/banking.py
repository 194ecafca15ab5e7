"""Statements of open items and of money moved: agings by contact, weekly banking by activity."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold.aging import BUCKETS
from monette_assets.group.calendar import add_months, months_between
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

if TYPE_CHECKING:
    from monette_assets.reports.question import Question

ZERO, CENT = Decimal("0.00"), Decimal("0.01")
WEEKS_MONTHS = 12  # ACCOUNTING 27


def payables_aging(question: Question) -> Statement:
    """What is owed to vendors at the month's end, by due date, in group currency (ACCOUNTING 28)."""
    return _aging(question, "gold/payables_aging", "payables")


def receivables_aging(question: Question) -> Statement:
    """What customers owe at the month's end, by due date, in group currency (ACCOUNTING 28)."""
    return _aging(question, "gold/receivables_aging", "receivables")


def _aging(question: Question, table: str, name: str) -> Statement:
    """One company by contact in home currency; the group by company in group currency, each sum rounded once."""
    month, group = question.month, question.group
    question.refuse_strangers([month])
    held = question.release.rows(table, period=month, company=question.company)
    rows = [row for row in held if row["basis"] == question.basis]
    single = question.company is not None
    amount, label = ("open_balance", "contact_name") if single else ("open_balance_cad", "company")
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        sums[row[label]][row["bucket"]] += row[amount]
    shown = [_bucketed({label: who}, sums[who]) for who in sorted(sums, key=str.casefold)]
    whole: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for buckets in sums.values():
        for bucket, sum_ in buckets.items():
            whole[bucket] += sum_
    currency = group.company(question.company).home_currency if question.company else group.currency
    return Statement(
        title=f"{question.whom}: {name} by age, end of {month:%B %Y}",
        subtitle=question.subtitle(currency, "days past due"),
        fields=(
            Field(label, "Contact" if single else "Company"),
            *(Field(bucket, bucket.capitalize(), Kind.MONEY) for bucket in BUCKETS),
            Field("total", "Total", Kind.MONEY),
        ),
        rows=[*shown, _bucketed({label: "Total"}, whole)],
        emphasis=[*(Emphasis.NORMAL for _ in shown), Emphasis.RESULT],
    )


def _bucketed(head: dict[str, Any], sums: dict[str, Decimal]) -> dict[str, Any]:
    return {
        **head,
        **{bucket: _rounded(sums.get(bucket, ZERO)) for bucket in BUCKETS},
        "total": _rounded(sum(sums.values(), ZERO)),
    }


def weekly_banking(question: Question) -> Statement:
    """The bank's weeks of the twelve months to the month asked for, by activity, in group currency (ACCOUNTING 27)."""
    month, group = question.month, question.group
    first = add_months(month, 1 - WEEKS_MONTHS)
    question.refuse_strangers(months_between(first, month))
    rows = [
        row
        for row in question.release.rows("gold/weekly_banking", company=question.company)
        if first <= row["period"] <= month and row["basis"] == question.basis
    ]
    names = {row["group_account"]: row["name"] for row in group.chart_rows()}
    sums: dict[tuple[Any, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    unmatched: list[dict[str, Any]] = []
    for row in rows:
        activity = names.get(row["group_account"], row["group_account"]) if row["matched"] else "Not matched"
        sums[row["week"], activity]["in" if row["amount_cad"] > 0 else "out"] += row["amount_cad"]
        if not row["matched"]:
            unmatched.append(row)
    shown: list[dict[str, Any]] = []
    emphasis: list[Emphasis] = []
    for week in sorted({week for week, _ in sums}):
        whole: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for activity in sorted(activity for found, activity in sums if found == week):
            flows = sums[week, activity]
            shown.append(_flows(week, activity, flows))
            emphasis.append(Emphasis.NORMAL)
            for side in ("in", "out"):
                whole[side] += flows[side]
        shown.append(_flows(week, "Week", whole))
        emphasis.append(Emphasis.RESULT)
    unmatched.sort(key=lambda row: (row["transaction_date"], row["company"], row["transaction_id"]), reverse=True)
    notes = [f"{len(unmatched)} part(s) of movements without a match in these twelve months."] if unmatched else []
    notes += [
        f"{row['transaction_date']} {row['company']} {row['bank_account_name']}: {row['transaction_type']} "
        f"{row['transaction_id']} {row['contact_name'] or ''} {row['amount']} {row['currency']}: {row['found_by']}"
        for row in unmatched[:20]
    ]
    return Statement(
        title=f"{question.whom}: weekly banking, {first:%B %Y} to {month:%B %Y}",
        subtitle=question.subtitle(group.currency, "weeks by their Monday", "by activity"),
        fields=(
            Field("week", "Week of", Kind.DATE),
            Field("activity", "Activity"),
            Field("in", "In", Kind.MONEY),
            Field("out", "Out", Kind.MONEY),
            Field("net", "Net", Kind.MONEY),
        ),
        rows=shown,
        emphasis=emphasis,
        notes=notes,
    )


def _flows(week: Any, activity: str, sums: dict[str, Decimal]) -> dict[str, Any]:
    return {
        "week": week,
        "activity": activity,
        "in": _rounded(sums["in"]),
        "out": _rounded(sums["out"]),
        "net": _rounded(sums["in"] + sums["out"]),
    }


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
