"""Every figure of the four statements of a month, as the released tables have them, and its explanation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow.compute as pc

from monette_assets.group import Group
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.reports.explain import explain
from monette_assets.reports.lines import BALANCE_SHEET, CASH_FLOW, CHANGES_IN_EQUITY, PROFIT_AND_LOSS
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released

Figures = dict[tuple[str, str], Decimal]  # statement, line -> as shown
CREDITS = ("Revenue", "Liability", "Equity")


def figures(release: Released, month: date, company: str | None, subgroup: str) -> Figures:
    """Summed here straight from the released tables."""
    found: Figures = defaultdict(lambda: Decimal("0.00"))
    whole = pc.field("subgroup") == subgroup
    for row in release.rows("gold/consolidated_statements", period=month, where=whole):
        if company and (row["step"], row["component"]) != ("companies", company):
            continue
        sign = -1 if row["classification"] in CREDITS else 1
        if row["statement"] == PROFIT_AND_LOSS:
            found[PROFIT_AND_LOSS, row["group_account"]] += sign * row["movement_cad"]
            found[PROFIT_AND_LOSS, "Net Income"] -= row["movement_cad"]
            found[BALANCE_SHEET, "net_income_to_date"] -= row["closing_cad"]
        else:
            found[BALANCE_SHEET, row["group_account"]] += sign * row["closing_cad"]
        if row["classification"] == "Asset":
            found[BALANCE_SHEET, "Total assets"] += row["closing_cad"]
    of_whom = {"company": company} if company else {"where": whole}
    tables = ("gold/cash_flow", "gold/changes_in_equity") if company else (
        "gold/consolidated_cash_flow", "gold/consolidated_changes_in_equity")  # fmt: skip
    for row in release.rows(tables[0], period=month, **of_whom):  # type: ignore[arg-type]
        if row["line"] != "net_change":
            found[CASH_FLOW, f"{row['section']}/{row['line']}"] += row["amount_cad"]
            if row["section"] != "cash":
                found[CASH_FLOW, "net_change"] += row["amount_cad"]
    for row in release.rows(tables[1], period=month, **of_whom):  # type: ignore[arg-type]
        found[CHANGES_IN_EQUITY, f"{row['component']}/{row['line']}"] += row["amount_cad"]
        if row["line"] != "year_end":
            found[CHANGES_IN_EQUITY, row["line"]] += row["amount_cad"]
    return dict(found)


def unexplained(
    release: Released, group: Group, month: date, company: str | None = None, subgroup: str = WHOLE_GROUP
) -> Iterator[str]:
    """What is wrong with the explanations of a month's figures; nothing where all add up."""
    asked = None if company or subgroup == WHOLE_GROUP else subgroup
    question = Question(release, group, month, company, subgroup=asked)
    told = figures(release, month, company, subgroup)
    assert {statement for statement, _ in told} >= {BALANCE_SHEET, CASH_FLOW, CHANGES_IN_EQUITY}
    for (statement, line), amount in sorted(told.items()):
        answer = explain(question, statement, line, limit=1)
        whose = f"{month:%Y-%m} {company or subgroup}: {statement} {line}"
        if answer.figure != amount:
            yield f"{whose}: {answer.figure} explained, {amount} released"
        yield from (f"{whose}: {problem}" for problem in answer.problems)


def figures_by_place(release: Released, month: date, name: str, scenario: str = "actual") -> dict[str, Figures]:
    """The management accounts by pillar or location: what gold says of every account, profit type and result."""
    found: dict[str, Figures] = defaultdict(lambda: defaultdict(lambda: Decimal("0.00")))
    statement = "budget" if scenario == "budget" else PROFIT_AND_LOSS
    for row in release.rows("gold/financial_summary", period=month, where=pc.field("scenario") == scenario):
        found[row[name]][statement, row["line"]] += row["amount_cad"]
    table, measure = {
        "actual": ("gold/profit_and_loss", "display_amount_cad"), "budget": ("gold/budget_vs_actual", "budget_cad"),
    }[scenario]  # fmt: skip
    for row in release.rows(table, period=month):
        found[row[name]][statement, row["group_account"]] += row[measure]
    return found


def unexplained_places(release: Released, group: Group, month: date, name: str, scenario: str) -> Iterator[str]:
    """What is wrong with the explanations of a month's management accounts, by pillar or location."""
    parents = {each.name: each.parent for each in group.pillars if each.parent}
    told = figures_by_place(release, month, name, scenario)
    for place, own in sorted(told.items()):
        whole: Figures = dict(own)
        for child, parent in parents.items() if name == "pillar" else ():
            for key, amount in told[child].items() if parent == place and child in told else ():
                whole[key] = whole.get(key, Decimal("0.00")) + amount
        question = Question(release, group, month, **{name: place})  # type: ignore[arg-type]
        for (statement, line), amount in sorted(whole.items()):
            answer = explain(question, statement, line, limit=1)
            if answer.figure != amount:
                yield f"{place}: {statement} {line}: {answer.figure} explained, {amount} released"
            yield from (f"{place}: {statement} {line}: {problem}" for problem in answer.problems)
