"""The closes of some months, of companies and of the group, each with what it is compared with: the next close of the
month, or what stands now.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from monette_assets.tables import Column
from monette_assets.tables.closes import APPROVE, CLOSE, closed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from pyspark.sql import DataFrame

    from monette_assets.tables import Context, Contract

CLOSED, REOPENED, SUPERSEDED = "closed", "reopened", "superseded"

# What every row of a restatement says about its close.
CLOSE_COLUMNS = (
    Column("close_number", "bigint", "Number of the close it departs from.", source=("closes.number",)),
    Column("closed_at", "timestamp", "When that was.", source=("closes.at",)),
    Column("state", "string", "Whether that close is in force, the month was reopened since, or closed again.",
           source=("closes.action",), choices=(CLOSED, REOPENED, SUPERSEDED)),
    Column("next_close", "bigint", "The later close that took it in; null: compared with what stands now.",
           source=("closes.number",), nullable=True),
)  # fmt: skip
_DDL = (
    "close_id string, next_close_id string, company string, period date, close_number bigint, closed_at timestamp, "
    "state string, next_close bigint"
)


def closes_of(context: Context, closes: DataFrame) -> DataFrame | None:
    """Every close of the context's months, with `next_close_id` where the month was closed again; None without any.

    The log is small: one row an act of a person.
    """
    from pyspark.sql import functions as F

    wanted = closes.where((F.col("action") != APPROVE) & F.col("period").isin(list(context.periods)))
    acts: dict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted((row.asDict() for row in wanted.collect()), key=lambda row: row["number"]):
        acts[row["company"], row["period"]].append(row)
    rows = []
    for (company, period), log in acts.items():
        made = [row for row in log if row["action"] == CLOSE]
        for close, later in zip(made, [*made[1:], None], strict=True):
            standing = CLOSED if log[-1] is close else REOPENED
            rows.append(
                {
                    "close_id": close["close_id"],
                    "next_close_id": later["close_id"] if later else None,
                    "company": company,
                    "period": period,
                    "close_number": close["number"],
                    "closed_at": close["at"],
                    "state": SUPERSEDED if later else standing,
                    "next_close": later["number"] if later else None,
                }
            )
    return context.relation(rows, _DDL) if rows else None


def restated(rows: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]]) -> set[tuple[str, date]]:
    """The company-months whose close in force some rows of gold/restatements depart from.

    By the log, as it is now: `state` of the rows is as of the last run.
    """
    in_force = {unit: act["number"] for unit, act in closed(log).items()}
    return {unit for row in rows if in_force.get(unit := (row["company"], row["period"])) == row["close_number"]}


def as_declared(rows: DataFrame, contract: Contract) -> DataFrame:
    """A record's rows with the columns it gained since they were written, as null."""
    from pyspark.sql import functions as F

    there = set(rows.columns)
    return rows.select(
        *[
            F.col(column.name) if column.name in there else F.lit(None).cast(column.type).alias(column.name)
            for column in contract.columns
        ]
    )


def both_sides(pairs: DataFrame, frozen: DataFrame, present: DataFrame) -> DataFrame:
    """Rows as each close froze them (`side` -1), and as the next close froze them or as they stand (`side` 1).

    `present` has the columns of `frozen` but `close_id`.
    """
    from pyspark.sql import functions as F

    about = [column.name for column in CLOSE_COLUMNS]
    columns = present.columns
    closed = pairs.select("close_id", *about).join(frozen, "close_id")
    later = pairs.select(F.col("next_close_id").alias("close_id"), *about).join(frozen, "close_id")
    now = pairs.where(F.col("next_close_id").isNull()).select("company", "period", *about)
    standing = present.join(now, ["company", "period"])
    sides = [(closed, -1), (later, 1), (standing, 1)]
    union = [each.select(*about, *columns, F.lit(sign).alias("side")) for each, sign in sides]
    return union[0].unionByName(union[1]).unionByName(union[2])
