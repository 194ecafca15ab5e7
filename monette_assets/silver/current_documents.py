"""How silver reads QuickBooks' documents: the newest version of each, of the months asked for, inside the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.silver.parsing import CONSERVED, NOTHING_REFUSED
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Context, Contract
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

    from monette_assets.sources.quickbooks.documents import Document

__all__ = ["CONSERVED", "NOTHING_REFUSED", "current_documents"]

# A document's rows: values in the order of the contract's columns after company and period; amounts in cents.
Rows = Callable[["Document"], Iterable[Sequence[Any]]]

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def current_documents(context: Context, objects: DataFrame, contract: Contract, rows: Rows) -> DataFrame:
    """The newest version of every document of the months asked for as rows of the contract, or refused with a reason.

    Deleted documents are out. A document from before a company's first month stands in that month, as its balance
    does; one whose date cannot be read is refused in the month it was last changed in. A document is read whole or not
    at all, and every table of documents reads it alike, so they hold the same ones.
    """
    from pyspark.sql import functions as F

    identity = ["company", "entity", "object_id"]
    documents = objects.where(F.col("entity").isin(list(DOCUMENT_ENTITIES)))
    newest = documents.groupBy(*identity).agg(F.max("fetched_at").alias("fetched_at"))  # of a struct: 20 s at 0.2 M
    first, last = (f"{context.periods[position]:%Y-%m}" for position in (0, -1))
    dated = documents.where(~F.col("deleted")).select(
        *identity, "fetched_at", "payload", _month(context).alias("month")
    )
    current = (
        dated.where(F.col("month").between(first, last))
        .join(newest, [*identity, "fetched_at"], "left_semi")
        .select(*identity, "payload", "month")
    )
    schema = staging_schema(contract)
    homes = {company.code: company.home_currency for company in context.group.companies}

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _read(batch, homes, rows, schema)

    return current.mapInArrow(read, staging_ddl(contract))


def _month(context: Context) -> Column:
    """YYYY-MM of the document's month, not before its company's first."""
    from pyspark.sql import functions as F

    day = F.regexp_extract(F.coalesce(F.get_json_object("payload", "$.TxnDate"), F.lit("")), _DAY, 0)
    changed = F.when(F.col("modified_at") != "", F.col("modified_at")).otherwise(F.col("fetched_at").cast("string"))
    month = F.substring(F.when(day != "", day).otherwise(changed), 1, 7)
    group = context.group
    later: dict[date, list[str]] = {}
    for company in group.companies:
        if company.first_period > group.first_period:
            later.setdefault(company.first_period, []).append(company.code)
    first = F.lit(f"{group.first_period:%Y-%m}")
    for period, codes in later.items():
        first = F.when(F.col("company").isin(codes), f"{period:%Y-%m}").otherwise(first)
    return F.greatest(month, first)


def _read(batch: pa.RecordBatch, homes: Mapping[str, str], rows: Rows, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    from monette_assets.sources.quickbooks.documents import DocumentRefusedError, read_document

    found: list[tuple[Any, ...]] = []
    refused: list[dict[str, Any]] = []
    seen: dict[tuple[str, date], int] = {}
    columns = (batch.column(name).to_pylist() for name in ("company", "entity", "object_id", "payload", "month"))
    for company, entity, identifier, payload, month in zip(*columns, strict=True):
        unit = (company, date.fromisoformat(f"{month}-01"))
        seen[unit] = seen.get(unit, 0) + 1
        try:
            document = read_document(entity, payload, homes.get(company, ""))
            found += [(*unit, *row) for row in rows(document)]
        except DocumentRefusedError as error:
            refused.append(
                {
                    "company": company,
                    "period": unit[1],
                    "_kind": "refused",
                    "_reason": f"{company}: {entity} {identifier}: {error}",
                    "_path": error.path,
                    "_whole": False,
                    "_transaction_type": entity,
                    "_transaction_id": identifier,
                    "_raw": payload[:2_000],
                }
            )
    counted = [
        {"company": company, "period": period, "_kind": "read", "_rows_seen": count}
        for (company, period), count in seen.items()
    ]
    yield _good(found, schema)
    yield _filled([*refused, *counted], schema)


def _good(found: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of the contract as one batch; the columns of a refusal are empty."""
    import pyarrow as pa

    given = list(zip(*found, strict=True)) if found else []
    arrays = []
    for position, field in enumerate(schema):
        if position < len(given):
            arrays.append(_array(given[position], field.type))
        elif field.name == "_kind":
            arrays.append(pa.repeat(pa.scalar("row", pa.string()), len(found)))
        else:
            arrays.append(pa.nulls(len(found), field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(given: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column; amounts of two decimals come as cents."""
    import numpy as np
    import pyarrow as pa

    from monette_assets.sources.quickbooks.reports import values
    from monette_assets.sources.quickbooks.reports.refusals import MONEY

    if kind != MONEY:
        return pa.array(given, kind)
    null = np.array([cents is None for cents in given], np.bool_)
    return values.from_cents(np.array([cents or 0 for cents in given], np.int64), null)


def _filled(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema)
