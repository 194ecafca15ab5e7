"""The interface behind its proxy: nginx with the configuration of infra/compose, two webservers and a code server.

What is not the real thing is the login: a stand-in answers as oauth2-proxy does.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest

from monette_assets_tests.certificates import certificate
from monette_assets_tests.processes import Process, free_port

TEMPLATE = Path(__file__).parents[2] / "infra" / "compose" / "proxy" / "dagster.conf.template"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPERATORS, VIEWERS = "11111111-aaaa-4aaa-8aaa-000000000001", "22222222-bbbb-4bbb-8bbb-000000000002"
PEOPLE = {  # the login's cookie -> mail and groups
    "olive": ("olive@example.com", f"{VIEWERS},{OPERATORS}"),
    "victor": ("victor@example.com", f"another,{VIEWERS}"),
    "vera": ("vera@example.com", ",".join([*(f"{n:08d}-cccc-4ccc-8ccc-000000000000" for n in range(200)), VIEWERS])),
    "nora": ("nora@example.com", ""),
    "mallory": ("mallory@example.com", f"x{OPERATORS},{VIEWERS}x"),
}
GRAPH = """
import dagster as dg

@dg.asset
def written() -> None: ...

defs = dg.Definitions([written])
"""
INSTANCE = """
run_coordinator: {module: monette_assets.tables.attribution, class: AttributedRunCoordinator, config: {}}
telemetry: {enabled: false}
"""
WORKSPACE = "load_from: [{grpc_server: {host: 127.0.0.1, port: PORT, location_name: graph}}]"


class Login(BaseHTTPRequestHandler):
    """As oauth2-proxy: who it is (202) or nobody (401), and for the sign-in page a way to the identity provider."""

    def do_GET(self) -> None:
        person = PEOPLE.get(self.headers.get("Cookie", "").removeprefix("_oauth2_proxy="))
        if self.path == "/oauth2/auth":
            self.send_response(202 if person else 401)
            if person:
                self.send_header("X-Auth-Request-Email", person[0])
                self.send_header("X-Auth-Request-Groups", person[1])
        else:
            self.send_response(302)
            asked, host = self.headers["X-Auth-Request-Redirect"], self.headers["X-Forwarded-Host"]
            self.send_header("Location", str(httpx.URL("https://id.example.com", params={"back": f"{host} {asked}"})))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def configuration(folder: Path, **variables: str) -> Path:
    """nginx's file around the template, filled in as its image does: only what begins with MONETTE_."""
    filled = Template(TEMPLATE.read_text()).safe_substitute(variables)
    assert "${MONETTE_" not in filled
    temporary = "\n".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    written = folder / "nginx.conf"
    written.write_text(
        f"{user} daemon off; pid {folder / 'pid'}; error_log stderr; events {{}}\nhttp {{ {temporary}\n{filled}\n}}\n"
    )
    return written


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The proxy's address, everything behind it running: one code server, as in compose.yaml, and two webservers.

    The code server comes first and makes Dagster's tables: two processes that make them in the same SQLite at the same
    moment stamp the version twice, and one of them ends ("more than one head").
    """
    folder = tmp_path_factory.mktemp("proxy")
    ports = {name: free_port() for name in ("code", "operators", "viewers", "proxy", "refusing")}
    (folder / "graph.py").write_text(GRAPH)
    (folder / "dagster.yaml").write_text(INSTANCE)
    (folder / "workspace.yaml").write_text(WORKSPACE.replace("PORT", str(ports["code"])))
    certificate(folder)
    programs = Path(sys.executable).parent
    options = {"env": {**os.environ, "DAGSTER_HOME": str(folder)}, "cwd": folder}
    with ExitStack() as stack:
        login = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Login))
        threading.Thread(target=login.serve_forever, daemon=True).start()
        stack.callback(login.shutdown)

        def start(name: str, *command: str | Path, **options: Any) -> Process:
            process = Process(folder / f"{name}.log", ports[name], *command, **options)
            stack.callback(process.end)
            return process

        served = ("-f", "graph.py", "-h", "127.0.0.1", "-p", str(ports["code"]))
        start("code", programs / "dagster", "api", "grpc", *served, **options).wait()
        behind = [
            start(name, programs / "dagster-webserver", *extra, "-h", "127.0.0.1", "-p", str(ports[name]), **options)
            for name, extra in (("operators", ()), ("viewers", ("--read-only",)))
        ]
        written = configuration(
            folder,
            MONETTE_OPERATORS=OPERATORS,
            MONETTE_VIEWERS=VIEWERS,
            MONETTE_LOGIN=f"127.0.0.1:{login.server_port}",
            MONETTE_OPERATORS_WEBSERVER=f"127.0.0.1:{ports['operators']}",
            MONETTE_VIEWERS_WEBSERVER=f"127.0.0.1:{ports['viewers']}",
            MONETTE_REFUSING_PORT=str(ports["refusing"]),
            MONETTE_LISTEN=f"127.0.0.1:{ports['proxy']}",
            MONETTE_CERTIFICATES=str(folder),
            MONETTE_ACCESS_LOG=str(folder / "access.log"),
        )
        behind.append(start("proxy", str(NGINX), "-c", written))
        for process in behind:
            process.wait()
        yield f"https://127.0.0.1:{ports['proxy']}"
        for process in behind:
            process.process.terminate()
