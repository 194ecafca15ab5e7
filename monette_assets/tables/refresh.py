"""Refresh a table: compute, stage, audit, publish what passed, quarantine what did not.

A table's function never writes. Readers never see unaudited rows, and where the content is equal no commit is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date
from functools import partial, reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from monette_assets.engine import memory
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.lake.disk import named_when_full
from monette_assets.lake.engine_rows import EngineRows
from monette_assets.lake.refusing import named_when_refused
from monette_assets.tables import provenance, unchanged, waivers
from monette_assets.tables.audit import QUERIES_AT_ONCE, Audit, Unit, judged, measure, units_of
from monette_assets.tables.contract import Contract, Input, Months, Partitions
from monette_assets.tables.engine_rows import SparkRows
from monette_assets.tables.holding_back import hold_back, refused_rows
from monette_assets.tables.judge import Judge
from monette_assets.tables.outcome import Outcome
from monette_assets.tables.provenance import Passed, Provenance
from monette_assets.tables.restored import replaced_restore
from monette_assets.tables.row_changes import row_changes
from monette_assets.tables.table import REFUSAL_COLUMNS, Context, Staged, Table, staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def read_input(context: Context, lake: Lake, spec: Input, version: int | None) -> DataFrame:
    """The pinned version of an upstream table, cut to the months a run needs; empty while it does not exist."""
    from pyspark.sql import functions as F

    contract = spec.contract
    if version is None:
        return context.spark.createDataFrame([], contract.ddl)
    frame = context.spark.read.format("delta").option("versionAsOf", str(version)).load(lake.uri(contract.name))
    if not context.periods or spec.months is Months.ALL:
        return frame
    period = F.col("period")
    if spec.months is Months.UP_TO:
        return frame.where(period <= F.lit(context.periods[-1]))
    return frame.where((period >= F.lit(context.periods[0])) & (period <= F.lit(context.periods[-1])))


def refresh(
    table: Table,
    *,
    context: Context,
    lake: Lake,
    judge: Judge,
    run_id: str,
    companies: Sequence[str] | None = None,
    if_changed: bool = False,
) -> Outcome:
    """Bring the table up to date for the context's months; `if_changed`: compute it only where that may change a row.

    Raises what the function, the engine or the lake raise (`DiskFull` where there is no room, `StoreRefused` where the
    store lets nobody in); a unit that breaks a blocking check does not raise: it keeps its last good rows and is listed
    in the outcome and in `quarantine`.
    """
    begun = time.process_time()
    try:
        with named_when_refused(lake.url, lake.storage_options), named_when_full(table.name, lake.url):
            outcome = (_standing(table, context, lake) if if_changed and companies is None else None) or _refresh(
                table, context, lake, judge, run_id, companies
            )
            outcome.cpu_seconds = time.process_time() - begun
            return outcome
    except BaseException:
        with suppress(Exception):  # what was staged is of no use to anybody, and takes room
            lake.clean_staged(run_id, table.name)
        raise


def _standing(table: Table, context: Context, lake: Lake) -> Outcome | None:
    """What computing the table would come to, where it would come out as it stands (`tables.unchanged`)."""
    contract = table.contract
    outcome = Outcome(contract, context.periods, computed=False)
    with outcome.timed("look"):
        outcome.input_versions = _versions(lake, contract)
        versions = {**_absent(contract), **outcome.input_versions}
        outcome.version = lake.version(contract.name)
        rows = unchanged.rows_standing(lake, context.group, contract, context.periods, versions)
        if rows is None:
            return None
        outcome.audit.rows = rows
        _note(lake, outcome, context)
    return outcome


def _versions(lake: Lake, contract: Contract) -> dict[str, int]:
    """The version at which every input stands that is there, by table."""
    found = {spec.contract.name: lake.version(spec.contract.name) for spec in contract.inputs.values()}
    return {name: version for name, version in found.items() if version is not None}


def _absent(contract: Contract) -> dict[str, int]:
    return {spec.contract.name: provenance.ABSENT for spec in contract.inputs.values()}


def _refresh(
    table: Table, context: Context, lake: Lake, judge: Judge, run_id: str, companies: Sequence[str] | None
) -> Outcome:
    contract = table.contract
    outcome = Outcome(contract, context.periods)
    outcome.input_versions = _versions(lake, contract)
    versions = {name: outcome.input_versions.get(spec.contract.name) for name, spec in contract.inputs.items()}
    stage = lake.stage_uri(run_id, contract.name)
    context = replace(context, scratch=lake.scratch_uri(run_id, contract.name))
    lake.clean_staged(run_id, contract.name)  # what an earlier attempt of this run left
    with outcome.timed("engine"):

        def inputs_of(those: Context) -> dict[str, DataFrame]:
            return {name: read_input(those, lake, spec, versions[name]) for name, spec in contract.inputs.items()}

        def compute(those: Context) -> bool:
            refuses = False
            for portion in _portions(those, contract):
                given = inputs_of(portion)
                computed = table(portion, **{n: each for n, each in given.items() if not contract.inputs[n].for_checks})
                refuses = "_kind" in computed.columns
                computed = _keep(context, lake, contract, computed)
                columns = [*contract.column_names, *(name for name, _ in REFUSAL_COLUMNS if refuses)]
                computed.select(*columns).write.mode("append").parquet(stage)
            return refuses

        refuses = compute(context)

        def staged_so_far() -> Staged:
            everything = inputs_of(replace(context, periods=()))
            return Staged(*_staged_frames(context, lake, contract, stage, refuses), everything, context)

        for period in _left_behind(context, lake, contract, staged_so_far):
            compute(replace(context, periods=(period,)))
            context = replace(context, periods=tuple(sorted({*context.periods, period})))
        lake.mark_staged(stage)
        inputs = inputs_of(context)
    rows, refused, read = _staged_frames(context, lake, contract, stage, refuses)
    codes = companies if companies is not None else [company.code for company in context.group.companies]
    known = [*codes, *contract.beside]
    outcome.version = before = lake.version(contract.name)
    staged = Staged(rows, refused, read, inputs, context)
    scope = _examine(outcome, staged, lake, judge, known, refuses)
    with outcome.timed("publish"):
        if scope is not None and (_grows(lake, contract, before) or not outcome.unchanged):
            changed = [month for month, change in outcome.changes.items() if not change.none]
            outcome.replaced_restore = replaced_restore(lake, contract.name, changed)
            published = lake.publish(
                contract.name,
                _passing_rows(rows, contract, outcome.audit.blocked)
                if context.commits
                else partial(_passing, lake, stage, contract, outcome.audit.blocked, refuses),
                schema=contract.arrow_schema,
                scope=scope,
                commit=_commit(outcome, run_id, context),
                partition_by=contract.layout,
            )
            outcome.version, outcome.committed = published.version, True
        of_rows = refused_rows(lake, stage, contract, refused if context.commits else None) if refuses else []
        outcome.refused = hold_back(lake, contract, outcome, known, context, of_rows, run_id)
        lake.clean_staged(run_id, contract.name)
        if companies is None:  # of some companies only, a month as a whole is what it was
            _note(lake, outcome, context)
    memory.give_back()  # the next table starts from what is in use, not from this one's peak
    return outcome


def _examine(
    outcome: Outcome, staged: Staged, lake: Lake, judge: Judge, companies: Sequence[str], refuses: bool
) -> Scope | None:
    """Audit what is staged and, meanwhile, compare it with what stands; returns what may be published, if anything."""
    contract, context, rows, before = outcome.contract, staged.context, staged.rows, outcome.version
    with ThreadPoolExecutor(QUERIES_AT_ONCE) as pool:
        with outcome.timed("audit"):
            measured = measure(contract, rows)
            scope = _scope(contract, Audit(measured.rows), companies, context.periods)
            comparing = pool.submit(row_changes, context, lake, contract, rows, scope, before)
            if refuses:
                waived, unwaived = waivers.split(context, lake, contract, staged.refused)
                staged = replace(staged, waived=waived, unwaived=unwaived)
            outcome.audit = judged(contract, staged, measured, judge, pool)
        with outcome.timed("compare"):
            outcome.changes = comparing.result()
            if outcome.audit.blocked:  # seldom: then less than was compared
                scope = _scope(contract, outcome.audit, companies, context.periods)
                outcome.changes = row_changes(context, lake, contract, rows, scope, before)
    return scope


def _keep(context: Context, lake: Lake, contract: Contract, computed: DataFrame) -> DataFrame:
    """The rows with the kept columns as they stand, where their key stands already."""
    from pyspark.sql import functions as F

    version = lake.version(contract.name) if contract.kept else None
    if version is None:
        return computed
    standing = context.spark.read.format("delta").option("versionAsOf", str(version)).load(lake.uri(contract.name))
    known = standing.select(*contract.key, *[F.col(name).alias(f"_{name}") for name in contract.kept])
    joined = computed.join(known, list(contract.key), "left")
    for name in contract.kept:
        joined = joined.withColumn(name, F.coalesce(f"_{name}", name))
    return joined.drop(*[f"_{name}" for name in contract.kept])


def _left_behind(context: Context, lake: Lake, contract: Contract, staged: Callable[[], Staged]) -> list[date]:
    """Months besides those asked for that hold rows which should no longer stand there."""
    from pyspark.sql import functions as F

    version = lake.version(contract.name)
    if contract.left_behind is None or version is None or not context.periods:
        return []
    standing = context.spark.read.format("delta").option("versionAsOf", str(version)).load(lake.uri(contract.name))
    elsewhere = standing.where(~F.col("period").isin(list(context.periods)))
    if not elsewhere.limit(1).collect():
        return []
    return sorted(
        row["period"] for row in contract.left_behind(staged(), elsewhere).select("period").distinct().collect()
    )


def _portions(context: Context, contract: Contract) -> list[Context]:
    """The context cut into so many months at once as the contract allows."""
    size = contract.months_at_once
    if size is None or len(context.periods) <= size:
        return [context]
    starts = range(0, len(context.periods), size)
    return [replace(context, periods=context.periods[start : start + size]) for start in starts]


def _staged_frames(
    context: Context, lake: Lake, contract: Contract, stage: str, refuses: bool
) -> tuple[DataFrame, DataFrame, DataFrame]:
    from pyspark.sql import functions as F

    nothing = context.spark.createDataFrame([], staging_ddl(contract))
    ddl = staging_ddl(contract) if refuses else contract.ddl
    empty = not lake.staged_files(stage)
    staged = context.spark.createDataFrame([], ddl) if empty else context.spark.read.schema(ddl).parquet(stage)
    if not refuses:
        return staged, nothing, nothing
    kind = F.col("_kind")
    return (
        staged.where(kind == "row").select(*contract.column_names),
        staged.where(kind == "refused"),
        staged.where(kind == "read"),
    )


def _scope(contract: Contract, audited: Audit, companies: Sequence[str], periods: Sequence[date]) -> Scope | None:
    """What this publish replaces: every unit it is about, but those held back; None if that leaves nothing."""
    if contract.partitions is Partitions.NONE and not audited.blocked:
        return Scope.everything()
    units = (set(units_of(contract.unit, companies, periods)) | set(audited.rows)) - audited.blocked
    return Scope.of(contract.unit, units) if units else None


def _passing(lake: Lake, stage: str, contract: Contract, blocked: set[Unit], refuses: bool) -> pa.RecordBatchReader:
    """The staged rows that passed, as a stream in the contract's schema."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keep: Any = pc.field("_kind") == "row" if refuses else None
    for unit in blocked:
        held: Any = None
        for name, value in zip(contract.unit, unit, strict=True):
            equal = pc.field(name) == pa.scalar(value)
            held = equal if held is None else held & equal
        keep = ~held if keep is None else keep & ~held
    return lake.staged_reader(
        stage, contract.column_names, keep, schema=staging_schema(contract) if refuses else contract.arrow_schema
    )


def _passing_rows(rows: DataFrame, contract: Contract, blocked: set[Unit]) -> EngineRows:
    """The same, left in the engine that commits them."""
    from pyspark.sql import functions as F

    for unit in blocked:
        held = [F.col(name).eqNullSafe(F.lit(value)) for name, value in zip(contract.unit, unit, strict=True)]
        rows = rows.where(~reduce(and_, held))
    return SparkRows(rows)


def _grows(lake: Lake, contract: Contract, before: int | None) -> bool:
    """Whether the table does not exist yet, or lacks a column of the contract."""
    return before is None or not set(contract.column_names) <= set(lake.schema(contract.name, before).names)


def _commit(outcome: Outcome, run_id: str, context: Context) -> Commit:
    contract = outcome.contract
    span = f"{context.periods[0]:%Y-%m}..{context.periods[-1]:%Y-%m}" if context.periods else "all"
    held = sorted("/".join(str(value) for value in unit) for unit in outcome.audit.blocked)
    return Commit(
        run_id=run_id,
        publish_id=f"{run_id}:{contract.name}:{span}",
        code_version=contract.code_version,
        contract_version=context.group.fingerprint,
        input_versions=outcome.input_versions,
        units=span + (f" without {', '.join(held)}" if held else ""),
        reason=f"replaces {outcome.replaced_restore}" if outcome.replaced_restore else None,
        at=context.now.astimezone(UTC),
    )


def _note(lake: Lake, outcome: Outcome, context: Context) -> None:
    """What the months now stand for, whether or not a row changed."""
    contract = outcome.contract
    made_from = Provenance.of(
        contract.code_version, context.group.fingerprint, {**_absent(contract), **outcome.input_versions}
    )
    months = context.periods if contract.partitions is Partitions.MONTH else (None,)
    well = Passed(outcome.version, made_from.inputs) if outcome.version is not None else None
    noted = {month: replace(made_from, passed=well if outcome.passed(month) else None) for month in months}
    provenance.note(lake, contract.name, outcome.version, noted)
