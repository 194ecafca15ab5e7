"""`group_contracts`: the files of every group contract that a release or a close was made with (ACCOUNTING 12).

By their fingerprint, which is of what they say: the log of releases and the log of closes name it. What was released or
closed can then be made again under the contract of then, whatever became of its folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from monette_assets.clock import now
from monette_assets.group import load_group
from monette_assets.group.prices import PRICES_FILE
from monette_assets.lake import Commit
from monette_assets.tables.contract import Column, Contract, Partitions

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.group.prices import PriceBook
    from monette_assets.lake import Lake

CONTRACT = Contract(
    name="group_contracts",
    description=(
        "The files of every group contract that a release or a close was made with, as they were written, append-only. "
        "Releases and closes name it by its fingerprint. Also every price book that costs were counted with, by a "
        "fingerprint of its own."
    ),
    key=("fingerprint", "file_name", "kept_at"),
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
    if _files(lake, group.fingerprint):
        return True
    if not group.files:
        return False
    at = now(group).astimezone(UTC)
    _append(lake, group.fingerprint, group.files, at, f"{CONTRACT.name}:{group.fingerprint}")
    return True


def keep_prices(lake: Lake, prices: PriceBook, at: datetime) -> bool:
    """Keep the price book, unless it is the one that was kept last; returns whether it was not. `at` is aware.

    One that comes into force again is kept again: what each change restates is told by the one before it.
    """
    books = kept_prices(lake)
    if books and books[-1][0] == prices.fingerprint:
        return False
    publish_id = f"{CONTRACT.name}:{prices.fingerprint}:{len(books) + 1}"
    _append(lake, prices.fingerprint, {PRICES_FILE: prices.text}, at.astimezone(UTC), publish_id)
    return True


def kept_prices(lake: Lake) -> list[tuple[str, str, datetime]]:
    """Fingerprint, text and moment of every price book that was kept, in order."""
    import pyarrow.compute as pc

    if not lake.exists(CONTRACT.name):
        return []
    rows = lake.read(CONTRACT.name, filters=pc.field("file_name") == PRICES_FILE).to_pylist()
    return sorted(((row["fingerprint"], row["content"], row["kept_at"]) for row in rows), key=lambda book: book[2])


def _append(lake: Lake, fingerprint: str, files: Mapping[str, str], at: datetime, publish_id: str) -> None:
    import pyarrow as pa

    rows = [
        {
            "fingerprint": fingerprint,
            "file_name": name,
            "content": content,
            "content_hash": _hash(content),
            "kept_at": at,
        }
        for name, content in files.items()
    ]
    lake.append(
        CONTRACT.name,
        pa.Table.from_pylist(rows, schema=CONTRACT.arrow_schema),
        schema=CONTRACT.arrow_schema,
        commit=Commit(
            run_id=f"contract-{fingerprint[:12]}",
            publish_id=publish_id,
            code_version=CONTRACT.code_version,
            contract_version=fingerprint,
            units=f"contract {fingerprint[:8]}: {', '.join(files)}",
            at=at,
        ),
    )


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
