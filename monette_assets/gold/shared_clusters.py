"""What of a cluster each of those who use it is charged: of every second, one over as many as use it in that second."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

MICROSECOND = timedelta(microseconds=1)


class Use(NamedTuple):
    """A run on a cluster. Those of one holder are no others to each other: the runs of a chain, and who executes it."""

    cluster: Hashable
    holder: str
    start: datetime
    end: datetime


def parts(uses: Iterable[Use]) -> dict[tuple[Hashable, str], Fraction]:
    """By cluster and holder, the part of its time that a holder is charged; 1 where nobody was beside it.

    A holder's time by its part, summed over all of them, is the time in which the cluster was used at all.
    """
    edges: dict[Hashable, list[tuple[datetime, int, str]]] = defaultdict(list)
    for use in uses:
        edges[use.cluster] += [(use.start, 1, use.holder), (use.end, -1, use.holder)]
    found: dict[tuple[Hashable, str], Fraction] = {}
    for cluster, those in edges.items():
        held: Counter[str] = Counter()  # microseconds
        charged: dict[str, Fraction] = defaultdict(Fraction)
        runs: Counter[str] = Counter()  # of each holder at the moment
        before = those[0][0]
        for at, step, holder in sorted(those, key=lambda edge: edge[0]):
            present = [each for each, number in runs.items() if number]
            length = (at - before) // MICROSECOND
            for each in present:
                held[each] += length
                charged[each] += Fraction(length, len(present))
            runs[holder] += step
            before = at
        found |= {(cluster, each): charged[each] / time for each, time in held.items() if time}
    return found
