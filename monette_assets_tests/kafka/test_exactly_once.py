"""Against a real broker: whatever is killed at whichever point, every event is in bronze once, and tickets of it."""

from __future__ import annotations

import base64
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from pydantic import SecretStr

from monette_assets.bronze.events import take_in
from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.resources import EventHubs
from monette_assets.settings import Settings
from monette_assets.sources.event_hubs import stream
from monette_assets.sources.event_hubs.access import Access, client_configuration
from monette_assets.sources.event_hubs.stream import AccessRefused, Stream, Taken
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.kafka import CONNECTION, Kafka, running
from monette_assets_tests.kafka.taking_in import BATCH, POINTS, taken_in
from monette_assets_tests.silver.test_scale_tickets import TICKET

TOPIC = "scale_tickets"
LARGE = 50_000  # bytes: more of them than a client reads ahead


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with running(tmp_path_factory.mktemp("kafka")) as broker:
        admin = AdminClient({"bootstrap.servers": broker.brokers, "log_level": 0})
        for made in admin.create_topics([NewTopic(name, 2, 1) for name in stream.TOPICS]).values():
            made.result(30)
        yield broker


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_contract(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def group(contract: Path) -> Group:
    return load_group(contract)


def send(kafka: Kafka, topic: str, *values: bytes) -> None:
    """Events, one partition after the other, acknowledged; some in a transaction that is taken back."""
    producer = Producer({"bootstrap.servers": kafka.brokers, "log_level": 0})
    for number, value in enumerate(values):
        producer.produce(topic, value, partition=number % 2)
        producer.poll(0)
    assert producer.flush(60) == 0


def send_and_take_back(kafka: Kafka, topic: str, *values: bytes) -> None:
    """A transaction that is aborted: nobody may read it, and it leaves offsets without events."""
    producer = Producer({"bootstrap.servers": kafka.brokers, "transactional.id": "one", "log_level": 0})
    producer.init_transactions(30)
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value, partition=0)
    producer.flush(30)
    producer.abort_transaction(30)


def values(lake: Lake, topic: str) -> Counter[bytes]:
    rows = lake.read("bronze/events", columns=["topic", "value"]).to_pylist()
    return Counter(row["value"] for row in rows if row["topic"] == topic)


def test_every_event_is_in_bronze_once_whatever_is_killed(
    kafka: Kafka, tmp_path: Path, contract: Path, group: Group
) -> None:
    lake = Lake(str(tmp_path / "home" / "lake"))
    settings = {
        "MONETTE_HOME": str(tmp_path / "home"),
        "MONETTE_GROUP": str(contract),
        "MONETTE_EVENTS_BROKERS": kafka.brokers,
    }
    sent: list[bytes] = []
    left: set[Path] = set()  # files that were written and not committed

    def weigh(count: int) -> None:
        more = [json.dumps({**TICKET, "ticket_id": f"T{len(sent) + each}"}).encode() for each in range(count)]
        send(kafka, TOPIC, *more)
        sent.extend(more)

    for point in POINTS:
        weigh(3 * BATCH)
        assert taken_in(settings, point, 2) == -signal.SIGKILL, point
        files = set(Path(lake.uri("bronze/events")).rglob("*.parquet"))
        of_no_commit = files - {Path(uri) for uri in lake.open("bronze/events").file_uris()}
        assert bool(of_no_commit - left) == (point == "writing"), point
        left |= of_no_commit
    send_and_take_back(kafka, TOPIC, b"taken back")  # in the middle of the log
    weigh(BATCH)
    assert taken_in(settings, "committed", 1, "command") == -signal.SIGKILL
    weigh(10)
    assert taken_in(settings, how="command") == 0
    assert values(lake, TOPIC) == Counter(sent)
    tickets = lake.read("silver/scale_tickets", columns=["ticket_id", "repeats"]).to_pylist()
    assert sorted(row["ticket_id"] for row in tickets) == sorted(json.loads(value)["ticket_id"] for value in sent)
    assert {row["repeats"] for row in tickets} == {0}
    send_and_take_back(kafka, TOPIC, b"taken back too")  # at its end: there is nothing more to wait for
    for commits in (1, 0):
        with stream.opened(Access(kafka.brokers)) as connection:
            again = take_in(lake, connection, group, "again")
        assert (again.events, again.commits, again.waiting, again.problems) == (0, commits, 0, [])
    assert values(lake, TOPIC) == Counter(sent)


class Vanishing(Stream):
    """A connection whose broker is killed once so many events have come."""

    def __init__(self, access: Access, kafka: Kafka, after: int) -> None:
        super().__init__(access)
        self._kafka, self._left = kafka, after

    def _accept(self, message: Any, taken: Taken) -> None:
        super()._accept(message, taken)
        self._left -= 1
        if self._left == 0:
            self._kafka.kill()


def test_a_broker_that_vanishes_in_the_middle_of_a_batch_costs_nothing(
    kafka: Kafka, tmp_path: Path, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TURN", 20)  # so that the client has not handed over everything before
    lake = Lake(str(tmp_path))
    sent = [f"{number:05}".encode() + b"x" * LARGE for number in range(900)]
    send(kafka, "telemetry", *sent)
    vanishing = Vanishing(Access(kafka.brokers), kafka, after=10)
    try:
        done = take_in(lake, vanishing, group, "run-1", patience_seconds=1)
        vanishing.close()
    finally:
        kafka.kill()
        kafka.start()
    assert 10 <= values(lake, "telemetry").total() < len(sent)
    assert done.waiting is None  # nobody could be asked any more
    assert any(f"found {kafka.brokers} silent for 1 s" in problem for problem in done.problems)
    with stream.opened(Access(kafka.brokers)) as connection:
        rest = take_in(lake, connection, group, "run-2")
    assert rest.problems == []
    assert values(lake, "telemetry") == Counter(sent)


def test_a_connection_string_is_the_login_over_tls(
    kafka: Kafka, tmp_path: Path, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Event Hubs takes it, its certificate and its namespace's own name apart."""
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 3.0)
    secure: dict[str, Any] = {"events_brokers": f"127.0.0.1:{kafka.secure}", "events_authority": kafka.authority}
    right = Settings(events_connection_string=SecretStr(CONNECTION), **secure)
    send(kafka, TOPIC, b"{}")
    with EventHubs(right).opened() as connection:
        assert take_in(Lake(str(tmp_path)), connection, group, "run").events > 0
    wrong = Settings(events_connection_string=SecretStr(CONNECTION.replace("dGVz", "d3Jv")), **secure)
    with EventHubs(wrong).opened() as connection, pytest.raises(AccessRefused) as refused:
        connection.bounds()
    assert "Check MONETTE_EVENTS_CONNECTION_STRING" in str(refused.value)
    assert "d3Jv" not in str(refused.value)
    with (
        EventHubs(wrong.model_copy(update={"events_authority": None})).opened() as connection,
        pytest.raises(stream.BrokerDown, match="certificate verify failed"),
    ):
        connection.bounds()


def token_of(who: str, seconds: float) -> AccessToken:
    """A token without a signature, as the broker takes it: Entra ID's are signed."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": who, "iat": now - 10, "exp": now + seconds})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return AccessToken(".".join(encoded) + ".", int(now + seconds))


@pytest.mark.parametrize(("seconds", "taken"), [(600, True), (-60, False)])
def test_a_managed_identitys_token_is_the_login_over_tls(
    kafka: Kafka, tmp_path: Path, group: Group, monkeypatch: pytest.MonkeyPatch, seconds: float, taken: bool
) -> None:
    """The namespace's own settings, but for where it is and who gives the token."""
    asked: list[str] = []

    class Identity:
        def get_token(self, scope: str) -> AccessToken:
            asked.append(scope)
            return token_of("monette", seconds)

    def here(access: Access) -> dict[str, Any]:
        there = {"bootstrap.servers": f"127.0.0.1:{kafka.secure}", "ssl.ca.location": str(kafka.authority)}
        return {**client_configuration(access), **there}

    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Identity)
    monkeypatch.setattr(stream, "client_configuration", here)
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 3.0)
    entered = Access("farm.servicebus.windows.net:9093")
    if taken:
        send(kafka, TOPIC, b"{}")
        with stream.opened(entered) as connection:
            assert take_in(Lake(str(tmp_path)), connection, group, "run").events > 0
    else:
        with pytest.raises(AccessRefused, match="expected a token of Entra ID for 127"):
            Stream(entered)
    assert set(asked) == {"https://farm.servicebus.windows.net/.default"}
