"""How silver reads QuickBooks' documents: the newest version of each, of the months asked for, inside the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from monette_assets.silver.parsing import CONSERVED, NOTHING_REFUSED
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES
from monette_assets.tables import Context, Contract
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

    from monette_assets.group import Group
    from monette_assets.sources.quickbooks.documents import Document
    from monette_assets.tables.reach import Change, Periods

__all__ = ["CONSERVED", "NOTHING_REFUSED", "current_documents", "months_of_documents"]

# A document's row: values in the order of the contract's columns after company and period; amounts in cents.
Row = Callable[["Document"], Sequence[Any]]

# company, entity and id of a document, and its newest version, where it has more than one.
Newest = Mapping[tuple[str, str, str], Decimal]

IDENTITY = ("company", "entity", "object_id")
_MONTH = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])-")


def current_documents(context: Context, objects: DataFrame, contract: Contract, row: Row) -> DataFrame:
    """The newest version of every document of the months asked for as a row of the contract, or refused with a reason.

    Deleted documents are out. Of versions fetched at the same moment one is taken, always the same. A document from
    before a company's first month stands in that month, as its balance does; one whose month cannot be read is
    refused in the month it was last changed in. A document is read whole or not at all.
    """
    from pyspark.sql import functions as F

    documents = objects.where(F.col("entity").isin(list(DOCUMENT_ENTITIES))).withColumn("version", _version())
    asked = documents.where(~F.col("deleted") & ~_elsewhere(context)).select(
        *IDENTITY, "version", "payload", "modified_at", F.to_date("fetched_at").alias("fetched_on")
    )
    several = _several(documents)
    newest = _looked_up(several) if context.embedded else {}
    current = asked if context.embedded else _joined(asked, several)
    schema = staging_schema(contract)
    homes = {company.code: company.home_currency for company in context.group.companies}
    months = _Months.of(context)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _read(_current(batch, newest), months, homes, row, schema)

    return context.map_batches(current, read, staging_ddl(contract))


def months_of_documents(change: Change) -> Periods:
    """The months that new versions of documents reach: where they stand now, and where they stood."""
    import pyarrow.compute as pc

    if change.before < 0:
        return None
    versions = change.appended(["company", "entity", "object_id", "payload", "modified_at", "fetched_at"]).to_pylist()
    everything = (change.group.first_period, date.max)
    months = _Months(*everything, _firsts(change.group))
    found = {
        months.month(row["company"], row["payload"], row["modified_at"], row["fetched_at"].date())
        for row in versions
        if row["payload"] and row["company"] in months.firsts
    }
    if versions and change.lake.exists(change.table.name):
        named = {(row["company"], row["entity"], row["object_id"]) for row in versions}
        columns = ["company", "document_type", "document_id", "period"]
        where = pc.field("document_id").isin(sorted({identifier for _, _, identifier in named}))
        for row in change.lake.read(change.table.name, columns=columns, filters=where).to_pylist():
            if (row["company"], row["document_type"], row["document_id"]) in named:
                found.add(row["period"])
    return {period for period in found if period is not None}


def _firsts(group: Group) -> dict[str, date]:
    return {company.code: max(company.first_period, group.first_period) for company in group.companies}


def _elsewhere(context: Context) -> Column:
    """Whether a document's date is in a month that was not asked for. Where it is none of ours, Python decides."""
    from pyspark.sql import functions as F

    from monette_assets.group.calendar import period_of  # not above: workers import this module

    group = context.group
    others = set(group.periods(group.first_period, max(period_of(context.now.date()), context.periods[-1])))
    others -= {*context.periods, *(max(company.first_period, group.first_period) for company in group.companies)}
    month = F.substring(F.coalesce(F.get_json_object("payload", "$.TxnDate"), F.lit("")), 1, 7)
    return month.isin([f"{period:%Y-%m}" for period in sorted(others)]) if others else F.lit(False)


def _version() -> Column:
    """Later versions are larger; those of one moment differ by their content. A number: text is slow."""
    from pyspark.sql import functions as F

    digits = "1" + "0" * 18
    moment = F.unix_micros("fetched_at").cast("decimal(18, 0)") * F.lit(digits).cast("decimal(19, 0)")
    content = F.pmod(F.xxhash64("content_hash"), F.lit(int(digits)))
    return (moment + content.cast("decimal(18, 0)")).cast("decimal(38, 0)")


def _several(documents: DataFrame) -> DataFrame:
    """The newest version of every document that has more than one."""
    from pyspark.sql import functions as F

    told = documents.groupBy(*IDENTITY).agg(F.max("version").alias("newest"), F.count(F.lit(1)).alias("versions"))
    return told.where(F.col("versions") > 1).select(*IDENTITY, "newest")


def _joined(asked: DataFrame, several: DataFrame) -> DataFrame:
    """Without the versions that a newer one, or one that says the document is gone, has replaced: by the engine."""
    from pyspark.sql import functions as F

    both = asked.join(several, list(IDENTITY), "left")
    return both.where(F.col("newest").isNull() | (F.col("newest") == F.col("version"))).drop("newest")


def _looked_up(several: DataFrame) -> Newest:
    """The same as a dictionary, for the embedded engine: of a join it holds the payloads in memory."""
    *identity, newest = (column.to_pylist() for column in several.toArrow().columns)
    return dict(zip(zip(*identity, strict=True), newest, strict=True))


def _current(batch: pa.RecordBatch, newest: Newest) -> pa.RecordBatch:
    """Without the versions that are not the newest."""
    import pyarrow as pa

    if not newest:
        return batch
    versions = batch.column("version")
    identities = zip(*(batch.column(name).to_pylist() for name in IDENTITY), strict=True)
    latest = (newest.get(identity) for identity in identities)
    current = [last is None or last == versions[at].as_py() for at, last in enumerate(latest)]
    return batch.filter(pa.array(current, pa.bool_()))


@dataclass(frozen=True)
class _Months:
    """The months asked for, and each company's first one."""

    first: date
    last: date
    firsts: Mapping[str, date]

    @classmethod
    def of(cls, context: Context) -> _Months:
        return cls(context.periods[0], context.periods[-1], _firsts(context.group))

    def month(self, company: str, payload: str, modified_at: str, fetched_on: date) -> date | None:
        """The document's month, not before its company's first; None where it was not asked for."""
        from monette_assets.sources.quickbooks.documents import date_text

        told = _MONTH.match(date_text(payload)) or _MONTH.match(modified_at)
        month = max(date.fromisoformat(f"{told[0]}01") if told else fetched_on.replace(day=1), self.firsts[company])
        return month if self.first <= month <= self.last else None


def _read(
    batch: pa.RecordBatch, months: _Months, homes: Mapping[str, str], row: Row, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    from monette_assets.sources.quickbooks.documents import DocumentRefusedError, read_document

    found: list[tuple[Any, ...]] = []
    refused: list[dict[str, Any]] = []
    seen: dict[tuple[str, date], int] = {}
    names = ("company", "entity", "object_id", "payload", "modified_at", "fetched_on")
    columns = (batch.column(name).to_pylist() for name in names)
    for company, entity, identifier, payload, modified_at, fetched_on in zip(*columns, strict=True):
        month = months.month(company, payload, modified_at, fetched_on)
        if month is None:
            continue
        unit = (company, month)
        seen[unit] = seen.get(unit, 0) + 1
        try:
            document = read_document(entity, payload, homes.get(company, ""))
            found.append((*unit, *row(document)))
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
    """A column; amounts of two decimals come as cents, nested rows as tuples."""
    import numpy as np
    import pyarrow as pa

    from monette_assets.sources.quickbooks.reports import values
    from monette_assets.sources.quickbooks.reports.refusals import MONEY

    if pa.types.is_list(kind):
        inside = kind.value_type
        flat = [nested for rows in given for nested in rows]
        columns = list(zip(*flat, strict=True)) or [()] * inside.num_fields
        fields = [_array(column, inside.field(at).type) for at, column in enumerate(columns)]
        ends = accumulate((len(rows) for rows in given), initial=0)
        structs = pa.StructArray.from_arrays(fields, fields=[inside.field(at) for at in range(inside.num_fields)])
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), structs, type=kind)
    if kind != MONEY:
        return pa.array(given, kind)
    null = np.array([cents is None for cents in given], np.bool_)
    return values.from_cents(np.array([cents or 0 for cents in given], np.int64), null)


def _filled(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema)
