"""The lake on a disk and in a container, side by side: `python benchmarks/azurite.py`.

Azurite stands in for Azure Storage: a process of its own on loopback, in memory. So the figures show what the way
through an object store costs, requests and copies; not what a network and Azure's own latency add (some 5 to 30 ms a
request). Each operation is the median wall time of as many as are told, on a ledger of 200,000 rows over 24 months.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

import pyarrow as pa
from measuring import ROOT, machine

from monette_assets.azure_storage import StorageUrl
from monette_assets.engine import Engine, Store
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.lake.maintenance import checkpoint, compact
from monette_assets_tests.azurite import running

PAGE = ROOT / "docs" / "benchmarks_azurite.md"
TABLE, RECORD = "gold/ledger", "audit_log"
ROWS, MONTHS, TIMES = 200_000, 24, 9
SCHEMA = pa.schema([
    pa.field("company", pa.string(), nullable=False),
    pa.field("period", pa.date32(), nullable=False),
    pa.field("account", pa.string(), nullable=False),
    pa.field("amount_cad", pa.decimal128(18, 2), nullable=False),
])  # fmt: skip


def month(number: int) -> date:
    """The first day of a month of the ledger."""
    return date(2023 + number // 12, number % 12 + 1, 1)


def ledger(rows: int, first: int = 0, months: int = MONTHS) -> pa.Table:
    """Rows of one company, sorted by month."""
    spread = [first + number * months // rows for number in range(rows)]
    columns = [
        pa.array(["north"] * rows),
        pa.array([month(each) for each in spread], pa.date32()),
        pa.array([str(4000 + number % 90) for number in range(rows)]),
        pa.array([Decimal(number % 9999).scaleb(-2) for number in range(rows)], pa.decimal128(18, 2)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def commit(number: int) -> Commit:
    """A commit of its own."""
    return Commit(
        run_id="bench", publish_id=f"bench:{number}", code_version="1", contract_version="1", at=datetime.now(UTC)
    )


def measured(lake: Lake, engine: Engine) -> Iterator[tuple[str, float]]:
    """What is done, and how long it takes: seconds, the median."""
    numbers = iter(range(10_000))

    def timed(work: Callable[[], object], times: int = TIMES) -> float:
        taken = []
        for _ in range(times):
            begun = time.perf_counter()
            work()
            taken.append(time.perf_counter() - begun)
        return median(taken)

    whole, part = ledger(ROWS), ledger(ROWS // MONTHS, 3, 1)
    everything, november = Scope.everything(), Scope.of(("company", "period"), [("north", month(3))])

    def publish(data: pa.Table, scope: Scope) -> object:
        return lake.publish(TABLE, data, schema=SCHEMA, scope=scope, commit=commit(next(numbers)))

    yield f"publish {ROWS:,} rows", timed(lambda: publish(whole, everything), 3)
    yield "publish a month", timed(lambda: publish(part, november))
    yield "newest version", timed(lambda: lake.version(TABLE))
    yield "open", timed(lambda: lake.open(TABLE))
    yield f"read {ROWS:,} rows", timed(lambda: lake.read(TABLE), 3)
    yield "read a month", timed(lambda: lake.read(TABLE, scope=november))
    yield (
        "add an entry to a record, if none came between",
        timed(
            lambda: lake.append_once(
                RECORD, lake.sequence(RECORD) + 1, ledger(1), schema=SCHEMA, commit=commit(next(numbers))
            )
        ),
    )
    spark = engine.spark
    yield (
        "engine: sum of a table",
        timed(
            lambda: spark.read.format("delta").load(lake.uri(TABLE)).groupBy("period").sum("amount_cad").collect(), 5
        ),
    )

    def stage() -> None:
        uri = lake.stage_uri(f"bench-{next(numbers)}", TABLE)
        spark.read.format("delta").load(lake.uri(TABLE)).write.mode("append").parquet(uri)
        lake.mark_staged(uri)
        assert lake.staged_reader(uri).read_all().num_rows

    yield f"engine: stage {ROWS:,} rows, read them back", timed(stage, 3)

    def maintain() -> None:
        compact(lake, TABLE, commit(next(numbers)))
        checkpoint(lake, TABLE)

    yield "compact and checkpoint", timed(maintain, 1)


def main() -> None:
    """Measure both, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as azurite:
        azurite.client("bench").create_container()
        found = []
        for lake in (Lake(f"{folder}/lake"), azurite.lake("bench", "lake")):
            url = azurite.url("bench", "lake")
            there = "://" in lake.url
            engine = Engine(store=Store(url, azurite.access.options(StorageUrl.parse(url))) if there else None)
            try:
                found.append(dict(measured(lake, engine)))
            finally:
                engine.close()
    disk, container = found
    lines = [f"| {what} | {disk[what] * 1e3:,.0f} ms | {container[what] * 1e3:,.0f} ms | "
             f"{container[what] / disk[what]:.1f} x |" for what in disk]  # fmt: skip
    told = ", ".join(f"{name}: {value}" for name, value in machine().items())
    page = [
        "# The lake on a disk and on Azurite", "",
        "Written by `python benchmarks/azurite.py`; do not edit. What is measured, and how, stands at its top.", "",
        f"{told}. {datetime.now(UTC):%Y-%m-%d}, load average {os.getloadavg()[0]:.1f}.", "",
        "| what | disk | Azurite | |", "|---|---:|---:|---:|", *lines, "",
    ]  # fmt: skip
    PAGE.write_text("\n".join(page))


if __name__ == "__main__":
    main()
