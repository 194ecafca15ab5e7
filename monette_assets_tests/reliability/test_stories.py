"""A run is hurt, QuickBooks misbehaves, edits come late and twice: afterwards everything is as without faults.

A few seeds here; `make soak` for hundreds. The seed is the whole story: the same seed is the same plan.
"""

from __future__ import annotations

import os

import pytest

from monette_assets_tests.reliability.ground import Ground
from monette_assets_tests.reliability.plans import OUTSIDE, RUNS, plan

SEEDS = [int(seed) for seed in os.environ.get("MONETTE_RELIABILITY_SEEDS", "1,2,3").split(",")]


def lived(ground: Ground, seed: int) -> list[str]:
    """What is wrong after the story of a seed."""
    before = ground.tally.injected.total()
    problems = ground.live(plan(seed, ground.cpu_seconds))
    ground.tally.lost += bool(problems)
    ground.tally.survived += 0 if problems else ground.tally.injected.total() - before
    return problems


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_mixed_or_left_behind(ground: Ground, seed: int) -> None:
    assert lived(ground, seed) == [], f"replay: make soak SEEDS=1 FIRST={seed}"


def test_a_run_of_another_month_releases_nothing_half_written(ground: Ground) -> None:
    """Killed after gold/ledger is committed and before what is made of it; then the next month is run alone."""
    assert lived(ground, 0) == []


def test_the_same_seed_is_the_same_plan() -> None:
    assert plan(7, 5.0) == plan(7, 5.0)
    assert plan(7, 5.0) != plan(7 + len(RUNS), 5.0)


def test_a_hundred_seeds_come_to_every_fault() -> None:
    drawn = [plan(seed, 5.0) for seed in range(100)]
    assert {each.run for each in drawn} == set(RUNS)
    outside = {(fault["kind"], fault["report"]) for each in drawn for fault in each.outside}
    assert outside >= {(kind, report) for kind, report, _ in OUTSIDE}
