"""Where the register is kept: in Dagster's own PostgreSQL where the instance has one, else in a file under the home.

Several machines share a PostgreSQL, and its locks hold between them; a share's need not. Writers go one at a time in
both, so that what a writer reads stands until it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, NullPool, create_engine, func, select, text

FILE = "alerts.sqlite"
BUSY_SECONDS = 10  # a writer waits so long for another
GONE_AFTER = "2min"  # who says nothing for so long, within a transaction, died with its machine
LOCKS, WRITING, SENDING = 0x6D6F6E65, 1, 2  # of all advisory locks of the database, those of this platform


class Store(Protocol):
    """A place for the register's tables, whose names begin with `prefix`."""

    prefix: str

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with; the tables need not be there."""

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction, with no other writer beside it: durable when it ends, nothing of it where it fails."""

    def sending(self) -> AbstractContextManager[bool]:
        """Whether nobody else sends, and nobody else will until this ends. A killed process lets go."""


class HomeFile:
    """A SQLite file in a folder of this machine's."""

    prefix = ""

    def __init__(self, folder: Path) -> None:
        self.path = folder.absolute() / FILE

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As it stands; a connection to nothing where nothing was ever written."""
        with _sqlite(str(self.path) if self.path.exists() else ":memory:") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Nobody else on the machine may read it: it is made so, since a file system need not know chmod."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch(mode=0o600)
        with _sqlite(str(self.path)) as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # begin() says nothing to SQLite itself
            yield connection

    @contextmanager
    def sending(self) -> Iterator[bool]:
        """By a lock beside the file."""
        if not self.path.exists():  # nothing is owed
            yield True
            return
        lock = FileLock(self.path.with_suffix(".lock"), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()


class Database:
    """A PostgreSQL, beside Dagster's own tables: what Dagster's user may do is enough.

    Args:
        connect: opens a connection that commits each statement, as Dagster's do.
    """

    prefix = "monette_"

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    def reading(self) -> AbstractContextManager[Connection]:
        """As it stands."""
        return self._connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Under an advisory lock. Raises sqlalchemy.exc.OperationalError where another writer holds it for long."""
        with self._transaction() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(LOCKS, WRITING)))
            yield connection

    @contextmanager
    def sending(self) -> Iterator[bool]:
        """Under an advisory lock, which ends with the transaction or the connection, whichever comes first."""
        with self._transaction() as connection:
            yield bool(connection.scalar(select(func.pg_try_advisory_xact_lock(LOCKS, SENDING))))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._connect() as connection, connection.execution_options(isolation_level="READ COMMITTED").begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
            connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{GONE_AFTER}'"))
            yield connection


@contextmanager
def _sqlite(database: str) -> Iterator[Connection]:
    engine = create_engine(
        URL.create("sqlite", database=database),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_SECONDS},
    )
    with engine.connect() as connection:
        yield connection
