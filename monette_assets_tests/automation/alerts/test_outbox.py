"""What is owed is delivered: later where a receiver is down, again where a process died, given up after a week."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from monette_assets.automation.alerts.channels import channels
from monette_assets.automation.alerts.outbox import GIVE_UP_AFTER, LONGEST_WAIT, Sent, deliver, wait_after
from monette_assets.automation.alerts.register import CLEAR_AFTER, Register
from monette_assets.automation.alerts.stores import FILE
from monette_assets_tests.automation.alerts.conftest import NOON, SECRET, Mailbox, Webhook, incident, kept_at

MINUTE = timedelta(minutes=1)


def owe(register: Register, webhook: Webhook, *keys: str, at: datetime = NOON) -> None:
    """Incidents that open, with their messages to the webhook."""
    register.look([incident(key) for key in keys], at, group="Farm", channels=[webhook.channel.name])


def test_a_message_is_delivered_once(register: Register, webhook: Webhook) -> None:
    owe(register, webhook, "token:north")
    assert deliver(register, [webhook.channel], NOON) == Sent(1)
    assert deliver(register, [webhook.channel], NOON + MINUTE) == Sent(0)
    assert webhook.ids == ["1:open"]


def test_a_receiver_that_is_down_gets_everything_later_once_and_in_order(register: Register, webhook: Webhook) -> None:
    webhook.status = 503
    owe(register, webhook, "token:north", "token:south")
    [failure] = deliver(register, [webhook.channel], NOON).failures
    assert "503" in failure
    assert len(webhook.paths) == 1  # the second message waits for the first
    assert deliver(register, [webhook.channel], NOON + MINUTE / 2) == Sent(0)
    assert len(deliver(register, [webhook.channel], NOON + MINUTE).failures) == 1
    kept = register.undelivered(UTC)
    assert [(each.message.id, each.attempts) for each in kept] == [("1:open", 2), ("2:open", 0)]
    assert kept[0].next_at == NOON + 3 * MINUTE
    webhook.status = 200
    assert deliver(register, [webhook.channel], NOON + 3 * MINUTE) == Sent(2)
    assert webhook.ids == ["1:open", "2:open"]
    assert register.undelivered(UTC) == []


def test_a_mail_server_that_refuses_gets_the_mail_once_it_takes_it(
    register: Register, mailbox: tuple[Mailbox, SecretStr]
) -> None:
    box, url = mailbox
    [mail] = channels(url)
    box.refuses = True
    register.look([incident()], NOON, group="Farm", channels=[mail.name])
    [failure] = deliver(register, [mail], NOON).failures
    assert failure.startswith("mailto 1: ")
    assert (box.asked, box.mails) == (1, [])
    [kept] = register.undelivered(UTC)
    assert (kept.attempts, kept.next_at) == (1, NOON + MINUTE)
    box.refuses = False
    assert deliver(register, [mail], NOON + MINUTE) == Sent(1)
    assert deliver(register, [mail], NOON + 2 * MINUTE) == Sent(0)
    [received] = box.mails
    assert str(received["Subject"]).startswith("Farm: Something is wrong")


def test_an_incident_that_is_over_before_its_receiver_is_back_has_alert_and_all_clear(
    register: Register, webhook: Webhook
) -> None:
    webhook.status = 500
    owe(register, webhook, "token:north")
    deliver(register, [webhook.channel], NOON)
    for minutes in (1, 2 + CLEAR_AFTER // MINUTE):
        owe(register, webhook, at=NOON + minutes * MINUTE)
    webhook.status = 200
    deliver(register, [webhook.channel], NOON + timedelta(hours=2))
    assert webhook.ids == ["1:open", "1:clear"]


def test_a_receiver_that_is_down_keeps_nothing_from_the_others(register: Register, webhook: Webhook) -> None:
    dead = Webhook(url="http://127.0.0.1:9").channel
    there = type(dead)("json 2", webhook.channel.url)
    register.look([incident()], NOON, group="Farm", channels=[dead.name, there.name])
    sent = deliver(register, [dead, there], NOON)
    assert (sent.delivered, len(sent.failures), webhook.ids) == (1, 1, ["1:open"])
    [kept] = register.undelivered(UTC)
    assert kept.channel == dead.name


def test_what_nobody_takes_for_a_week_is_given_up_and_still_shown(register: Register, webhook: Webhook) -> None:
    webhook.status = 410
    owe(register, webhook, "token:north")
    deliver(register, [webhook.channel], NOON + GIVE_UP_AFTER - MINUTE)
    [kept] = register.undelivered(UTC)
    assert kept.given_up_at is None
    deliver(register, [webhook.channel], NOON + GIVE_UP_AFTER + 2 * MINUTE)
    assert len(webhook.paths) == 2
    deliver(register, [webhook.channel], NOON + 2 * GIVE_UP_AFTER, at_once=True)
    assert len(webhook.paths) == 2
    [kept] = register.undelivered(UTC)
    assert kept.given_up_at == NOON + GIVE_UP_AFTER + 2 * MINUTE
    assert kept.error is not None
    assert "410" in kept.error


def test_a_channel_that_is_no_longer_configured_is_said(register: Register, webhook: Webhook) -> None:
    owe(register, webhook, "token:north")
    assert deliver(register, [], NOON) == Sent(0, ("json 1: no longer configured",))


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from pydantic import SecretStr
from monette_assets.automation.alerts.channels import channels
from monette_assets.automation.alerts.outbox import deliver
from monette_assets_tests.automation.alerts.conftest import kept_at

register = kept_at(sys.argv[1])
register.delivered = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
deliver(register, channels(SecretStr(os.environ["URL"])), datetime(2025, 3, 3, 12, tzinfo=UTC))
"""


def test_a_process_killed_after_sending_sends_again_with_the_same_id(
    register: Register, place: str, webhook: Webhook
) -> None:
    """At least once is what is guaranteed; the id says that both are one."""
    owe(register, webhook, "token:north")
    url = webhook.channel.url.get_secret_value()
    process = subprocess.run([sys.executable, "-c", KILLED, place], env={**os.environ, "URL": url}, check=False)
    assert process.returncode == -signal.SIGKILL
    assert deliver(register, [webhook.channel], NOON) == Sent(1)
    assert webhook.ids == ["1:open", "1:open"]
    assert deliver(register, [webhook.channel], NOON + MINUTE) == Sent(0)


def test_one_sends_at_a_time(place: str, webhook: Webhook) -> None:
    owe(kept_at(place), webhook, "token:north")
    with kept_at(place).sending() as alone:
        assert alone
        assert deliver(kept_at(place), [webhook.channel], NOON) == Sent(0, ("another process delivers",))
        owe(kept_at(place), webhook, "token:north", "token:south")  # who writes does not wait for who sends
    assert webhook.ids == []
    assert deliver(kept_at(place), [webhook.channel], NOON) == Sent(2)


def test_a_secret_of_a_url_is_in_no_file(tmp_path: Path, webhook: Webhook) -> None:
    webhook.status = 403
    register = kept_at(str(tmp_path))
    owe(register, webhook, "token:north")
    deliver(register, [webhook.channel], NOON)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / FILE in written
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


@given(st.integers(min_value=1, max_value=100_000))
def test_each_wait_is_as_long_as_the_one_before_or_longer_up_to_an_hour(attempts: int) -> None:
    assert MINUTE <= wait_after(attempts) <= wait_after(attempts + 1) <= LONGEST_WAIT
