"""The page's charts as a browser draws them, light, dark and printed: what stands where is what the tables say."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from monette_assets.group import load_group
from monette_assets.reports.pack import page as pack_page
from monette_assets.reports.pack.contents import gather
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, open_release
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.finance_lake import CONSOLIDATED, finance_lake, owed
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, publish, summary
from monette_assets_tests.reports.test_pack_page import contrast
from monette_assets_tests.test_user_interface import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: install Debian's package chromium"),
]
OCTOBER = date(2024, 10, 1)
MONTHS = (OCTOBER, NOVEMBER, DECEMBER)
MILLION = 1_000_000
# In the drawing's own units: an axis is half a line's width off, and numbers beside it stand lower than their place.
AXIS_OFF, LABEL_BELOW = 0.5, 4
Point = tuple[float, float]

# pillar, month, scenario: sales and direct expenses in millions; the group's year begins in November
MANAGED = (
    ("Grain", OCTOBER, "actual", "1.0", "0.0"),
    ("Grain", NOVEMBER, "actual", "4.0", "1.0"),
    ("Grain", DECEMBER, "actual", "6.0", "2.4"),
    ("Cow-Calf", OCTOBER, "actual", "0.4", "0.1"),
    ("Cow-Calf", NOVEMBER, "actual", "1.0", "1.5"),
    ("Cow-Calf", DECEMBER, "actual", "1.2", "0.5"),
    ("Grain", DECEMBER, "budget", "7.0", "3.5"),
)
BEFORE = {OCTOBER: ("2000000.00", "-700000.00"), NOVEMBER: ("6400000.00", "-3100000.00")}  # cash, sales of the month


def _managed() -> list[dict[str, Any]]:
    found = []
    for pillar, month, scenario, sales, direct in MANAGED:
        margin = Decimal(sales) - Decimal(direct)
        lines = {"Sales Revenue": Decimal(sales), "Direct Operating Expenses": Decimal(direct), "Gross Margin":
                 Decimal(sales), "Contribution Margin": margin, "EBITDA": margin, "Net Income": margin}  # fmt: skip
        found += [
            {**summary("north" if pillar == "Grain" else "south", month, pillar, line, str(amount * MILLION)),
             "scenario": scenario}
            for line, amount in lines.items()
        ]  # fmt: skip
    return found


def _consolidated() -> list[dict[str, Any]]:
    """December ten thousand times as large as it was, and the two months before."""
    scaled = [
        {**row, **{name: row[name] * 10_000 for name in ("opening_cad", "movement_cad", "closing_cad")}}
        for row in CONSOLIDATED
    ]
    cash, sales = CONSOLIDATED[0], CONSOLIDATED[2]
    for month, (held, sold) in BEFORE.items():
        scaled += [
            {**cash, "period": month, "closing_cad": Decimal(held)},
            {**sales, "period": month, "movement_cad": Decimal(sold)},
        ]
    return scaled


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Released, Path]:
    """The release, and the page made of it."""
    folder = tmp_path_factory.mktemp("charts")
    group = load_group(write_contract(folder / "group"))
    lake = finance_lake(folder / "lake", group, consolidated=_consolidated())
    publish(lake, "gold/financial_summary", _managed(), publish_id="charted")
    for table, parts in (("receivables", ("3000000", "4000000", "1160000")), ("payables", ("2500000", "0", "500000"))):
        buckets = zip(("current", "31-60", "over 90"), (-10, 45, 100), parts, strict=True)
        rows = [owed("north", bucket, days, bucket, amount) for bucket, days, amount in buckets if amount != "0"]
        publish(lake, f"gold/{table}_aging", rows, publish_id="charted")
    release(lake, GOLD, "charted", group)
    found = open_release(lake, group.time_zone)
    return found, pack_page.write(gather(Question(found, group, DECEMBER)), folder / "pack.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium") or CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module", params=["light", "dark", "print"])
def opened(request: pytest.FixtureRequest, browser: Browser, released: tuple[Released, Path]) -> Iterator[Page]:
    """The page as read on a light or a dark screen, and as printed from a dark one."""
    page = browser.new_page(
        viewport={"width": 1360, "height": 900}, color_scheme="light" if request.param == "light" else "dark"
    )
    page.goto(released[1].as_uri())
    if request.param == "print":
        page.emulate_media(media="print", color_scheme="dark")
    yield page
    page.close()


def figures(release: Released, table: str, of: str, *by: str, **only: Any) -> dict[Any, float]:
    """Sums of a released table's rows, in millions."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for row in release.rows(table):
        if only.items() <= row.items():
            key = tuple(row[name] for name in by)
            found[key if len(by) > 1 else key[0]] += row[of]
    return {key: float(amount / MILLION) for key, amount in found.items()}


# --- reading a drawing ---------------------------------------------------------------------------------------------

READ = """(svg) => {
    const at = (el, x, y) => { const p = new DOMPoint(x, y).matrixTransform(el.getScreenCTM()); return [p.x, p.y]; };
    const axes = {};
    for (const axis of svg.querySelectorAll('.role-axis[aria-label]'))
        axes[axis.getAttribute('aria-label')[0]] = [...axis.querySelectorAll('.role-axis-label text')].map(
            (text) => [[...(text.children.length ? text.children : [text])].map((e) => e.textContent).join(' '),
                       at(text, 0, 0)]);
    return {
        axes,
        unit: svg.getScreenCTM().a,
        box: (({x, y, width, height}) => ({x, y, width, height}))(svg.getBoundingClientRect()),
        bars: [...svg.querySelectorAll('path[aria-roledescription=bar]')].map((bar) => {
            const box = bar.getBBox();
            return {first: at(bar, box.x, box.y), last: at(bar, box.x + box.width, box.y + box.height),
                    fill: getComputedStyle(bar).fill};
        }),
        lines: [...svg.querySelectorAll('.mark-line path')].map((line) => ({
            points: line.getAttribute('d').match(/[MLC][^MLCZ]*/g).map((part) => {
                const numbers = part.slice(1).split(',').map(Number);
                return at(line, ...numbers.slice(-2));
            }),
            stroke: getComputedStyle(line).stroke,
        })),
        texts: [...svg.querySelectorAll('.mark-text.role-mark text')].map((text) => [text.textContent, at(text, 0, 0)]),
    };
}"""


class Drawing:
    """A chart as the browser placed it, its positions read back as figures by the axis beside them."""

    def __init__(self, svg: Locator) -> None:
        self.read: dict[str, Any] = svg.evaluate(READ)

    @property
    def bars(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read["bars"]
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read["lines"]
        return found

    def value(self, place: Point, axis: str = "Y") -> float:
        """The figure that stands at a place: between the first and last number on the axis, or beyond."""
        along = 1 if axis == "Y" else 0
        off = (AXIS_OFF + LABEL_BELOW if axis == "Y" else AXIS_OFF) * self.read["unit"]
        ticks: list[Point] = [(number(text), at[along] - off) for text, at in self.read["axes"][axis]]
        (low, start), (high, end) = ticks[0], ticks[-1]
        return low + (high - low) * (place[along] - start) / (end - start)


def number(text: str) -> float:
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def near(amounts: Sequence[float]) -> Any:
    """Within a five-hundredth of the largest: less than a pixel."""
    return pytest.approx(list(amounts), abs=max(abs(each) for each in amounts) / 500)


def chart(page: Page, label: str) -> Drawing:
    return Drawing(page.locator(f"svg[aria-label^='{label}']"))


# --- the charts ----------------------------------------------------------------------------------------------------


def test_a_line_a_pillar_runs_through_its_margins(opened: Page, released: tuple[Released, Path]) -> None:
    margins = figures(released[0], "gold/financial_summary", "amount_cad", "pillar", "period",
                      line="Contribution Margin", scenario="actual")  # fmt: skip
    drawn = chart(opened, "Contribution Margin by pillar")
    plotted = [[drawn.value(point) for point in line["points"]] for line in drawn.lines]
    assert len(plotted) == 2
    for line, pillar in zip(plotted, ("Grain", "Cow-Calf"), strict=True):
        assert line == near([margins[pillar, month] for month in MONTHS])
    assert [text for text, _ in drawn.read["texts"]] == ["Grain", "Cattle"]


def test_the_bridge_leads_from_the_budgets_ebitda_to_the_actual_one(
    opened: Page, released: tuple[Released, Path]
) -> None:
    year = {month: figures(released[0], "gold/financial_summary", "amount_cad", "scenario", "line", period=month)
            for month in (NOVEMBER, DECEMBER)}  # fmt: skip

    def to_date(scenario: str, line: str) -> float:
        return sum(month.get((scenario, line), 0.0) for month in year.values())

    sales = to_date("actual", "Sales Revenue") - to_date("budget", "Sales Revenue")
    direct = to_date("budget", "Direct Operating Expenses") - to_date("actual", "Direct Operating Expenses")
    budget, actual = to_date("budget", "EBITDA"), to_date("actual", "EBITDA")
    drawn = chart(opened, "EBITDA to date, from budget to actual")
    names = [text for text, _ in drawn.read["axes"]["X"]]
    ends = {
        name: sorted((drawn.value(bar["first"]), drawn.value(bar["last"])))
        for name, bar in zip(names, drawn.bars, strict=True)
    }
    assert ends["Budget"] == near([0.0, budget])
    assert ends["Sales Revenue"] == near([budget, budget + sales])
    assert ends["Direct Operating Expenses"] == near(sorted((budget + sales, budget + sales + direct)))
    assert ends["Actual"] == near([0.0, actual])
    still = [name for name in names if ends[name][1] - ends[name][0] < 0.01]
    assert still == ["Cost of Goods Sold", "Other Operating Revenue", "Operating Overheads"]
    shown = dict(zip(names, (text for text, _ in drawn.read["texts"]), strict=True))
    assert [shown[name] for name in ("Budget", "Sales Revenue", "Direct Operating Expenses", "Actual")] == [
        "3.5 m", "+5.2 m", "\N{MINUS SIGN}1.9 m", "6.8 m",
    ]  # fmt: skip


def test_cash_runs_through_each_month_end_of_the_consolidation(opened: Page, released: tuple[Released, Path]) -> None:
    cash = figures(released[0], "gold/consolidated_statements", "closing_cad", "period", group_account="cash")
    drawn = chart(opened, "Cash at month end")
    (line,) = drawn.lines
    assert [drawn.value(point) for point in line["points"]] == near([cash[month] for month in MONTHS])
    assert [text for text, _ in drawn.read["texts"]] == ["13.1 m"]


def test_what_is_owed_is_stacked_by_age(opened: Page, released: tuple[Released, Path]) -> None:
    drawn = chart(opened, "Receivables and payables by days overdue")
    rows = [text for text, _ in drawn.read["axes"]["Y"]]
    by_height: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for bar in drawn.bars:
        ends = sorted((drawn.value(bar["first"], "X"), drawn.value(bar["last"], "X")))
        by_height[round(bar["first"][1])].append((ends[0], ends[1]))
    assert len(by_height) == len(rows) == 2
    for name, height in zip(rows, sorted(by_height), strict=True):
        table = f"gold/{name.split()[-1].casefold()}_aging"
        owed_by = figures(released[0], table, "open_balance_cad", "bucket")
        expected, level = [], 0.0
        for bucket in ("current", "31-60", "over 90"):
            if owed_by.get(bucket):
                expected += [level, level := level + owed_by[bucket]]
        assert [end for part in sorted(by_height[height]) if part[1] - part[0] > 0.01 for end in part] == near(expected)


def test_a_small_line_has_the_shape_of_its_months(opened: Page, released: tuple[Released, Path]) -> None:
    """Without an axis: the way from the first month to the second, as a part of that to the third."""
    earned = figures(released[0], "gold/consolidated_statements", "movement_cad", "period", statement="profit_and_loss")
    cash = figures(released[0], "gold/consolidated_statements", "closing_cad", "period", group_account="cash")
    for label, amounts, sign in (("Net Income, 3 months", earned, -1), ("Cash, 3 months", cash, 1)):
        ((first, second, third),) = [[-point[1] for point in line["points"]] for line in chart(opened, label).lines]
        one, two, three = (sign * amounts[month] for month in MONTHS)
        assert (second - first) / (third - first) == pytest.approx((two - one) / (three - one), abs=0.02)
        assert (third > first) == (three > one)


# --- light, dark and print -----------------------------------------------------------------------------------------


def test_every_chart_fits_and_stands_out_from_its_ground(opened: Page) -> None:
    charts = opened.locator("figure svg")
    assert charts.count() == 4
    width = opened.evaluate("document.documentElement.clientWidth")
    paper = colour(opened.evaluate("getComputedStyle(document.body).backgroundColor"))
    for index in range(charts.count()):
        drawn = Drawing(charts.nth(index))
        box = drawn.read["box"]
        assert 300 < box["width"] <= width
        assert box["height"] > 80
        assert 0 <= box["x"] <= width + 1 - box["width"]
        inks = {bar["fill"] for bar in drawn.bars} | {line["stroke"] for line in drawn.lines}
        assert inks
        for ink in inks:
            assert contrast(colour(ink), paper) >= 1.5, (index, ink, paper)


def test_no_chart_is_cut_by_the_end_of_a_page_and_paper_is_white(
    browser: Browser, released: tuple[Released, Path]
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(released[1].as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    kept = page.evaluate("[...document.querySelectorAll('figure')].map((each) => getComputedStyle(each).breakInside)")
    assert kept == ["avoid"] * 4
    paper = colour(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert contrast(paper, "#000000") > 18
    page.close()


def colour(written: str) -> str:
    """rgb(1, 2, 3) as #010203; what is transparent shows the paper, white."""
    parts = [float(each) for each in re.findall(r"[\d.]+", written)]
    if len(parts) == 4 and parts[3] == 0:
        return "#ffffff"
    return "#" + "".join(f"{round(each):02x}" for each in parts[:3])
