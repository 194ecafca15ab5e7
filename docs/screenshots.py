"""Take the pictures of the documentation, on a built home.

`python docs/screenshots.py http://127.0.0.1:3000` takes those of the interface, `python docs/screenshots.py
.monette/packs/board_pack_2026-10.html` those of a board pack.
"""

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


def take_pack(page_file: Path) -> None:
    """Write the pictures of a board pack: its first screen, and a line of the profit and loss opened, in the dark."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        page.goto(page_file.resolve().as_uri())
        page.screenshot(path=str(IMAGES / "board-pack.png"))
        page.close()
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="dark")
        page.goto(page_file.resolve().as_uri())
        line = page.locator(
            "#profit-and-loss-table tr[data-line=telephone], #profit-and-loss-table tr[data-line=freight]"
        )
        line.first.locator("th label").click()
        behind = line.first.locator("xpath=following-sibling::tr[1]")
        behind.locator("details summary").first.click()
        line.first.evaluate("row => window.scrollTo(0, row.getBoundingClientRect().top + window.scrollY - 120)")
        page.wait_for_timeout(800)  # scrolling is smooth
        page.screenshot(path=str(IMAGES / "board-pack-drill-down.png"))
        browser.close()


if __name__ == "__main__":
    if sys.argv[1].startswith("http"):
        take(sys.argv[1].rstrip("/"))
    else:
        take_pack(Path(sys.argv[1]))
