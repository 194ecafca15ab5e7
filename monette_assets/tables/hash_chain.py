"""Append-only logs in which every entry holds the hash of the one before: nothing in them is changed unseen.

Entries are numbered by the lake's compare-and-set sequence, so that a log cannot fork: of two writers one is told that
the other was faster, and looks again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from monette_assets.lake import Commit, Lake, LakeError, SequenceTaken
from monette_assets.tables.contract import Column, Contract

Entry = dict[str, Any]

GENESIS = "0" * 64
"""The hash before the first entry."""

COLUMNS = (
    Column("number", "bigint", "From 1, without gaps."),
    Column("previous_hash", "string", "Hash of the entry before; 64 zeros for the first."),
    Column("hash", "string", "SHA-256 of the entry's content, number and previous_hash."),
)
"""The columns that make a table a chained log; they come first."""

VERIFIED_BY = {"audit_log": "audit", "waivers": "quarantine", "accepted_differences": "tie-out"}
"""The command that verifies a log, where it is not named as the log is."""

_ATTEMPTS = 200


class ChainBrokenError(Exception):
    """A chained log that is not as it was written: which entry, and what is wrong with it."""


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written."""

    number: int
    reason: str

    def sentence(self, table: str) -> str:
        """As a person is told."""
        return f"{table}: the chain is broken at entry {self.number}: {self.reason}"


def content_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of the rows as a multiset: their order does not matter, how often each is there does."""
    whole = sha256()
    for line in sorted(_canonical(row) for row in rows):
        whole.update(sha256(line).digest())
    return whole.hexdigest()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """The hash that belongs to an entry: of all it says but `hash`. A null says nothing, so columns may be added."""
    return sha256(_canonical({name: value for name, value in entry.items() if name != "hash"})).hexdigest()


def entries(lake: Lake, table: str) -> list[Entry]:
    """Every entry in order; none while the log does not exist."""
    return _in_order(lake.read(table).to_pylist()) if lake.exists(table) else []


def intact(lake: Lake, table: str, version: int | None = None) -> list[Entry]:
    """As `entries`, of a log that is as it was written. Raises ChainBrokenError naming the first entry that is not."""
    if not lake.exists(table):
        return []
    version = lake.version(table) if version is None else version
    found = _in_order(lake.read(table, version).to_pylist())
    if broken := first_broken(found, lake.sequence(table, version)):
        raise ChainBrokenError(
            f"{broken.sentence(table)}. Nothing is added to it: find out who wrote to the table and restore its folder "
            f"from a backup (`monette {VERIFIED_BY.get(table, table)} verify`; docs/playbook.md, A broken log)"
        )
    return found


def append(
    lake: Lake,
    contract: Contract,
    content: Mapping[str, Any],
    *,
    commit: Callable[[int], Commit],
    allowed: Callable[[Sequence[Entry]], None] | None = None,
) -> Entry:
    """Write the next entry; returns it with its number and hashes.

    `commit` says who writes entry number n. `allowed` sees the log as it stands and raises to refuse; where another
    writer is faster it is asked again, with that writer's entry. Raises ChainBrokenError where the log `allowed` is to
    see is not as it was written, or has no end to append to, and what `allowed` and the lake raise; then nothing is
    written.
    """

    def contents(version: int | None) -> Sequence[Mapping[str, Any]]:
        if allowed is not None:
            allowed([] if version is None else intact(lake, contract.name, version))
        return [content]

    return _append(lake, contract, contents, commit)[0]


def append_all(
    lake: Lake,
    contract: Contract,
    contents: Callable[[Sequence[Entry]], Sequence[Mapping[str, Any]]],
    *,
    commit: Callable[[int], Commit],
) -> list[Entry]:
    """Write the next entries in one commit: all of them or none. As `append`; `contents` sees the log as it stands and
    says what is added to it, or raises to refuse. `commit` is told the number of the first of them.
    """
    return _append(
        lake,
        contract,
        lambda version: contents([] if version is None else intact(lake, contract.name, version)),
        commit,
    )


def _append(
    lake: Lake,
    contract: Contract,
    contents: Callable[[int | None], Sequence[Mapping[str, Any]]],
    commit: Callable[[int], Commit],
) -> list[Entry]:
    import pyarrow as pa

    schema = contract.arrow_schema
    for _ in range(_ATTEMPTS):
        version = lake.version(contract.name)
        last = 0 if version is None else lake.sequence(contract.name, version)
        added: list[Entry] = pa.Table.from_pylist(
            [{**each, "number": 0, "previous_hash": "", "hash": ""} for each in contents(version)], schema=schema
        ).to_pylist()  # values as they will be read
        previous = _head(lake, contract.name, version, last)
        for number, entry in enumerate(added, last + 1):
            entry |= {"number": number, "previous_hash": previous}
            previous = entry["hash"] = entry_hash(entry)
        try:
            lake.append_once(
                contract.name,
                last + 1,
                pa.Table.from_pylist(added, schema=schema),
                schema=schema,
                commit=commit(last + 1),
                count=len(added),
            )
        except SequenceTaken:
            continue
        return added
    raise LakeError(f"{contract.name}: {_ATTEMPTS} times another writer was faster; nothing was written, try again")


def verify(lake: Lake, table: str) -> Broken | None:
    """Recompute the chain; the first entry that is not as it was written, None if all are."""
    if not lake.exists(table):
        return None
    version = lake.version(table)
    return first_broken(lake.read(table, version).to_pylist(), lake.sequence(table, version))


def first_broken(found: Iterable[Mapping[str, Any]], last: int | None = None) -> Broken | None:
    """The first entry whose number, link or hash is wrong; `last` is the number the log should end with."""
    previous, number = GENESIS, 0
    for entry in _in_order(found):
        number += 1
        if entry["number"] != number:
            return Broken(
                number, f"expected entry {number}, found entry {entry['number']}: one was removed or repeated"
            )
        if entry["previous_hash"] != previous:
            return Broken(
                number, f"it follows hash {entry['previous_hash'][:12]}, the entry before has {previous[:12]}"
            )
        if entry["hash"] != (expected := entry_hash(entry)):
            return Broken(number, f"its content has hash {expected[:12]}, written was {entry['hash'][:12]}")
        previous = entry["hash"]
    if last is not None and number != last:
        return Broken(number + 1, f"expected {last} entries, found {number}: entries at the end were removed or added")
    return None


def _in_order(found: Iterable[Mapping[str, Any]]) -> list[Entry]:
    return sorted((dict(row) for row in found), key=lambda row: row["number"])


def _head(lake: Lake, table: str, version: int | None, last: int) -> str:
    import pyarrow.compute as pc

    if version is None or last == 0:
        return GENESIS
    found = lake.read(table, version, columns=["hash"], filters=pc.field("number") == last).column("hash").to_pylist()
    if len(found) != 1:
        raise ChainBrokenError(
            f"{table}: expected its last entry, number {last}, once, found it {len(found)} times; somebody changed the "
            f"table. `monette {VERIFIED_BY.get(table, table)} verify` says what is there"
        )
    return str(found[0])


def _canonical(row: Mapping[str, Any]) -> bytes:
    values = {name: _plain(value) for name, value in row.items() if value is not None}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
