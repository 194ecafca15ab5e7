"""The latest day of a table, told by its files."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from monette_assets.lake import Lake
from monette_assets.lake.statistics import latest

TABLE = "gold/days"
DAYS = pa.schema([pa.field("period", pa.date32()), pa.field("amount", pa.int64())])


def written(lake: Lake, *days: date | None, **options: object) -> None:
    """One file more."""
    rows = pa.table({"period": pa.array(days, pa.date32()), "amount": pa.array([1] * len(days))}, schema=DAYS)
    write_deltalake(lake.uri(TABLE), rows, mode="append", storage_options=dict(lake.storage_options), **options)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="statistics"),
        pytest.param({"partition_by": ["period"]}, id="partitions"),
        pytest.param({"configuration": {"delta.dataSkippingNumIndexedCols": "0"}}, id="without statistics"),
    ],
)
def test_the_latest_day_of_all_files(lake: Lake, options: dict[str, object]) -> None:
    written(lake, date(2024, 11, 1), date(2025, 1, 1), **options)
    written(lake, date(2024, 12, 1), **options)
    assert latest(lake, TABLE) == date(2025, 1, 1)


def test_a_file_that_holds_no_day_hides_none_of_the_others(lake: Lake) -> None:
    written(lake, date(2024, 12, 1))
    written(lake, None)
    assert latest(lake, TABLE) == date(2024, 12, 1)


def test_a_table_without_rows_or_that_is_not_there_has_none(lake: Lake) -> None:
    assert latest(lake, TABLE) is None
    lake.create(TABLE, DAYS)
    assert latest(lake, TABLE) is None
