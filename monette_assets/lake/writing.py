"""One commit, whatever it takes: tried again on the newer version until it is in, refused or lost, and made once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from monette_assets.lake.commits import WRITE, Commit
from monette_assets.lake.data import Checked, Data, Opener, rereadable
from monette_assets.lake.disk import named_when_full
from monette_assets.lake.engine_rows import EngineRows, Write
from monette_assets.lake.errors import Conflict, LostRace, OutsideScope, PositionMoved, SequenceTaken
from monette_assets.lake.layout import Layout
from monette_assets.lake.refusing import refusing
from monette_assets.lake.schemas import canonical, check_scope, grown
from monette_assets.lake.scope import Scope

if TYPE_CHECKING:
    from monette_assets.lake.lake import Lake

_SEQUENCE = "monette.sequence"
_POSITION = "monette.position/"
_ATTEMPTS = 30

Move = tuple[int | None, int]
"""Of a stream: the position it was read from (None: nothing of it was ever committed), and the one after."""


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


@refusing
def write(
    lake: Lake,
    table: str,
    data: Data,
    *,
    schema: pa.Schema,
    commit: Commit,
    partition_by: Sequence[str],
    layout: Layout,
    scope: Scope | None = None,
    sequence: int | None = None,
    count: int = 1,
    moves: Mapping[str, Move] | None = None,
) -> Published:
    """Replaces the rows of `scope` by `data`; without one, adds them.

    `sequence`, `moves`: only where the table's last sequence, its streams' positions are what the writer saw. Raises
    as `Lake.publish`, `append_once` and `append_onwards` say.
    """
    started = time.perf_counter()
    schema = canonical(schema)
    if scope:
        check_scope(table, scope, schema)
    with named_when_full(table, lake.uri(table)):
        lake.create_if_missing(table, schema, partition_by)
    with (
        named_when_full(table, lake.uri(table)),
        rereadable(data, schema, lambda uri: lake.staged_reader(uri, schema=schema)) as opener,
    ):
        for attempt, there in _attempts(lake, table, commit):
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
                rows = _commit(
                    table,
                    there,
                    opener,
                    schema=schema,
                    commit=commit,
                    layout=layout,
                    scope=scope,
                    sequence=None if sequence is None else sequence + count - 1,
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


def write_by_engine(
    lake: Lake,
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
    check_scope(table, scope, schema)
    lake.create_if_missing(table, schema, partition_by)
    for attempt, there in _attempts(lake, table, commit):
        if there.transaction_version(commit.publish_id) is not None:
            now = there.version()
            return Published(version=now, previous_version=now, rows_written=0, seconds=0.0, attempts=0)
        write = Write(
            table=table,
            uri=lake.uri(table),
            schema=schema,
            predicate=scope.predicate,
            partition_by=tuple(there.metadata().partition_columns),
            publish_id=commit.publish_id,
            metadata={**commit.to_metadata(scope), WRITE: own},
            grows=grown(table, there, schema),
        )
        try:
            rows.commit(write)
        except Conflict:
            continue
        except OutsideScope as problem:
            raise _outside(table, scope, problem) from problem
        made = next(e for e in lake.history(table) if e.commit and e.commit.publish_id == commit.publish_id)
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


def _attempts(lake: Lake, table: str, commit: Commit) -> Iterator[tuple[int, DeltaTable]]:
    """The newest version again and again, with growing pauses of a length of its own for each commit."""
    for attempt in range(1, _ATTEMPTS + 1):
        yield attempt, lake.open(table)
        spread = 0.5 + (hash((commit.publish_id, attempt)) % 1000) / 1000
        time.sleep(min(0.02 * 1.6**attempt, 3.0) * spread)


def _commit(
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
    grows = grown(table, there, schema)
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
    last = last_sequence(there)
    if last != sequence - 1:
        raise SequenceTaken(f"{table}: expected the last sequence to be {sequence - 1}, found {last}; read it again")


def _check_positions(table: str, there: DeltaTable, moves: Mapping[str, Move]) -> None:
    for name, (before, _) in moves.items():
        stands = position(there, name)
        if stands != before:
            raise PositionMoved(
                f"{table}: expected {name} to stand at {before}, where it was read from, found {stands}: another run "
                "was faster; read on from there"
            )


def last_sequence(there: DeltaTable) -> int:
    """The number of the last `append_once`; 0 before the first."""
    return there.transaction_version(_SEQUENCE) or 0


def position(there: DeltaTable, name: str) -> int | None:
    """Where the stream of this name stands; None where nothing of it was ever committed."""
    return there.transaction_version(_POSITION + name)
