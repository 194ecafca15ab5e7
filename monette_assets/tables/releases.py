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
from monette_assets.tables.staleness import Staleness, behind
from monette_assets.telemetry.spans import traced

NAME = "releases"
WHOLE = "of_one_piece"
WHOLE_MEANS = (
    "No month of a gold table was computed from rows that have changed since: what a killed or failed run has left is "
    "not released."
)


class NotWhole(Exception):  # noqa: N818 - named after what was found
    """Gold is not of one piece: releasing it would let readers see a mix."""

    def __init__(self, found: Staleness) -> None:
        self.found = found
        tables = "; ".join(f"{table} {found.told(table)}" for table in found.months)
        super().__init__(
            f"expected gold tables made of one another as they stand, found {tables}. The release before stands; "
            "`monette run --stale` computes them again and releases"
        )


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
    return pinned(rows[-1]) if rows else {}


def pinned(row: Mapping[str, Any]) -> dict[str, int]:
    """The versions of the gold tables by name that a row of releases pins."""
    return {table: int(version) for table, version in zip(row["tables"], row["versions"], strict=True)}


def pending(lake: Lake, gold: Sequence[Contract]) -> dict[str, int]:
    """The present versions of the gold tables, where the newest release has others; empty where it has them."""
    versions = {table.name: lake.version(table.name) for table in gold}
    standing = {name: version for name, version in versions.items() if version is not None}
    return standing if standing != latest(lake) else {}


def release(lake: Lake, gold: Sequence[Contract], run_id: str, group: Group) -> int | None:
    """Record the present versions as the next release; None if nothing changed since the last one.

    Raises `NotWhole` where they do not belong together.
    """
    import pyarrow as pa

    own = contract(gold)
    while True:
        standing = pending(lake, gold)
        if not standing:
            return None
        if found := behind(lake, group, gold):
            raise NotWhole(found)
        if pending(lake, gold) != standing:
            continue  # somebody wrote while it was looked at
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
    answerable: Callable[[dg.DagsterRun], bool] = lambda _: True,
) -> dg.AssetsDefinition:
    """The asset. Needs resource `lake`. While another run writes, nothing is released: that would be half of it; nor
    where gold is not of one piece, which is an error of a chain, and a warning where somebody wrote a table by hand.
    """
    own = contract(gold)
    tables = frozenset(asset_key(table) for table in gold)
    spec = asset_spec(own, group).replace_attributes(automation_condition=condition)
    check = dg.AssetCheckSpec(WHOLE, asset=asset_key(own), description=WHOLE_MEANS)

    @dg.multi_asset(name=NAME, specs=[spec], check_specs=[check], required_resource_keys={"lake"}, can_subset=True)
    @traced(NAME)
    def releases(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        if (writer := who_writes(context.instance, context.run, tables)) is not None:
            context.log.warning("run %s writes gold: nothing is released until it is done", writer)
            return
        try:
            number = release(lake, gold, context.run_id, group)
        except NotWhole as found:
            yield dg.AssetCheckEvaluation(
                asset_key=asset_key(own),
                check_name=WHOLE,
                passed=False,
                severity=dg.AssetCheckSeverity.ERROR if answerable(context.run) else dg.AssetCheckSeverity.WARN,
                description=str(found),
            )
            return
        yield dg.AssetCheckEvaluation(asset_key=asset_key(own), check_name=WHOLE, passed=True)
        yield dg.MaterializeResult(
            asset_key=asset_key(own),
            metadata={
                "release": lake.sequence(NAME),
                "new": number is not None,
                "versions": dg.MetadataValue.json(latest(lake)),
            },
        )

    return releases
