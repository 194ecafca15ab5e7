"""Figures of the profit and loss and the balance sheet: the month's movement, and the balance at its end."""

from __future__ import annotations

from collections.abc import Collection

from monette_assets.reports.explain.accounts import mappings
from monette_assets.reports.explain.entries import entries_of, share_of_others
from monette_assets.reports.explain.facts import (
    CLOSING,
    CONSOLIDATED,
    EARNS,
    MOVEMENT,
    PRODUCTS,
    WORDS,
    Asked,
    Facts,
    booked,
    counted,
)
from monette_assets.reports.lines import PROFIT_AND_LOSS, Line, find_line, places


def facts_of(asked: Asked, statement: str, text: str) -> Facts:
    """Raises ReportError for a line that there is not, naming the nearest."""
    month = asked.month
    line = find_line(statement, text, places(asked.group, [*asked.consolidated(month), *asked.balances(month)]))
    return facts_of_line(asked, line, MOVEMENT if statement == PROFIT_AND_LOSS else CLOSING)


def facts_of_line(asked: Asked, line: Line, measure: str, but: Collection[str] = ()) -> Facts:
    """The facts of an opening, a movement or a closing of the line's accounts, `but` some steps left out.

    Income and expense on the balance sheet are those of the group's fiscal year to date.
    """
    month, steps = asked.month, set(but)
    balances, trial_balance = asked.balances(month), asked.trial_balance(month)
    if line.statement != PROFIT_AND_LOSS:
        balances = [row for row in balances if row["classification"] not in EARNS]
        trial_balance = [row for row in trial_balance if row["classification"] not in EARNS]
        if line.accounts - {each.code for each in asked.group.chart if each.statement == line.statement}:
            balances += asked.earned(month)
    made_of = [
        {**row, "amount": row[f"{measure}_cad"]}
        for row in asked.consolidated(month)
        if row["group_account"] in line.accounts and row["step"] not in steps
    ]
    entries = entries_of(asked, month, line.accounts, measure)
    of_others = [row for row in made_of if row["step"] == "non_controlling_interest" and row["amount"]]
    return Facts(
        line=line,
        month=month,
        what=WORDS[measure],
        accounts=counted([row for row in balances if row["group_account"] in line.accounts], measure),
        made_of=made_of,
        table=CONSOLIDATED,
        mapping=mappings(asked.group, month),
        booked=booked(trial_balance, line.accounts, measure),
        product=PRODUCTS.get(measure),
        entries={**entries, "non_controlling_interest": share_of_others(asked, month, of_others)},
    )
