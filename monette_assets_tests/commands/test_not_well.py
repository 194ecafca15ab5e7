"""The status names the open incidents and the run that failed, says what to do, and its exit status says so too."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime

import dagster as dg
import pytest

from monette_assets.automation import refresh_job
from monette_assets.automation.alerts.watching import tick
from monette_assets.automation.refresh_job import Refresh
from monette_assets.clock import now
from monette_assets.commands.platform import Platform
from monette_assets_tests.automation.small_runs import check, job, make
from monette_assets_tests.commands.conftest import OwnWorld, Say


def look(platform: Platform, instance: dg.DagsterInstance) -> datetime:
    """The sensor `alerts` looks; when it did."""
    at = now(platform.group)
    with dg.build_sensor_context(instance=instance) as context:
        tick(context, platform.group, platform.lake, platform.settings, at)
    return at


def not_well(say: Say) -> tuple[int, list[str]]:
    status, out, _ = say("status", "--format", "json")
    return status, json.loads(out)["not_well"]


def test_all_is_well_only_while_no_incident_stands_and_no_failed_run_does(
    own_world: OwnWorld, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "current_month", date(2025, 1, 1))
    platform = Platform()
    assert not_well(say) == (0, [])
    with platform.instance() as instance:
        look(platform, instance)
        assert not_well(say) == (0, [])
        refresh = str(uuid.uuid4())
        child = {refresh_job.PARENT_TAG: refresh}
        check(instance, passed=False, tags=child)
        job(instance, refresh_job.JOB, dg.Failure("gold/tie_out ties_out: north differs"), refresh,
            Refresh(first="2024-11", last="2024-12"))  # fmt: skip
        make(instance, "silver/contacts")  # the newest run succeeds
        at = look(platform, instance)
        status, [run, incident] = not_well(say)
        assert status == 1
        assert run.startswith(f"run {refresh[:8]} (refresh, 2024-11 to 2024-12) failed on ")
        assert run.endswith(
            " and nothing later has put it right: gold/tie_out ties_out: north differs; "
            "`monette run --from 2024-11 --to 2024-12` tries again; docs/playbook.md#a-run-that-broke-down"
        )
        assert incident == (
            f"incident 1, open since {at:%Y-%m-%d %H:%M}: The check ties_out of gold/tie_out fails: "
            "`monette report tie_out`; docs/playbook.md#read-a-failed-check"
        )
        status, out, _ = say("status")
        assert status == 1
        assert "Not all is well\n" in out
        assert f"  {run}\n  {incident}\n" in out
        assert say("status", "--format", "csv")[0] == 1
        newest = json.loads(say("status", "--format", "json")[1])["runs"]["rows"][:3]
        assert [(row["what"], row["status"]) for row in newest] == [
            ("silver/contacts", "success"), ("refresh", "failure"), ("__ephemeral_asset_job__", "success"),
        ]  # fmt: skip

        check(instance, passed=True)  # mended while no daemon runs: the incident is open, and nothing is wrong
        assert not_well(say) == (0, [])
        status, out, _ = say("status")
        assert status == 0
        assert "All is well\n" in out
        assert "incident 1, open since " in out
        assert "not found any more; the sensor `alerts` ends it\n" in out
