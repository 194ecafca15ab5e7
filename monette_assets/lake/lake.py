"""Delta tables on a disk or in an object store, written by delta-rs: publish, append, read, compare, restore."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from monette_assets.lake import staging
from monette_assets.lake.commits import Commit, HistoryEntry, log_of, newest, newest_commit
from monette_assets.lake.compare import Difference, difference
from monette_assets.lake.data import Data
from monette_assets.lake.engine_rows import EngineRows
from monette_assets.lake.errors import (
    AppendOnly,
    LakeError,
    SchemaMismatch,
    TableMissing,
    TableName,
    VersionGone,
)
from monette_assets.lake.layout import PAYLOADS, Layout, usual_layout
from monette_assets.lake.refusing import refusing
from monette_assets.lake.schemas import canonical, grown, schema_of
from monette_assets.lake.scope import Scope
from monette_assets.lake.writing import Move, Published, last_sequence, position, write, write_by_engine

_TABLE = re.compile(r"[a-z_]+(/[a-z_]+)?")
RECORDS = frozenset(
    {"closes", "closed_statements", "closed_ledger", "audit_log", "waivers", "accepted_differences", "group_contracts"}
)
"""Tables outside of bronze that are never published over, restored or vacuumed (`ACCOUNTING 12`)."""

_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 3650 days",  # history names who published what: it outlives the files
}


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
        return schema_of(self.open(table, version))

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
        grown(table, there, canonical(schema))
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
            return write_by_engine(self, table, data, schema, commit, partition_by, scope)
        return write(
            self,
            table,
            data,
            schema=schema,
            commit=commit,
            partition_by=partition_by,
            layout=layout or Layout(),
            scope=scope,
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
        return write(self, table, data, schema=schema, commit=commit, partition_by=partition_by, layout=layout)

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
        count: int = 1,
    ) -> Published:
        """Adds rows as number `sequence` of the table, the first being 1, if the last one is `sequence - 1`.
        `count`: as so many numbers from there on, all in one commit.

        For chained logs: read `sequence(table)` and the last hash, then append. Raises `SequenceTaken` where another
        writer was faster: read again.
        """
        return write(
            self,
            table,
            data,
            schema=schema,
            commit=commit,
            partition_by=partition_by,
            layout=layout or Layout(),
            sequence=sequence,
            count=count,
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
        return write(
            self,
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
        found = {name: position(there, name) for name in names}
        return {name: at for name, at in found.items() if at is not None}

    def sequence(self, table: str, version: int | None = None) -> int:
        """The number of the last `append_once`; 0 before the first."""
        if version is None and not self.exists(table):
            return 0
        return last_sequence(self.open(table, version))

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
        return write(
            self, table, rows(), schema=schema, commit=commit, partition_by=partitions, layout=Layout(), scope=where
        )

    def create_if_missing(self, table: str, schema: pa.Schema, partition_by: Sequence[str] = ()) -> None:
        """Creates the table unless it is there, whatever its columns."""
        if not self.exists(table):
            self.create(table, schema, partition_by)

    # --- reading -----------------------------------------------------------------------------------------------

    @refusing
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
        names = list(columns) if columns is not None else schema_of(there).names
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


@contextmanager
def _version_there(table: str, version: int | None) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as gone:
        raise VersionGone(
            f"{table}: files of version {version} are no longer there ({gone}); vacuum removes what is past retention"
        ) from gone
