"""Budget figures: the rows of the workbooks that finance dropped, mapped, at the budget rate (ACCOUNTING 25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from monette_assets.gold.mapping import UNCLASSIFIED, UNMAPPED
from monette_assets.gold.rates import IN_GROUP_CURRENCY
from monette_assets.reports.explain.accounts import map_accounts, mapped, mappings, reroute
from monette_assets.reports.explain.explanation import Explanation, Row, step
from monette_assets.reports.explain.facts import CENT, ZERO, Facts
from monette_assets.reports.explain.places import (
    as_shown,
    by_place,
    figure_of,
    line_of,
    numbered,
    rows_of_place,
    said_of,
)
from monette_assets.reports.question import Question
from monette_assets.reports.statement import Field, Kind, Statement

TABLE, SHEETS = "gold/budget_vs_actual", "silver/budgets"
RATE_SOURCES = {
    "home": IN_GROUP_CURRENCY,
    "sheet": "stated by the sheet",
    "contract": "budget_rates of the group contract",
    "none": "stated by nobody",
}


def explain_budget(question: Question, text: str, limit: int) -> Explanation:
    """A month's budget of the group, a pillar, a location or a company.

    Raises ReportError for a line, pillar or location that there is not.
    """
    group, month = question.group, question.month
    every = rows_of_place(question, TABLE)
    line = line_of(group, every, text)
    rows = [row for row in every if row["group_account"] in line.accounts and (row["budget"] or row["budget_cad"])]
    cells = [row for row in _cells(question) if row["group_account"] in line.accounts]
    facts = Facts(
        line=line,
        month=month,
        what="budgeted for the month, as the sheets show it,",
        accounts=_accounts(cells),
        made_of=[],
        table=TABLE,
        mapping=mappings(group, month),
        booked={},
        books=SHEETS,
    )
    mapping, unmapped = map_accounts(facts)
    moved, unmoved = reroute(group, facts)
    translated, wrong = _translate(group.currency, rows)
    shown = as_shown(line, rows, "budget_cad")
    told, where = said_of(question, line, "budget") or (shown, TABLE)
    places, misplaced = by_place(group, shown, told, where)
    made, figure, off = figure_of(group, line, shown, told, where)
    documents, lost = _documents(question, rows, cells, limit)
    return Explanation(
        f"{question.whom}: budget of {line.name}, {month:%B %Y}, {question.subtitle(group.currency)}, "
        "before eliminations",
        figure,
        numbered([mapping, moved, translated, places, made]),
        documents,
        (*unmapped, *unmoved, *wrong, *misplaced, *off, *lost),
    )


def _cells(question: Question) -> list[Row]:
    """The sheets' rows that count, each with the group account and place that the contract gives it."""
    import pyarrow.compute as pc

    group, month = question.group, question.month
    wanted = (pc.field("period") == month) & pc.field("current")
    if question.company is not None:
        wanted = wanted & (pc.field("company") == question.company)
    entries = mappings(group, month)
    moves = {(row["company"], row["group_account"]): row["to_group_account"] for row in group.reroute_rows()
             if row["from_period"] <= month < row["to_period"]}  # fmt: skip
    pillars = {(row["company"], row["raw_name"]): row["pillar"] for row in group.location_rows()
               if row["from_period"] <= month < row["to_period"]}  # fmt: skip
    found = []
    for row in question.release.rows_behind(TABLE, SHEETS, month, wanted):
        entry = mapped(entries, row)
        account = entry["group_account"] if entry else UNMAPPED
        cell = {
            **row,
            "account_id": row["account_number"] or row["account_name"],
            "group_account": moves.get((row["company"], account), account),
            "pillar": pillars.get((row["company"], row["location"]), UNCLASSIFIED),
        }
        if row["amount"] and question.of_place(cell):
            found.append(cell)
    return found


def _accounts(cells: Iterable[Row]) -> list[Row]:
    """Every account once."""
    found: dict[tuple[str, str], Row] = {}
    for row in cells:
        key = (row["company"], row["account_id"])
        found[key] = {**row, "amount": row["amount"] + (found[key]["amount"] if key in found else ZERO)}
    return list(found.values())


def _translate(currency: str, rows: Iterable[Row]) -> tuple[Statement, list[str]]:
    """Each line at its budget rate, and who states that; the product is checked."""
    listed, problems = [], []
    for row in sorted(rows, key=lambda row: (-abs(row["budget_cad"]), row["company"], row["location"])):
        rate = row["budget_rate"]
        expected = ZERO if rate is None else (row["budget"] * rate).quantize(CENT, ROUND_HALF_UP)
        if rate is None or expected != row["budget_cad"]:
            problems.append(
                f"translate: {row['company']} {row['group_account']}, {row['location']}: {row['budget']} at {rate} is "
                f"{expected}, found {row['budget_cad']}"
            )
        listed.append({**row, "rate": "" if rate is None else format(rate, "f"),
                       "rate_source": RATE_SOURCES[row["budget_rate_source"]]})  # fmt: skip
    fields = (
        Field("company", "Company"),
        Field("location", "Location"),
        Field("group_account", "Group account"),
        Field("currency", "Currency"),
        Field("budget", "Budget", Kind.MONEY),
        Field("rate", "Rate"),
        Field("rate_source", "Source"),
        Field("budget_cad", currency, Kind.MONEY),
    )
    return step("Translate", f"to {currency} at the budget rate; from {TABLE}", fields, listed), problems


def _documents(question: Question, rows: Iterable[Row], cells: list[Row], limit: int) -> tuple[Statement, list[str]]:
    """The sheets' rows, largest first: workbook, tab and row; their sums are the lines' budgets."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    says: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    rates = {row["company"]: row["budget_rate"] for row in rows}
    for row in rows:
        says[_line(row)] += row["budget"]
    for row in cells:
        sums[_line(row)] += row["amount"]
    problems = [
        f"documents: {', '.join(key)}: rows of {sums[key]}, {TABLE} says {says[key]}"
        for key in sorted(sums.keys() | says.keys())
        if sums[key] != says[key]
    ]
    listed = []
    for row in cells:
        rate = rates.get(row["company"])
        listed.append(
            {**row, "amount_cad": None if rate is None else (row["amount"] * rate).quantize(CENT, ROUND_HALF_UP)}
        )
    listed.sort(key=lambda row: (-abs(row["amount_cad"] or row["amount"]), row["company"], row["row_number"]))
    shown = listed if limit == 0 else listed[:limit]
    rest = len(listed) - len(shown)
    notes = [f"and {rest:,} more rows; --limit 0 lists all."] if rest else []
    fields = (
        Field("company", "Company"),
        Field("location", "Location"),
        Field("account_number", "Account"),
        Field("account_name", "Name"),
        Field("file_name", "Workbook"),
        Field("file_version", "Version", Kind.COUNT),
        Field("sheet", "Tab"),
        Field("row_number", "Row", Kind.COUNT),
        Field("received_at", "Received", Kind.DATE),
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        Field("amount_cad", question.group.currency, Kind.MONEY),
    )
    return step(
        "Documents", f"{len(listed):,} rows of budget sheets, as they show it", fields, shown, notes=notes
    ), problems


def _line(row: Row) -> tuple[str, str, str]:
    return row["company"], row["location"], row["group_account"]
