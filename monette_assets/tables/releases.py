"""`releases`: which versions of the gold tables belong together. Readers read through the newest one.

Delta is atomic per table, not across tables; a release is written last, so nobody reads a mix of before and after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

import dagster as dg

from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, SequenceTaken
from monette_assets.tables import group_contracts
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import Column, Contract, Freshness, Input, Months, Partitions, hours

NAME = "releases"


def contract(gold: Sequence[Contract]) -> Contract:
    """The contract of the releases of these tables."""
    return Contract(
        name=NAME,
        description="Versions of the gold tables that belong together, one row a release, append-only.",
        key=("number",),
        unit=("number",),
        partitions=Partitions.NONE,
        inputs={table.name: Input(table, Months.ALL) for table in gold},
        columns=(
            Column("number", "bigint", "From 1, without gaps."),
            Column("released_at", "timestamp", "When."),
            Column("run_id", "string", "The run that released it."),
            Column("contract_version", "string", "Fingerprint of the group contract."),
            Column("tables", "array<string>", "The gold tables."),
            Column("versions", "array<string>", "Their versions, in the same order."),
        ),
        owner="data engineering",
        freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
    )


def latest(lake: Lake) -> dict[str, int]:
    """Versions of the newest release by table; empty before the first."""
    if not lake.exists(NAME):
        return {}
    rows = sorted(lake.read(NAME).to_pylist(), key=lambda row: row["number"])
    return _pinned(rows[-1]) if rows else {}


def _pinned(row: Mapping[str, Any]) -> dict[str, int]:
    return {table: int(version) for table, version in zip(row["tables"], row["versions"], strict=True)}


def release(lake: Lake, gold: Sequence[Contract], run_id: str, group: Group) -> int | None:
    """Record the present versions as the next release; None if nothing changed since the last one."""
    import pyarrow as pa

    own = contract(gold)
    while True:
        versions = {table.name: lake.version(table.name) for table in gold}
        standing = {name: version for name, version in versions.items() if version is not None}
        if not standing or standing == latest(lake):
            return None
        group_contracts.keep(lake, group)
        number = lake.sequence(NAME) + 1
        at = now(group).astimezone(UTC)
        row = {
            "number": number,
            "released_at": at,
            "run_id": run_id,
            "contract_version": group.fingerprint,
            "tables": list(standing),
            "versions": [str(version) for version in standing.values()],
        }
        try:
            lake.append_once(
                NAME,
                number,
                pa.Table.from_pylist([row], schema=own.arrow_schema),
                schema=own.arrow_schema,
                commit=Commit(
                    run_id=run_id,
                    publish_id=f"{run_id}:{NAME}:{number}",
                    code_version=own.code_version,
                    contract_version=group.fingerprint,
                    input_versions=standing,
                    units=f"release {number}",
                    at=at,
                ),
            )
        except SequenceTaken:
            continue  # somebody else released meanwhile: look again
        return number


# The id of another run that is writing these tables and will have a release of its own; None where there is none.
Writer = Callable[[dg.DagsterInstance, dg.DagsterRun, frozenset[dg.AssetKey]], str | None]


def build(
    gold: Sequence[Contract],
    group: Group,
    *,
    condition: dg.AutomationCondition[Any] | None = None,
    who_writes: Writer = lambda *_: None,
) -> dg.AssetsDefinition:
    """The asset. Needs resource `lake`. While another run writes, nothing is released: that would be half of it."""
    own = contract(gold)
    tables = frozenset(asset_key(table) for table in gold)
    spec = asset_spec(own, group).replace_attributes(automation_condition=condition)

    @dg.multi_asset(name=NAME, specs=[spec], required_resource_keys={"lake"}, can_subset=True)
    def releases(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        if (writer := who_writes(context.instance, context.run, tables)) is not None:
            context.log.warning("run %s writes gold: nothing is released until it is done", writer)
            return
        number = release(lake, gold, context.run_id, group)
        yield dg.MaterializeResult(
            asset_key=asset_key(own),
            metadata={
                "release": lake.sequence(NAME),
                "new": number is not None,
                "versions": dg.MetadataValue.json(latest(lake)),
            },
        )

    return releases
