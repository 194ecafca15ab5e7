"""A change of the price book restates what was counted before it, from its day on; never what came later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import platform_usage
from monette_assets.gold.platform_cost_restatements import platform_cost_restatements
from monette_assets.group import Group
from monette_assets.tables import group_contracts
from monette_assets_tests.frames import context_of, frame, group_of, rows, shown
from monette_assets_tests.price_books import price, small_prices, with_prices

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TOLD = "company asset item before_cad after_cad difference_cad"


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


def books(spark: SparkSession, *kept: tuple[Group, str]) -> DataFrame:
    """Price books and the days on which each was first counted with."""
    entries = [(each.prices.fingerprint, "prices.yaml", each.prices.text, day) for each, day in kept if each.prices]
    return frame(
        spark,
        group_contracts.CONTRACT,
        rows(group_contracts.CONTRACT, "fingerprint file_name content kept_at", *entries),
    )


def used(spark: SparkSession, *hours: tuple[str, str, str]) -> DataFrame:
    """An hour on a machine each: asset, day on which it was used, day on which it was recorded. All of it north's."""
    lines: list[dict[str, Any]] = [
        rows(
            platform_usage.CONTRACT,
            "",
            (),
            usage_id=f"r{number}/{asset}",
            asset=asset,
            sku="laptop",
            kind="compute",
            engine="sail",
            quantity=Decimal(3600),
            period=date.fromisoformat(day).replace(day=1),
            ended_at=datetime.fromisoformat(day).replace(hour=18, tzinfo=UTC),
            recorded_at=datetime.fromisoformat(recorded).replace(tzinfo=UTC),
            weights=[{"company": "north", "weight": 1}],
        )[0]
        for number, (asset, day, recorded) in enumerate(hours)
    ]
    return frame(spark, platform_usage.CONTRACT, lines)


def test_a_price_from_a_day_on_restates_what_was_used_from_that_day(spark: SparkSession, group: Group) -> None:
    """0.36 becomes 0.50 from 10 November on. What came in after the change was never counted otherwise."""
    later = price("machine", "laptop", "0.500000", **{"from": date(2024, 11, 10)})
    changed = with_prices(group, prices=[*small_prices()["prices"], later])
    usage = used(
        spark,
        ("silver/accounts", "2024-11-09", "2024-11-11"),
        ("gold/ledger", "2024-11-10", "2024-11-11"),
        ("gold/ledger", "2024-11-12", "2024-11-16"),
    )
    kept = books(spark, (with_prices(group), "2024-11-02"), (changed, "2024-11-15"))
    found = platform_cost_restatements(context_of(spark, group, "2024-11"), usage=usage, price_books=kept)
    assert shown(found, f"period {TOLD}") == [
        ("2024-11", "north", "gold/ledger", "machine", "0.360000", "0.500000", "0.140000")
    ]
    (row,) = found.select("book_before", "book_after").collect()
    assert tuple(row) == tuple(each.prices.fingerprint for each in (with_prices(group), changed) if each.prices)


def test_what_had_no_price_is_told_when_it_gets_one_and_each_change_by_itself(
    spark: SparkSession, group: Group
) -> None:
    without = with_prices(group, prices=[each for each in small_prices()["prices"] if each["sku"] != "laptop"])
    dearer = with_prices(group, prices=[price("machine", "laptop", "0.720000")])
    usage = used(spark, ("gold/ledger", "2024-11-05", "2024-11-06"))
    kept = books(spark, (without, "2024-11-02"), (with_prices(group), "2024-11-07"), (dearer, "2024-11-08"))
    found = platform_cost_restatements(context_of(spark, group, "2024-11"), usage=usage, price_books=kept)
    assert shown(found, TOLD) == [
        ("north", "gold/ledger", "machine", "0.360000", "0.720000", "0.360000"),
        ("north", "gold/ledger", "machine", None, "0.360000", "0.360000"),
    ]


UNITS = {"item": "throughput", "sku": "unit", "units": 1, "from": date(2024, 11, 5), "to": date(2024, 11, 7)}


def days(spark: SparkSession, *ended: int) -> DataFrame:
    """Days of November that were recorded as over the day after, and what the lake's events took on them: north's."""
    noted: list[dict[str, Any]] = []
    for day in ended:
        at = datetime(2024, 11, day, 18, tzinfo=UTC)
        said = {"period": date(2024, 11, 1), "ended_at": at, "recorded_at": at + timedelta(days=1)}
        over = {"usage_id": f"day|2024-11-{day:02}|standing", "kind": "day", "asset": "standing", "sku": "standing",
                "quantity": Decimal(24), "weights": []}  # fmt: skip
        stored = {"usage_id": f"storage|2024-11-{day:02}|bronze/events", "kind": "storage", "asset": "bronze/events",
                  "sku": "disk", "quantity": Decimal(0), "weights": [{"company": "north", "weight": 9}]}  # fmt: skip
        noted += [rows(platform_usage.CONTRACT, "", (), **said, **each)[0] for each in (over, stored)]
    return frame(spark, platform_usage.CONTRACT, noted)


@pytest.mark.parametrize(
    ("changed", "restated"),
    [
        (
            [{**UNITS, "units": 3}],
            [("north", "throughput", "0.960000", "2.880000", "1.920000"),
             ("south", "throughput", "0.960000", "2.880000", "1.920000")],
        ),
        (
            [{**UNITS, "asset": "bronze/events"}],
            [("north", "bronze/events", None, "1.920000", "1.920000"),
             ("north", "throughput", "0.960000", None, "-0.960000"),
             ("south", "throughput", "0.960000", None, "-0.960000")],
        ),
        (
            [{**UNITS, "to": date(2024, 11, 6)}],
            [("north", "throughput", "0.960000", "0.480000", "-0.480000"),
             ("south", "throughput", "0.960000", "0.480000", "-0.480000")],
        ),
        (
            [],
            [("north", "throughput", "0.960000", None, "-0.960000"),
             ("south", "throughput", "0.960000", None, "-0.960000")],
        ),
    ],
    ids=["thrice the units", "for a table", "a day less", "none any more"],
)  # fmt: skip
def test_correcting_what_stands_restates_every_day_it_reaches(
    spark: SparkSession, group: Group, changed: list[dict[str, Any]], restated: list[tuple[str | None, ...]]
) -> None:
    """A unit at 0.04 an hour on two days is 2 x 24 x 0.04 = 1.92: even, or for a table as its storage of those days."""
    kept = books(
        spark,
        (with_prices(group, standing=[UNITS]), "2024-11-02"),
        (with_prices(group, standing=changed), "2024-11-15"),
    )
    found = platform_cost_restatements(context_of(spark, group, "2024-11"), usage=days(spark, 4, 5, 6, 7),
                                       price_books=kept)  # fmt: skip
    assert shown(found, "company asset before_cad after_cad difference_cad") == restated


def test_the_first_price_book_restates_nothing(spark: SparkSession, group: Group) -> None:
    usage = used(spark, ("gold/ledger", "2024-11-05", "2024-11-06"))
    kept = books(spark, (with_prices(group), "2024-11-07"))
    found = platform_cost_restatements(context_of(spark, group, "2024-11"), usage=usage, price_books=kept)
    assert found.collect() == []
