"""The trial balance: a company's accounts, every company's totals, or a part of the group (ACCOUNTING 2, 17)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from monette_assets.group.perimeter import belongs, subgroups_of
from monette_assets.reports.columns import ZERO, Column, Columns, columns_of
from monette_assets.reports.completeness import by_company, finality
from monette_assets.reports.question import Question, Row
from monette_assets.reports.sheet import in_chart_order, label
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

IN_HOME = ("opening", "debit", "credit", "closing")
IN_CAD = ("opening_cad", "movement_cad", "closing_cad")


def trial_balance(question: Question) -> Statement:
    """Opening of the first month, movements of all, closing of the last; currencies are never added up."""
    columns = columns_of(question)
    if question.subgroup:
        return _consolidated(question, columns)
    column = columns.current
    home = question.in_home_currency(default=True)
    table, amounts = ("gold/trial_balance", IN_HOME) if home or not question.company else (
        "gold/translated_balances", IN_CAD
    )  # fmt: skip
    rows = _over(question, columns, question.rows(table, column.months), amounts)
    fields = tuple(Field(name, name.removesuffix("_cad").capitalize(), Kind.MONEY) for name in amounts)
    title = f"{question.whom}: trial balance, {_when(question, column)}"
    if question.company:
        rows.sort(key=lambda row: (row["account_number"] or "~", row["account_name"]))
        total = {name: sum((row[name] for row in rows), ZERO) for name in amounts}
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
        )
    return Statement(
        title=title,
        subtitle=question.subtitle("home currencies", question.basis, "debit positive", "one company: --company CODE"),
        fields=(
            Field("company", "Company"),
            Field("currency", "Currency"),
            Field("accounts", "Accounts", Kind.COUNT),
            *fields,
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
    rows = question.consolidated("gold/consolidated_statements", column.months)
    parts = (
        columns.openings(rows, "opening_cad", lambda row: row["group_account"]),
        columns.flows(rows, "movement_cad", lambda row: row["group_account"]),
        columns.closings(rows, "closing_cad", lambda row: row["group_account"]),
    )
    shown: list[Row] = []
    for account in in_chart_order(question.group, {row["group_account"] for row in rows}):
        amounts = {name: sums.get(account, {}).get(column.key, ZERO) for name, sums in zip(IN_CAD, parts, strict=True)}
        if any(amounts.values()):
            shown.append({"group_account": account, "account_name": label(question.group, account), **amounts})
    total = {name: sum((row[name] for row in shown), ZERO) for name in IN_CAD}
    months = [month for month in column.months if month in columns.built]
    return Statement(
        title=f"{question.whom}: trial balance, {_when(question, column)}",
        subtitle=question.subtitle(
            question.group.currency, question.basis, "consolidated", "debit positive", finality(question, months)
        ),
        fields=(
            Field("group_account", "Group account"),
            Field("account_name", "Account"),
            *(Field(name, name.removesuffix("_cad").capitalize(), Kind.MONEY) for name in IN_CAD),
        ),
        rows=[*shown, {"account_name": "Total", **total}],
        emphasis=[*(Emphasis.NORMAL for _ in shown), Emphasis.RESULT],
        notes=[*columns.notes[:1], *_moved(question, months)],
    )


def _moved(question: Question, months: list[date]) -> list[str]:
    """Whom opening and movement leave out, since balances came or went with it."""
    changed = [
        each.name
        for each in question.group.companies
        if len({belongs(question.group, each.code, month) for month in months}) > 1
        and question.subgroup in subgroups_of(question.group, each.code)
    ]
    joined = "Companies that joined or left bring or take balances that are no movement: " + ", ".join(changed) + "."
    return [joined] if changed else []


def _over(question: Question, columns: Columns, rows: list[Row], amounts: tuple[str, ...]) -> list[Row]:
    """One row an account: opening at the company's first month of the column, closing at its last, all else summed."""
    built = sorted(month for month in columns.current.months if month in columns.built)
    held = {
        each.code: [month for month in built if belongs(question.group, each.code, month)]
        for each in question.group.companies
    }
    accounts: dict[tuple[str, str], Row] = {}
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(amounts, ZERO))
    for row in sorted(rows, key=lambda row: row["period"]):
        months = held[row["company"]]
        if row["period"] not in months:
            continue
        key = row["company"], row["account_id"]
        accounts[key] = row  # the last month's name and group account
        for name in amounts:
            month = {"opening": months[0], "closing": months[-1]}.get(name.removesuffix("_cad"))
            if month is None or row["period"] == month:
                sums[key][name] += row[name]
    return [{**row, **sums[key]} for key, row in accounts.items()]


def _when(question: Question, column: Column) -> str:
    return f"{question.month:%B %Y}" if len(column.months) == 1 else column.title
