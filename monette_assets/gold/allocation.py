"""A whole in parts that sum to it to the cent: largest remainder, ties to the first (ACCOUNTING 16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# A leaf's path: at every level the key of its branch and the branch's weight.
Path = Sequence[tuple[Any, int]]


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """The total in cents, in proportion to the weights; weights may be negative, as a discount among sales is.

    Where the weights cancel out there is no proportion: then in equal parts.
    """
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    if whole < 0:
        weights, whole = [-weight for weight in weights], -whole
    sign = -1 if total < 0 else 1
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(abs(total) * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    left = abs(total) - sum(parts)
    for position in sorted(range(len(parts)), key=lambda at: -remainders[at])[:left]:
        parts[position] += 1
    return [sign * part for part in parts]


def allocate_tree(total: int, paths: Sequence[Path]) -> list[int]:
    """The total over the leaves of a tree, level by level: a payment over its invoices, each over its lines.

    Branches are taken in the order of their keys, so that the parts do not depend on the order of the leaves.
    """
    order = sorted(range(len(paths)), key=lambda at: [key for key, _ in paths[at]])
    parts = [0] * len(paths)

    def descend(amount: int, leaves: list[int], level: int) -> None:
        if level == len(paths[leaves[0]]):
            for leaf, part in zip(leaves, allocate(amount, [1] * len(leaves)), strict=True):
                parts[leaf] = part
            return
        branches = [list(found) for _, found in groupby(leaves, key=lambda at: paths[at][level][0])]
        for branch, part in zip(
            branches, allocate(amount, [paths[branch[0]][level][1] for branch in branches]), strict=True
        ):
            descend(part, branch, level + 1)

    if paths:
        descend(total, order, 0)
    return parts


def allocate_rows(rows: DataFrame, whole: Sequence[str], levels: int, kept: Sequence[str]) -> DataFrame:
    """Divide the column `total` (cents) of each `whole` over its rows; columns `key_N` and `weight_N` are the paths.

    Returns:
        The columns of `whole` and `kept` (text, all of them) and `part` in cents.
    """
    from pyspark.sql import functions as F

    path = [name for level in range(1, levels + 1) for name in (f"key_{level}", f"weight_{level}")]
    together = rows.groupBy(*whole, "total").agg(F.collect_list(F.struct(*path, *kept)).alias("leaves"))
    types = dict(rows.dtypes)
    ddl = ", ".join([*(f"{name} {types[name]}" for name in (*whole, *kept)), "part bigint"])

    def divide(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            lists = batch.column("leaves")
            leaves = lists.flatten()
            columns = [leaves.field(name).to_pylist() for name in path]
            branches = [list(zip(*columns[at : at + 2], strict=True)) for at in range(0, len(columns), 2)]
            paths = list(zip(*branches, strict=True))
            parts: list[int] = []
            owners: list[int] = []
            ends = lists.value_lengths().to_pylist()
            for owner, (total, length) in enumerate(zip(batch.column("total").to_pylist(), ends, strict=True)):
                parts += allocate_tree(total, paths[len(parts) : len(parts) + length])
                owners += [owner] * length
            taken = [batch.column(name).take(pa.array(owners, pa.int64())) for name in whole]
            kept_columns = [leaves.field(name) for name in kept]
            yield pa.RecordBatch.from_arrays(
                [*taken, *kept_columns, pa.array(parts, pa.int64())], names=[*whole, *kept, "part"]
            )

    return together.mapInArrow(divide, ddl)
