"""The rows of a publish: read again for every attempt, checked against the contract on the way through."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.lake.errors import SchemaMismatch

Data: TypeAlias = (
    "pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch] | Callable[[], Iterator[pa.RecordBatch]] | str | "
    "Sequence[str]"
)
"""A table, batches, a function that opens them anew, or the URI(s) of parquet folders staged in the lake."""

Opener = Callable[[], Iterator[pa.RecordBatch]]


@contextmanager
def rereadable(
    data: Data, schema: pa.Schema, open_staged: Callable[[str], Iterable[pa.RecordBatch]]
) -> Iterator[Opener]:
    """A function that opens the data anew each time. Batches that can be read once only are spooled to disk."""
    if isinstance(data, pa.Table):
        table = data
        yield lambda: iter(table.to_batches(max_chunksize=65_536) or [pa.RecordBatch.from_pylist([], table.schema)])
        return
    if callable(data):
        yield data
        return
    uris = [data] if isinstance(data, str) else data
    if isinstance(uris, Sequence) and uris and all(isinstance(uri, str) for uri in uris):
        paths = [str(uri) for uri in uris]
        # opened here, not within the stream: delta-rs pulls that on a thread where its object store cannot block
        yield lambda: chain.from_iterable([open_staged(uri) for uri in paths])
        return
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory(prefix="monette-lake-") as folder:
        spool = Path(folder) / "data.parquet"
        with pq.ParquetWriter(spool, schema, compression="lz4") as writer:
            for batch in data:
                writer.write_batch(conform(batch, schema, "data given"))
        yield lambda: pq.ParquetFile(spool).iter_batches(65_536)


class Checked:
    """Batches cast to the contract's schema, counted as they pass."""

    def __init__(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema, where: str) -> None:
        self.rows = 0
        self.problem: SchemaMismatch | None = None  # delta-rs hides the exception that stopped the stream
        self._batches, self._schema, self._where = batches, schema, where

    def reader(self) -> pa.RecordBatchReader:
        """For delta-rs, which pulls from it."""
        return pa.RecordBatchReader.from_batches(self._schema, self._generate())

    def _generate(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            try:
                conformed = conform(batch, self._schema, self._where)
            except SchemaMismatch as problem:
                self.problem = problem
                raise
            self.rows += conformed.num_rows
            yield conformed


def conform(batch: pa.RecordBatch, schema: pa.Schema, where: str) -> pa.RecordBatch:
    """The batch with the columns of `schema`, in its order and types.

    Only the layout of a value may differ (large or view strings, dictionaries, timestamp unit where exact): no value
    changes. Raises `SchemaMismatch` naming the columns.
    """
    if batch.schema.equals(schema):
        arrays = batch.columns
    else:
        given = set(batch.schema.names)
        problems = [f"{name}: missing" for name in schema.names if name not in given]
        problems += [f"{name}: not in the contract" for name in batch.schema.names if name not in schema.names]
        problems += [
            f"{f.name}: expected {f.type}, found {batch.schema.field(f.name).type}"
            for f in schema
            if f.name in given and not same_values(batch.schema.field(f.name).type, f.type)
        ]
        if problems:
            raise SchemaMismatch(f"{where}: {'; '.join(problems)}. Make the table's function return its contract")
        arrays = [_cast(batch.column(f.name), f, where) for f in schema]
    for field, array in zip(schema, arrays, strict=True):
        if not field.nullable and array.null_count:
            raise SchemaMismatch(f"{where}: {field.name}: expected no null, found {array.null_count}")
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast(array: pa.Array, field: pa.Field, where: str) -> pa.Array:
    try:
        return array if array.type == field.type else pc.cast(array, field.type, safe=True)
    except pa.ArrowInvalid as problem:
        raise SchemaMismatch(f"{where}: {field.name}: expected {field.type}: {problem}") from problem


def same_values(found: pa.DataType, expected: pa.DataType) -> bool:
    """Whether both types hold the same values, laid out differently at most."""
    return bool(_plain(found) == _plain(expected))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", tz="UTC" if kind.tz else None)
    return kind
