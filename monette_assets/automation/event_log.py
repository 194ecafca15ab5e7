"""Dagster's SQLite event log with its connections kept open, and each event written out once.

The stock storage builds an engine, opens a file and syncs it several times for every event, turns an event into JSON
anew for every table that holds it, and builds each statement anew. A refresh of 96 months writes eighteen thousand.
Same tables, same rows, same files: a home may change from one storage to the other at any time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._core.errors import DagsterInvariantViolationError
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events import EVENT_TYPE_TO_PIPELINE_RUN_STATUS as RUN_EVENTS
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, bindparam, create_engine
from sqlalchemy.event import listen
from sqlalchemy.pool import StaticPool

OPEN_SHARDS = 8  # one a run, and the index
MIRRORED = ASSET_EVENTS | ASSET_CHECK_EVENTS | set(RUN_EVENTS)  # those that the index holds too

# compiled once, executed with each event's values
INSERT_EVENT = SqlEventLogStorageTable.insert()
INSERT_CHECK = AssetCheckExecutionsTable.insert()
UPDATE_CHECK = AssetCheckExecutionsTable.update().where(
    AssetCheckExecutionsTable.c.asset_key == bindparam("of_asset"),
    AssetCheckExecutionsTable.c.check_name == bindparam("of_check"),
    AssetCheckExecutionsTable.c.run_id == bindparam("of_run"),
    AssetCheckExecutionsTable.c.partition.is_not_distinct_from(bindparam("of_partition")),
)
UPDATE_ASSET = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == bindparam("of_asset"))


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """The event log of a laptop. A crash of the process loses nothing; a power cut may lose the last events."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables_there: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledSqliteEventLogStorage:
        """As Dagster builds it from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,  # one connection, used under the lock only
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            listen(engine, "connect", _relax)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine
        while len(self._engines) > OPEN_SHARDS:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def store_event(self, event: EventLogEntry) -> None:
        """Write the event to its run's shard and, where it is one of those, to the index, as the stock storage does.

        Raises DagsterInvariantViolationError where an evaluation was planned twice.
        """
        row = self._event_to_row(event)
        with self.run_connection(event.run_id) as connection:
            connection.execute(INSERT_EVENT, row)
        kind = event.dagster_event_type if event.is_dagster_event else None
        if kind not in MIRRORED:
            return
        with self.index_connection() as connection:
            event_id = connection.execute(INSERT_EVENT, row).lastrowid
            if kind in ASSET_EVENTS:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
            elif kind is DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
                _plan(connection, event, event_id, row)
            elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
                _evaluate(connection, event, event_id, row)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        """What the asset's newest event says, on its one row."""
        key = event.get_dagster_event().asset_key
        values = self._get_asset_entry_values(event, event_id, True) if key else {}
        if key and values and not conn.execute(UPDATE_ASSET, {**values, "of_asset": key.to_string()}).rowcount:
            conn.execute(AssetKeyTable.insert(), {"asset_key": key.to_string(), **values})

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table; asked with every event, and a table that is there stays."""
        if table_name not in self._tables_there and super().has_table(table_name):
            self._tables_there.add(table_name)
        return table_name in self._tables_there

    def wipe(self) -> None:
        """Close every shard, then delete them."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close every shard."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _plan(connection: Connection, event: EventLogEntry, event_id: int, row: Mapping[str, Any]) -> None:
    """One row a partition that is to be evaluated."""
    planned = event.get_dagster_event().asset_check_planned_data
    partitions = planned.partitions_subset.get_partition_keys() if planned.partitions_subset else [None]
    values = {
        "asset_key": planned.asset_key.to_string(),
        "check_name": planned.check_name,
        "run_id": event.run_id,
        "execution_status": Status.PLANNED.value,
        **_told(event_id, row),
    }
    connection.execute(INSERT_CHECK, [{**values, "partition": partition} for partition in partitions])


def _evaluate(connection: Connection, event: EventLogEntry, event_id: int, row: Mapping[str, Any]) -> None:
    """The evaluation on the row that planned it, or on one of its own where nothing did."""
    evaluation = event.get_dagster_event().asset_check_evaluation_data
    target = evaluation.target_materialization_data
    found = {
        "execution_status": (Status.SUCCEEDED if evaluation.passed else Status.FAILED).value,
        "materialization_event_storage_id": target.storage_id if target else None,
        **_told(event_id, row),
    }
    asset, check, partition = evaluation.asset_key.to_string(), evaluation.check_name, evaluation.partition
    if event.run_id:
        planned = {"of_asset": asset, "of_check": check, "of_run": event.run_id, "of_partition": partition}
        updated = connection.execute(UPDATE_CHECK, {**planned, **found}).rowcount
        if updated > 1:
            raise DagsterInvariantViolationError(
                f"{evaluation.asset_check_key.to_user_string()} of {partition or 'no partition'} was planned "
                f"{updated} times in run {event.run_id}; expected once. Launch the run again."
            )
        if updated:
            return
    own = {"asset_key": asset, "check_name": check, "run_id": event.run_id, "partition": partition}
    connection.execute(INSERT_CHECK, {**own, **found})


def _told(event_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """The event itself, as the index holds it."""
    return {
        "evaluation_event": row["event"],
        "evaluation_event_timestamp": row["timestamp"],
        "evaluation_event_storage_id": event_id,
    }


def _relax(connection: Any, _record: Any) -> None:
    """With a write-ahead log, syncing at checkpoints is enough against a crash of the process."""
    connection.execute("PRAGMA synchronous=NORMAL")
