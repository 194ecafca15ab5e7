"""How every month stands by the log of closes, and whether it should be closed by now (ACCOUNTING 12)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold.close_status import CONTRACT, close_status, standings
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import Context, closes
from monette_assets.tables.judge import Judge
from monette_assets.tables.refresh import refresh
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import failures, frame, group_of, rows, shown
from monette_assets_tests.reports.small_lake import append

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
ACT = "number action company period who approved_by reason at"
CLOSED = (1, "close", "north", "2024-11", "Ann", None, None, "2024-12-05")


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Months from December on are to be closed 20 days after they end."""
    terms = {"close": {"from": DECEMBER, "within_days": 20}}
    return group_of(tmp_path_factory.mktemp("group"), group={**small_contract()["group"], **terms})


def context_at(spark: SparkSession, group: Group, day: date, *periods: date) -> Context:
    return Context(
        spark, group, periods or (NOVEMBER, DECEMBER), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    )


def log(spark: SparkSession, *acts: tuple[Any, ...]) -> DataFrame:
    return frame(spark, closes.CONTRACT, rows(closes.CONTRACT, ACT, *acts))


def test_a_month_stands_as_the_last_act_left_it(spark: SparkSession, group: Group) -> None:
    acts = (
        CLOSED,
        (2, "approve", "south", "2024-11", "Bob", None, None, "2024-12-06"),
        (3, "approve", "north", "2024-12", "Bob", None, None, "2025-01-06"),
        (4, "close", "north", "2024-12", "Ann", None, None, "2025-01-07"),
        (5, "reopen", "north", "2024-12", "Ann", "Bob", "a late bill", "2025-01-08"),
    )
    found = close_status(context_at(spark, group, date(2025, 1, 10)), closes=log(spark, *acts))
    assert shown(found, "company period state number approved_by closed_by reopened_by reason") == [
        ("group", "2024-11", "open", 0, None, None, None, None),
        ("group", "2024-12", "open", 0, None, None, None, None),
        ("north", "2024-11", "closed", 1, None, "Ann", None, None),
        ("north", "2024-12", "reopened", 5, None, "Ann", "Ann, Bob", "a late bill"),
        ("south", "2024-11", "approved", 2, "Bob", None, None, None),
        ("south", "2024-12", "open", 0, None, None, None, None),
    ]


def test_a_month_past_its_day_is_overdue_until_it_is_closed(spark: SparkSession, group: Group) -> None:
    """December ends on the 31st, 20 days later is 20 January; November is before the months that are due."""
    acts = ((1, "close", "north", "2024-12", "Ann", None, None, "2025-01-07"),)
    for day, late in ((date(2025, 1, 20), []), (date(2025, 1, 21), ["south", "group"])):
        context = context_at(spark, group, day)
        found = close_status(context, closes=log(spark, *acts))
        assert [row["company"] for row in failures(CONTRACT, "closed_in_time", context, found)] == late
    assert shown(found, "period due_on")[0] == ("2024-11", None)
    assert shown(found, "period due_on")[-1] == ("2024-12", "2025-01-20")


def test_nothing_is_due_where_the_contract_names_no_day(tmp_path: Path) -> None:
    assert {row["is_overdue"] for row in standings(group_of(tmp_path), [], [NOVEMBER], date(2030, 1, 1))} == {False}


def test_a_company_has_months_while_it_belongs_to_the_group(tmp_path: Path) -> None:
    companies: list[dict[str, Any]] = [dict(each) for each in small_contract()["companies"]]
    companies[1]["first_period"] = DECEMBER
    found = standings(group_of(tmp_path, companies=companies), [], [NOVEMBER, DECEMBER], date(2025, 1, 1))
    assert shown(found, "company period") == [
        ("group", "2024-11"), ("group", "2024-12"), ("north", "2024-11"), ("north", "2024-12"), ("south", "2024-12"),
    ]  # fmt: skip


def test_a_run_of_other_months_takes_in_what_was_closed_or_fell_due_meanwhile(
    tmp_path: Path, spark: SparkSession, judge: Judge, group: Group
) -> None:
    lake = Lake(str(tmp_path))

    def run(day: date, *periods: date) -> list[tuple[Any, ...]]:
        refresh(close_status, context=context_at(spark, group, day, *periods), lake=lake, judge=judge, run_id=str(day))
        return shown(lake.read(CONTRACT.name).to_pylist(), "company period state is_overdue")

    assert {row[2:] for row in run(date(2025, 1, 2), NOVEMBER, DECEMBER)} == {("open", False)}
    act = dict(zip(ACT.split(), CLOSED, strict=True))
    append(lake, "closes", [{**act, "period": NOVEMBER, "at": datetime(2025, 1, 5, tzinfo=UTC)}])
    found = run(date(2025, 1, 31), date(2025, 1, 1))
    assert found[3:5] == [("north", "2024-11", "closed", False), ("north", "2024-12", "open", True)]
    assert len(found) == 9
