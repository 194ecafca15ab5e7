"""What infra/compose runs, as processes on loopback: PostgreSQL, code locations, webserver, daemon.

The files are those of infra/compose; only addresses and the folder of the logs are others. As there, the platform's
settings are the code locations' alone. The outside world is the Bank of Canada alone, and what it answers can be held
back.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import dagster as dg
import httpx
import psutil
from dagster._core.instance.ref import InstanceRef
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets_tests.infra.cluster import may_mount
from monette_assets_tests.processes import Process, free_port

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "infra" / "compose"
PROGRAMS = Path(sys.executable).parent
LOCATION = "monette_assets.definitions"
REPOSITORY = {"repositoryLocationName": LOCATION, "repositoryName": "__repository__"}
LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
READ = """
import sys
from monette_assets.lake import Lake
print(*(f"{row['period']:%Y-%m}" for row in Lake(sys.argv[1]).read(sys.argv[2]).to_pylist()))
"""
PATIENCE_SECONDS = 240


def execution(month: str, *assets: str) -> dict[str, Any]:
    """What the interface sends to materialise assets of a month."""
    return {
        "selector": {
            **REPOSITORY,
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": asset.split("/")} for asset in assets],
            "assetCheckSelection": None,
        },
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": month}]},
    }


class Gate:
    """The Bank of Canada before another one: of a month that is held it goes on answering until it is let go."""

    def __init__(self, behind: str) -> None:
        self._held: dict[str, Event] = {}
        held = self._held

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = httpx.get(behind + self.path, timeout=30, trust_env=False)
                self.send_response(answer.status_code)
                with suppress(OSError):  # who asked was killed
                    for event in [event for month, event in list(held.items()) if f"end_date={month}" in self.path]:
                        while not event.wait(5):
                            self.send_header("X-Patience", "a little more")  # or it is given up and asked again
                            self.flush_headers()
                    self.send_header("Content-Type", answer.headers["content-type"])
                    self.send_header("Content-Length", str(len(answer.content)))
                    self.end_headers()
                    self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/valet"
        Thread(target=self._server.serve_forever, daemon=True).start()

    @contextmanager
    def holding(self, month: str) -> Iterator[Event]:
        """Of this month nothing is answered, until the event is set or the block ends."""
        event = self._held[month] = Event()
        try:
            yield event
        finally:
            event.set()
            del self._held[month]

    def close(self) -> None:
        """End it; whoever waits is answered."""
        for event in self._held.values():
            event.set()
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Deployment:
    """The services, each a process of its own, and what a person does with them."""

    folder: Path  # DAGSTER_HOME, and what the processes say
    database: dict[str, str]  # what every service is told, and all that webserver and daemon are
    platform: dict[str, str]  # what the code locations are told as well
    gate: Gate
    code_port: int
    _running: dict[str, Process] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=count)

    @property
    def environment(self) -> dict[str, str]:
        """A code location's."""
        return {**self.database, **self.platform}

    def start(self, name: str, port: int, *command: str | Path, **environment: str) -> Process:
        """A service, with a host name of its own where the machine's user may give it one, as a container has."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("MONETTE_")}
        named = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', f"{name}-{next(self._count)}")
        self._running[name] = process = Process(
            self.folder / f"{name}.log", port, *(named if may_mount() else ()), *command,
            env={**ours, **self.database, **environment}, cwd=self.folder,
        )  # fmt: skip
        return process

    def code(self, host: str, package: Path = ROOT) -> None:
        """A code location at a loopback address, of the package in this folder; listening when this returns."""
        address = ("--host", host, "--port", str(self.code_port))
        program = (sys.executable, "-m", "dagster", "api", "grpc", *address, "--module-name", LOCATION)
        told = {**self.platform, "PYTHONPATH": str(package)}
        self.start(f"code-{host}", self.code_port, *program, **told).wait(host)

    def webserver(self, host: str) -> None:
        """The interface, asking the code location at `host`."""
        port = free_port()
        address = ("--host", "127.0.0.1", "--port", str(port))
        command = (PROGRAMS / "dagster-webserver", *address, "--workspace", self.folder / "workspace.yaml")
        self.start("webserver", port, *command, MONETTE_CODE_HOST=host).wait()
        self.address = f"http://127.0.0.1:{port}"

    def daemon(self, host: str) -> None:
        """The daemon, made anew where it runs, asking the code location at `host`."""
        self.stop("daemon")
        command = (PROGRAMS / "dagster-daemon", "run", "--workspace", self.folder / "workspace.yaml")
        self.start("daemon", 0, *command, MONETTE_CODE_HOST=host)

    def stop(self, name: str) -> None:
        """As `docker compose stop` does."""
        if name in self._running:
            self._running.pop(name).end()

    def kill(self, name: str) -> None:
        """The service and every process it started, at once, as when a container is out of memory."""
        process = self._running.pop(name).process
        started = psutil.Process(process.pid).children(recursive=True)
        for each in (psutil.Process(process.pid), *started):
            each.send_signal(signal.SIGKILL)
        process.wait()
        psutil.wait_procs(started, timeout=10)

    def end(self) -> None:
        """Everything; what a service started ends with it."""
        for process in reversed(self._running.values()):
            started = (
                psutil.Process(process.process.pid).children(recursive=True) if process.process.poll() is None else []
            )
            process.end()
            for child in psutil.wait_procs(started, timeout=10)[1]:
                child.kill()

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Dagster's instance, as the services have it: the environment must be set."""
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(self.folder))) as instance:
            yield instance

    def launch(self, month: str, *assets: str, who: str = "olive@example.com") -> str:
        """Materialise assets of a month as the interface does; the run's id. It waits in the queue for the daemon."""
        said = self.ask(LAUNCH, {"params": execution(month, *assets)}, who)["launchRun"]
        assert said["__typename"] == "LaunchRunSuccess", said
        run_id: str = said["run"]["runId"]
        return run_id

    def ask(self, query: str, variables: dict[str, Any], who: str = "olive@example.com") -> Any:
        """What the webserver's GraphQL answers."""
        body, headers = {"query": query, "variables": variables}, {"X-Monette-User": who}
        answer = httpx.post(f"{self.address}/graphql", json=body, headers=headers, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def months_read_by(self, package: Path, table: str) -> set[str]:
        """The months that a version of the package finds in a table."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": str(package)}
        command = (sys.executable, "-c", READ, self.environment["MONETTE_LAKE"], table)
        done = subprocess.run(command, env=environment, cwd=package, check=True, capture_output=True, text=True)
        return set(done.stdout.split())

    def told(self) -> str:
        """What the services said last, for a failure's message."""
        return "\n".join(f"--- {path.stem}\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


@retry(
    retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(PATIENCE_SECONDS), wait=wait_fixed(0.5),
    reraise=True,
)  # fmt: skip
def eventually(holds: Callable[[], bool], what: Callable[[], object] = lambda: "it never came true") -> None:
    """Asks again and again until it holds."""
    assert holds(), what()


@contextmanager
def deployment(folder: Path, postgres: dict[str, str], platform: dict[str, str], behind: str) -> Iterator[Deployment]:
    """A place for services on a PostgreSQL server; nothing runs yet."""
    code_port = free_port()
    instance = (COMPOSE / "dagster.yaml").read_text()
    instance = instance.replace("port: 5432", f"port: {postgres['DAGSTER_POSTGRES_PORT']}")
    (folder / "dagster.yaml").write_text(instance.replace("/logs", str(folder / "logs")))
    workspace = (COMPOSE / "workspace.yaml").read_text()
    (folder / "workspace.yaml").write_text(workspace.replace("port: 4000", f"port: {code_port}"))
    gate = Gate(behind)
    database = {**postgres, "DAGSTER_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    platform = {**platform, "MONETTE_BANK_OF_CANADA_URL": gate.url}
    made = Deployment(folder, database, platform, gate, code_port)
    try:
        yield made
    finally:
        made.end()
        gate.close()


def another_version(folder: Path) -> Path:
    """The package of another release: of the commit MONETTE_REHEARSE, or a copy that makes a table differently."""
    if commit := os.environ.get("MONETTE_REHEARSE"):
        archive = subprocess.run(
            ["git", "archive", commit, "monette_assets"], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        return folder
    shutil.copytree(ROOT / "monette_assets", folder / "monette_assets", ignore=shutil.ignore_patterns("__pycache__"))
    changed = folder / "monette_assets" / "bronze" / "exchange_rates.py"
    text = changed.read_text()
    assert "DAYS_BEFORE = 14" in text
    changed.write_text(text.replace("DAYS_BEFORE = 14", "DAYS_BEFORE = 13"))
    return folder
