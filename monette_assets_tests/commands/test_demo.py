"""The demo as a newcomer runs it, over its first two months: once from nothing, then once more."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from monette_assets.lake import Lake
from monette_assets_tests.processes import free_port


@dataclass(frozen=True)
class Demo:
    """Two demos on one home: what each said."""

    home: Path
    first: str
    version: int | None  # of the profit and loss after the first
    second: str

    @property
    def lake(self) -> Lake:
        return Lake(str(self.home / "lake"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo")
    url = f"http://127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "MONETTE_HOME": str(home),
        "MONETTE_QUICKBOOKS_URL": url,
        "MONETTE_QUICKBOOKS_TOKEN_URL": f"{url}/oauth2/v1/tokens/bearer",
        "MONETTE_BANK_OF_CANADA_URL": f"{url}/valet",
        "COLUMNS": "200",
    }

    def run() -> str:
        command = [sys.executable, "-m", "monette_assets.cli", "demo", "--months", "2"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    first = run()
    return Demo(home, first, Lake(str(home / "lake")).version("gold/profit_and_loss"), run())


def test_it_ends_with_statements_that_tie_out_and_a_board_pack(demo: Demo) -> None:
    for part in (
        "15 companies connected", "profit and loss by pillar, December 2024", "consolidation, December 2024",
        "all equal to the cent", "board_pack_2024-12.html",
    ):  # fmt: skip
        assert part in demo.first
    assert (demo.home / "packs" / "board_pack_2024-12.xlsx").stat().st_size > 10_000


def test_fifteen_companies_owe_each_other_and_the_group_owes_itself_nothing(demo: Demo) -> None:
    """Real eliminations, net zero by entry; what does not match stands on its own line (ACCOUNTING 17, 18)."""
    rows = demo.lake.read("gold/eliminations").to_pylist()
    assert {row["kind"] for row in rows} >= {"balances", "income"}
    by_entry: dict[tuple[object, str], object] = {}
    for row in rows:
        key = (row["period"], row["elimination"])
        by_entry[key] = by_entry.get(key, 0) + row["amount_cad"]
    assert set(by_entry.values()) == {0}


def test_a_second_demo_changes_nothing_and_says_so(demo: Demo) -> None:
    assert "Nothing changed: all" in demo.second
    assert "every company is connected" in demo.second
    assert demo.lake.version("gold/profit_and_loss") == demo.version
