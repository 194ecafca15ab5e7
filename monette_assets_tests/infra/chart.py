"""The chart of infra/helm, rendered with the values of a fictional farm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "infra" / "helm"
NAMESPACE = "farm"
VALUES: dict[str, Any] = {
    "image": {"repository": "registry.example.com/monette-assets", "tag": "1.4.0"},
    "settings": {
        "MONETTE_LAKE": "abfss://lake@examplefarm.dfs.core.windows.net/lake",
        "MONETTE_COMPUTE_LOGS": "abfss://logs@examplefarm.dfs.core.windows.net/",
        "MONETTE_SECRETS": "https://examplefarm.vault.azure.net",
        "MONETTE_QUICKBOOKS_CLIENT_SECRET": "secret:quickbooks-client-secret",
        "DAGSTER_POSTGRES_HOST": "examplefarm.postgres.database.azure.com",
        "POSTGRES_USER": "dagster",
        "POSTGRES_DB": "dagster",
    },
    "identities": {
        "runs": "11111111-1111-4111-8111-111111111111",
        "services": "22222222-2222-4222-8222-222222222222",
    },
    "keyVault": {
        "name": "examplefarm",
        "tenant": "55555555-5555-4555-8555-555555555555",
        "passwordSecret": "database-password",
    },
    "proxy": {
        "clientId": "66666666-6666-4666-8666-666666666666",
        "operators": "33333333-3333-4333-8333-333333333333",
        "viewers": "44444444-4444-4444-8444-444444444444",
        "issuer": "https://login.microsoftonline.com/55555555-5555-4555-8555-555555555555/v2.0",
    },
}


def rendered(values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Every object that the chart makes of these values. Raises HelmValuesError naming what is missing."""
    from helm_python.chart import Chart

    with Chart.load(CHART) as chart:
        files = chart.render(dict(VALUES if values is None else values), name="monette", namespace=NAMESPACE)
    return [each for text in files.values() for each in yaml.safe_load_all(text) if each]


def named(objects: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """The object of a kind and name."""
    [found] = [each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Of everything that makes pods: its name, their labels, their specification."""
    for each in objects:
        if template := each.get("spec", {}).get("template"):
            yield each["metadata"]["name"], template["metadata"]["labels"], template["spec"]
