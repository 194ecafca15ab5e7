"""`monette live`: everything at work, edits and faults at random, and what the platform did about each."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from rich.console import Console

    from monette_assets.commands.random_edits import Plan, RandomEdits
    from monette_assets.commands.watch import Watch

LOOK_SECONDS = 1.0
READY_SECONDS = 180  # for the daemon to begin ticking
EDITED_MONTHS = 3  # the newest


def live(
    edits: Annotated[int | None, typer.Option(min=1, help="End once so many edits are released.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="End after so many minutes in any case.")] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between edits.")] = 20,
    faults: Annotated[bool, typer.Option(help="Let the outside world fail now and then.")] = True,
    seed: Annotated[int, typer.Option(help="The same edits and faults in the same order for the same seed.")] = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the interface on 127.0.0.1.")] = 3000,
) -> None:
    """Edit the simulated books at random and tell what the platform does about each edit and fault, until Ctrl-C.

    Exit status 1 where time is up and an edit is not released.
    """
    from monette_assets.automation import chain
    from monette_assets.commands.dev import serving_all
    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.output import notes
    from monette_assets.commands.random_edits import RandomEdits

    platform = Platform()
    settings, group = platform.settings, platform.group
    if not settings.simulated:
        raise CommandError(
            f"expected the simulator as the outside world, found {settings.quickbooks_url}; `monette live` edits no "
            "company's own books"
        )
    latest = chain.latest_period(platform.lake)
    if latest is None:
        raise CommandError(f"expected a lake in {settings.lake_url}, found none; run `monette demo` first")
    planning = RandomEdits(group, group.periods(group.first_period, latest)[-EDITED_MONTHS:], seed, faults=faults)
    console, log = notes(), settings.home.absolute() / "live.log"
    console.print(f"Starting simulator, daemon and interface; what they say is in {log}", soft_wrap=True)
    unreleased, interrupted = False, False
    with serving_all(platform, port, log) as ui, watching(platform) as watch:
        try:
            console.print(f"User interface at http://127.0.0.1:{port}; seed {seed}; Ctrl-C ends everything")
            wait_for_daemon(watch, ui, console)
            follow(watch, planning, ui, console, edits=edits, every=every, minutes=minutes)
        except KeyboardInterrupt:
            interrupted = True
        for line in watch.summary():
            console.print(line, markup=False, soft_wrap=True)
        unreleased = bool(watch.open)
        console.print("Ending what was started ...")
    console.print("Ended. Everything is kept; `monette live` and `monette dev` go on where it was.")
    if unreleased and not interrupted:
        raise typer.Exit(1)


def follow(
    watch: Watch,
    planning: RandomEdits,
    ui: subprocess.Popen[bytes],
    console: Console,
    *,
    edits: int | None,
    every: float,
    minutes: float | None,
) -> None:
    """Edit and look until so many edits are released or time is up. Raises CommandError where the daemon ends."""
    from rich.live import Live

    following = time.monotonic()
    deadline = None if minutes is None else following + minutes * 60
    planned: Plan | None = None
    display = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else nullcontext()
    with display as shown:
        while deadline is None or time.monotonic() < deadline:
            if planned is None and (edits is None or planning.planned < edits):
                planned = planning.plan()
            if planned is not None and time.monotonic() >= following and watch.free(planned.company):
                watch.make(planned)
                planned, following = None, time.monotonic() + every
            for line in watch.look():
                console.print(line, markup=False, soft_wrap=True)
            if shown is not None:
                shown.update(watch.pending(), refresh=True)
            if planned is None and planning.planned == edits and not watch.open:
                return
            _refuse_ended(watch, ui)
            time.sleep(LOOK_SECONDS)


def wait_for_daemon(
    watch: Watch, ui: subprocess.Popen[bytes], console: Console, seconds: float = READY_SECONDS
) -> None:
    """Return once the daemon asks for changes and has caught up with what came while it was off.

    Raises CommandError where it does not tick in time, or ends.
    """
    from monette_assets.automation import refresh_job
    from monette_assets.automation.following import ticked
    from monette_assets.commands.errors import CommandError

    deadline, told = time.monotonic() + seconds, False
    while not (ready := ticked(watch.instance, watch.begun)) or refresh_job.active(watch.instance):
        _refuse_ended(watch, ui)
        if ready and not told:
            console.print("The platform takes in what came while it was off; edits begin after it ...")
            told = True
        if not ready and time.monotonic() > deadline:
            raise CommandError(f"expected the daemon to tick within {seconds:g} s, it has not; see {_log(watch)}")
        time.sleep(LOOK_SECONDS)


def _refuse_ended(watch: Watch, ui: subprocess.Popen[bytes]) -> None:
    from monette_assets.commands.errors import CommandError

    if (status := ui.poll()) is not None:
        raise CommandError(f"`dagster dev` ended by itself with status {status}; see {_log(watch)}")


def _log(watch: Watch) -> str:
    return str(watch.platform.settings.home.absolute() / "live.log")


@contextmanager
def watching(platform: Platform) -> Iterator[Watch]:
    """A watch on the platform; faults it has switched on are off in the end."""
    import httpx

    from monette_assets.commands.random_edits import Outside
    from monette_assets.commands.watch import Watch

    with (
        httpx.Client(base_url=platform.settings.quickbooks_url, timeout=20) as simulator,
        platform.instance() as instance,
    ):
        outside = Outside(simulator, platform.group)
        try:
            yield Watch(platform, instance, outside)
        finally:
            outside.end_faults()
