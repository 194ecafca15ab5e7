"""QuickBooks objects as bronze keeps them, written out in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from monette_assets.bronze.quickbooks_objects import CONTRACT
from monette_assets_tests.frames import Row, frame, rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# company, entity, fetched, what QuickBooks sent (text where it is no JSON); None: it was deleted
Version = tuple[str, str, str, dict[str, Any] | str | None]


def objects_of(spark: SparkSession, *versions: Version) -> DataFrame:
    """The versions as the bronze table. An object that is no JSON, or a deletion, has the id 1."""
    return frame(spark, CONTRACT, object_rows(*versions))


def object_rows(*versions: Version) -> list[Row]:
    """The versions as rows of the bronze table."""
    lines = [
        (
            company,
            entity,
            str(content["Id"]) if isinstance(content, dict) and "Id" in content else "1",
            content is None,
            fetched,
            content if isinstance(content, str) else orjson.dumps(content or {}).decode(),
            str(number),
        )
        for number, (company, entity, fetched, content) in enumerate(versions)
    ]
    header = "company entity object_id deleted fetched_at payload content_hash"
    return rows(CONTRACT, header, *lines)
