"""What QuickBooks changes without telling anybody is found at night, and fetched again: that, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import httpx
import pytest

from monette_assets.automation import comparison, refresh_job
from monette_assets.definitions import build
from monette_assets.settings import Settings
from monette_assets_tests.automation.conftest import NOVEMBER, Watch, World, postings
from monette_assets_tests.frames import group_of

EQUAL: dict[str, Any] = {"changed": {}, "not_compared": {}, "company_months": 4}


@pytest.fixture(scope="module")
def equal(world: World) -> World:
    """Gold as QuickBooks has it, whatever was edited before."""
    if compared(world)[1]["changed"]:
        assert world.refresh().ok
    return world


def compared(world: World) -> tuple[bool, dict[str, Any], str]:
    """A night's comparison: whether it succeeded, what it tells, why it failed."""
    job = world.definitions().resolve_job_def(comparison.JOB)
    done = job.execute_in_process(instance=world.instance, raise_on_error=False)
    if done.success:
        [output] = [event for event in done.all_events if event.is_successful_output]
        return True, _plain(output.step_output_data.metadata), ""
    [failed] = [event.step_failure_data.user_failure_data for event in done.all_events if event.is_step_failure]
    assert failed is not None
    return False, _plain(failed.metadata), failed.description or ""


def _plain(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, Any]:
    return {name: value.value for name, value in metadata.items()}


def named(world: World) -> dict[str, tuple[str, ...]]:
    """The months that the comparison's notices name."""
    return {name: notice.months for name, notice in world.notices.items() if name.startswith("comparison/")}


def test_a_quiet_night_asks_for_one_report_a_company_month_and_for_nothing_further(equal: World) -> None:
    watch, before, asked = Watch(equal).caught_up(), named(equal), equal.asked("report:TrialBalance")
    success, told, _ = compared(equal)
    assert success
    assert {key: told[key] for key in EQUAL} == EQUAL
    assert told["calls"] == 2 * 2 + 2 * 2  # company and preferences of each, then its two months
    assert equal.asked("report:TrialBalance") == {company: count + 2 for company, count in asked.items()}
    assert named(equal) == before
    assert watch.requested(notices=equal.notices) is None


def test_a_silent_edit_is_found_and_exactly_its_month_is_fetched_again(equal: World) -> None:
    entry, before = equal.ingested("north", NOVEMBER), equal.cost("north", NOVEMBER, "Utilities")
    watch = Watch(equal, instance=equal.instance).caught_up()
    recosted = {"postings": postings("777.00", "Utilities")}
    equal.edit("north", "change", id=entry, silent=True, document=recosted)
    assert watch.requested(notices=equal.notices) is None  # nobody tells
    success, told, _ = compared(equal)
    assert success
    assert told["changed"] == {"north": ["2024-11"]}  # December carries it on, and is not named
    result = watch.tick(notices=equal.notices)
    assert isinstance(result, dg.SensorResult)
    assert result.run_requests
    [request] = result.run_requests
    config = request.run_config["ops"]["refresh_chain"]["config"]
    assert (config["months"], config["whole"]) == ({"north": ["2024-11"]}, ["north"])
    repair = equal.definitions().resolve_job_def(refresh_job.JOB)
    assert repair.execute_in_process(
        instance=equal.instance, run_config=request.run_config, tags=dict(request.tags)
    ).success
    assert equal.cost("north", NOVEMBER, "Utilities") != before
    versions = equal.lake.read("bronze/quickbooks_objects", columns=["object_id", "payload"]).to_pylist()
    assert any(row["object_id"] == entry and "777" in row["payload"] for row in versions)  # the document itself too
    assert watch.memory.whole == ["north"]
    assert watch.requested(notices=equal.notices) is None
    assert watch.memory.whole == []
    success, told, _ = compared(equal)
    assert {key: told[key] for key in EQUAL} == EQUAL


def test_a_company_that_cannot_be_reached_is_told_and_does_not_stop_the_others(equal: World) -> None:
    entry = equal.add("north", "2024-12-22", "10.00")
    equal.fault(kind="revoke_token", realm="1002")
    success, told, why = compared(equal)
    httpx.delete(f"{equal.url}/simulator/faults")
    equal.connect("south")
    equal.edit("north", "delete", id=entry)
    assert not success
    assert told["changed"] == {"north": ["2024-12"]}
    assert named(equal)["comparison/north"] == ("2024-12",)
    assert "1 company(ies) could not be compared, the others were" in why
    assert "monette connect south" in why
    assert "north:" not in why


def test_a_report_that_cannot_be_read_is_not_taken_for_a_change(equal: World) -> None:
    before = named(equal)
    equal.fault(kind="malformed_amount", realm="1001", report="TrialBalance", times=1)
    success, told, why = compared(equal)
    httpx.delete(f"{equal.url}/simulator/faults")
    assert not success
    assert (told["changed"], list(told["not_compared"])) == ({}, ["north"])
    assert "malformed_amount" in why
    assert named(equal) == before


def test_every_night_by_the_groups_clock(tmp_path: Any) -> None:
    definitions = build(Settings(home=tmp_path), group_of(tmp_path / "group"))
    schedule = definitions.resolve_schedule_def(comparison.SCHEDULE)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        moment = datetime(2028, 3, 1, 4, 30, tzinfo=UTC)  # the evening of the leap day in Regina
        request = schedule(dg.build_schedule_context(instance, scheduled_execution_time=moment))
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == "2028-02-29"


def test_books_that_are_not_there_yet_are_not_compared(tmp_path: Any) -> None:
    definitions = build(Settings(home=tmp_path), group_of(tmp_path / "group"))
    with dg.DagsterInstance.ephemeral() as instance:
        assert definitions.resolve_job_def(comparison.JOB).execute_in_process(instance=instance).success
    assert not (tmp_path / "notices").exists()
