"""The month of a document whose deletion was seen before its month was built is not forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from monette_assets.automation.affected import months_held
from monette_assets.bronze.appending import append_commit
from monette_assets.bronze.quickbooks_objects import CONTRACT, GONE
from monette_assets.lake import Lake
from monette_assets_tests.frames import group_of, rows


def test_a_version_that_says_gone_does_not_hide_where_the_document_stood(tmp_path: Path) -> None:
    lake, entry = Lake(str(tmp_path / "lake")), ("north", "JournalEntry", "7")
    versions = rows(
        CONTRACT,
        "company entity object_id deleted payload content_hash fetched_at",
        (*entry, False, '{"Id": "7", "TxnDate": "2024-11-05"}', "a", "2025-01-01"),
        (*entry, True, "", GONE, "2025-01-02"),
    )
    append_commit(lake, CONTRACT, versions, "run", group_of(tmp_path / "group"), datetime(2025, 1, 2, tzinfo=UTC))
    assert months_held(lake, "north", {("JournalEntry", "7")}) == {date(2024, 11, 1)}
