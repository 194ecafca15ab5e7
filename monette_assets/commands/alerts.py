"""`monette alerts`: what is wrong now, whom it was told, and whether messages arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.output import Format, notes, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.automation.alerts.channels import Channel
    from monette_assets.automation.alerts.register import Register
    from monette_assets.reports.statement import Statement

alerts = typer.Typer(help="Open incidents, and the messages about them.", no_args_is_help=True)


@alerts.command(name="list")
def list_(
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """List open incidents with what puts each right, and messages that have not been delivered.

    As the sensor `alerts` last saw it: nothing is computed. JSON and CSV have the incidents only.
    """
    platform = Platform()
    write(open_incidents(platform), format_)
    if format_ is Format.TABLE:
        undelivered = undelivered_messages(platform)
        if undelivered.rows:
            write(undelivered, format_)
        if not _channels(platform):
            notes().print("Nobody is told: set MONETTE_ALERTS (docs/playbook.md, Alerts)", soft_wrap=True)


@alerts.command()
def test() -> None:
    """Send a test message to every channel now. Exit status 1 if one did not take it."""
    import uuid

    from monette_assets.automation.alerts.channels import ChannelError
    from monette_assets.automation.alerts.messages import trial
    from monette_assets.commands.errors import CommandError

    platform = Platform()
    found = _channels(platform)
    if not found:
        raise CommandError("expected Apprise URLs in MONETTE_ALERTS or MONETTE_ALERTS_FILE, found none")
    message, failed = trial(uuid.uuid4().hex[:8], platform.group.name), False
    for channel in found:
        try:
            channel.send(message)
        except ChannelError as error:
            failed = True
            typer.echo(f"not taken   {error}")
        else:
            typer.echo(f"taken       {channel.name}")
    if failed:
        raise typer.Exit(1)


@alerts.command()
def send() -> None:
    """Deliver now what is owed, without waiting for its turn. Exit status 1 if something stays."""
    from monette_assets.automation.alerts.outbox import deliver
    from monette_assets.clock import now

    platform = Platform()
    with _register(platform) as register:
        sent = deliver(register, _channels(platform), now(platform.group), at_once=True)
    for failure in sent.failures:
        typer.echo(f"not delivered: {failure}")
    typer.echo(f"{sent.delivered} message(s) delivered")
    if sent.failures:
        raise typer.Exit(1)


def open_incidents(platform: Platform) -> Statement:
    """The open incidents, oldest first."""
    from monette_assets.automation.alerts.remedies import listed, span
    from monette_assets.reports.statement import Field, Kind, Statement

    with _register(platform) as register:
        incidents = register.incidents(platform.group.time_zone)
    rows = [
        {
            "number": kept.number,
            "since": kept.opened_at,
            "what": kept.incident.sentence,
            "companies": listed(kept.incident.companies),
            "months": span(kept.incident.months),
            "affected": len(kept.incident.affected),
            "do": "; ".join(kept.incident.fix),
            "see": kept.incident.runbook,
        }
        for kept in incidents
    ]
    return Statement(
        "Open incidents",
        "as the sensor alerts last saw it" if rows else "none",
        (
            Field("number", "", Kind.COUNT),
            Field("since", "Since", Kind.DATE),
            Field("what", "What"),
            Field("companies", "Companies"),
            Field("months", "Months"),
            Field("affected", "Gold tables", Kind.COUNT),
            Field("do", "What to do"),
            Field("see", "See"),
        ),
        rows,
    )


def undelivered_messages(platform: Platform) -> Statement:
    """What is owed to a channel, and what was given up."""
    from monette_assets.reports.statement import Field, Kind, Statement

    with _register(platform) as register:
        undelivered = register.undelivered(platform.group.time_zone)
    rows = [
        {
            "created": owed.created_at,
            "message": owed.message.title,
            "channel": owed.channel,
            "attempts": owed.attempts,
            "next": None if owed.given_up_at else owed.next_at,
            "why": f"given up: {owed.error}" if owed.given_up_at else owed.error or "",
        }
        for owed in undelivered
    ]
    return Statement(
        "Undelivered messages",
        "tried again by themselves; `monette alerts send` tries at once",
        (
            Field("created", "Since", Kind.DATE),
            Field("message", "Message"),
            Field("channel", "Channel"),
            Field("attempts", "Attempts", Kind.COUNT),
            Field("next", "Next", Kind.DATE),
            Field("why", "Why"),
        ),
        rows,
    )


@contextmanager
def _register(platform: Platform) -> Iterator[Register]:
    from monette_assets.automation.alerts.register import register_of

    with platform.instance() as instance:
        yield register_of(instance, platform.settings)


def _channels(platform: Platform) -> list[Channel]:
    from monette_assets.automation.alerts.channels import configured

    return configured(platform.settings)
