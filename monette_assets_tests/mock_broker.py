"""librdkafka's own mock of a Kafka cluster, in this process: real protocol over loopback, nothing is kept on a disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Producer

from monette_assets.settings import Settings
from monette_assets.sources.event_hubs.access import Access
from monette_assets.sources.event_hubs.stream import TOPICS

_quiet = logging.getLogger("mock_broker")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class MockBroker:
    """A broker with the topics, four partitions each."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        brokers = producer.list_topics(timeout=10).brokers.values()
        self.address = ",".join(f"{each.host}:{each.port}" for each in brokers)
        for topic in TOPICS:
            producer.list_topics(topic, timeout=10)  # makes it

    @property
    def access(self) -> Access:
        return Access(self.address)

    @property
    def settings(self) -> dict[str, str]:
        """What to set to read it."""
        return {"MONETTE_EVENTS_BROKERS": self.address}

    def send(self, topic: str, *values: bytes | dict[str, Any] | None, partition: int = 0, **more: Any) -> None:
        """Events in order, acknowledged."""
        for value in values:
            content = json.dumps(value).encode() if isinstance(value, dict) else value
            self._producer.produce(topic, value=content, partition=partition, **more)
        assert self._producer.flush(10) == 0


@contextmanager
def mock_broker() -> Iterator[MockBroker]:
    """A cluster of one broker, gone at the end."""
    yield MockBroker(Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock"}, logger=_quiet))


def with_broker(settings: Settings, address: str) -> Settings:
    """The settings of a deployment that reads this broker."""
    return settings.model_copy(update={"events_brokers": address})
