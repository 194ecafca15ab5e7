"""What is remembered: incidents, open and over, and the messages that are owed.

An incident and the message about it are written in one transaction: neither is ever there without the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from monette_assets.automation.alerts import messages
from monette_assets.automation.alerts.finding import Kind
from monette_assets.automation.alerts.incidents import Incident, grown
from monette_assets.automation.alerts.messages import Message, Occasion
from monette_assets.automation.alerts.stores import Database, HomeFile, Store

if TYPE_CHECKING:
    import dagster as dg

    from monette_assets.settings import Settings

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
WHILE_RUNNING = (Kind.TOKEN, Kind.SILENT, Kind.STALE, Kind.TICK)  # what may open though a refresh is not done


class _Tables:
    """The tables of a register. Moments are text, in UTC; lists and incidents are JSON."""

    def __init__(self, prefix: str) -> None:
        self.all = MetaData()
        self.incidents = Table(
            f"{prefix}incidents",
            self.all,
            Column("number", Integer, primary_key=True, autoincrement=False),
            Column("key", Text, nullable=False),
            Column("content", Text, nullable=False),
            Column("opened_at", Text, nullable=False),
            Column("absent_since", Text),
            Column("closed_at", Text),
            Column("told_at", Text),
            Column("told_companies", Text, nullable=False),
            Column("told", Integer, nullable=False),
        )
        open_ = self.incidents.c.closed_at.is_(None)
        Index(f"{prefix}one_open_a_key", self.incidents.c.key, unique=True, sqlite_where=open_, postgresql_where=open_)
        self.messages = Table(
            f"{prefix}messages",
            self.all,
            Column("id", Text, primary_key=True),
            Column("occasion", Text, nullable=False),
            Column("title", Text, nullable=False),
            Column("text", Text, nullable=False),
            Column("html", Text, nullable=False),
            Column("created_at", Text, nullable=False),
        )
        self.deliveries = Table(
            f"{prefix}deliveries",
            self.all,
            Column("message", Text, ForeignKey(self.messages.c.id), primary_key=True),
            Column("channel", Text, primary_key=True),
            Column("attempts", Integer, nullable=False),
            Column("next_at", Text, nullable=False),
            Column("delivered_at", Text),
            Column("given_up_at", Text),
            Column("error", Text),
        )


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
    """The register in a store."""

    def __init__(self, store: Store) -> None:
        self._store, self._tables = store, _Tables(store.prefix)

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
        incidents, deliveries = self._tables.incidents, self._tables.deliveries
        with self._writing() as db:
            rows = db.execute(select(incidents).where(incidents.c.closed_at.is_(None))).mappings()
            open_: dict[str, Mapping[str, Any]] = {row["key"]: dict(row) for row in rows}
            for incident in found:
                row = open_.pop(incident.key, None)
                if row is None:
                    if at_work and incident.key.split(":")[0] not in WHILE_RUNNING:
                        continue
                    row = self._opened(db, incident, now)
                values: dict[str, Any] = {"content": _dumped(incident), "absent_since": None}
                message = _due(row, incident, now, group) if channels else None
                if message is not None:
                    companies = json.dumps(incident.companies)
                    values |= {"told": row["told"] + 1, "told_at": _text(now), "told_companies": companies}
                    owed.append(message)
                self._update(db, row, values)
            for row in () if at_work else open_.values():
                owed += self._absent(db, row, now, group)
            for message in owed:
                self._enqueue(db, message, channels, now)
            db.execute(delete(deliveries).where(deliveries.c.delivered_at < _text(now - KEEP_DELIVERED)))
        return owed

    def _opened(self, db: Connection, incident: Incident, now: datetime) -> Mapping[str, Any]:
        """A new incident's row; numbers have no gaps, since writers go one at a time and nothing is deleted."""
        incidents = self._tables.incidents
        number = db.scalar(select(func.coalesce(func.max(incidents.c.number), 0) + 1))
        row = {"number": number, "key": incident.key, "content": _dumped(incident), "opened_at": _text(now)}
        row |= {"told": 0, "told_companies": "[]"}
        db.execute(insert(incidents).values(row))
        return row

    def _absent(self, db: Connection, row: Mapping[str, Any], now: datetime, group: str) -> Iterator[Message]:
        """It is not found any more: over, once it has stayed away for a while."""
        if row["absent_since"] is None:
            self._update(db, row, {"absent_since": _text(now)})
            return
        since = _moment(row["absent_since"], now.tzinfo)
        if now - since < CLEAR_AFTER:
            return
        self._update(db, row, {"closed_at": _text(since)})
        if row["told"]:
            opened = _moment(row["opened_at"], now.tzinfo)
            yield messages.cleared(row["number"], _loaded(row["content"]), group, opened, since)

    def _update(self, db: Connection, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        incidents = self._tables.incidents
        db.execute(update(incidents).where(incidents.c.number == row["number"]).values(values))

    def enqueue(self, message: Message, channels: Sequence[str], now: datetime) -> None:
        """Owe a message to channels; the same message again is owed once."""
        with self._writing() as db:
            self._enqueue(db, message, channels, now)

    def _enqueue(self, db: Connection, message: Message, channels: Sequence[str], now: datetime) -> None:
        kept, deliveries = self._tables.messages, self._tables.deliveries
        if db.scalar(select(kept.c.id).where(kept.c.id == message.id)) is None:
            db.execute(insert(kept).values(**asdict(message), created_at=_text(now)))
        owed = set(db.scalars(select(deliveries.c.channel).where(deliveries.c.message == message.id)))
        for channel in dict.fromkeys(channels):
            if channel not in owed:
                db.execute(
                    insert(deliveries).values(message=message.id, channel=channel, attempts=0, next_at=_text(now))
                )

    def incidents(self, zone: tzinfo, *, since: datetime | None = None) -> list[Kept]:
        """The open ones, oldest first; with `since` also those that opened or ended from then on."""
        incidents = self._tables.incidents
        wanted: ColumnElement[bool] = incidents.c.closed_at.is_(None)
        if since is not None:
            wanted |= incidents.c.closed_at >= _text(since)
        return [
            Kept(
                row["number"],
                _loaded(row["content"]),
                _moment(row["opened_at"], zone),
                _moment(row["closed_at"], zone) if row["closed_at"] else None,
                _moment(row["absent_since"], zone) if row["absent_since"] else None,
            )
            for row in self._read(select(incidents).where(wanted).order_by(incidents.c.number))
        ]

    def undelivered(self, zone: tzinfo) -> list[Delivery]:
        """Messages that are owed to a channel still, or were given up, oldest first."""
        kept, deliveries = self._tables.messages, self._tables.deliveries
        query = select(kept, deliveries).join(deliveries, deliveries.c.message == kept.c.id)
        owed = query.where(deliveries.c.delivered_at.is_(None))
        return [
            _delivery(row, zone)
            for row in self._read(owed.order_by(kept.c.created_at, kept.c.id, deliveries.c.channel))
        ]

    def delivered(self, message: str, channel: str, now: datetime) -> None:
        """Say that a channel has it."""
        self._attempted(message, channel, {"delivered_at": _text(now), "error": None})

    def failed(self, message: str, channel: str, error: str, next_at: datetime, given_up_at: datetime | None) -> None:
        """Say that a channel did not take it, why, and when it is tried again."""
        given_up = _text(given_up_at) if given_up_at else None
        self._attempted(message, channel, {"error": error, "next_at": _text(next_at), "given_up_at": given_up})

    def _attempted(self, message: str, channel: str, values: Mapping[str, Any]) -> None:
        deliveries = self._tables.deliveries
        this = (deliveries.c.message == message) & (deliveries.c.channel == channel)
        with self._writing() as db:
            db.execute(update(deliveries).where(this).values({"attempts": deliveries.c.attempts + 1, **values}))

    def sending(self) -> AbstractContextManager[bool]:
        """Whether nobody else sends, and nobody else will until this ends. A killed process lets go."""
        return self._store.sending()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._store.writing() as db:
            self._tables.all.create_all(db)
            yield db

    def _read(self, query: Select[Any]) -> Sequence[RowMapping]:
        """The rows; none where nothing was ever written."""
        with self._store.reading() as db:
            if not inspect(db).has_table(self._tables.deliveries.name):  # the last that is made
                return []
            return db.execute(query).mappings().all()


def register_of(instance: dg.DagsterInstance, settings: Settings) -> Register:
    """The register of a deployment: in the instance's own storage where that is PostgreSQL, else under the home.

    The connections are the storage's own, so that nobody else needs the database's password.
    """
    connect: Callable[[], AbstractContextManager[Connection]] | None = getattr(
        instance.event_log_storage, "index_connection", None
    )
    if connect is not None:
        with connect() as connection:
            if connection.dialect.name == "postgresql":
                return Register(Database(connect))
    return Register(HomeFile(settings.alerts_path))


def _due(row: Mapping[str, Any], incident: Incident, now: datetime, group: str) -> Message | None:
    """The message about an incident that is due: the first, or that it has grown, at most one a day."""
    since = _moment(row["opened_at"], now.tzinfo)
    if not row["told"]:
        patient = now - since < PATIENCE.get(incident.key, timedelta(0))
        return None if patient else messages.opened(row["number"], incident, group, since)
    new = grown(json.loads(row["told_companies"]), incident)
    if not new or now - _moment(row["told_at"], now.tzinfo) < TELL_AGAIN_AFTER:
        return None
    return messages.grew(row["number"], row["told"], incident, new, group, since)


def _delivery(row: RowMapping, zone: tzinfo) -> Delivery:
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
