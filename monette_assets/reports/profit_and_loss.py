"""Profit and loss: a month by pillar; by account against last year, where a view is asked for (ACCOUNTING 22, 24)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.reports.balance_sheet import EARNINGS
from monette_assets.reports.columns import ZERO, Amounts, Columns, Sums, columns_of, total
from monette_assets.reports.completeness import finality
from monette_assets.reports.question import Question
from monette_assets.reports.sheet import Sheet, in_chart_order, label
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

UNMAPPED = "Unmapped"
BEFORE_ELIMINATIONS = "before eliminations"


def profit_and_loss(question: Question) -> Statement:
    """By pillar, or by group account over the columns of the view."""
    if question.view or question.pillar or question.location or question.subgroup or question.currency:
        return by_account(question)
    return by_pillar(question)


def by_pillar(question: Question) -> Statement:
    """One month by pillar, in group currency, before eliminations: profit types, results; sub-pillars within theirs."""
    month, group = question.month, question.group
    question.refuse_strangers([month])
    rows = [row for row in question.rows("gold/financial_summary", [month]) if question.counts(row)]
    parents = {row["pillar"]: row["parent"] for row in group.pillar_rows()}
    order = [row["pillar"] for row in group.pillar_rows() if row["parent"] is None]
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        if row["scenario"] == "actual":
            amounts[row["line"]][parents.get(row["pillar"]) or row["pillar"]] += row["amount_cad"]
    seen = {pillar for by_pillar in amounts.values() for pillar in by_pillar}
    pillars = [*(each for each in order if each in seen), *sorted(seen - set(order))]
    lines = [line for line in LINES if line in amounts or (line in RESULTS and amounts)]
    return Statement(
        title=f"{question.whom}: profit and loss by pillar, {month:%B %Y}",
        subtitle=question.subtitle(group.currency, question.basis, BEFORE_ELIMINATIONS, finality(question, [month])),
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


def by_account(question: Question) -> Statement:
    """Group accounts within profit types, and the results, over the columns of the view.

    A group or subgroup is consolidated; a company, pillar or location is before eliminations.
    """
    columns = columns_of(question)
    sheet = Sheet(question, columns)
    sums, parts = _amounts(question, columns)
    types: dict[str, Amounts] = {}
    for line in LINES:
        if line in RESULTS:
            sheet.result(line, total(total([types.get(name, {})], sign) for name, sign in RESULTS[line].items()))
            continue
        sign = -1 if line in REVENUE_TYPES else 1
        accounts = in_chart_order(question.group, (account for kind, account in sums if kind == line))
        types[line] = sheet.section(
            line,
            ((each, label(question.group, each), total([sums[line, each]], sign)) for each in accounts),
            f"Total {line.lower()}",
        )
    return sheet.statement("profit and loss", *parts)


def _amounts(question: Question, columns: Columns) -> tuple[Sums, list[str]]:
    """Ledger amounts by profit type and group account, and what they are.

    A company's in group currency are as they were translated for the group's, gains and losses of it included; by
    pillar and location, and of nothing consolidated, at the month's average.
    """
    if question.company and not question.in_home_currency():
        types = {each["group_account"]: each["profit_type"] for each in question.group.chart_rows()}
        translated = question.rows("gold/translated_balances", columns.months)
        sums = columns.flows(
            (row for row in translated if row["classification"] in EARNINGS),
            "movement_cad",
            lambda row: (types.get(row["group_account"]) or UNMAPPED, row["group_account"]),
        )
        return sums, [question.group.currency, question.basis, BEFORE_ELIMINATIONS]
    whole = not (question.company or question.pillar or question.location or question.subgroup)
    if not question.subgroup and not (whole and question.is_consolidated):
        home = question.in_home_currency()
        rows = [row for row in question.rows("gold/profit_and_loss", columns.months) if question.of_place(row)]
        sums = columns.flows(
            rows, "amount" if home else "amount_cad", lambda row: (row["profit_type"], row["group_account"])
        )
        return sums, [question.currency_name(home), question.basis, BEFORE_ELIMINATIONS]
    rows = question.consolidated("gold/consolidated_statements", columns.months)
    sums = columns.flows(
        (row for row in rows if row["statement"] == "profit_and_loss"),
        "movement_cad",
        lambda row: (row["profit_type"] or UNMAPPED, row["group_account"]),
    )
    return sums, [question.group.currency, question.basis, "consolidated"]
