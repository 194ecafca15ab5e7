"""The heartbeat: a file, and a URL somewhere outside, that hear from a daemon that lives. Their silence is the alarm.

It beats when a sensor is evaluated, so that daemon and code location both live, and only while every other part of the
daemon was heard of lately and the sensor `alerts` does not fail: nobody else would say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from monette_assets.automation.alerts.quiet import quiet
from monette_assets.automation.alerts.trouble import failing_ticks
from monette_assets.automation.alerts.watching import SENSOR as ALERTS
from monette_assets.clock import now
from monette_assets.credentials import credential
from monette_assets.sources import durable

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.settings import Settings

SENSOR = "heartbeat"
INTERVAL_SECONDS = 60
TOLERANCE_SECONDS = 300  # Dagster's own is half an hour
TIMEOUT_SECONDS = 5.0
MAX_AGE = timedelta(minutes=10)


class Heartbeat(BaseModel):
    """The newest beat."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    silent: tuple[str, ...] = ()  # what was not heard of lately: then it is no beat


def build(group: Group, settings: Settings) -> dg.SensorDefinition:
    """The sensor, running from the start."""

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        target=None,
        description="Says that the daemon lives: in a file, and to a URL outside.",
    )
    def heartbeat(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(beat(context.instance, settings, now(group)))

    return heartbeat


def beat(instance: dg.DagsterInstance, settings: Settings, at: datetime) -> str:
    """One beat at a moment (aware); what was done. Raises OSError where the file cannot be written."""
    silent = silent_parts(instance, at)
    settings.heartbeat_path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace(settings.heartbeat_path, Heartbeat(at=at, silent=silent).model_dump_json().encode())
    if silent:
        return f"not heard of lately: {', '.join(silent)}; nobody outside is told that all is well"
    url = credential(settings, "heartbeat_url")
    return "alive" if url is None else f"alive; {ping(url)}"


def silent_parts(instance: dg.DagsterInstance, at: datetime) -> tuple[str, ...]:
    """The parts of the daemon that have not been heard of lately, and the sensor `alerts` where it fails."""
    from dagster._daemon.controller import get_daemon_statuses

    statuses = get_daemon_statuses(
        instance,
        instance.get_required_daemon_types(),
        curr_time_seconds=at.timestamp(),
        ignore_errors=True,
        heartbeat_tolerance_seconds=TOLERANCE_SECONDS,
    )
    failing = {finding.subject for finding in failing_ticks(instance)}
    parts = sorted(name for name, status in statuses.items() if not status.healthy)
    return (*parts, *([f"sensor {ALERTS}"] if f"sensor {ALERTS}" in failing else []))


def ping(url: SecretStr) -> str:
    """Ask for the URL; what came of it, without the URL, which is a secret."""
    import httpx

    with quiet(("httpx", "httpcore")):
        try:
            answer = httpx.get(url.get_secret_value(), timeout=TIMEOUT_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"the heartbeat's URL was not reached ({type(error).__name__})"
    return "told outside" if answer.is_success else f"the heartbeat's URL answered HTTP {answer.status_code}"


def read(path: Path) -> Heartbeat | None:
    """The newest beat; None where there is none that can be read."""
    try:
        return Heartbeat.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def dead(path: Path, at: datetime, max_age: timedelta = MAX_AGE) -> str | None:
    """Why the daemon has to be taken for dead; None while it lives."""
    newest = read(path)
    if newest is None:
        return "no heartbeat was ever written"
    if newest.silent:
        return f"the daemon's {', '.join(newest.silent)} was not heard of lately"
    age = at - newest.at
    if age > max_age:
        return f"the last heartbeat is {int(age.total_seconds() // 60)} minutes old"
    return None
