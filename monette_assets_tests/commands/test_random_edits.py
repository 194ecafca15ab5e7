"""Random edits and faults are the same for the same seed, in months that are there, of entries that are there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest

from monette_assets.commands.random_edits import FAULTS, Outside, Plan, RandomEdits
from monette_assets.group import Group
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets_tests.frames import group_of

MONTHS = [date(2024, 11, 1), date(2024, 12, 1)]
COUNT = 60


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return group_of(tmp_path)


def plans(group: Group, seed: int, *, faults: bool = True) -> list[Plan]:
    planning = RandomEdits(group, MONTHS, seed, faults=faults)
    return [planning.plan() for _ in range(COUNT)]


def test_the_same_seed_plans_the_same_edits_and_faults_in_the_same_order(group: Group) -> None:
    first = plans(group, 7)
    assert first == plans(group, 7)
    assert first != plans(group, 8)
    assert {each.action for each in first} == {"add", "change", "backdate", "delete"}
    assert {month for each in first for month in each.months} == set(MONTHS)
    assert {each.fault for each in first} > {None}
    assert {each.fault for each in first} - {None} <= set(FAULTS)
    assert all(each.fault is None for each in plans(group, 7, faults=False))


def test_every_edit_planned_can_be_made_and_no_fault_stays_on(group: Group) -> None:
    with (
        running(generate_books(group, until=date(2024, 12, 31))) as simulator,
        httpx.Client(base_url=simulator.url) as client,
    ):
        outside = Outside(client, group)
        for plan in plans(group, 7):
            outside.make(plan)
        assert client.get("/simulator/faults").json() != []
        assert outside.end_faults("north") > 0
        assert {fault["realm"] for fault in client.get("/simulator/faults").json()} == {"1002"}
        outside.end_faults()
        assert client.get("/simulator/faults").json() == []
