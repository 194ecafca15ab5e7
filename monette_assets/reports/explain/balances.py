"""Figures of the profit and loss and the balance sheet: the month's movement, and the balance at its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date

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
    OPENING,
    PRODUCTS,
    WORDS,
    Asked,
    Facts,
    booked,
    counted,
)
from monette_assets.reports.explain.places import line_of
from monette_assets.reports.lines import (
    BALANCE_SHEET,
    LIABILITIES_AND_EQUITY,
    NET_INCOME_TO_DATE,
    PROFIT_AND_LOSS,
    UNMAPPED,
    Level,
    Line,
    UnknownLineError,
    find_line,
    group_year_start,
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
    if asked.company:
        return _of_company(asked, statement, text)
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
    balances = [row for row in balances if row["group_account"] in line.accounts]
    since = group_year_start(asked.group, month)
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
        accounts=counted((rated(row, measure, since) for row in balances), measure),
        made_of=made_of,
        table=CONSOLIDATED,
        mapping=mappings(asked.group, month),
        booked=booked(trial_balance, line.accounts, measure),
        product=PRODUCTS.get(measure),
        entries={**entries, "non_controlling_interest": share_of_others(asked, month, of_others)},
    )


def facts_of_accounts(asked: Asked, line: Line, measure: str, counts: Callable[[Row], bool]) -> Facts:
    """The same of a company's own accounts that count, in its own fiscal year, as they were translated."""
    month = asked.month
    since = asked.group.fiscal_year_start(asked.company or "", month)
    rows = [rated(row, measure, since) for row in asked.balances(month) if counts(row)]
    books = [row for row in asked.trial_balance(month) if counts(row)]
    return Facts(
        line=line,
        month=month,
        what=WORDS[measure],
        accounts=counted(rows, measure),
        made_of=[
            {**row, "step": COMPANIES, "component": row["company"], "amount": row[f"{measure}_cad"]} for row in rows
        ],
        table=BALANCES,
        mapping=mappings(asked.group, month),
        booked=booked(books, {row["group_account"] for row in books}, measure),
        product=PRODUCTS.get(measure),
    )


def of_own_name(rows: Iterable[Row], text: str) -> list[Row]:
    """The accounts of a company's books that have this number or this name."""
    wanted = plain(text)
    named = ("account_number", "account_name")
    return [row for row in rows if any(row[name] and plain(row[name]) == wanted for name in named)]


def rated(row: Row, measure: str, since: date) -> Row:
    """The account with the rate of what is measured: none of its own for what several months or two balances make."""
    kind = row["rate_kind"]
    if kind != "none" and measure == CLOSING and row["classification"] in EARNS:
        kind, source = "by month", f"each month's own, from {since:%Y-%m}"
    elif measure == MOVEMENT and kind in ("closing", "carrying"):
        kind, source = "by balance", "closing less opening, each at its own"
    elif kind != "none" and measure == OPENING:
        kind, source = "as carried", "as the month opened"
    else:
        return row
    return {**row, "rate": None, "rate_kind": kind, "rate_date": None, "rate_source": source}


def _of_company(asked: Asked, statement: str, text: str) -> Facts:
    """Its own statement: an account of its balance sheet by number or name, a group account, a total, a result.

    Raises ReportError for a line that there is not, naming the nearest.
    """
    now, before = asked.month, add_months(asked.month, -12)  # some lines are printed for the year before's sake
    printed = [*asked.balances(now), *asked.balances(before)]
    if statement == PROFIT_AND_LOSS:
        types = {each["group_account"]: each["profit_type"] for each in asked.group.chart_rows()}
        earning = [row for row in printed if row["classification"] in EARNS]
        line = line_of(
            asked.group, [{**row, "profit_type": types.get(row["group_account"]) or UNMAPPED} for row in earning], text
        )
        return facts_of_accounts(
            asked, line, MOVEMENT, lambda row: row["classification"] in EARNS and row["group_account"] in line.accounts
        )
    own = of_own_name((row for row in printed if row["classification"] not in EARNS), text)
    if own:
        sign = 1 if own[0]["classification"] == "Asset" else -1
        line = line_of_accounts(own, sign)
    else:
        line = find_line(BALANCE_SHEET, text, places(asked.group, printed))
    keys = {row["account_id"] for row in own}

    def counts(row: Row) -> bool:
        if keys:
            return row["account_id"] in keys
        if line.key in CLASSES:
            return row["classification"] in CLASSES[line.key]
        return row["classification"] not in EARNS and row["group_account"] in line.accounts

    return facts_of_accounts(asked, line, CLOSING, counts)


def line_of_accounts(own: list[Row], sign: int) -> Line:
    """The line that accounts of one name are."""
    name = own[0]["account_name"]
    return Line(BALANCE_SHEET, name, name, Level.ACCOUNT, sign, frozenset(row["group_account"] for row in own))
