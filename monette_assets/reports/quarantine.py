"""What is in quarantine, for people: the list, one entry whole, where its payload stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets import catalog
from monette_assets.bronze import landing_files, quickbooks_objects, quickbooks_reports
from monette_assets.reports.statement import Field, Kind, Statement
from monette_assets.silver import agings, reported_balances

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monette_assets.lake import Lake
    from monette_assets.tables import Contract

Entry = Mapping[str, Any]
SHOWN_REASON = 160
REPORTS_OF: Mapping[str, tuple[str, ...]] = {
    "silver/general_ledger": ("general_ledger",),
    "silver/profit_and_loss_lines": ("profit_and_loss_detail",),
    "silver/reported_balances": tuple(reported_balances.STATEMENTS),
    "silver/agings": tuple(agings.REPORTS),
}
"""The reports that a table reads; a table that is not here is made of all of a company-month's."""


def listing(entries: Sequence[Entry], zone: ZoneInfo, *, brief: bool) -> Statement:
    """The entries as a list; `brief` cuts long reasons, as a terminal needs it."""
    rows = []
    for entry in entries:
        act = entry["waiver"]
        cut = brief and len(entry["reason"]) > SHOWN_REASON
        row = {
            **entry,
            "reason": entry["reason"][:SHOWN_REASON] + " ..." if cut else entry["reason"],
            "quarantined_at": entry["quarantined_at"].astimezone(zone),
            "waived_by": act["who"] if act else None,
            "waived_because": act["why"] if act else None,
        }
        rows.append({name: value for name, value in row.items() if name != "waiver"})
    waived = sum(row["waived_by"] is not None for row in rows)
    fields = (
        Field("entry_id", "Id"),
        Field("table_name", "Table"),
        Field("company", "Company"),
        Field("period", "Month", Kind.MONTH),
        Field("kind", "Kind"),
        Field("reason", "Reason"),
        Field("amount", "Amount", Kind.MONEY),
        Field("quarantined_at", "Since", Kind.DATE),
        Field("waived_by", "Waived by"),
        Field("waived_because", "Because"),
    )
    more = (Field("path", "Path"), Field("transaction_type", "Type"), Field("transaction_id", "Transaction"))
    empty = {name for name in ("amount", "waived_by", "waived_because") if not any(row[name] for row in rows)}
    shown = tuple(field for field in fields if field.key not in empty) if brief else (*fields, *more)
    return Statement(
        "Quarantine",
        f"{len(rows)} entries, {waived} of them waived; `monette quarantine show ID` shows one whole",
        shown,
        rows,
    )


def whole(lake: Lake, entry: Entry, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Everything about an entry, as titles and texts."""
    act = entry["waiver"]
    facts = [
        ("Entry", entry["entry_id"]),
        ("Table", entry["table_name"]),
        ("Company", entry["company"] or "none: not known, or of every company"),
        (
            "Month",
            f"{entry['period']:%Y-%m}" if entry["period"] else "none: not known, or of a list, hence of every one",
        ),
        ("Kind", f"{entry['kind']}: {EFFECT[entry['kind']]}"),
        ("Reason", entry["reason"]),
        ("Path", entry["path"] or ""),
        ("Transaction", " ".join(filter(None, (entry["transaction_type"], entry["transaction_id"])))),
        ("Amount", str(entry["amount"]) if entry["amount"] is not None else ""),
        ("Found", f"{entry['quarantined_at'].astimezone(zone):%Y-%m-%d %H:%M} by run {entry['run_id']}"),
        ("Waived", f"by {act['who']} on {act['at'].astimezone(zone):%Y-%m-%d %H:%M}: {act['why']}" if act else ""),
        ("In bronze", "\n".join(in_bronze(lake, entry, zone)) or "nothing"),
        ("What to do", what_to_do(entry)),
        ("As it came", entry["raw"] or ""),
    ]
    return [(title, text) for title, text in facts if text]


EFFECT = {
    "transaction": "it is left out; the rest of its company-month is published",
    "report": "the whole report, or the whole unit of a sheet, is left out",
    "unit": "a blocking check holds it back; its last good rows stand, or none",
}


def what_to_do(entry: Entry) -> str:
    """The way out, by what refused it."""
    again = f"`monette quarantine replay {entry['entry_id']}`"
    fetch = f"{again[:-1]} --fetch`"
    table, kind = entry["table_name"], entry["kind"]
    if table in FED_BY_SHEETS:
        return "Correct the sheet and drop it again: its new version replaces this one, and the entry leaves by itself."
    if table in FED_BY_EVENTS:
        return (
            "Have whoever sent it send it again, corrected (a ticket with a higher version): that answers this one. If "
            f"nobody can, `monette quarantine waive {entry['entry_id']}`. If what it says is right, correct the group "
            "contract or the code: the next run of `monette events` reads it again."
        )
    if kind == "unit":
        return (
            f"It cannot be waived. `monette check --select {table}` says what the check finds; correct the cause, then "
            f"{again}, or {fetch} where QuickBooks has to be asked again."
        )
    if table in REPORTS_OF:
        subject = "the report" if kind == "report" else "the document"
        return (
            f"If {subject} is wrong in QuickBooks, correct it there, then {fetch}. If the platform cannot read what "
            f"is right, correct the parser, then {again}."
        )
    return f"Correct it in QuickBooks, then {fetch}. If what is there is right, correct the code, then {again}."


FED_BY_EVENTS = tuple(table.name for table in catalog.FED_BY_EVENTS)
FED_BY_SHEETS = ("silver/budgets", "silver/adjustments", "silver/head_counts")


def in_bronze(lake: Lake, entry: Entry, zone: ZoneInfo) -> list[str]:
    """Where what was refused stands in bronze, verbatim: the newest version of it, a line each."""
    import pyarrow.compute as pc

    company, period, table = entry["company"], entry["period"], entry["table_name"]
    if table in FED_BY_SHEETS:
        return [f"{landing_files.CONTRACT.name}: {entry['path'] or 'which file is not known'}"]
    if table in FED_BY_EVENTS:
        return [f"{catalog.EVENTS.name}: {entry['path']}"]
    if company and entry["transaction_id"] and table not in REPORTS_OF:
        where = (pc.field("company") == company) & (pc.field("object_id") == entry["transaction_id"])
        found = _newest(lake, quickbooks_objects.CONTRACT, where, ("entity", "object_id"))
        own = [row for row in found if row["entity"] == entry["transaction_type"]] or found
        return [
            f"{quickbooks_objects.CONTRACT.name}: {row['entity']} {row['object_id']} of {company}, content "
            f"{row['content_hash'][:12]}, fetched {row['fetched_at'].astimezone(zone):%Y-%m-%d %H:%M}"
            for row in own
        ]
    if not (company and isinstance(period, date)):
        return []
    where = (pc.field("company") == company) & (pc.field("period") == period)
    if table in REPORTS_OF:
        where &= pc.field("report").isin(list(REPORTS_OF[table]))
    return [
        f"{quickbooks_reports.CONTRACT.name}: {row['report']} ({row['basis']}), fetch {row['fetch_id']}, content "
        f"{row['content_hash'][:12]}, fetched {row['fetched_at'].astimezone(zone):%Y-%m-%d %H:%M}"
        for row in _newest(lake, quickbooks_reports.CONTRACT, where, ("report", "basis"))
    ]


def _newest(lake: Lake, contract: Contract, where: Any, identity: Sequence[str]) -> list[dict[str, Any]]:
    """The newest row of each identity, without its payload."""
    if not lake.exists(contract.name):
        return []
    columns = [name for name in contract.column_names if name not in ("payload", "payloads", "requests", "content")]
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in lake.read(contract.name, columns=columns, filters=where).to_pylist():
        key = tuple(row[name] for name in identity)
        if key not in newest or newest[key]["fetched_at"] <= row["fetched_at"]:
            newest[key] = row
    return [newest[key] for key in sorted(newest, key=str)]
