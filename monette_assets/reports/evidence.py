"""What stands behind a step of an explanation: entries between companies, approved sheets, QuickBooks' documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from monette_assets.reports.released import Released
from monette_assets.sources.quickbooks.transaction_types import PRINTED_TYPES

ELIMINATIONS, ADJUSTMENTS = "gold/eliminations", "gold/adjustments"
DOCUMENTS, LINKS = "silver/documents", "silver/document_links"
Row = dict[str, Any]
Document = tuple[str, str, str]  # company, QuickBooks' object type, id


def elimination_entries(release: Released, month: date, accounts: Collection[str]) -> list[Row]:
    """The month's elimination lines on these group accounts, largest first; none where the release holds none."""
    import pyarrow.compute as pc

    if not accounts or not release.holds(ELIMINATIONS):
        return []
    where = (pc.field("basis") == "accrual") & pc.field("group_account").isin(sorted(accounts))
    rows = release.rows(ELIMINATIONS, period=month, where=where)
    return sorted(rows, key=lambda row: (-abs(row["amount_cad"]), row["elimination"], row["company"]))


def adjustment_lines(release: Released, month: date, accounts: Collection[str]) -> list[Row]:
    """The applied lines of adjustment sheets up to the month on these group accounts, with author, approver and row."""
    import pyarrow.compute as pc

    if not accounts or not release.holds(ADJUSTMENTS):
        return []
    applied = (pc.field("status") == "applied") & (pc.field("period") <= month)
    rows = release.rows(ADJUSTMENTS, where=applied & pc.field("group_account").isin(sorted(accounts)))
    return sorted(rows, key=lambda row: (row["entry"], row["period"], row["line_number"]))


def add_documents(release: Released, lines: Iterable[Row]) -> None:
    """Add to each ledger line `document`: what QuickBooks holds under its id, what it settles and is settled by.

    Empty where the lake holds no such document.
    """
    keyed = [(line, _document(line)) for line in lines]
    for line, _ in keyed:
        line["document"] = ""
    wanted = {key for _, key in keyed if key is not None}
    if not wanted or not release.holds(DOCUMENTS):
        return
    links = _links(release, wanted) if release.holds(LINKS) else {}
    others = {other for found in links.values() for _, other in found}
    heads = _heads(release, wanted | others)
    for line, key in keyed:
        if key is None or key not in heads:
            continue
        told = [_head(key, heads[key])]
        told += [f"{how} {_short(other, heads.get(other))}" for how, other in links.get(key, ())]
        line["document"] = "; ".join(told)


def _document(line: Mapping[str, Any]) -> Document | None:
    entity = PRINTED_TYPES.get(line["transaction_type"])
    return None if entity is None else (line["company"], entity, line["transaction_id"])


def _heads(release: Released, wanted: Collection[Document]) -> dict[Document, Row]:
    import pyarrow.compute as pc

    companies, ids = {company for company, _, _ in wanted}, {identifier for _, _, identifier in wanted}
    rows = release.rows(
        DOCUMENTS,
        columns=["company", "document_type", "document_id", "document_number", "due_date", "total", "currency"],
        where=pc.field("company").isin(sorted(companies)) & pc.field("document_id").isin(sorted(ids)),
    )
    return {(row["company"], row["document_type"], row["document_id"]): row for row in rows}


def _links(release: Released, wanted: Collection[Document]) -> dict[Document, list[tuple[str, Document]]]:
    """Of each document, what it settles and what settles it, each once."""
    import pyarrow.compute as pc

    companies, ids = sorted({company for company, _, _ in wanted}), sorted({each for _, _, each in wanted})
    touches = pc.field("from_id").isin(ids) | pc.field("to_id").isin(ids)
    rows = release.rows(
        LINKS,
        columns=["company", "from_type", "from_id", "to_type", "to_id"],
        where=pc.field("company").isin(companies) & touches,
    )
    found: dict[Document, dict[tuple[str, Document], None]] = defaultdict(dict)
    for row in rows:
        source = (row["company"], row["from_type"], row["from_id"])
        target = (row["company"], row["to_type"], row["to_id"])
        if source in wanted:
            found[source]["settles", target] = None
        if target in wanted:
            found[target]["settled by", source] = None
    return {key: list(each) for key, each in found.items()}


def _head(key: Document, head: Row) -> str:
    due = f", due {head['due_date']:%Y-%m-%d}" if head["due_date"] else ""
    return f"{key[1]} id {key[2]}, total {head['total']:,.2f} {head['currency']}{due}"


def _short(key: Document, head: Row | None) -> str:
    number = head["document_number"] if head else None
    return f"{key[1]} {number}" if number else f"{key[1]} id {key[2]}"
