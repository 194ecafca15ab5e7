"""What is counted by the day: storage as it is, and every day that is over, from the group's first; each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from monette_assets.bronze.appending import append_commit
from monette_assets.bronze.platform_usage import CONTRACT, Held, Usage, by_the_day
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake
from monette_assets.lake.maintenance import stored
from monette_assets.tables.compute import Compute
from monette_assets_tests.frames import group_of
from monette_assets_tests.price_books import with_prices

NOON = datetime(2025, 1, 10, 18, tzinfo=UTC)
TABLE = "gold/ledger"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """One table with two versions."""
    found = Lake(str(tmp_path / "lake"))
    schema = pa.schema([("company", pa.string())])
    for number in (1, 2):
        commit = Commit(run_id="r", publish_id=f"p{number}", code_version="1", contract_version="c", at=NOON)
        found.append(TABLE, pa.table({"company": ["north"]}, schema=schema), schema=schema, commit=commit)
    return found


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return with_prices(group_of(tmp_path / "group"))


def counted(lake: Lake, group: Group, at: datetime) -> list[dict[str, Any]]:
    """What is counted at a moment, kept in bronze."""
    held = Held.of(lake)
    rows = [row for row in by_the_day(lake, group, [TABLE, "gold/absent"], "disk", held, at, held.weights)
            if row["usage_id"] not in held.ids]  # fmt: skip
    for row in rows:
        row |= {"recorded_at": at, "recorded_by": "r"}
    if rows:
        append_commit(lake, CONTRACT, rows, f"r{at}", group, at)
    return rows


def test_every_day_is_counted_once_those_too_on_which_nobody_counted(lake: Lake, group: Group) -> None:
    """On the 10th: what is stored, and the 70 days that are over since 1 November (30 + 31 + 9). Three days later: the
    days between are made good."""
    storage, *days = counted(lake, group, NOON)
    size = Decimal(stored(lake, TABLE))
    assert size > 0
    assert (storage["usage_id"], storage["quantity"], storage["sku"]) == (
        "storage|2025-01-10|gold/ledger", size, "disk",
    )  # fmt: skip
    assert len(days) == 70
    assert [(row["usage_id"], row["quantity"], row["period"]) for row in (days[0], days[-1])] == [
        ("day|2024-11-01|standing", 24, date(2024, 11, 1)), ("day|2025-01-09|standing", 24, date(2025, 1, 1)),
    ]  # fmt: skip
    assert counted(lake, group, NOON.replace(hour=20)) == []
    later = counted(lake, group, NOON.replace(day=13))
    assert [row["usage_id"] for row in later] == [
        *(f"storage|2025-01-{day}|gold/ledger" for day in (11, 12, 13)),
        *(f"day|2025-01-{day}|standing" for day in (10, 11, 12)),
    ]


def test_storage_of_a_long_pause_is_not_guessed_at_and_what_stands_is_paid_for_all_the_same(
    lake: Lake, group: Group
) -> None:
    """A hundred days later: of storage today and the 62 days before it, of days every one."""
    counted(lake, group, NOON)
    later = counted(lake, group, NOON + timedelta(days=100))
    assert [row["kind"] for row in later].count("storage") == 63
    assert [row["kind"] for row in later].count("day") == 100


def test_the_part_of_the_machine_is_kept_with_the_seconds_and_a_run_that_says_none_had_all_of_it(group: Group) -> None:
    """A run from before there were parts carries a tag without one."""
    usage = Usage("r1", None, None, TABLE, NOON, NOON, 1.0, Compute("sail", "D8", share=Decimal("0.25")))
    assert usage.row(group)["machine_share"] == Decimal("0.25")
    earlier = '{"cluster": null, "engine": "sail", "machine": "D8", "nodes": 0, "storage": "disk"}'
    compute = Compute.of_tag(earlier)
    assert compute == Compute("sail", "D8")
    assert replace(usage, compute=compute or usage.compute).row(group)["machine_share"] is None


def test_usage_that_was_kept_before_there_were_parts_takes_the_column(lake: Lake, group: Group) -> None:
    kept = replace(CONTRACT, columns=tuple(each for each in CONTRACT.columns if each.name != "machine_share"))
    usage = Usage("r1", None, None, TABLE, NOON, NOON, 1.0, Compute("sail", "D8"))
    earlier = {**usage.row(group), "recorded_at": NOON, "recorded_by": "r"}
    del earlier["machine_share"]
    append_commit(lake, kept, [earlier], "r", group, NOON)
    shared = replace(usage, run_id="r2", compute=Compute("sail", "D8", share=Decimal("0.25")))
    append_commit(lake, CONTRACT, [{**shared.row(group), "recorded_at": NOON, "recorded_by": "r"}], "r", group, NOON)
    found = lake.read(CONTRACT.name, columns=["run_id", "machine_share"]).to_pylist()
    assert {row["run_id"]: row["machine_share"] for row in found} == {"r1": None, "r2": Decimal("0.25")}


def test_a_run_on_a_cluster_keeps_which_it_was_and_whose_process(group: Group) -> None:
    """Without a tag of it, or without a cluster: neither."""
    cluster = Compute("spark-connect", "D8", "D8", 3, cluster_id="spark:15002")
    usage = Usage("r1", "c1", None, TABLE, NOON, NOON, 1.0, cluster, held_by="job")
    found = [each.row(group) for each in (usage, replace(usage, held_by=None),
                                          replace(usage, compute=Compute("spark-connect", "D8", "D8", 3)))]  # fmt: skip
    assert [(row["cluster_id"], row["held_by"]) for row in found] == [
        ("spark:15002", "job"), ("spark:15002", "r1"), (None, None),
    ]  # fmt: skip
    assert Compute.of_tag(cluster.tag) == cluster


def test_older_versions_take_room_too(lake: Lake) -> None:
    import pyarrow.fs as pa_fs

    files = pa_fs.LocalFileSystem().get_file_info(pa_fs.FileSelector(f"{lake.url}/{TABLE}", recursive=True))
    assert stored(lake, TABLE) == sum(info.size or 0 for info in files if info.is_file)
    assert stored(lake, "gold/absent") == 0


def test_a_day_is_the_groups_day_and_a_month_its_month(lake: Lake, group: Group) -> None:
    """Saskatchewan is six hours behind: at 03:00 UTC on 1 February it is still January."""
    rows = counted(lake, group, datetime(2025, 2, 1, 3, tzinfo=UTC))
    assert rows[0]["usage_id"] == "storage|2025-01-31|gold/ledger"
    assert rows[0]["period"] == date(2025, 1, 1)
    assert rows[-1]["usage_id"] == "day|2025-01-30|standing"


def test_storage_is_split_by_the_rows_the_table_had_when_it_was_run_last(lake: Lake, group: Group) -> None:
    usage = Usage("r1", None, None, TABLE, NOON, NOON, 1.0, Compute("sail", "laptop"),
                  weights={"north": 3, "south": 1}, split_by="rows")  # fmt: skip
    ran = {**usage.row(group), "recorded_at": NOON, "recorded_by": "r"}
    older = {**replace(usage, run_id="r0", ended_at=NOON.replace(day=1), weights={"north": 1}).row(group),
             "recorded_at": NOON, "recorded_by": "r"}  # fmt: skip
    append_commit(lake, CONTRACT, [ran, older], "r", group, NOON)
    (storage, *_) = counted(lake, group, NOON)
    assert storage["weights"] == [{"company": "north", "weight": 3}, {"company": "south", "weight": 1}]
    assert storage["split_by"] == "rows"
