"""`monette dev` leaves nobody behind, however it was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import psutil
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.commands import dev
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.processes import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[1:]:
    child = subprocess.Popen([sys.executable, *sys.orig_argv[1:-1]])
    print(child.pid, flush=True)
time.sleep(600)
"""


@retry(stop=stop_after_delay(PATIENCE_SECONDS), wait=wait_fixed(0.25), retry=retry_if_exception_type(httpx.HTTPError))
def answers(port: int) -> None:
    httpx.get(f"http://127.0.0.1:{port}/server_info", timeout=5).raise_for_status()


def test_ended_from_a_script_that_started_it_in_the_background_it_ends_all_it_started(tmp_path: Path) -> None:
    contract = write_contract(tmp_path / "contract")
    group = group_of(tmp_path / "group")
    port = free_port()
    with running(generate_books(group, until=date(2024, 11, 30))) as simulator:
        environment = {
            "MONETTE_HOME": str(tmp_path / "home"),
            "MONETTE_GROUP": str(contract),
            "MONETTE_QUICKBOOKS_URL": simulator.url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
        }
        with (tmp_path / "log").open("wb") as log:
            command = subprocess.Popen(
                # as `monette dev &` in a script: children of the shell ignore SIGINT
                ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "monette_assets.cli", "dev",
                 "--port", str(port)],
                cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            answers(port)
            started = psutil.Process(command.pid).children(recursive=True)
            assert len(started) >= 3  # Dagster's own command, its webserver, its daemon
        finally:
            command.send_signal(signal.SIGTERM)
            status = command.wait(timeout=PATIENCE_SECONDS)
        _, left = psutil.wait_procs(started, timeout=10)
        assert left == []
        assert (status, "Ended." in (tmp_path / "log").read_text()) == (0, True), (tmp_path / "log").read_text()


def test_who_does_not_listen_is_killed_and_so_are_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ENDING", tuple((number, 0.2) for number, _ in dev.ENDING[:2]) + dev.ENDING[2:])
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN, "and a child"], stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        child = psutil.Process(int(leader.stdout.readline()))
        dev.end(leader)
        assert leader.wait() == -signal.SIGKILL
        assert psutil.wait_procs([child], timeout=10)[1] == []
