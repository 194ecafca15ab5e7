"""The simulated scales and sensors: what they send is what silver reads, and refuses as poison."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from threading import Event as Stop
from threading import Thread

import pytest

from monette_assets.group import Group, load_group
from monette_assets.silver.event_values import Event
from monette_assets.silver.scale_tickets import current
from monette_assets.silver.sheets import Vocabulary
from monette_assets.simulator.events import SCALE_TICKETS, TELEMETRY, Sent, Yard, send
from monette_assets.sources.event_hubs.access import Access
from monette_assets.sources.event_hubs.stream import TOPICS, opened
from monette_assets_tests.mock_broker import mock_broker

MOMENT = datetime(2026, 9, 15, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> Group:
    return load_group()


def sent(group: Group, count: int, seed: int = 1) -> list[Sent]:
    return list(islice(Yard(group, seed, lambda: MOMENT).events(), count))


def test_the_same_seed_sends_the_same(demo: Group) -> None:
    assert sent(demo, 50) == sent(demo, 50) != sent(demo, 50, seed=2)
    assert {SCALE_TICKETS, TELEMETRY} == set(TOPICS)


def test_silver_reads_every_ticket_and_refuses_the_poison_alone(demo: Group) -> None:
    tickets = [each for each in sent(demo, 3_000) if each.topic == SCALE_TICKETS]
    events = [Event(SCALE_TICKETS, 0, offset, each.value, MOMENT) for offset, each in enumerate(tickets)]
    found = current(Vocabulary(demo), events)
    poison = [offset for offset, each in enumerate(tickets) if each.poison]
    assert sorted(each.event.offset for each in found.refused) == poison
    kinds = Counter(" ".join(each.reason.split()[:2]) for each in found.refused)
    assert kinds.keys() == {"expected an", "net: expected", "gross: expected", "commodity: expected", "expected at"}
    assert min(found.repeats, found.earlier, len(poison)) > 10  # what goes wrong in the field does
    assert any(row["voided"] for row in found.rows)
    assert len({row["company"] for row in found.rows}) > 10


def test_they_go_to_a_broker_until_told_to_stop(demo: Group) -> None:
    stop = Stop()
    with mock_broker() as broker, opened(Access(broker.address)) as stream:
        yard = Yard(demo, 1, lambda: MOMENT)
        sending = Thread(target=send, args=(broker.address, yard.events(), 6_000, stop))
        sending.start()
        while sum(bounds.end for bounds in stream.bounds().values()) < 20:
            pass
        stop.set()
        sending.join()
        total = {place: bounds.end for place, bounds in stream.bounds().items()}
        stream.read_from(dict.fromkeys(total, 0))
        taken = stream.take(total, dict.fromkeys(total, 0), most=10_000, most_bytes=10_000_000)
    values = sorted(taken.columns["value"])
    assert values == sorted(each.value for each in sent(demo, len(values)))
