"""The later steps of an explanation: companies added up, eliminations, adjustments, the share of others, the figure."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from monette_assets.group import Group
from monette_assets.reports.explain.explanation import Row, step
from monette_assets.reports.explain.facts import COMPANIES, ZERO, Facts, sum_of
from monette_assets.reports.statement import Field, Kind, Statement

LATER_STEPS = {
    "eliminations": "Eliminations",
    "adjustments": "Adjustments",
    "non_controlling_interest": "Non-controlling interest",
}


def aggregate(group: Group, facts: Facts) -> tuple[Statement, list[str]]:
    """Companies as they enter the statement; what they do not owe to translation alone is named."""
    translated: dict[str, Decimal] = defaultdict(lambda: ZERO)
    entered: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in facts.accounts:
        translated[row["company"]] += row["amount_cad"]
    for row in facts.made_of:
        if row["step"] == COMPANIES:
            entered[row["component"]] += row["amount"]
    rows, problems = [], []
    for company in sorted(translated.keys() | entered.keys(), key=lambda each: (-abs(entered[each]), each)):
        difference = entered[company] - translated[company]
        rows.append(
            {
                "company": company,
                "translated": translated[company],
                "difference": difference,
                "amount": entered[company],
            }
        )
        if difference:
            problems.append(
                f"aggregate: {company}: {translated[company]} translated, {entered[company]} in {facts.table}, "
                f"difference {difference}"
            )
    fields = (
        Field("company", "Company"),
        Field("translated", "Translated", Kind.MONEY),
        Field("difference", "Difference", Kind.MONEY),
        Field("amount", "In the statement", Kind.MONEY),
    )
    total = {
        "company": "All",
        "translated": sum(translated.values(), ZERO),
        "difference": sum(entered.values(), ZERO) - sum(translated.values(), ZERO),
        "amount": sum(entered.values(), ZERO),
    }
    return step("Aggregate", f"{group.currency}; in {facts.table}", fields, rows, total), problems


def later_step(group: Group, facts: Facts, name: str) -> Statement | None:
    """The entries of a later step; None where there are none.

    What the statement holds of a kind whose entries are not known is a row of its own.
    """
    rows = [row for row in facts.made_of if row["step"] == name and row["amount"]]
    if not rows:
        return None
    rows.sort(key=lambda row: (-abs(row["amount"]), row["component"]))
    entries = facts.entries.get(name, [])
    known = {entry["component"] for entry in entries}
    shown: list[Row] = [*entries, *(row for row in rows if row["component"] not in known)]
    told, whole = sum_of(shown, "amount"), sum_of(rows, "amount")
    notes = []
    if told != whole:
        notes.append(f"The entries listed come to {told:,.2f}; the rest was carried forward from earlier months.")
    fields = (
        Field("component", "What"),
        *((Field("entry", "Entry"), Field("whose", "Whose"), Field("evidence", "Evidence")) if entries else ()),
        Field("group_account", "Group account"),
        Field("amount", "Amount", Kind.MONEY),
    )
    total = {"component": "All", "amount": whole}
    return step(LATER_STEPS[name], f"{group.currency}; in {facts.table}", fields, shown, total, notes)


def figure_step(group: Group, facts: Facts) -> tuple[Statement, list[str]]:
    """The steps' sums, one below the other, and the figure they make; compared with the statement's own table."""
    rows: list[Row] = [{"what": title, "amount": _of_step(facts, name)} for name, title in _steps().items()]
    rows = [row for row in rows if row["amount"] or row["what"] == "Companies"]
    notes = [] if facts.line.sign > 0 else ["Revenue, income, liabilities and equity are shown with the sign turned."]
    total = {"what": facts.line.name, "amount": facts.figure}
    fields = (Field("what", "Step"), Field("amount", group.currency, Kind.MONEY))
    problems = []
    if facts.said is not None and facts.said != facts.figure:
        problems.append(f"figure: the steps come to {facts.figure}, {facts.said_in} says {facts.said}")
    return step("Figure", "the steps' sums, then as shown", fields, rows, total, notes), problems


def _steps() -> dict[str, str]:
    return {COMPANIES: "Companies", **LATER_STEPS}


def _of_step(facts: Facts, name: str) -> Decimal:
    return sum_of((row for row in facts.made_of if row["step"] == name), "amount")
