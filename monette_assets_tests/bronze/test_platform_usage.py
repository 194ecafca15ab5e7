"""What is counted by the day: storage as it is, what stands once its day is over; each day once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
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
    standing = [{"item": "throughput", "sku": "unit", "units": 2, "from": date(2025, 1, 8), "to": date(2025, 1, 11),
                 "asset": "bronze/events"}]  # fmt: skip
    return with_prices(group_of(tmp_path / "group"), standing=standing)


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
    """On the 10th: what stood on the 8th and 9th, and what is stored. Three days later: the 10th stood, the 11th no
    more, and the days between are made good."""
    first = counted(lake, group, NOON)
    size = Decimal(stored(lake, TABLE))
    assert size > 0
    assert [(row["usage_id"], row["quantity"], row["sku"]) for row in first] == [
        ("storage|2025-01-10|gold/ledger", size, "disk"),
        ("throughput|2025-01-08|unit bronze/events", 48, "unit"),
        ("throughput|2025-01-09|unit bronze/events", 48, "unit"),
    ]
    assert counted(lake, group, NOON.replace(hour=20)) == []
    later = counted(lake, group, NOON.replace(day=13))
    assert [row["usage_id"] for row in later] == [
        *(f"storage|2025-01-{day}|gold/ledger" for day in (11, 12, 13)),
        "throughput|2025-01-10|unit bronze/events",
    ]


def test_older_versions_take_room_too(lake: Lake) -> None:
    import pyarrow.fs as pa_fs

    files = pa_fs.LocalFileSystem().get_file_info(pa_fs.FileSelector(f"{lake.url}/{TABLE}", recursive=True))
    assert stored(lake, TABLE) == sum(info.size or 0 for info in files if info.is_file)
    assert stored(lake, "gold/absent") == 0


def test_a_day_is_the_groups_day_and_a_month_its_month(lake: Lake, group: Group) -> None:
    """Saskatchewan is six hours behind: at 03:00 UTC on 1 February it is still January."""
    rows = counted(lake, group, datetime(2025, 2, 1, 3, tzinfo=UTC))
    assert rows[0]["usage_id"] == "storage|2025-01-31|gold/ledger"
    assert {row["period"] for row in rows} == {date(2025, 1, 1)}


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
