"""infra/deploy installs an image by its digest, and none that a release of the repository's own did not sign."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "infra" / "deploy"
IMAGE, DIGEST = "farm.azurecr.io/monette-assets", f"sha256:{'5' * 64}"
OUTPUTS = {
    "settings": {"value": {}},
    "deployment": {
        "value": {
            **{name: name for name in ("resource_group", "cluster", "namespace", "key_vault", "tenant")},
            "password_secret": "database-password",
            "client_ids": {},
        }
    },
}


def called(folder: Path, *, signed: bool, **said: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """infra/deploy among programs that write down how they were called; cosign refuses what is not `signed`."""
    programs, calls = folder / "bin", folder / "calls"
    programs.mkdir()
    for name in ("az", "cosign", "helm", "kubelogin"):
        program = programs / name
        ends = "false" if name == "cosign" and not signed else "true"
        program.write_text(f'#!/bin/sh\n{{ printf "%s\\0" {name} "$@"; echo; }} >> {calls}\n{ends}\n')
        program.chmod(0o755)
    (folder / "outputs.json").write_text(json.dumps(OUTPUTS))
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        [DEPLOY, folder / "outputs.json", IMAGE, DIGEST], env=path | said, capture_output=True, text=True, check=False
    )
    written = calls.read_text().splitlines() if calls.exists() else []
    return done, [line.rstrip("\0").split("\0") for line in written]


OURS = {"ENVIRONMENT": "dev", "GITHUB_REPOSITORY": "farm/books.example"}


def test_the_signature_is_verified_before_anything_else_and_what_is_installed_is_what_was_verified(
    tmp_path: Path,
) -> None:
    done, calls = called(tmp_path, signed=True, **OURS)
    assert done.returncode == 0, done.stderr
    assert [call[0] for call in calls] == ["cosign", "az", "kubelogin", "helm"]
    assert calls[0][1:3] == ["verify", f"{IMAGE}@{DIGEST}"]
    assert {f"image.repository={IMAGE}", f"image.digest={DIGEST}"} <= set(calls[-1])


def test_what_is_not_signed_is_not_installed(tmp_path: Path) -> None:
    done, calls = called(tmp_path, signed=False, **OURS)
    assert done.returncode != 0
    assert [call[0] for call in calls] == ["cosign"]


@pytest.mark.parametrize(
    ("signer", "ours"),
    [
        ("https://github.com/farm/books.example/.github/workflows/deploy.yml@refs/tags/v1.4.0", True),
        ("https://github.com/farm/books.example/.github/workflows/deploy.yml@refs/heads/main", False),
        ("https://github.com/farm/books.example/.github/workflows/deploy.yml@refs/heads/refs/tags/v1", False),
        ("https://github.com/farm/books.example/.github/workflows/other.yml@refs/tags/v1.4.0", False),
        ("https://github.com/farm/booksXexample/.github/workflows/deploy.yml@refs/tags/v1.4.0", False),
        ("https://github.com/other/books.example/.github/workflows/deploy.yml@refs/tags/v1.4.0", False),
    ],
)
def test_the_signer_is_the_workflow_deploy_of_a_release_of_this_repository(
    tmp_path: Path, signer: str, ours: bool
) -> None:
    _, [verify, *_] = called(tmp_path, signed=True, **OURS)
    told = dict(zip(verify[3::2], verify[4::2], strict=True))
    assert told["--certificate-oidc-issuer"] == "https://token.actions.githubusercontent.com"
    assert bool(re.search(told["--certificate-identity-regexp"], signer)) is ours


@pytest.mark.parametrize("missing", ["ENVIRONMENT", "GITHUB_REPOSITORY"])
def test_who_does_not_say_where_or_whose_is_told_what_is_expected(tmp_path: Path, missing: str) -> None:
    done, calls = called(tmp_path, signed=True, **{name: value for name, value in OURS.items() if name != missing})
    assert done.returncode != 0
    assert f"{missing}: expected" in done.stderr
    assert calls == []
