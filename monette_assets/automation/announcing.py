"""What a command did to the log of closes, told to Dagster at once, without a run: the user interface shows it.

The tables made of the log, and their checks by month, follow with the next run: Dagster keeps only one evaluation of a
month's check that belongs to no run (1.13.27), so how the months stand is told as an observation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets.gold import close_status
from monette_assets.tables import chained, closes, hash_chain
from monette_assets.tables.asset import asset_key
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake


def announce(
    instance: dg.DagsterInstance, lake: Lake, group: Group, made: Sequence[Mapping[str, Any]], today: date
) -> None:
    """A materialization of `closes` that names the entries, whether it is intact, and how their months now stand."""
    if not made:
        return
    own = asset_key(closes.CONTRACT)
    instance.report_runless_asset_event(
        dg.AssetMaterialization(own, description="; ".join(map(_said, made)), metadata=_metadata(lake, made))
    )
    broken = chained.problem(lake, closes.CONTRACT.name)
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=own, check_name=chained.INTACT, passed=broken is None, description=broken, metadata={}
        )
    )
    log = hash_chain.entries(lake, closes.CONTRACT.name)
    for period in sorted({entry["period"] for entry in made}):
        found = close_status.standings(group, log, [period], today)
        instance.report_runless_asset_event(
            dg.AssetObservation(
                asset_key(close_status.CONTRACT),
                partition=month_key(period),
                description="; ".join(f"{row['company']}: {_stands(row)}" for row in found),
                metadata={"overdue": ", ".join(row["company"] for row in found if row["is_overdue"]) or "nothing"},
            )
        )


def _stands(row: Mapping[str, Any]) -> str:
    return f"{row['state']}, due on {row['due_on']}" if row["is_overdue"] else str(row["state"])


def _said(entry: Mapping[str, Any]) -> str:
    who = f"{entry['who']}, approved by {entry['approved_by']}" if entry["approved_by"] else entry["who"]
    return f"{entry['company']} {entry['period']:%Y-%m}: {entry['action']} by {who}"


def _metadata(lake: Lake, made: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    last = made[-1]
    at: datetime = last["at"]
    return {
        "action": last["action"],
        "month": f"{last['period']:%Y-%m}",
        "companies": ", ".join(entry["company"] for entry in made),
        "by": last["who"],
        "at": at.isoformat(),
        "release": last["release"],
        "entries": lake.sequence(closes.CONTRACT.name),
        "head": last["hash"],
    }
