"""A lake whose publishes an engine commits; as a program, one publish by a client of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.lake import Lake, Scope
from monette_assets.tables.engine_rows import SparkRows
from monette_assets_tests.lake.books import SCHEMA, commit, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from monette_assets.lake import Published

TABLE = "gold/profit_and_loss"
PUBLISH = "a publish whose answer nobody heard"
DATA = table([("north", date(2025, 1, 1), f"{number}", Decimal(number)) for number in range(200)])


@dataclass(frozen=True)
class EngineLake(Lake):
    """A lake whose publishes are committed by an engine."""

    spark: SparkSession | None = None

    def rows(self, data: Any) -> DataFrame:
        """The data as a frame of the engine."""
        from pyspark.sql.pandas.types import from_arrow_schema

        assert self.spark is not None
        return self.spark.createDataFrame(data.to_pylist(), from_arrow_schema(data.schema))

    def publish(self, table: str, data: Any, **how: Any) -> Published:
        return super().publish(table, SparkRows(self.rows(data)), **how)


def main() -> None:
    """Publish, as the client of the server at argv[1] on the lake at argv[2]."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(sys.argv[1]).create()
    lake = EngineLake(sys.argv[2], spark=session)
    lake.publish(TABLE, DATA, schema=SCHEMA, scope=Scope.everything(), commit=commit(PUBLISH))


if __name__ == "__main__":
    main()
