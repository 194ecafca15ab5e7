"""`monette webhooks` in a process of its own: from an edit in the simulator to a notice on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.cli import main
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets.sources.quickbooks.notices import Notices
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.processes import free_port

VERIFIER = "demo-verifier"


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.1), retry=retry_if_exception_type(httpx.HTTPError))
def answers(port: int) -> None:
    httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).raise_for_status()


def test_an_edit_is_noted_before_quickbooks_hears_that_it_was_told(tmp_path: Path) -> None:
    port, home = free_port(), tmp_path / "home"
    environment = {
        "MONETTE_HOME": str(home),
        "MONETTE_GROUP": str(write_contract(tmp_path / "contract")),
        "MONETTE_QUICKBOOKS_VERIFIER_TOKEN": VERIFIER,
    }
    with (tmp_path / "log").open("wb") as log:
        command = subprocess.Popen(
            [sys.executable, "-m", "monette_assets.cli", "webhooks", "--port", str(port)],
            env={**os.environ, **environment}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        answers(port)
        url = f"http://127.0.0.1:{port}/webhooks/quickbooks"
        books = generate_books(group_of(tmp_path / "group"), until=date(2024, 11, 30))
        with running(books, webhooks=url, verifier_token=VERIFIER) as simulator:
            lines = [{"account": "Repairs", "amount": "1"}, {"account": "1000", "amount": "-1"}]
            document = {"date": "2024-11-05", "postings": lines}
            edit = {"realm_id": "1002", "action": "add", "kind": "JournalEntry", "document": document}
            httpx.post(f"{simulator.url}/simulator/edits", json=edit).raise_for_status()
            assert list(Notices(home / "notices").newest()) == ["webhooks/south"]
    finally:
        command.send_signal(signal.SIGINT)
        command.wait(timeout=60)
    assert VERIFIER not in (tmp_path / "log").read_text()


def test_without_a_verifier_token_nothing_is_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path)))
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    assert main(["webhooks"]) == 1
    assert "expected MONETTE_QUICKBOOKS_VERIFIER_TOKEN" in capsys.readouterr().err
    assert main(["simulate", "--webhooks", "http://127.0.0.1:9", "--until", "2024-11-30"]) == 2
    assert not (tmp_path / "home" / "landing").exists()
    assert "--webhooks: expected MONETTE_QUICKBOOKS_VERIFIER_TOKEN" in capsys.readouterr().err
