"""What the checks of the tables said when they were last run, as Dagster's instance keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as CheckStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckPartitionInfo

from monette_assets import catalog
from monette_assets.bronze.events import NOTHING_LOST
from monette_assets.tables.audit import all_checks
from monette_assets.tables.chained import INTACT


def every_check() -> Iterator[tuple[str, str]]:
    """Table and name of every check of logs, silver and gold, and `nothing_lost`; bronze has `arrived` besides."""
    yield from ((contract.name, INTACT) for contract in catalog.LOGS)
    yield catalog.EVENTS.name, NOTHING_LOST
    for table in (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM):
        yield from ((table.contract.name, name) for name, _, _ in all_checks(table.contract))


def failed(instance: dg.DagsterInstance) -> list[AssetCheckPartitionInfo]:
    """Those whose last word is no, one a partition, whatever their severity."""
    keys = [dg.AssetCheckKey(dg.AssetKey(table.split("/")), name) for table, name in every_check()]
    return [
        info
        for info in instance.event_log_storage.get_asset_check_partition_info(keys)
        if info.latest_execution_status is CheckStatus.FAILED
    ]


def last_evaluation(instance: dg.DagsterInstance, key: dg.AssetCheckKey, partition: str | None) -> Any:
    """A check's newest evaluation, None where its run ended before there was one."""
    from dagster._core.event_api import PartitionKeyFilter

    only = PartitionKeyFilter(key=partition) if partition is not None else None
    records = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, partition_filter=only)
    event = records[0].event if records else None
    return event.dagster_event.event_specific_data if event and event.dagster_event else None
