"""What is remembered: incidents, open and over, and the messages that are owed, in one SQLite file under the home.

An incident and the message about it are written in one transaction: neither is ever there without the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from monette_assets.automation.alerts import messages
from monette_assets.automation.alerts.finding import Kind
from monette_assets.automation.alerts.incidents import Incident, grown
from monette_assets.automation.alerts.messages import Message, Occasion

FILE = "alerts.sqlite"
CLEAR_AFTER = timedelta(minutes=10)  # what comes and goes is one incident
TELL_AGAIN_AFTER = timedelta(days=1)  # of further companies
PATIENCE: Mapping[str, timedelta] = {  # of what is tried again by itself: who is needed is told when that was of no use
    "left": timedelta(minutes=20),
    "run:refresh": timedelta(minutes=20),
    "check:bronze/quickbooks_reports arrived": timedelta(hours=1),
    "check:bronze/quickbooks_objects arrived": timedelta(hours=1),
    "check:bronze/exchange_rates arrived": timedelta(hours=1),
}
KEEP_DELIVERED = timedelta(days=90)
BUSY_SECONDS = 10.0
WHILE_RUNNING = (Kind.TOKEN, Kind.SILENT, Kind.STALE, Kind.TICK)  # what may open though a refresh is not done

SCHEMA = """
CREATE TABLE IF NOT EXISTS incidents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, content TEXT NOT NULL, opened_at TEXT NOT NULL,
    absent_since TEXT, closed_at TEXT, told_at TEXT, told_companies TEXT NOT NULL DEFAULT '[]',
    told INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_a_key ON incidents (key) WHERE closed_at IS NULL;
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, occasion TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    message TEXT NOT NULL REFERENCES messages (id), channel TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_at TEXT NOT NULL, delivered_at TEXT, given_up_at TEXT, error TEXT, PRIMARY KEY (message, channel));
"""


@dataclass(frozen=True)
class Kept:
    """An incident as it is remembered."""

    number: int
    incident: Incident
    opened_at: datetime
    closed_at: datetime | None
    absent_since: datetime | None = None  # not found any more since; closed once that has lasted `CLEAR_AFTER`


@dataclass(frozen=True)
class Delivery:
    """A message owed to a channel, or given up."""

    message: Message
    channel: str
    attempts: int
    created_at: datetime
    next_at: datetime
    given_up_at: datetime | None
    error: str | None


class Register:
    """The register of a home."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.absolute() / FILE

    def look(
        self,
        found: Sequence[Incident],
        now: datetime,
        *,
        group: str,
        channels: Sequence[str] = (),
        at_work: bool = False,
    ) -> list[Message]:
        """Take in what is wrong now: opens, updates and closes incidents; the messages that are owed for it.

        `at_work`: a refresh is under way, so nothing is over yet, and what it may mend does not begin.
        """
        owed: list[Message] = []
        with self._writing() as db:
            open_ = {row["key"]: row for row in db.execute("SELECT * FROM incidents WHERE closed_at IS NULL")}
            for incident in found:
                row = open_.pop(incident.key, None)
                if row is None:
                    if at_work and incident.key.split(":")[0] not in WHILE_RUNNING:
                        continue
                    db.execute(
                        "INSERT INTO incidents (key, content, opened_at) VALUES (?, ?, ?)",
                        (incident.key, _dumped(incident), _text(now)),
                    )
                    row = db.execute(
                        "SELECT * FROM incidents WHERE key = ? AND closed_at IS NULL", (incident.key,)
                    ).fetchone()
                db.execute(
                    "UPDATE incidents SET content = ?, absent_since = NULL WHERE number = ?",
                    (_dumped(incident), row["number"]),
                )
                message = _due(row, incident, now, group) if channels else None
                if message is not None:
                    db.execute(
                        "UPDATE incidents SET told = told + 1, told_at = ?, told_companies = ? WHERE number = ?",
                        (_text(now), json.dumps(incident.companies), row["number"]),
                    )
                    owed.append(message)
            for row in () if at_work else open_.values():
                owed += self._absent(db, row, now, group)
            for message in owed:
                _enqueue(db, message, channels, now)
            db.execute("DELETE FROM deliveries WHERE delivered_at < ?", (_text(now - KEEP_DELIVERED),))
        return owed

    def _absent(self, db: sqlite3.Connection, row: sqlite3.Row, now: datetime, group: str) -> Iterator[Message]:
        """It is not found any more: over, once it has stayed away for a while."""
        if row["absent_since"] is None:
            db.execute("UPDATE incidents SET absent_since = ? WHERE number = ?", (_text(now), row["number"]))
            return
        since = _moment(row["absent_since"], now.tzinfo)
        if now - since < CLEAR_AFTER:
            return
        db.execute("UPDATE incidents SET closed_at = ? WHERE number = ?", (_text(since), row["number"]))
        if row["told"]:
            opened = _moment(row["opened_at"], now.tzinfo)
            yield messages.cleared(row["number"], _loaded(row["content"]), group, opened, since)

    def enqueue(self, message: Message, channels: Sequence[str], now: datetime) -> None:
        """Owe a message to channels; the same message again is owed once."""
        with self._writing() as db:
            _enqueue(db, message, channels, now)

    def incidents(self, zone: tzinfo, *, since: datetime | None = None) -> list[Kept]:
        """The open ones, oldest first; with `since` also those that opened or ended from then on."""
        query, values = "SELECT * FROM incidents WHERE closed_at IS NULL", [""]
        if since is not None:
            query, values = f"{query} OR closed_at >= ?", [_text(since)]
        with self._reading() as db:
            rows = db.execute(f"{query} ORDER BY number", values if since is not None else []).fetchall()
        return [
            Kept(
                row["number"],
                _loaded(row["content"]),
                _moment(row["opened_at"], zone),
                _moment(row["closed_at"], zone) if row["closed_at"] else None,
                _moment(row["absent_since"], zone) if row["absent_since"] else None,
            )
            for row in rows
        ]

    def undelivered(self, zone: tzinfo) -> list[Delivery]:
        """Messages that are owed to a channel still, or were given up, oldest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT m.*, d.* FROM deliveries d JOIN messages m ON m.id = d.message "
                "WHERE d.delivered_at IS NULL ORDER BY m.created_at, m.id, d.channel"
            ).fetchall()
        return [_delivery(row, zone) for row in rows]

    def delivered(self, message: str, channel: str, now: datetime) -> None:
        """Say that a channel has it."""
        with self._writing() as db:
            db.execute(
                "UPDATE deliveries SET delivered_at = ?, attempts = attempts + 1, error = NULL "
                "WHERE message = ? AND channel = ?",
                (_text(now), message, channel),
            )

    def failed(self, message: str, channel: str, error: str, next_at: datetime, given_up_at: datetime | None) -> None:
        """Say that a channel did not take it, why, and when it is tried again."""
        with self._writing() as db:
            db.execute(
                "UPDATE deliveries SET attempts = attempts + 1, error = ?, next_at = ?, given_up_at = ? "
                "WHERE message = ? AND channel = ?",
                (error, _text(next_at), _text(given_up_at) if given_up_at else None, message, channel),
            )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when it ends; nothing of it where it fails."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as db:
            self.path.chmod(0o600)
            db.row_factory = sqlite3.Row
            db.executescript(SCHEMA)
            with db:
                db.execute("BEGIN IMMEDIATE")
                yield db

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """As it stands; empty where nothing was ever written."""
        where = self.path if self.path.exists() else ":memory:"
        with closing(sqlite3.connect(where, timeout=BUSY_SECONDS)) as db:
            db.row_factory = sqlite3.Row
            if where == ":memory:":
                db.executescript(SCHEMA)
            yield db


def _due(row: sqlite3.Row, incident: Incident, now: datetime, group: str) -> Message | None:
    """The message about an incident that is due: the first, or that it has grown, at most one a day."""
    since = _moment(row["opened_at"], now.tzinfo)
    if not row["told"]:
        patient = now - since < PATIENCE.get(incident.key, timedelta(0))
        return None if patient else messages.opened(row["number"], incident, group, since)
    new = grown(json.loads(row["told_companies"]), incident)
    if not new or now - _moment(row["told_at"], now.tzinfo) < TELL_AGAIN_AFTER:
        return None
    return messages.grew(row["number"], row["told"], incident, new, group, since)


def _enqueue(db: sqlite3.Connection, message: Message, channels: Sequence[str], now: datetime) -> None:
    content = (message.id, message.occasion, message.title, message.text, message.html, _text(now))
    db.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?)", content)
    db.executemany(
        "INSERT OR IGNORE INTO deliveries (message, channel, next_at) VALUES (?, ?, ?)",
        [(message.id, channel, _text(now)) for channel in channels],
    )


def _delivery(row: sqlite3.Row, zone: tzinfo) -> Delivery:
    message = Message(row["id"], Occasion(row["occasion"]), row["title"], row["text"], row["html"])
    given_up = _moment(row["given_up_at"], zone) if row["given_up_at"] else None
    created, following = _moment(row["created_at"], zone), _moment(row["next_at"], zone)
    return Delivery(message, row["channel"], row["attempts"], created, following, given_up, row["error"])


def _dumped(incident: Incident) -> str:
    return json.dumps({**asdict(incident), "months": [str(month) for month in incident.months]})


def _loaded(content: str) -> Incident:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(content).items()
    }
    return Incident(**{**values, "months": tuple(date.fromisoformat(month) for month in values["months"])})


def _text(moment: datetime) -> str:
    """UTC, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str, zone: tzinfo | None) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)
