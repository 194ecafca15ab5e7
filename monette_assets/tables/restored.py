"""Whether a refresh replaces what somebody restored: that is never done without saying so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from monette_assets.lake import Lake, Scope

RESTORE = "restore-"  # how the run ids of `monette restore` begin
LOOKED_BACK = 50  # commits


def replaced_restore(lake: Lake, table: str, changed: Collection[date | None]) -> str | None:
    """The restored version that still stands in one of the months about to change; None if there is none.

    `changed` holds None for a table without months.
    """
    if not changed or not lake.exists(table):
        return None
    left = set(changed)
    for entry in lake.history(table, LOOKED_BACK):
        about = left if entry.scope is None else {month for month in left if _holds(entry.scope, month)}
        if entry.commit is not None and entry.commit.run_id.startswith(RESTORE):
            if about:
                return f"version {entry.version}, restored by {entry.commit.author}: {entry.commit.reason}"
        elif entry.scope is not None:  # a compaction replaces nothing, and says nothing
            left -= about
    return None


def _holds(scope: Scope, month: date | None) -> bool:
    if scope.is_everything or month is None or "period" not in scope.columns:
        return True
    position = scope.columns.index("period")
    return any(unit[position] == month for unit in scope.units)
