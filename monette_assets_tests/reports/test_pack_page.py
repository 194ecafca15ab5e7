"""The page in a headless browser: figures are gold's and open up, nothing is fetched, nothing of a source runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from monette_assets.group import load_group
from monette_assets.reports.pack import page as pack_page
from monette_assets.reports.pack.contents import gather
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.finance_lake import SCRIPT, finance_lake
from monette_assets_tests.reports.small_lake import DECEMBER
from monette_assets_tests.test_user_interface import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: install Debian's package chromium"),
]
NET_INCOME = "#profit-and-loss-table tr[data-line='Net Income']"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    group = load_group(write_contract(folder / "group"))
    lake = finance_lake(folder / "lake", group)
    pack = gather(Question(open_release(lake, group.time_zone), group, DECEMBER))
    return pack_page.write(pack, folder / "pack.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium") or CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser, path: Path) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: told.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(path.as_uri())
    yield page
    page.close()
    assert told == []


def figure(text: str) -> Decimal:
    """A figure as the page writes it."""
    plain = text.strip().replace(",", "")
    return -Decimal(plain.strip("()")) if plain.startswith("(") else Decimal(plain)


def test_the_figures_are_those_of_the_consolidation(opened: Page) -> None:
    cells = opened.locator(f"{NET_INCOME} > td")
    assert figure(cells.nth(0).inner_text()) == Decimal("665")
    assert figure(opened.locator("#profit-and-loss-table tr[data-line=direct] > td").nth(0).inner_text()) == Decimal(
        "397"
    )
    total = opened.locator("#balance-sheet-table tr[data-line=Assets] > td").nth(0).inner_text()
    assert figure(total) == Decimal("1313")  # 1,312.50, half up


def test_any_figure_opens_the_companies_accounts_rates_and_documents_behind_it(opened: Page) -> None:
    row = opened.locator("#profit-and-loss-table tr[data-line=direct]")
    behind = row.locator("xpath=following-sibling::tr[1]")
    assert not behind.is_visible()
    row.locator("td label").first.click()
    assert behind.is_visible()
    text = behind.inner_text()
    for part in ("North Farm Ltd.", "Eliminations", "(50.00)", "397.00", "30.00 USD", "1.400000 average"):
        assert part in text
    behind.get_by_text("5300 Fuel").click()
    lines = behind.locator("details[open]").inner_text()
    assert "Card-lock" in lines
    assert "and 3 more lines, 150.00 together" in lines
    assert "monette explain profit_and_loss direct --period 2024-12 --company north --limit 0" in lines


def test_a_balance_opens_to_accounts_at_the_closing_rate_and_what_moved_them(opened: Page) -> None:
    """Sable's chequing: 100.00 USD before, 150.00 at the month's end, at 1.45."""
    row = opened.locator("#balance-sheet-table tr[data-line=cash]")
    behind = row.locator("xpath=following-sibling::tr[1]")
    row.locator("td label").first.click()
    text = behind.inner_text()
    for part in ("Balance", "150.00 USD", "1.450000 closing", "217.50"):
        assert part in text
    account = behind.locator("details", has_text="150.00 USD")
    account.locator("summary").click()
    lines = account.inner_text()
    for part in ("before, it stood at 100.00 USD", "INV-9", "80.00", "(30.00)"):
        assert part in lines


def behind(row: Locator) -> Locator:
    return row.locator("xpath=following-sibling::tr[1]")


def test_a_line_of_the_cash_flow_opens_to_companies_and_the_command_that_explains_it(opened: Page) -> None:
    row = opened.locator("#cash tr[data-line='exchange/exchange_effect']")
    row.locator("td label").first.click()
    text = behind(row).inner_text()
    for part in ("South Farm LLC", "7.50", "monette explain cash_flow exchange/exchange_effect --period 2024-12 --view "
                 "ytd"):  # fmt: skip
        assert part in text


def test_a_line_of_the_changes_in_equity_opens_likewise(opened: Page) -> None:
    row = opened.locator("#cash tr[data-line=net_income]")
    row.locator("td label").first.click()
    text = behind(row).inner_text()
    for part in ("North Farm Ltd.", "600.00", "Eliminations and adjustments", "(5.00)", "665.00",
                 "monette explain changes_in_equity net_income --period 2024-12 --view ytd"):  # fmt: skip
        assert part in text


def test_a_pillar_opens_to_its_locations_and_its_commands(opened: Page) -> None:
    row = opened.locator("#pillars tr[data-pillar=Cattle]").first
    assert not behind(row).is_visible()
    row.locator("td label").first.click()
    text = behind(row).inner_text()
    for part in ("Cattle by location, December 2024", "South Farm LLC", "112.00",
                 "monette explain profit_and_loss 'Contribution Margin' --pillar Cattle --period 2024-12",
                 "monette explain budget 'Contribution Margin' --pillar Cattle --period 2024-12"):  # fmt: skip
        assert part in text


def test_an_aging_opens_to_contacts_and_ends_in_the_balance_sheets(
    browser: Browser, path: Path, tmp_path: Path
) -> None:
    """816.01 by document; a balance sheet that shows a cent more is told apart."""
    group = load_group(write_contract(tmp_path / "group"))
    lake = finance_lake(tmp_path / "lake", group)
    pack = gather(Question(open_release(lake, group.time_zone), group, DECEMBER))
    (aging,) = pack.agings
    pack = replace(pack, agings=(replace(aging, booked=Decimal("816.02")),))
    page = browser.new_page()
    page.goto(pack_page.write(pack, tmp_path / "pack.html").as_uri())
    row = page.locator("#receivables tr[data-company=north]")
    row.locator("td label").first.click()
    text = behind(row).inner_text()
    for part in ("@Mill & Sons", "400.00", "700.00", "North Farm Ltd.",
                 "monette report receivables_aging --period 2024-12 --company north --currency group"):  # fmt: skip
        assert part in text
    assert "(0.01)" in page.locator("#receivables tr.check").inner_text()
    page.close()


def test_each_line_stands_against_its_budget_with_good_variances_positive(opened: Page) -> None:
    """Costs of 442.00 where 350.00 were budgeted: of the month, and of the year with November's."""
    cells = opened.locator("#budget tr[data-line='Direct Operating Expenses'] td").all_inner_texts()
    assert [figure(cell) for cell in cells[:3]] == [442, 350, -92]
    assert "bad" in (
        opened.locator("#budget tr[data-line='Direct Operating Expenses'] td").nth(2).get_attribute("class") or ""
    )


def test_a_headline_opens_the_line_it_is_of(opened: Page) -> None:
    row = opened.locator(NET_INCOME)
    opened.locator(".card[data-headline='Net Income'] .figure a").click()
    assert "monette explain profit_and_loss 'Net Income' --period 2024-12" in behind(row).inner_text()
    opened.keyboard.press("Space")  # the line has the focus
    assert not behind(row).is_visible()
    opened.locator(".card[data-headline=Cash] .figure a").click()
    assert behind(opened.locator("#cash tr[data-line=closing]").first).is_visible()


def test_a_narrow_window_shows_one_headline_beside_nothing(browser: Browser, path: Path) -> None:
    page = browser.new_page(viewport={"width": 380, "height": 800})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    lefts = {round((card.bounding_box() or {"x": -1})["x"]) for card in page.locator(".card").all()}
    assert len(lefts) == 1
    page.close()


def test_lines_open_by_keyboard(opened: Page) -> None:
    toggle = opened.get_by_label("Net Income: show what is behind it")
    toggle.focus()
    opened.keyboard.press("Space")
    behind = opened.locator(NET_INCOME).locator("xpath=following-sibling::tr[1]")
    assert "Net Income = EBITDA + Other Income \N{MINUS SIGN} Other Expense" in behind.inner_text()


def test_what_a_source_says_is_text_and_never_runs(opened: Page) -> None:
    assert opened.title() == "Small Group, December 2024: board pack (Final)"
    assert SCRIPT in (opened.locator("body").text_content() or "")
    assert opened.locator("script").count() == 1


def test_without_javascript_everything_but_the_theme_works(browser: Browser, path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert not page.locator("#theme").is_visible()
    page.locator("#profit-and-loss-table tr[data-line=direct] td label").first.click()
    assert page.get_by_text("5300 Fuel").is_visible()
    page.locator(".card[data-headline='Net Income'] .figure a").click()
    assert behind(page.locator(NET_INCOME)).is_visible()
    context.close()


def test_light_and_dark_follow_the_reader_and_the_toggle(browser: Browser, path: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())

    def paper() -> int:
        rgb = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(each) for each in re.findall(r"\d+", rgb)[:3])

    assert paper() < 150
    page.locator("#theme").click()
    assert paper() > 700
    page.close()


def test_text_stands_out_from_its_ground_in_both_themes(browser: Browser, path: Path) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(path.as_uri())
        for ink in ("--ink", "--quiet", "--accent", "--positive", "--negative"):
            colours = page.evaluate(
                "(ink) => [ink, '--paper'].map((name) => getComputedStyle(document.documentElement)"
                ".getPropertyValue(name).trim())", ink,
            )  # fmt: skip
            assert contrast(*colours) >= 4.5, (scheme, ink)
        page.close()


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two colours written #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_charts_are_named_and_tables_have_headers(opened: Page) -> None:
    for index in range(opened.locator("svg").count()):
        assert opened.locator("svg").nth(index).get_attribute("aria-label")
    assert opened.locator("svg").count() >= 1
    without = opened.evaluate(
        "[...document.querySelectorAll('table')].filter((table) => !table.querySelector('th[scope]')).length"
    )
    assert without == 0
    doubled = opened.evaluate(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);"
        " return ids.length - new Set(ids).size; })()"
    )
    assert doubled == 0


def test_it_prints_with_its_standing_on_every_page(browser: Browser, path: Path, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert 'content: "Small Group' in path.read_text(encoding="utf-8")
    page.pdf(path=str(tmp_path / "pack.pdf"), prefer_css_page_size=True)
    assert (tmp_path / "pack.pdf").read_bytes().startswith(b"%PDF")
    page.close()
