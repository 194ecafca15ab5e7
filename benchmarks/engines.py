"""The whole graph on both engines, from one bronze lake: `python benchmarks/engines.py --scale 1 --months 96`.

First the embedded engine, then Spark on a JVM with Delta: a standalone cluster on this machine, a master and two
workers of one core each. Every table of silver and gold, but those fed by events and the platform's own, and the
quarantine are compared cell by cell, order aside; any difference ends it with status 1. What the cluster executed is
then read from Spark's REST interface, and it ends with status 1 where

- a stage that read or shuffled more than LARGE bytes was one task, or
- a stage returned more than RETURNED bytes to the driver, unless it made the small side of a join that Spark gives to
  every worker: Spark itself bounds those (`spark.sql.autoBroadcastJoinThreshold`); the largest are shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from bronze import bronze
from measuring import ROOT, Measured, measure
from pipeline import environment, home_of, linked, seconds_of

sys.path.insert(0, str(ROOT))

from monette_assets import catalog
from monette_assets.lake import Lake
from monette_assets_tests.spark import Spark, cluster

LARGE = 8_000_000  # Spark's own splits of a file begin at 4 MB, and it joins shuffle partitions up to 1 MB
RETURNED = 8_000_000
BROADCAST = "broadcast exchange"  # in the tag of the jobs that collect a join's small side
CLOCKS = {"run_id", "quarantined_at"}
MEMORY = "3g"
OPTIONS = {
    "spark.ui.retainedStages": "100000",
    "spark.ui.retainedJobs": "100000",
    "spark.sql.shuffle.partitions": "4",  # two cores; the default of 200 is for a cluster
    "spark.databricks.delta.snapshotPartitions": "2",
}


@dataclass(frozen=True)
class Stage:
    """A stage the cluster completed."""

    number: int
    name: str
    tasks: int
    handled: int  # bytes read or shuffled
    records: int
    returned: int  # bytes to the driver
    broadcast: bool  # from there to every worker, for a join


def stages(spark: Spark) -> list[Stage]:
    """Every stage that was completed."""
    (application,) = httpx.get(f"{spark.interface}/applications", timeout=60).json()
    base = f"{spark.interface}/applications/{application['id']}"
    jobs = httpx.get(f"{base}/jobs", timeout=300).json()
    broadcasts = {stage for job in jobs if any(BROADCAST in tag for tag in job["jobTags"]) for stage in job["stageIds"]}
    found = httpx.get(f"{base}/stages", params={"status": "complete"}, timeout=300).json()
    return [
        Stage(
            each["stageId"],
            each["name"].splitlines()[0],
            each["numTasks"],
            each["inputBytes"] + each["shuffleReadBytes"],
            each["inputRecords"] + each["shuffleReadRecords"],
            each["resultSize"],
            each["stageId"] in broadcasts,
        )
        for each in found
    ]


def alone(found: Iterable[Stage]) -> list[Stage]:
    """Large stages of one task."""
    return [each for each in found if each.tasks == 1 and each.handled > LARGE]


def collected(found: Iterable[Stage]) -> list[Stage]:
    """Stages that returned data to the driver, and not for a join's small side."""
    return [each for each in found if each.returned > RETURNED and not each.broadcast]


def differences(expected: Lake, found: Lake) -> Iterator[str]:
    """What differs between two lakes, a line per table."""
    names = [table.name for table in (*catalog.SILVER, *catalog.GOLD)]
    for name in (*names, "quarantine"):
        both = [_rows(lake, name) for lake in (expected, found)]
        if both[0] != both[1]:
            only = [sum((one - other).values()) for one, other in (both, both[::-1])]
            yield f"{name}: {only[0]} rows only on the embedded engine, {only[1]} only on the JVM"
        else:
            print(f"{name}: {sum(both[0].values()):,} rows, equal", flush=True)


def _rows(lake: Lake, name: str) -> Counter[int]:
    """Rows counted, each by the hash of its text; with its columns' types."""
    if not lake.exists(name):
        return Counter()
    counted: Counter[int] = Counter([hash(str(lake.schema(name)))])
    for batch in lake.scan(name):
        kept = [column for column in batch.schema.names if column not in CLOCKS]
        counted.update(hash(repr(sorted(row.items()))) for row in batch.select(kept).to_pylist())
    return counted


def _cpu() -> float:
    """CPU seconds of the JVMs that this process started, with their Python workers."""
    mine = psutil.Process().children(recursive=True)
    return sum(sum(each.cpu_times()[:2]) for each in mine if each.is_running() and each.status() != "zombie")


def run(first: str, last: str, upto: Sequence[str], home: Path, more: Mapping[str, str]) -> Measured:
    """The chain in a fresh process, on the engine of the environment; `upto`: these tables and what they rest on."""
    child = [str(Path(__file__).with_name("pipeline.py")), "--child", "--first", first, "--last", last]
    for name in upto:
        child += ["--upto", name]
    return measure(child, {**environment(home), **more})


def _line(name: str, told: Mapping[str, Any], wall: float, cpu: float) -> str:
    seconds = sum(map(seconds_of, told["tables"].values()))
    return f"| {name} | {wall:.0f} s | {seconds:.0f} s | {cpu:.0f} s |"


def main() -> None:
    """Run both, compare, and look at what was executed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--months", type=int, default=96)
    parser.add_argument("--upto", action="append", help="only this table and what it rests on")
    asked = parser.parse_args()
    made = bronze(asked.scale, asked.months)
    homes = [linked(made.lake, made.group, home_of(asked.scale, f"engine-{name}")) for name in ("embedded", "jvm")]
    span = made.first.isoformat(), made.last.isoformat()
    print(f"{made.facts['lines']:,} ledger lines, 15 companies, {asked.months} months", flush=True)
    print("| engine | wall | tables | CPU |\n|---|---:|---:|---:|")
    embedded = run(*span, asked.upto or (), homes[0], {})
    print(_line("Sail in the process", embedded.told, embedded.wall, embedded.cpu), flush=True)
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder), OPTIONS, memory=MEMORY) as spark:
        before = _cpu()
        measured = run(*span, asked.upto or (), homes[1], {"MONETTE_SPARK_REMOTE": spark.remote})
        cpu = measured.cpu + _cpu() - before
        print(_line("Spark on a JVM, two workers", measured.told, measured.wall, cpu), flush=True)
        executed = stages(spark)
    print(f"others beside the embedded engine: {embedded.others:.1f} cores")  # beside the JVMs, theirs would count
    slowest = sorted(measured.told["tables"].items(), key=lambda each: -seconds_of(each[1]))[:12]
    for name, spent in slowest:
        was = embedded.told["tables"].get(name)
        print(f"{name}: JVM {seconds_of(spent):.1f} s, Sail {seconds_of(was) if was else 0:.1f} s")
    wrong = list(differences(Lake(str(homes[0] / "lake")), Lake(str(homes[1] / "lake"))))
    print(f"{len(executed):,} stages, {sum(each.tasks for each in executed):,} tasks")
    for title, chosen in (("handled", lambda each: each.handled), ("returned", lambda each: each.returned)):
        for each in sorted(executed, key=chosen, reverse=True)[:8]:
            print(
                f"{title}: stage {each.number}, {each.tasks} tasks, {each.handled / 1e6:.1f} MB, "
                f"{each.records:,} records, {each.returned / 1e6:.2f} MB to the driver"
                f"{' to broadcast' if each.broadcast else ''}: {each.name}"
            )
    wrong += [f"stage {each.number} was one task: {each}" for each in alone(executed)]
    wrong += [f"stage {each.number} was collected: {each}" for each in collected(executed)]
    if not (embedded.told["success"] and measured.told["success"]):
        wrong.append("a run failed; its output is above")
    print("\n".join(wrong) or "No difference; every large stage was spread; no data was collected.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
