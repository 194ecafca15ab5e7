"""Events per second from a broker into bronze, exactly once: `python benchmarks/events.py --events 500000`.

A Kafka broker (KRaft, one process on this machine, the tests' own) is filled with the simulator's events first, four
partitions a topic; then `bronze/events` takes them in as a run does, with its commits, into a lake on the local disk,
in a process of its own. Every event is counted in bronze after. Then one event at a time is sent and taken in: what a
micro-batch costs. Needs java and mvn.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from measuring import ROOT, machine, measure

SINGLE = 10  # batches of one event
PARTITIONS = 4


def fill(brokers: str, count: int) -> dict[str, int]:
    """Send the simulator's events; the number and bytes of them."""
    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient
    from confluent_kafka.cimpl import NewTopic

    from monette_assets.group import load_group
    from monette_assets.simulator.events import Yard
    from monette_assets.sources.event_hubs.stream import TOPICS

    admin = AdminClient({"bootstrap.servers": brokers})
    for made in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in TOPICS]).values():
        made.result(30)
    producer = Producer({"bootstrap.servers": brokers, "queue.buffering.max.messages": 1_000_000, "linger.ms": 50})
    size = 0
    for event in islice(Yard(load_group(), 1, lambda: datetime.now(UTC)).events(), count):
        producer.produce(event.topic, key=event.key, value=event.value)
        producer.poll(0)
        size += len(event.key) + len(event.value)
    producer.flush(300)
    return {"events": count, "bytes": size}


def take(brokers: str, lake: str, most_events: int) -> dict[str, Any]:
    """Take in all there is, and what it took."""
    from monette_assets.bronze.events import metadata, take_in
    from monette_assets.group import load_group
    from monette_assets.lake import Lake
    from monette_assets.sources.event_hubs.access import Access
    from monette_assets.sources.event_hubs.stream import opened

    with opened(Access(brokers)) as stream:
        return metadata(take_in(Lake(lake), stream, load_group(), "benchmark", most_events=most_events))


def singles(brokers: str, lake: str) -> list[float]:
    """Seconds of each batch of one event."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": brokers})
    seconds = []
    for number in range(SINGLE):
        producer.produce("telemetry", b'{"number": %d}' % number)
        producer.flush(30)
        started = time.perf_counter()
        assert take(brokers, lake, 1_000)["events"] == 1
        seconds.append(time.perf_counter() - started)
    return seconds


def distinct(lake: str) -> tuple[int, int, int]:
    """Rows of bronze, different events among them, and bytes of its files."""
    from monette_assets.lake import Lake
    from monette_assets.lake.maintenance import size

    rows = Lake(lake).read("bronze/events", columns=["topic", "partition", "offset"])
    groups = rows.group_by(["topic", "partition", "offset"]).aggregate([])
    return rows.num_rows, groups.num_rows, size(Lake(lake), "bronze/events")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--most", type=int, default=None, help="events a commit; unset: as the platform does")
    parser.add_argument("--child", nargs=2, metavar=("BROKERS", "LAKE"))
    parser.add_argument("--result", type=Path)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from monette_assets.bronze.events import MOST_EVENTS

    most = arguments.most or MOST_EVENTS
    if arguments.child:
        brokers, lake = arguments.child
        arguments.result.write_text(json.dumps(take(brokers, lake, most)))
        return
    from monette_assets_tests.kafka import running

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as kafka:
        lake = str(Path(folder) / "lake")
        sent = fill(kafka.brokers, arguments.events)
        measured = measure(
            [__file__, "--events", str(arguments.events), "--most", str(most), "--child", kafka.brokers, lake]
        )
        rows, different, stored = distinct(lake)
        alone = singles(kafka.brokers, lake)
    told = {
        "machine": machine(),
        **sent,
        "batch": most,
        **measured.told,
        "process_seconds": round(measured.wall, 1),
        "process_cpu_seconds": round(measured.cpu, 1),
        "peak_bytes": measured.peak,
        "busy_cores_besides": round(measured.others, 1),
        "bronze_rows": rows,
        "bronze_different_events": different,
        "bronze_bytes": stored,
        "seconds_of_a_batch_of_one": round(median(alone), 3),
    }
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    assert rows == different == arguments.events


if __name__ == "__main__":
    main()
