"""`monette events`: take in what waits at the broker, as the daemon does every minute."""

from __future__ import annotations

import typer

from monette_assets.commands.output import notes
from monette_assets.commands.platform import Platform


def events() -> None:
    """Take in scale tickets and telemetry that wait at Event Hubs, and build what is made of them.

    Exit status 1 if the broker cannot be read, or something failed or is refused.
    """
    from monette_assets.automation import events_job
    from monette_assets.commands import refreshing
    from monette_assets.commands.audit import recorded
    from monette_assets.commands.errors import CommandError
    from monette_assets.definitions import build
    from monette_assets.resources import EventHubs

    platform, console = Platform(), notes()
    settings, group = platform.settings, platform.group
    if not EventHubs(settings).configured:
        raise CommandError("no broker is configured: set MONETTE_EVENTS_BROKERS or MONETTE_EVENTS_CONNECTION_STRING")
    with platform.instance() as instance, recorded(platform, "run", "events") as act:
        result = events_job.take_in(group, platform.lake, lambda replaced: build(settings, group, replaced), instance)
        told = events_job.told(instance, result.steps[0].run_id)
        waiting = told.get("lag_events")
        act.failed, act.result = not result.ok, f"chain {result.chain_id}"
    refreshing.show_outcome(console, result)
    console.print(
        f"Took in {told.get('events', 0):,} event(s) at {told.get('events_per_second', 0):,.0f} a second; "
        f"{'how many wait is not known' if waiting is None else f'{waiting:,} wait'}"
    )
    if not result.ok:
        raise typer.Exit(1)
