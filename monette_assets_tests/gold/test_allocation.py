"""Parts sum to the whole to the cent, whatever the weights (ACCOUNTING 16)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.gold.allocation import allocate, allocate_trees

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


SMALL, LARGE = st.integers(-500, 500), st.integers(0, 10**16)

Path = list[tuple[Any, int]]  # of a leaf: at every level the key of its branch and the branch's weight


def divided(*trees: tuple[int, list[Path]]) -> list[list[int]]:
    """The parts of each total, in the order of its leaves."""
    paths = [path for _, leaves in trees for path in leaves]
    lengths = [len(leaves) for _, leaves in trees]
    levels = list(zip(*paths, strict=True))
    parts = allocate_trees(
        np.array([total for total, _ in trees], np.int64),
        np.array(lengths, np.int64),
        [pa.array([key for key, _ in level]) for level in levels],
        [np.array([weight for _, weight in level], np.int64) for level in levels],
    ).tolist()
    return [[parts.pop(0) for _ in range(length)] for length in lengths]


@st.composite
def trees(draw: st.DrawFn, weights: st.SearchStrategy[int] = SMALL) -> tuple[int, list[Path]]:
    """A total and paths of two levels: branches with a weight each, leaves below them."""
    branches = draw(st.dictionaries(st.integers(0, 9), weights, min_size=1, max_size=5))
    paths: list[Path] = [
        [(key, weight), (leaf, draw(weights))]
        for key, weight in branches.items()
        for leaf in range(draw(st.integers(1, 4)))
    ]
    return draw(CENTS), paths


def test_a_deposit_over_its_payments_and_each_over_its_invoices_lines() -> None:
    hay, straw = [("payment 1", 600), (1, 200)], [("payment 1", 600), (2, 100)]
    calves = [("payment 2", 300), (1, 900)]
    assert divided((-1000, [calves, straw, hay])) == [[-333, -222, -445]]


@pytest.mark.parametrize("weights", [st.integers(-500, 500), st.integers(-(10**16), 10**16)], ids=["small", "large"])
@given(data=st.data())
def test_every_branch_gets_its_part_of_what_its_parent_got(
    weights: st.SearchStrategy[int], data: st.DataObject
) -> None:
    given_trees = data.draw(st.lists(trees(weights), min_size=1, max_size=4))
    for (total, paths), parts in zip(given_trees, divided(*given_trees), strict=True):
        of_branch: dict[Any, list[tuple[Any, int, int]]] = {}  # branch: its leaves' keys, weights and parts
        for [(key, _), (leaf, weight)], part in zip(paths, parts, strict=True):
            of_branch.setdefault(key, []).append((leaf, weight, part))
        branches = dict(path[0] for path in paths)
        expected = allocate(total, [branches[key] for key in sorted(branches)])
        for key, amount in zip(sorted(branches), expected, strict=True):
            leaves = sorted(of_branch[key])
            assert [part for *_, part in leaves] == allocate(amount, [weight for _, weight, _ in leaves])


@given(trees(), st.randoms(use_true_random=False))
def test_the_order_of_the_leaves_changes_nothing(tree: tuple[int, list[Path]], rng: Any) -> None:
    total, paths = tree
    order = list(range(len(paths)))
    rng.shuffle(order)
    [shuffled] = divided((total, [paths[at] for at in order]))
    assert dict(zip(order, shuffled, strict=True)) == dict(enumerate(divided(tree)[0]))


def test_leaves_of_one_path_share_equally() -> None:
    path: Path = [("north", 3), (1, 7)]
    assert sorted(divided((5, [path, path]))[0]) == [2, 3]


def test_nothing_to_divide_among() -> None:
    assert divided() == []
