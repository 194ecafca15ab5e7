"""A whole in parts that sum to it to the cent: largest remainder, ties to the first (ACCOUNTING 16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    Numbers = NDArray[Any]  # whole numbers

EXACT_UNTIL = 2**62  # 64 bits hold products below it; above, Python's own integers are counted with


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


def allocate_trees(
    totals: Numbers, lengths: Numbers, keys: Sequence[pa.Array], weights: Sequence[Numbers]
) -> NDArray[np.int64]:
    """Totals in cents over the leaves of their trees, level by level: a payment over its invoices, each over its lines.

    Every total has `lengths` of the leaves, at least one, one total's after the other's. A leaf's path is, at every
    level, the key of its branch and the branch's weight. Branches are taken in the order of their keys, so that the
    parts do not depend on the order of the leaves; leaves that share a whole path share equally.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    owners = np.repeat(np.arange(len(totals)), lengths)
    parts = np.empty(len(owners), np.int64)
    if not len(owners):
        return parts
    levels = [f"level {number}" for number in range(1, len(keys) + 1)]
    leaves = pa.table([pa.array(owners), *keys], names=["owner", *levels])
    order = pc.sort_indices(leaves, sort_keys=[(name, "ascending") for name in leaves.column_names])
    leaves = leaves.take(order)
    place = order.to_numpy()
    amounts, branch = totals, owners
    begins = _begins(leaves["owner"])
    for level, weight in zip(levels, weights, strict=True):
        begins |= _begins(leaves[level])
        amounts = _divide(amounts, branch[begins], weight[place][begins])
        branch = np.cumsum(begins) - 1
    parts[place] = _divide(amounts, branch, np.ones(len(branch), np.int64))
    return parts


def _begins(ordered: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Where a value is another than the one before it."""
    import numpy as np
    import pyarrow.compute as pc

    differs = pc.not_equal(ordered.slice(1), ordered.slice(0, len(ordered) - 1))
    return np.concatenate([[True], differs.to_numpy()])


def _divide(amounts: Numbers, parents: Numbers, weights: Numbers) -> Numbers:
    """`allocate` of every amount: the children of one stand together, and `parents` tells whose they are."""
    import numpy as np

    sizes = np.bincount(parents)
    starts = np.cumsum(sizes) - sizes
    weights = np.where(sizes[parents] == 1, 1, weights)
    if float(np.abs(amounts).max()) * float(np.abs(weights).sum(dtype=float)) >= EXACT_UNTIL:
        amounts, weights = amounts.astype(object), weights.astype(object)
    wholes = np.add.reduceat(weights, starts)
    weights = np.where(wholes[parents] == 0, 1, weights)
    wholes = np.where(wholes == 0, sizes, wholes)
    weights = np.where(wholes[parents] < 0, -weights, weights)
    shares = np.abs(amounts)[parents] * weights
    parts, remainders = shares // np.abs(wholes)[parents], shares % np.abs(wholes)[parents]
    left = np.abs(amounts) - np.add.reduceat(parts, starts)
    largest_first = np.lexsort((-remainders, parents))
    parts[largest_first] += np.arange(len(parts)) - starts[parents] < left[parents]
    return np.where(amounts[parents] < 0, -parts, parts)


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
        import numpy as np
        import pyarrow as pa

        for batch in batches:
            lists = batch.column("leaves")
            leaves = lists.flatten()
            lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
            parts = allocate_trees(
                batch.column("total").to_numpy(zero_copy_only=False),
                lengths,
                [leaves.field(f"key_{level}") for level in range(1, levels + 1)],
                [leaves.field(f"weight_{level}").to_numpy(zero_copy_only=False) for level in range(1, levels + 1)],
            )
            owners = pa.array(np.repeat(np.arange(batch.num_rows), lengths))
            taken = [batch.column(name).take(owners) for name in whole]
            kept_columns = [leaves.field(name) for name in kept]
            yield pa.RecordBatch.from_arrays([*taken, *kept_columns, pa.array(parts)], names=[*whole, *kept, "part"])

    return together.mapInArrow(divide, ddl)
