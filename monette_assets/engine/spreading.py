"""Functions over batches, spread over processes: in the embedded engine all Python shares one interpreter with it.

loky starts the workers on first use and keeps them while there is work. Idle for a second they leave by
themselves, also where the process that started them was killed. What they are given and give back goes through files:
through a pipe, a busy machine switches processes 16 times a megabyte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

from monette_assets.engine import memory

if TYPE_CHECKING:
    from concurrent.futures import Future

    import pyarrow as pa
    from loky import ProcessPoolExecutor

    BatchFunction = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

SLICE_BYTES = 2 << 20
ENOUGH = 4  # slices: fewer take less time here than workers take to start
IDLE_SECONDS = 1  # longer than between two portions of a table; the next table may need the memory
_starting = Lock()


def spread(function: BatchFunction, rows: int | None = None) -> BatchFunction:
    """The same function, of slices of the batches, on as many processes as there are cores; results in order.

    `rows`: at most so many in a slice, where a row takes long whatever its size.
    For a function that treats every row by itself. cloudpickle takes it and what it names to the workers, which import
    the modules of what it names: keep those light. What the function raises is raised here; where a worker was killed,
    `loky.process_executor.TerminatedWorkerError` is.
    """

    def computed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import loky

        slices = (part for batch in batches for part in _slices(batch, rows))
        first = list(islice(slices, ENOUGH))
        workers = loky.cpu_count()
        if len(first) < ENOUGH or workers == 1:
            yield from function(chain(first, slices))
        else:
            yield from _in_processes(function, chain(first, slices), workers)

    return computed


def _in_processes(function: BatchFunction, slices: Iterator[pa.RecordBatch], workers: int) -> Iterator[pa.RecordBatch]:
    import cloudpickle
    from loky.process_executor import BrokenProcessPool

    code = cloudpickle.dumps(function)
    with TemporaryDirectory(prefix="monette-") as folder:
        numbers = count()

        def submit(part: pa.RecordBatch) -> Future[Path]:
            given = Path(folder, str(next(numbers)))
            _write([part], given)
            answer: Future[Path] = executor.submit(_compute, code, given)
            return answer

        try:
            with _starting:
                executor = _executor(workers)
            waiting = deque(map(submit, islice(slices, workers + 1)))
            while waiting:
                done = waiting.popleft().result()
                waiting.extend(map(submit, islice(slices, 1)))
                yield from _take(done)
        except BrokenProcessPool:
            _executor.cache_clear()  # the next one to ask starts anew
            raise


@cache
def _executor(workers: int) -> ProcessPoolExecutor:
    """The workers of this process."""
    import warnings

    import loky

    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)  # it was idle; loky replaces it
    return loky.ProcessPoolExecutor(max_workers=workers, timeout=IDLE_SECONDS, initializer=memory.collect_seldom)


def _slices(batch: pa.RecordBatch, rows: int | None) -> Iterator[pa.RecordBatch]:
    """Consecutive rows of about SLICE_BYTES, as if all were of one size."""
    size = max(1, batch.num_rows * SLICE_BYTES // max(1, batch.nbytes))
    size = min(size, rows or size)
    for start in range(0, batch.num_rows, size):
        yield batch.slice(start, size)


def _compute(code: bytes, given: Path) -> Path:
    """In a worker: the function of what was written, written beside it."""
    found = given.with_suffix(".found")
    _write(list(_loaded(code)(iter(_take(given)))), found)
    return found


@lru_cache(maxsize=2)
def _loaded(code: bytes) -> BatchFunction:
    import cloudpickle

    function: BatchFunction = cloudpickle.loads(code)
    return function


def _write(batches: list[pa.RecordBatch], file: Path) -> None:
    """As an Arrow stream, empty where there is no batch. Of a slice, what lies around it is not written."""
    import pyarrow as pa

    if not batches:
        file.touch()
        return
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, batches[0].schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def _take(file: Path) -> list[pa.RecordBatch]:
    """What was written; the file is gone."""
    import pyarrow as pa

    written = file.read_bytes()
    file.unlink()
    return list(pa.ipc.open_stream(written)) if written else []
