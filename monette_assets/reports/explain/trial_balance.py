"""Figures of the trial balance: what an account opened with, its movement, what it closed with; debit positive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from monette_assets.group.calendar import add_months
from monette_assets.reports.explain.balances import facts_of_accounts, facts_of_line, line_of_accounts, of_own_name
from monette_assets.reports.explain.facts import CLOSING, MOVEMENT, OPENING, WORDS, Asked, Facts
from monette_assets.reports.lines import (
    BALANCE_SHEET,
    PROFIT_AND_LOSS,
    TRIAL_BALANCE,
    Level,
    Line,
    nearest,
    places,
    plain,
)
from monette_assets.reports.released import ReportError
from monette_assets.reports.sheet import label

IN_HOME = ("debit", "credit")


def facts_of(asked: Asked, text: str) -> Facts:
    """`text` is an account of the company, or a group account, what it closed with; else ACCOUNT/opening or /movement.

    An opening is the closing of the month before, unless a year's end or who joined or left is between them.
    Raises ReportError for an account that there is not, naming the nearest, and for what no account has.
    """
    account, _, column = text.rpartition("/")
    if column not in (OPENING, MOVEMENT, CLOSING, *IN_HOME):
        account, column = text, CLOSING
    if plain(account) == "total":
        raise ReportError(f"{text}: a check, zero where debits equal credits; explain an account")
    if not asked.company and account in {each.code for each in asked.group.companies}:
        raise ReportError(f"{text}: a company's accounts together; explain one of them: ACCOUNT --company {account}")
    if column in IN_HOME:
        raise ReportError(
            f"{text}: a part of the movement, in home currency; explain {account}/{MOVEMENT}: its ledger lines are the "
            "debits and credits"
        )
    facts = _measuring(asked, account)
    found = facts(asked, column)
    if column == OPENING:
        before = facts(replace(asked, month=add_months(asked.month, -1)), CLOSING)
        found = before if before.figure == found.figure else replace(found, entries={})
    return replace(found, line=replace(found.line, name=f"{found.line.name}: {WORDS[column]}"))


def _measuring(asked: Asked, account: str) -> Callable[[Asked, str], Facts]:
    """What tells the facts of the account, of a month and a measure; by number or name, a company's own ones first."""
    held = asked.balances(asked.month)
    own = of_own_name(held, account) if asked.company else []
    if own:
        keys, line = {row["account_id"] for row in own}, line_of_accounts(own, 1)
        return lambda at, measure: facts_of_accounts(at, line, measure, lambda row: row["account_id"] in keys)
    known = places(asked.group, held if asked.company else [*asked.consolidated(asked.month), *held])
    names = {name: code for code in known for name in (label(asked.group, code), code)}
    if asked.company:
        names |= {row["account_name"]: row["group_account"] for row in held}
    code = nearest(TRIAL_BALANCE, account, names)
    place = known[code]

    def facts(at: Asked, measure: str) -> Facts:
        earned = measure == MOVEMENT and place.statement == PROFIT_AND_LOSS
        line = Line(PROFIT_AND_LOSS if earned else BALANCE_SHEET, code, place.name, Level.ACCOUNT, 1, frozenset({code}))
        if asked.company:
            return facts_of_accounts(at, line, measure, lambda row: row["group_account"] == code)
        found = facts_of_line(at, line, measure)
        if measure == CLOSING or earned:
            return found
        # entries of a balance say what stands, not what moved
        return replace(found, entries={name: each for name, each in found.entries.items() if name != "eliminations"})

    return facts
