"""Launches runs in the code server, as Dagster does by itself, and can tell whether they still live.

Dagster's own launcher cannot: a run that is killed with its code server stays started for ever. `dagster.yaml` names
this one; run monitoring asks it. The code server has to be `dagster api grpc`: `dagster code-server` answers for the
process it started last, and a reload would make it deny runs that live.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from dagster import DagsterRun, Field, IntSource
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG

from monette_assets.automation.liveness import health

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

ANSWER_SECONDS = 10  # a server that is busy is asked again at the next look
SILENCE_SECONDS = 300


class CodeServerRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, able to say how a run is."""

    def __init__(self, silence_seconds: int = SILENCE_SECONDS, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._silence_seconds = silence_seconds
        self._silent_since: dict[str, float] = {}  # code server -> when it was first found not to answer

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """For how long a code server may not answer before its runs are taken for dead."""
        return {"silence_seconds": Field(IntSource, default_value=SILENCE_SECONDS)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """The launcher."""
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Running while the code server that launched it executes it, or cannot be asked for a short time only."""
        return health(self._instance, run, self._launched)

    def _launched(self, run: DagsterRun) -> CheckRunHealthResult:
        from dagster._core.errors import DagsterUserCodeUnreachableError
        from dagster._grpc.client import DagsterGrpcClient
        from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
        from dagster._serdes import deserialize_value

        where = run.tags.get(GRPC_INFO_TAG)
        if where is None:
            return CheckRunHealthResult(WorkerStatus.FAILED, "no code server was ever told to execute it")
        server = json.loads(where)
        named = f"code server {server.get('socket') or ':'.join((server['host'], str(server['port'])))}"
        client = DagsterGrpcClient(
            host=server["host"],
            port=server.get("port"),
            socket=server.get("socket"),
            use_ssl=bool(server.get("use_ssl")),
        )
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=ANSWER_SECONDS)
        except DagsterUserCodeUnreachableError:
            return self._silent(where, named)
        self._silent_since.pop(where, None)
        if deserialize_value(answer, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"{named} was started anew, and does not execute it")

    def _silent(self, where: str, named: str) -> CheckRunHealthResult:
        now = time.monotonic()
        silent = now - self._silent_since.setdefault(where, now)
        if silent < self._silence_seconds:
            return CheckRunHealthResult(WorkerStatus.RUNNING, f"{named} has not answered for {silent:.0f} s")
        return CheckRunHealthResult(WorkerStatus.FAILED, f"{named} has not answered for {silent:.0f} s")
