"""infra/compose tells every container what it needs: the platform's secrets are the code locations' alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from monette_assets.settings import Settings

COMPOSE = Path(__file__).parents[2] / "infra" / "compose"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))["services"]
CODE = {"code-blue", "code-green"}  # runs are processes of theirs
DATABASE = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}
DAGSTER = {*DATABASE, "DAGSTER_POSTGRES_HOST", "MONETTE_CODE_HOST"}  # what dagster.yaml and workspace.yaml ask for
SECRETS = {f"MONETTE_{name.upper()}" for name, field in Settings.model_fields.items() if "SecretStr" in str(field)}


def example(name: str) -> set[str]:
    """The variables of a file to be filled in, those left out by a `#` as well."""
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (COMPOSE / name).read_text("utf-8"), re.MULTILINE))


def asked_for(service: dict[str, Any]) -> set[str]:
    """The variables of .env that a service is handed, by whatever name."""
    return set(re.findall(r"(?<!\$)\$\{?([A-Z][A-Z0-9_]+)", yaml.safe_dump(service)))


def test_the_settings_that_are_secrets_are_known() -> None:
    assert isinstance(Settings().quickbooks_client_secret, SecretStr)
    assert {"MONETTE_QUICKBOOKS_CLIENT_SECRET", "MONETTE_AZURE_STORAGE_KEY", "MONETTE_ALERTS"} <= SECRETS


def test_the_file_with_the_platforms_secrets_is_handed_to_the_code_locations_alone() -> None:
    assert {name for name, service in SERVICES.items() if service.get("env_file")} == CODE
    assert {SERVICES[name]["env_file"] for name in CODE} == {"monette.env"}
    assert example("monette.env.example") & DATABASE == set()
    assert example(".env.example") & SECRETS == set()


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - CODE))
def test_no_other_container_is_told_a_secret_of_the_platform_or_mounts_what_holds_one(name: str) -> None:
    service = SERVICES[name]
    told = set(service.get("environment", {})) | asked_for(service)
    if file := service.get("env_file"):
        told |= example(f"{file}.example")
    assert told & (SECRETS | example("monette.env.example")) == set()
    mounted = {str(volume).split(":")[0] for volume in service.get("volumes", [])}
    assert mounted & {"lake", "home", "keys"} == set()


def test_the_database_is_told_its_own_three_variables_and_no_more() -> None:
    assert set(SERVICES["postgres"]["environment"]) == DATABASE


@pytest.mark.parametrize("name", ["operators", "viewers", "daemon"])
def test_webservers_and_daemon_are_told_where_database_and_code_location_are_and_no_more(name: str) -> None:
    files = ((COMPOSE / file).read_text("utf-8") for file in ("dagster.yaml", "workspace.yaml"))
    read = {variable for text in files for variable in re.findall(r"\{env: (\w+)\}", text)}
    assert set(SERVICES[name]["environment"]) == read == DAGSTER


def test_whatever_is_read_of_env_is_in_its_example() -> None:
    required = set(re.findall(r"\$\{([A-Z0-9_]+):\?", (COMPOSE / "compose.yaml").read_text("utf-8")))
    assert "POSTGRES_PASSWORD" in required
    assert required <= example(".env.example")
