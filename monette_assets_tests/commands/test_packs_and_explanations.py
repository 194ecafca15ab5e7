"""`monette report pack` and `monette explain`: what they write, and their exit status."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.cli import main
from monette_assets.group import load_group
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.finance_lake import CONSOLIDATED, finance_lake


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    contract = write_contract(tmp_path / "group")
    finance_lake(tmp_path / "lake", load_group(contract))
    for name, path in (("HOME", tmp_path), ("GROUP", contract), ("LAKE", tmp_path / "lake")):
        monkeypatch.setenv(f"MONETTE_{name}", str(path))
    return tmp_path


def test_a_pack_is_written_and_its_files_are_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "pack", "--period", "2024-12", "--out", str(home / "packs")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(home / "packs" / "board_pack_2024-12.html"), str(home / "packs" / "board_pack_2024-12.xlsx"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--period", "2025-01"], "2025-01 has not been built; release 1 holds 2024-11 to 2024-12"),
        (["--period", "2024-12", "--company", "north"], "a board pack is the whole group's: leave --company out"),
        (["--period", "2024-12", "--out", "/proc/packs"], "/proc/packs: cannot be written:"),
    ],
)
def test_a_pack_that_cannot_be_made_says_why(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["report", "pack", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_an_explanation_ends_in_whether_it_adds_up(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "profit_and_loss", "direct", "--period", "2024-12"]) == 0
    shown = capsys.readouterr().out
    for part in ("397.00 CAD", "1. Map", "4. Eliminations", "The steps add up to the figure, to the cent."):
        assert part in shown


def test_an_explanation_as_json_holds_every_step_exactly(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "balance_sheet", "cash", "--company", "south", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["figure"], found["ties"], found["problems"]) == ("217.50", True, [])
    assert [step["title"] for step in found["steps"]] == ["1. Map", "2. Translate", "3. Aggregate", "4. Figure"]


def test_an_explanation_as_csv_is_the_ledger_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "profit_and_loss", "sales", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["document_number"], row["amount"], row["contact_name"]) for row in rows] == [
        ("INV-1", "-700.00", "'@Mill & Sons"), ("INV-2", "-300.00", ""), ("INV-9", "-80.00", ""),
    ]  # fmt: skip


def test_an_explanation_that_does_not_add_up_ends_in_1(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    wrong = [*CONSOLIDATED[:3], {**CONSOLIDATED[3], "movement_cad": Decimal("399.00")}, *CONSOLIDATED[4:]]
    finance_lake(home / "other", load_group(home / "group"), consolidated=wrong)
    monkeypatch.setenv("MONETTE_LAKE", str(home / "other"))
    assert main(["explain", "profit_and_loss", "direct"]) == 1
    assert "difference -1.00" in capsys.readouterr().out


def test_a_line_that_there_is_not_is_refused_with_the_nearest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "profit_and_loss", "ebidta"]) == 1
    assert "profit_and_loss has no line 'ebidta'; nearest: EBITDA" in capsys.readouterr().err
