"""The job `maintenance` and its weekly schedule: what keeps day 365 as fast as day 1.

A table whose files have become many and small is compacted, its log checkpointed, and files that no version within
retention needs are deleted; bronze keeps every file. Runs of long ago are forgotten.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import retention
from monette_assets.automation.refresh_job import asked_by
from monette_assets.automation.schedules import standing_schedule
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, maintenance
from monette_assets.lake.lake import is_append_only
from monette_assets.tables import releases
from monette_assets.tables.audit_log import recorded

JOB = "maintenance"
OP = "maintain_tables"
SCHEDULE = "weekly_maintenance"
MANY_FILES = 8  # of one partition: what is compacted away is deleted once no version needs it
MANY_APPENDED = 32  # likewise of bronze and the records, which keep every file: each compaction is disk for good


def build(group: Group, keep_runs: timedelta) -> dg.JobDefinition:
    """The job. Needs resource `lake`."""

    @dg.op(name=OP, required_resource_keys={"lake"})
    def maintain_tables(context: dg.OpExecutionContext) -> None:
        lake: Lake = context.resources.lake.lake
        names = [*(contract.name for contract in catalog.contracts()), releases.NAME]
        tables = [name for name in names if lake.exists(name)]
        who, through = asked_by(context)
        what = f"{len(tables)} tables"
        with recorded(lake, group, who=who, through=through, action="maintain", what=what) as act:
            for table in tables:
                done = maintain(lake, table, context.run_id, group, now(group))
                context.log.info("%s: %s", table, ", ".join(f"{name} {value}" for name, value in done.items()))
                context.add_output_metadata({table.replace("/", "__"): dg.MetadataValue.json(done)})
            left = clean_left_over(lake, context.instance)
            context.log.info("staged by runs that are over: %s", ", ".join(left) or "nothing")
            forgotten = retention.forget(context.instance, now(group) - keep_runs)
            context.log.info("runs of more than %d days ago forgotten: %d", keep_runs.days, forgotten)
            act.result = f"run {context.run_id}"

    @dg.job(name=JOB, description=(__doc__ or "").splitlines()[0])
    def job() -> None:
        maintain_tables()

    return job


def maintain(lake: Lake, table: str, run_id: str, group: Group, at: datetime) -> dict[str, Any]:
    """Compact, checkpoint and vacuum one table where it needs it; says what was done. Rows are left as they are."""
    files, most = maintenance.files(lake, table)
    done: dict[str, Any] = {"files": files}
    if most > (MANY_APPENDED if is_append_only(table) else MANY_FILES):
        commit = Commit(
            run_id=run_id,
            publish_id=f"{run_id}:{table}:compact",
            code_version="",  # no table's: rows are left as they are
            contract_version=group.fingerprint,
            at=at.astimezone(UTC),
            units="compaction",
            reason="maintenance",
        )
        maintenance.compact(lake, table, commit)
        done["files_after"] = maintenance.files(lake, table)[0]
    maintenance.checkpoint(lake, table)
    if not is_append_only(table):
        done["files_deleted"] = len(maintenance.vacuum(lake, table))
    return done


def clean_left_over(lake: Lake, instance: dg.DagsterInstance) -> list[str]:
    """Delete what runs that are over have left in staging, as a killed process does; their ids."""
    left = []
    for run_id in lake.staged_runs():
        run = instance.get_run_by_id(run_id)
        if run is not None and run.is_finished:
            lake.clean_staged(run_id)
            left.append(run_id)
    return left


def build_schedule(group: Group, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Sundays before the night's refresh, running from the start."""
    return standing_schedule(SCHEDULE, job, "0 3 * * 0", group, "Compacts, checkpoints and vacuums the lake's tables.")
