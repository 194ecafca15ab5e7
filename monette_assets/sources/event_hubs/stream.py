"""The events of a broker's topics, read on from positions that the reader keeps: the broker is told nothing.

No consumer group, no commits to the broker: where a topic was read to stands with what was read (`bronze/events`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from monette_assets.sources.event_hubs.access import Access, client_configuration

if TYPE_CHECKING:
    from confluent_kafka import Consumer

SCALE_TICKETS, TELEMETRY = "scale_tickets", "telemetry"
TOPICS = (SCALE_TICKETS, TELEMETRY)
ANSWER_SECONDS = 10.0  # for a question about a topic
PATIENCE_SECONDS = 10.0  # without any event, while there should be some
TURN = 1_000  # events asked of the client at once
_CLIENT = {
    "group.id": "monette-assets",  # librdkafka wants one; nothing is committed under it
    "client.id": "monette-assets",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "error",  # never go on elsewhere without saying so
    "isolation.level": "read_committed",
    "queued.max.messages.kbytes": 16_384,
    "reconnect.backoff.max.ms": 1_000,
    "log_level": 4,
}


class _Aside(logging.LoggerAdapter[logging.Logger]):
    """librdkafka's log, at debug level: a line an attempt, many a second, of what the errors below say once."""

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:
        super().log(logging.DEBUG, msg, *args, **more)


_log = _Aside(logging.getLogger(__name__))


class EventsError(Exception):
    """A broker cannot be read: what was expected, found, and what to do."""


class BrokerDown(EventsError):  # noqa: N818 - named after the fact
    """No broker answers."""


class AccessRefused(EventsError):  # noqa: N818 - named after the fact
    """The broker answers, and does not let us read."""


class TopicMissing(EventsError):  # noqa: N818 - named after the fact
    """The broker does not have the topic."""


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]"


class Bounds(NamedTuple):
    """The first offset that is still there, and the one after the last."""

    first: int
    end: int


class Anchor(NamedTuple):
    """An event as it was told before: offset, milliseconds, key, value."""

    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None


COLUMNS = ("topic", "partition", "offset", "timestamp", "timestamp_type", "key", "value", "headers")
_TIMESTAMP_TYPES = {0: "none", 1: "create", 2: "append"}


@dataclass
class Taken:
    """What one turn brought: events by column, in the order they came, and the offset after them by place."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    after: dict[Place, int] = field(default_factory=dict)
    size: int = 0  # bytes of keys and values
    problems: dict[Place, str] = field(default_factory=dict)  # what could not be read on, and why

    @property
    def count(self) -> int:
        """How many events."""
        return len(self.columns["offset"])


class Stream:
    """A connection to a broker. Raises `EventsError`s; close it."""

    def __init__(self, access: Access, topics: Sequence[str] = TOPICS) -> None:
        try:
            from confluent_kafka import Consumer
        except ImportError as error:
            raise EventsError(
                "expected the package confluent-kafka, found none: pip install 'monette-assets[events]'"
            ) from error
        self._topics = topics
        self._configuration = client_configuration(access)
        self._brokers = self._configuration["bootstrap.servers"]
        self._said = ""  # the client's last word on why it does not get on
        self._refused = ""
        self.missing: dict[str, TopicMissing] = {}  # topics that the broker did not have when it was asked
        self._check_identity()
        self._consumer: Consumer = Consumer({**self._configuration, **_CLIENT, "error_cb": self._heard}, logger=_log)

    def _check_identity(self) -> None:
        """Ask for the first token: librdkafka waits for one in vain, and then ends the process.

        Raises `AccessRefused`.
        """
        login = self._configuration.get("oauth_cb")
        if login is None:
            return
        try:
            _, until = login("")
            problem = "" if until > time.time() else "one that has ended"
        except Exception as error:
            problem = (str(error) or type(error).__name__).splitlines()[0]
        if problem:
            raise AccessRefused(
                f"expected a token of Entra ID for {self._brokers}, found: {problem}. Check that this process has an "
                "identity, and that it is an Azure Event Hubs Data Receiver"
            )

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()

    def bounds(self) -> dict[Place, Bounds]:
        """What every partition of the topics holds; what is not there is `missing`, and the others go on.

        Raises `BrokerDown`, `AccessRefused`.
        """
        from confluent_kafka import KafkaException, TopicPartition

        found: dict[Place, Bounds] = {}
        try:
            self._consumer.poll(0)  # serves the login
            for topic in self._topics:
                metadata = self._consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
                if metadata.error is not None:
                    error = self._error(metadata.error, topic)
                    if not isinstance(error, TopicMissing):
                        raise error
                    self.missing[topic] = error
                    continue
                self.missing.pop(topic, None)
                for partition in sorted(metadata.partitions):
                    first, end = self._consumer.get_watermark_offsets(
                        TopicPartition(topic, partition), timeout=ANSWER_SECONDS
                    )
                    found[Place(topic, partition)] = Bounds(first, end)
        except KafkaException as problem:
            self._consumer.poll(0)  # serves what the client has to say of it
            raise self._error(problem.args[0], ", ".join(self._topics)) from problem
        return found

    @property
    def namespace(self) -> str:
        """The host, or hosts, that the events come from."""
        return ",".join(sorted({each.rpartition(":")[0] for each in self._brokers.split(",")}))

    def strangers(self, anchors: Mapping[Place, Anchor]) -> set[Place]:
        """The partitions of which the broker tells another event than before at the same offset.

        One that it does not tell any more, or not in time, is taken for what it was.
        """
        found: set[Place] = set()
        if not anchors:
            return found
        self.read_from({place: anchor.offset for place, anchor in anchors.items()})
        waiting, until = set(anchors), time.monotonic() + ANSWER_SECONDS
        while waiting and time.monotonic() < until and not self._refused:
            messages: list[Any] = self._consumer.consume(1, timeout=0.2)
            for message in messages:
                place = Place(message.topic(), message.partition())
                if place not in waiting:
                    continue
                waiting.discard(place)
                if message.error() is None:
                    kind, moment = message.timestamp()
                    told = Anchor(message.offset(), moment if kind else None, message.key(), message.value())
                    if told.offset == anchors[place].offset and told != anchors[place]:
                        found.add(place)
                elif message.error().retriable():
                    waiting.add(place)
        return found

    def read_from(self, positions: Mapping[Place, int]) -> None:
        """Read on from these offsets, of these partitions alone."""
        from confluent_kafka import TopicPartition

        self._consumer.assign([TopicPartition(*place, offset) for place, offset in positions.items()])

    def take(
        self,
        ends: Mapping[Place, int],
        positions: Mapping[Place, int],
        *,
        most: int,
        most_bytes: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> Taken:
        """The next events, until `ends` are reached, or so many events or bytes have come.

        A partition that cannot be read on is among the `problems`, as are all that are behind when the broker falls
        silent; what came before stands.
        """
        taken = Taken(after=dict(positions))
        heard = time.monotonic()
        behind = {place for place, end in ends.items() if taken.after[place] < end}
        while behind and taken.count < most and taken.size < most_bytes:
            messages = self._consumer.consume(min(TURN, most - taken.count), timeout=0.5)
            for message in messages:
                self._accept(message, taken)
            behind = {p for p in behind if taken.after[p] < ends[p] and p not in taken.problems}
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > patience_seconds or self._refused:
                why = self._silence(patience_seconds)
                taken.problems |= {
                    place: f"{place}: expected events up to offset {ends[place]}, {why} at {taken.after[place]}"
                    for place in behind
                }
                break
        return taken

    def _accept(self, message: Any, taken: Taken) -> None:
        from confluent_kafka import KafkaError

        error = message.error()
        if error is not None and message.partition() < 0:  # of the connection
            self._heard(error)
            return
        place = Place(message.topic(), message.partition())
        if error is None:
            key, value = message.key(), message.value()
            kind, moment = message.timestamp()
            columns = taken.columns
            columns["topic"].append(place.topic)
            columns["partition"].append(place.partition)
            columns["offset"].append(message.offset())
            columns["timestamp"].append(moment if kind else None)
            columns["timestamp_type"].append(_TIMESTAMP_TYPES[kind])
            columns["key"].append(key)
            columns["value"].append(value)
            columns["headers"].append([{"name": name, "value": each} for name, each in message.headers() or ()])
            taken.after[place] = message.offset() + 1
            taken.size += len(key or b"") + len(value or b"")
        elif error.code() == KafkaError._PARTITION_EOF:  # beyond what transactions leave behind, too
            taken.after[place] = max(taken.after[place], message.offset())
        else:
            taken.problems[place] = f"{place}: cannot be read on from offset {taken.after[place]}: {error.str()}"

    def _heard(self, error: Any) -> None:
        """What the client says of its connections: it tries again by itself, unless it is refused."""
        from confluent_kafka import KafkaError

        self._said = error.str()
        if error.code() in (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED):
            self._refused = error.str()

    def _silence(self, seconds: float) -> str:
        if self._refused:
            return f"found {self._brokers} refusing the login ({self._refused})"
        return f"found {self._brokers} silent for {seconds:g} s{f' ({self._said})' if self._said else ''}"

    def _error(self, error: Any, topic: str) -> EventsError:
        from confluent_kafka import KafkaError

        if self._refused or error.code() in (
            KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._AUTHENTICATION,
        ):  # fmt: skip
            return AccessRefused(
                f"expected to be let in by {self._brokers}, found: {self._refused or error.str()}. Check "
                "MONETTE_EVENTS_CONNECTION_STRING, or that the identity is an Azure Event Hubs Data Receiver"
            )
        if error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
            return TopicMissing(f"expected the topic {topic} at {self._brokers}, found none: create it")
        return BrokerDown(
            f"expected an answer of {self._brokers}, found: {error.str()}"
            f"{f' ({self._said})' if self._said and self._said != error.str() else ''}. Check MONETTE_EVENTS_BROKERS "
            "and the network; what waits there is taken in once it answers"
        )


@contextmanager
def opened(access: Access, topics: Sequence[str] = TOPICS) -> Iterator[Stream]:
    """A connection that is closed again. Raises `AccessWrong`."""
    stream = Stream(access, topics)
    try:
        yield stream
    finally:
        stream.close()
