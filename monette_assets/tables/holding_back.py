"""What a refresh puts into `quarantine`: the rows it refused, and the units that its audit holds back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from monette_assets.lake import Commit, Lake, Scope
from monette_assets.tables import quarantine
from monette_assets.tables.audit import units_of
from monette_assets.tables.contract import Contract, Partitions
from monette_assets.tables.outcome import Outcome
from monette_assets.tables.table import REFUSAL_COLUMNS, Context, staging_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def refused_rows(lake: Lake, stage: str, contract: Contract, frame: DataFrame | None) -> list[dict[str, Any]]:
    """The refused rows: found by the engine in its frame, or by this process in what is staged."""
    import pyarrow.compute as pc

    fields = [*contract.unit, *(name for name, _ in REFUSAL_COLUMNS)]
    if frame is not None:
        return [row.asDict() for row in frame.select(*fields).collect()]
    only = pc.field("_kind") == "refused"
    read = lake.staged_reader(stage, fields, only, schema=staging_schema(contract))
    found: list[dict[str, Any]] = read.read_all().to_pylist()
    return found


def hold_back(
    lake: Lake,
    contract: Contract,
    outcome: Outcome,
    companies: Sequence[str],
    context: Context,
    refused: Sequence[Mapping[str, Any]],
    run_id: str,
) -> dict[date | None, int]:
    """Replace this run's part of `quarantine`; returns refused rows per month."""
    import pyarrow as pa

    entries: list[dict[str, Any]] = [
        {
            "company": row.get("company"),
            "period": row.get("period"),
            "kind": "report" if row["_whole"] else "transaction",
            "reason": row["_reason"],
            "path": row["_path"],
            "transaction_type": row["_transaction_type"],
            "transaction_id": row["_transaction_id"],
            "amount": row["_amount"],
            "raw": row["_raw"],
        }
        for row in refused
    ]
    counts: dict[date | None, int] = {}
    for entry in entries:
        counts[entry["period"]] = counts.get(entry["period"], 0) + 1
    blocked = outcome.audit.blocked
    for failure in outcome.audit.failures:
        if failure.unit in blocked:
            unit: Mapping[str, Any] = dict(zip(contract.unit, failure.unit, strict=True))
            entries.append(
                {
                    "company": unit.get("company"),
                    "period": unit.get("period"),
                    "kind": "unit",
                    "reason": failure.sentence,
                }
            )
    if contract.partitions is Partitions.NONE:  # always computed whole; a refusal may have no unit
        scope = Scope.of(("table_name",), [(contract.name,)])
    else:
        about = set(units_of(contract.unit, companies, context.periods)) | set(outcome.audit.rows) | blocked
        scope = Scope.of(("table_name", *contract.unit), [(contract.name, *unit) for unit in about])
    schema = quarantine.CONTRACT.arrow_schema
    now = context.now
    stamp = {"run_id": run_id, "quarantined_at": now}
    told = [name for name in schema.names if name not in stamp]
    exists = lake.exists(quarantine.CONTRACT.name)
    stood = lake.read(quarantine.CONTRACT.name, columns=told, scope=scope).to_pylist() if exists else []
    found = [{name: contract.name if name == "table_name" else entry.get(name) for name in told} for entry in entries]
    if Counter(tuple(row.values()) for row in found) == Counter(tuple(row.values()) for row in stood):
        return counts
    rows = [{**row, **stamp} for row in found]
    lake.publish(
        quarantine.CONTRACT.name,
        pa.Table.from_pylist(rows, schema=schema),
        schema=schema,
        scope=scope,
        commit=Commit(
            run_id=run_id,
            publish_id=f"{run_id}:quarantine:{contract.name}:{len(rows)}:{len(stood)}",
            code_version=quarantine.CONTRACT.code_version,
            contract_version="",
            input_versions={},
            units=f"{contract.name}: {len(rows)} entries",
            at=now.astimezone(UTC),
        ),
    )
    return counts
