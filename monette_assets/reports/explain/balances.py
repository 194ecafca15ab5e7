"""Figures of the profit and loss and the balance sheet: the month's movement, and the balance at its end."""

from __future__ import annotations

from collections.abc import Collection

from monette_assets.group.calendar import add_months
from monette_assets.reports.balance_sheet import DOES_NOT_BALANCE, SIDES
from monette_assets.reports.explain.accounts import mappings
from monette_assets.reports.explain.entries import entries_of, share_of_others
from monette_assets.reports.explain.explanation import Row
from monette_assets.reports.explain.facts import (
    BALANCES,
    CLOSING,
    COMPANIES,
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
from monette_assets.reports.lines import (
    BALANCE_SHEET,
    LIABILITIES_AND_EQUITY,
    NET_INCOME_TO_DATE,
    PROFIT_AND_LOSS,
    Level,
    Line,
    UnknownLineError,
    find_line,
    places,
    plain,
)

# Of which accounts the totals of a company's own balance sheet are, by their classification in its books.
CLASSES = {
    SIDES["Asset"]: ("Asset",),
    SIDES["Liability"]: ("Liability",),
    SIDES["Equity"]: ("Equity", *EARNS),
    NET_INCOME_TO_DATE: EARNS,
    LIABILITIES_AND_EQUITY: ("Liability", "Equity", *EARNS),
}


def facts_of(asked: Asked, statement: str, text: str) -> Facts:
    """Raises ReportError for a line that there is not, naming the nearest."""
    month = asked.month
    if statement == BALANCE_SHEET and plain(text) == plain(DOES_NOT_BALANCE):
        raise UnknownLineError(
            f"{text}: a check, made of no accounts; explain Total assets, and Total liabilities and equity"
        )
    if statement == BALANCE_SHEET and asked.company:
        return _of_company(asked, text)
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


def _of_company(asked: Asked, text: str) -> Facts:
    """Its own balance sheet, in its own fiscal year: an account by number or name, a group account, or a total.

    Raises ReportError for a line that there is not, naming the nearest.
    """
    month = asked.month
    held = asked.balances(month)
    printed = [*held, *asked.balances(add_months(month, -12))]  # as the statement has a line for the year before's sake
    own = [row for row in printed if row["classification"] not in EARNS and plain(text) in _called(row)]
    if own:
        sign = 1 if own[0]["classification"] == "Asset" else -1
        inside = frozenset(row["group_account"] for row in own)
        line = Line(BALANCE_SHEET, text, own[0]["account_name"], Level.ACCOUNT, sign, inside)
    else:
        line = find_line(BALANCE_SHEET, text, places(asked.group, held))
    keys = {(row["company"], row["account_id"]) for row in own}

    def counts(row: Row) -> bool:
        if keys:
            return (row["company"], row["account_id"]) in keys
        if line.key in CLASSES:
            return row["classification"] in CLASSES[line.key]
        return row["classification"] not in EARNS and row["group_account"] in line.accounts

    since = asked.group.fiscal_year_start(asked.company or "", month)
    to_date = {"rate": None, "rate_kind": "by month", "rate_date": None,
               "rate_source": f"each month's own, from {since:%Y-%m}"}  # fmt: skip
    rows = [{**row, **to_date} if row["classification"] in EARNS else row for row in held if counts(row)]
    books = [row for row in asked.trial_balance(month) if counts(row)]
    return Facts(
        line=line,
        month=month,
        what=WORDS[CLOSING],
        accounts=counted(rows, CLOSING),
        made_of=[{**row, "step": COMPANIES, "component": row["company"], "amount": row["closing_cad"]} for row in rows],
        table=BALANCES,
        mapping=mappings(asked.group, month),
        booked=booked(books, {row["group_account"] for row in books}, CLOSING),
        product=PRODUCTS[CLOSING],
    )


def _called(row: Row) -> set[str]:
    return {plain(row[name]) for name in ("account_number", "account_name") if row[name]}
