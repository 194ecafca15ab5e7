"""Bronze only grows: the same content again adds nothing, and no append passes for another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monette_assets.bronze.appending import Newest, after, append_commit, newest
from monette_assets.bronze.quickbooks_objects import CONTRACT
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.frames import group_of, rows

AT = datetime(2025, 1, 10, tzinfo=UTC)
HEADER = "company entity object_id content_hash fetched_at"


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


def test_companies_with_as_many_objects_in_one_run_are_all_kept(tmp_path: Path, group: Group) -> None:
    lake = Lake(str(tmp_path))
    for company in ("north", "south", "west"):
        append_commit(
            lake, CONTRACT, rows(CONTRACT, HEADER, (company, "Account", "1", "a", "2025-01-10")), "run", group, AT
        )
    assert sorted(lake.read(CONTRACT.name).column("company").to_pylist()) == ["north", "south", "west"]


def test_the_same_append_of_a_run_again_is_made_once(tmp_path: Path, group: Group) -> None:
    lake = Lake(str(tmp_path))
    for _ in range(2):
        append_commit(
            lake, CONTRACT, rows(CONTRACT, HEADER, ("north", "Account", "1", "a", "2025-01-10")), "run", group, AT
        )
    assert lake.read(CONTRACT.name).num_rows == 1


def test_the_newest_row_of_every_identity(tmp_path: Path, group: Group) -> None:
    lake = Lake(str(tmp_path))
    identity = ("company", "entity", "object_id")
    assert newest(lake, CONTRACT.name, identity) == {}
    given = rows(
        CONTRACT,
        HEADER,
        ("north", "Account", "1", "new", "2025-01-02"),
        ("north", "Account", "1", "old", "2025-01-01"),
        ("south", "Account", "1", "other", "2025-01-01"),
    )
    append_commit(lake, CONTRACT, given, "run", group, AT)
    assert newest(lake, CONTRACT.name, identity) == {
        ("north", "Account", "1"): Newest(datetime(2025, 1, 2, tzinfo=UTC), "new"),
        ("south", "Account", "1"): Newest(datetime(2025, 1, 1, tzinfo=UTC), "other"),
    }


def test_only_the_asked_values_of_a_column_are_looked_for(tmp_path: Path, group: Group) -> None:
    lake = Lake(str(tmp_path))
    given = rows(
        CONTRACT,
        HEADER,
        ("north", "Account", "1", "old", "2025-01-01"),
        ("north", "Account", "1", "new", "2025-01-02"),
        ("north", "Vendor", "1", "of another entity", "2025-01-01"),
        ("south", "Account", "1", "of another company", "2025-01-01"),
    )
    append_commit(lake, CONTRACT, given, "run", group, AT)
    found = newest(lake, CONTRACT.name, ("company", "entity"), company=["north", "west"], entity={"Account"})
    assert found == {("north", "Account"): Newest(datetime(2025, 1, 2, tzinfo=UTC), "new")}


def test_a_row_comes_after_the_one_that_stands_whatever_the_clock_says() -> None:
    early, late = datetime(2025, 1, 9, tzinfo=UTC), datetime(2025, 1, 12, tzinfo=UTC)
    assert after(AT, None) == AT
    assert after(AT, Newest(early, "a")) == AT
    assert after(AT, Newest(AT, "a")) > AT
    assert after(AT, Newest(late, "a")) > late
