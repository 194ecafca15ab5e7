"""`waivers`: who let an entry of `quarantine` stand, and why, as a hash-chained log.

A waiver holds the entry word for word and covers exactly that: where a later run refuses something else, or the same
for another reason, it covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.tables import quarantine, standing_acts
from monette_assets.tables.contract import Column, Contract, Partitions
from monette_assets.tables.hash_chain import COLUMNS, Entry, entries
from monette_assets.tables.quarantine import CONTENT
from monette_assets.tables.standing_acts import told

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.lake import Lake
    from monette_assets.tables.table import Context

WAIVE, REVOKE = "waive", "revoke"

CONTRACT = Contract(
    name="waivers",
    description=(
        "Who waived which entry of `quarantine` and why, and who took a waiver back; one row an act, append-only and "
        "hash-chained. A waived entry stays in quarantine and does not keep its month from being complete."
    ),
    key=("number",),
    unit=("number",),
    partitions=Partitions.NONE,
    columns=(
        *COLUMNS,
        Column("action", "string", "What was done.", choices=(WAIVE, REVOKE)),
        Column("entry_id", "string", "The entry's short name."),
        *(quarantine.CONTRACT.column(name) for name in CONTENT),
        Column("who", "string", "Who did it."),
        Column("why", "string", "Why."),
        Column("at", "timestamp", "When."),
        Column("contract_version", "string", "Fingerprint of the group contract."),
    ),
)


def in_force(log: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The waivers that nobody took back, in the order of the log."""
    return standing_acts.in_force(log, CONTENT, WAIVE)


def covered_by(held: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]]) -> list[Entry | None]:
    """The waiver that covers each entry; None where none does."""
    return standing_acts.covered_by(held, log, CONTENT, WAIVE)


def marked(held: DataFrame, log: DataFrame) -> DataFrame:
    """The entries of quarantine with a column `waived`: whether a waiver in force covers each."""
    from pyspark.sql import functions as F

    waivers = standing_acts.frame_in_force(log, CONTENT, WAIVE).select(
        told(CONTENT).alias("_told"), F.lit(True).alias("waived")
    )
    joined = held.withColumn("_told", told(CONTENT)).join(waivers, "_told", "left").drop("_told")
    return joined.withColumn("waived", F.coalesce("waived", F.lit(False)))


def split(
    context: Context, lake: Lake, contract: Contract, refused: DataFrame
) -> tuple[DataFrame | None, DataFrame | None]:
    """Of a run's refused rows those that somebody waived, with who and why, and the others; None without any waiver."""
    from pyspark.sql import functions as F

    log = entries(lake, CONTRACT.name)
    found = [waiver for waiver in in_force(log) if waiver["table_name"] == contract.name]
    if not found:
        return None, None
    columns = [CONTRACT.column(name) for name in (*CONTENT, "who", "why")]
    known = context.relation(found, ", ".join(f"{column.name} {column.type}" for column in columns))
    known = known.select(told(CONTENT).alias("_told"), F.col("who").alias("_who"), F.col("why").alias("_why"))
    content = {
        **{name: F.col(f"_{name}") for name in CONTENT if f"_{name}" in refused.columns},
        **{name: F.col(name) if name in contract.unit else F.lit(None) for name in ("company", "period")},
        "table_name": F.lit(contract.name),
        "kind": F.when(F.col("_whole"), "report").otherwise("transaction"),
    }
    every = refused.withColumn("_told", told(CONTENT, content)).join(F.broadcast(known), "_told", "left")
    waived = F.col("_who").isNotNull()
    because = F.concat(F.col("_reason"), F.lit(" (waived by "), F.col("_who"), F.lit(": "), F.col("_why"), F.lit(")"))
    return every.where(waived).withColumn("_reason", because), every.where(~waived)
