"""What a refresh would take and cost, from steps that were measured: by rows, by cores, by engine, with its range."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.automation import chain
from monette_assets.group import Group
from monette_assets.group.prices import PriceMissing
from monette_assets.reports.cost_plan import (
    Place,
    Range,
    Seen,
    candidates,
    estimate,
    line,
    scaled,
    seconds_of,
    unknown,
    work_of,
)
from monette_assets.tables.compute import Compute
from monette_assets_tests.frames import group_of
from monette_assets_tests.price_books import book_of, cad, price, small_prices, with_prices

DAY = date(2025, 1, 10)
LAPTOP = Place("sail", "laptop")
HERE = Compute("sail", "laptop")


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return with_prices(group_of(tmp_path_factory.mktemp("group")))


def seen(seconds: float, units: int, rows: int = 0, place: Place = LAPTOP) -> Seen:
    return Seen(place, seconds, units, rows)


def test_seconds_go_with_the_rows_of_the_table() -> None:
    """1 s each time and 1 s for 1,000 rows, at 500 rows a month: 40 months take 21 s."""
    found = seconds_of([seen(2, 2, 1_000), seen(6, 10, 5_000), seen(11, 20, 10_000)], 40)
    assert found.likely == pytest.approx(21)
    assert [found.low, found.high] == pytest.approx([21 * 0.8, 21 * 1.2])


def test_of_one_size_only_it_is_between_as_long_again_and_in_proportion() -> None:
    """10 s for 10 months: 20 take between 10 and 20 s, give or take a fifth."""
    assert seconds_of([seen(10, 10)], 20) == Range(8, 15, 24)
    assert seconds_of([seen(10, 10)], 10) == Range(8, 10, 12)


def test_runs_that_took_longer_or_shorter_widen_the_range() -> None:
    runs = [seen(3, 10), seen(1, 10), seen(4, 20), seen(4, 20)]
    found = seconds_of(runs, 20)
    assert [found.low, found.likely, found.high] == pytest.approx([2, 4, 6])


@given(st.lists(st.tuples(st.integers(1, 10_000), st.floats(0, 1e4)), min_size=2, max_size=20))
def test_a_line_never_goes_below_zero(points: list[tuple[int, float]]) -> None:
    sizes = [float(size) for size, _ in points]
    if max(sizes) >= 1.5 * min(sizes):
        fixed, slope = line(sizes, [seconds for _, seconds in points])
        assert fixed >= 0
        assert slope >= 0


def test_more_cores_help_by_anything_up_to_their_number(group: Group) -> None:
    """Two cores to eight: a quarter of the seconds at best, all of them at worst; half in between."""
    book = book_of(group)
    assert scaled(book, LAPTOP, Place("sail", "D8")) == Range(0.25, 0.5, 1)
    assert scaled(book, Place("sail", "D8"), LAPTOP) == Range(1, 2, 4)
    assert scaled(book, LAPTOP, LAPTOP) == Range(1, 1, 1)
    assert scaled(book, LAPTOP, Place("databricks-jobs", "D8")).likely == pytest.approx(0.5 * 2)


def test_what_is_fetched_takes_as_long_on_any_machine(group: Group) -> None:
    past = {"bronze/quickbooks_reports": [seen(60, 10)], "gold/ledger": [seen(60, 10)]}
    for table, likely in (("bronze/quickbooks_reports", 60), ("gold/ledger", 30)):
        found = estimate(book_of(group), past, [(table, 10)], Place("sail", "D8"), 1, HERE, DAY)
        assert found.seconds.likely == pytest.approx(likely)


def test_the_cost_is_of_the_machine_and_of_the_cluster_while_it_stands(group: Group) -> None:
    """3,600 s measured there, and 300 until it is up. The process: 0.36 an hour. Two D8: 1.12 and 4 DBU: 1.68."""
    place = Place("databricks-jobs", "D8")
    past = {"gold/ledger": [seen(3600, 10, place=place)]}
    found = estimate(book_of(group), past, [("gold/ledger", 10)], place, 2, HERE, DAY)
    assert found.seconds.likely == pytest.approx(3900)
    hours = Decimal(3900) / 3600
    assert abs(found.cost[1] - (cad("0.36") + cad("1.12") + cad("1.68")) * hours) <= cad("0.000001")
    assert found.measured == "measured here"


def test_every_engine_and_machine_is_compared_the_cheapest_first(group: Group) -> None:
    past = {"gold/ledger": [seen(3600, 10)]}
    found, gaps = candidates(book_of(group), past, [("gold/ledger", 10)], HERE, DAY)
    told = [(each.place.engine, each.place.sku, each.measured) for each in found]
    assert told[0] == ("sail", "D4", "scaled")  # 0.28 for 71 % of the time; the laptop 0.36 for all of it
    assert set(told) == {
        ("sail", "laptop", "measured here"), ("sail", "D4", "scaled"), ("sail", "D8", "scaled"),
        ("databricks-jobs", "D4", "scaled"), ("databricks-jobs", "D8", "scaled"),
        ("databricks-all-purpose", "D4", "scaled"), ("databricks-all-purpose", "D8", "scaled"),
    }  # fmt: skip
    assert [each.cost[1] for each in found] == sorted(each.cost[1] for each in found)
    assert gaps == []


def test_a_run_is_charged_the_part_of_the_machine_that_it_is_given_and_all_of_a_cluster(group: Group) -> None:
    """An hour on a quarter of a D8 is 0.14 of 0.56; waiting for a cluster it is that, and the cluster 1.12 and 1.68."""
    here, work = Compute("sail", "D8", share=Decimal("0.25")), [("gold/ledger", 10)]
    past = {"gold/ledger": [seen(3600, 10, place=Place("sail", "D8"))]}
    found = estimate(book_of(group), past, work, Place("sail", "D8"), 1, here, DAY)
    assert found.cost[1] == cad("0.14")
    cluster = Place("databricks-jobs", "D8")
    waiting = estimate(book_of(group), {"gold/ledger": [seen(3300, 10, place=cluster)]}, work, cluster, 2, here, DAY)
    assert waiting.cost[1] == cad("0.14") + cad("1.12") + cad("1.68")


def test_nobody_is_sent_to_a_laptop_who_runs_on_another_machine(group: Group) -> None:
    """An hour on a D4 costs 0.28; the laptop, far cheaper here, is not the deployment's."""
    prices = [price("machine", "laptop", "0.010000"), *small_prices()["prices"][1:]]
    book, work = book_of(with_prices(group, prices=prices)), [("gold/ledger", 10)]
    past = {"gold/ledger": [seen(3600, 10, place=Place("sail", "D4"))]}
    found, gaps = candidates(book, past, work, Compute("sail", "D4"), DAY)
    assert (found[0].place, found[0].cost[1]) == (Place("sail", "D4"), cad("0.28"))
    assert {each.place.sku for each in found} == {"D4", "D8"}
    assert gaps == []
    on_laptop, _ = candidates(book, past, work, HERE, DAY)
    assert on_laptop[0].place == Place("sail", "laptop")


def test_what_has_no_price_is_an_error_where_it_was_asked_for_and_told_where_it_is_compared(group: Group) -> None:
    prices = [each for each in small_prices()["prices"] if each["sku"] != "D8"]
    book = book_of(with_prices(group, prices=[*prices, price("machine", "D8", "0.4", **{"from": date(2025, 2, 1)})]))
    past, work = {"gold/ledger": [seen(60, 10)]}, [("gold/ledger", 10)]
    with pytest.raises(PriceMissing, match="expected a price of machine D8 on 2025-01-10, found its first price is"):
        estimate(book, past, work, Place("sail", "D8"), 1, HERE, DAY)
    found, gaps = candidates(book, past, work, HERE, DAY)
    assert {each.place.sku for each in found} == {"laptop", "D4"}
    assert [gap.split(":")[0] for gap in gaps] == [
        "sail on D8",
        "databricks-jobs on D8",
        "databricks-all-purpose on D8",
    ]


def test_the_work_is_that_of_the_very_runs(group: Group, tmp_path: Path) -> None:
    """Two companies: a fetch of two months is of four company-months, a table of two months, a list of itself."""
    steps = chain.plan(group, date(2024, 11, 1), date(2024, 12, 1))
    work = work_of(steps, group)
    assert ("bronze/quickbooks_objects", 2) in work
    assert ("bronze/quickbooks_reports", 4) in work
    assert ("gold/ledger", 2) in work
    assert ("silver/accounts", 1) in work
    assert [table for table, _ in work].count("between steps") == len(steps)
    one = work_of(chain.plan(group, date(2024, 11, 1), date(2024, 11, 1), companies=["south"]), group)
    assert ("bronze/quickbooks_reports", 1) in one
    assert "gold/ledger" in unknown({"between steps": [seen(1, 1)]}, work)
