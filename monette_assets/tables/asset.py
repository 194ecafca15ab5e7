"""From a table to its Dagster asset: specs, dependencies, checks, and the events of a refresh per partition."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg

from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake, statistics
from monette_assets.tables import partitions
from monette_assets.tables.attribution import CHAIN_TAG
from monette_assets.tables.audit import all_checks
from monette_assets.tables.contract import Contract, Freshness, Input, Months, Partitions, Severity
from monette_assets.tables.lineage import column_lineage, table_schema
from monette_assets.tables.outcome import Outcome
from monette_assets.tables.refresh import refresh
from monette_assets.tables.table import Context, Table
from monette_assets.telemetry.measures import HELD_BACK, ROWS
from monette_assets.telemetry.spans import record, traced

SHOWN_SAMPLES = 10
UNTOUCHED = "not computed: nothing that it is made of has changed"
CPU_SECONDS, ROWS_BY_COMPANY = "cpu_seconds", "rows_by_company"  # of a materialization; the latter once a run
ANEW_TAG = "monette/anew"  # on a run of a chain whose tables somebody named: they are computed, changed or not


def asset_key(contract: Contract) -> dg.AssetKey:
    """The key that is also the table's path, module and test."""
    return dg.AssetKey(contract.name.split("/"))


def asset_spec(contract: Contract, group: Group) -> dg.AssetSpec:
    """What Dagster shows of a table: description, schema, column lineage, owner, dependencies, freshness."""
    return dg.AssetSpec(
        key=asset_key(contract),
        deps=[
            dg.AssetDep(
                asset_key(above.contract), partition_mapping=partitions.mapping(contract.partitions, above, group)
            )
            for above in (*contract.inputs.values(), *map(Input, contract.after))
        ],
        description=contract.description,
        group_name=contract.name.split("/")[0] if "/" in contract.name else "records",
        kinds={"delta"},
        code_version=contract.code_version or None,
        tags={"owner": contract.owner.replace(" ", "-")},
        metadata={
            "dagster/column_schema": table_schema(contract),
            "dagster/column_lineage": column_lineage(contract),
            "dagster/table_name": contract.name,
            "grain": ", ".join(contract.key),
        },
        partitions_def=partitions.definition(contract.partitions, group),
        freshness_policy=_freshness(contract.freshness),
        skippable=True,
    )


def check_specs(contract: Contract, group: Group) -> list[dg.AssetCheckSpec]:
    """The checks of a table. What a failure holds back is the framework's business, so Dagster blocks nothing."""
    return [
        dg.AssetCheckSpec(
            name,
            asset=asset_key(contract),
            description=f"{description} Severity: {severity.value}.",
            partitions_def=partitions.definition(contract.partitions, group),
        )
        for name, description, severity in all_checks(contract)
    ]


def build_asset(table: Table, group: Group) -> dg.AssetsDefinition:
    """The asset of an engine-computed table. Needs resources `lake`, `engine` and `judge`."""
    contract = table.contract

    @dg.multi_asset(
        name=contract.name.replace("/", "__"),
        pool=contract.name.replace("/", "__"),  # one run at a time writes a table
        specs=[asset_spec(contract, group)],
        check_specs=check_specs(contract, group),
        partitions_def=partitions.definition(contract.partitions, group),
        backfill_policy=dg.BackfillPolicy.single_run() if contract.partitions is not Partitions.NONE else None,
        required_resource_keys={"lake", "engine", "judge"},
        can_subset=True,
    )
    @traced(contract.name)
    def compute(context: dg.AssetExecutionContext) -> Iterator[Any]:
        keys = context.partition_keys if contract.partitions is Partitions.MONTH else ()
        lake: Lake = context.resources.lake.lake
        asked = partitions.periods_of(keys)
        periods = as_far_as_fetched(contract, lake, asked)
        if asked and not periods:
            span = f"{asked[0]:%Y-%m} to {asked[-1]:%Y-%m}"
            context.log.warning("%s: nothing of %s was fetched yet", contract.name, span)
            yield dg.MaterializeResult(asset_key=asset_key(contract), metadata={"dagster/row_count": 0})
            return
        outcome = refresh(
            table,
            context=Context(
                context.resources.engine.spark,
                group,
                periods,
                now(group),
                embedded=context.resources.engine.embedded,
                commits=context.resources.engine.commits,
            ),
            lake=lake,
            judge=context.resources.judge.judge,
            run_id=context.run_id,
            if_changed=CHAIN_TAG in context.run.tags and ANEW_TAG not in context.run.tags,
        )
        _tell(outcome)
        yield from events(context, outcome)

    return compute


def _tell(outcome: Outcome) -> None:
    """Rows and units of a refresh, as measures."""
    name = outcome.contract.name
    for change in ("added", "changed", "removed"):
        record(ROWS, sum(getattr(each, change) for each in outcome.changes.values()), asset=name, change=change)
    record(ROWS, sum(outcome.refused.values()), asset=name, change="refused")
    record(HELD_BACK, len(outcome.audit.blocked), asset=name)


def as_far_as_fetched(contract: Contract, lake: Lake, periods: tuple[date, ...]) -> tuple[date, ...]:
    """Those of the months that a balance, or what is made of balances, runs to: as far as its source was fetched.

    Dagster carries a balance that is selected in the interface on to the running month, fetched or not.
    """
    if not contract.balance and all(above.months is not Months.UP_TO for above in contract.inputs.values()):
        return periods
    days = [statistics.latest(lake, name) for name in _fetched_by_month(contract)]
    fetched = [day for day in days if day is not None]
    return tuple(each for each in periods if each <= max(fetched)) if fetched else periods


def _fetched_by_month(contract: Contract) -> set[str]:
    """The sources a table is made of that are fetched by company and month."""
    if contract.partitions is Partitions.MONTH_COMPANY:
        return {contract.name}
    return {name for above in contract.inputs.values() for name in _fetched_by_month(above.contract)}


def events(context: dg.AssetExecutionContext, outcome: Outcome) -> Iterator[Any]:
    """One materialization and one evaluation of every check, per partition. Raises Failure if nothing was published."""
    contract, key = outcome.contract, asset_key(outcome.contract)
    monthly = contract.partitions is Partitions.MONTH
    parts: tuple[date | None, ...] = outcome.periods if monthly else (None,)
    for part in parts:
        yield from _evaluations(outcome, part)
    if outcome.nothing_published:
        raise dg.Failure(
            f"{contract.name}: nothing passed the audit, the last good rows stand. "
            + "; ".join(failure.sentence for failure in outcome.audit.failures[:SHOWN_SAMPLES]),
            allow_retries=False,
        )
    for part in parts:
        context.add_asset_metadata(
            _metadata(outcome, part, parts), asset_key=key, partition_key=partitions.month_key(part) if part else None
        )
    if outcome.replaced_restore:
        context.log.warning("%s: this replaces %s", contract.name, outcome.replaced_restore)
    if context.run and len(parts) > 1:
        context.log.info("%s: %s", contract.name, summary(outcome))
    yield dg.MaterializeResult(asset_key=key)


def summary(outcome: Outcome) -> str:
    """A refresh in one line."""
    total = [
        sum(getattr(change, name) for change in outcome.changes.values()) for name in ("added", "changed", "removed")
    ]
    seconds = ", ".join(f"{phase} {value:.2f} s" for phase, value in outcome.seconds.items())
    held = f", {len(outcome.audit.blocked)} held back" if outcome.audit.blocked else ""
    what = f"version {outcome.version}" if outcome.committed else "unchanged" if outcome.computed else UNTOUCHED
    return f"{what}: +{total[0]} ~{total[1]} -{total[2]} rows{held} ({seconds})"


def _metadata(outcome: Outcome, part: date | None, parts: Sequence[date | None]) -> dict[str, Any]:
    change = outcome.changes.get(part)
    rows = sum(count for unit, count in outcome.audit.rows.items() if part is None or part in unit)
    held = sorted("/".join(map(str, unit)) for unit in outcome.audit.blocked if part is None or part in unit)
    return {
        "dagster/row_count": rows,
        "rows_added": change.added if change else 0,
        "rows_changed": change.changed if change else 0,
        "rows_removed": change.removed if change else 0,
        "rows_refused": outcome.refused.get(part, 0) if part else sum(outcome.refused.values()),
        "held_back": ", ".join(held) or "nothing",
        "version": outcome.version if outcome.version is not None else -1,
        "committed": outcome.committed,
        **({} if outcome.computed else {"computed": UNTOUCHED}),
        **({"replaces": outcome.replaced_restore} if outcome.replaced_restore else {}),
        **{f"seconds_{phase}": round(value, 3) for phase, value in outcome.seconds.items()},
        CPU_SECONDS: round(outcome.cpu_seconds, 3),
        **({ROWS_BY_COMPANY: dg.MetadataValue.json(_by_company(outcome))} if part == parts[-1] else {}),
    }


def _by_company(outcome: Outcome) -> dict[str, int]:
    """Rows of all months by company; nothing where the table's unit has none."""
    found: Counter[str] = Counter()
    if "company" in outcome.contract.unit:
        position = outcome.contract.unit.index("company")
        for unit, count in outcome.audit.rows.items():
            if unit[position] is not None:
                found[str(unit[position])] += count
    return dict(found)


def _evaluations(outcome: Outcome, part: date | None) -> Iterator[dg.AssetCheckEvaluation]:
    contract = outcome.contract
    for name, _, severity in all_checks(contract):
        failures = [
            f for f in outcome.audit.failed(name) if part is None or "period" not in contract.unit or part in f.unit
        ]
        only_warns = severity is Severity.WARNS or (
            bool(failures) and all(failure.severity is Severity.WARNS for failure in failures)  # waived
        )
        metadata: dict[str, Any] = {"failed_units": len(failures)}
        if failures:
            metadata["failed_rows"] = sum(failure.count for failure in failures)
            metadata["units"] = dg.MetadataValue.json([[unit_key(value) for value in f.unit] for f in failures])
            metadata["samples"] = dg.MetadataValue.md("\n".join(f"- {f.sentence}" for f in failures[:SHOWN_SAMPLES]))
        yield dg.AssetCheckEvaluation(
            asset_key=asset_key(contract),
            check_name=name,
            passed=not failures,
            severity=dg.AssetCheckSeverity.WARN if only_warns else dg.AssetCheckSeverity.ERROR,
            description="; ".join(failure.sentence for failure in failures[:3]) or None,
            partition=partitions.month_key(part) if part else None,
            metadata=metadata,
        )


def unit_key(value: object) -> str:
    """A part of a unit as metadata says it: months as 2024-12."""
    return partitions.month_key(value) if isinstance(value, date) else str(value)


def _freshness(freshness: Freshness | None) -> dg.FreshnessPolicy | None:
    if freshness is None:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=freshness.fail_after, warn_window=freshness.warn_after)
