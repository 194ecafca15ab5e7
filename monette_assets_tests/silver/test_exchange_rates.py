"""Rates as published, and the month's average and closing rate (ACCOUNTING 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from monette_assets.bronze import exchange_rates as bronze
from monette_assets.silver.exchange_rates import CONTRACT, exchange_rates
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def answer(published: Mapping[str, str]) -> str:
    """Valet's answer; a holiday is listed without a value."""
    return orjson.dumps(
        {"observations": [{"d": day, "FXUSDCAD": {"v": rate} if rate else {}} for day, rate in published.items()]}
    ).decode()


ANSWERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    # November ends on a Saturday: the closing rate is Friday's. An earlier answer is superseded.
    ("2024-11", "2024-11-20", {"2024-11-01": "9.9999"}),
    (
        "2024-11", "2024-12-02",
        {"2024-10-31": "1.5000", "2024-11-01": "1.3900", "2024-11-11": "", "2024-11-29": "1.4011"},
    ),
    # a third of a month does not come out even: half up at six decimals
    ("2024-12", "2024-12-20", {"2024-12-02": "1.4000", "2024-12-03": "1.4000", "2024-12-04": "1.4001"}),
    # nothing published within the month: no average; the closing rate is the last one before
    ("2025-01", "2025-02-03", {"2024-12-31": "1.4389"}),
    # nothing at all: no rate, never 1
    ("2025-02", "2025-03-03", {}),
)  # fmt: skip


@pytest.fixture(scope="module")
def rates(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12", "2025-01", "2025-02")
    lines = [(month, fetched, answer(published)) for month, fetched, published in ANSWERS]
    given = rows(bronze.CONTRACT, "period fetched_at payload", *lines, series="FXUSDCAD")
    return [row.asDict() for row in exchange_rates(context, answers=frame(spark, bronze.CONTRACT, given)).collect()]


def test_daily_average_and_closing(rates: list[Row]) -> None:
    assert shown(rates, "period kind rate_date rate") == [
        ("2024-11", "average", "2024-11-30", "1.395550"),  # (1.3900 + 1.4011) / 2: October's day is not November's
        ("2024-11", "closing", "2024-11-29", "1.401100"),
        ("2024-11", "daily", "2024-11", "1.390000"),
        ("2024-11", "daily", "2024-11-29", "1.401100"),
        ("2024-12", "average", "2024-12-31", "1.400033"),
        ("2024-12", "closing", "2024-12-04", "1.400100"),
        ("2024-12", "daily", "2024-12-02", "1.400000"),
        ("2024-12", "daily", "2024-12-03", "1.400000"),
        ("2024-12", "daily", "2024-12-04", "1.400100"),
        ("2025-01", "closing", "2024-12-31", "1.438900"),
    ]


def test_a_rate_is_provisional_until_it_was_asked_for_after_the_month_in_the_groups_time_zone(
    spark: SparkSession, tmp_path: Path
) -> None:
    context = context_of(spark, group_of(tmp_path), "2024-11", "2024-12")
    assert context.group.settings.time_zone == "America/Regina"  # six hours behind
    lines = [
        ("2024-11", "2024-12-01T05:59", answer({"2024-11-29": "1.4011"})),  # 23:59 of the last day
        ("2024-12", "2025-01-01T06:00", answer({"2024-12-31": "1.4389"})),
    ]
    given = rows(bronze.CONTRACT, "period fetched_at payload", *lines, series="FXUSDCAD")
    found = exchange_rates(context, answers=frame(spark, bronze.CONTRACT, given))
    assert {(row["period"].month, row["is_provisional"]) for row in found.collect()} == {(11, True), (12, False)}


FALLBACK = {"currency": "USD", "source": "Federal Reserve H.10", "reason": "the Bank published none"}


def test_the_contracts_rate_stands_in_only_where_none_was_published(spark: SparkSession, tmp_path: Path) -> None:
    """ACCOUNTING 13: explicit and recorded. January has a closing rate, November both; February has neither."""
    stated = [
        {**FALLBACK, "period": date(2024, 11, 1), "kind": "average", "rate": "9.9", "rate_date": date(2024, 11, 30)},
        {**FALLBACK, "period": date(2025, 1, 1), "kind": "average", "rate": "1.44", "rate_date": date(2025, 1, 31)},
        {**FALLBACK, "period": date(2025, 1, 1), "kind": "closing", "rate": "9.9", "rate_date": date(2025, 1, 31)},
        {**FALLBACK, "period": date(2025, 2, 1), "kind": "closing", "rate": "1.442", "rate_date": date(2025, 2, 27)},
        {**FALLBACK, "period": date(2025, 3, 1), "kind": "closing", "rate": "9.9", "rate_date": date(2025, 3, 31)},
    ]
    group = group_of(tmp_path, group={**small_contract()["group"], "fallback_rates": stated})
    context = context_of(spark, group, "2024-11", "2024-12", "2025-01", "2025-02")
    lines = [(month, fetched, answer(published)) for month, fetched, published in ANSWERS]
    given = rows(bronze.CONTRACT, "period fetched_at payload", *lines, series="FXUSDCAD")
    found = exchange_rates(context, answers=frame(spark, bronze.CONTRACT, given))
    source = "Federal Reserve H.10 (fallback: the Bank published none)"
    assert shown(found.where("fallback_reason is not null"), "period kind rate rate_date source to_currency") == [
        ("2025-01", "average", "1.440000", "2025-01-31", source, "CAD"),
        ("2025-02", "closing", "1.442000", "2025-02-27", source, "CAD"),
    ]
    assert shown(found.where("period >= date'2025-01-01'"), "period kind") == [
        ("2025-01", "average"), ("2025-01", "closing"), ("2025-02", "closing"),
    ]  # fmt: skip
    told = failures(CONTRACT, "published", context, found)
    assert shown(told, "period from_currency kind") == [("2025-01", "USD", "average"), ("2025-02", "USD", "closing")]


def test_every_rate_says_from_what_to_what_by_whom_and_whether_the_month_was_open(rates: list[Row]) -> None:
    assert {(row["from_currency"], row["to_currency"], row["source"]) for row in rates} == {
        ("USD", "CAD", "Bank of Canada FXUSDCAD")
    }
    assert {(f"{row['period']:%Y-%m}", row["is_provisional"]) for row in rates} == {
        ("2024-11", False), ("2024-12", True), ("2025-01", False),
    }  # fmt: skip


def test_a_published_rate_that_is_lost_or_changed_is_found(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")
    lines = [(month, fetched, answer(published)) for month, fetched, published in ANSWERS]
    answers = frame(
        spark, bronze.CONTRACT, rows(bronze.CONTRACT, "period fetched_at payload", *lines, series="FXUSDCAD")
    )
    found = exchange_rates(context, answers=answers)
    assert failures(CONTRACT, "conserved", context, found, answers=answers) == []
    lost = found.where("not (kind = 'daily' and rate_date = date'2024-11-29')")
    wrong = failures(CONTRACT, "conserved", context, lost, answers=answers)
    assert shown(wrong, "period rates sum") == [("2024-11", -1, "-1.401100")]
