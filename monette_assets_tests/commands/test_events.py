"""`monette events`: what it took in, what waits, and why a broker was not read, in a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from monette_assets.sources.event_hubs import stream
from monette_assets_tests.commands.conftest import Say
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.mock_broker import mock_broker
from monette_assets_tests.processes import free_port


@pytest.fixture(autouse=True)
def _deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 1.0)
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path / "group")))


def test_what_waits_is_counted(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_broker() as broker:
        monkeypatch.setenv("MONETTE_EVENTS_BROKERS", broker.address)
        status, _, err = say("events")
    assert status == 0
    assert err.splitlines()[-1] == "Took in 0 event(s) at 0 a second; 0 wait"


def test_with_the_broker_down_what_waits_is_not_known_and_why_is_said(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("MONETTE_EVENTS_BROKERS", nobody)
    status, _, err = say("events")
    assert status == 1
    assert f"expected an answer of {nobody}, found: " in err
    assert err.splitlines()[-1] == "Took in 0 event(s) at 0 a second; how many wait is not known"
