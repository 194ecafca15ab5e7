"""The statements by name, and what each can be asked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from monette_assets.reports.balance_sheet import balance_sheet
from monette_assets.reports.banking import payables_aging, receivables_aging, weekly_banking
from monette_assets.reports.budget import budget
from monette_assets.reports.cash_bridge import cash_bridge
from monette_assets.reports.cash_flow import cash_flow
from monette_assets.reports.changes_in_equity import changes_in_equity
from monette_assets.reports.completeness import completeness
from monette_assets.reports.consolidation import consolidation
from monette_assets.reports.financial_summary import financial_summary
from monette_assets.reports.profit_and_loss import profit_and_loss
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError
from monette_assets.reports.statement import Statement
from monette_assets.reports.tie_out import tie_out
from monette_assets.reports.trial_balance import trial_balance

OF_WHOM = frozenset({"company", "pillar", "location", "subgroup"})
HOW = frozenset({"view", "currency"})


def refuse_unknown(name: str, question: Question, options: Collection[str]) -> None:
    """Raise ReportError where the question asks for what the report cannot show."""
    for option in sorted(OF_WHOM | HOW):
        if getattr(question, option) is not None and option not in options:
            raise ReportError(f"{name} has no --{option}; it has {', '.join(f'--{each}' for each in sorted(options))}")


@dataclass(frozen=True)
class Report:
    """A statement, and which of `OF_WHOM` and `HOW` it understands."""

    make: Callable[[Question], Statement]
    options: frozenset[str]

    def __call__(self, question: Question) -> Statement:
        """The statement. Raises ReportError where it was asked for what it cannot show."""
        refuse_unknown(self.make.__name__, question, self.options)
        return self.make(question)


STATEMENTS: dict[str, Report] = {
    "profit_and_loss": Report(profit_and_loss, OF_WHOM | HOW),
    "balance_sheet": Report(balance_sheet, frozenset({"company", "subgroup", *HOW})),
    "cash_flow": Report(cash_flow, frozenset({"company", "subgroup", *HOW})),
    "changes_in_equity": Report(changes_in_equity, frozenset({"company", "subgroup", *HOW})),
    "trial_balance": Report(trial_balance, frozenset({"company", "subgroup", *HOW})),
    "consolidation": Report(consolidation, frozenset({"subgroup"})),
    "cash_bridge": Report(cash_bridge, frozenset({"company", "subgroup", "view"})),
    "payables_aging": Report(payables_aging, frozenset({"company", "currency"})),
    "receivables_aging": Report(receivables_aging, frozenset({"company", "currency"})),
    "weekly_banking": Report(weekly_banking, frozenset({"company", "currency"})),
    "financial_summary": Report(financial_summary, frozenset({"company", "pillar", "location"})),
    "budget": Report(budget, frozenset({"company", "pillar", "location"})),
    "tie_out": Report(tie_out, frozenset({"company"})),
    "completeness": Report(completeness, frozenset({"company"})),
}
