"""How the simulator's tests read a report: written for the tests, apart from the platform's own parser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from monette_assets.simulator.model import Books
from monette_assets.simulator.reports import render_report

Json = dict[str, Any]


def report(books: Books, name: str, start: str, end: str, **options: Any) -> Json:
    answer: Json = orjson.loads(
        render_report(books, name, date.fromisoformat(start), date.fromisoformat(end), **options)
    )
    return answer


def rows(body: Json) -> list[Json]:
    found: list[Json] = body["Rows"].get("Row", [])
    return found


def every_row(body: Json) -> Iterator[Json]:
    """Every row at every depth."""
    for row in rows(body):
        yield row
        if "Rows" in row:
            yield from every_row(row)


def leaves(body: Json) -> list[Json]:
    return [row for row in every_row(body) if "ColData" in row]


def keys(body: Json) -> list[str]:
    return [
        next((m["Value"] for m in column.get("MetaData", ()) if m["Name"] == "ColKey"), column["ColType"])
        for column in body["Columns"]["Column"]
    ]


def cents(text: str) -> int:
    """-12.00 -> -1200; .25 -> 25; the empty text is nothing."""
    return int(text.replace(".", "")) if text else 0


def column(body: Json, row: Json, key: str) -> Json:
    found: Json = row["ColData"][keys(body).index(key)]
    return found


def trial_balance(body: Json) -> dict[str, int]:
    """Account id -> balance, debit positive."""
    return {
        row["ColData"][0].get("id", ""): cents(row["ColData"][1]["value"]) - cents(row["ColData"][2]["value"])
        for row in rows(body)
        if "ColData" in row
    }


def statement_accounts(body: Json) -> dict[str, int]:
    """Account id -> amount as printed, from leaves and from the header cells of parents."""
    amounts = {}
    for row in every_row(body):
        cells = row.get("ColData") or row.get("Header", {}).get("ColData")
        if cells and "id" in cells[0]:
            amounts[cells[0]["id"]] = cents(cells[1]["value"])
    return amounts


def group_total(body: Json, group: str) -> int:
    """The money of the section or leaf with this group, at any depth."""
    for row in every_row(body):
        if row.get("group") == group:
            cells = row["ColData"] if "ColData" in row else row["Summary"]["ColData"]
            return cents(cells[-1]["value"])
    raise AssertionError(f"no group {group}")
