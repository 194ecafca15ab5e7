"""The assets of the records that are kept for good. A refresh computes nothing of them: it looks whether they are as
they were written.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
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
STATE = "intact_at"  # metadata: the versions of frozen rows and of their log that were found intact
CHAIN = "Every entry has its number, follows the one before and has the hash it was written with (ACCOUNTING 12)."
FROZEN = (
    "Every close of the log has the rows it froze, none more or less, with the content hash the log holds "
    "(ACCOUNTING 12)."
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
    """What is not as it was written; None if all is well or nothing is there. Reads the whole table."""
    if table in FROZEN_COLUMNS:
        return next(iter(_frozen(lake, table)), None)
    if table == group_contracts.CONTRACT.name:
        return group_contracts.problem(lake)
    broken = hash_chain.verify(lake, table)
    return broken.sentence(table) if broken else None


def frozen_problems(lake: Lake) -> list[str]:
    """The closes whose frozen rows are not those they froze. Reads every frozen row."""
    return [each for table in FROZEN_COLUMNS for each in _frozen(lake, table)]


def _frozen(lake: Lake, table: str) -> Iterator[str]:
    """The closes whose rows of a table are not as many, or do not have the content hash, as the log says."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count, content = FROZEN_COLUMNS[table]
    by_month = defaultdict(list)  # a month at a time: all frozen rows are more than memory should hold
    for entry in hash_chain.entries(lake, closes.CONTRACT.name):
        if entry["action"] == closes.CLOSE:
            by_month[entry["period"]].append(entry)
    for period, made in by_month.items():
        rows = lake.read(table, filters=pc.field("period") == period)
        for entry in made:
            where = f"{table}: close {entry['number']}, {entry['company']} {period:%Y-%m}"
            own = rows.filter(pc.equal(rows.column("close_id").cast(pa.string()), entry["close_id"]))
            if own.num_rows != entry[count]:
                yield f"{where}: expected {entry[count]} rows, found {own.num_rows}"
            elif (now := hash_chain.content_hash(own.to_pylist())) != entry[content]:
                yield f"{where}: expected content hash {entry[content][:12]}, found {now[:12]}"


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
        stands = _state(lake, contract.name)
        found = None if stands and stands == _intact_state(context, contract) else looked(lake, contract.name)
        yield dg.AssetCheckEvaluation(
            asset_key=asset_key(contract), check_name=INTACT, passed=found is None, description=found
        )
        version = lake.version(contract.name)
        entries = 0 if version is None else lake.sequence(contract.name, version)
        yield dg.MaterializeResult(
            asset_key=asset_key(contract),
            metadata={"version": version or 0, "entries": entries, **({STATE: stands} if stands and not found else {})},
        )

    return look


def _state(lake: Lake, table: str) -> str | None:
    """Which frozen rows, and which log of them, stand; None for other tables and where there is nothing.

    Hashing every frozen row costs as much as was ever closed: a run does it where either table has a new version,
    `monette check` always.
    """
    versions = [lake.version(each) for each in (table, closes.CONTRACT.name)] if table in FROZEN_COLUMNS else []
    return "/".join(map(str, versions)) if versions and None not in versions else None


def _intact_state(context: dg.AssetExecutionContext, contract: Contract) -> str | None:
    """The state that the last run found intact; None where it found anything else."""
    last = context.instance.get_latest_materialization_event(asset_key(contract))
    made = last.asset_materialization if last else None
    state = made.metadata.get(STATE) if made else None
    return str(state.value) if state else None


def looked(lake: Lake, table: str) -> str | None:
    """As `problem`. A table that cannot even be read is not intact; whoever looks goes on."""
    try:
        return problem(lake, table)
    except Exception as error:
        return f"{table}: cannot be verified: {error}"
