"""`monette heartbeat`: whether the daemon lives, as an exit status, for cron or a container's probe."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from monette_assets.commands.platform import Platform

UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def heartbeat(
    max_age: Annotated[str, typer.Option(help="How old the last beat may be: 90s, 10m, 1h.")] = "10m",
) -> None:
    """Say whether the daemon lives, by the file it writes every minute. Exit status 1 if it does not."""
    from monette_assets.automation import heartbeat as beats
    from monette_assets.clock import now
    from monette_assets.commands.errors import CommandError

    platform = Platform()
    path = platform.settings.heartbeat_path
    why = beats.dead(path, now(platform.group), duration(max_age))
    if why is not None:
        raise CommandError(f"the daemon is taken for dead: {why}; start it (`monette dev`, or the container `daemon`)")
    newest = beats.read(path)
    if newest is not None:
        typer.echo(f"alive at {newest.at.astimezone(platform.group.time_zone):%Y-%m-%d %H:%M:%S}")


def duration(text: str) -> timedelta:
    """A time written 90s, 10m or 1h. Raises UsageError."""
    from monette_assets.commands.errors import UsageError

    match = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", text)
    if match is None:
        raise UsageError(f"--max-age: expected a time such as 90s, 10m or 1h, found {text!r}")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
