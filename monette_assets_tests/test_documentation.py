"""The command that writes the pages: it does what it was asked, or says why not and writes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monette_assets import documentation
from monette_assets.documentation import main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_asked_for_help_it_helps_and_writes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monette_assets.documentation", "--help"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m monette_assets.documentation [-h] [folder]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--folder", "pages"], ["--hel"], ["-x"], ["pages", "more"]])
def test_what_it_does_not_know_is_refused(
    nowhere: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err
    assert list(nowhere.iterdir()) == []


def test_without_a_folder_it_writes_the_catalogue_and_the_power_bi_project(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    written = sorted((nowhere / "docs/tables").rglob("*.md"))
    assert capsys.readouterr().out.startswith(f"{len(written)} pages in docs/tables\n")
    assert nowhere / "docs/tables/gold/ledger.md" in written
    assert any((nowhere / "infra/power_bi").iterdir())


def test_with_a_folder_it_writes_the_catalogue_there_and_takes_away_what_is_gone(nowhere: Path) -> None:
    main(["pages"])
    gone = nowhere / "pages/gold/of_last_year.md"
    gone.write_text("# gold/of_last_year\n")
    main(["pages"])
    assert not gone.exists()
    assert (nowhere / "pages/gold/ledger.md").exists()
    assert [path.name for path in nowhere.iterdir()] == ["pages"]


def test_somebody_elses_pages_are_left_alone(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diary = nowhere / "notes/diary.md"
    diary.parent.mkdir()
    diary.write_text("Rain.\n")
    with pytest.raises(SystemExit) as ended:
        main(["notes"])
    assert ended.value.code == 2
    assert "expected notes to be empty or a catalogue, found notes/diary.md" in capsys.readouterr().err
    assert [path.read_text() for path in diary.parent.rglob("*")] == ["Rain.\n"]
    with pytest.raises(FileExistsError):
        documentation.write(nowhere)
