"""Takes in what a broker holds, in a process of its own that kills itself at a named point of its nth batch:
`python -m monette_assets_tests.kafka.taking_in POINT NTH HOW`; HOW is `batches`, or `command` for `monette events`.

The platform knows nothing of it: its functions are wrapped in this process alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from deltalake.exceptions import CommitFailedError

from monette_assets.bronze import events
from monette_assets.cli import main
from monette_assets.commands.platform import Platform
from monette_assets.lake import Lake, writing
from monette_assets.resources import EventHubs

POINTS = ("polled", "writing", "committed")
BATCH = 60


def taken_in(settings: Mapping[str, str], point: str = "nowhere", nth: int = 0, how: str = "batches") -> int:
    """The exit status of such a process, with these settings."""
    command = [sys.executable, "-W", "ignore", "-m", __name__, point, str(nth), how]
    environment = {**os.environ, **settings}
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=240).returncode


def die() -> None:
    """SIGKILL, as the kernel sends it where memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the signal is on its way: nothing more happens in this thread


def wound(point: str, nth: int) -> None:
    """Die at the nth batch: with its events in memory, with its files written, or with its commit made."""
    original, left = Lake.append_onwards, [nth]

    def appending(lake: Lake, table: str, *args: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0]:
            return original(lake, table, *args, **named)
        if point == "polled":
            die()
        if point == "writing":
            _die_before_the_commit(lake, table)
        done = original(lake, table, *args, **named)
        die()
        return done

    Lake.append_onwards = appending  # type: ignore[method-assign, assignment]


def _die_before_the_commit(lake: Lake, table: str) -> None:
    """A rival commits while the files are written, so that they are of no commit; then the end."""
    write: Callable[..., None] = vars(writing)["write_deltalake"]

    def write_and_die(*args: Any, **named: Any) -> None:
        lake.open(table).alter.set_table_properties({"delta.checkpointInterval": "100"})
        try:
            write(*args, **named)
        except CommitFailedError:
            die()

    vars(writing)["write_deltalake"] = write_and_die


def run(how: str) -> int:
    """Take in; the exit status."""
    events.MOST_EVENTS = BATCH
    if how == "command":
        return main(["events"])
    platform = Platform()
    with EventHubs(platform.settings).opened() as stream:
        done = events.take_in(platform.lake, stream, platform.group, f"run-{os.getpid()}", most_events=BATCH)
    return 1 if done.problems else 0


if __name__ == "__main__":
    point, nth, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if point in POINTS:
        wound(point, nth)
    sys.exit(run(how))
