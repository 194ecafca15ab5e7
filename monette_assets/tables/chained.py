"""The assets of the records that are kept for good. A refresh computes nothing of them: it looks whether they are as
they were written.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import (
    accepted_differences,
    audit_log,
    closed_ledger,
    closed_statements,
    closes,
    group_contracts,
    hash_chain,
    waivers,
)
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import Contract
from monette_assets.telemetry.spans import traced

INTACT = "chain_intact"
CHAIN = "Every entry has its number, follows the one before and has the hash it was written with (ACCOUNTING 12)."
FROZEN = (
    "Every close of the log has the rows it froze, none more or less (ACCOUNTING 12); `monette closes verify` also "
    "recomputes their content hashes."
)
DESCRIPTIONS: Mapping[str, str] = {
    closes.CONTRACT.name: CHAIN,
    audit_log.CONTRACT.name: CHAIN,
    waivers.CONTRACT.name: CHAIN,
    accepted_differences.CONTRACT.name: CHAIN,
    closed_statements.CONTRACT.name: FROZEN,
    closed_ledger.CONTRACT.name: FROZEN,
    group_contracts.CONTRACT.name: "Every file has the content hash it was kept with (ACCOUNTING 12).",
}
# The columns of `closes` that tell how many rows a table of frozen rows holds of a close, and their hash.
FROZEN_COLUMNS: Mapping[str, tuple[str, str]] = {
    closed_statements.CONTRACT.name: ("statements_rows", "statements_hash"),
    closed_ledger.CONTRACT.name: ("ledger_rows", "ledger_hash"),
}


def problem(lake: Lake, table: str) -> str | None:
    """What is not as it was written, cheaply told; None if all is well or nothing is there."""
    if table in FROZEN_COLUMNS:
        return _wrong_count(lake, table)
    if table == group_contracts.CONTRACT.name:
        return group_contracts.problem(lake)
    broken = hash_chain.verify(lake, table)
    return broken.sentence(table) if broken else None


def frozen_problems(lake: Lake) -> list[str]:
    """The closes whose frozen rows do not have the content hash of the log. Reads every frozen row."""
    import pyarrow.compute as pc

    found = []
    for entry in hash_chain.entries(lake, closes.CONTRACT.name):
        if entry["action"] != closes.CLOSE:
            continue
        for table, (_, column) in FROZEN_COLUMNS.items():
            rows = lake.read(table, filters=pc.field("close_id") == entry["close_id"]).to_pylist()
            if (now := hash_chain.content_hash(rows)) != entry[column]:
                where = f"close {entry['number']}, {entry['company']} {entry['period']:%Y-%m}"
                found.append(f"{table}: {where}: expected content hash {entry[column][:12]}, found {now[:12]}")
    return found


def _wrong_count(lake: Lake, table: str) -> str | None:
    column, _ = FROZEN_COLUMNS[table]
    made = [row for row in hash_chain.entries(lake, closes.CONTRACT.name) if row["action"] == closes.CLOSE]
    if not made:
        return None
    counted = lake.read(table, columns=["close_id"]).group_by("close_id").aggregate([("close_id", "count")])
    held = dict(zip(*(counted.column(name).to_pylist() for name in ("close_id", "close_id_count")), strict=True))
    for entry in made:
        if (now := held.get(entry["close_id"], 0)) != entry[column]:
            where = f"close {entry['number']}, {entry['company']} {entry['period']:%Y-%m}"
            return f"{table}: {where}: expected {entry[column]} rows, found {now}"
    return None


def build(contract: Contract, group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resource `lake`."""

    @dg.multi_asset(
        name=contract.name,
        specs=[asset_spec(contract, group)],
        check_specs=[
            dg.AssetCheckSpec(INTACT, asset=asset_key(contract), description=DESCRIPTIONS[contract.name]),
        ],
        required_resource_keys={"lake"},
        can_subset=True,
    )
    @traced(contract.name)
    def look(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        found = _look(problem, lake, contract.name)
        yield dg.AssetCheckEvaluation(
            asset_key=asset_key(contract), check_name=INTACT, passed=found is None, description=found
        )
        version = lake.version(contract.name)
        entries = 0 if version is None else lake.sequence(contract.name, version)
        yield dg.MaterializeResult(
            asset_key=asset_key(contract), metadata={"version": version or 0, "entries": entries}
        )

    return look


def _look(find: Callable[[Lake, str], str | None], lake: Lake, table: str) -> str | None:
    """A table that cannot even be read is not intact; the refresh goes on."""
    try:
        return find(lake, table)
    except Exception as error:
        return f"{table}: cannot be verified: {error}"
