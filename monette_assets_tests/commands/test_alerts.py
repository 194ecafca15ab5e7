"""`monette alerts`: open incidents and what puts them right, undelivered messages, a test that they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monette_assets.automation.alerts.incidents import Incident
from monette_assets.automation.alerts.register import Register
from monette_assets.automation.alerts.stores import HomeFile
from monette_assets_tests.automation.alerts.conftest import SECRET, Webhook
from monette_assets_tests.commands.conftest import Say
from monette_assets_tests.sources.serving import serving

DEAD = Incident(
    "token:north", "QuickBooks refuses the connection of north", ("north",), (date(2024, 11, 1),), ("gold/ledger",),
    ("monette connect north",), "docs/playbook.md#a-dead-token", 3,
)  # fmt: skip


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver) as receiver.url:
        yield receiver


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhook: Webhook) -> Path:
    """A home whose alerts go to the webhook."""
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path))
    monkeypatch.setenv("MONETTE_ALERTS", webhook.channel.url.get_secret_value())
    return tmp_path


def owe(home: Path) -> None:
    """An incident that opened, and whose message has not been delivered."""
    Register(HomeFile(home / "alerts")).look([DEAD], datetime.now(UTC), group="Farm", channels=["json 1"])


def test_an_incident_is_listed_with_what_puts_it_right(home: Path, say: Say) -> None:
    owe(home)
    status, out, _ = say("alerts", "list", "--format", "json")
    assert status == 0
    [row] = json.loads(out)["rows"]
    assert (row["what"], row["companies"], row["months"]) == (DEAD.sentence, "north", "2024-11")
    assert (row["affected"], row["do"], row["see"]) == (1, DEAD.fix[0], DEAD.runbook)


def test_messages_that_were_not_taken_are_shown_until_they_are(home: Path, webhook: Webhook, say: Say) -> None:
    owe(home)
    webhook.status = 503
    status, out, err = say("alerts", "send")
    assert status == 1
    assert "not delivered: json 1: " in out
    _, listed, _ = say("alerts", "list")
    assert "Undelivered messages" in listed
    assert SECRET not in out + err + listed
    webhook.status = 200
    assert say("alerts", "send")[:2] == (0, "1 message(s) delivered\n")
    assert webhook.ids == ["1:open"]
    assert "Undelivered messages" not in say("alerts", "list")[1]


def test_a_test_message_says_which_channel_took_it(home: Path, webhook: Webhook, say: Say) -> None:
    assert say("alerts", "test")[:2] == (0, "taken       json 1\n")
    [body] = webhook.bodies
    assert body["occasion"] == "test"
    webhook.status = 403
    status, out, err = say("alerts", "test")
    assert status == 1
    assert out.startswith("not taken   json 1: ")
    assert SECRET not in out + err


def test_without_channels_nobody_is_told_and_the_command_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.delenv("MONETTE_ALERTS")
    status, out, err = say("alerts", "list")
    assert status == 0
    assert "Nobody is told: set MONETTE_ALERTS" in out + err
    status, _, err = say("alerts", "test")
    assert status == 1
    assert "found none" in err


def test_a_mistyped_url_is_refused_and_not_quoted(home: Path, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    monkeypatch.setenv("MONETTE_ALERTS", f"slakc://{SECRET}")
    status, out, err = say("alerts", "test")
    assert status == 1
    assert "number 1 is none" in err
    assert SECRET not in out + err
