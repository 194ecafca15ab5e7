"""What is measured by looking, every minute: how far behind the platform is, and how many incidents are open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import dagster as dg

from monette_assets import catalog
from monette_assets.automation import changes
from monette_assets.automation.alerts.finding import Kind
from monette_assets.automation.cursors import cursor_text, read_cursor
from monette_assets.automation.owed import Cursor
from monette_assets.tables.asset import asset_key
from monette_assets.telemetry.exporting import exporter
from monette_assets.telemetry.measures import AGE, INCIDENTS, LAG
from monette_assets.telemetry.spans import record


def measure(instance: dg.DagsterInstance, incidents: Iterable[str], now: datetime) -> None:
    """Tell lag by company, age by gold table, and open incidents (their keys) by kind, at a moment (aware).

    Nothing is read where nothing is exported.
    """
    if exporter() is None:
        return
    memory = read_cursor(Cursor, cursor_text(instance, changes.SENSOR), now)
    for company, heard in memory.since.items():
        record(LAG, (now - heard).total_seconds(), source="quickbooks", company=company)
    for each in instance.get_asset_records([asset_key(table.contract) for table in catalog.GOLD]):
        entry = each.asset_entry
        if entry.last_materialization_record is not None:
            age = now.timestamp() - entry.last_materialization_record.timestamp
            record(AGE, age, asset=entry.asset_key.to_user_string())
    counted = Counter(key.partition(":")[0] for key in incidents)
    for kind in Kind:  # 0 too: what is over is told to be
        record(INCIDENTS, counted[kind.value], kind=kind.value)
