"""How silver reads QuickBooks' lists: the newest version of each object, its fields typed, inside the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from monette_assets.tables import Check, Contract, Severity, Staged
from monette_assets.tables.table import staging_ddl, staging_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# The row's fields, from the entity and the object's JSON. A missing required field raises KeyError.
Extract = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def current_objects(objects: DataFrame, entities: Sequence[str], contract: Contract, extract: Extract) -> DataFrame:
    """The newest version of every object of the entities as rows of the contract, or refused with a reason.

    An object that was deleted stays, inactive: postings still refer to it.
    """
    from pyspark.sql import functions as F

    identity = ["company", "entity", "object_id"]
    listed = objects.where(F.col("entity").isin(list(entities)) & ~F.col("deleted"))
    newest = listed.groupBy(*identity).agg(F.max(F.struct("fetched_at", "content_hash")).alias("newest"))
    chosen = newest.select(
        *identity,
        F.col("newest.fetched_at").alias("fetched_at"),
        F.col("newest.content_hash").alias("content_hash"),
    )
    gone = (
        objects.where(F.col("entity").isin(list(entities)) & F.col("deleted"))
        .groupBy(*identity)
        .agg(F.max("fetched_at").alias("deleted_at"))
    )
    current = (
        listed.join(chosen, [*identity, "fetched_at", "content_hash"], "left_semi")
        .join(gone, identity, "left")
        .select(*identity, "payload", (F.col("deleted_at") > F.col("fetched_at")).alias("gone"))
    )
    schema = staging_schema(contract)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            rows = [row for found in batch.to_pylist() for row in _rows(found, extract)]
            yield pa.RecordBatch.from_pylist([{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema)

    return current.mapInArrow(read, staging_ddl(contract))


def _rows(found: Mapping[str, Any], extract: Extract) -> Iterator[dict[str, Any]]:
    import orjson

    where = f"{found['company']}: {found['entity']} {found['object_id']}"
    try:
        content = orjson.loads(found["payload"])
        fields = extract(found["entity"], content)
        if found["gone"]:
            fields["is_active"] = False
        yield {"company": found["company"], **fields, "_kind": "row"}
    except (ValueError, KeyError, TypeError) as error:
        yield {
            "company": found["company"],
            "_kind": "refused",
            "_reason": f"{where}: expected an object with its required fields, found {type(error).__name__}: {error}",
            "_path": "$",
            "_whole": False,
            "_transaction_type": found["entity"],
            "_transaction_id": found["object_id"],
            "_raw": found["payload"][:2_000],
        }


def _refused(staged: Staged) -> DataFrame:
    return staged.refused.select("company", "_transaction_type", "_transaction_id", "_reason")


NOTHING_REFUSED = Check(
    name="nothing_refused",
    description="Every object of the list was readable.",
    rule="ACCOUNTING 6",
    failures=_refused,
    severity=Severity.REPORTS,
    of_source=True,
    waivable=True,
)


def conserved(*entities: str) -> Check:
    """The check that every object of these types is a row or a refusal, whatever became of it since."""

    def lost(staged: Staged) -> DataFrame:
        from pyspark.sql import functions as F

        objects = staged.inputs["objects"].where(F.col("entity").isin(list(entities)) & ~F.col("deleted"))
        listed = objects.groupBy("company").agg(F.count_distinct("entity", "object_id").alias("objects"))
        published = staged.rows.groupBy("company").agg(F.count(F.lit(1)).alias("published"))
        refused = staged.refused.groupBy("company").agg(F.count(F.lit(1)).alias("refused"))
        both = (
            listed.join(published, "company", "full_outer")
            .join(refused, "company", "full_outer")
            .na.fill(0, ["objects", "published", "refused"])
        )
        return both.where(F.col("objects") != F.col("published") + F.col("refused"))

    return Check(
        name="conserved",
        description="Objects of the list in bronze = rows published + rows refused.",
        rule="ACCOUNTING 7",
        failures=lost,
        of_source=True,
    )


def text(content: Mapping[str, Any], *path: str) -> str | None:
    """The text at a path of the object; None where it is absent or empty."""
    value: Any = content
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value) if value not in (None, "") else None
