"""Runs whose process died without saying so (power cut, kill): nobody else would end them, and they hold what waits.

Every run carries the process that executes it, whoever launched it: the lake, which every table needs, says so.
"""

from __future__ import annotations

import dagster as dg

from monette_assets.process import PROCESS_TAG, gone

UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def fail_abandoned(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs failed whose process on this machine is gone; their ids."""
    failed = []
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        if not gone(run.tags.get(PROCESS_TAG, "")) or _inherited(instance, run):
            continue
        last = instance.get_run_by_id(run.run_id)  # what it wrote before it ended
        if last is not None and last.status in UNFINISHED:
            instance.report_run_failed(last, "its process ended without saying so; run it again")
            failed.append(run.run_id)
    return failed


def _inherited(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the process is that of the run this one tries again: tags are copied, its own is not there yet."""
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    return parent is not None and parent.tags.get(PROCESS_TAG) == run.tags.get(PROCESS_TAG)
