"""Statements of open items and of money moved: agings by contact, weekly banking by activity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold.aging import BUCKETS
from monette_assets.gold.weekly_banking import MOVEMENT
from monette_assets.group.calendar import add_months, months_between
from monette_assets.reports.shares import ZERO, aged, in_cents
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

if TYPE_CHECKING:
    from monette_assets.reports.question import Question

WEEKS_MONTHS = 12  # ACCOUNTING 27
SIDES = ("in", "out")
NOT_MATCHED = "Not matched"


def payables_aging(question: Question) -> Statement:
    """What is owed to vendors at the month's end, by due date (ACCOUNTING 28)."""
    return _aging(question, "gold/payables_aging", "payables")


def receivables_aging(question: Question) -> Statement:
    """What customers owe at the month's end, by due date (ACCOUNTING 28)."""
    return _aging(question, "gold/receivables_aging", "receivables")


def _aging(question: Question, table: str, name: str) -> Statement:
    """One company by contact, in home currency unless asked; the group by company; totals sum what is shown."""
    month = question.month
    question.refuse_strangers([month])
    held = question.release.rows(table, period=month, company=question.company)
    rows = [row for row in held if row["basis"] == question.basis and question.counts(row)]
    single = question.company is not None
    home = question.in_home_currency(default=True)
    amount, label = "open_balance" if home else "open_balance_cad", "contact_name" if single else "company"
    sums = aged(rows, label, amount)
    shown = [_bucketed({label: who}, sums[who]) for who in sorted(sums, key=str.casefold)]
    whole = {each: sum((row[each] for row in shown), ZERO) for each in (*BUCKETS, "total")}
    return Statement(
        title=f"{question.whom}: {name} by age, end of {month:%B %Y}",
        subtitle=question.subtitle(question.currency_name(home), "days past due"),
        fields=(
            Field(label, "Contact" if single else "Company"),
            *(Field(bucket, bucket.capitalize(), Kind.MONEY) for bucket in BUCKETS),
            Field("total", "Total", Kind.MONEY),
        ),
        rows=[*shown, {label: "Total", **whole}],
        emphasis=[*(Emphasis.NORMAL for _ in shown), Emphasis.RESULT],
    )


def _bucketed(head: dict[str, Any], sums: Mapping[str, Decimal]) -> dict[str, Any]:
    return {**head, **{bucket: sums.get(bucket, ZERO) for bucket in BUCKETS}, "total": sum(sums.values(), ZERO)}


def weekly_banking(question: Question) -> Statement:
    """The bank's weeks of the twelve months to the month asked for, by activity (ACCOUNTING 27).

    In and out are what came into and left bank accounts: a part of a payment that lessens it (what is withheld from
    wages) stands in out with it. A week's in and out are rounded once, and the activities sum to them.
    """
    month, group = question.month, question.group
    home = question.in_home_currency()
    amount = "amount" if home else "amount_cad"
    first = add_months(month, 1 - WEEKS_MONTHS)
    question.refuse_strangers(months_between(first, month))
    rows = [
        row
        for row in question.release.rows("gold/weekly_banking", company=question.company)
        if first <= row["period"] <= month and row["basis"] == question.basis and question.counts(row)
    ]
    names = {row["group_account"]: row["name"] for row in group.chart_rows()}
    moved: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        moved[_movement(row)] += row["amount"]
    sums: dict[Any, dict[str, dict[str, Decimal]]] = defaultdict(
        lambda: {side: defaultdict(lambda: ZERO) for side in SIDES}
    )
    for row in rows:
        activity = names.get(row["group_account"], row["group_account"]) if row["matched"] else NOT_MATCHED
        sums[row["week"]]["in" if moved[_movement(row)] > 0 else "out"][activity] += row[amount]
    unmatched = [row for row in rows if not row["matched"]]
    shown: list[dict[str, Any]] = []
    emphasis: list[Emphasis] = []
    for week in sorted(sums):
        flows = {side: in_cents(sums[week][side]) for side in SIDES}
        for activity in sorted({activity for parts in flows.values() for activity in parts}):
            shown.append(_flows(week, activity, *(flows[side].get(activity, ZERO) for side in SIDES)))
            emphasis.append(Emphasis.NORMAL)
        shown.append(_flows(week, "Week", *(sum(flows[side].values(), ZERO) for side in SIDES)))
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
        subtitle=question.subtitle(question.currency_name(home), "weeks by their Monday", "by activity"),
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


def _movement(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What changed a bank account at once: the parts of one have one sign together, not each for itself."""
    return tuple(row[name] for name in MOVEMENT)


def _flows(week: Any, activity: str, into: Decimal, out: Decimal) -> dict[str, Any]:
    return {"week": week, "activity": activity, "in": into, "out": out, "net": into + out}
