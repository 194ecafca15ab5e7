"""A step of a chain waits for whoever writes one of its tables: who lives to the end, who says nothing for a while."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation.writers import PATIENCE, SilentRunError, wait_for_writers
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables.asset import asset_key
from monette_assets_tests.automation.small_graph import BALANCES, FLOWS, LINES


def test_one_run_at_a_time_writes_a_table(instance: dg.DagsterInstance) -> None:
    """A step of a chain waits for whoever is writing one of its tables, and for nobody else."""
    tags = {PROCESS_TAG: this_process()}
    started = dg.DagsterRunStatus.STARTED
    writing = create_run_for_test(instance, status=started, asset_selection=frozenset({asset_key(FLOWS)}), tags=tags)
    create_run_for_test(
        instance, status=started, asset_selection=frozenset({asset_key(BALANCES)}), tags=tags
    )  # fmt: skip
    waited: list[str] = []

    def pause(run_id: str) -> None:
        waited.append(run_id)
        instance.report_run_canceled(writing)

    wait_for_writers(instance, (asset_key(LINES), asset_key(FLOWS)), pause)
    assert waited == [writing.run_id]


def test_a_run_that_names_no_process_is_waited_for_a_while_and_then_named(
    instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    """Killed with the server that launched it, before it said which process it is: it would never end."""
    selected = frozenset({asset_key(FLOWS)})
    silent = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, asset_selection=selected)
    alive = create_run_for_test(
        instance, status=dg.DagsterRunStatus.STARTED, asset_selection=selected,
        tags={PROCESS_TAG: this_process()},
    )  # fmt: skip
    seconds = iter(range(0, 100_000, 60))
    waited: list[str] = []

    def pause(run_id: str) -> None:
        waited.append(run_id)
        if len(waited) == 30:  # half an hour of work is waited for, whoever else says nothing
            instance.report_run_canceled(alive)

    with pytest.raises(SilentRunError) as refused:
        wait_for_writers(instance, (asset_key(FLOWS),), pause, lambda: next(seconds))
    assert waited.count(silent.run_id) == PATIENCE.total_seconds() // 60
    told = str(refused.value)
    assert f"run {silent.run_id[:8]} of gold/flows" in told
    assert "names no process" in told
    assert f"/runs/{silent.run_id}" in told
    assert "Terminate" in told
    assert [each.message for each in caplog.records if alive.run_id[:8] in each.message] == [
        f"waiting for run {alive.run_id[:8]} of gold/flows to end"
    ]
    instance.report_run_canceled(silent)
    wait_for_writers(instance, (asset_key(FLOWS),), pause, lambda: next(seconds))
