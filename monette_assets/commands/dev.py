"""`monette dev`: the user interface, the daemon and, where the settings point at it, the simulator and its webhooks."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.settings import Settings

ENDING = ((signal.SIGINT, 30.0), (signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))  # and the seconds each is given


def dev(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the interface on 127.0.0.1.")] = 3000,
) -> None:
    """Open Dagster's user interface and daemon on this home, with the simulator beside them, until Ctrl-C."""
    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.output import notes

    platform, console = Platform(), notes()
    status: int | None = None
    with serving_all(platform, port) as ui:
        if platform.settings.simulated:
            home = platform.settings.home
            console.print(f"Simulator at {platform.settings.quickbooks_url}; its books and tokens are kept in {home}")
        console.print(f"User interface at http://127.0.0.1:{port} in some seconds; Ctrl-C ends everything")
        with suppress(KeyboardInterrupt):
            status = ui.wait()
    if status is not None:
        raise CommandError(f"`dagster dev` ended by itself with status {status}; see what it said above")
    console.print("Ended. Everything is kept; `monette dev` goes on where it was.")


@contextmanager
def serving_all(platform: Platform, port: int, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Interface and daemon, with the simulator and its webhooks where the settings point at it; all ended in the end.

    What they say goes to the file `log`; None: to where ours goes. From then on SIGTERM interrupts as Ctrl-C does.
    Raises CommandError where they cannot be started.
    """
    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.outside_world import connect, drop_sheets, environment, outside_world, unconnected

    settings, group = platform.settings, platform.group
    if not Path("workspace.yaml").is_file():
        raise CommandError(f"expected workspace.yaml in {Path.cwd()}; start it from the repository root")
    program = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    # A shell that starts us with `&` has us, and everything we start, ignore Ctrl-C: the interface could not be ended.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended as by Ctrl-C
    with ExitStack() as stack:
        seen_by_daemon = settings
        if settings.simulated:
            notified, url = _receiving(stack, settings, group)
            world = stack.enter_context(outside_world(notified, group, url))
            world.wait_until_ready()
            connect(settings, group, unconnected(settings, group))
            if Path(settings.landing_url).is_dir():  # after a demo: what has come since, as last month's head counts
                drop_sheets(settings, group)
            if world.process is not None:  # one that ran before notifies nobody: companies go on being polled
                seen_by_daemon = notified
        output = stack.enter_context(log.open("ab")) if log is not None else None
        ui = subprocess.Popen(  # noqa: S603 - Dagster's own command
            [program, "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
            start_new_session=True,  # Ctrl-C reaches it once, through us
            env=environment(seen_by_daemon),
            stdout=output,
            stderr=output,
        )
        try:
            yield ui
        finally:
            end(ui)


def _receiving(stack: ExitStack, settings: Settings, group: Group) -> tuple[Settings, str]:
    """Receive webhooks for as long as the stack: the settings with a verifier token, and the URL to notify."""
    from pydantic import SecretStr

    from monette_assets.commands.webhooks import receiver_of
    from monette_assets.sources.quickbooks.webhooks import serving

    if settings.quickbooks_verifier_token is None:
        token = SecretStr(secrets.token_urlsafe(32))
        settings = settings.model_copy(update={"quickbooks_verifier_token": token})
    return settings, stack.enter_context(serving(receiver_of(settings, group)))


def end(leader: subprocess.Popen[bytes]) -> None:
    """End a process group, its leader our child: interrupted, terminated, killed, each waiting until all are gone.

    Ctrl-C while waiting goes on to the next.
    """
    for number, seconds in ENDING:
        deadline = time.monotonic() + seconds
        try:
            if not _signalled(leader, number):
                return
            while time.monotonic() < deadline:
                if not _signalled(leader, 0):
                    return
                time.sleep(0.05)
        except KeyboardInterrupt:
            continue


def _signalled(leader: subprocess.Popen[bytes], number: int) -> bool:
    """Send the group a signal (0: none); whether anybody was left to get it."""
    leader.poll()  # one that ended stays in its group until it is waited for
    try:
        os.killpg(leader.pid, number)
    except ProcessLookupError:
        return False
    return True
