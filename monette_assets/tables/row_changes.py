"""What a refresh changes: rows by key, what is staged against what stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monette_assets.lake import Lake, Scope
from monette_assets.tables.contract import NESTED, Contract, Partitions
from monette_assets.tables.contract import Column as ContractColumn
from monette_assets.tables.table import Context

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows by key against what stood there before."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def none(self) -> bool:
        return not (self.added or self.changed or self.removed)


def row_changes(
    context: Context, lake: Lake, contract: Contract, rows: DataFrame, scope: Scope | None, before: int | None
) -> dict[date | None, RowChanges]:
    """Rows added, changed and removed by key within the scope, per month."""
    from pyspark.sql import functions as F

    if scope is None:
        return {}

    monthly = "period" in contract.column_names and contract.partitions is Partitions.MONTH
    month = F.col("period") if monthly else F.lit(None).cast("date")
    within = scope.predicate or "true"
    new = rows.where(within)
    if before is None:
        counted = new.groupBy(month.alias("month")).count().collect()
        return {row["month"]: RowChanges(added=row["count"]) for row in counted}
    current = context.spark.read.format("delta").option("versionAsOf", str(before)).load(lake.uri(contract.name))
    there = lake.schema(contract.name, before).names
    for column in contract.columns:
        if column.name not in there:
            current = current.withColumn(column.name, F.lit(None).cast(column.type))
    key, content = list(contract.key), _content(contract)
    named = [_comparable(contract.column(name)) for name in key]
    old = current.where(within).select(*named, month.alias("old_month"), content.alias("old_content"))
    if monthly and not old.limit(1).collect():
        counted = new.groupBy(month.alias("month")).count().collect()
        return {row["month"]: RowChanges(added=row["count"]) for row in counted}
    both = new.select(*named, month.alias("new_month"), content.alias("new_content")).join(old, key, "full_outer")
    is_new, is_old = F.col("new_content").isNotNull(), F.col("old_content").isNotNull()
    counted = (
        both.groupBy(F.coalesce("new_month", "old_month").alias("month"))
        .agg(
            F.sum(F.when(is_new & ~is_old, 1).otherwise(0)).alias("added"),
            F.sum(F.when(is_new & is_old & (F.col("new_content") != F.col("old_content")), 1).otherwise(0)).alias(
                "changed"
            ),
            F.sum(F.when(is_old & ~is_new, 1).otherwise(0)).alias("removed"),
        )
        .collect()
    )
    return {row["month"]: RowChanges(row["added"], row["changed"], row["removed"]) for row in counted}


def _content(contract: Contract) -> Column:
    """A row's content as one number. The hash passes over nulls, so which columns are null is part of it."""
    from pyspark.sql import functions as F

    nulls = [F.when(F.col(column.name).isNull(), "1").otherwise("0") for column in contract.columns if column.nullable]
    values = [
        F.to_json(column.name) if NESTED.match(column.type) else F.col(column.name) for column in contract.columns
    ]
    return F.xxhash64(*values, *([F.concat(*nulls)] if nulls else []))


def _comparable(column: ContractColumn) -> Column:
    """A column of a key as the join compares it: there, null equals nothing."""
    from pyspark.sql import functions as F

    if not column.nullable:
        return F.col(column.name)
    return F.coalesce(F.col(column.name).cast("string"), F.lit("")).alias(column.name)
