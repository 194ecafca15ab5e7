"""Every figure of a month, as `monette report` prints four statements and the trial balance, and its explanation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow.compute as pc

from monette_assets.group import Group
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.reports.columns import BEFORE
from monette_assets.reports.explain import explain
from monette_assets.reports.lines import BALANCE_SHEET, CASH_FLOW, CHANGES_IN_EQUITY, PROFIT_AND_LOSS, TRIAL_BALANCE
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError
from monette_assets.reports.statement import Kind
from monette_assets.reports.statements import STATEMENTS

Figures = dict[tuple[str, str], Decimal]  # statement, line -> as shown
STATED = (PROFIT_AND_LOSS, BALANCE_SHEET, CASH_FLOW, CHANGES_IN_EQUITY)
# What no accounts explain, and why it is refused.
REFUSED = {
    "Result of the year before, to retained earnings": "of all equity it is nothing",
    **{f"Total/{column}": "a check, zero" for column in ("opening", "debit", "credit", "movement", "closing")},
}


def figures(question: Question) -> Figures:
    """Every amount of the month that `monette report` prints, by its line as it is printed; of the changes in equity,
    the components' too, as COMPONENT/LINE."""
    found: Figures = {}
    printed = replace(question, view=View.MONTH, currency=InCurrency.GROUP)
    for name in STATED:
        statement = STATEMENTS[name](printed)
        titles = {field.key: field.title for field in statement.fields if field.kind is Kind.MONEY}
        for row in statement.rows:
            for key in ("current", "total") if name != CHANGES_IN_EQUITY else titles:
                if row.get(key) is None or key == BEFORE:
                    continue
                line = row["line"] if key in ("current", "total") else f"{titles[key]}/{row['line']}"
                if line == row["line"] or row[key]:  # a component that a line leaves alone has a dash
                    assert (name, line) not in found, f"two lines {line} in the {name}"
                    found[name, line] = row[key]
    return found


def figures_of_accounts(question: Question, currency: InCurrency) -> Figures:
    """The same of the trial balance, as ACCOUNT/COLUMN."""
    found: Figures = {}
    statement = STATEMENTS[TRIAL_BALANCE](replace(question, currency=currency))
    for row in statement.rows:
        for key in (field.key for field in statement.fields if field.kind is Kind.MONEY):
            line = f"{row['account_name']}/{key.removesuffix('_cad')}"
            assert (TRIAL_BALANCE, line) not in found, f"two lines {line}"
            found[TRIAL_BALANCE, line] = row[key]
    return found


def unexplained(
    release: Released, group: Group, month: date, company: str | None = None, subgroup: str = WHOLE_GROUP
) -> Iterator[str]:
    """What is wrong with the explanations of a month's figures; nothing where all add up."""
    question = Question(release, group, month, company, subgroup=None if company else subgroup)
    told = figures(question)
    assert {statement for statement, _ in told} == set(STATED)
    told |= figures_of_accounts(question, InCurrency.GROUP)
    assert len(told) > len(STATED)
    yield from _unexplained_at_home(question) if company else ()
    for (statement, line), amount in told.items():
        whose = f"{month:%Y-%m} {company or subgroup}: {statement} {line}"
        try:
            answer = explain(question, statement, line, limit=1)
        except ReportError as refused:
            if line not in REFUSED or REFUSED[line] not in str(refused) or (amount and statement != TRIAL_BALANCE):
                yield f"{whose}: {amount} printed, {refused}"
            continue
        if answer.figure != amount:
            yield f"{whose}: {answer.figure} explained, {amount} printed"
        yield from (f"{whose}: {problem}" for problem in answer.problems)


def _unexplained_at_home(question: Question) -> Iterator[str]:
    """What is wrong with a company's trial balance in its own currency: the first step's, or the movement's lines."""
    for (_, line), amount in figures_of_accounts(question, InCurrency.HOME).items():
        account, _, column = line.rpartition("/")
        if account == "Total":
            continue
        if column in ("opening", "closing"):
            first = explain(question, TRIAL_BALANCE, line, limit=1).steps[0]
            booked = sum((row["amount"] for row in first.rows), Decimal(0)) if first.title == "1. Map" else Decimal(0)
            if booked != amount:
                yield f"{question.month:%Y-%m} {question.company}: {line}: {booked} explained, {amount} printed"
            continue
        try:
            explain(question, TRIAL_BALANCE, line)
            yield f"{question.company}: {line} was not refused"
        except ReportError as refused:
            if f"explain {account}/movement" not in str(refused):
                yield f"{question.company}: {line}: {refused}"


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
