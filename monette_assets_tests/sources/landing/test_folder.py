"""The landing folder: plain files only, bounded, rejected with a reason beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monette_assets.sources.landing import folder as module
from monette_assets.sources.landing.folder import LocalFolder, ObjectStoreFolder, Unreadable, open_folder


@pytest.fixture(params=["local", "object store"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> LocalFolder | ObjectStoreFolder:
    """Both ways of reaching one folder; the object store's is a file system of Arrow's."""
    return LocalFolder(tmp_path) if request.param == "local" else ObjectStoreFolder(tmp_path.as_uri())


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert open_folder(str(tmp_path / "none")).files() == []
    assert open_folder((tmp_path / "none").as_uri()).files() == []


def test_what_programs_leave_beside_a_file_is_not_looked_at(tmp_path: Path, folder: LocalFolder) -> None:
    for name in ("budget.xlsx", "~$budget.xlsx", ".~lock.budget.xlsx#", ".DS_Store", "b.xlsx.part", "c.crdownload"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.xlsx").mkdir()
    assert [(landed.name, landed.size) for landed in folder.files()] == [("budget.xlsx", 1)]
    assert folder.read("budget.xlsx") == b"x"


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "..", "rejected/a.xlsx", "a\nb", ".hidden"])
def test_only_names_of_the_folder_are_read(folder: LocalFolder, name: str) -> None:
    with pytest.raises(Unreadable, match="expected the name of a file"):
        folder.read(name)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("token")
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "link.xlsx").symlink_to(secret)
    folder = LocalFolder(landing)
    with pytest.raises(Unreadable, match="expected a plain file"):
        folder.read("link.xlsx")
    folder.reject("link.xlsx", "a link")
    assert secret.read_text() == "token"  # the link moved, not what it points at
    assert (landing / "rejected" / "link.xlsx").is_symlink()


def test_a_pipe_is_refused_and_nobody_waits_for_its_other_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Unreadable, match="expected a plain file"):
        LocalFolder(tmp_path).read("pipe.csv")


def test_a_file_beyond_the_bound_is_not_read(
    tmp_path: Path, folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 10)
    (tmp_path / "big.csv").write_bytes(b"x" * 11)
    with pytest.raises(Unreadable, match="at most"):
        folder.read("big.csv")


def test_a_rejected_file_keeps_its_name_and_its_reason_beside_it(tmp_path: Path, folder: LocalFolder) -> None:
    for content in (b"one", b"two"):
        (tmp_path / "budget.xlsx").write_bytes(content)
        folder.reject("budget.xlsx", "expected an .xlsx workbook")
    rejected = tmp_path / "rejected"
    assert sorted(path.name for path in rejected.iterdir()) == [
        "budget (2).xlsx",
        "budget (2).xlsx.reason.txt",
        "budget.xlsx",
        "budget.xlsx.reason.txt",
    ]
    assert "expected an .xlsx workbook" in (rejected / "budget.xlsx.reason.txt").read_text()
    assert folder.files() == []
