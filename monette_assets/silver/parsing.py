"""How silver reads bronze: the newest fetch of each report, parsed inside the engine, refusals beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.sources.quickbooks.reports.company import Account, of_company
from monette_assets.sources.quickbooks.transaction_types import PRINTED_TYPES
from monette_assets.tables import Check, Context, Contract, Severity, Staged
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from monette_assets.sources.quickbooks.reports.refusals import Parsed

# (report, payloads, company, period, basis) -> what was parsed
Parser = Callable[[str, Sequence[str], str, date, str], "Parsed"]
BATCH_ROWS = 32_768
FETCHES = 48  # parsed at once in a process: a small report takes milliseconds
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


def charts(accounts: DataFrame) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, Account]]]:
    """company -> account id -> classification, where a report leaves a sign open; and -> number and name."""
    classes: dict[str, dict[str, str]] = {}
    known: dict[str, dict[str, Account]] = {}
    columns = ("company", "account_id", "account_number", "account_name", "classification")
    for company, account_id, number, name, classification in accounts.select(*columns).collect():
        classes.setdefault(company, {})[account_id] = classification
        known.setdefault(company, {})[account_id] = Account(number, name)
    return classes, known


def parse_newest(
    context: Context,
    reports: DataFrame,
    accounts: DataFrame,
    wanted: Sequence[str],
    contract: Contract,
    parse_report: Callable[..., Parsed],
) -> DataFrame:
    """Parse the newest fetches of the wanted reports, each with its company's home currency and chart of accounts.

    A report of accounts that are another company's is refused.
    `parse_report` takes the report, its payloads, and the rest by name, as the parsers of the source do.
    """
    currencies = {company.code: company.home_currency for company in context.group.companies}
    classes, known = charts(accounts)

    def parser(report: str, payloads: Sequence[str], company: str, period: date, basis: str) -> Parsed:
        parsed = parse_report(
            report,
            payloads,
            company=company,
            period=period,
            basis=basis,
            home_currency=currencies[company],
            classification=classes.get(company),
        )
        if "account_id" not in parsed.lines.column_names:
            return parsed
        chart = known.get(company, {})
        return of_company(parsed, chart, company=company, period=period, basis=basis, report=report)

    return parse(context, newest_fetches(reports, wanted), contract, parser)


def parse(context: Context, fetches: DataFrame, contract: Contract, parser: Parser) -> DataFrame:
    """Parse every fetch into the contract's columns and those of a refusal. Runs wherever the engine runs it."""
    ddl = staging_ddl(contract)
    schema = staging_schema(contract)

    def parse_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = [batch.column(name) for name in FETCH_COLUMNS]
            found: list[Parsed] = []
            units: list[tuple[str, date, str]] = []
            for position in range(batch.num_rows):
                company, period, basis, report, _, payloads = (column[position].as_py() for column in columns)
                found.append(parser(report, payloads, company, period, basis))
                units.append((company, period, basis))
                if sum(each.lines.num_rows for each in found) >= BATCH_ROWS:
                    yield from staging_batches(found, units, schema)
                    found, units = [], []
            yield from staging_batches(found, units, schema)

    return context.map_batches(fetches, parse_batches, ddl, FETCHES)


def staging_batches(
    parsed: Sequence[Parsed], units: Sequence[tuple[str, date, str]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Rows, refusals and the counts of what the reports held (ACCOUNTING 7), each of all reports at once.

    `units` are the company, period and basis of each report.
    """
    import pyarrow as pa

    from monette_assets.sources.quickbooks.reports import values
    from monette_assets.sources.quickbooks.reports.refusals import MONEY

    if not parsed:
        return
    lines = pa.concat_tables([each.lines for each in parsed])
    yield from _fill(lines, {"_kind": _constant("row", lines.num_rows)}, schema)
    refusals = pa.concat_tables([each.refusals for each in parsed])
    if refusals.num_rows:
        told = zip(refusals.column("reason").to_pylist(), refusals.column("detail").to_pylist(), strict=True)
        extra = {
            "_kind": _constant("refused", refusals.num_rows),
            "_reason": pa.array([f"{reason}: {detail}" for reason, detail in told], pa.string()),
            "_path": refusals.column("path"),
            "_whole": pa.array([scope == "report" for scope in refusals.column("scope").to_pylist()]),
            "_transaction_type": refusals.column("transaction_type"),
            "_transaction_id": refusals.column("transaction_id"),
            "_amount": refusals.column("amount"),
            "_raw": refusals.column("raw"),
        }
        yield from _fill(refusals.select(["company", "period", "basis"]), extra, schema)
    seen = [each.counts.data_rows - each.counts.not_postings for each in parsed]
    gross = [None if each.counts.gross is None else values.decimal(each.counts.gross) for each in parsed]
    identity = pa.Table.from_pylist(
        [dict(zip(("company", "period", "basis"), unit, strict=True)) for unit in units],
        schema=pa.schema([schema.field(name) for name in ("company", "period", "basis")]),
    )
    counts = {
        "_kind": _constant("read", len(units)),
        "_rows_seen": pa.array(seen, pa.int64()),
        "_gross_seen": pa.array(gross, MONEY),
    }
    yield from _fill(identity, counts, schema)


def _constant(text: str, length: int) -> pa.Array:
    import pyarrow as pa

    return pa.repeat(pa.scalar(text, pa.string()), length)


def _fill(table: pa.Table, extra: Mapping[str, Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The table's columns and the extra ones in the schema's order, null where there is neither."""
    import pyarrow as pa

    columns = [
        extra[field.name]
        if field.name in extra
        else table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    yield from pa.table(columns, schema=schema).combine_chunks().to_batches(max_chunksize=65_536)


def _unreadable(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = ["company", "period", "_reason", "_path"]
    return staged.refused.where(F.col("_whole")).select(*columns)


def _refused(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    columns = ["company", "period", "_transaction_type", "_transaction_id", "_amount", "_reason", "_path"]
    return staged.refused.where(~F.col("_whole")).select(*columns)


def _not_conserved(staged: Staged) -> DataFrame:
    """Rows, and where a report's parser counted them amounts without their signs, of every report."""
    from pyspark.sql import functions as F

    there = staged.rows.columns
    unit: list[str] = [name for name in ("company", "period", "basis") if name in there]
    one, zero = F.count(F.lit(1)), F.lit(0).cast("decimal(28, 2)")
    name = next((each for each in ("open_balance", "amount") if each in there), None)  # an aging counts what is open
    amount = F.sum(F.abs(name)) if name else zero
    published = staged.rows.groupBy(*unit).agg(one.alias("published"), amount.alias("amount_published"))
    refused = staged.refused.groupBy(*unit).agg(
        one.alias("refused"),
        F.coalesce(F.sum(F.abs("_amount")), zero).alias("amount_refused"),
        F.max(F.col("_whole").cast("int")).alias("whole"),
    )
    read = staged.read.groupBy(*unit).agg(F.sum("_rows_seen").alias("read"), F.sum("_gross_seen").alias("amount_read"))
    both = (
        read.join(published, unit, "full_outer")
        .join(refused, unit, "full_outer")
        .na.fill(0, ["read", "published", "refused", "whole", "amount_published", "amount_refused"])
    )
    lost = F.col("amount_read") - F.col("amount_published") - F.col("amount_refused")
    return both.where(
        (F.col("whole") == 0)
        & ((F.col("read") != F.col("published") + F.col("refused")) | (F.coalesce(lost, zero) != 0))
    )


READABLE = Check(
    name="readable",
    description="Every report was recognised, whole, of its company and month, and adds up to its printed totals.",
    rule="ACCOUNTING 6",
    failures=_unreadable,
    of_source=True,
)
NOTHING_REFUSED = Check(
    name="nothing_refused",
    description="Every transaction was readable; what was not is in quarantine.",
    rule="ACCOUNTING 1",
    failures=_refused,
    severity=Severity.REPORTS,
    of_source=True,
    waivable=True,
)
CONSERVED = Check(
    name="conserved",
    description="Rows in the report = rows published + rows refused, and amounts likewise, by basis.",
    rule="ACCOUNTING 7",
    failures=_not_conserved,
    of_source=True,
)


FEW = 2  # transactions to judge a company-month by


def _of_others(staged: Staged) -> DataFrame:
    """Company-months most of whose transactions are not among the company's documents, by type, id and date."""
    from pyspark.sql import functions as F

    unit = ["company", "period"]
    printed = [{"transaction_type": name, "document_type": entity} for name, entity in PRINTED_TYPES.items() if entity]
    types = staged.context.relation(printed, "transaction_type string, document_type string")
    documents = staged.inputs["documents"].select(
        "company",
        "document_type",
        F.col("document_id").alias("transaction_id"),
        F.col("document_date").alias("transaction_date"),
        F.lit(1).alias("known"),
    )
    judged = documents.select("company").distinct()  # of the others no documents were ever fetched
    identity = ["company", "document_type", "transaction_id", "transaction_date"]
    transactions = (
        staged.rows.join(types, "transaction_type").select("period", *identity).distinct().join(judged, "company")
    )
    counted = (
        transactions.join(documents, identity, "left")
        .groupBy(*unit)
        .agg(F.count(F.lit(1)).alias("transactions"), F.sum(F.coalesce("known", F.lit(0))).alias("known_documents"))
    )
    return counted.where((F.col("transactions") >= FEW) & (F.col("known_documents") * 2 < F.col("transactions")))


OF_COMPANY = Check(
    name="of_company",
    description="At least half of the transactions are known as documents of the company, by type, id and date.",
    rule="ACCOUNTING 6",
    failures=_of_others,
)
