"""Delivering what is owed: each message to each channel, in order, tried again later and later, given up after a week.

A message is in the register before it is sent and marked after: who is killed between sends it again, with the same id.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monette_assets.automation.alerts.channels import Channel, ChannelError
from monette_assets.automation.alerts.register import Register
from monette_assets.automation.owed import retry_after

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)
BUDGET_SECONDS = 20.0  # Dagster ends a tick after 60


@dataclass(frozen=True)
class Sent:
    """What became of an attempt."""

    delivered: int = 0
    failures: tuple[str, ...] = ()


def wait_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts."""
    return retry_after(attempts, FIRST_WAIT, LONGEST_WAIT)


def deliver(
    register: Register,
    channels: Sequence[Channel],
    now: datetime,
    *,
    at_once: bool = False,
    budget_seconds: float = BUDGET_SECONDS,
) -> Sent:
    """Send what is due, or all that is owed `at_once`. A channel that does not take one is not asked for the next."""
    with register.sending() as alone:
        if not alone:
            return Sent(failures=("another process delivers",))
        return _deliver(register, channels, now, at_once, budget_seconds)


def _deliver(
    register: Register, channels: Sequence[Channel], now: datetime, at_once: bool, budget_seconds: float
) -> Sent:
    begun, known = time.monotonic(), {channel.name: channel for channel in channels}
    delivered, failures, waiting = 0, [], set()
    for owed in register.undelivered(now.tzinfo or UTC):
        if owed.given_up_at is not None or owed.channel in waiting:
            continue
        if time.monotonic() - begun > budget_seconds:
            break
        if owed.next_at > now and not at_once:
            waiting.add(owed.channel)  # in order: what came later waits with it
            continue
        channel, error = known.get(owed.channel), f"{owed.channel}: no longer configured"
        if channel is not None:
            try:
                channel.send(owed.message)
            except ChannelError as refused:
                error = str(refused)
            else:
                register.delivered(owed.message.id, owed.channel, now)
                delivered += 1
                continue
        waiting.add(owed.channel)
        failures.append(error)
        given_up = now if now - owed.created_at >= GIVE_UP_AFTER else None
        register.failed(owed.message.id, owed.channel, error, now + wait_after(owed.attempts + 1), given_up)
    return Sent(delivered, tuple(failures))
