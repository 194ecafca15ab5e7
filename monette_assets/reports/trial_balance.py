"""The trial balance: a company's accounts, every company's totals, or a part of the group (ACCOUNTING 2, 17)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable

from monette_assets.group.calendar import fiscal_year_start
from monette_assets.reports.columns import ZERO, Column, Columns, columns_of
from monette_assets.reports.completeness import by_company, finality
from monette_assets.reports.question import Question, Row
from monette_assets.reports.sheet import in_chart_order, label
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

IN_HOME = ("opening", "debit", "credit", "closing")
IN_CAD = ("opening_cad", "movement_cad", "closing_cad")
BETWEEN = "between"  # what months open with and those before them did not close with


def trial_balance(question: Question) -> Statement:
    """Opening of the first month, movements of all, closing of the last; currencies are never added up.

    What a month opens with and the one before did not close with (a year's end, a company that joined or left) stands
    in a column of its own.
    """
    columns = columns_of(question).alone
    if question.subgroup:
        return _consolidated(question, columns)
    column = columns.current
    home = question.in_home_currency(default=True)
    table, amounts = ("gold/trial_balance", IN_HOME) if home or not question.company else (
        "gold/translated_balances", IN_CAD
    )  # fmt: skip
    rows = [
        row
        for _, found in by_company(question.rows(table, column.months), question.group)
        for row in _over(found, amounts, lambda row: row["account_id"])
    ]
    title = f"{question.whom}: trial balance, {_when(question, column)}"
    if question.company:
        rows.sort(key=lambda row: (row["account_number"] or "~", row["account_name"]))
        fields = _fields(question, column, amounts, rows)
        total = {each.key: sum((row[each.key] for row in rows), ZERO) for each in fields}
        return Statement(
            title=title,
            subtitle=question.subtitle(question.currency_name(home), question.basis, "debit positive"),
            fields=(
                Field("account_number", "Number"),
                Field("account_name", "Account"),
                Field("group_account", "Group account"),
                *fields,
            ),
            rows=[*rows, {"account_name": "Total", **total}],
            emphasis=[*(Emphasis.NORMAL for _ in rows), Emphasis.RESULT],
            notes=columns.notes,
        )
    return Statement(
        title=title,
        subtitle=question.subtitle("home currencies", question.basis, "debit positive", "one company: --company CODE"),
        fields=(
            Field("company", "Company"),
            Field("currency", "Currency"),
            Field("accounts", "Accounts", Kind.COUNT),
            *_fields(question, column, amounts, ()),
        ),
        rows=[
            {
                "company": company,
                "currency": found[0]["currency"],
                "accounts": len(found),
                **{name: sum((row[name] for row in found), ZERO) for name in amounts},
            }
            for company, found in by_company(rows, question.group)
        ],
        notes=["Opening and closing are zero where debits equal credits over all accounts."],
    )


def _consolidated(question: Question, columns: Columns) -> Statement:
    """Group accounts of a part of the group, companies, eliminations and adjustments together.

    Income and expense are to date of the group's fiscal year.
    """
    column = columns.current
    # what companies earned is to date even of months after the last of them left
    rows = question.consolidated("gold/consolidated_statements", columns.built.intersection(column.months))
    accounts = {row["group_account"]: row for row in _over(rows, IN_CAD, lambda row: row["group_account"])}
    shown: list[Row] = []
    for account in in_chart_order(question.group, accounts):
        amounts = {name: accounts[account][name] for name in (*IN_CAD, BETWEEN)}
        if any(amounts.values()):
            shown.append({"group_account": account, "account_name": label(question.group, account), **amounts})
    fields = _fields(question, column, IN_CAD, shown)
    total = {each.key: sum((row[each.key] for row in shown), ZERO) for each in fields}
    return Statement(
        title=f"{question.whom}: trial balance, {_when(question, column)}",
        subtitle=question.subtitle(
            question.group.currency, question.basis, "consolidated", "debit positive", finality(question, column.months)
        ),
        fields=(Field("group_account", "Group account"), Field("account_name", "Account"), *fields),
        rows=[*shown, {"account_name": "Total", **total}],
        emphasis=[*(Emphasis.NORMAL for _ in shown), Emphasis.RESULT],
        notes=columns.notes,
    )


def _over(rows: Collection[Row], amounts: tuple[str, ...], account: Callable[[Row], Hashable]) -> list[Row]:
    """One row an account: opening of the first month there is, closing of the last, everything in between summed."""
    months = {row["period"] for row in rows}
    start, end = min(months, default=None), max(months, default=None)
    found: dict[Hashable, Row] = {}
    for row in sorted(rows, key=lambda row: row["period"]):
        key = account(row)
        before = found.get(key, dict.fromkeys((*amounts, BETWEEN), ZERO))
        now = found[key] = {**row, **{name: before[name] for name in (*amounts, BETWEEN)}}  # the last month's name
        for name in amounts:
            what = name.removesuffix("_cad")
            if what == "opening" and row["period"] != start:
                now[BETWEEN] += row[name]
            elif what == "closing" and row["period"] != end:
                now[BETWEEN] -= row[name]
            else:
                now[name] += row[name]
    return list(found.values())


def _fields(question: Question, column: Column, amounts: tuple[str, ...], rows: Iterable[Row]) -> tuple[Field, ...]:
    """The amounts; before the closing, what came between months, where anything did."""
    fields = [Field(name, name.removesuffix("_cad").capitalize(), Kind.MONEY) for name in amounts]
    if any(row[BETWEEN] for row in rows):
        year_ends = any(fiscal_year_start(question.year_starts, month) == month for month in column.months[1:])
        names = [*(["year end"] if year_ends else []), *(["joined or left"] if question.subgroup else [])]
        fields.insert(-1, Field(BETWEEN, ", ".join(names).capitalize() or "Between months", Kind.MONEY))
    return tuple(fields)


def _when(question: Question, column: Column) -> str:
    return f"{question.month:%B %Y}" if len(column.months) == 1 else column.title
