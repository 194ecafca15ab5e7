"""Take the README's pictures of the interface, on a built home: `python docs/screenshots.py http://127.0.0.1:3000`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# picture -> page, and a text that is there when the page is
PAGES = {
    "asset-graph": ("/assets/gold/tie_out?view=lineage&lineageScope=upstream&lineageDepth=6", "quickbooks_reports"),
    "profit-and-loss": ("/assets/gold/profit_and_loss?view=partitions&partition=2026-10", "2026-10"),
    "tie-out-checks": ("/assets/gold/tie_out?view=checks&checkDetail=ties_out", "ties_out"),
    "runs": ("/runs", "Success"),
}


def take(address: str) -> None:
    """Write every picture to docs/images."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1680, "height": 1000})
        page.set_default_timeout(60_000)
        for name, (path, text) in PAGES.items():
            page.goto(address + path)
            page.get_by_text(text).first.wait_for()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(3_000)  # pages load their parts one after the other
            page.screenshot(path=str(IMAGES / f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1].rstrip("/"))
