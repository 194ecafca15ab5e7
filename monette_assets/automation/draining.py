"""Which runs a code server still executes: it must not be stopped before they have ended."""

from __future__ import annotations

import json
import socket

import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG

from monette_assets.automation.abandoned import UNFINISHED
from monette_assets.process import PROCESS_TAG, gone


def executed_by(instance: dg.DagsterInstance, host: str) -> list[dg.DagsterRun]:
    """Unfinished runs that the code server at `host` launched, and those of processes on this machine, oldest first."""
    here = socket.gethostname()
    return [
        run
        for run in reversed(instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)))
        if json.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("host") == host
        or (run.tags.get(PROCESS_TAG, "").split(":")[0] == here and not gone(run.tags[PROCESS_TAG]))
    ]
