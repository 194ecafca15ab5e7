"""What an event says, read strictly: an object of JSON, within bounds, each value of the type it should be.

A number may be written as a number or as text of one ("12.50"); it is kept exact. Nothing is guessed: a moment has its
offset, a unit its name, a field stands once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.problems import one_of

if TYPE_CHECKING:
    from monette_assets.group import Group

LARGEST = 65_536  # bytes of an event
LONGEST = 80  # characters of a text
RAW_CHARACTERS = 500
EARLY = timedelta(hours=1)  # so far may a device's clock be ahead of ours
STEP = Decimal("0.000001")
READABLE = "Every event was readable, and everything it names known; what was not is in quarantine."
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Fields = Mapping[str, Any]


class EventWrong(ValueError):  # noqa: N818 - it says what is wrong
    """An event that does not say what it should: expected, found."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of bronze: an event, or offsets that the broker had deleted before they were taken in (`lost`)."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    received_at: datetime
    lost_until: int | None = None

    @property
    def name(self) -> str:
        """Where it stands: scale_tickets[0]@17."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def order(self) -> tuple[Any, ...]:
        """Events in the order they came."""
        return self.received_at, self.topic, self.partition, self.offset

    def check_there(self) -> None:
        """Raises EventWrong where the event was lost."""
        if self.lost_until is not None:
            raise EventWrong(
                f"expected offsets {self.offset} to {self.lost_until - 1} of {self.topic}[{self.partition}] "
                f"({self.lost_until - self.offset} events), found them deleted by the broker before they were taken "
                "in: have them sent again, or waive them"
            )


EVENT_COLUMNS = ("topic", "partition", "offset", "value", "received_at", "lost_until")


def events_of(rows: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Rows of bronze as events, in the order they came."""
    found = (Event(**{name: row[name] for name in EVENT_COLUMNS}) for row in rows)
    return sorted(found, key=lambda event: event.order)


def fields(value: bytes | None) -> Fields:
    """The fields of an event's object. Raises EventWrong."""
    if value is None:
        raise EventWrong("expected an object of JSON, found an event without a value")
    if len(value) > LARGEST:
        raise EventWrong(f"expected at most {LARGEST:,} bytes, found {len(value):,}")
    try:
        found = json.loads(value.decode(), parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except EventWrong:
        raise
    except UnicodeDecodeError as error:
        raise EventWrong(f"expected UTF-8, found byte {value[error.start]:#04x} at {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise EventWrong(f"expected an object of JSON, found: {str(error)[:120]}") from None
    if not isinstance(found, dict):
        raise EventWrong(f"expected an object of JSON, found {_kind(found)}")
    return found


def _no_number(text: str) -> None:
    raise EventWrong(f"expected numbers, found {text}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1)
        raise EventWrong(f"expected every field once, found {twice[:LONGEST]!r} more than once")
    return found


def text(found: Fields, name: str, *, needed: bool = True) -> str | None:
    """A text without control characters, of bounded length. Raises EventWrong."""
    value = found.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or _CONTROL.search(value):
        raise EventWrong(f"{name}: expected a text of at most {LONGEST} characters, found {_shown(value)}")
    return " ".join(value.split())


def needed_text(found: Fields, name: str) -> str:
    """A text that has to be there. Raises EventWrong."""
    value = text(found, name)
    assert value is not None
    return value


def choice(found: Fields, name: str, choices: Sequence[str]) -> str:
    """One of the choices. Raises EventWrong."""
    value = found.get(name)
    if not isinstance(value, str) or value not in choices:
        raise EventWrong(f"{name}: expected {one_of(choices, value)}, found {_shown(value)}")
    return value


def number(found: Fields, name: str, low: int, high: int, *, needed: bool = True) -> Decimal | None:
    """A number from low to high, rounded to six decimals. Raises EventWrong."""
    value = found.get(name)
    if value is None and not needed:
        return None
    try:
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool) and len(str(value)) <= LONGEST:
            exact = Decimal(value)
            if exact.is_finite() and low <= exact <= high:
                return exact.quantize(STEP, rounding=ROUND_HALF_EVEN)
    except InvalidOperation:
        pass
    raise EventWrong(f"{name}: expected a number from {low:,} to {high:,}, found {_shown(value)}")


def needed_number(found: Fields, name: str, low: int, high: int) -> Decimal:
    """A number that has to be there. Raises EventWrong."""
    value = number(found, name, low, high)
    assert value is not None
    return value


def whole(found: Fields, name: str, low: int, high: int, default: int) -> int:
    """A whole number. Raises EventWrong."""
    value = found.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise EventWrong(f"{name}: expected a whole number from {low:,} to {high:,}, found {_shown(value)}")
    return value


def flag(found: Fields, name: str) -> bool:
    """True or false; false where it is not said. Raises EventWrong."""
    value = found.get(name, False)
    if not isinstance(value, bool):
        raise EventWrong(f"{name}: expected true or false, found {_shown(value)}")
    return value


def moment(found: Fields, name: str, received_at: datetime) -> datetime:
    """A moment with its offset from UTC, not after it was received. Raises EventWrong."""
    value = found.get(name)
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= LONGEST else None
    except ValueError:
        told = None
    if told is None or told.tzinfo is None:
        raise EventWrong(f"{name}: expected a moment such as 2026-09-15T10:12:03-06:00, found {_shown(value)}")
    try:
        told = told.astimezone(UTC)
    except OverflowError:
        raise EventWrong(f"{name}: expected a moment of our days, found {_shown(value)}") from None
    if told > received_at + EARLY:
        raise EventWrong(
            f"{name}: expected a moment before it was received ({received_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC), "
            f"found {value}: the device's clock is ahead"
        )
    return told


def month_of(told: datetime, group: Group) -> date:
    """First day of the month of a moment, in the group's time zone (ACCOUNTING 12)."""
    return told.astimezone(group.time_zone).date().replace(day=1)


def own_month(told: datetime, name: str, group: Group, company: str) -> date:
    """The month of a moment, one in which the company is of the group. Raises EventWrong."""
    period = month_of(told, group)
    if period < group.first_period:
        raise EventWrong(
            f"{name}: expected a moment from {group.first_period:%Y-%m} on, the group's first month, found "
            f"{told:%Y-%m-%d}"
        )
    if not group.is_active(company, period):
        raise EventWrong(f"{name}: expected a month in which {company} is of the group, found {period:%Y-%m}")
    return period


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that is refused, and as much of it as is known; of no known company: of the group."""

    event: Event
    reason: str
    period: date  # of the event, or the month it came in where that cannot be read
    company: str = WHOLE_GROUP
    subject: str | None = None  # which ticket, or which device

    def row(self, kind: str) -> dict[str, Any]:
        """As a table returns it (`tables.table.REFUSAL_COLUMNS`)."""
        return {
            "company": self.company,
            "period": self.period,
            "_kind": "refused",
            "_reason": self.reason,
            "_path": self.event.name,
            "_whole": self.event.lost_until is not None,
            "_transaction_type": kind,
            "_transaction_id": self.subject,
            "_raw": raw_of(self.event.value),
        }


def raw_of(value: bytes | None) -> str | None:
    """The event as it came, cut to a bounded size; what is no text stands as escapes."""
    if value is None:
        return None
    return _CONTROL.sub(" ", value[:RAW_CHARACTERS].decode(errors="backslashreplace"))


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return repr(value[:LONGEST])
    if isinstance(value, int):  # true and false too
        return repr(value)
    return str(value)[:LONGEST] if isinstance(value, Decimal) else _kind(value)


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number"}
    return kinds.get(type(value), "a number" if isinstance(value, Decimal) else "null")
