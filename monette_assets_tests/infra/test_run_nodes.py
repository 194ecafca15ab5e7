"""The chart lets begin what Terraform's nodes hold: a run without a node stays pending, and is failed for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monette_assets_tests.infra.chart import CHART

TERRAFORM = CHART.parent / "terraform"
SIZES = {"Standard_D4ds_v5": (4, 16), "Standard_E8ds_v5": (8, 64)}  # Microsoft's: cores, GiB
# https://learn.microsoft.com/azure/aks/node-resource-reservations, from Kubernetes 1.29 on
RESERVED_MILLICORES = {4: 140, 8: 180}
EVICTED_BELOW_MIB = 100
# What AKS runs on every node (network, disks, logs, policy) asks, and what of the memory Linux takes: an allowance,
# to be compared with `kubectl describe node`.
OTHERS_MILLICORES, OTHERS_MIB = 1000, 2048


def values(environment: str) -> dict[str, Any]:
    """`runs` of the chart: its own, in dev with the example's; prod leaves them out."""
    runs: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))["runs"]
    example = yaml.safe_load((CHART / "environments" / "dev.yaml.example").read_text("utf-8"))["runs"]
    return runs | example if environment == "dev" else runs


def said(file: Path, name: str) -> str:
    """What an argument is in a file of Terraform's; every place says the same."""
    [value] = set(re.findall(rf'^\s+{name}\s+= "?(\w+)"?', file.read_text("utf-8"), re.MULTILINE))
    return str(value)


def held(environment: str) -> int:
    """How many runs the nodes hold that Terraform lets there be."""
    cluster = TERRAFORM / "environments" / environment / "main.tf"
    cores, gib = SIZES[said(cluster, "run_size")]
    pods = int(said(TERRAFORM / "modules" / "kubernetes" / "main.tf", "max_pods"))
    reserved_mib = min((20 * pods + 50) * 10**6, gib * 2**30 // 4) / 2**20
    asked = values(environment)["resources"]["requests"]
    [memory_gib] = re.findall(r"^(\d+)Gi$", asked["memory"])
    by_cores = (cores * 1000 - RESERVED_MILLICORES[cores] - OTHERS_MILLICORES) // (int(asked["cpu"]) * 1000)
    by_memory = (gib * 1024 - reserved_mib - EVICTED_BELOW_MIB - OTHERS_MIB) // (int(memory_gib) * 1024)
    return int(min(by_cores, by_memory)) * int(said(cluster, "run_nodes"))


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_no_more_runs_begin_than_the_nodes_hold(environment: str) -> None:
    assert 1 <= values(environment)["maxConcurrent"] <= held(environment)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_backfill_leaves_room_for_a_refresh(environment: str) -> None:
    runs = values(environment)
    assert runs["backfills"] < runs["maxConcurrent"]
