"""Who launches what in Dagster's interface: told by the proxy that logged them in, kept on the run, put in the log.

Dagster itself knows no users. `dagster.yaml` names the coordinator; the resource `lake` calls `recorded_run`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.run_coordinator import QueuedRunCoordinator, SubmitRunContext

from monette_assets.tables import audit_log

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

HEADER = "X-Monette-User"  # set by the proxy on every request, whatever the browser sent
WHO_TAG = "monette/who"  # on a run launched in the interface: the person
CHAIN_TAG = "monette/chain"  # on the runs of a chain, which is one act of its own
ASSET_JOB = "__ASSET_JOB"  # how Dagster calls a run of chosen assets
NOBODY = "nobody logged in"  # an interface without a proxy before it
LONGEST = 120


class AttributedRunCoordinator(QueuedRunCoordinator):  # type: ignore[type-arg]
    """Dagster's queue; on every run that comes out of a request, who sent it, and of every run the pools."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Queue the run, its pools known to the queue."""
        self._register_pools(context.dagster_run)
        return super().submit_run(self.attributed(context))

    def _register_pools(self, run: dg.DagsterRun) -> None:
        """Give pools nobody has used yet their limit: where the daemon does it, it lets all that waits through once."""
        pools = run.run_op_concurrency.all_pools if run.run_op_concurrency else None
        storage = self._instance.event_log_storage
        known = {limit.name for limit in storage.get_pool_limits()} if pools else set()
        for pool in sorted((pools or set()) - known):
            storage.initialize_concurrency_limit_to_default(pool)

    def attributed(self, context: SubmitRunContext) -> SubmitRunContext:
        """The run with the person who sent it, whatever it says of itself; as it is where no request brought it."""
        if getattr(context.workspace, "source", None) is None:
            return context
        who = (context.get_request_header(HEADER) or NOBODY)[:LONGEST]
        run = context.dagster_run
        self._instance.add_run_tags(run.run_id, {WHO_TAG: who})
        return context._replace(dagster_run=run.with_tags({**run.tags, WHO_TAG: who}))


def who_asked(tags: Mapping[str, str]) -> tuple[str, str]:
    """Who asked for a run, and through what."""
    if WHO_TAG in tags:
        return tags[WHO_TAG], "interface"
    for through in ("schedule", "sensor"):
        if name := tags.get(f"dagster/{through}_name"):
            return name, through
    if backfill := tags.get("dagster/backfill"):
        return f"backfill {backfill}", "interface"
    if tags.get("dagster/from_automation_condition"):
        return "automation condition", "sensor"
    return tags.get("user", "Dagster"), "job"


@contextmanager
def recorded_run(lake: Lake, group: Group, instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[None]:
    """Write a run of chosen assets into the audit log, before its first step and after its last.

    Chains of runs and the platform's own jobs write themselves down. Raises what the lake raises where the beginning
    cannot be written: then no step runs.
    """
    if run.job_name != ASSET_JOB or (CHAIN_TAG in run.tags and WHO_TAG not in run.tags):
        yield
        return
    who, through = who_asked(run.tags)
    with audit_log.recorded(lake, group, who=who, through=through, action="materialize", what=_what(run)) as act:
        yield
        act.failed = bool(instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE))
        act.result = f"run {run.run_id}"


def _what(run: dg.DagsterRun) -> str:
    first, last = (run.tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    which = f"{first}..{last}" if first else run.tags.get("dagster/partition", "")
    chosen = sorted(key.to_user_string() for key in run.asset_selection or ())
    return " ".join([*([f"{which} of"] if which else []), ", ".join(chosen) or "every asset"])
