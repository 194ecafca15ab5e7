"""Runs of long ago are forgotten, with their events: Dagster keeps both for ever, and every run adds some hundred.

What a table's state is read from stays, however old: the run that materialised a partition last, or tried to.
Ticks are Dagster's own to delete (`retention` in dagster.yaml). What checks said of each partition stays too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES

AT_MOST = 20_000  # of one week: a delete is some milliseconds
TOLD_BY = (
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_OBSERVATION,
)


def forget(instance: dg.DagsterInstance, before: datetime, at_most: int = AT_MOST) -> int:
    """Delete runs that were over before a moment (aware) and tell nothing of the present; how many, oldest first."""
    old = dg.RunsFilter(statuses=list(FINISHED_STATUSES), updated_before=before.astimezone(UTC))
    runs = [record.dagster_run.run_id for record in instance.get_run_records(old, ascending=True)]
    if not runs:
        return 0
    needed = last_runs(instance, instance.all_asset_keys())
    forgotten = [run_id for run_id in runs if run_id not in needed][:at_most]
    for run_id in forgotten:
        instance.delete_run(run_id)
    return len(forgotten)


def last_runs(instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey]) -> set[str]:
    """The runs that said the last word on these assets, or on a partition of them."""
    found: set[str] = set()
    for key in keys:
        for event_type in TOLD_BY:
            newest = instance.get_event_records(dg.EventRecordsFilter(event_type, asset_key=key), limit=1)
            last = instance.event_log_storage.get_latest_storage_id_by_partition(key, event_type).values()
            if last:
                newest = [*newest, *instance.get_event_records(
                    dg.EventRecordsFilter(event_type, asset_key=key, storage_ids=sorted(last))
                )]  # fmt: skip
            found.update(record.run_id for record in newest)
    return found
