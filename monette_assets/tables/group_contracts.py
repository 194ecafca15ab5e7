"""`group_contracts`: the files of every group contract that a release or a close was made with (ACCOUNTING 12).

By their fingerprint, which is of what they say: the log of releases and the log of closes name it. What was released or
closed can then be made again under the contract of then, whatever became of its folder.
"""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from monette_assets.clock import now
from monette_assets.group import load_group
from monette_assets.lake import Commit
from monette_assets.tables.contract import Column, Contract, Partitions

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

CONTRACT = Contract(
    name="group_contracts",
    description=(
        "The files of every group contract that a release or a close was made with, as they were written, append-only. "
        "Releases and closes name it by its fingerprint."
    ),
    key=("fingerprint", "file_name"),
    unit=("fingerprint",),
    partitions=Partitions.NONE,
    columns=(
        Column("fingerprint", "string", "Fingerprint of the contract, of all files together."),
        Column("file_name", "string", "The file."),
        Column("content", "string", "What it says, as written."),
        Column("content_hash", "string", "SHA-256 of the content."),
        Column("kept_at", "timestamp", "When it was first seen."),
    ),
)


def keep(lake: Lake, group: Group) -> bool:
    """Keep the contract's files, unless they are kept already; returns whether they are now.

    A group that was not read from files has none. Two writers at once may keep them twice, which changes nothing.
    """
    import pyarrow as pa

    if _files(lake, group.fingerprint):
        return True
    if not group.files:
        return False
    at = now(group).astimezone(UTC)
    rows = [
        {
            "fingerprint": group.fingerprint,
            "file_name": name,
            "content": content,
            "content_hash": _hash(content),
            "kept_at": at,
        }
        for name, content in group.files.items()
    ]
    lake.append(
        CONTRACT.name,
        pa.Table.from_pylist(rows, schema=CONTRACT.arrow_schema),
        schema=CONTRACT.arrow_schema,
        commit=Commit(
            run_id=f"contract-{group.fingerprint[:12]}",
            publish_id=f"{CONTRACT.name}:{group.fingerprint}",
            code_version=CONTRACT.code_version,
            contract_version=group.fingerprint,
            units=f"contract {group.fingerprint[:8]}: {', '.join(group.files)}",
            at=at,
        ),
    )
    return True


def kept(lake: Lake, fingerprint: str) -> Group | None:
    """The contract of that fingerprint as it was kept; None where it was not.

    Raises GroupContractError where its files are none that this version of the platform accepts. Its fingerprint is the
    one it had, though this version may count it differently.
    """
    from dataclasses import replace

    files = _files(lake, fingerprint)
    if not files:
        return None
    with TemporaryDirectory(prefix="monette-contract-") as folder:
        for name, content in files.items():
            (Path(folder) / Path(name).name).write_text(content, encoding="utf-8")
        return replace(load_group(Path(folder)), fingerprint=fingerprint)


def problem(lake: Lake) -> str | None:
    """The first file whose content is not what was kept; None if all are, or there are none."""
    if not lake.exists(CONTRACT.name):
        return None
    for row in lake.read(CONTRACT.name).to_pylist():
        if (found := _hash(row["content"])) != row["content_hash"]:
            where = f"contract {row['fingerprint'][:8]}, {row['file_name']}"
            return f"{CONTRACT.name}: {where}: expected content hash {row['content_hash'][:12]}, found {found[:12]}"
    return None


def _files(lake: Lake, fingerprint: str) -> dict[str, str]:
    import pyarrow.compute as pc

    if not lake.exists(CONTRACT.name):
        return {}
    rows = lake.read(
        CONTRACT.name, columns=["file_name", "content"], filters=pc.field("fingerprint") == fingerprint
    ).to_pylist()
    return {row["file_name"]: row["content"] for row in rows}


def _hash(content: str) -> str:
    return sha256(content.encode()).hexdigest()
