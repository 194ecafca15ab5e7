"""Changes in equity: what moved each component from the beginning of the months to their end (ACCOUNTING 3, 4)."""

from __future__ import annotations

from monette_assets.gold.balance_sheet import CURRENT_EARNINGS
from monette_assets.gold.changes_in_equity import CLOSING, OPENING
from monette_assets.reports.columns import BEFORE, Amounts, columns_of, total
from monette_assets.reports.completeness import finality
from monette_assets.reports.question import Question
from monette_assets.reports.sheet import in_chart_order, label
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

LINES = {
    "opening": "At the beginning",
    "year_end": "Result of the year before, to retained earnings",
    "net_income": "Net income",
    "capital": "Capital",
    "dividends": "Dividends and draws",
    "direct_posting": "Posted directly",
    "translation_adjustment": "Translation adjustment",
    "non_controlling_interest": "Share of others",
    "scope": "Companies that joined or left",
    "closing": "At the end",
}


def changes_in_equity(question: Question) -> Statement:
    """A column for each component, their total, and the total a year before. Equity reads positive."""
    columns = columns_of(question)
    home = question.in_home_currency()
    if question.company:
        rows = question.rows("gold/changes_in_equity", columns.months)
        amount, parts = "amount" if home else "amount_cad", [question.currency_name(home), question.basis]
    else:
        rows = question.consolidated("gold/consolidated_changes_in_equity", columns.months)
        amount, parts = "amount_cad", [question.group.currency, question.basis, "consolidated"]
    ends = {OPENING: columns.openings, CLOSING: columns.closings}
    sums: dict[tuple[str, str], Amounts] = {}
    for line in LINES:
        add_up = ends.get(line, columns.flows)
        of_line = [row for row in rows if row["line"] == line]
        for component, amounts in add_up(of_line, amount, lambda row: row["component"]).items():
            sums[line, component] = amounts
    current, compares = columns.current.key, columns.compares
    seen = {component for (_, component), amounts in sums.items() if amounts[current]}
    components = [*in_chart_order(question.group, seen - {CURRENT_EARNINGS}), CURRENT_EARNINGS]
    shown = []
    for line, name in LINES.items():
        whole = total(amounts for (at, _), amounts in sums.items() if at == line)
        if line in ends or any(whole.values()) or any(sums.get((line, each), {}).get(current) for each in components):
            cells = {each: total([sums.get((line, each), {})])[current] for each in components}
            before = {BEFORE: whole[BEFORE]} if compares and columns.end(columns.each[1]) else {}
            shown.append((line, {"line": name, **cells, "total": whole[current], **before}))
    return Statement(
        title=f"{question.whom}: changes in equity, {columns.current.title}",
        subtitle=question.subtitle(*parts, finality(question, columns.current.months)),
        fields=(
            Field("line", ""),
            *(Field(each, label(question.group, each), Kind.MONEY) for each in components),
            Field("total", "Total", Kind.MONEY),
            *((Field(BEFORE, columns.each[1].title, Kind.MONEY),) if compares else ()),
        ),
        rows=[row for _, row in shown],
        emphasis=[Emphasis.RESULT if line in ends else Emphasis.NORMAL for line, _ in shown],
        notes=columns.notes,
    )
