"""Acts of a person that cover something word for word until they are taken back, in a hash-chained log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.lake import Commit
from monette_assets.tables import hash_chain
from monette_assets.tables.hash_chain import Entry

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

    from monette_assets.lake import Lake
    from monette_assets.tables.contract import Contract


def content_of(row: Mapping[str, Any], content: Sequence[str]) -> tuple[Any, ...]:
    """What a row, or the act about it, says."""
    return tuple(row[name] for name in content)


def in_force(log: Iterable[Mapping[str, Any]], content: Sequence[str], gives: str) -> list[Entry]:
    """The acts of the kind `gives` that nobody took back, in the order of the log."""
    last: dict[tuple[Any, ...], Entry] = {}
    for act in log:
        said = content_of(act, content)
        last.pop(said, None)
        last[said] = dict(act)
    return [act for act in last.values() if act["action"] == gives]


def covered_by(
    rows: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]], content: Sequence[str], gives: str
) -> list[Entry | None]:
    """The act that covers each row; None where none does."""
    acts = {content_of(act, content): act for act in in_force(log, content, gives)}
    return [acts.get(content_of(row, content)) for row in rows]


def frame_in_force(log: DataFrame, content: Sequence[str], gives: str) -> DataFrame:
    """As `in_force`, in the engine."""
    from pyspark.sql import functions as F

    last = log.groupBy(told(content).alias("_told")).agg(F.max("number").alias("number"))
    return log.join(last.select("number"), "number", "left_semi").where(F.col("action") == gives)


def told(content: Sequence[str], held: Mapping[str, SparkColumn] | None = None) -> SparkColumn:
    """The content as one text, so that nulls compare too. `held`: where it is not in columns of these names."""
    from pyspark.sql import functions as F

    columns = held if held is not None else {name: F.col(name) for name in content}
    return F.to_json(F.struct(*[columns[name].cast("string").alias(name) for name in content]))


def write(
    lake: Lake,
    contract: Contract,
    act: Mapping[str, Any],
    *,
    named: str,
    at: datetime,
    allowed: Callable[[Sequence[Entry]], None],
) -> Entry:
    """Append an act (its `action`, `who`, `why`, `contract_version` and content). `named`: what it is about, in short.

    Raises what `allowed` raises, who sees the log as it stands, and what `hash_chain.append` raises.
    """
    moment = at.astimezone(UTC)

    def commit(number: int) -> Commit:
        return Commit(
            run_id=f"{act['action']}-{named}",
            publish_id=f"{act['action']}:{named}:{number}",
            code_version=contract.code_version,
            contract_version=act["contract_version"],
            units=f"entry {number}",
            author=act["who"],
            reason=act["why"],
            at=moment,
        )

    return hash_chain.append(lake, contract, {**act, "at": moment}, commit=commit, allowed=allowed)
