"""Who listens outside hears from a daemon that lives, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from monette_assets.automation.heartbeat import MAX_AGE, Heartbeat, beat, dead, ping, read
from monette_assets.definitions import build
from monette_assets.settings import Settings
from monette_assets_tests.frames import group_of
from monette_assets_tests.sources.serving import serving

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "s3cr3t-check-id"


@dataclass
class Outside:
    """Whoever waits for the heartbeat."""

    url: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard.append(Request(scope, receive).url.path)
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
def outside() -> Iterator[Outside]:
    listener = Outside()
    with serving(listener) as listener.url:
        yield listener


@pytest.fixture
def settings(tmp_path: Path, outside: Outside) -> Settings:
    return Settings(home=tmp_path / "home", heartbeat_url=SecretStr(f"{outside.url}/{SECRET}"))


def lives(instance: dg.DagsterInstance, at: datetime, *, but: str = "") -> None:
    """Every part of the daemon says that it lives, but for one."""
    for name in instance.get_required_daemon_types():
        if name != but:
            instance.add_daemon_heartbeat(DaemonHeartbeat(at.timestamp(), name, "an-id", errors=[]))


def test_while_every_part_lives_outside_is_told_and_the_file_says_when(
    instance: dg.DagsterInstance, settings: Settings, outside: Outside
) -> None:
    lives(instance, NOON)
    assert beat(instance, settings, NOON + MINUTE) == "alive; told outside"
    assert outside.heard == [f"/{SECRET}"]
    assert read(settings.heartbeat_path) == Heartbeat(at=NOON + MINUTE)
    assert dead(settings.heartbeat_path, NOON + 2 * MINUTE) is None


def test_a_killed_daemon_beats_no_more_and_is_taken_for_dead_ten_minutes_later(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    lives(instance, NOON)
    beat(instance, settings, NOON)
    assert dead(settings.heartbeat_path, NOON + MAX_AGE) is None
    assert dead(settings.heartbeat_path, NOON + MAX_AGE + MINUTE) == "the last heartbeat is 11 minutes old"


@pytest.mark.parametrize("part", ["SCHEDULER", "BACKFILL"])
def test_where_one_part_hangs_outside_hears_nothing(
    instance: dg.DagsterInstance, settings: Settings, outside: Outside, part: str
) -> None:
    assert part in instance.get_required_daemon_types()
    lives(instance, NOON)
    lives(instance, NOON + 10 * MINUTE, but=part)
    said = beat(instance, settings, NOON + 10 * MINUTE)
    assert said == f"not heard of lately: {part}; nobody outside is told that all is well"
    assert outside.heard == []
    assert dead(settings.heartbeat_path, NOON + 10 * MINUTE) == f"the daemon's {part} was not heard of lately"


@pytest.mark.parametrize(("status", "said"), [(503, "answered HTTP 503"), (404, "answered HTTP 404")])
def test_a_listener_that_refuses_is_said_without_its_url(outside: Outside, status: int, said: str) -> None:
    outside.status = status
    answer = ping(SecretStr(f"{outside.url}/{SECRET}"))
    assert answer == f"the heartbeat's URL {said}"
    unreached = [ping(SecretStr(url)) for url in (f"http://127.0.0.1:9/{SECRET}", f"no url {SECRET}")]
    assert all("was not reached" in each for each in unreached)
    assert SECRET not in "".join([answer, *unreached])


def test_what_is_no_heartbeat_is_none(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat.json"
    assert dead(path, NOON) == "no heartbeat was ever written"
    path.write_text('{"at": "2025-03-0')
    assert dead(path, NOON) == "no heartbeat was ever written"


def test_the_daemon_evaluates_it_without_a_lake_and_keeps_the_url_to_itself(
    instance: dg.DagsterInstance, settings: Settings, outside: Outside, tmp_path: Path
) -> None:
    lives(instance, datetime.now(UTC))
    repository = build(settings, group_of(tmp_path / "group")).get_repository_def()
    sensor = repository.get_sensor_def("heartbeat")
    with dg.build_sensor_context(instance, repository_def=repository) as context:
        tick = sensor.evaluate_tick(context)
    assert tick.skip_message == "alive; told outside"
    assert outside.heard == [f"/{SECRET}"]
    assert SECRET not in settings.heartbeat_path.read_text() + repr(settings)
