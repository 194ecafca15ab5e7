"""Runs in pods, by the chart's own dagster.yaml: launched through the queue, executed, and watched.

The launcher is the real one, Dagster's storage a real PostgreSQL; the cluster is a stand-in that runs a pod's command
with the pod's mounts and nothing else to write to.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import dagster as dg
import pytest
import yaml
from dagster import DagsterRunStatus as Status
from dagster._core.instance.ref import InstanceRef
from dagster._core.test_utils import create_run_for_test, create_test_daemon_workspace_context
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster_graphql.test.utils import execute_dagster_graphql

from monette_assets.automation.chain import CHAIN_TAG
from monette_assets.automation.refresh_job import JOB, PARENT_TAG
from monette_assets.lake import Lake
from monette_assets.simulator.server import running as simulator_running
from monette_assets_tests import postgres
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.infra import cluster
from monette_assets_tests.infra.chart import VALUES, named, rendered
from monette_assets_tests.infra.cluster import Cluster, Pod
from monette_assets_tests.infra.deployment import LAUNCH, LOCATION, PROGRAMS, ROOT, eventually, execution

RATES = "bronze/exchange_rates"
pytest.importorskip("helm_python", reason="renders the chart, on Linux x86-64 only")
pytestmark = pytest.mark.skipif(
    not cluster.may_mount(), reason="needs root on Linux that may mount: a pod's mounts are made for real"
)


@dataclass
class Farm:
    """A namespace with the chart's objects, and Dagster's instance as its daemon has it."""

    cluster: Cluster
    instance: dg.DagsterInstance
    workspace: WorkspaceProcessContext
    lake: Lake

    def watched(self) -> None:
        """One look of run monitoring."""
        errors = list(execute_run_monitoring_iteration(self.workspace, logging.getLogger("monitoring")))
        assert not any(errors), errors

    def status(self, run_id: str) -> Status:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run.status

    def started(self, **tags: str) -> str:
        """The id of a run that has begun."""
        run = create_run_for_test(self.instance, job_name=JOB, status=Status.STARTED, tags=tags)
        return str(run.run_id)

    def pod_of(self, run_id: str, pod: Pod) -> None:
        """Say that a run's pod is in the cluster."""
        self.cluster.pods[f"dagster-run-{run_id}"] = pod


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    folder, home = tmp_path_factory.mktemp("farm"), tmp_path_factory.mktemp("home")
    contract = write_contract(folder / "group")
    with ExitStack() as stack:
        database = stack.enter_context(postgres.running())
        outside = stack.enter_context(simulator_running({}))
        connection = {"port": int(database["DAGSTER_POSTGRES_PORT"]), "sslmode": "disable"}  # over loopback
        objects = rendered({**VALUES, "database": connection})
        config_maps = {each["metadata"]["name"]: each["data"] for each in objects if each["kind"] == "ConfigMap"}
        config_maps["group"] = {path.name: path.read_text() for path in contract.iterdir()}
        config_maps["monette-settings"] = {  # no Azure: the lake lies in the home, and logs in /logs
            "MONETTE_LAKE": "/data/lake",
            "MONETTE_BANK_OF_CANADA_URL": f"{outside.url}/valet",
            **{name: database[name] for name in ("DAGSTER_POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_DB")},
        }
        secrets = {"monette-database": {"password": database["POSTGRES_PASSWORD"]}}
        image = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        kubernetes = stack.enter_context(cluster.running(config_maps, secrets, {"monette-home": home}, image))
        written = yaml.safe_load(config_maps["monette-instance"]["dagster.yaml"])
        written["run_launcher"]["config"] |= {  # the daemon has the cluster's own token in its place
            "load_incluster_config": False,
            "kubeconfig_file": str(kubernetes.kubeconfig(folder / "kubeconfig")),
        }
        (folder / "dagster.yaml").write_text(yaml.safe_dump(written))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in {
            **database,
            "DAGSTER_CURRENT_IMAGE": "registry.example.com/monette-assets:1.4.0",
            "MONETTE_HOME": str(home),
            "MONETTE_GROUP": str(contract),
            "MONETTE_LAKE": str(home / "lake"),
        }.items():
            patch.setenv(name, value)
        instance = stack.enter_context(dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))))
        target = ModuleTarget(LOCATION, None, str(ROOT), LOCATION)
        workspace = stack.enter_context(create_test_daemon_workspace_context(target, instance))
        yield Farm(kubernetes, instance, workspace, Lake(str(home / "lake")))


def test_a_run_is_executed_by_a_pod_that_can_write_nowhere_else_than_the_chart_says(farm: Farm) -> None:
    context = farm.workspace.create_request_context()
    said = execute_dagster_graphql(context, LAUNCH, {"params": execution("2024-11", RATES)}).data["launchRun"]
    run_id = said["run"]["runId"]
    with QueuedRunCoordinatorDaemon(interval_seconds=1) as queue:
        assert not any(queue.run_iteration(farm.workspace))
    pod = farm.cluster.pods[f"dagster-run-{run_id}"]
    eventually(lambda: "active" not in pod.status())
    assert farm.status(run_id) is Status.SUCCESS, pod.log and pod.log.read_text()[-3000:]
    assert {str(row["period"]) for row in farm.lake.read(RATES).to_pylist()} == {"2024-11-01"}

    template = pod.job["spec"]["template"]
    [container] = template["spec"]["containers"]
    assert template["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    assert template["metadata"]["labels"]["monette/part"] == "run"  # what policies and budgets choose by
    assert (template["spec"]["serviceAccountName"], template["spec"]["automountServiceAccountToken"]) == (
        "monette-run",
        False,
    )
    code = named(rendered(), "Deployment", "monette-code")["spec"]["template"]["spec"]
    assert template["spec"]["securityContext"] == code["securityContext"]
    assert container["securityContext"] == code["containers"][0]["securityContext"]
    assert container["resources"]["limits"]["memory"] == "16Gi"
    assert container["image"] == "registry.example.com/monette-assets:1.4.0"  # the code location's, when it was asked
    assert farm.cluster.secrets["monette-database"]["password"] not in str(pod.job)


def test_a_run_whose_pod_is_gone_is_failed(farm: Farm) -> None:
    alive, dead = farm.started(), farm.started()
    farm.pod_of(alive, Pod({}))
    farm.pod_of(dead, Pod({}, failed=True))
    farm.watched()
    assert (farm.status(alive), farm.status(dead)) == (Status.STARTED, Status.FAILURE)


def test_runs_of_a_chain_have_no_pod_and_live_as_long_as_the_refresh_that_executes_them(farm: Farm) -> None:
    refresh = farm.started()
    step = farm.started(**{CHAIN_TAG: "chain", PARENT_TAG: refresh})
    pod = Pod({})
    farm.pod_of(refresh, pod)
    farm.watched()
    assert (farm.status(refresh), farm.status(step)) == (Status.STARTED, Status.STARTED)
    pod.failed = True
    farm.watched()
    farm.watched()
    assert (farm.status(refresh), farm.status(step)) == (Status.FAILURE, Status.FAILURE)


def test_dagsters_own_launcher_fails_them(farm: Farm) -> None:
    """Why the chart names another: should this one leave them alone too, it may take its place."""
    from dagster_k8s import K8sRunLauncher

    refresh = farm.started()
    farm.pod_of(refresh, Pod({}))
    step = farm.started(**{CHAIN_TAG: "chain", PARENT_TAG: refresh})
    run = farm.instance.get_run_by_id(step)
    assert run is not None
    ours = farm.instance.run_launcher
    assert isinstance(ours, K8sRunLauncher)
    assert K8sRunLauncher.check_run_worker_health(ours, run).status.value == "UNKNOWN"
    assert ours.check_run_worker_health(run).status.value == "RUNNING"
