"""Launches every run in a pod of its own, as dagster-k8s does, and tells how runs are that have no pod of their own.

dagster-k8s looks for the job of every run that is started, and run monitoring fails those without one: of a chain, all
but the refresh that executes them. `dagster.yaml` of the chart names this class.
"""

from __future__ import annotations

from dagster import DagsterRun
from dagster._core.launcher import CheckRunHealthResult
from dagster_k8s import K8sRunLauncher

from monette_assets.automation.liveness import health


class PodRunLauncher(K8sRunLauncher):
    """dagster-k8s's launcher; runs of a chain are as the run that executes them."""

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """How the job is that executes the run."""
        return health(self._instance, run, super().check_run_worker_health)
