"""What was left failed stands in the status, fails the check, and can be asked for as a check of its own."""

from __future__ import annotations

import json

import dagster as dg
import pytest

from monette_assets.automation.catch_up import CHECK
from monette_assets.commands.platform import Platform
from monette_assets.definitions import build
from monette_assets_tests.commands.conftest import OwnWorld, Say


@pytest.fixture(scope="module")
def broken(own_world: OwnWorld) -> OwnWorld:
    """The newest attempt at a table broke down."""

    @dg.asset(key=["silver", "classes"])
    def classes() -> None:
        raise OSError(28, "No space left on device")

    with Platform().instance() as instance:
        assert not dg.materialize([classes], instance=instance, raise_on_error=False).success
    return own_world


def test_the_status_lists_what_was_left_failed(broken: OwnWorld, say: Say) -> None:
    status, out, _ = say("status")
    assert status == 1
    assert "Left failed: 1" in out
    assert "Daemon: no heartbeat was ever written" in out
    assert "  silver/classes broke down (run " in out


def test_the_check_fails_on_it(broken: OwnWorld, say: Say) -> None:
    status, out, _ = say("check", "--recorded", "--select", "silver/classes", "--format", "json")
    assert status == 1
    [row] = json.loads(out)["rows"]
    assert (row["table"], row["check"], row["severity"]) == ("silver/classes", "left_failed", "error")
    assert row["what"].startswith("broke down (run ")
    assert say("check", "--recorded", "--select", "silver/contacts")[0] == 0


def test_the_standing_check_says_it_when_asked_by_hand(broken: OwnWorld) -> None:
    platform = Platform()
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("quarantine"), CHECK))
    job = dg.define_asset_job("by_hand", selection=selection)
    definitions = dg.Definitions.merge(build(platform.settings, platform.group), dg.Definitions(jobs=[job]))
    with platform.instance() as instance:
        done = definitions.resolve_job_def("by_hand").execute_in_process(instance=instance)
    [evaluation] = done.get_asset_check_evaluations()
    assert not evaluation.passed
    assert str(evaluation.description).startswith("silver/classes broke down")
