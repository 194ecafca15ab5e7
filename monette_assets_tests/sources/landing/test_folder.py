"""The landing folder: plain files only, bounded, rejected with a reason beside them. A container: test_container.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monette_assets.sources.landing import folder as module
from monette_assets.sources.landing.folder import LocalFolder, Unreadable, rejected_name


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert LocalFolder(tmp_path / "none").files() == []


def test_what_programs_leave_beside_a_file_is_not_looked_at(tmp_path: Path, folder: LocalFolder) -> None:
    for name in ("budget.xlsx", "~$budget.xlsx", ".~lock.budget.xlsx#", ".DS_Store", "b.xlsx.part", "c.crdownload"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.xlsx").mkdir()
    assert [(landed.name, landed.size) for landed in folder.files()] == [("budget.xlsx", 1)]
    assert folder.read("budget.xlsx") == b"x"


HOSTILE = ["../secret.txt", "/etc/passwd", "..", "rejected/a.xlsx", "..\\a.xlsx", "a\nb.csv", "a\0.csv",
           "\u202egpj.csv", "n" * 240 + ".csv", "e\u0301" * 90, ""]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_only_plain_names_are_read(folder: LocalFolder, name: str) -> None:
    with pytest.raises(Unreadable, match="expected the plain name of a file"):
        folder.read(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_rejected_has_a_name_that_can_be_written_anywhere(name: str) -> None:
    for number in (1, 2):
        safe = rejected_name(name, number)
        assert safe.isprintable()
        assert not set(safe) & set("/\\")
        assert safe not in ("", ".", "..")
        assert len(safe.encode()) + len(module.REASON) < 255


@pytest.mark.parametrize("name", ["../a.csv", "/etc/passwd", "..", "a\0b", ""])
def test_nothing_outside_of_the_folder_is_moved(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "landing").mkdir()
    with pytest.raises(Unreadable, match="expected the name of a file"):
        LocalFolder(tmp_path / "landing").reject(name, "no")
    assert (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("name", [b"n" * 250 + b".csv", b"a\nb.csv", b"caf\xe9.csv", "\u202egpj.csv".encode()])
def test_a_file_with_such_a_name_is_moved_away_under_a_plain_one(tmp_path: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    folder = LocalFolder(tmp_path)
    [landed] = folder.files()
    with pytest.raises(Unreadable):
        folder.read(landed.name)
    moved = folder.reject(landed.name, "its name")
    assert (tmp_path / moved).read_bytes() == b"x"
    assert "its name" in (tmp_path / f"{moved}.reason.txt").read_text()
    assert moved.isprintable()
    assert folder.files() == []


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
