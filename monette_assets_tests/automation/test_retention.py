"""Old runs are deleted with their events, and nothing that is asked of Dagster about tables is answered otherwise."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation.retention import forget

MONTHS = dg.StaticPartitionsDefinition(["2025-01", "2025-02", "2025-03"])
LATER = datetime.now(UTC) + timedelta(days=1)


@dg.asset(partitions_def=MONTHS)
def monthly(context: dg.AssetExecutionContext) -> None:
    if context.partition_key == "2025-03" and not context.run.tags.get("mended"):
        raise dg.Failure("not yet", allow_retries=False)


@dg.asset
def whole() -> None: ...


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def made(instance: dg.DagsterInstance, month: str | None = None, **tags: str) -> str:
    """The id of a run that made, or tried to make, a month of the one asset, or the other."""
    asset = whole if month is None else monthly
    return dg.materialize([asset], instance=instance, partition_key=month, tags=tags, raise_on_error=False).run_id


def left(instance: dg.DagsterInstance) -> set[str]:
    return {run.run_id for run in instance.get_runs()}


def test_what_later_runs_have_made_anew_is_forgotten(instance: dg.DagsterInstance) -> None:
    first, january, february = made(instance, "2025-01"), made(instance, "2025-01"), made(instance, "2025-02")
    before, newest = made(instance), made(instance)
    failed = made(instance, "2025-03")
    running = create_run_for_test(instance, status=Status.STARTED).run_id
    assert forget(instance, LATER) == 2
    assert left(instance) == {january, february, newest, failed, running}
    assert instance.all_logs(first) == instance.all_logs(before) == []
    assert instance.get_materialized_partitions(monthly.key) == {"2025-01", "2025-02"}
    assert forget(instance, LATER) == 0

    mended = made(instance, "2025-03", mended="yes")  # nobody asks any more why it failed
    assert forget(instance, LATER) == 1
    assert left(instance) == {january, february, newest, mended, running}


def test_what_is_younger_is_kept_and_a_week_deletes_so_many_at_most_the_oldest_first(
    instance: dg.DagsterInstance,
) -> None:
    runs = [made(instance) for _ in range(4)]
    assert forget(instance, datetime.now(UTC) - timedelta(days=1)) == 0
    assert forget(instance, LATER, at_most=2) == 2
    assert left(instance) == set(runs[2:])
