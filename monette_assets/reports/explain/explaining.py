"""Why a figure is what it is: from the accounts of the companies' books, step by step, to the statement.

Every step's sum is compared with the step before it; an explanation that does not add up says so (ACCOUNTING 17).
"""

from __future__ import annotations

from dataclasses import replace

from monette_assets.group.calendar import month_end
from monette_assets.reports.columns import columns_of
from monette_assets.reports.explain import balances, cash_flow, changes_in_equity, trial_balance
from monette_assets.reports.explain.accounts import map_accounts, reroute, translate
from monette_assets.reports.explain.budgets import explain_budget
from monette_assets.reports.explain.consolidation import LATER_STEPS, aggregate, figure_step, later_step
from monette_assets.reports.explain.documents import documents_behind
from monette_assets.reports.explain.explanation import Explanation
from monette_assets.reports.explain.facts import Asked, Facts
from monette_assets.reports.explain.management import explain_management
from monette_assets.reports.explain.months import explain_months, is_balance
from monette_assets.reports.lines import BALANCE_SHEET, CASH_FLOW, CHANGES_IN_EQUITY, PROFIT_AND_LOSS, TRIAL_BALANCE
from monette_assets.reports.options import View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError
from monette_assets.reports.statement import Statement
from monette_assets.reports.statements import refuse_unknown

FINANCIAL_SUMMARY, BUDGET = "financial_summary", "budget"
# What can be explained, and of whom.
EXPLAINED = {
    PROFIT_AND_LOSS: ("company", "location", "pillar", "subgroup", "view"),
    BALANCE_SHEET: ("company", "subgroup"),
    CASH_FLOW: ("company", "subgroup", "view"),
    CHANGES_IN_EQUITY: ("company", "subgroup", "view"),
    TRIAL_BALANCE: ("company", "subgroup"),
    FINANCIAL_SUMMARY: ("company", "location", "pillar", "view"),
    BUDGET: ("company", "location", "pillar", "view"),
}


def explain(question: Question, statement: str, line: str, limit: int = 20) -> Explanation:
    """The steps that made a figure of the group, of a part of it or of a company; `limit` ledger lines (0: all).

    Figures are the month's; on the balance sheet the balance at its end; with a view the sum of its months. A company's
    are its own statements', translated by its own method. A pillar's, a location's, `financial_summary` and `budget`
    are of the management accounts.
    Raises ReportError for a statement, a line or an option that there is not, naming those there are, and for a company
    that did not belong to the group.
    """
    if statement not in EXPLAINED:
        raise ReportError(f"statement {statement!r}: expected one of {', '.join(EXPLAINED)}")
    refuse_unknown(statement, question, EXPLAINED[statement])
    if statement != BUDGET:
        columns_of(question)  # refuses a company that did not belong in any of the months, as its statements do
    if question.view not in (None, View.MONTH):
        if statement in (CASH_FLOW, CHANGES_IN_EQUITY) and is_balance(line):
            raise ReportError(f"--view {question.view}: {line} stands at a month's end; ask for that month: --period")
        return explain_months(question, lambda month: explain(month, statement, line, limit), limit)
    if statement == BUDGET:
        return explain_budget(question, line, limit)
    if statement == FINANCIAL_SUMMARY or question.pillar or question.location:
        return explain_management(question, line, limit)
    return _explain_consolidated(question, statement, line, limit)


def _explain_consolidated(question: Question, statement: str, line: str, limit: int) -> Explanation:
    if question.basis != "accrual" and not question.company:
        raise ReportError(
            f"--basis {question.basis}: consolidated figures are explained on the accrual basis; {FINANCIAL_SUMMARY}, "
            "--company, --pillar and --location on either"
        )
    asked = Asked.of(question)
    facts = _facts(asked, statement, line)
    group, month = asked.group, asked.month
    steps: list[Statement] = []
    problems: list[str] = []
    if facts.accounts or facts.booked:
        for made, problem in (map_accounts(facts), reroute(group, facts), translate(group, facts)):
            steps += [made] if made else []
            problems += problem
    if facts.accounts or any(row["step"] == "companies" for row in facts.made_of):
        made, problem = aggregate(group, facts)
        steps.append(made)
        problems += problem
    steps += [made for name in LATER_STEPS if (made := later_step(group, facts, name))]
    made, problem = figure_step(group, facts)
    steps.append(made)
    documents, more = documents_behind(asked, facts, limit)
    what = f"{facts.line.name} at {month_end(month)}" if statement == BALANCE_SHEET else facts.line.name
    return Explanation(
        f"{question.whom}: {what}, {month:%B %Y}, {question.subtitle(group.currency, question.basis)}",
        facts.figure,
        tuple(replace(each, title=f"{number}. {each.title}") for number, each in enumerate(steps, start=1)),
        documents,
        (*problems, *problem, *more),
    )


def _facts(asked: Asked, statement: str, line: str) -> Facts:
    if statement == TRIAL_BALANCE:
        return trial_balance.facts_of(asked, line)
    if statement == CASH_FLOW:
        return cash_flow.facts_of(asked, line)
    if statement == CHANGES_IN_EQUITY:
        return changes_in_equity.facts_of(asked, line)
    return balances.facts_of(asked, statement, line)
