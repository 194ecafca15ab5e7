"""The sensor `events`: what waits at the broker is taken in within a minute or two, in micro-batches.

It asks the broker where its topics end and the table how far they were read; the difference is what waits. A broker
that does not answer fails the tick, which is told as every failing sensor is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel, ConfigDict

from monette_assets import catalog
from monette_assets.automation import events_job
from monette_assets.automation.abandoned import UNFINISHED, fail_abandoned
from monette_assets.automation.cursors import read_cursor
from monette_assets.automation.owed import retry_after
from monette_assets.bronze.events import looked
from monette_assets.clock import now

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.resources import EventHubs

SENSOR = "events"
INTERVAL_SECONDS = 60  # a batch is a commit and a small file a topic, which stay
FIRST_WAIT = timedelta(minutes=1)  # after an attempt that changed nothing; after each further one twice as long


class Cursor(BaseModel):
    """What the sensor remembers from tick to tick."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    stood: str = ""  # how far everything was when a run was last asked for
    attempts: int = 0  # at exactly that
    asked: int = 0  # runs asked for
    tried_at: datetime | None = None


def build(group: Group, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor. Needs resources `lake` and `event_hubs`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake", "event_hubs"},
        description="Takes in scale tickets and telemetry that wait at Event Hubs, and builds what is made of them.",
    )
    def events(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return tick(context, group, context.resources.lake.lake, context.resources.event_hubs)

    return events


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    event_hubs: EventHubs,
    moment: datetime | None = None,
) -> dg.SensorResult | dg.SkipReason:
    """One look at the broker: at most one run of the job. `moment` is now, aware.

    Raises EventsError where the broker, or a topic, cannot be read and nothing else waits.
    """
    from monette_assets.sources.event_hubs.stream import EventsError

    if not event_hubs.configured:
        return dg.SkipReason("no broker is configured (MONETTE_EVENTS_BROKERS)")
    moment = moment or now(group)
    fail_abandoned(context.instance)
    running = context.instance.get_runs(dg.RunsFilter(job_name=events_job.JOB, statuses=UNFINISHED), limit=1)
    if running:
        return dg.SkipReason(f"run {running[0].run_id[:8]} is {running[0].status.value.lower()}")
    problem = ""
    with event_hubs.opened() as stream:
        told = looked(lake, stream)
        problem = "; ".join([*map(str, stream.missing.values()), *told.problems.values()])
    unbuilt = [] if told.due else events_job.plan(group, lake, moment)
    cursor = read_cursor(Cursor, context.cursor, moment)
    if not told.due and not unbuilt:
        if problem:
            raise EventsError(problem)
        return dg.SkipReason("nothing waits at the broker")
    stood = sha256(repr([sorted(told.stood.items()), lake.version(catalog.EVENTS.name), unbuilt]).encode()).hexdigest()
    attempts = cursor.attempts if cursor.stood == stood else 0
    if attempts and cursor.tried_at is not None and moment < cursor.tried_at + retry_after(attempts, FIRST_WAIT):
        return dg.SkipReason(f"was tried {attempts} time(s), is tried again later: {told.waiting} event(s) wait")
    asked = Cursor(begun=cursor.begun, stood=stood, attempts=attempts + 1, asked=cursor.asked + 1, tried_at=moment)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"{cursor.begun.isoformat()} {asked.asked}")],
        cursor=asked.model_dump_json(),
    )
