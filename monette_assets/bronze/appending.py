"""How bronze grows: rows are appended, and the same content again adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from monette_assets.lake import Commit

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.tables import Contract

Identity = tuple[Any, ...]


def newest_hashes(
    lake: Lake, table: str, identity: Sequence[str], units: Sequence[tuple[str, date]] | None = None
) -> dict[Identity, str]:
    """The content hash of the newest row of every identity; empty while the table does not exist."""
    if not lake.exists(table):
        return {}
    rows = lake.read(table, columns=[*identity, "fetched_at", "content_hash"])
    wanted = None if units is None else set(units)
    newest: dict[Identity, tuple[datetime, str]] = {}
    columns = [rows.column(name).to_pylist() for name in (*identity, "fetched_at", "content_hash")]
    for *values, fetched_at, content_hash in zip(*columns, strict=True):
        if wanted is not None and (values[0], values[1]) not in wanted:
            continue
        key = tuple(values)
        if key not in newest or newest[key][0] <= fetched_at:
            newest[key] = (fetched_at, content_hash)
    return {key: content_hash for key, (_, content_hash) in newest.items()}


def append_commit(
    lake: Lake, contract: Contract, rows: list[dict[str, Any]], run_id: str, group: Group, at: datetime
) -> None:
    """Append rows in one commit."""
    import pyarrow as pa

    lake.append(
        contract.name,
        pa.Table.from_pylist(rows, schema=contract.arrow_schema),
        schema=contract.arrow_schema,
        partition_by=contract.layout,
        commit=Commit(
            run_id=run_id,
            publish_id=f"{run_id}:{contract.name}:{_digest(contract, rows)}",
            code_version=contract.code_version,
            contract_version=group.fingerprint,
            input_versions={},
            units=f"{len(rows)} row(s)",
            at=at.astimezone(UTC),
        ),
    )


def _digest(contract: Contract, rows: list[dict[str, Any]]) -> str:
    """Which rows these are: a run appends several times, and no two of its appends may pass for one another."""
    keys = repr([[row[name] for name in contract.key] for row in rows])
    return sha256(keys.encode()).hexdigest()[:16]
