"""Nothing is deployed while GitHub lets more than main and releases run in an environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOKEN = "a-token"
MAIN, RELEASES = {"type": "branch", "name": "main"}, {"type": "tag", "name": "v*"}


@contextmanager
def github(policies: list[dict[str, str]] | None) -> Iterator[str]:
    """GitHub's API over loopback: the environment dev has these policies; None: none were ever made."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/repos/farm/books/environments/dev/deployment-branch-policies"
            known = known and self.headers["Authorization"] == f"Bearer {TOKEN}" and policies is not None
            self.send_response(200 if known else 404)
            self.end_headers()
            if known:
                self.wfile.write(json.dumps({"total_count": len(policies or ()), "branch_policies": policies}).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def asked(policies: list[dict[str, str]] | None) -> subprocess.CompletedProcess[str]:
    """infra/protected of the environment dev."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with github(policies) as url:
        ours = {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": "farm/books", "GH_TOKEN": TOKEN}
        program = [str(ROOT / "infra" / "protected"), "dev"]
        return subprocess.run(program, env=kept | ours, capture_output=True, text=True, check=False)


def test_main_and_releases_may_deploy() -> None:
    done = asked([RELEASES, MAIN])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        (None, "no such rule"),
        ([], "no such rule"),
        ([MAIN], "found branch main ("),
        ([MAIN, RELEASES, {"type": "branch", "name": "feature/*"}], "found branch feature/*, branch main, tag v*"),
        ([MAIN, {"type": "branch", "name": "v*"}], "found branch main, branch v*"),
    ],
)
def test_where_others_may_nobody_does_and_is_told_what_was_found(
    policies: list[dict[str, str]] | None, found: str
) -> None:
    done = asked(policies)
    assert done.returncode == 1
    assert "environment dev of farm/books: expected deployments from branch main, tag v*" in done.stderr
    assert found in done.stderr


def test_every_job_that_gets_an_environments_identity_asks_before_it_signs_in() -> None:
    jobs = {
        f"{file.stem} {name}": job
        for file in (ROOT / ".github" / "workflows").glob("*.yml")
        for name, job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items()
        if "environment" in job
    }
    assert jobs.keys() == {"apply apply", "catalog catalog", "deploy deploy"}
    for name, job in jobs.items():
        checkout, first, *_ = job["steps"]
        assert checkout["uses"].startswith("actions/checkout@"), name
        assert first["run"] == 'infra/protected "$ENVIRONMENT"', name


def test_the_page_sets_what_is_asked_for() -> None:
    page = (ROOT / "docs" / "azure.md").read_text("utf-8").partition("\n## 3. ")[2].partition("\n## 4. ")[0]
    for policy in (MAIN, RELEASES):
        assert f"deployment-branch-policies\" -f name='{policy['name']}' -f type={policy['type']}\n" in page
    sent = [json.loads(each.replace("TEAM", "1")) for each in re.findall(r"<<'EOF'\n(.*?)\nEOF\n", page, re.DOTALL)]
    dev, prod, branches, tags = sent
    assert all(it["deployment_branch_policy"]["custom_branch_policies"] for it in (dev, prod))
    assert prod["reviewers"]
    assert branches["conditions"]["ref_name"]["include"] == [f"refs/heads/{MAIN['name']}"]
    assert tags["conditions"]["ref_name"]["include"] == [f"refs/tags/{RELEASES['name']}"]
    [checks] = [rule["parameters"] for rule in branches["rules"] if rule["type"] == "required_status_checks"]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))["jobs"].values()
    assert {it["context"] for it in checks["required_status_checks"]} <= {job["name"] for job in jobs}
