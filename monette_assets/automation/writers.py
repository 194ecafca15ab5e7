"""Who writes a table is waited for: of two runs at once, one would publish from what the other has just replaced."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta

import dagster as dg

from monette_assets.automation.abandoned import UNFINISHED, fail_abandoned
from monette_assets.process import PROCESS_TAG

WAIT_SECONDS = 0.5
PATIENCE = timedelta(minutes=10)  # for a run that does not say which process executes it: it says so within seconds

_log = logging.getLogger(__name__)


class SilentRunError(Exception):
    """A run that would write, and of which nobody can tell whether it lives: which, and what to do."""


def _wait(_: str) -> None:
    time.sleep(WAIT_SECONDS)


def wait_for_writers(
    instance: dg.DagsterInstance,
    keys: Collection[dg.AssetKey],
    pause: Callable[[str], None] = _wait,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return once no run writes any of these tables. Runs that wait in the queue for their pool are not waited for.

    `pause` is given the id of the run that is waited for; `clock` tells seconds. Which run is waited for is logged.
    A run whose process lives is waited for as long as that takes. Raises SilentRunError where all that is left are runs
    that have named no process for so long that they were killed before they could.
    """
    wanted = frozenset(keys)
    told: set[str] = set()
    silent_since: float | None = None
    while True:
        fail_abandoned(instance)  # they would be waited for for ever
        writing = [run for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
                   if wanted & (run.asset_selection or frozenset())]  # fmt: skip
        if not writing:
            return
        run = next((run for run in writing if PROCESS_TAG in run.tags), writing[0])
        if run.run_id not in told:
            told.add(run.run_id)
            _log.warning("waiting for run %s of %s to end", run.run_id[:8], _written(run, wanted))
        if PROCESS_TAG in run.tags:
            silent_since = None
        else:
            moment = clock()
            silent_since = moment if silent_since is None else silent_since
            if moment - silent_since >= PATIENCE.total_seconds():
                raise SilentRunError(
                    f"run {run.run_id[:8]} of {_written(run, wanted)} is {run.status.value.lower()} and names no "
                    f"process for {PATIENCE.total_seconds() / 60:.0f} minutes: it was killed with the server that "
                    f"launched it, or hangs. In the interface (`monette dev`, /runs/{run.run_id}): Terminate, and "
                    "force it where it does not end. Then run this again; nothing was published by halves"
                )
        pause(run.run_id)


def _written(run: dg.DagsterRun, wanted: Collection[dg.AssetKey]) -> str:
    """Which of these tables the run writes."""
    names = sorted(key.to_user_string() for key in run.asset_selection or () if key in wanted)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
