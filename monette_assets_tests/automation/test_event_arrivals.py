"""The sensor `events`, tick by tick: what waits is asked for once, what does not get on later and later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets import catalog
from monette_assets.automation.event_arrivals import tick
from monette_assets.automation.events_job import JOB, months_due
from monette_assets.bronze.events import take_in
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.resources import EventHubs
from monette_assets.settings import Settings
from monette_assets.sources.event_hubs import stream
from monette_assets.sources.event_hubs.stream import EventsError
from monette_assets.tables import provenance
from monette_assets.tables.provenance import Provenance
from monette_assets_tests.frames import NOW, group_of
from monette_assets_tests.mock_broker import MockBroker, mock_broker
from monette_assets_tests.processes import free_port


@dataclass
class Watch:
    """A broker, a lake, and the sensor between them."""

    group: Group
    lake: Lake
    broker: MockBroker
    instance: dg.DagsterInstance
    cursor: str | None = None
    said: str = ""

    def tick(self, minutes: int = 0, settings: Settings | None = None) -> str | None:
        """The key of the run that a tick asks for, so many minutes later."""
        hubs = EventHubs(settings or Settings(events_brokers=self.broker.address))
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = tick(context, self.group, self.lake, hubs, NOW + timedelta(minutes=minutes))
        if isinstance(result, dg.SkipReason):
            self.said = result.skip_message or ""
            return None
        self.cursor = result.cursor
        [request] = result.run_requests or []
        return request.run_key

    def take_in(self) -> None:
        with stream.opened(self.broker.access) as connection:
            take_in(self.lake, connection, self.group, "run")

    def build(self) -> None:
        """Note what the job notes once it has built the months due."""
        version = self.lake.version(catalog.EVENTS.name)
        assert version is not None
        for contract in (table.contract for table in catalog.FED_BY_EVENTS):
            now = Provenance.of(contract.code_version, self.group.fingerprint, {catalog.EVENTS.name: version})
            months: set[date | None] = {*months_due(self.lake, self.group, contract)}
            provenance.note(self.lake, contract.name, None, dict.fromkeys(months, now))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with mock_broker() as broker, dg.DagsterInstance.ephemeral() as instance:
        yield Watch(group_of(tmp_path / "group"), Lake(str(tmp_path / "lake")), broker, instance)


def test_without_a_broker_nothing_is_asked(watch: Watch) -> None:
    assert watch.tick(settings=Settings()) is None
    assert watch.said == "no broker is configured (MONETTE_EVENTS_BROKERS)"


def test_what_waits_is_asked_for_and_then_nothing_does(watch: Watch) -> None:
    assert watch.tick() is None
    watch.broker.send("telemetry", b"1")
    first = watch.tick()
    assert first is not None
    watch.take_in()
    watch.build()
    assert (watch.tick(1), watch.said) == (None, "nothing waits at the broker")
    watch.broker.send("telemetry", b"2")
    assert watch.tick(1) not in (None, first)


def test_one_run_at_a_time(watch: Watch) -> None:
    watch.broker.send("telemetry", b"1")
    create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    assert watch.tick() is None
    assert "is started" in watch.said


def test_what_does_not_get_on_is_tried_later_and_later(watch: Watch) -> None:
    watch.broker.send("telemetry", b"1")
    asked = [minute for minute in range(20) if watch.tick(minute)]
    assert asked == [0, 1, 3, 7, 15]
    watch.take_in()
    watch.broker.send("telemetry", b"2")
    assert watch.tick(20)  # it got on


def test_tickets_that_were_taken_in_and_not_built_are_asked_for(watch: Watch) -> None:
    watch.broker.send("scale_tickets", b"{ poison")
    watch.take_in()  # and was killed before it built them
    assert watch.tick()


def test_a_broker_that_does_not_answer_fails_the_tick(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 1.0)
    nobody: Any = Settings(events_brokers=f"127.0.0.1:{free_port()}")
    with pytest.raises(EventsError, match="what waits there is taken in once it answers"):
        watch.tick(settings=nobody)
