"""The balance sheet: a company's accounts, or the group's consolidated, beside a year before (ACCOUNTING 2, 17, 22)."""

from __future__ import annotations

from monette_assets.gold.balance_sheet import CURRENT_EARNINGS
from monette_assets.reports.columns import ZERO, Amounts, Columns, Sums, columns_of, total
from monette_assets.reports.completeness import by_company
from monette_assets.reports.question import Question, Row
from monette_assets.reports.sheet import Sheet, in_chart_order, label
from monette_assets.reports.statement import Field, Kind, Statement

SIDES = {"Asset": "Assets", "Liability": "Liabilities", "Equity": "Equity"}
EARNINGS = ("Revenue", "Expense")
NET_INCOME = "Net income of the year so far"
DOES_NOT_BALANCE = "Does not balance by"
Lines = dict[str, list[tuple[str | None, str, Amounts]]]  # by side


def balance_sheet(question: Question) -> Statement:
    """At the end of the columns' months. Assets, liabilities and equity all read positive."""
    if not (question.company or question.subgroup or question.is_consolidated):
        return _side_by_side(question)
    columns = columns_of(question, balances=True)
    sheet = Sheet(question, columns)
    if question.company:
        home = question.in_home_currency(default=True)
        lines = _of_company(question, columns, home)
        parts = [question.currency_name(home), question.basis]
    else:
        rows = question.consolidated("gold/consolidated_statements", columns.ends)
        lines = _consolidated(question, columns, rows)
        parts = [question.group.currency, question.basis, "consolidated"]
    totals = {
        side: sheet.section(title, lines.get(side, []), f"Total {title.lower()}") for side, title in SIDES.items()
    }
    sheet.result("Total liabilities and equity", total([totals["Liability"], totals["Equity"]]))
    off = total([totals["Asset"], total([totals["Liability"], totals["Equity"]], -1)])
    if any(off.values()):
        sheet.result(DOES_NOT_BALANCE, off)
    end = columns.end(columns.current)
    when = f"end of {end:%B %Y}" if end else columns.current.title
    return sheet.statement("balance sheet", *parts, when=when)


def _side_by_side(question: Question) -> Statement:
    """Every company's three sides in its own currency, in a release without consolidated figures."""
    month = question.month
    rows = question.rows("gold/balance_sheet", [month])
    shown = []
    for company, found in by_company(rows, question.group):
        sides = {side: sum((row["display_amount"] for row in found if row["classification"] == side), ZERO)
                 for side in SIDES}  # fmt: skip
        shown.append(
            {
                "company": company,
                "currency": found[0]["currency"],
                **{side.lower(): amount for side, amount in sides.items()},
                "difference": sum((row["amount"] for row in found), ZERO),
            }
        )
    return Statement(
        title=f"{question.whom}: balance sheet, end of {month:%B %Y}",
        subtitle=question.subtitle("home currencies", question.basis, "one company: --company CODE"),
        fields=(
            Field("company", "Company"),
            Field("currency", "Currency"),
            *(Field(side.lower(), title, Kind.MONEY) for side, title in SIDES.items()),
            Field("difference", "Difference", Kind.MONEY),
        ),
        rows=shown,
    )


def _of_company(question: Question, columns: Columns, home: bool) -> Lines:
    """The company's own accounts by number; in group currency as they were translated."""
    table, amount = ("gold/balance_sheet", "amount") if home else ("gold/translated_balances", "closing_cad")
    rows = question.rows(table, columns.ends)
    names = {row["account_id"]: (row["account_number"], row["account_name"]) for row in rows}
    sides = {row["account_id"]: row["classification"] for row in rows}
    sums = columns.closings(rows, amount, lambda row: row["account_id"])
    order = sorted(sums, key=lambda account: (names[account][0] or "~", names[account][1]))
    lines: Lines = {
        side: [(*names[each], _shown(side, sums[each])) for each in order if sides[each] == side] for side in SIDES
    }
    lines["Equity"].append((None, NET_INCOME, _earned(sums, [each for each in sums if sides[each] in EARNINGS])))
    return lines


def _consolidated(question: Question, columns: Columns, rows: list[Row]) -> Lines:
    """Group accounts, all steps added up."""
    sums = columns.closings(rows, "closing_cad", lambda row: (row["classification"], row["group_account"]))
    lines: Lines = {
        side: [
            (each, label(question.group, each), _shown(side, sums[side, each]))
            for each in in_chart_order(question.group, (account for kind, account in sums if kind == side))
        ]
        for side in SIDES
    }
    earned = _earned(sums, [each for each in sums if each[0] in EARNINGS])
    lines["Equity"].append((CURRENT_EARNINGS, NET_INCOME, earned))
    return lines


def _shown(side: str, amounts: Amounts) -> Amounts:
    return total([amounts], 1 if side == "Asset" else -1)


def _earned(sums: Sums, keys: list[object]) -> Amounts:
    return total((sums[each] for each in keys), -1)
