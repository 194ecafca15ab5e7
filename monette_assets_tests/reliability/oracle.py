"""What must be true after a fault: the content of every table, and the ledger beside the simulator's own books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from monette_assets.lake import Lake
from monette_assets.simulator.model import Books
from monette_assets.tables import releases
from monette_assets.tables.hash_chain import content_hash

Sums = dict[tuple[str, str, date], tuple[int, Decimal]]
"""Lines and their sum by company, account and month."""

# what a table says of how it came about, not of the business
QUARANTINE = "quarantine"
PROVENANCE = frozenset({"run_id", "fetch_id", "file_name", "file_version"})


def tables_of(lake: Lake) -> list[str]:
    """Every silver and gold table there is."""
    found = [
        str(log.parent.relative_to(lake.url)) for layer in ("silver", "gold")
        for log in (Path(lake.url) / layer).glob("*/_delta_log")
    ]  # fmt: skip
    return sorted(found)


def business(table: pa.Table) -> list[dict[str, object]]:
    """The rows without what says when and by whom they were made."""
    kept = [f.name for f in table.schema if f.name not in PROVENANCE and not pa.types.is_timestamp(f.type)]
    found: list[dict[str, object]] = table.select(kept).to_pylist()
    return found


def hashes(lake: Lake) -> dict[str, str]:
    """The content of every silver and gold table, and of the quarantine, whatever the order of rows."""
    found = {name: content_hash(business(lake.read(name))) for name in tables_of(lake)}
    refused = lake.read(QUARANTINE) if lake.exists(QUARANTINE) else None
    return {**found, QUARANTINE: content_hash([] if refused is None else business(refused))}


def differing(lake: Lake, expected: Mapping[str, str]) -> list[str]:
    """Tables whose content is not the expected one."""
    found = hashes(lake)
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


def books_sums(books: Iterable[Books], months: Sequence[date]) -> Sums:
    """By the simulator's documents alone: no code of the platform has a part in it."""
    found: dict[tuple[str, str, date], list[int]] = defaultdict(list)
    for company in books:
        for document in company.documents.values():
            month = document.date.replace(day=1)
            if month in months:
                for posting in document.postings:
                    found[company.code, posting.account_id, month].append(posting.amount)
    return {key: (len(cents), Decimal(sum(cents)).scaleb(-2)) for key, cents in found.items()}


def ledger_sums(lake: Lake) -> Sums:
    """By the platform's ledger."""
    rows = lake.read("gold/ledger", columns=["company", "account_id", "period", "amount"])
    grouped = rows.group_by(["company", "account_id", "period"]).aggregate([("amount", "count"), ("amount", "sum")])
    return {
        (row["company"], row["account_id"], row["period"]): (row["amount_count"], row["amount_sum"])
        for row in grouped.to_pylist()
    }


def vanished(lake: Lake, before: Sequence[Mapping[str, object]]) -> list[str]:
    """What was released and is no more as it was released: a number, its versions, or their rows."""
    found = sorted(lake.read(releases.NAME).to_pylist(), key=lambda row: row["number"])
    problems = [f"release {position} is number {row['number']}" for position, row in enumerate(found, 1)
                if row["number"] != position]  # fmt: skip
    by_number = {row["number"]: row for row in found}
    for old in before:
        new = by_number.get(old["number"])
        if new is None or (new["tables"], new["versions"]) != (old["tables"], old["versions"]):
            problems.append(f"release {old['number']} is {new}, was {old}")
    for row in found:
        for table, version in zip(row["tables"], row["versions"], strict=True):
            lake.read(table, version=int(version))  # raises VersionGone
    return problems
