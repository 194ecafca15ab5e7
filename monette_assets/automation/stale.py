"""The sensor `stale_months`: what was materialized or restored by hand reaches all that is made of it.

A month is stale where one of its inputs has changed since it was computed, however that came about: a backfill from the
user interface, a restored table, an account edited in QuickBooks. What only new code or another contract makes stale
waits for the night, so that a deployment surprises nobody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel, ConfigDict

from monette_assets import catalog
from monette_assets.automation import chain, rebuilding, refresh_job
from monette_assets.automation.abandoned import UNFINISHED, fail_abandoned
from monette_assets.automation.cursors import read_cursor
from monette_assets.automation.owed import retry_after
from monette_assets.clock import now
from monette_assets.tables.asset import asset_key
from monette_assets.tables.partitions import month_key
from monette_assets.tables.staleness import Staleness, find, standing_versions

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.tables.contract import Contract

SENSOR = "stale_months"
INTERVAL_SECONDS = 30
NIGHT = (time(1), time(5))  # in the group's time zone
SETTLED = timedelta(seconds=20)  # stale for so long: whoever writes has had the time to go on


class Cursor(BaseModel):
    """What the sensor remembers from tick to tick; with a new one everything is looked at once more."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    versions: str = ""  # of every table, contract and code: nothing was stale then, or only since a deployment
    waiting: bool = False  # for the night
    stale: str = ""  # what was found to be stale
    since: datetime | None = None  # and when first
    attempts: int = 0  # to rebuild exactly that
    tried_at: datetime | None = None


def build(group: Group, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor. Needs resource `lake`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake"},
        description="Rebuilds months whose inputs have changed; at night those that new code or contract left behind.",
    )
    def stale_months(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return tick(context, group, context.resources.lake.lake, rebuilding.tables())

    return stale_months


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    tables: Sequence[Contract],
    moment: datetime | None = None,
) -> dg.SensorResult | dg.SkipReason:
    """One look: at most one request to rebuild. `moment` is now, aware."""
    moment = moment or now(group)
    if refresh_job.tried_again(context.instance, fail_abandoned(context.instance)):
        return dg.SkipReason("a refresh was killed and is tried again; what it leaves stale is looked for after it")
    if (writer := _writer(context.instance, tables)) is not None:
        return dg.SkipReason(f"run {writer[:8]} is writing; what it leaves stale is looked for after it")
    cursor = read_cursor(Cursor, context.cursor, moment)
    night = NIGHT[0] <= moment.astimezone(group.time_zone).time() < NIGHT[1]
    versions = _versions(lake, group, tables)
    if cursor.versions == versions and not (cursor.waiting and night):
        why = "waits for the night: new code or contract" if cursor.waiting else "nothing has changed"
        return dg.SkipReason(why)
    found = find(lake, group, tables)
    due = found if night else found.of_inputs()
    if not due:
        done = Cursor(begun=cursor.begun, versions=versions, waiting=bool(found))
        return dg.SensorResult(skip_reason=_waiting(found), cursor=done.model_dump_json())
    return _request(cursor, due, versions, moment, deployed=night)


def _request(
    cursor: Cursor, due: Staleness, versions: str, moment: datetime, *, deployed: bool
) -> dg.SensorResult | dg.SkipReason:
    """A request for what has been stale for a while; the same of the same tables again later and later."""
    named, told = _named(due, versions), _told(due)
    if named != cursor.stale:
        seen = Cursor(begun=cursor.begun, stale=named, since=moment)
        return dg.SensorResult(skip_reason=f"seen just now: {told}", cursor=seen.model_dump_json())
    if cursor.since is not None and moment - cursor.since < SETTLED:
        return dg.SkipReason(f"seen just now: {told}")
    if cursor.tried_at is not None and moment < cursor.tried_at + retry_after(cursor.attempts):
        return dg.SkipReason(f"was tried {cursor.attempts} time(s), is tried again later: {told}")
    asked = cursor.model_copy(update={"attempts": cursor.attempts + 1, "tried_at": moment})
    key = sha256(f"{cursor.begun.isoformat()} {cursor.since} {asked.attempts} {named}".encode()).hexdigest()[:20]
    config = refresh_job.Refresh(stale=True, deployed=deployed, fetch=False)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=key, run_config=refresh_job.run_config(config))],
        cursor=asked.model_dump_json(),
    )


def _writer(instance: dg.DagsterInstance, tables: Sequence[Contract]) -> str | None:
    """A run that will leave these tables in order itself, or is at work on them: a refresh, or any that selects one."""
    if running := refresh_job.active(instance):
        return running[0].run_id
    layers = {asset_key(each) for each in tables}
    events = {asset_key(each) for each in (catalog.EVENTS, *(table.contract for table in catalog.FED_BY_EVENTS))}
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        selected = run.asset_selection or frozenset()
        if selected and selected <= events:  # they come all the time, and nothing here is made of them
            continue
        if chain.CHAIN_TAG in run.tags or layers & selected or any(key.path[0] == "bronze" for key in selected):
            return run.run_id
    return None


def _versions(lake: Lake, group: Group, tables: Sequence[Contract]) -> str:
    told = standing_versions(lake, tables)
    codes = {each.name: each.code_version for each in tables}
    return sha256(json.dumps([told, codes, group.fingerprint]).encode()).hexdigest()


def _named(stale: Staleness, versions: str) -> str:
    told = {
        table: sorted(month_key(month) if month else "" for month in months) for table, months in stale.months.items()
    }
    return sha256(json.dumps([told, versions], sort_keys=True).encode()).hexdigest()


def _told(stale: Staleness) -> str:
    return "; ".join(f"{table} {stale.told(table)}" for table in stale.months)


def _waiting(found: Staleness) -> str:
    return f"waits for the night: {_told(found)}" if found else "nothing is stale"
