"""A function spread over processes gives what it gives alone, and fails as it fails alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pyarrow as pa
import pytest
from loky.process_executor import TerminatedWorkerError

from monette_assets.engine.spreading import SLICE_BYTES, spread

SCHEMA = pa.schema([("number", pa.int64()), ("process", pa.int64())])
WIDE = "x" * (SLICE_BYTES // 8)  # eight rows a slice


def rows(first: int, count: int, text: str = WIDE) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"number": list(range(first, first + count)), "text": [text] * count})


def twice(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Every number and its double, and who computed it; of 13 nothing; 666 cannot be computed."""
    for batch in batches:
        numbers = [number for number in batch.column("number").to_pylist() if number != 13]
        if 666 in numbers:
            raise ValueError("north 2024-11: expected no 666, found one")
        if 999 in numbers:
            os.kill(os.getpid(), signal.SIGKILL)
        for number in numbers:
            given = {"number": [number, 2 * number], "process": [os.getpid()] * 2}
            yield pa.RecordBatch.from_pydict(given, schema=SCHEMA)


def computed(*batches: pa.RecordBatch) -> list[dict[str, int]]:
    found: list[dict[str, int]] = pa.Table.from_batches(spread(twice)(iter(batches)), SCHEMA).to_pylist()
    return found


def numbers(found: list[dict[str, int]]) -> list[int]:
    return [row["number"] for row in found]


def alone(*batches: pa.RecordBatch) -> list[int]:
    return numbers(pa.Table.from_batches(twice(iter(batches)), SCHEMA).to_pylist())


def test_large_batches_are_computed_elsewhere_in_order() -> None:
    given = rows(0, 40), rows(40, 1), rows(41, 60)
    found = computed(*given)
    assert numbers(found) == alone(*given)
    assert os.getpid() not in {row["process"] for row in found}


def test_what_is_little_is_computed_here() -> None:
    given = rows(0, 4), rows(4, 4)  # two slices
    found = computed(*given)
    assert numbers(found) == alone(*given)
    assert {row["process"] for row in found} == {os.getpid()}
    assert computed() == []


def test_the_workers_are_used_again() -> None:
    first, second = computed(rows(0, 80)), computed(rows(0, 80))
    assert {row["process"] for row in first} & {row["process"] for row in second}


def test_what_the_function_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="north 2024-11: expected no 666, found one"):
        computed(rows(600, 100))


def test_a_worker_that_is_killed_is_told_and_replaced() -> None:
    with pytest.raises(TerminatedWorkerError):
        computed(rows(950, 100))
    assert numbers(computed(rows(0, 80))) == alone(rows(0, 80))


def test_what_workers_import_is_light() -> None:
    """A worker imports the modules of the functions it is given: none may bring the whole platform."""
    program = """
import sys
import monette_assets.engine.spreading, monette_assets.silver.current_documents, monette_assets.silver.parsing
import monette_assets.sources.quickbooks.documents, monette_assets.sources.quickbooks.reports.agings
sys.exit(", ".join(sorted({"dagster", "deltalake", "pandas", "pydantic", "pyspark"} & set(sys.modules))) or 0)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_one_core_spreads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loky.cpu_count", lambda: 1)
    assert {row["process"] for row in computed(rows(0, 80))} == {os.getpid()}
