"""Frames one under the other, where they come from different kinds of sources."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def stack(frames: Sequence[DataFrame], names: Sequence[str], dates: Sequence[str] = ("period",)) -> DataFrame:
    """The frames' rows together. `names` are columns of text, `dates` of days; neither may hold nulls.

    Sail refuses a union in which a column carries metadata on one side alone, as one from a local relation does: text
    and dates go through an expression that leaves it behind. Computed figures carry none.
    """
    from pyspark.sql import functions as F

    def renewed(frame: DataFrame) -> DataFrame:
        return frame.select(
            *[
                F.coalesce(F.col(name), F.lit("")).alias(name) if name in names
                else F.date_add(F.col(name), 0).alias(name) if name in dates
                else F.col(name)
                for name in frame.columns
            ]
        )  # fmt: skip

    return reduce(lambda one, other: one.unionByName(other), [renewed(each) for each in frames])
