"""An adjustment counts when a second person approved it; otherwise it is shown with the reason (ACCOUNTING 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold.adjustments import CONTRACT, adjustments
from monette_assets.silver import adjustments as sheets
from monette_assets.tables import Context
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEADER = "period entry line_number company group_account amount_cad author approver"


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


def entry(number: str, *lines: tuple[Any, ...], author: str = "Ada", approver: str = "Ben") -> list[tuple[Any, ...]]:
    return [("2024-11", number, place, *line, author, approver) for place, line in enumerate(lines, start=1)]


GOOD = (("north", "assets", "10.00"), (None, "capital", "-10.00"))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (entry("1", *GOOD), ""),
        (entry("1", *GOOD, approver=""), "not approved"),
        (entry("1", *GOOD, approver=" ada "), "author and approver are the same person"),
        (entry("1", *GOOD, author="A  Lee", approver="a\u00a0le\u200be"), "author and approver are the same person"),
        (entry("1", *GOOD, author=""), "no author"),
        (entry("1", *GOOD, author="\u200b"), "no author"),
        (entry("1", ("north", "asets", "10.00"), (None, "capital", "-10.00")), "no group account asets"),
        (entry("1", ("nort", "assets", "10.00"), (None, "capital", "-10.00")), "no company nort"),
        (entry("1", ("north", "assets", "10.00"), (None, "capital", "-9.00")), "does not net to zero: 1.00"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_entry_is_applied_whole_or_not_at_all(
    spark: SparkSession, context: Context, lines: list[tuple[Any, ...]], reason: str
) -> None:
    given = frame(spark, sheets.CONTRACT, rows(sheets.CONTRACT, HEADER, *lines))
    found = adjustments(context, sheets=given)
    status = "not_applied" if reason else "applied"
    assert shown(found, "line_number status reason") == [(1, status, reason), (2, status, reason)]
    assert len(failures(CONTRACT, "all_applied", context, found)) == (2 if reason else 0)
    assert failures(CONTRACT, "nets_to_zero", context, found) == []


def test_an_applied_entry_that_does_not_net_is_held_back(spark: SparkSession, context: Context) -> None:
    staged = frame(spark, CONTRACT, rows(CONTRACT, "period entry line_number amount_cad", ("2024-11", "1", 1, "5.00")))
    assert shown(failures(CONTRACT, "nets_to_zero", context, staged), "entry net_cad") == [("1", "5.00")]
