"""`audit_log`: who ran, closed, reopened, approved, restored and connected what, and how it ended; hash-chained.

An act is written before it begins: what cannot be written down is not done.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monette_assets.clock import now
from monette_assets.lake import Commit, Lake
from monette_assets.tables import hash_chain
from monette_assets.tables.contract import Column, Contract, Partitions

if TYPE_CHECKING:
    from monette_assets.group import Group

LONGEST = 500  # of a text a person typed or an error said

CONTRACT = Contract(
    name="audit_log",
    description=(
        "Every act that changes something: who, through what, what, and how it ended. Two rows an act, one before it "
        "begins and one when it is over; append-only and hash-chained."
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
        Column("through", "string", "Where it came from.", choices=("command", "schedule", "sensor", "job")),
        Column("action", "string", "run, close, reopen, approve, restore, waive, revoke, connect, maintain."),
        Column("what", "string", "What it was about; never a secret."),
        Column("result", "string", "How it ended.", nullable=True),
        Column("contract_version", "string", "Fingerprint of the group contract."),
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

    def write(phase: str, result: str | None) -> None:
        at = now(group).astimezone(UTC)
        content = {
            "act": name,
            "phase": phase,
            "at": at,
            "who": who[:LONGEST],
            "through": through,
            "action": action,
            "what": what[:LONGEST],
            "result": result[:LONGEST] if result else None,
            "contract_version": group.fingerprint,
        }
        hash_chain.append(lake, CONTRACT, content, commit=lambda number: _commit(name, phase, number, at, group))

    write("begun", None)
    try:
        yield act
    except BaseException as error:
        write("failed", f"{type(error).__name__}: {error}" if isinstance(error, Exception) else type(error).__name__)
        raise
    write("failed" if act.failed else "done", act.result or None)


def _commit(act: str, phase: str, number: int, at: datetime, group: Group) -> Commit:
    return Commit(
        run_id=f"act-{act}",
        publish_id=f"{act}:{phase}:{number}",
        code_version=CONTRACT.code_version,
        contract_version=group.fingerprint,
        units=f"entry {number}",
        at=at,
    )
