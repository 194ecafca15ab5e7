"""What figures of the management accounts have in common: their lines, their places, and the steps that end in them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from monette_assets.gold.financial_summary import RESULTS
from monette_assets.group import Group
from monette_assets.group.problems import one_of
from monette_assets.reports.explain.explanation import Row, step
from monette_assets.reports.explain.facts import ZERO, sum_of
from monette_assets.reports.lines import PROFIT_AND_LOSS, Level, Line, Place, find_line, places
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError
from monette_assets.reports.statement import Field, Kind, Statement

SUMMARY = "gold/financial_summary"


def rows_of_place(question: Question, table: str) -> list[Row]:
    """The month's rows of the pillar, location or company asked for, else all.

    Raises ReportError for a pillar or location that neither the group nor the month has.
    """
    rows = question.rows(table, [question.month])
    group = question.group
    for name, asked, known in (
        ("pillar", question.pillar, {each.name for each in group.pillars}),
        ("location", question.location, {each.name for each in group.locations}),
    ):
        choices = known | {row[name] for row in rows}
        if asked is not None and asked not in choices:
            raise ReportError(f"--{name} {asked}: expected {one_of(choices, asked)}")
    return [row for row in rows if question.of_place(row)]


def line_of(group: Group, rows: Iterable[Row], text: str) -> Line:
    """The line of that key or name; an account that is not of the chart's profit and loss stands in its profit type.

    Raises ReportError naming the nearest.
    """
    found = places(group)
    for row in rows:
        account = row["group_account"]
        if account not in found or found[account].statement != PROFIT_AND_LOSS:
            name = found[account].name if account in found else account.replace("_", " ").capitalize()
            found[account] = Place(PROFIT_AND_LOSS, row["profit_type"], name, 1_000_000)
    return find_line(PROFIT_AND_LOSS, text, found)


def as_shown(line: Line, rows: Iterable[Row], measure: str) -> list[Row]:
    """The rows with `amount`: a measure in display sign, as the line adds or deducts its profit type."""
    signs = _signs(line)
    return [{**row, "amount": signs.get(row["profit_type"], 1) * row[measure]} for row in rows]


def _signs(line: Line) -> Mapping[str, int]:
    return RESULTS[line.key] if line.level is Level.RESULT else {}


def said_of(question: Question, line: Line, scenario: str) -> tuple[list[Row], str] | None:
    """The statement's own rows of the line, each with `amount`, and where they stand.

    None of a group account, which that statement does not list.
    """
    if line.level is Level.ACCOUNT:
        return None
    rows = rows_of_place(question, SUMMARY)
    own = [row for row in rows if (row["scenario"], row["line"]) == (scenario, line.key)]
    return [{**row, "amount": row["amount_cad"]} for row in own], SUMMARY


def by_place(group: Group, made_of: Iterable[Row], told: Iterable[Row], where: str) -> tuple[Statement, list[str]]:
    """Companies' amounts by location, as translated and as the statement has them; each row's `amount` is as shown."""
    translated, shown = _sums(made_of), _sums(told)
    rows, problems = [], []
    for place in sorted(translated.keys() | shown.keys(), key=lambda each: (-abs(shown[each]), each)):
        company, location, pillar = place
        difference = shown[place] - translated[place]
        rows.append({"company": company, "location": location, "pillar": pillar, "translated": translated[place],
                     "amount": shown[place]})  # fmt: skip
        if difference:
            problems.append(
                f"places: {company}, {location}, {pillar}: {translated[place]} translated, {shown[place]} in {where}, "
                f"difference {difference}"
            )
    fields = (
        Field("company", "Company"),
        Field("location", "Location"),
        Field("pillar", "Pillar"),
        Field("translated", "Translated", Kind.MONEY),
        Field("amount", "In the statement", Kind.MONEY),
    )
    total = {"company": "All", "translated": sum(translated.values(), ZERO), "amount": sum(shown.values(), ZERO)}
    return step("Places", f"{group.currency}, as shown; in {where}", fields, rows, total), problems


def _sums(rows: Iterable[Row]) -> dict[tuple[str, str, str], Decimal]:
    found: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        found[row["company"], row["location"], row["pillar"]] += row["amount"]
    return found


def figure_of(
    group: Group, line: Line, shown: Iterable[Row], told: Iterable[Row], where: str, notes: Iterable[str] = ()
) -> tuple[Statement, Decimal, list[str]]:
    """The profit types that a result adds and deducts, or a line's group accounts, and the figure they make.

    It is compared with what the statement has.
    """
    signs = _signs(line)
    parts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    names = {code: place.name for code, place in places(group).items()}
    for row in shown:
        account = str(row["group_account"])
        parts[str(row["profit_type"]) if signs else names.get(account, account)] += row["amount"]
    order = [*(each for each in signs if each in parts), *sorted(parts.keys() - signs.keys())]
    listed = [{"what": part, "amount": parts[part]} for part in order]
    figure, said = sum_of(listed, "amount"), sum_of(told, "amount")
    problems = [] if said == figure else [f"figure: the steps come to {figure}, {where} says {said}"]
    fields = (Field("what", "Profit type" if signs else "Group account"), Field("amount", group.currency, Kind.MONEY))
    total = {"what": line.name, "amount": figure}
    how = "as shown; what the result deducts is negative" if signs else "as shown"
    return step("Figure", how, fields, listed, total, tuple(notes)), figure, problems


def numbered(steps: Iterable[Statement | None]) -> tuple[Statement, ...]:
    """The steps there are, each with its number."""
    there = [each for each in steps if each is not None]
    return tuple(replace(each, title=f"{number}. {each.title}") for number, each in enumerate(there, start=1))


def consolidated_beside(line: Line, question: Question) -> str:
    """Where the consolidated figure of the same line is explained."""
    return (
        "Of the management accounts, before eliminations and adjustments; consolidated: monette explain "
        f"profit_and_loss {shlex.quote(line.key)} --period {question.month:%Y-%m}"
    )
