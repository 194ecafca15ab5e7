"""How bronze grows: rows are appended, and the same content again adds nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from monette_assets.lake import Commit

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.tables import Contract

Identity = tuple[Any, ...]


class Newest(NamedTuple):
    """The newest row of an identity."""

    fetched_at: datetime
    content_hash: str


def newest(lake: Lake, table: str, identity: Sequence[str], **among: Collection[Any]) -> dict[Identity, Newest]:
    """The newest row of every identity; empty while the table does not exist.

    `among` says, by column, the values that are looked for: all else is left unread, and the cost of a company's month
    does not grow with the others.
    """
    import pyarrow.compute as pc

    if not lake.exists(table):
        return {}
    wanted = [pc.field(column).isin(sorted(values)) for column, values in among.items()]
    filters = reduce(and_, wanted) if wanted else None
    rows = lake.read(table, columns=[*identity, "fetched_at", "content_hash"], filters=filters)
    found: dict[Identity, Newest] = {}
    columns = [rows.column(name).to_pylist() for name in (*identity, "fetched_at", "content_hash")]
    for *values, fetched_at, content_hash in zip(*columns, strict=True):
        key = tuple(values)
        if key not in found or found[key].fetched_at <= fetched_at:
            found[key] = Newest(fetched_at, content_hash)
    return found


def after(at: datetime, standing: Newest | None) -> datetime:
    """The moment of a row that comes after the one that stands: `at`, or just after it where a clock was set back.

    Whoever reads bronze takes the newest row. Fetched while a clock ran ahead, a row would hide all that come after it
    until that moment has passed.
    """
    return at if standing is None else max(at, standing.fetched_at + timedelta(microseconds=1))


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
