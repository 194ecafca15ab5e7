"""How silver reads bronze: the newest fetch of each report, parsed inside the engine, refusals beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.tables import Check, Contract, Severity, Staged
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.refusals import Parsed

# (report, payloads, company, period, basis) -> what was parsed
Parser = Callable[[str, Sequence[str], str, date, str], "Parsed"]
BATCH_ROWS = 32_768
FETCH_COLUMNS = ("company", "period", "basis", "report", "fetch_id", "payloads")


def newest_fetches(reports: DataFrame, wanted: Sequence[str]) -> DataFrame:
    """The newest fetch of each of the wanted reports, per company, month and basis.

    Their ids are few and are looked up first: joined instead, the payloads would become the join's table in memory.
    """
    from pyspark.sql import functions as F

    identity = ["company", "period", "basis", "report"]
    fetches = reports.where(F.col("report").isin(list(wanted)))
    newest = fetches.groupBy(*identity).agg(F.max(F.struct("fetched_at", "fetch_id")).alias("newest"))
    chosen = [row["fetch_id"] for row in newest.select(F.col("newest.fetch_id").alias("fetch_id")).collect()]
    return fetches.where(F.col("fetch_id").isin(chosen)).select(*FETCH_COLUMNS)


def classifications(accounts: DataFrame) -> dict[str, dict[str, str]]:
    """company -> account id -> classification: where a report leaves a sign open, or is another company's."""
    found: dict[str, dict[str, str]] = {}
    for row in accounts.select("company", "account_id", "classification").collect():
        found.setdefault(row["company"], {})[row["account_id"]] = row["classification"]
    return found


def parse(fetches: DataFrame, contract: Contract, parser: Parser) -> DataFrame:
    """Parse every fetch into the contract's columns and those of a refusal. Runs wherever the engine runs it."""
    ddl = staging_ddl(contract)
    schema = staging_schema(contract)
    names = contract.column_names

    def parse_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            columns = [batch.column(name) for name in FETCH_COLUMNS]
            found: list[pa.RecordBatch] = []
            rows = 0
            for position in range(batch.num_rows):
                company, period, basis, report, _, payloads = (column[position].as_py() for column in columns)
                parsed = parser(report, payloads, company, period, basis)
                found += staging_batches(parsed, schema, names)
                seen = parsed.counts.data_rows - parsed.counts.not_postings
                found.append(count_batch(schema, {"company": company, "period": period, "basis": basis}, seen))
                rows += parsed.lines.num_rows
                if rows >= BATCH_ROWS or position == batch.num_rows - 1:  # few large batches: each has its price
                    yield from pa.Table.from_batches(found, schema).combine_chunks().to_batches()
                    found, rows = [], 0

    return fetches.mapInArrow(parse_batches, ddl)


def staging_batches(parsed: Parsed, schema: pa.Schema, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Rows, refusals and the count of what the report held, in the staging schema."""
    import pyarrow as pa

    lines = parsed.lines
    if lines.num_rows:
        kinds = pa.array(["row"], pa.string()).take(pa.array([0] * lines.num_rows))
        yield from _fill(lines.select([name for name in names if name in lines.column_names]), {"_kind": kinds}, schema)
    refusals = parsed.refusals
    if refusals.num_rows:
        reasons = [
            f"{reason}: {detail}"
            for reason, detail in zip(
                refusals.column("reason").to_pylist(), refusals.column("detail").to_pylist(), strict=True
            )
        ]
        extra = {
            "_kind": pa.array(["refused"] * refusals.num_rows, pa.string()),
            "_reason": pa.array(reasons, pa.string()),
            "_path": refusals.column("path"),
            "_whole": pa.array([scope == "report" for scope in refusals.column("scope").to_pylist()]),
            "_transaction_type": refusals.column("transaction_type"),
            "_transaction_id": refusals.column("transaction_id"),
            "_amount": refusals.column("amount"),
            "_raw": refusals.column("raw"),
        }
        identity = [name for name in ("company", "period", "basis") if name in schema.names]
        yield from _fill(refusals.select(identity), extra, schema)


def count_batch(schema: pa.Schema, identity: Mapping[str, Any], rows_seen: int) -> pa.RecordBatch:
    """The row that says how many rows a source report held (ACCOUNTING 7)."""
    import pyarrow as pa

    row = {**dict.fromkeys(schema.names), **identity, "_kind": "read", "_rows_seen": rows_seen}
    return pa.RecordBatch.from_pylist([row], schema=schema)


def _fill(table: pa.Table, extra: Mapping[str, Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name in extra:
            columns.append(extra[field.name])
        elif field.name in table.column_names:
            columns.append(table.column(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    yield from pa.table(columns, schema=schema).to_batches(max_chunksize=65_536)


def _unreadable(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = ["company", "period", "_reason", "_path"]
    return staged.refused.where(F.col("_whole")).select(*columns)


def _refused(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = ["company", "period", "_transaction_type", "_transaction_id", "_amount", "_reason", "_path"]
    return staged.refused.where(~F.col("_whole")).select(*columns)


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    unit = ["company", "period"]
    published = staged.rows.groupBy(*unit).agg(F.count(F.lit(1)).alias("published"))
    refused = staged.refused.groupBy(*unit).agg(
        F.count(F.lit(1)).alias("refused"), F.max(F.col("_whole").cast("int")).alias("whole")
    )
    read = staged.read.groupBy(*unit).agg(F.sum("_rows_seen").alias("read"))
    both = (
        read.join(published, unit, "full_outer")
        .join(refused, unit, "full_outer")
        .na.fill(0, ["read", "published", "refused", "whole"])
    )
    return both.where((F.col("whole") == 0) & (F.col("read") != F.col("published") + F.col("refused")))


READABLE = Check(
    name="readable",
    description="Every report was recognised, whole, of its company and month, and adds up to its printed totals.",
    rule="ACCOUNTING 6",
    failures=_unreadable,
)
NOTHING_REFUSED = Check(
    name="nothing_refused",
    description="Every transaction was readable; what was not is in quarantine.",
    rule="ACCOUNTING 1",
    failures=_refused,
    severity=Severity.REPORTS,
)
CONSERVED = Check(
    name="conserved",
    description="Rows in the report = rows published + rows refused.",
    rule="ACCOUNTING 7",
    failures=_not_conserved,
)
