"""Figures of the profit and loss by pillar, location and company: management accounts, before eliminations.

From ledger lines, and what the cattle split moves between herds, at the month's average rate (ACCOUNTING 24, 26).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from monette_assets.gold.cattle_split import ORIGINAL
from monette_assets.gold.rates import IN_GROUP_CURRENCY
from monette_assets.reports.explain.accounts import map_accounts, mappings, reroute, translate
from monette_assets.reports.explain.documents import COLUMNS, listed
from monette_assets.reports.explain.explanation import Explanation, Row, step
from monette_assets.reports.explain.facts import CENT, LEDGER, ZERO, Facts, sum_of
from monette_assets.reports.explain.places import (
    as_shown,
    by_place,
    consolidated_beside,
    figure_of,
    line_of,
    numbered,
    rows_of_place,
    said_of,
)
from monette_assets.reports.lines import Line
from monette_assets.reports.question import Question
from monette_assets.reports.statement import Field, Kind, Statement

TABLE, SPLIT, RATES = "gold/profit_and_loss", "gold/cattle_split", "silver/exchange_rates"
LINE = ("company", "transaction_type", "transaction_id", "account_id", "line_number")
GRAIN = ("company", "account_id", "location", "pillar", "commodity")


def explain_management(question: Question, text: str, limit: int) -> Explanation:
    """A figure of a pillar, a location, a company, or of all of them together.

    Raises ReportError for a line, pillar or location that there is not.
    """
    group, month = question.group, question.month
    every = rows_of_place(question, TABLE)
    line = line_of(group, every, text)
    rows = [row for row in every if row["group_account"] in line.accounts]
    posted = _ledger(question, line)
    moves = [row for row in _moves(question, line) if question.of_place(row)]
    rated, unrated = _rated(question, rows)
    names = {(row["company"], row["account_id"]): row for row in posted}
    for row in rated:
        account = names.get((row["company"], row["account_id"]), {})
        row.update(account_number=account.get("account_number"), account_name=account.get("account_name", ""))
    facts = Facts(
        line=line,
        month=month,
        what="posted in the month",
        accounts=_accounts(rated),
        made_of=[],
        table=TABLE,
        mapping=mappings(group, month),
        booked={},
        product="average",
        books=TABLE,
        translated_in=TABLE,
    )
    mapped, unmapped = map_accounts(facts)
    moved, unmoved = reroute(group, facts)
    translated, wrong = translate(group, replace(facts, accounts=rated), Field("location", "Location"))
    shown = as_shown(line, rows, "display_amount_cad")
    told, where = said_of(question, line, "actual") or (shown, TABLE)
    of_ledger = [{**row, "amount": line.sign * row["amount_cad"]} for row in rows]
    places, misplaced = by_place(group, of_ledger, told, where)
    made, figure, off = figure_of(group, line, shown, told, where, [consolidated_beside(line, question)])
    documents, lost = _documents(question, rows, posted, moves, limit)
    return Explanation(
        f"{question.whom}: {line.name}, {month:%B %Y}, {question.subtitle(group.currency, question.basis)}, "
        "before eliminations",
        figure,
        numbered([mapped, moved, _split(group.currency, moves), translated, places, made]),
        documents,
        (*unmapped, *unmoved, *unrated, *wrong, *misplaced, *off, *lost),
    )


def _accounts(rows: Iterable[Row]) -> list[Row]:
    """Every account once, whatever its locations."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["company"], row["account_id"])
        before = found.get(key, {"amount": ZERO, "amount_cad": ZERO})
        found[key] = {**row, **{name: before[name] + row[name] for name in ("amount", "amount_cad")}}
    return list(found.values())


def _wanted(question: Question, line: Line) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = (
        (pc.field("period") == question.month)
        & (pc.field("basis") == question.basis)
        & pc.field("group_account").isin(pa.array(sorted(line.accounts), pa.string()))
    )
    return wanted if question.company is None else wanted & (pc.field("company") == question.company)


def _ledger(question: Question, line: Line) -> list[Row]:
    """The month's postings of income and expense on the line's accounts, wherever they are."""
    import pyarrow.compute as pc

    return question.release.rows(
        LEDGER,
        columns=[*COLUMNS, "period", "account_name", "line_number", "location", "pillar", "commodity", "average_rate"],
        where=_wanted(question, line) & pc.field("classification").isin(["Revenue", "Expense"]),
    )


def _moves(question: Question, line: Line) -> list[Row]:
    """What the cattle split takes out of locations and puts into herds; nothing where the release holds none."""
    import pyarrow.compute as pc

    if not question.release.holds(SPLIT):
        return []
    return question.release.rows(SPLIT, where=_wanted(question, line) & (pc.field("entry") != ORIGINAL))


def _rated(question: Question, rows: Iterable[Row]) -> tuple[list[Row], list[str]]:
    """The rows with the day and source of their average rate, which is that of silver (ACCOUNTING 13)."""
    import pyarrow.compute as pc

    release, month, group = question.release, question.month, question.group
    wanted = (
        (pc.field("period") == month) & (pc.field("kind") == "average") & (pc.field("to_currency") == group.currency)
    )
    found = release.rows_behind(LEDGER, RATES, month, wanted) if release.holds(RATES) else []
    rates = {row["from_currency"]: row for row in found}
    rated: list[Row] = []
    problems: dict[str, str] = {}
    for row in rows:
        if row["currency"] == group.currency:
            rated.append({**row, "rate": None, "rate_kind": "none", "rate_date": None,
                          "rate_source": IN_GROUP_CURRENCY})  # fmt: skip
            continue
        rate = rates.get(row["currency"])
        if rate is None or rate["rate"] != row["average_rate"]:
            says = "none" if rate is None else f"{rate['rate']} ({rate['source']})"
            problems[row["currency"]] = (
                f"rate: {row['currency']} {month:%Y-%m}: {TABLE} at {row['average_rate']}, {RATES} says {says}"
            )
        rated.append({**row, "rate": row["average_rate"], "rate_kind": "average",
                      "rate_date": rate["rate_date"] if rate else None,
                      "rate_source": rate["source"] if rate else ""})  # fmt: skip
    return rated, list(problems.values())


def _split(currency: str, moves: Iterable[Row]) -> Statement | None:
    """What was moved between herds, by location and herd; None where nothing was (ACCOUNTING 26)."""
    sums: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in moves:
        sums[row["company"], row["location"], row["herd"], row["pillar"], row["head"] or 0, row["heads"] or 0].append(
            row
        )
    if not sums:
        return None
    rows = [
        {
            "company": company,
            "location": location,
            "what": f"to {herd}" if herd else "out of the location",
            "by": "" if not herd else f"{head:,} of {heads:,} head" if heads else "its class names the herd",
            "pillar": pillar,
            "lines": len(own),
            "amount_cad": sum_of(own, "amount_cad").quantize(CENT),
        }
        for (company, location, herd, pillar, head, heads), own in sorted(sums.items())
    ]
    fields = (
        Field("company", "Company"),
        Field("location", "Location"),
        Field("what", "What"),
        Field("by", "By"),
        Field("pillar", "Pillar"),
        Field("lines", "Lines", Kind.COUNT),
        Field("amount_cad", currency, Kind.MONEY),
    )
    return step("Cattle split", f"lines of mixed herds, debit positive; in {SPLIT}", fields, rows)


def _documents(
    question: Question, rows: Iterable[Row], posted: Iterable[Row], moves: Iterable[Row], limit: int
) -> tuple[Statement, list[str]]:
    """The ledger lines of which something counts here, each with how much of it; their sums are the rows."""
    counts: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    posted = list(posted)
    for row in (*(row for row in posted if question.of_place(row)), *moves):
        counts[tuple(row[name] for name in LINE)] += row["amount"]
        sums[_grain(row)] += row["amount"]
    says: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        says[_grain(row)] += row["amount"]
    problems = [
        f"documents: {company} account {account}, {location}, {pillar}: lines of {sums[key]}, {TABLE} says {says[key]}"
        for key in sorted(sums.keys() | says.keys())
        if sums[key] != says[key]
        for company, account, location, pillar, _ in [key]
    ]
    lines = []
    for row in posted:
        counted = counts.get(tuple(row[name] for name in LINE), ZERO)
        if counted:
            rate = row["average_rate"]
            of = None if counted == row["amount"] else row["amount"]
            lines.append({**row, "of": of, "amount": counted, "amount_cad": None if rate is None else counted * rate})
    more = [Field("location", "Location")]
    if any(row["of"] is not None for row in lines):
        more.append(Field("of", "Split from", Kind.MONEY))
    return listed(question.release, question.group, lines, limit, more=more), problems


def _grain(row: Row) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in GRAIN)
