"""Runs of a table, of a table with its check, and of a job, as Dagster's instance keeps them; nothing is computed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import dagster as dg

from monette_assets.automation import refresh_job
from monette_assets.automation.refresh_job import Refresh, run_config

FULL_DISK = "No space left on device"


def make(instance: dg.DagsterInstance, table: str, tags: dict[str, str] | None = None, *, fails: bool = False) -> str:
    """A run that makes a table, or breaks down."""
    key = dg.AssetKey(table.split("/"))

    @dg.asset(key=key)
    def made() -> None:
        if fails:
            raise OSError(28, FULL_DISK)

    implicit = dg.Definitions([made]).resolve_implicit_job_def_def_for_assets([key])
    assert implicit is not None
    done = implicit.execute_in_process(instance=instance, asset_selection=[key], tags=tags, raise_on_error=False)
    assert done.success is not fails
    return done.run_id


def check(
    instance: dg.DagsterInstance, *, passed: bool, warns: bool = False, tags: dict[str, str] | None = None
) -> str:
    """A run that makes `gold/tie_out`; its check `ties_out` does not keep it from being published."""
    key = dg.AssetKey(["gold", "tie_out"])

    @dg.asset(key=key, check_specs=[dg.AssetCheckSpec("ties_out", asset=key)])
    def tie_out() -> Iterator[Any]:
        yield dg.Output(None)
        severity = dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR
        yield dg.AssetCheckResult(asset_key=key, check_name="ties_out", passed=passed, severity=severity)

    done = dg.materialize([tie_out], instance=instance, tags=tags)
    assert done.success
    return done.run_id


def job(
    instance: dg.DagsterInstance,
    name: str,
    error: Exception | None = None,
    run_id: str | None = None,
    config: Refresh | None = None,
) -> str:
    """A run of a job that makes nothing by itself."""

    @dg.op(name=refresh_job.OP, config_schema=dg.Field(dict, is_required=False))
    def work() -> None:
        if error is not None:
            raise error

    @dg.job(name=name, executor_def=dg.in_process_executor)
    def those() -> None:
        work()

    done = those.execute_in_process(
        instance=instance,
        run_config=run_config(config) if config else None,
        run_id=run_id or str(uuid.uuid4()),
        raise_on_error=False,
    )
    assert done.success is (error is None)
    return done.run_id
