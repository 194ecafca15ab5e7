"""The landing folder into bronze: versions by content, nothing twice, what cannot be read rejected with its reason."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from monette_assets.automation.chain import Step, StepResult
from monette_assets.bronze.landing_files import CONTRACT, Stored, take_in
from monette_assets.sources.landing.folder import LocalFolder
from monette_assets.tables.asset import asset_key
from monette_assets_tests.bronze.conftest import Bronze
from monette_assets_tests.landed import workbook
from monette_assets_tests.world import World

HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
BUDGET = workbook({"North Home": [["Company", "north"], ["Account", "Nov 2024", "Dec 2024"], [5300, 1, 2]]})
REVISED = workbook({"North Home": [["Company", "north"], ["Account", "Nov 2024", "Dec 2024"], [5300, 1, 3]]})


def drop(folder: Path, name: str, content: bytes, at: datetime = HOUR_AGO) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    os.utime(folder / name, (at.timestamp(), at.timestamp()))


@pytest.fixture
def files(world: World) -> Bronze:
    return Bronze(world, CONTRACT)


@pytest.fixture
def folder(world: World) -> Path:
    return Path(world.settings.landing_url)


def run(files: Bronze) -> StepResult:
    return files.world.execute([Step("landing", (asset_key(CONTRACT),), "2024-11", "2024-11")]).steps[0]


def versions(files: Bronze) -> list[tuple[str, int, str]]:
    return sorted((row["file_name"], row["version"], row["kind"]) for row in files.world.rows(CONTRACT.name))


def test_no_folder_is_no_problem_and_leaves_nothing(files: Bronze) -> None:
    done = run(files)
    assert done.success
    assert not done.failed_checks
    assert not files.world.lake.exists(CONTRACT.name)


def test_a_file_is_kept_verbatim_and_only_once(files: Bronze, folder: Path) -> None:
    drop(folder, "Budget FY25.xlsx", BUDGET)
    assert run(files).success
    before = files.world.lake.version(CONTRACT.name)
    assert run(files).success
    assert files.world.lake.version(CONTRACT.name) == before
    [row] = files.world.rows(CONTRACT.name)
    assert (row["content"], row["version"], row["kind"]) == (BUDGET, 1, "budget")


def test_versions_are_of_a_name_by_content(files: Bronze, folder: Path) -> None:
    drop(folder, "budget.xlsx", BUDGET)
    run(files)
    drop(folder, "copy of budget.xlsx", BUDGET)  # a new name for what is there: nothing
    run(files)
    assert versions(files) == [("budget.xlsx", 1, "budget")]
    drop(folder, "budget.xlsx", REVISED)
    run(files)
    drop(folder, "budget.xlsx", BUDGET)  # taken back: a version too
    run(files)
    assert versions(files) == [("budget.xlsx", number, "budget") for number in (1, 2, 3)]


def test_what_cannot_be_read_is_rejected_and_the_rest_taken_in(files: Bronze, folder: Path) -> None:
    drop(folder, "a photo.xlsx", b"\x89PNG\xff")
    drop(folder, "poem.csv", b"roses,are\nred,violets\n")
    drop(folder, "budget.xlsx", BUDGET)
    done = run(files)
    assert done.success
    [check] = done.failed_checks
    assert check.check_name == "readable"
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert versions(files) == [("budget.xlsx", 1, "budget")]
    assert sorted(path.name for path in (folder / "rejected").iterdir()) == [
        "a photo.xlsx", "a photo.xlsx.reason.txt", "poem.csv", "poem.csv.reason.txt",
    ]  # fmt: skip
    assert "no tab has a header row that is known" in (folder / "rejected" / "poem.csv.reason.txt").read_text()
    assert not run(files).failed_checks


def test_a_workbook_with_figures_nobody_can_place_is_rejected_and_the_version_before_stands(tmp_path: Path) -> None:
    def tabs(more: list[list[object]]) -> bytes:
        return workbook({"North Home": [["Account", "Nov 2024", "Dec 2024"], [5300, 1, 2]], "More": more})

    drop(tmp_path, "budget.xlsx", tabs([["Fiscal year", 2025, "Budget rate", 1.36], ["Of 2 drafts, the second"]]))
    held, at = Stored(), datetime.now(UTC)
    [row] = take_in(LocalFolder(tmp_path), held, "run", at).rows
    assert row["unread_tabs"] == ["More"]
    drop(tmp_path, "budget.xlsx", tabs([["GL", "P1"], ["Fuel", 9]]))
    taken = take_in(LocalFolder(tmp_path), held, "run", at)
    assert taken.rows == []
    assert (
        "tab More: expected a header row that is known above figures, found none, and number 9 in More!B2"
        in (taken.rejected["budget.xlsx"])
    )


def test_a_file_that_is_still_being_copied_is_left_alone(tmp_path: Path) -> None:
    at = HOUR_AGO
    drop(tmp_path, "budget.xlsx", BUDGET[:500], at)
    taken = take_in(LocalFolder(tmp_path), Stored(), "run", at + timedelta(seconds=5))
    assert (taken.rows, taken.rejected, taken.waiting) == ([], {}, ["budget.xlsx"])
    taken = take_in(LocalFolder(tmp_path), Stored(), "run", at + timedelta(minutes=5))
    assert list(taken.rejected) == ["budget.xlsx"]


def test_a_folder_that_cannot_be_read_has_not_arrived(files: Bronze, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    done = run(files)
    assert done.success
    assert [check.check_name for check in done.failed_checks] == ["arrived"]
