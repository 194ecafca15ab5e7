"""Parts sum to the whole to the cent, whatever the weights (ACCOUNTING 16)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.gold.allocation import allocate, allocate_tree

CENTS = st.integers(-(10**16), 10**16)
WEIGHTS = st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # a tie goes to the first
        (-100, [1, 1, 1], [-34, -33, -33]),  # a payment and its reversal cancel out
        (10_000, [15_000, -5_000], [15_000, -5_000]),  # an invoice less a credit memo
        (10_000, [-15_000, 5_000], [15_000, -5_000]),  # weights in ledger sign: only proportion counts
        (101, [2, 1], [67, 34]),
        (0, [3, 4], [0, 0]),
        (7, [5, -5], [4, 3]),  # no proportion: equal parts
        (7, [0, 0, 0], [3, 2, 2]),
        (9, [4], [9]),
    ],
)
def test_largest_remainder(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


@given(CENTS, WEIGHTS)
def test_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, weights)) == total


@given(CENTS, WEIGHTS)
def test_no_part_is_a_cent_off_its_proportion(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    if whole:
        for part, weight in zip(allocate(total, weights), weights, strict=True):
            assert abs(part - Fraction(total * weight, whole)) < 1


@given(CENTS, WEIGHTS)
def test_what_comes_in_and_goes_out_again_leaves_nothing(total: int, weights: list[int]) -> None:
    assert [-part for part in allocate(total, weights)] == allocate(-total, weights)


@st.composite
def trees(draw: st.DrawFn) -> list[list[tuple[Any, int]]]:
    """Paths of two levels: branches with a weight each, leaves below them."""
    branches = draw(st.dictionaries(st.integers(0, 9), st.integers(-500, 500), min_size=1, max_size=5))
    return [
        [(key, weight), (leaf, draw(st.integers(-500, 500)))]
        for key, weight in branches.items()
        for leaf in range(draw(st.integers(1, 4)))
    ]


@given(CENTS, trees())
def test_a_tree_sums_to_the_whole_at_every_branch(total: int, paths: list[list[tuple[Any, int]]]) -> None:
    parts = allocate_tree(total, paths)
    assert sum(parts) == total
    weights = dict(path[0] for path in paths)
    keys = sorted(weights)
    for key, expected in zip(keys, allocate(total, [weights[key] for key in keys]), strict=True):
        assert sum(part for part, path in zip(parts, paths, strict=True) if path[0][0] == key) == expected


@given(CENTS, trees(), st.randoms(use_true_random=False))
def test_the_order_of_the_leaves_changes_nothing(total: int, paths: list[list[tuple[Any, int]]], rng: Any) -> None:
    order = list(range(len(paths)))
    rng.shuffle(order)
    shuffled = allocate_tree(total, [paths[at] for at in order])
    assert dict(zip(order, shuffled, strict=True)) == dict(enumerate(allocate_tree(total, paths)))


def test_nothing_to_divide_among() -> None:
    assert allocate_tree(5, []) == []
