"""Figures of the changes in equity: the accounts, entries and companies that changed a component, or all of equity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

from monette_assets.gold.balance_sheet import CURRENT_EARNINGS
from monette_assets.gold.cash_flow import TRANSLATION_ADJUSTMENT
from monette_assets.gold.changes_in_equity import CHANGE_OF_KIND, YEAR_END
from monette_assets.gold.intercompany import DIVIDENDS
from monette_assets.group.calendar import add_months
from monette_assets.reports.changes_in_equity import LINES
from monette_assets.reports.explain.accounts import mappings
from monette_assets.reports.explain.balances import facts_of_line
from monette_assets.reports.explain.entries import share_of_others
from monette_assets.reports.explain.explanation import Row
from monette_assets.reports.explain.facts import (
    CLOSING,
    COMPANIES,
    CONSOLIDATED,
    EARNS,
    MOVEMENT,
    OPENING,
    PRODUCTS,
    WORDS,
    ZERO,
    Asked,
    Facts,
    booked,
    counted,
    sum_of,
)
from monette_assets.reports.lines import (
    BALANCE_SHEET,
    CHANGES_IN_EQUITY,
    PROFIT_AND_LOSS,
    Level,
    Line,
    nearest,
    places,
    plain,
)
from monette_assets.reports.released import ReportError
from monette_assets.reports.sheet import label

OF_COMPANY, OF_GROUP = "gold/changes_in_equity", "gold/consolidated_changes_in_equity"
OTHERS, SCOPE = "non_controlling_interest", "scope"


def facts_of(asked: Asked, text: str) -> Facts:
    """`text` is a line, as `dividends`, or a component and a line, as `retained_earnings/year_end`.

    Raises ReportError where the month has no such line, naming the nearest.
    """
    told = _table(asked, asked.month)
    if plain(text) in (plain(YEAR_END), plain(LINES[YEAR_END])):
        raise ReportError(
            f"{text}: of all equity it is nothing, what leaves a component enters another; ask for COMPONENT/{YEAR_END}"
        )
    whole = {name: line for line, title in LINES.items() if line != YEAR_END for name in (line, title)}
    of_one: dict[str, str] = {}
    for row in told:
        key, title = f"{row['component']}/{row['line']}", LINES[row["line"]]
        of = label(asked.group, row["component"])
        of_one |= dict.fromkeys((key, f"{of}/{row['line']}", f"{of}/{title}"), key)
    component, _, name = nearest(CHANGES_IN_EQUITY, text, of_one if "/" in text else whole).rpartition("/")
    said = sum_of((row for row in told if row["line"] == name and component in ("", row["component"])), "amount_cad")
    how = _company_facts if asked.company else _group_facts
    found = how(asked, component, name)
    shown = _name(asked, component, name)
    of_line = replace(found.line, statement=CHANGES_IN_EQUITY, key=text, name=shown)
    return replace(found, line=of_line, said=said, said_in=OF_COMPANY if asked.company else OF_GROUP)


def _table(asked: Asked, month: date) -> list[Row]:
    """The month's rows of the statement."""
    if asked.company:
        return asked.release.rows(OF_COMPANY, period=month, company=asked.company, where=asked.of_basis)
    return asked.consolidated(month, OF_GROUP)


def _name(asked: Asked, component: str, name: str) -> str:
    if not component:
        return LINES[name]
    return f"{label(asked.group, component)}: {LINES[name].lower()}"


def _line(accounts: frozenset[str], statement: str = BALANCE_SHEET, sign: int = -1) -> Line:
    return Line(statement, "", "", Level.TOTAL, sign, accounts)


def _change(asked: Asked, row: Row) -> str:
    """What a movement of the account is (gold/changes_in_equity)."""
    if row["classification"] in EARNS:
        return "net_income"
    kinds = {each.code: each.kind for each in asked.group.chart}
    if row.get("account_id") == TRANSLATION_ADJUSTMENT:
        return "translation_adjustment"
    return CHANGE_OF_KIND.get(kinds.get(row["group_account"], ""), "direct_posting")


def _component(row: Row) -> str:
    return CURRENT_EARNINGS if row["classification"] in EARNS else str(row["group_account"])


def _of_equity(row: Row) -> bool:
    return row["classification"] in (*EARNS, "Equity")


# --- of a company --------------------------------------------------------------------------------------------------


def _company_facts(asked: Asked, component: str, name: str) -> Facts:
    """Its accounts in its own fiscal year; an opening is the closing of the month before."""
    now = [row for row in asked.balances(asked.month) if _of_equity(row)]
    earlier = add_months(asked.month, -1)
    before = [row for row in asked.balances(earlier) if _of_equity(row)]
    month, measure, rows, comparable = asked.month, MOVEMENT, now, True
    if name == CLOSING:
        measure = CLOSING
    elif name == OPENING:
        month, measure, rows = (earlier, CLOSING, before) if before else (month, OPENING, now)
    elif name == YEAR_END:
        rows, comparable = _year_end(now, before), False
    else:
        rows = [row for row in now if _change(asked, row) == name]
    accounts = counted([row for row in rows if component in ("", _component(row))], measure)
    inside = frozenset(row["group_account"] for row in accounts)
    told = [row for row in _table(asked, asked.month) if row["line"] == name and component in ("", row["component"])]
    return Facts(
        line=_line(inside),
        month=month,
        what="what the year's end moved" if name == YEAR_END else WORDS[measure],
        accounts=accounts,
        made_of=[
            {"step": COMPANIES, "component": asked.company, "group_account": row["component"],
             "amount": -row["amount_cad"]}
            for row in told
        ],
        table=OF_COMPANY,
        mapping=mappings(asked.group, month),
        booked=_booked_of(asked, month, accounts, measure) if comparable else {},
        product=PRODUCTS.get(measure) if comparable else None,
    )  # fmt: skip


def _booked_of(asked: Asked, month: date, accounts: list[Row], measure: str) -> dict[tuple[str, str], Decimal | None]:
    """What the trial balance says of these accounts; of others of the same group accounts, nothing."""
    held = {(row["company"], row["account_id"]) for row in accounts}
    inside = {row["group_account"] for row in accounts}
    says = booked(asked.trial_balance(month), inside, measure)
    return {key: amount for key, amount in says.items() if key in held}


def _year_end(now: list[Row], before: list[Row]) -> list[Row]:
    """What opens otherwise than it closed: the year's result, from income and expense to retained earnings."""
    if not before:
        return []
    closed = {(row["company"], row["account_id"]): row for row in before}
    opened = {(row["company"], row["account_id"]): row for row in now}
    nothing = {OPENING: ZERO, CLOSING: ZERO, "opening_cad": ZERO, "closing_cad": ZERO}
    found = []
    for key in sorted(closed.keys() | opened.keys()):
        new, old = opened.get(key, nothing), closed.get(key, nothing)
        found.append(
            {
                **(opened.get(key) or closed[key]),
                MOVEMENT: new[OPENING] - old[CLOSING],
                "movement_cad": new["opening_cad"] - old["closing_cad"],
                "rate_kind": "as carried",
            }
        )
    return found


# --- of the group --------------------------------------------------------------------------------------------------


def _group_facts(asked: Asked, component: str, name: str) -> Facts:
    """Companies, eliminations, adjustments; an opening is the closing of the month before."""
    earlier = replace(asked, month=add_months(asked.month, -1))
    follows = bool(asked.consolidated(earlier.month))
    if name in (OPENING, CLOSING):
        at, measure = (earlier, CLOSING) if name == OPENING and follows else (asked, name)
        return facts_of_line(at, _line(_accounts(at, component)), measure)
    if name == YEAR_END:
        sign = 1 if component == CURRENT_EARNINGS else -1
        return facts_of_line(earlier, _line(_accounts(earlier, CURRENT_EARNINGS), sign=sign), CLOSING)
    if name == "net_income":
        line = _line(_accounts(asked, CURRENT_EARNINGS), PROFIT_AND_LOSS)
        return facts_of_line(asked, line, MOVEMENT, but=(OTHERS,))
    if name in (OTHERS, SCOPE):
        return _of_no_account(asked, component, name)
    inside = frozenset(
        account for account in _accounts(asked, component)
        if _change(asked, {"classification": "Equity", "group_account": account}) == name
        and account not in _accounts(asked, CURRENT_EARNINGS)
    )  # fmt: skip
    found = facts_of_line(asked, _line(inside), MOVEMENT, but=(OTHERS,))
    entries = {**found.entries, "eliminations": [
        row for row in found.entries.get("eliminations", []) if row["kind"] == DIVIDENDS
    ]}  # fmt: skip
    return replace(found, made_of=[row for row in found.made_of if _is_entry(asked, row)], entries=entries)


def _accounts(asked: Asked, component: str) -> frozenset[str]:
    """Equity's group accounts, those of income and expense included; of the component, where one is named."""
    found = places(asked.group, [*asked.consolidated(asked.month), *asked.balances(asked.month)])
    earning = {code for code, place in found.items() if place.statement == PROFIT_AND_LOSS}
    if component == CURRENT_EARNINGS:
        return frozenset(earning)
    if component:
        return frozenset({component})
    return frozenset(earning | {code for code, place in found.items() if place.section == "Equity"})


def _is_entry(asked: Asked, row: Row) -> bool:
    """Whether its movement is a change of its own (gold/consolidated_changes_in_equity)."""
    if row["step"] != "eliminations" or row["classification"] != "Equity":
        return True
    kinds = {each.code: each.kind for each in asked.group.chart}
    return kinds.get(row["group_account"]) == DIVIDENDS


def _of_no_account(asked: Asked, component: str, name: str) -> Facts:
    """The share of others, and what companies that joined or left changed: of steps, not of accounts."""
    now = [row for row in asked.consolidated(asked.month) if _of_equity(row)]
    accounts: list[Row] = []
    if name == OTHERS:
        made_of = [{**row, "amount": row["movement_cad"]} for row in now if row["step"] == OTHERS]
    else:
        before = [row for row in asked.consolidated(add_months(asked.month, -1)) if _of_equity(row)]
        made_of = _scope(asked, now, before)
        accounts = _accounts_in_scope(asked, component) if before else []
    made_of = [row for row in made_of if component in ("", _component(row)) and row["amount"]]
    return Facts(
        line=_line(frozenset()),
        month=asked.month,
        what="what was brought along, less what was taken,",
        accounts=accounts,
        made_of=made_of,
        table=CONSOLIDATED,
        mapping=mappings(asked.group, asked.month),
        booked={},
        entries={OTHERS: share_of_others(asked, asked.month, [row for row in made_of if row["step"] == OTHERS])},
    )


def _year_starts(asked: Asked) -> bool:
    return asked.month.month == asked.group.settings.year_start_month


def _retained(asked: Asked) -> str:
    return next(each.code for each in asked.group.chart if each.kind == "retained_earnings")


def _accounts_in_scope(asked: Asked, component: str) -> list[Row]:
    """What members' accounts of equity opened with, less what those of the month before closed with."""
    earlier = replace(asked, month=add_months(asked.month, -1))
    found: dict[tuple[str, str, str], Row] = {}
    for at, sign in ((asked, 1), (earlier, -1)):
        held = [row for row in at.balances(at.month) if row["classification"] == "Equity"]
        for row in (*held, *at.earned(at.month)):
            moved = sign < 0 and _year_starts(asked) and row["classification"] in EARNS
            whose = _retained(asked) if moved else _component(row)
            if component in ("", whose):
                key = (row["company"], row["account_id"], whose)
                before = found.get(key, {"amount": ZERO, "amount_cad": ZERO})
                stood = CLOSING if sign < 0 else OPENING
                found[key] = {
                    **row,
                    "amount": before["amount"] + sign * row[stood],
                    "amount_cad": before["amount_cad"] + sign * row[f"{stood}_cad"],
                    "rate_kind": "as carried",
                }
    return [row for row in found.values() if row["amount"] or row["amount_cad"]]


def _scope(asked: Asked, now: list[Row], before: list[Row]) -> list[Row]:
    """Of every row of equity what neither the month before nor an entry explains."""
    follows = bool(before)

    def key(row: Row) -> tuple[str, str, str]:
        return row["step"], row["component"], row["group_account"]

    starts, retained = _year_starts(asked), _retained(asked)
    amounts: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    rows = {key(row): row for row in (*before, *now)}
    for row in now:
        entered = row["movement_cad"] if _is_entry(asked, row) else ZERO
        amounts[key(row)] += row["closing_cad"] - entered - (ZERO if follows else row["opening_cad"])
    for row in before:
        at = key(row)
        if starts and row["classification"] in EARNS:
            at = (row["step"], row["component"], retained)  # the year's end moved it
            rows.setdefault(at, {**row, "group_account": retained, "classification": "Equity"})
        amounts[at] -= row["closing_cad"]
    return [{**rows[at], "amount": amount} for at, amount in amounts.items() if amount]
