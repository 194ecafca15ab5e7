"""What a run refused is nowhere in the published rows: the check command takes the run's word for it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monette_assets_tests.commands.conftest import OwnWorld, Say
from monette_assets_tests.landed import workbook

HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
HEADER = ["Account", "Nov 2024", "Dec 2024"]


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MONETTE_LANDING", str(tmp_path))
    return tmp_path


def test_a_sheet_that_was_refused_fails_the_check_until_it_is_put_right(
    own_world: OwnWorld, landing: Path, say: Say
) -> None:
    def dropped(amount: object) -> int:
        sheet = workbook({"North Home": [["Company", "north"], HEADER, [5300, 100, amount]]})
        (landing / "budget.xlsx").write_bytes(sheet)
        os.utime(landing / "budget.xlsx", (HOUR_AGO, HOUR_AGO))  # nobody is writing it any more
        say("run", "--from", "2024-11", "--to", "2024-12", "--select", "bronze/landing_files")
        return say("run", "--no-fetch", "--from", "2024-11", "--to", "2024-12", "--select", "silver/budgets")[0]

    assert dropped("a lot") == 1
    status, out, _ = say("check", "--select", "silver/budgets", "--format", "json")
    assert status == 1
    [row] = json.loads(out)["rows"]
    assert (row["table"], row["check"], row["severity"]) == ("silver/budgets", "nothing_refused", "error")
    assert "North Home!C3: expected an amount, found text 'a lot'" in row["what"]

    assert dropped(200) == 0
    assert say("check", "--select", "silver/budgets")[0] == 0


def test_a_run_from_bronze_names_the_sheets_it_left_out(own_world: OwnWorld, landing: Path, say: Say) -> None:
    from_bronze = ("run", "--no-fetch", "--from", "2024-11", "--select", "silver/budgets")
    taking_in = ("run", "--from", "2024-11", "--select", "bronze/landing_files")
    (landing / "budget.xlsx").write_bytes(workbook({"North Home": [["Company", "north"], HEADER, [5300, 100, 200]]}))
    (landing / "letter.xlsx").write_bytes(workbook({"Letter": [["Dear all"]]}))
    for name in ("budget.xlsx", "letter.xlsx"):
        os.utime(landing / name, (HOUR_AGO, HOUR_AGO))
    assert "Not in these figures: budget.xlsx, letter.xlsx in the landing folder" in say(*from_bronze)[2]
    assert "Not in these figures" not in say(*taking_in)[2]
    assert "Not in these figures" not in say(*from_bronze)[2]
