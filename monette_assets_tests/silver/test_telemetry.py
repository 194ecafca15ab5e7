"""Every reading once, in one unit a measure; another value for the same moment is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import events as events_table
from monette_assets.silver.event_values import Event
from monette_assets.silver.sheets import Vocabulary
from monette_assets.silver.telemetry import CONTRACT, Reading, Unread, read, telemetry
from monette_assets_tests.frames import context_of, frame, group_of, parsed_failures, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CAME = datetime(2024, 12, 3, 18, tzinfo=UTC)
READING = {
    "device_id": "bin-7", "company": "north", "location": "North Home", "measure": "bin_temperature", "value": 12.4,
    "unit": "C", "measured_at": "2024-12-03T11:59:59.125-06:00",
}  # fmt: skip


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return Vocabulary(group_of(tmp_path_factory.mktemp("group")))


def reading(**other: Any) -> bytes:
    return json.dumps({name: value for name, value in {**READING, **other}.items() if value is not ...}).encode()


def of(words: Vocabulary, value: bytes) -> Reading | Unread:
    return read(words, Event("telemetry", 0, 0, value, CAME))


@pytest.mark.parametrize(
    ("measure", "unit", "value", "stored", "own"),
    [
        ("bin_temperature", "C", 12.4, "12.400000", "C"),
        ("bin_temperature", "F", -40, "-40.000000", "C"),
        ("bin_temperature", "F", "98.6", "37.000000", "C"),
        ("bin_moisture", "percent", "14.25", "14.250000", "percent"),
        ("speed", "mph", 60, "96.560640", "km/h"),
    ],
)
def test_a_value_in_the_measures_own_unit(
    words: Vocabulary, measure: str, unit: str, value: Any, stored: str, own: str
) -> None:
    found = of(words, reading(measure=measure, unit=unit, value=value))
    assert isinstance(found, Reading)
    assert (f"{found.content['value']:f}", found.content["unit"]) == (stored, own)
    assert found.content["measured_at"] == datetime(2024, 12, 3, 17, 59, 59, 125_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (reading(measure="mood"), "measure: expected one of bin_level, bin_moisture, bin_temperature, fuel_level"),
        (reading(unit="K"), "unit: expected one of C, F, found 'K'"),
        (reading(value=200), "value: expected a number from -60 to 150, found 200"),
        (reading(device_id=...), "device_id: expected a text of at most 80 characters, found nothing"),
        (reading(measured_at="2024-12-03T14:00:00-06:00"), "the device's clock is ahead"),
        (b"\x80", "expected UTF-8, found byte 0x80 at 0"),
    ],
)  # fmt: skip
def test_what_is_no_reading_is_refused_with_what_was_found(words: Vocabulary, value: bytes, said: str) -> None:
    found = of(words, value)
    assert isinstance(found, Unread)
    assert said in found.refused.reason


def test_a_reading_counts_once_and_another_value_for_its_moment_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    context, table = context_of(spark, group_of(tmp_path), "2024-12"), events_table.CONTRACT
    header = "topic partition offset value received_at"
    november = reading(measured_at="2024-11-30T10:00:00-06:00")
    sent = (reading(), reading(), reading(value="54.32", unit="F"), reading(value=13), november, b"{")
    given = [("telemetry", 0, offset, value, CAME) for offset, value in enumerate(sent)]
    given.append(("scale_tickets", 0, 0, b"{", CAME))
    found = telemetry(context, events=frame(spark, table, rows(table, header, *given)))
    kept = found.where("_kind = 'row'")
    assert shown(kept, "device_id measure value offset") == [("bin-7", "bin_temperature", "12.400000", 0)]
    wrong = parsed_failures(CONTRACT, "nothing_refused", context, found)
    assert sorted((row["company"], row["_path"]) for row in wrong) == [
        ("group", "telemetry[0]@5"), ("north", "telemetry[0]@3"),
    ]  # fmt: skip
    assert any("found 13.000000 besides 12.400000 for bin_temperature" in row["_reason"] for row in wrong)
