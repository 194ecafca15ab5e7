"""Dagster's user interface on a built home, opened in a headless browser: what the README promises is to be seen."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.processes import Process, free_port

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 60_000  # milliseconds a page may take on a busy machine

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: install Debian's package chromium"),
]


@pytest.fixture(scope="module")
def interface(small_world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a webserver on the small world's home."""
    port = free_port()
    program = Path(sys.executable).with_name("dagster-webserver")
    said = tmp_path_factory.mktemp("interface") / "webserver.log"
    arguments = ("-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port))
    environment = {**os.environ, **small_world.environment}
    server = Process(said, port, program, *arguments, cwd=ROOT, env=environment)
    try:
        server.wait()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1600, "height": 1000})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def test_every_gold_table_is_there_with_its_checks(interface: str, page: Page) -> None:
    page.goto(f"{interface}/asset-groups/__repository__@monette_assets.definitions/list")
    for table in ("ledger", "trial_balance", "profit_and_loss", "balance_sheet", "financial_summary", "tie_out"):
        page.goto(f"{interface}/assets/gold/{table}?view=checks")
        expect(page.get_by_text("contract", exact=True).first).to_be_visible(timeout=PATIENCE)


def test_a_table_shows_its_months_as_partitions(interface: str, page: Page) -> None:
    page.goto(f"{interface}/assets/gold/profit_and_loss?view=partitions")
    expect(page.get_by_text("2024-12", exact=True).first).to_be_visible(timeout=PATIENCE)


def test_a_table_shows_its_checks(interface: str, page: Page) -> None:
    page.goto(f"{interface}/assets/gold/tie_out?view=checks")
    expect(page.get_by_text("ties_out").first).to_be_visible(timeout=PATIENCE)


def test_the_chain_of_runs_is_listed(interface: str, page: Page) -> None:
    page.goto(f"{interface}/runs")
    expect(page.get_by_text(re.compile("Success")).first).to_be_visible(timeout=PATIENCE)


def test_the_sensor_and_the_schedule_are_listed(interface: str, page: Page) -> None:
    page.goto(f"{interface}/automation")
    for name in ("quickbooks_changes", "daily_refresh"):
        expect(page.get_by_text(name).first).to_be_visible(timeout=PATIENCE)
