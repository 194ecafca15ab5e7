"""`monette heartbeat`: an exit status says whether the daemon lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monette_assets.automation.heartbeat import Heartbeat
from monette_assets_tests.commands.conftest import Say


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path))
    return tmp_path


def last_beat(home: Path, ago: timedelta, *silent: str) -> None:
    newest = Heartbeat(at=datetime.now(UTC) - ago, silent=silent)
    (home / "heartbeat.json").write_text(newest.model_dump_json())


def test_a_daemon_that_never_ran_is_dead(home: Path, say: Say) -> None:
    status, _, err = say("heartbeat")
    assert status == 1
    assert "no heartbeat was ever written; start it" in err


def test_a_beat_of_lately_is_life_and_an_old_one_is_not(home: Path, say: Say) -> None:
    last_beat(home, timedelta(minutes=2))
    status, out, _ = say("heartbeat")
    assert (status, out[:8]) == (0, "alive at")
    assert say("heartbeat", "--max-age", "90s")[0] == 1
    last_beat(home, timedelta(minutes=12))
    status, _, err = say("heartbeat")
    assert status == 1
    assert "the last heartbeat is 12 minutes old" in err
    assert say("heartbeat", "--max-age", "1h")[0] == 0


def test_a_part_that_hangs_is_named(home: Path, say: Say) -> None:
    last_beat(home, timedelta(), "SCHEDULER")
    status, _, err = say("heartbeat")
    assert status == 1
    assert "SCHEDULER was not heard of lately" in err


@pytest.mark.parametrize("text", ["10", "0m", "-5m", "1d", "ten minutes"])
def test_what_is_no_time_is_refused(home: Path, say: Say, text: str) -> None:
    status, _, err = say("heartbeat", f"--max-age={text}")
    assert status == 2
    assert "expected a time such as 90s, 10m or 1h" in err
