"""Whether a run that nobody launched still lives: its launcher is not to be asked, it knows nothing of it.

Such are the runs of a chain, executed one after the other by whoever began the chain: a run of the job `refresh`, say,
or the command. They live and die with it.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from monette_assets.automation import events_job, refresh_job
from monette_assets.automation.chain import CHAIN_TAG
from monette_assets.process import PROCESS_TAG, gone
from monette_assets.tables.attribution import WHO_TAG

PARENT_TAGS = (refresh_job.PARENT_TAG, events_job.PARENT_TAG)

Health = Callable[[dg.DagsterRun], CheckRunHealthResult]


def health(instance: dg.DagsterInstance, run: dg.DagsterRun, launched: Health) -> CheckRunHealthResult:
    """How a run's process is: by `launched` where a launcher launched it, else by who executes it.

    Of a command on another machine nobody knows: it is taken for alive, until the instance's longest runtime is over.
    """
    if CHAIN_TAG not in run.tags or WHO_TAG in run.tags:  # one run again, out of the interface, keeps the chain's tag
        return launched(run)
    parent_id = next((run.tags[tag] for tag in PARENT_TAGS if tag in run.tags), None)
    if parent_id is None:
        return _process(run)
    parent = instance.get_run_by_id(parent_id)
    if parent is None or parent.is_finished:
        return CheckRunHealthResult(WorkerStatus.FAILED, f"the run {parent_id} that executed it is over")
    return launched(parent)


def _process(run: dg.DagsterRun) -> CheckRunHealthResult:
    if gone(run.tags.get(PROCESS_TAG, "")):
        return CheckRunHealthResult(WorkerStatus.FAILED, "its process ended without saying so")
    return CheckRunHealthResult(WorkerStatus.RUNNING)
