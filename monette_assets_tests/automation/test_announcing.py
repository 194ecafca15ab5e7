"""What people close is seen in the user interface without waiting for a run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from monette_assets.automation.announcing import announce
from monette_assets.closing import close
from monette_assets.freezing import Books
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.reports.closable_lake import closable_lake
from monette_assets_tests.reports.small_lake import NOVEMBER

TODAY = date(2025, 2, 10)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """November is to be closed ten days after its end."""
    terms = {"close": {"from": NOVEMBER, "within_days": 10}}
    group: Group = group_of(tmp_path / "group", group={**small_contract()["group"], **terms})
    lake: Lake = closable_lake(tmp_path / "lake", group)
    return Books(lake, group, lambda: datetime(2025, 2, 10, 18, tzinfo=UTC))


def intact(instance: dg.DagsterInstance) -> tuple[bool, str | None]:
    """The last word on whether the log is as it was written."""
    key = dg.AssetCheckKey(dg.AssetKey("closes"), "chain_intact")
    event = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0].event
    assert event is not None
    assert event.dagster_event is not None
    evaluation = event.dagster_event.asset_check_evaluation_data
    return evaluation.passed, evaluation.description


def months(instance: dg.DagsterInstance) -> list[tuple[str | None, str | None, object]]:
    """How November was said to stand, the last word first: month, companies, what is overdue."""
    found = instance.fetch_observations(dg.AssetKey(["gold", "close_status"]), limit=5).records
    told = [each.asset_observation for each in found]
    return [(each.partition, each.description, each.metadata["overdue"].value) for each in told if each is not None]


def test_a_close_is_a_materialization_and_says_how_the_month_stands(books: Books) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        announce(instance, books.lake, books.group, close(books, NOVEMBER, ["north"], "Ann"), TODAY)
        announce(instance, books.lake, books.group, close(books, NOVEMBER, ["south"], "Bob"), TODAY)
        assert intact(instance) == (True, None)
        assert months(instance) == [
            ("2024-11", "north: closed; south: closed; group: closed", "nothing"),
            ("2024-11", "north: closed; south: open, due on 2024-12-10; group: open, due on 2024-12-10",
             "south, group"),
        ]  # fmt: skip
        told = instance.fetch_materializations(dg.AssetKey("closes"), limit=5).records
    assert [each.asset_materialization.description for each in told if each.asset_materialization] == [
        "south 2024-11: close by Bob; group 2024-11: close by Bob",
        "north 2024-11: close by Ann",
    ]


def test_a_log_that_somebody_changed_is_told_too(books: Books) -> None:
    made = close(books, NOVEMBER, ["north"], "Ann")
    books.lake.open("closes").update(updates={"who": "'Eve'"}, predicate="number = 1")
    with dg.DagsterInstance.ephemeral() as instance:
        announce(instance, books.lake, books.group, made, TODAY)
        passed, description = intact(instance)
    assert not passed
    assert str(description).startswith("closes: the chain is broken at entry 1")


def test_nothing_done_is_nothing_told(books: Books) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        announce(instance, books.lake, books.group, [], TODAY)
        assert instance.fetch_materializations(dg.AssetKey("closes"), limit=1).records == []
