"""Scales and sensors of the fictional group, as events: loads weighed and readings, with what goes wrong in the field.

Some events come twice, some tickets are corrected or voided, and some events are poison. The same seed and clock give
the same events.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threading import Event as Stop

    from monette_assets.group import Company, Group

SCALE_TICKETS, TELEMETRY = "scale_tickets", "telemetry"
READINGS = 0.4  # of all events; the others are tickets
REPEATED, CORRECTED, VOIDED, POISON = 0.03, 0.03, 0.01, 0.02  # of tickets
MEASURES = (("bin_temperature", "C", -15, 25), ("bin_level", "percent", 0, 100), ("fuel_level", "percent", 0, 100))
OVERSIZED = 70_000  # bytes

Fields = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """An event as it goes to the broker; `poison` where it is none that anybody could read."""

    topic: str
    key: bytes
    value: bytes
    poison: bool = False


@dataclass
class Yard:
    """The group's scales and sensors. `clock` tells an aware moment, which the events are weighed shortly before."""

    group: Group
    seed: int
    clock: Callable[[], datetime]
    _random: random.Random = field(init=False)
    _places: list[tuple[str, str]] = field(init=False)
    _commodities: list[str] = field(init=False)
    _last: Fields | None = None
    _number: int = 0
    _spoilt: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        period = self.clock().astimezone(self.group.time_zone).date().replace(day=1)
        active = [each for each in self.group.companies if each.is_active(period)]
        self._places = [(each.code, place) for each in active if (place := _place(self.group, each)) is not None]
        grown = [each.code for each in self.group.commodities if each.marketing_year_month is not None]
        self._commodities = grown or [each.code for each in self.group.commodities]

    def events(self) -> Iterator[Sent]:
        """One after the other, without end."""
        while True:
            yield self._reading() if self._random.random() < READINGS else self._ticket()

    def _ticket(self) -> Sent:
        draw = self._random.random()
        if draw < POISON:
            return self._poison()
        if self._last is not None and draw < POISON + REPEATED:
            return _sent(self._last)
        if self._last is not None and draw < POISON + REPEATED + CORRECTED:
            tare = self._last["tare"] + 20
            self._last = {**self._last, "version": self._last["version"] + 1, "tare": tare,
                          "net": self._last["gross"] - tare}  # fmt: skip
            return _sent(self._last)
        if self._last is not None and draw < POISON + REPEATED + CORRECTED + VOIDED:
            self._last = {**self._last, "version": self._last["version"] + 1, "voided": True}
            return _sent(self._last)
        self._last = self._load()
        return _sent(self._last)

    def _load(self) -> Fields:
        """A truck, weighed full and empty."""
        self._number += 1
        company, location = self._random.choice(self._places)
        tare, net = self._random.randrange(12_000, 18_000, 20), self._random.randrange(18_000, 42_000, 20)
        weighed_at = self.clock() - timedelta(seconds=self._random.randrange(5, 300))
        return {
            "ticket_id": f"{self.seed}-{self._number:07}",
            "version": 1,
            "company": company,
            "location": location,
            "scale": "yard",
            "direction": self._random.choice(("in", "in", "in", "out")),
            "commodity": self._random.choice(self._commodities),
            "weighed_at": weighed_at.isoformat(timespec="seconds"),
            "gross": tare + net,
            "tare": tare,
            "net": net,
            "unit": "kg",
            "moisture_percent": round(self._random.uniform(11, 18), 1),
            "dockage_percent": round(self._random.uniform(0, 4), 1),
            "truck": f"T-{self._random.randrange(1, 30)}",
            "voided": False,
        }

    def _poison(self) -> Sent:
        """What nobody can read, one kind after the other."""
        load = self._load()
        spoilt: list[bytes] = [
            b"{ not JSON",
            _json({name: value for name, value in load.items() if name != "net"}),
            _json({**load, "gross": "heavy"}),
            _json({**load, "commodity": "unobtainium"}),
            _json({**load, "note": "x" * OVERSIZED}),
        ]
        self._spoilt += 1
        return Sent(SCALE_TICKETS, load["ticket_id"].encode(), spoilt[self._spoilt % len(spoilt)], poison=True)

    def _reading(self) -> Sent:
        company, location = self._random.choice(self._places)
        measure, unit, low, high = self._random.choice(MEASURES)
        device = f"{location.lower().replace(' ', '-')}-{measure}"
        value = {
            "device_id": device,
            "company": company,
            "location": location,
            "measure": measure,
            "value": round(self._random.uniform(low, high), 1),
            "unit": unit,
            "measured_at": self.clock().isoformat(timespec="milliseconds"),
        }
        return Sent(TELEMETRY, device.encode(), _json(value))


def _place(group: Group, company: Company) -> str | None:
    """Where a company weighs: its own location, or the first that its books have a name of their own for."""
    if company.location is not None:
        return company.location
    spelt = (each.name for each in group.locations if any(name.company == company.code for name in each.spellings))
    return next(spelt, None)


def _sent(ticket: Fields) -> Sent:
    return Sent(SCALE_TICKETS, ticket["ticket_id"].encode(), _json(ticket))


def _json(value: Fields) -> bytes:
    return json.dumps(value).encode()


def send(brokers: str, events: Iterator[Sent], per_minute: float, stop: Stop) -> int:
    """Send one after the other at this pace to a Kafka broker, until told to stop; how many were sent.

    Of one key all go to one partition, in order. While the broker is away they wait, as those of a device do.
    """
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "log_level": 3})
    count = 0
    while not stop.wait(60 / per_minute):
        event = next(events)
        producer.produce(event.topic, key=event.key, value=event.value)
        producer.poll(0)
        count += 1
    producer.flush(10)
    return count
