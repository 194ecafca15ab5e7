"""Delta tables on a disk or in an object store, written by delta-rs: publish, append, read, compare, restore."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from monette_assets.lake import staging
from monette_assets.lake.commits import WRITE, Commit, HistoryEntry, log_of, newest, newest_commit
from monette_assets.lake.compare import Difference, difference
from monette_assets.lake.data import Checked, Data, Opener, rereadable
from monette_assets.lake.disk import named_when_full
from monette_assets.lake.engine_rows import EngineRows, Write
from monette_assets.lake.errors import (
    AppendOnly,
    Conflict,
    LakeError,
    LostRace,
    OutsideScope,
    PositionMoved,
    SchemaMismatch,
    SequenceTaken,
    TableMissing,
    TableName,
    VersionGone,
)
from monette_assets.lake.refusing import refusing
from monette_assets.lake.scope import Scope

_TABLE = re.compile(r"[a-z_]+(/[a-z_]+)?")
RECORDS = frozenset(
    {"closes", "closed_statements", "closed_ledger", "audit_log", "waivers", "accepted_differences", "group_contracts"}
)
"""Tables outside of bronze that are never published over, restored or vacuumed (`ACCOUNTING 12`)."""

_SEQUENCE = "monette.sequence"
_POSITION = "monette.position/"
_ATTEMPTS = 30
_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 3650 days",  # history names who published what: it outlives the files
}


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publish did. `version` equals `previous_version` where the same `publish_id` was there already."""

    version: int
    previous_version: int
    rows_written: int
    seconds: float
    attempts: int

    @property
    def replayed(self) -> bool:
        """Whether nothing was written, since this publish had been committed before."""
        return self.attempts == 0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How rows lie in files. Tables of huge values (0.5 MB of payload each) need small row groups.

    Small files keep the replacement of a month cheap where the data came sorted by month; small row groups keep the
    memory of many open partitions low (docs/decisions/lake_layout.md).
    """

    row_group_rows: int = 32_768
    compression_level: int = 3
    file_bytes: int = 16_000_000

    def writer_properties(self) -> WriterProperties:
        """As delta-rs takes them. Statistics of long text are cut short: they only skip files."""
        return WriterProperties(
            compression="ZSTD",
            compression_level=self.compression_level,
            max_row_group_size=self.row_group_rows,
            write_batch_size=min(self.row_group_rows, 1024),
            statistics_truncate_length=64,
        )


Move = tuple[int | None, int]
"""Of a stream: the position it was read from (None: nothing of it was ever committed), and the one after."""

PAYLOADS = Layout(row_group_rows=16, file_bytes=64_000_000)
"""For bronze: one row is a whole answer of a source."""

SMALL_ROWS = frozenset({"bronze/events"})
"""Tables of bronze whose rows are as small as any."""


def usual_layout(table: str) -> Layout:
    """How rows of a table lie in files unless its writer says otherwise."""
    return PAYLOADS if table.startswith("bronze/") and table not in SMALL_ROWS else Layout()


@dataclass(frozen=True)
class Lake:
    """The tables under one URL (a folder, `abfss://`), with the options delta-rs takes for that store.

    Every write is one Delta commit. Nothing renames a folder, so any object store with put-if-absent will do. Whatever
    is asked of a store that lets nobody in raises `StoreRefused`.
    """

    url: str
    storage_options: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds keys

    def __post_init__(self) -> None:
        url = self.url.rstrip("/")
        if "://" not in url:
            url = str(Path(url).expanduser().resolve())
        object.__setattr__(self, "url", url)

    # --- what is there -----------------------------------------------------------------------------------------

    def uri(self, table: str) -> str:
        """Where the table lies. Raises `TableName`."""
        if not _TABLE.fullmatch(table):
            raise TableName(f"expected a table name such as gold/profit_and_loss ({_TABLE.pattern}), found {table!r}")
        return f"{self.url}/{table}"

    @refusing
    def exists(self, table: str) -> bool:
        """Whether the table has been created."""
        return bool(DeltaTable.is_deltatable(self.uri(table), self._options))

    @refusing
    def version(self, table: str) -> int | None:
        """The newest version; None before the table exists."""
        if "://" not in self.url:  # asked for hundreds of times a refresh: opening a table reads its whole log
            return newest_commit(Path(self.uri(table)))
        files = staging.filesystem(self.url, self.storage_options)
        return newest(staging.names(files, log_of(self.uri(table).removeprefix(f"{self.url}/"))))

    def schema(self, table: str, version: int | None = None) -> pa.Schema:
        """The table's columns. Raises `TableMissing`."""
        return _schema_of(self.open(table, version))

    @refusing
    def open(self, table: str, version: int | None = None) -> DeltaTable:
        """delta-rs' own handle, for what this class does not offer. Raises `TableMissing`, `VersionGone`."""
        uri = self.uri(table)
        try:
            return DeltaTable(uri, version=version, storage_options=self._options)
        except TableNotFoundError as missing:
            raise TableMissing(f"{table}: expected a table at {uri}, found none; run the asset first") from missing
        except DeltaError as problem:
            if version is None:
                raise
            raise VersionGone(f"{table}: version {version} is not there: {problem}") from problem

    # --- writing -----------------------------------------------------------------------------------------------

    @refusing
    def create(self, table: str, schema: pa.Schema, partition_by: Sequence[str] = ()) -> None:
        """Creates the table once; an equal table that is there already will do. Raises `SchemaMismatch` otherwise.

        Without retries only one of several racing creators commits version 0 (with them, two do: the second goes on
        to commit version 1).
        """
        if not self.exists(table):
            try:
                DeltaTable.create(
                    self.uri(table),
                    canonical(schema),
                    partition_by=list(partition_by) or None,
                    configuration=dict(_CONFIGURATION),
                    storage_options=self._options,
                    commit_properties=CommitProperties(max_commit_retries=0),
                )
            except DeltaError:  # CommitFailedError too: somebody else was first, or nobody can
                if not self.exists(table):
                    raise
        there = self.open(table)
        self._evolution(table, there, canonical(schema))
        if list(there.metadata().partition_columns) != list(partition_by):
            raise SchemaMismatch(
                f"{table}: expected partitions {list(partition_by)}, found {there.metadata().partition_columns}; "
                "changing a table's layout needs a rewrite under a new name"
            )

    def publish(
        self,
        table: str,
        data: Data | EngineRows,
        *,
        schema: pa.Schema,
        scope: Scope,
        commit: Commit,
        partition_by: Sequence[str] = (),
        layout: Layout | None = None,
    ) -> Published:
        """Replaces exactly the rows of `scope` by `data`, in one commit; no data empties the scope.

        Rows of an engine are committed by its own Delta, which lays them out.

        A lost race is tried again on the newer version. Raises `SchemaMismatch` (a new nullable column is taken in,
        nothing else), `OutsideScope`, `LostRace`, `AppendOnly`; then nothing is changed.
        """
        self._refuse_append_only(table, "published over")
        if isinstance(data, EngineRows):
            return self._write_by_engine(table, data, schema, commit, partition_by, scope)
        return self._write(
            table, data, schema=schema, commit=commit, partition_by=partition_by, layout=layout or Layout(), scope=scope
        )

    def append(
        self,
        table: str,
        data: Data,
        *,
        schema: pa.Schema,
        commit: Commit,
        partition_by: Sequence[str] = (),
        layout: Layout = PAYLOADS,
    ) -> Published:
        """Adds rows in one commit; appends do not conflict with each other. Raises `SchemaMismatch`."""
        return self._write(table, data, schema=schema, commit=commit, partition_by=partition_by, layout=layout)

    def append_once(
        self,
        table: str,
        sequence: int,
        data: Data,
        *,
        schema: pa.Schema,
        commit: Commit,
        partition_by: Sequence[str] = (),
        layout: Layout | None = None,
    ) -> Published:
        """Adds rows as number `sequence` of the table, the first being 1, if the last one is `sequence - 1`.

        For chained logs: read `sequence(table)` and the last hash, then append. Raises `SequenceTaken` where another
        writer was faster: read again.
        """
        return self._write(
            table,
            data,
            schema=schema,
            commit=commit,
            partition_by=partition_by,
            layout=layout or Layout(),
            sequence=sequence,
        )

    def append_onwards(
        self,
        table: str,
        moves: Mapping[str, Move],
        data: Data,
        *,
        schema: pa.Schema,
        commit: Commit,
        partition_by: Sequence[str] = (),
        layout: Layout | None = None,
    ) -> Published:
        """Adds what a stream brought and moves its positions, in one commit, if they stand where it was read from.

        Of two readers of the same stream one commits; what a killed one left uncommitted is read again from where the
        table says. `commit.publish_id` is not kept, since positions tell what was committed. Raises `PositionMoved`.
        """
        return self._write(
            table,
            data,
            schema=schema,
            commit=commit,
            partition_by=partition_by,
            layout=layout or usual_layout(table),
            moves=moves,
        )

    def positions(self, table: str, names: Iterable[str], version: int | None = None) -> dict[str, int]:
        """Where the streams of these names stand, but for those of which nothing was ever committed."""
        if version is None and not self.exists(table):
            return {}
        there = self.open(table, version)
        found = {name: there.transaction_version(_POSITION + name) for name in names}
        return {name: position for name, position in found.items() if position is not None}

    def sequence(self, table: str, version: int | None = None) -> int:
        """The number of the last `append_once`; 0 before the first."""
        if version is None and not self.exists(table):
            return 0
        return self.open(table, version).transaction_version(_SEQUENCE) or 0

    def restore(self, table: str, version: int, commit: Commit, scope: Scope | None = None) -> Published:
        """Publishes the rows of an earlier version again (of `scope` only, if given). History is kept.

        Raises `VersionGone` where that version's files were vacuumed.
        """
        schema = self.schema(table)
        where = scope or Scope.everything()
        old = self.schema(table, version)

        added = [column for column in schema if column.name not in old.names]

        def rows() -> Iterator[pa.RecordBatch]:
            with _version_there(table, version):
                for batch in self.scan(table, version=version, scope=scope):
                    nulls = [pa.nulls(batch.num_rows, column.type) for column in added]
                    names = [*batch.schema.names, *(column.name for column in added)]
                    yield pa.RecordBatch.from_arrays([*batch.columns, *nulls], names=names)

        partitions = self.open(table).metadata().partition_columns
        self._refuse_append_only(table, "restored")
        return self._write(
            table, rows(), schema=schema, commit=commit, partition_by=partitions, layout=Layout(), scope=where
        )

    @refusing
    def _write(
        self,
        table: str,
        data: Data,
        *,
        schema: pa.Schema,
        commit: Commit,
        partition_by: Sequence[str],
        layout: Layout,
        scope: Scope | None = None,
        sequence: int | None = None,
        moves: Mapping[str, Move] | None = None,
    ) -> Published:
        started = time.perf_counter()
        schema = canonical(schema)
        if scope:
            _check_scope(table, scope, schema)
        with named_when_full(table, self.uri(table)):
            self.create_if_missing(table, schema, partition_by)
        with (
            named_when_full(table, self.uri(table)),
            rereadable(data, schema, lambda uri: self.staged_reader(uri, schema=schema)) as opener,
        ):
            for attempt, there in self._attempts(table, commit):
                if moves is None and there.transaction_version(commit.publish_id) is not None:
                    return Published(
                        version=there.version(),
                        previous_version=there.version(),
                        rows_written=0,
                        seconds=time.perf_counter() - started,
                        attempts=0,
                    )
                if sequence is not None:
                    _check_sequence(table, there, sequence)
                if moves is not None:
                    _check_positions(table, there, moves)
                try:
                    rows = self._commit(
                        table,
                        there,
                        opener,
                        schema=schema,
                        commit=commit,
                        layout=layout,
                        scope=scope,
                        sequence=sequence,
                        moves=moves,
                    )
                except CommitFailedError:
                    continue
                return Published(
                    version=there.version(),
                    previous_version=there.version() - 1,
                    rows_written=rows,
                    seconds=time.perf_counter() - started,
                    attempts=attempt,
                )
        raise _lost(table, commit)

    def _write_by_engine(
        self,
        table: str,
        rows: EngineRows,
        schema: pa.Schema,
        commit: Commit,
        partition_by: Sequence[str],
        scope: Scope,
    ) -> Published:
        """The same, committed by the engine that holds the rows.

        Where a rival has made this publish since the lake looked, the engine writes nothing and does not say so: the
        commit under this publish id is then not of this write, and the next look finds it.
        """
        started, own = time.perf_counter(), uuid4().hex
        schema = canonical(schema)
        _check_scope(table, scope, schema)
        self.create_if_missing(table, schema, partition_by)
        for attempt, there in self._attempts(table, commit):
            if there.transaction_version(commit.publish_id) is not None:
                now = there.version()
                return Published(version=now, previous_version=now, rows_written=0, seconds=0.0, attempts=0)
            write = Write(
                table=table,
                uri=self.uri(table),
                schema=schema,
                predicate=scope.predicate,
                partition_by=tuple(there.metadata().partition_columns),
                publish_id=commit.publish_id,
                metadata={**commit.to_metadata(scope), WRITE: own},
                grows=self._evolution(table, there, schema),
            )
            try:
                rows.commit(write)
            except Conflict:
                continue
            except OutsideScope as problem:
                raise _outside(table, scope, problem) from problem
            made = next(e for e in self.history(table) if e.commit and e.commit.publish_id == commit.publish_id)
            if made.write != own:
                continue
            return Published(
                version=made.version,
                previous_version=made.version - 1,
                rows_written=made.rows_added or 0,
                seconds=time.perf_counter() - started,
                attempts=attempt,
            )
        raise _lost(table, commit)

    def _attempts(self, table: str, commit: Commit) -> Iterator[tuple[int, DeltaTable]]:
        """The newest version again and again, with growing pauses of a length of its own for each commit."""
        for attempt in range(1, _ATTEMPTS + 1):
            yield attempt, self.open(table)
            spread = 0.5 + (hash((commit.publish_id, attempt)) % 1000) / 1000
            time.sleep(min(0.02 * 1.6**attempt, 3.0) * spread)

    def _commit(
        self,
        table: str,
        there: DeltaTable,
        opener: Opener,
        *,
        schema: pa.Schema,
        commit: Commit,
        layout: Layout,
        scope: Scope | None,
        sequence: int | None,
        moves: Mapping[str, Move] | None,
    ) -> int:
        grows = self._evolution(table, there, schema)
        checked = Checked(opener(), schema, table)
        compared = moves is not None or sequence is not None  # with what stands at this version: no other will do
        if moves is not None:  # streams commit for ever: a name for each commit would weigh on every reader
            transactions = [Transaction(_POSITION + name, after) for name, (_, after) in moves.items()]
        else:
            transactions = [Transaction(commit.publish_id, 1)]  # without a time: kept for good
        if sequence is not None:
            transactions.append(Transaction(_SEQUENCE, sequence))
        properties = CommitProperties(
            custom_metadata=commit.to_metadata(scope),
            app_transactions=transactions,
            max_commit_retries=0 if compared else None,
        )
        options: dict[str, Any] = {
            "schema_mode": "merge" if grows else None,
            "writer_properties": layout.writer_properties(),
            "commit_properties": properties,
            "target_file_size": layout.file_bytes,
        }
        try:
            if scope:
                write_deltalake(there, checked.reader(), mode="overwrite", predicate=scope.predicate, **options)
            else:
                write_deltalake(there, checked.reader(), mode="append", **options)
        except CommitFailedError:
            raise
        except DeltaError as problem:
            if checked.problem:
                raise checked.problem from problem
            if "failed validation check" in str(problem) and scope:
                raise _outside(table, scope, problem) from problem
            raise
        except Exception as problem:
            if checked.problem:
                raise checked.problem from problem
            raise
        return checked.rows

    def create_if_missing(self, table: str, schema: pa.Schema, partition_by: Sequence[str] = ()) -> None:
        """Creates the table unless it is there, whatever its columns."""
        if not self.exists(table):
            self.create(table, schema, partition_by)

    def _evolution(self, table: str, there: DeltaTable, schema: pa.Schema) -> bool:
        """Whether the contract has new nullable columns; raises `SchemaMismatch` for any other difference."""
        found = _schema_of(there)
        problems = [f"{name}: in the table, not in the contract" for name in found.names if name not in schema.names]
        for column in schema:
            if column.name not in found.names:
                if not column.nullable:
                    problems.append(f"{column.name}: a new column must be nullable, for the rows there already")
            elif found.field(column.name) != column:
                problems.append(f"{column.name}: contract {_say(column)}, table {_say(found.field(column.name))}")
        if problems:
            raise SchemaMismatch(
                f"{table}: {'; '.join(problems)}. Only new nullable columns are taken in; for anything else write a "
                "migration or a new table"
            )
        return len(schema) > len(found)

    # --- reading -----------------------------------------------------------------------------------------------

    def scan(
        self,
        table: str,
        version: int | None = None,
        columns: Sequence[str] | None = None,
        scope: Scope | None = None,
        filters: pc.Expression | None = None,
    ) -> pa.RecordBatchReader:
        """The rows of one version, a few batches at a time. Raises `TableMissing`, `VersionGone`."""
        there = self.open(table, version)
        wanted = None if scope is None else scope.expression
        if filters is not None:
            wanted = filters if wanted is None else wanted & filters
        names = list(columns) if columns is not None else _schema_of(there).names
        with _version_there(table, there.version()):
            scanner = self._dataset(table, there).scanner(
                columns=names, filter=wanted, batch_size=65_536, batch_readahead=4, fragment_readahead=2
            )
            return scanner.to_reader()

    @refusing
    def read(
        self,
        table: str,
        version: int | None = None,
        columns: Sequence[str] | None = None,
        scope: Scope | None = None,
        filters: pc.Expression | None = None,
    ) -> pa.Table:
        """The rows of one version, in memory. Raises `TableMissing`, `VersionGone`."""
        with _version_there(table, version):
            return self.scan(table, version, columns, scope, filters).read_all()

    def _dataset(self, table: str, there: DeltaTable) -> Any:
        files = staging.filesystem(self.uri(table), {}) if "://" not in self.url else None  # Arrow's own: faster
        return there.to_pyarrow_dataset(filesystem=files)

    @refusing
    def history(self, table: str, limit: int | None = None) -> list[HistoryEntry]:
        """The table's commits, newest first. Raises `TableMissing`."""
        return [HistoryEntry.from_delta(entry) for entry in self.open(table).history(limit)]

    @refusing
    def compare(
        self,
        table: str,
        old_version: int,
        new_version: int,
        key: Sequence[str],
        *,
        columns: Sequence[str] | None = None,
        ignore: Sequence[str] = (),
        samples: int = 20,
    ) -> Difference:
        """What changed from one version to the other, as multisets of rows (`ACCOUNTING 12`).

        Only files that one of the two versions lacks are read, and of those only the units replaced in between.
        """
        old, new = self.open(table, old_version), self.open(table, new_version)
        scope = self.replaced(table, *sorted((old_version, new_version)))
        before, after = self._unshared(table, old, new, scope), self._unshared(table, new, old, scope)
        return difference(before, after, key, columns=columns, ignore=ignore, samples=samples)

    def compare_data(
        self,
        table: str,
        data: Data,
        scope: Scope,
        key: Sequence[str],
        *,
        schema: pa.Schema | None = None,
        columns: Sequence[str] | None = None,
        ignore: Sequence[str] = (),
        samples: int = 20,
    ) -> Difference:
        """What publishing `data` over `scope` would change; from nothing where the table is not there yet.

        `schema`, the contract's, is needed for staged data that may have no rows. Both sides are held in memory.
        """
        if isinstance(data, pa.Table):
            after = data
        else:
            items: Any = [data] if isinstance(data, str) else data
            after = pa.concat_tables(
                self.staged_reader(item, schema=schema).read_all()
                if isinstance(item, str)
                else pa.Table.from_batches([item])
                for item in items
            )
        before = self.read(table, scope=scope) if self.exists(table) else after.schema.empty_table()
        return difference(before, after, key, columns=columns, ignore=ignore, samples=samples)

    def replaced(self, table: str, first: int, last: int) -> Scope | None:
        """The units that commits after `first` up to `last` replaced; None where a commit does not say, or none is."""
        scopes = [e.scope for e in self.history(table) if first < e.version <= last]
        if not scopes:
            return None
        union = scopes[0]
        for scope in scopes[1:]:
            union = union.union(scope) if union and scope else None
        return union

    def _unshared(self, table: str, there: DeltaTable, other: DeltaTable, scope: Scope | None) -> pa.Table:
        import pyarrow.dataset as pa_ds

        theirs = {fragment.path for fragment in self._dataset(table, other).get_fragments()}
        dataset = self._dataset(table, there)
        own = [fragment for fragment in dataset.get_fragments() if fragment.path not in theirs]
        with _version_there(table, there.version()):
            return pa_ds.FileSystemDataset(own, dataset.schema, dataset.format, dataset.filesystem).to_table(
                filter=scope.expression if scope else None
            )

    # --- staging -----------------------------------------------------------------------------------------------

    def stage_uri(self, run_id: str, table: str) -> str:
        """Where an engine writes the result of `table` in this run, as parquet, before its audit."""
        self.uri(table)
        return f"{self.url}/{staging.FOLDER}/{staging.check_run(run_id)}/{table}"

    def scratch_uri(self, run_id: str, table: str) -> str:
        """Where an engine keeps what it computes on the way to `table` in this run; it goes with what is staged."""
        return self.stage_uri(run_id, table) + staging.SCRATCH

    @refusing
    def staged_reader(
        self,
        uri: str,
        columns: Sequence[str] | None = None,
        only: pc.Expression | None = None,
        schema: pa.Schema | None = None,
    ) -> pa.RecordBatchReader:
        """The staged rows (those that `only` holds for); none where `uri` is marked and empty, given their `schema`.

        Raises `TableMissing` where nothing was staged.
        """
        return staging.reader(*self._staged(uri), where=uri, columns=columns, only=only, schema=schema)

    @refusing
    def mark_staged(self, uri: str) -> None:
        """Call it when the engine has written to `uri`: no files there then means no rows."""
        staging.mark(*self._staged(uri))

    @refusing
    def staged_files(self, uri: str) -> list[str]:
        """URIs of the parquet files staged at `uri`."""
        return [f"{self.url}/{path}" for path in staging.parquet_files(*self._staged(uri))]

    @refusing
    def staged_runs(self) -> list[str]:
        """Runs that have staged data."""
        files = staging.filesystem(self.url, self.storage_options)
        return sorted({path.split("/")[1] for path in staging.parquet_files(files, staging.FOLDER)})

    @refusing
    def clean_staged(self, run_id: str, table: str | None = None) -> int:
        """Deletes what a finished run staged (of one table, or all of it); returns the number of files."""
        files = staging.filesystem(self.url, self.storage_options)
        folder = f"{staging.FOLDER}/{staging.check_run(run_id)}"
        if table is None:
            return staging.delete(files, folder)
        staging.delete(files, f"{folder}/{table}{staging.SCRATCH}")
        return staging.delete(files, f"{folder}/{table}")

    def _staged(self, uri: str) -> tuple[Any, str]:
        folder = uri.rstrip("/").removeprefix(f"{self.url}/")
        if not folder.startswith(f"{staging.FOLDER}/") or ".." in folder.split("/"):
            raise LakeError(f"expected a URI below {self.url}/{staging.FOLDER}/, found {uri}")
        return staging.filesystem(self.url, self.storage_options), folder

    # -----------------------------------------------------------------------------------------------------------

    @property
    def _options(self) -> dict[str, str]:
        return dict(self.storage_options)

    def _refuse_append_only(self, table: str, verb: str) -> None:
        if is_append_only(table):
            kept = "bronze keeps what sources said" if table.startswith("bronze/") else "it is a record"
            raise AppendOnly(f"{table}: {kept}; it is only appended to, never {verb}")


def is_append_only(table: str) -> bool:
    """Whether a table may only grow: bronze (DESIGN, The layers) and the records that must stay as written."""
    return table.startswith("bronze/") or table in RECORDS


def canonical(schema: pa.Schema) -> pa.Schema:
    """The contract's schema as Delta stores it: plain strings, microseconds."""
    return pa.schema(DeltaSchema.from_arrow(schema).to_arrow())


def _schema_of(there: DeltaTable) -> pa.Schema:
    return pa.schema(there.schema().to_arrow())


def _say(column: pa.Field) -> str:
    return f"{column.type}{'' if column.nullable else ' not null'}"


def _check_scope(table: str, scope: Scope, schema: pa.Schema) -> None:
    for position, name in enumerate(scope.columns):
        if name not in schema.names:
            raise SchemaMismatch(f"{table}: the scope's column {name} is not in the contract: {schema.names}")
        expected = pa.string() if isinstance(next(iter(scope.units))[position], str) else pa.date32()
        if schema.field(name).type != expected:
            raise SchemaMismatch(
                f"{table}: the scope has {expected} for {name}, the contract {schema.field(name).type}"
            )


def _lost(table: str, commit: Commit) -> LostRace:
    return LostRace(
        f"{table}: commit {commit.publish_id} lost {_ATTEMPTS} races to other writers; nothing was written. "
        "Run again when fewer runs write this table"
    )


def _outside(table: str, scope: Scope, problem: Exception) -> OutsideScope:
    return OutsideScope(
        f"{table}: expected only rows of {len(scope.units)} units of {scope.columns}, found others: "
        f"{str(problem)[:500]}"
    )


def _check_sequence(table: str, there: DeltaTable, sequence: int) -> None:
    last = there.transaction_version(_SEQUENCE) or 0
    if last != sequence - 1:
        raise SequenceTaken(f"{table}: expected the last sequence to be {sequence - 1}, found {last}; read it again")


def _check_positions(table: str, there: DeltaTable, moves: Mapping[str, Move]) -> None:
    for name, (before, _) in moves.items():
        stands = there.transaction_version(_POSITION + name)
        if stands != before:
            raise PositionMoved(
                f"{table}: expected {name} to stand at {before}, where it was read from, found {stands}: another run "
                "was faster; read on from there"
            )


@contextmanager
def _version_there(table: str, version: int | None) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as gone:
        raise VersionGone(
            f"{table}: files of version {version} are no longer there ({gone}); vacuum removes what is past retention"
        ) from gone


__all__ = ["PAYLOADS", "Lake", "Layout", "Move", "Published", "canonical", "is_append_only"]
