"""From a document changed in QuickBooks to gold released, the daemon running: `python benchmarks/live.py --months 96`.

The demo's group (15 companies, volume 1), a member for all of the months each, fetched over HTTP and built to gold once
(96 months: some 6 minutes, kept for the next time), then what `monette live` runs: simulator with webhooks,
daemon and interface. Edits are made one at a time, of another company each, and followed by `automation/following.py`:
waiting (until the sensor asks for a refresh), process start (until that run begins), work (until the release). Then the
ticks of the sensor `quickbooks_changes` that asked every company and found nothing new are timed, as the daemon does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bronze import write_group
from measuring import ROOT, WORK, machine

from monette_assets.group.calendar import add_months, period_of

if TYPE_CHECKING:
    from monette_assets.automation.following import Story
    from monette_assets.commands.watch import Watch

AIM_SECONDS, AIM_TICK = 60.0, 5.0
PATIENCE_SECONDS = 600.0
PORT, SIMULATOR_PORT = 38_300, 38_765
QUIET_TICKS = 3
POLL_SECONDS = 60  # instead of 300: quiet ticks are waited for

Figures = dict[str, Any]


def environment(home: Path) -> dict[str, str]:
    """The settings of the measured deployment."""
    url = f"http://127.0.0.1:{SIMULATOR_PORT}"
    return {
        "MONETTE_HOME": str(home),
        "MONETTE_GROUP": str(home / "group"),
        "MONETTE_QUICKBOOKS_URL": url,
        "MONETTE_QUICKBOOKS_TOKEN_URL": f"{url}/oauth2/v1/tokens/bearer",
        "MONETTE_QUICKBOOKS_POLL_SECONDS": str(POLL_SECONDS),
        "MONETTE_BANK_OF_CANADA_URL": f"{url}/valet",
    }


def measure(months: int, edits: int) -> Figures:
    """Build gold if it is not there, start everything, edit and follow. Raises TimeoutError where an edit is lost."""
    home = WORK / "homes" / f"live-{months}"
    os.environ.update(environment(home))
    if not (home / "group").exists():
        write_group(home / "group", add_months(period_of(datetime.now(UTC).date()), -months))
    if not (home / "lake" / "releases").exists():
        command = [sys.executable, "-m", "monette_assets.cli", "demo", "--months", str(months)]
        subprocess.run(command, cwd=ROOT, check=False)  # 1: months before the simulated herds were counted

    from monette_assets.automation import chain
    from monette_assets.commands.dev import serving_all
    from monette_assets.commands.live import wait_for_daemon, watching
    from monette_assets.commands.output import notes
    from monette_assets.commands.outside_world import connect, unconnected
    from monette_assets.commands.platform import Platform
    from monette_assets.commands.random_edits import RandomEdits

    platform = Platform()
    latest = chain.latest_period(platform.lake)
    if latest is None:
        raise RuntimeError(f"expected the demo to have built a lake in {home}, found none; see what it said above")
    planning = RandomEdits(platform.group, [latest], seed=2024, faults=False)
    with serving_all(platform, PORT, home / "live.log") as ui, watching(platform) as watch:
        connect(
            platform.settings, platform.group, unconnected(platform.settings, platform.group)
        )  # a home that was kept
        wait_for_daemon(watch, ui, notes())
        for _ in range(edits):
            watch.make(planning.plan())
            deadline = time.monotonic() + PATIENCE_SECONDS
            while watch.open:
                watch.look()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not released within {PATIENCE_SECONDS:g} s; see {home / 'live.log'}")
                time.sleep(0.5)
        quiet = quiet_ticks(watch)
    latest = chain.latest_period(platform.lake) or latest  # the daemon may have caught up with a new month first
    return {
        "months": len(platform.group.periods(platform.group.first_period, latest)),
        "edits": [parts(each.story) for each in watch.edits],
        "ticks": quiet,
        "machine": machine(),
        "load": os.getloadavg()[0],
    }


def parts(story: Story) -> Figures:
    """Seconds of an edit's way to gold, that add up to the total."""
    waiting, begun, total, worked = story.after(story.seen), story.after(story.began), story.total, story.worked
    assert waiting is not None
    assert begun is not None
    assert total is not None
    return {"waiting": waiting, "process start": begun - waiting, "work": worked, "total": total}


def quiet_ticks(watch: Watch) -> list[float]:
    """Seconds of the newest ticks that asked every company and heard nothing, as soon as there are enough."""
    from monette_assets.automation.changes import SENSOR
    from monette_assets.automation.cursors import sensor_state

    while True:
        state = sensor_state(watch.instance, SENSOR)
        assert state is not None
        found = watch.instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=200)
        asked = [
            tick.end_timestamp - tick.timestamp
            for tick in found
            if tick.end_timestamp and "company(ies) asked, nothing new" in (tick.tick_data.skip_reason or "")
        ]
        if len(asked) >= QUIET_TICKS:
            return asked[:QUIET_TICKS]
        time.sleep(1)


def page(figures: Figures) -> Iterator[str]:
    """The figures as Markdown."""
    edits: Sequence[Figures] = figures["edits"]
    yield ", ".join(f"{name}: {value}" for name, value in figures["machine"].items())
    yield f"load average at the end: {figures['load']:.1f}" + (" (not quiet)" if figures["load"] > 2 else "")
    yield ""
    yield "| what | aim | measured |"
    yield "| --- | ---: | ---: |"
    total = median(each["total"] for each in edits)
    size = f"15 companies x {figures['months']} months"
    yield f"| {size}: edit to release, median of {len(edits)} | {AIM_SECONDS:g} s | {total:.1f} s |"
    yield f"| slowest quiet tick that asked all of them | {AIM_TICK:g} s | {max(figures['ticks']):.1f} s |"
    yield ""
    yield "| edit | waiting | process start | work | total |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for number, each in enumerate(edits, 1):
        shares = [f"{each[part]:.1f} s ({each[part] / each['total']:.0%})" for part in list(each)[:-1]]
        yield f"| {number} | {' | '.join(shares)} | {each['total']:.1f} s |"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=96)
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = measure(asked.months, asked.edits)
    print(json.dumps(figures) if asked.json else "\n".join(page(figures)))


if __name__ == "__main__":
    main()
