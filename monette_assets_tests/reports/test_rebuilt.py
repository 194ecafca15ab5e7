"""What a rebuilt moment says of itself; that its figures are those of then is shown in test_close_a_month."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monette_assets import catalog
from monette_assets.lake import Lake
from monette_assets.reports.rebuilt import arrival, contract_of
from monette_assets.reports.released import ReportError, moment_of, open_release
from monette_assets_tests.frames import group_of
from monette_assets_tests.reports.small_lake import small_lake

REGINA = ZoneInfo("America/Regina")


def test_a_rebuilt_moment_says_whether_the_contract_was_another_one(tmp_path: Path) -> None:
    group = group_of(tmp_path / "group")
    lake = small_lake(tmp_path / "lake", group)
    released_at = open_release(lake, REGINA).released_at
    other = replace(group, fingerprint="another")
    assert contract_of(lake, group, released_at) == (group, "with the contract of then")
    assert contract_of(lake, group, released_at - timedelta(days=1)) == (group, "with the contract of today")
    found, said = contract_of(lake, other, released_at)
    assert said == f"with the contract of then ({group.fingerprint[:8]}), as it was kept"
    assert found == group


def test_a_contract_that_was_not_kept_is_said_to_be_another(tmp_path: Path) -> None:
    """As of releases that are older than the table."""
    group = group_of(tmp_path / "group")
    lake = small_lake(tmp_path / "lake", group)
    shutil.rmtree(tmp_path / "lake" / "group_contracts")
    other = replace(group, fingerprint="another")
    assert contract_of(lake, other, open_release(lake, REGINA).released_at) == (
        other, f"with the contract of today, not that of then ({group.fingerprint[:8]}), which was not kept",
    )  # fmt: skip


def test_a_contract_that_is_no_longer_accepted_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    """A later version of the platform may ask more of a contract."""
    group = group_of(tmp_path / "group")
    older = replace(group, fingerprint="older", files={**group.files, "pillars.yaml": "pillars: []"})
    lake = small_lake(tmp_path / "lake", older)
    found, said = contract_of(lake, group, open_release(lake, REGINA).released_at)
    assert found == group
    assert said.startswith("with the contract of today, not that of then (older), which this version does not accept: ")
    assert "pillar" in said


@pytest.mark.parametrize(
    ("as_of", "moment"),
    [
        ("2025-12-31T18:00", datetime(2025, 12, 31, 18, tzinfo=REGINA)),
        ("2025-12-31T18:00+00:00", datetime(2025, 12, 31, 18, tzinfo=UTC)),
        ("2025-12-31", datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=REGINA)),
    ],
)
def test_a_moment_is_in_the_groups_time_zone_and_a_day_lasts_until_its_end(
    tmp_path: Path, as_of: str, moment: datetime
) -> None:
    assert moment_of(Lake(str(tmp_path)), REGINA, as_of) == moment


@pytest.mark.parametrize("as_of", ["last week", "2025-13-01", "2025-12", "-1", "1.5", ""])
def test_what_names_no_moment_is_refused(tmp_path: Path, as_of: str) -> None:
    with pytest.raises(ReportError, match="--as-of: expected a release number, a day such as 2026-10-31 or a moment"):
        moment_of(Lake(str(tmp_path)), REGINA, as_of)


def test_a_release_names_its_own_moment(tmp_path: Path) -> None:
    lake = small_lake(tmp_path / "lake", group_of(tmp_path / "group"))
    assert moment_of(lake, REGINA, "1") == open_release(lake, REGINA).released_at
    with pytest.raises(ReportError, match="--as-of 7: no such release"):
        moment_of(lake, REGINA, "7")
    assert open_release(lake, REGINA, date.max.isoformat()).number == 1


def test_every_table_of_bronze_says_when_its_rows_came() -> None:
    """Else it could not be cut at a moment."""
    assert {arrival(contract) for contract in catalog.BRONZE} <= {"fetched_at", "received_at"}
    with pytest.raises(ReportError, match="gold/ledger does not say when its rows came"):
        arrival(next(table.contract for table in catalog.GOLD if table.name == "gold/ledger"))
