"""Every event is in bronze exactly once, verbatim, or the table says which were lost."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from monette_assets.bronze.events import CONTRACT, TakenIn, build, look, take_in
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.resources import EventHubs, lake_resource
from monette_assets.settings import Settings
from monette_assets.sources.event_hubs import stream
from monette_assets.sources.event_hubs.stream import Bounds, Place, Stream, Taken, opened
from monette_assets.telemetry.exporting import Exporter
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.kafka.taking_in import BATCH, POINTS, taken_in
from monette_assets_tests.mock_broker import MockBroker, mock_broker
from monette_assets_tests.processes import free_port
from monette_assets_tests.silver.test_scale_tickets import TICKET
from monette_assets_tests.telemetry.collector import Collector
from monette_assets_tests.telemetry.conftest import collector, exporting

__all__ = ["collector", "exporting"]

TICKETS, TELEMETRY = "scale_tickets", "telemetry"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def broker() -> Iterator[MockBroker]:
    with mock_broker() as running:
        yield running


def take(broker: MockBroker, lake: Lake, group: Group, run: str = "run", **bounds: Any) -> TakenIn:
    with opened(broker.access) as connection:
        return take_in(lake, connection, group, run, **bounds)


@contextmanager
def fed_while_read(broker: MockBroker, count: int) -> Iterator[None]:
    """Within, so many events come each time some have been read."""
    take = Stream.take

    def fed(*args: Any, **named: Any) -> Taken:
        taken = take(*args, **named)
        broker.send(TICKETS, *[b"meanwhile"] * count)
        return taken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream, "take", fed)
        yield


def rows(lake: Lake) -> list[dict[str, Any]]:
    found = lake.read(CONTRACT.name).to_pylist()
    return sorted(found, key=lambda row: (row["topic"], row["partition"], row["offset"]))


def values(lake: Lake) -> list[bytes]:
    return sorted(row["value"] for row in rows(lake))


def test_events_are_kept_as_they_came(broker: MockBroker, lake: Lake, small: Group) -> None:
    broker.send(TICKETS, b'{"a": 1}', key=b"t-1", headers=[("sent-by", b"scale 1"), ("empty", None)])
    broker.send(TICKETS, None, partition=1, timestamp=1_764_000_000_123)
    broker.send(TELEMETRY, b"\xff\x00 no text")
    done = take(broker, lake, small)
    assert (done.events, done.commits, done.waiting, done.problems) == (3, 1, 0, [])
    first, second, third = rows(lake)
    assert (first["topic"], first["partition"], first["offset"]) == (TICKETS, 0, 0)
    assert (first["key"], first["value"], first["kind"]) == (b"t-1", b'{"a": 1}', "event")
    assert first["headers"] == [{"name": "sent-by", "value": b"scale 1"}, {"name": "empty", "value": None}]
    assert (second["partition"], second["key"], second["value"]) == (1, None, None)
    assert (second["timestamp"].isoformat(), second["timestamp_type"]) == ("2025-11-24T16:00:00.123000+00:00", "create")
    assert (third["topic"], third["value"], third["headers"]) == (TELEMETRY, b"\xff\x00 no text", [])


def test_a_run_takes_in_what_is_new_and_commits_nothing_where_nothing_is(
    broker: MockBroker, lake: Lake, small: Group
) -> None:
    broker.send(TICKETS, b"1", b"2")
    take(broker, lake, small)
    broker.send(TICKETS, b"3")
    assert take(broker, lake, small).events == 1
    version = lake.version(CONTRACT.name)
    assert take(broker, lake, small).commits == 0
    assert lake.version(CONTRACT.name) == version
    assert values(lake) == [b"1", b"2", b"3"]


def test_much_is_taken_in_in_batches_a_commit_each(broker: MockBroker, lake: Lake, small: Group) -> None:
    sent = [f"{number:03}".encode() for number in range(100)]
    for number, value in enumerate(sent):
        broker.send(TICKETS, value, partition=number % 2)
    assert take(broker, lake, small, most_events=30).commits == 4
    assert values(lake) == sent
    broker.send(TICKETS, *[b"x" * 100] * 10)
    assert take(broker, lake, small, most_events=4, most_bytes=250).commits == 3


def test_what_came_while_a_run_read_waits_for_the_next(broker: MockBroker, lake: Lake, small: Group) -> None:
    broker.send(TICKETS, b"1", b"2")
    with fed_while_read(broker, 3):
        first = take(broker, lake, small)
    assert (first.events, first.waiting, first.problems) == (2, 3, [])
    second = take(broker, lake, small)
    assert (second.events, second.waiting) == (3, 0)


def test_how_many_wait_is_not_known_where_a_topic_is_missing(broker: MockBroker, lake: Lake, small: Group) -> None:
    broker.send(TICKETS, b"1", b"2")
    with opened(broker.access, (TICKETS, "nobody_made_it")) as connection:
        done = take_in(lake, connection, small, "run")
    assert (done.events, done.waiting) == (2, None)
    assert "expected the topic nobody_made_it" in done.problems[0]


def test_of_runs_at_once_each_event_is_committed_by_one(broker: MockBroker, lake: Lake, small: Group) -> None:
    sent = [f"{number:03}".encode() for number in range(60)]
    broker.send(TICKETS, *sent)
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: take(broker, lake, small, most_events=7), repeat(None, 3)))
    assert sum(each.events for each in done) == 60
    assert values(lake) == sent
    assert all("another run was faster" in problem for each in done for problem in each.problems)


def test_in_a_container_too_what_is_killed_leaves_each_event_once(
    broker: MockBroker, azurite: Azurite, tmp_path: Path
) -> None:
    container = azurite.client("events")
    container.create_container()
    lake = azurite.lake("events", "lake")
    settings = {
        **azurite.settings,
        **broker.settings,
        "MONETTE_LAKE": lake.url,
        "MONETTE_HOME": str(tmp_path / "home"),
        "MONETTE_GROUP": str(write_contract(tmp_path / "group")),
    }
    sent: list[bytes] = []
    for point in POINTS:
        more = [json.dumps({**TICKET, "ticket_id": f"T{len(sent) + each}"}).encode() for each in range(2 * BATCH)]
        broker.send(TICKETS, *more)
        sent += more
        assert taken_in(settings, point, 2) == -signal.SIGKILL, point
    assert taken_in(settings, how="command") == 0
    assert values(lake) == sorted(sent)
    tickets = lake.read("silver/scale_tickets", columns=["ticket_id", "repeats"]).to_pylist()
    assert sorted(row["ticket_id"] for row in tickets) == sorted(json.loads(value)["ticket_id"] for value in sent)
    assert {row["repeats"] for row in tickets} == {0}
    written = [name for name in container.list_blob_names(name_starts_with="lake/bronze/") if name.endswith(".parquet")]
    assert len(written) > len(lake.open(CONTRACT.name).file_uris())  # what was written and not committed is no row


def test_what_the_broker_deleted_meanwhile_is_told_and_the_rest_is_taken_in(
    broker: MockBroker, lake: Lake, small: Group
) -> None:
    broker.send(TICKETS, b"1", b"2")
    take(broker, lake, small)
    broker.send(TICKETS, *[b"x" * 900_000] * 9)  # the mock keeps some five megabytes
    done = take(broker, lake, small)
    [(place, (first, end))] = done.lost.items()
    assert (place, first) == (Place(TICKETS, 0), 2)
    assert done.told_lost == [
        f"scale_tickets[0]: offsets 2 to {end - 1} ({end - 2} events) were deleted by the broker before they were "
        "taken in: its retention is shorter than we were away"
    ]
    told = [(row["kind"], row["offset"], row["lost_until"]) for row in rows(lake)]
    kept = [("event", offset, None) for offset in range(end, 11)]
    assert told == [("event", 0, None), ("event", 1, None), ("lost", 2, end), *kept]
    assert take(broker, lake, small).lost == {}


def test_a_topic_that_was_made_again_is_not_read_and_the_others_are(lake: Lake, small: Group) -> None:
    with mock_broker() as before:
        before.send(TICKETS, b"1", b"2", b"3")
        take(before, lake, small)
    with mock_broker() as after:
        after.send(TICKETS, b"other")
        after.send(TELEMETRY, b"on")
        shorter = take(after, lake, small)
        after.send(TICKETS, b"4", b"5", b"6")  # its log reaches beyond ours, and its third event is not ours
        longer = take(after, lake, small)
    for done, says in (
        (shorter, "scale_tickets[0]: expected offset 3 or later, found a log that ends at 1: the topic was deleted"),
        (longer, "scale_tickets[0]: expected what stood at offset 2 to stand there: the topic was deleted"),
    ):
        [problem] = done.problems
        assert problem.startswith(says)
        assert done.waiting is None
    assert values(lake) == [b"1", b"2", b"3", b"on"]


def test_where_a_topic_is_read_from() -> None:
    place, other = Place(TICKETS, 0), Place(TICKETS, 1)
    new = look({place: Bounds(7, 9), other: Bounds(0, 0)}, {})
    assert (new.start, new.waiting, new.lost) == ({place: 7, other: 0}, 2, {})  # what was there before us is not lost
    gone = look({place: Bounds(7, 7)}, {"scale_tickets[0]": 4})
    assert (gone.start, gone.waiting, gone.lost, gone.due) == ({place: 7}, 0, {place: (4, 7)}, True)
    assert not look({place: Bounds(7, 9)}, {"scale_tickets[0]": 9}).due


def materialized(group: Group, settings: Settings, lake: Lake) -> tuple[dict[str, Any], dict[str, tuple[bool, str]]]:
    """The metadata of a run, and what its checks said."""
    resources = {"lake": lake_resource(Settings(lake=lake.url), group), "event_hubs": EventHubs(settings)}
    done = dg.materialize([build(group)], resources=resources)
    [made] = done.asset_materializations_for_node("bronze__events")
    checks = {each.check_name: (each.passed, each.description or "") for each in done.get_asset_check_evaluations()}
    return {name: value.value for name, value in made.metadata.items()}, checks


def test_lag_and_throughput_are_metadata_and_checks_say_what_did_not_come(
    broker: MockBroker, lake: Lake, small: Group, exporting: Exporter, collector: Collector
) -> None:
    broker.send(TICKETS, b"1", b"2")
    with fed_while_read(broker, 3):
        told, checks = materialized(small, Settings(events_brokers=broker.address), lake)
    assert (told["events"], told["bytes"], told["lag_events"], told["lost_events"]) == (2, 2, 3, 0)
    assert told["events_per_second"] > 0
    assert checks == {"arrived": (True, ""), "nothing_lost": (True, "")}
    exporting.flush()
    assert list(collector.values("monette.events.waiting").values()) == [3]


def test_of_a_broker_that_is_down_no_lag_is_told(
    lake: Lake,
    small: Group,
    exporting: Exporter,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 1.0)
    caplog.set_level(logging.DEBUG, stream.__name__)
    nobody = f"127.0.0.1:{free_port()}"
    for settings, says in (
        (Settings(events_brokers=nobody), f"expected an answer of {nobody}, found: "),
        (Settings(), "expected a broker in MONETTE_EVENTS_BROKERS"),
    ):
        told, checks = materialized(small, settings, lake)
        assert (told["events"], "lag_events" in told) == (0, False)
        assert checks["arrived"][0] is False
        assert checks["arrived"][1].startswith(says)
    exporting.flush()
    assert collector.values("monette.events.taken_in")
    assert not collector.values("monette.events.waiting")
    said = [(each.levelno, each.getMessage()) for each in caplog.records if each.name == stream.__name__]
    assert any("Connection refused" in line for _, line in said)
    assert {level for level, _ in said} == {logging.DEBUG}  # the check has said it
