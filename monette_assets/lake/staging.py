"""Results waiting for their audit: parquet folders under `<lake>/_staging/<run>/<table>`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monette_assets.lake.errors import LakeError, TableMissing

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.fs as pa_fs

FOLDER = "_staging"
SCRATCH = ".scratch"  # beside a table's folder: what was computed on the way
_MARK = "_staged"
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,126}")


def check_run(run_id: str) -> str:
    """The run id, where it is safe as a folder name."""
    if not _RUN.fullmatch(run_id):
        raise LakeError(f"expected a run id of letters, digits, '_', '.', '-', found {run_id!r}")
    return run_id


def filesystem(url: str, storage_options: Mapping[str, str]) -> pa_fs.FileSystem:
    """The folder at `url` as a pyarrow file system, by the same object store and options as the tables."""
    import pyarrow.fs as pa_fs

    if "://" not in url:
        return pa_fs.SubTreeFileSystem(url, pa_fs.LocalFileSystem())
    from monette_assets.lake.object_store import ObjectStore

    return pa_fs.PyFileSystem(ObjectStore(url, dict(storage_options)))


def parquet_files(files: pa_fs.FileSystem, folder: str) -> list[str]:
    """The parquet files below `folder`, sorted; what begins with '_' or '.' is the engine's."""
    import pyarrow.fs as pa_fs

    found = files.get_file_info(pa_fs.FileSelector(folder, recursive=True, allow_not_found=True))
    return sorted(
        info.path
        for info in found
        if info.type == pa_fs.FileType.File and info.base_name.endswith(".parquet") and info.base_name[0] not in "_."
    )


def names(files: pa_fs.FileSystem, folder: str) -> list[str]:
    """What lies directly in a folder; nothing where there is none."""
    import pyarrow.fs as pa_fs

    return [info.base_name for info in files.get_file_info(pa_fs.FileSelector(folder, allow_not_found=True))]


def mark(files: pa_fs.FileSystem, folder: str) -> None:
    """Says that the engine is done with the folder: Sail writes no file, not even the folder, for no rows."""
    files.create_dir(folder, recursive=True)
    with files.open_output_stream(f"{folder}/{_MARK}"):
        pass


def reader(
    files: pa_fs.FileSystem,
    folder: str,
    where: str,
    *,
    columns: Sequence[str] | None = None,
    only: pc.Expression | None = None,
    schema: pa.Schema | None = None,
) -> pa.RecordBatchReader:
    """The rows of a staged folder, few batches ahead; none, in `schema`, where it is marked and has no files."""
    import pyarrow as pa
    import pyarrow.dataset as pa_ds
    import pyarrow.fs as pa_fs

    paths = parquet_files(files, folder)
    if not paths and schema is not None and files.get_file_info(f"{folder}/{_MARK}").type == pa_fs.FileType.File:
        fields = [schema.field(name) for name in (columns if columns is not None else schema.names)]
        return pa.RecordBatchReader.from_batches(pa.schema(fields), [])
    if not paths:
        raise TableMissing(f"{where}: expected staged parquet files, found none; was the table staged by this run?")
    staged = pa_ds.dataset(paths, filesystem=files, format="parquet")
    names = list(columns) if columns is not None else None
    return staged.scanner(
        columns=names, filter=only, batch_size=65_536, batch_readahead=4, fragment_readahead=1
    ).to_reader()


def delete(files: pa_fs.FileSystem, folder: str) -> int:
    """Deletes every file below `folder`; returns how many parquet files went."""
    import pyarrow.fs as pa_fs

    count = len(parquet_files(files, folder))
    if files.get_file_info(folder).type == pa_fs.FileType.Directory:
        files.delete_dir(folder)
    return count
