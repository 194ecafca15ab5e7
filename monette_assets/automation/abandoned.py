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
        if not gone(run.tags.get(PROCESS_TAG, "")):
            continue
        last = instance.get_run_by_id(run.run_id)  # what it wrote before it ended
        if last is not None and last.status in UNFINISHED:
            instance.report_run_failed(last, "its process ended without saying so; run it again")
            failed.append(run.run_id)
    return failed
