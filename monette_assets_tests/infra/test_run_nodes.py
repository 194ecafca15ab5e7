"""The chart asks for what Terraform's nodes hold: a run without a node is failed, a release without one taken back."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import Any

import pytest
import yaml

from monette_assets_tests.infra.chart import CHART, pods, rendered

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


def nodes(environment: str) -> tuple[str, int]:
    """Size and most number of the nodes that webservers, daemon, code location and proxy share with AKS's own."""
    text = (TERRAFORM / "environments" / environment / "main.tf").read_text("utf-8")
    [most] = re.findall(r"service_nodes = \{ least = \d+, most = (\d+) \}", text)
    return said(TERRAFORM / "environments" / environment / "main.tf", "service_size"), int(most)


def millicores(cpu: str) -> int:
    return int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1000


def asked_while_a_release_comes_up() -> int:
    """Millicores of everything the chart keeps running, with those that come up before an old one goes."""
    objects = rendered()
    deployments = {each["metadata"]["name"]: each["spec"] for each in objects if each["kind"] == "Deployment"}
    total = 0
    for name, _, pod in pods(objects):
        spec = deployments[name]
        surge = spec["strategy"].get("rollingUpdate", {}).get("maxSurge", 0)
        each = sum(millicores(container["resources"]["requests"]["cpu"]) for container in pod["containers"])
        total += (spec["replicas"] + surge) * each
    return total


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_release_comes_up_beside_the_one_before(environment: str) -> None:
    size, most = nodes(environment)
    cores = int(re.findall(r"\d+", size)[0])
    assert asked_while_a_release_comes_up() <= most * (cores * 1000 - RESERVED_MILLICORES[cores] - OTHERS_MILLICORES)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_page_asks_for_as_many_processors_as_there_may_be(environment: str) -> None:
    """Azure's names say family and number of processors: Standard_D4ds_v5 has four of DDSv5."""
    cluster = TERRAFORM / "environments" / environment / "main.tf"
    text = cluster.read_text("utf-8")
    [surge] = set(re.findall(r'max_surge = "(\d+)%"', (TERRAFORM / "modules/kubernetes/main.tf").read_text("utf-8")))
    pools = [nodes(environment), (said(cluster, "run_size"), int(said(cluster, "run_nodes")))]
    machines = [(size, most + ceil(most * int(surge) / 100)) for size, most in pools]
    [first] = re.findall(r'node_types += \["(\w+)"', text)
    machines.append((first, int(said(cluster, "most_workers")) + 1))
    needed = {"D": 0, "E": 0}
    for size, most in machines:
        [(family, cores)] = re.findall(r"^Standard_([DE])(\d+)ds_v5$", size)
        needed[family] += int(cores) * most
    page = (CHART.parents[1] / "docs" / "azure.md").read_text("utf-8")
    assert re.findall(rf"^\| `{environment}`: .* \| (\d+) \| (\d+) \|$", page, re.MULTILINE) == [
        (str(needed["D"]), str(needed["E"]))
    ]
