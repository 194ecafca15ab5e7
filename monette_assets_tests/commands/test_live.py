"""`monette live` as a process: edits and a fault are made, seen, released and told, and everything is ended."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import psutil
import pytest

from monette_assets.cli import main
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.processes import free_port

ROOT = Path(__file__).parents[2]
SEED = 62  # two new entries, the second with two answers of HTTP 500
CLOCK = r"\d\d:\d\d:\d\d"
EDIT = re.compile(
    rf"^{CLOCK} edit (\d): (north|south) added entry \d of 2024-1[12]: [\d.]+ \| seen by the sensor {CLOCK}, "
    rf"refreshed in [\d.]+ s, release (\d+) {CLOCK}: [\d.]+ s from edit to release$",
    re.MULTILINE,
)
FAULT = re.compile(
    rf"^{CLOCK} fault 2: (north|south), HTTP 500, twice \| nobody waited, caught up {CLOCK}$", re.MULTILINE
)


def test_each_edit_and_fault_is_a_line_and_nobody_is_left_behind(small_world: SmallWorld, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_world.settings.home, home)
    with running(generate_books(small_world.group, until=date(2025, 1, 10))) as simulator:  # it notifies nobody
        environment = {
            **os.environ,
            **small_world.environment,
            "MONETTE_HOME": str(home),
            "MONETTE_QUICKBOOKS_URL": simulator.url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
            "MONETTE_QUICKBOOKS_POLL_SECONDS": "2",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
        }
        command = [sys.executable, "-m", "monette_assets.cli", "live", "--edits", "2", "--every", "1",
                   "--minutes", "10", "--seed", str(SEED), "--port", str(free_port())]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(number for number, _, _ in EDIT.findall(done.stderr)) == ["1", "2"], done.stderr
    assert len(FAULT.findall(done.stderr)) == 1, done.stderr
    assert "2 edit(s), 1 with a fault: 2 released, from edit to release " in done.stderr
    assert "0 incident(s) opened" in done.stderr
    assert [each for each in psutil.process_iter() if _works_on(home, each)] == []


def _works_on(home: Path, process: psutil.Process) -> bool:
    try:
        return bool(process.environ().get("MONETTE_HOME") == str(home))
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False


def test_it_edits_no_books_but_the_simulators(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONETTE_QUICKBOOKS_URL", "https://quickbooks.api.intuit.com")
    assert main(["live"]) == 1
    assert "expected the simulator as the outside world, found https://quickbooks" in capsys.readouterr().err
