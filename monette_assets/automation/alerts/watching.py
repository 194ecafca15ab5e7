"""The sensor `alerts`: looks what is wrong, remembers it as incidents, and delivers the messages that are owed.

It looks when something was recorded since it looked last, and every few minutes in any case: freshness, sensors and
companies that do not answer record nothing. Where nobody is to be told, incidents are kept all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from monette_assets import catalog
from monette_assets.automation.alerts import trouble
from monette_assets.automation.alerts.channels import configured
from monette_assets.automation.alerts.incidents import incidents
from monette_assets.automation.alerts.outbox import deliver
from monette_assets.automation.alerts.register import register_of
from monette_assets.automation.measuring import measure
from monette_assets.clock import now

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings

SENSOR = "alerts"
INTERVAL_SECONDS = 60
LOOK_EVERY = timedelta(minutes=5)


class Cursor(BaseModel):
    """What the sensor remembers; a lost one makes it look."""

    model_config = ConfigDict(extra="forbid")

    event: int | None = None  # the newest that was recorded when it looked
    looked: datetime | None = None


def build(group: Group, settings: Settings) -> dg.SensorDefinition:
    """The sensor, running from the start. Needs resource `lake`."""

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake"},
        target=None,
        description="Tells people when something is wrong, once, and when it is over.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return tick(context, group, context.resources.lake.lake, settings)

    return alerts


def tick(
    context: dg.SensorEvaluationContext, group: Group, lake: Lake, settings: Settings, moment: datetime | None = None
) -> dg.SensorResult:
    """One look, and one round of deliveries. `moment` is now, aware."""
    at = moment or now(group)
    register, receivers = register_of(context.instance, settings), configured(settings)
    cursor = _read(context.cursor)
    event = context.instance.event_log_storage.get_maximum_record_id()
    due = cursor.looked is None or not timedelta(0) <= at - cursor.looked < LOOK_EVERY
    said = []
    if due or event != cursor.event:
        busy = trouble.at_work(context.instance, at)
        connection = trouble.stored_connection(settings, at)
        found = trouble.findings(context.instance, group, lake, connection, at, at_work=busy is not None)
        owed = register.look(
            incidents(found, catalog.contracts(), settings.docs_url),
            at,
            group=group.name,
            channels=[each.name for each in receivers],
            at_work=busy is not None,
        )
        cursor = Cursor(event=event, looked=at)
        said.append(f"{len(found)} finding(s), {len(register.incidents(group.time_zone))} open incident(s)")
        for message in owed:
            context.log.info(message.title)
        measure(context.instance, [each.incident.key for each in register.incidents(group.time_zone)], at)
    sent = deliver(register, receivers, at)
    for failure in sent.failures:
        context.log.warning(f"not delivered, kept and tried again: {failure}")
    said += [f"{sent.delivered} message(s) delivered"] if sent.delivered else []
    said += [f"{len(sent.failures)} not delivered"] if sent.failures else []
    return dg.SensorResult(skip_reason="; ".join(said) or "nothing new", cursor=cursor.model_dump_json())


def _read(text: str | None) -> Cursor:
    try:
        return Cursor.model_validate_json(text or "{}")
    except ValidationError:
        return Cursor()
