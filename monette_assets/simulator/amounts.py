"""Cents: split, drawn by weight, and from one currency to another."""

from __future__ import annotations

from decimal import Decimal
from random import Random


def split(total: int, parts: int, rng: Random) -> list[int]:
    """A total in so many uneven parts that sum to it."""
    if parts == 1:
        return [total]
    weights = [40 + int(rng.random() * 120) for _ in range(parts)]
    whole = sum(weights)
    found = [total * weight // whole for weight in weights]
    found[-1] += total - sum(found)
    return found


def weighted(weights: list[int], rng: Random) -> int:
    """An index, drawn by weight."""
    drawn = int(rng.random() * sum(weights))
    for index, weight in enumerate(weights):
        drawn -= weight
        if drawn < 0:
            return index
    return len(weights) - 1


def in_home(foreign: int, rate: Decimal) -> int:
    """Cents of home currency for foreign cents, half up away from zero."""
    scaled = abs(foreign) * int(rate.scaleb(4))
    cents = (scaled + 5_000) // 10_000
    return cents if foreign >= 0 else -cents


def in_foreign(home: int, rate: Decimal) -> int:
    """Cents of foreign currency for those of home currency."""
    return home * 10_000 // int(rate.scaleb(4))
