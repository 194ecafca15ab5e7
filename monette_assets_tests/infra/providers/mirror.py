"""A folder of stand-ins that `terraform init -plugin-dir` takes for a mirror of the registry."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from monette_assets_tests.cache import fetch, made_once
from monette_assets_tests.infra.providers import bindings
from monette_assets_tests.infra.providers.stand_in import schemas_as_message

HERE = Path(__file__).parent
BINDINGS = HERE / "bindings.lock"
SOURCES = {
    "azurerm": "hashicorp/azurerm",
    "azuread": "hashicorp/azuread",
    "databricks": "databricks/databricks",
    "random": "hashicorp/random",
}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "AMD64": "amd64"}
EPHEMERAL = {"random": ("random_password",)}  # the bindings know it as a resource only; its arguments are the same

_USED = re.compile(r'^\s*(resource|data|ephemeral) "(\w+)"', re.MULTILINE)


@dataclass(frozen=True)
class Mirror:
    """The stand-ins, and of which version of its provider each is."""

    folder: Path
    versions: Mapping[str, str]


def wheels() -> dict[str, Path]:
    """The bindings by provider, fetched by hash, once, into the user's cache; skips where they cannot be had."""
    with made_once("terraform-bindings", BINDINGS.read_bytes()) as (folder, empty):
        if empty:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            pip += ["--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "--requirement", str(BINDINGS)]
            fetch("the providers' bindings", pip)
    return {name: next(folder.glob(f"cdktf_cdktf_provider_{name}-*.whl")) for name in SOURCES}


def made(folder: Path, terraform: Path) -> Mirror:
    """Stand-ins in `folder` for the providers of the configuration under `terraform`, of the types it names."""
    used: dict[str, set[str]] = {name: {"provider"} for name in SOURCES}
    for file in terraform.rglob("*.tf"):
        for keyword, kind in _USED.findall(file.read_text(encoding="utf-8")):
            provider = kind.split("_")[0]
            if provider in used:
                used[provider].add(f"data.{kind}" if keyword == "data" else kind)
    versions = {}
    for name, wheel in wheels().items():
        versions[name] = bindings.version(wheel)
        schemas = bindings.read(wheel, used[name])
        ephemeral = {kind: schemas.pop(kind) for kind in EPHEMERAL.get(name, ()) if kind in schemas}
        _install(folder, name, versions[name], schemas_as_message(schemas, ephemeral))
    return Mirror(folder, versions)


def _install(folder: Path, name: str, version: str, message: bytes) -> None:
    machine = f"{platform.system().lower()}_{MACHINES[platform.machine()]}"
    place = folder / "registry.terraform.io" / SOURCES[name] / version / machine
    place.mkdir(parents=True)
    schemas = place / "schemas"
    schemas.write_bytes(message)
    program = place / f"terraform-provider-{name}_v{version}"
    roots = os.pathsep.join(path for path in sys.path if path)
    program.write_text(
        f"#!/bin/sh\nPYTHONPATH='{roots}' exec '{sys.executable}' -m {stand_in()} '{schemas}'\n",
        encoding="utf-8",
    )
    program.chmod(0o755)


def stand_in() -> str:
    """The module that is the provider."""
    return "monette_assets_tests.infra.providers.stand_in"


def terraform() -> str:
    """Terraform's program; skips the test where it is not installed."""
    found = shutil.which("terraform")
    if found is None:
        pytest.skip("no terraform on this machine (1.11 or later): its checks run where it is installed")
    return found
