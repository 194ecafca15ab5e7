"""`audit_log`: who ran, closed, reopened, approved, restored and connected what, and how it ended; hash-chained.

An act is written before it begins: what cannot be written down is not done. The first act under a group contract that
is not the one before writes that down too, file by file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.clock import now
from monette_assets.lake import Commit, Lake
from monette_assets.tables import hash_chain
from monette_assets.tables.contract import Column, Contract, Partitions

if TYPE_CHECKING:
    from monette_assets.group import Group

CONTRACT_SEEN = "contract"
THROUGH = ("command", "schedule", "sensor", "job", "interface")
LONGEST = 500  # of a text a person typed or an error said

CONTRACT = Contract(
    name="audit_log",
    description=(
        "Every act that changes something: who, through what, what, and how it ended. Two rows an act, one before it "
        "begins and one when it is over; one row for a group contract that was not seen before. Append-only and "
        "hash-chained."
    ),
    key=("number",),
    unit=("number",),
    partitions=Partitions.NONE,
    columns=(
        *hash_chain.COLUMNS,
        Column("act", "string", "The same on both rows of an act."),
        Column("phase", "string", "Before it, and how it ended.", choices=("begun", "done", "failed")),
        Column("at", "timestamp", "When."),
        Column("who", "string", "The person, schedule or sensor."),
        Column(
            "through", "string", "Where it came from.", choices=("command", "schedule", "sensor", "job", "interface")
        ),
        Column(
            "action",
            "string",
            "run, materialize, close, reopen, approve, restore, waive, revoke, accept, withdraw, connect, maintain; "
            "contract: a change of it, first seen.",
        ),
        Column("what", "string", "What it was about; never a secret."),
        Column("result", "string", "How it ended.", nullable=True),
        Column("contract_version", "string", "Fingerprint of the group contract."),
        Column(
            "contract_files",
            "array<string>",
            "Of a contract first seen: its files with their fingerprints.",
            nullable=True,
        ),
    ),
    owner="data engineering",
)


@dataclass
class Act:
    """An act under way; `result` is written when it is over, `failed` makes it a failure without an exception."""

    result: str = ""
    failed: bool = False


@contextmanager
def recorded(lake: Lake, group: Group, *, who: str, action: str, what: str, through: str = "command") -> Iterator[Act]:
    """Write that the act begins, let it happen, write how it ended.

    Raises what the lake raises where the beginning cannot be written: then the act does not happen. An act whose
    process dies has its first row only.
    """
    act, name = Act(), uuid.uuid4().hex[:12]
    who = who[:LONGEST]
    _write_contract(lake, group, who=who, through=through)

    def write(phase: str, result: str | None) -> None:
        said = {"who": who, "through": through, "action": action, "what": what[:LONGEST]}
        _append(lake, group, name, phase, {**said, "result": result[:LONGEST] if result else None})

    write("begun", None)
    try:
        yield act
    except BaseException as error:
        write("failed", f"{type(error).__name__}: {error}" if isinstance(error, Exception) else type(error).__name__)
        raise
    write("failed" if act.failed else "done", act.result or None)


def _write_contract(lake: Lake, group: Group, *, who: str, through: str) -> None:
    """Write down the contract where the log knows another one, or none; of two writers one does."""
    before = _contract_seen(lake)
    if before is not None and before["contract_version"] == group.fingerprint:
        return
    files = [f"{name} {version}" for name, version in sorted(group.file_fingerprints.items())]

    def allowed(log: Sequence[hash_chain.Entry]) -> None:
        seen = [entry for entry in log if entry["action"] == CONTRACT_SEEN]
        if seen and seen[-1]["contract_version"] == group.fingerprint:
            raise _Told

    said = {"who": who, "through": through, "action": CONTRACT_SEEN, "what": _changed(before, files, group.fingerprint)}
    with suppress(_Told):
        _append(lake, group, uuid.uuid4().hex[:12], "done", {**said, "contract_files": files}, allowed)


class _Told(Exception):  # noqa: N818 - somebody else was faster
    """The log says it already."""


def _contract_seen(lake: Lake) -> dict[str, Any] | None:
    import pyarrow.compute as pc

    if not lake.exists(CONTRACT.name) or "contract_files" not in lake.schema(CONTRACT.name).names:
        return None
    columns = ["number", "contract_version", "contract_files"]
    found = lake.read(CONTRACT.name, columns=columns, filters=pc.field("action") == CONTRACT_SEEN).to_pylist()
    return max(found, key=lambda entry: int(entry["number"]), default=None)


def _changed(before: dict[str, Any] | None, files: Sequence[str], fingerprint: str) -> str:
    """What a person is told of the change: file by file."""
    if before is None:
        return f"{fingerprint[:12]}, the first in this log"
    old, new = (dict(each.split(" ") for each in said or ()) for said in (before["contract_files"], files))
    differs = [
        f"{name} {'added' if name not in old else 'removed' if name not in new else 'changed'}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return f"{fingerprint[:12]} in place of {before['contract_version'][:12]}: {', '.join(differs)}"


def _append(
    lake: Lake,
    group: Group,
    act: str,
    phase: str,
    said: Mapping[str, Any],
    allowed: Callable[[Sequence[hash_chain.Entry]], None] | None = None,
) -> None:
    at = now(group).astimezone(UTC)
    content = {**said, "act": act, "phase": phase, "at": at, "contract_version": group.fingerprint}
    hash_chain.append(
        lake, CONTRACT, content, commit=lambda number: _commit(act, phase, number, at, group), allowed=allowed
    )


def _commit(act: str, phase: str, number: int, at: datetime, group: Group) -> Commit:
    return Commit(
        run_id=f"act-{act}",
        publish_id=f"{act}:{phase}:{number}",
        code_version=CONTRACT.code_version,
        contract_version=group.fingerprint,
        units=f"entry {number}",
        at=at,
    )
