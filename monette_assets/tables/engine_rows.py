"""Publishing by the engine's own Delta: rows go from its workers to the table, none through this process.

For an engine on a JVM (a Spark cluster, Databricks). The embedded one's Delta writer is not to be trusted, so there
delta-rs commits (docs/decisions/0003).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from monette_assets.lake.engine_rows import EngineRows, Write
from monette_assets.lake.errors import Conflict, OutsideScope, SchemaMismatch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LOST = ("DELTA_CONCURRENT", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED")
OUTSIDE = "DELTA_REPLACE_WHERE_MISMATCH"
NULL = "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"


class SparkRows(EngineRows):
    """The rows of a frame."""

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame

    def commit(self, write: Write) -> None:
        """As `EngineRows.commit`, in one Spark job."""
        from pyspark.errors import PySparkException

        self._check_columns(write)
        writer = self.frame.select(*write.schema.names).write.format("delta").mode("overwrite")
        if write.predicate is not None:
            writer = writer.option("replaceWhere", write.predicate)
        if write.grows:
            writer = writer.option("mergeSchema", "true")
        if write.partition_by:  # else every task writes a file into every partition it has rows of
            writer = writer.partitionBy(*write.partition_by).option("optimizeWrite", "true")
        writer = writer.option("txnAppId", write.publish_id).option("txnVersion", "1")
        writer = writer.option("userMetadata", json.dumps(dict(write.metadata)))
        try:
            writer.save(write.uri)
        except PySparkException as problem:
            said = f"{problem.getCondition() or ''} {problem}"
            if any(name in said for name in LOST):
                raise Conflict(f"{write.table}: another writer was faster") from problem
            if OUTSIDE in said:
                raise OutsideScope(said[:500]) from problem
            if NULL in said:
                raise SchemaMismatch(f"{write.table}: {said[:500]}") from problem
            raise

    def _check_columns(self, write: Write) -> None:
        """No value is cast: what the contract says is what has to be there."""
        from pyspark.sql.pandas.types import from_arrow_schema

        expected = {field.name: field.dataType.simpleString() for field in from_arrow_schema(write.schema)}
        found = {field.name: field.dataType.simpleString() for field in self.frame.schema}
        problems = [f"{name}: missing" for name in expected if name not in found]
        problems += [f"{name}: not in the contract" for name in found if name not in expected]
        problems += [
            f"{name}: expected {kind}, found {found[name]}"
            for name, kind in expected.items()
            if name in found and found[name] != kind
        ]
        if problems:
            raise SchemaMismatch(f"{write.table}: {'; '.join(problems)}. Make the table's function return its contract")
