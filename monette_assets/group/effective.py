"""Effective dating: half-open windows, specific entries before general ones, reroutes followed to their end."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

EARLIEST = date(1900, 1, 1)  # an entry without `from` holds from here
OPEN_END = date(9999, 12, 1)  # an entry without `to` holds until here


class Window(NamedTuple):
    """Periods from `first` up to, not including, `end`."""

    first: date
    end: date


ALWAYS = Window(EARLIEST, OPEN_END)


def window(first: date | None, end: date | None) -> Window:
    """The window of an entry whose dates may be open."""
    return Window(first or EARLIEST, end or OPEN_END)


def intersect(one: Window, other: Window) -> Window | None:
    """The periods in both, or None."""
    both = Window(max(one.first, other.first), min(one.end, other.end))
    return both if both.first < both.end else None


def subtract(whole: Window, taken: Iterable[Window]) -> list[Window]:
    """The periods of `whole` that none of `taken` holds, in order."""
    left: list[Window] = []
    first = whole.first
    for each in sorted(taken):
        if each.first > first:
            left.append(Window(first, min(each.first, whole.end)))
        first = max(first, each.end)
        if first >= whole.end:
            return [each for each in left if each.first < each.end]
    left.append(Window(first, whole.end))
    return [each for each in left if each.first < each.end]


class Hop(NamedTuple):
    """A reroute in force: periods, target account, and which entry says so."""

    window: Window
    target: str
    entry: int


class Cycle(NamedTuple):
    """Reroutes that lead back to where they began."""

    entry: int
    path: tuple[str, ...]


def follow_reroutes(hops: Mapping[str, Sequence[Hop]]) -> tuple[list[tuple[str, str, Window]], list[Cycle]]:
    """Where each account's activity ends up, chains followed (A to B to C is A to C), and every cycle.

    ACCOUNTING 23.
    """
    bounds = sorted({bound for each in hops.values() for hop in each for bound in hop.window})
    resolved: list[tuple[str, str, Window]] = []
    cycles: dict[frozenset[str], Cycle] = {}
    for source in hops:
        pieces: list[tuple[str, Window]] = []
        for first, end in itertools.pairwise(bounds):
            path, entry = [source], -1
            while hop := next((h for h in hops.get(path[-1], ()) if h.window.first <= first < h.window.end), None):
                entry = hop.entry
                path.append(hop.target)
                if hop.target in path[:-1]:
                    loop = path[path.index(hop.target) :]
                    cycles.setdefault(frozenset(loop), Cycle(entry, tuple(loop)))
                    break
            if len(path) == 1:
                continue
            if pieces and pieces[-1][0] == path[-1] and pieces[-1][1].end == first:
                pieces[-1] = (path[-1], Window(pieces[-1][1].first, end))
            else:
                pieces.append((path[-1], Window(first, end)))
        resolved.extend((source, target, each) for target, each in pieces)
    return resolved, list(cycles.values())
