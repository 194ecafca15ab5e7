"""The sensor, tick by tick: what is edited in QuickBooks is asked for, whatever goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import dagster as dg
import httpx
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.automation import polling
from monette_assets.automation.changes import PATIENCE, ingested_since
from monette_assets.automation.owed import LONGEST_WAIT, REQUEST_TAG, retry_after
from monette_assets.automation.polling import AT_ONCE, ask
from monette_assets.automation.refresh_job import FETCHED_TAG, JOB, MISSING_TAG
from monette_assets.clock import now
from monette_assets.simulator.books import generate_company
from monette_assets.simulator.edits import apply_edit, parse_edit
from monette_assets.simulator.server import running
from monette_assets.sources.quickbooks.notices import COMPARISON, Notices
from monette_assets.sources.quickbooks.objects import CHANGES_LIMIT, Changes
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, Watch, World, postings

MINUTES, SECONDS = timedelta(minutes=5), timedelta(seconds=5)  # between polls, between looks for notices


def run_of(watch: Watch, result: dg.SensorResult | dg.SkipReason, status: dg.DagsterRunStatus, **tags: str) -> None:
    """The run that a tick's request became."""
    assert isinstance(result, dg.SensorResult)
    assert result.run_requests
    key = result.run_requests[0].run_key
    assert key is not None
    create_run_for_test(watch.instance, job_name=JOB, status=status, tags={REQUEST_TAG: key, **tags})


def test_a_quiet_tick_asks_for_nothing(watch: Watch) -> None:
    result = watch.tick()
    assert isinstance(result, dg.SensorResult)
    assert not result.run_requests
    assert result.skip_reason is not None
    assert "nothing new" in str(result.skip_reason.skip_message)


def test_a_new_document_asks_for_its_month_of_its_company_only_once(world: World, watch: Watch) -> None:
    world.add("north", "2024-12-05")
    assert watch.requested() == {"north": ["2024-12"]}
    assert watch.memory.owed == {"north": ["2024-12"]}
    assert watch.requested() is None


def test_a_back_dated_document_asks_for_both_months(world: World, watch: Watch) -> None:
    entry = world.ingested("north", DECEMBER)
    world.edit("north", "backdate", id=entry, date="2024-11-20")
    assert watch.requested() == {"north": ["2024-11", "2024-12"]}


def test_a_deleted_documents_month_is_the_one_we_hold_it_in(world: World, watch: Watch) -> None:
    entry = world.ingested("south", NOVEMBER)
    world.edit("south", "delete", id=entry)
    assert watch.requested() == {"south": ["2024-11"]}


def test_a_document_before_the_groups_first_month_changes_its_opening_balances(world: World, watch: Watch) -> None:
    world.add("south", "2024-06-30")
    assert watch.requested() == {"south": ["2024-11"]}


def test_a_month_the_lake_does_not_hold_is_opened_for_every_company_without_a_gap(world: World, watch: Watch) -> None:
    entry = world.add("north", "2025-02-03")
    assert watch.requested() == {"north": ["2025-01", "2025-02"], "south": ["2025-01", "2025-02"]}
    world.edit("north", "delete", id=entry)


def test_a_document_unknown_to_us_touches_the_latest_month(world: World, watch: Watch) -> None:
    world.edit("north", "delete", id=world.add("north", "2024-11-11"))
    assert watch.requested() == {"north": ["2024-12"]}


def test_a_tick_that_dies_loses_nothing_and_repeats_its_key(world: World, watch: Watch) -> None:
    world.add("north", "2024-11-12")

    class Unreadable:
        def __getattr__(self, name: str) -> Any:
            raise OSError("the disk is gone")

    before = watch.cursor
    with pytest.raises(OSError, match="the disk is gone"):
        watch.tick(lake=Unreadable())
    assert watch.cursor == before
    first = watch.tick()
    watch.cursor = before
    again = watch.tick()
    assert isinstance(first, dg.SensorResult)
    assert isinstance(again, dg.SensorResult)
    assert first.run_requests
    assert again.run_requests
    assert [each.run_key for each in first.run_requests] == [each.run_key for each in again.run_requests]


def test_a_change_between_a_dead_tick_and_its_repetition_has_a_key_of_its_own(world: World, watch: Watch) -> None:
    entry = world.add("north", "2024-11-13")
    before = watch.cursor
    first = watch.tick()
    world.edit("north", "change", id=entry, document={"postings": postings("55.00")})
    watch.cursor = before
    again = watch.tick()
    assert isinstance(first, dg.SensorResult)
    assert isinstance(again, dg.SensorResult)
    assert first.run_requests
    assert again.run_requests
    assert first.run_requests[0].run_config == again.run_requests[0].run_config
    assert first.run_requests[0].run_key != again.run_requests[0].run_key


def test_a_lost_cursor_starts_before_the_last_ingest_with_new_keys(world: World) -> None:
    world.add("south", "2024-12-12")
    first, second = Watch(world), Watch(world)
    results = [each.tick() for each in (first, second)]
    requests = [
        result.run_requests[0] for result in results if isinstance(result, dg.SensorResult) and result.run_requests
    ]
    assert [request.run_config["ops"]["refresh_chain"]["config"]["months"]["south"][-1] for request in requests] == [
        "2024-12",
        "2024-12",
    ]
    assert requests[0].run_key != requests[1].run_key
    assert min(ingested_since(world.lake).values()) > now(world.group) - timedelta(hours=1)


def test_an_unreadable_cursor_is_a_lost_one(world: World) -> None:
    watch = Watch(world, cursor='{"north": "2024-11-05T00:00:00Z"}')
    assert isinstance(watch.tick(), dg.SensorResult)
    assert set(watch.memory.since) == {"north", "south"}


def test_changes_wait_while_a_refresh_runs(world: World, watch: Watch) -> None:
    run = create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    world.add("north", "2024-12-06")
    skipped = watch.tick()
    assert isinstance(skipped, dg.SkipReason)
    assert run.run_id[:8] in str(skipped.skip_message)
    watch.instance.delete_run(run.run_id)
    assert watch.requested() == {"north": ["2024-12"]}


def test_refreshes_of_others_back_to_back_keep_no_change_from_being_heard(world: World, watch: Watch) -> None:
    moment = watch.memory.polled
    assert moment is not None
    world.add("north", "2024-12-06")
    for turn in range(3):  # each is followed by the next before a tick comes
        other = create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
        assert watch.requested(moment + PATIENCE * turn / 3) is None
        watch.instance.report_run_canceled(other)
    create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    assert watch.requested(moment + PATIENCE) == {"north": ["2024-12"]}  # it waits in the queue behind the other
    asked = watch.memory.request
    assert asked is not None
    tags = {REQUEST_TAG: asked.key}
    create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED, tags=tags)
    world.add("south", "2024-11-06")
    assert watch.requested(moment + 9 * PATIENCE) is None  # it owes what it asked for itself: one at a time


def test_a_lost_cursor_waits_no_longer_than_another(world: World) -> None:
    watch, moment = Watch(world), now(world.group)
    create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    assert watch.requested(moment) is None
    assert watch.requested(moment + PATIENCE / 2) is None
    watch.tick(moment + PATIENCE)
    assert set(watch.memory.since) == {"north", "south"}


def test_a_company_whose_token_is_dead_fails_alone_and_is_heard_once_connected(world: World, watch: Watch) -> None:
    world.fault(kind="revoke_token", realm="1001")
    world.add("north", "2024-11-07")
    world.add("south", "2024-11-08")
    since = watch.memory.since
    assert watch.requested() == {"south": ["2024-11"]}
    assert watch.memory.since["north"] == since["north"]
    assert watch.memory.refused == ["north"]
    quiet = watch.tick()
    assert isinstance(quiet, dg.SensorResult)
    assert quiet.skip_reason is not None
    assert "no answer from north" in str(quiet.skip_reason.skip_message)
    assert "monette connect north" in str(quiet.skip_reason.skip_message)
    httpx.delete(f"{world.url}/simulator/faults")
    world.connect("north")
    assert (watch.requested() or {}).get("north") == ["2024-11"]
    assert watch.memory.refused == []


def test_past_quickbooks_reach_the_whole_company_is_fetched_again(world: World, watch: Watch) -> None:
    since = {**watch.memory.since, "north": now(world.group) - timedelta(days=31)}
    watch.cursor = watch.memory.model_copy(update={"since": since}).model_dump_json()
    assert watch.requested() == {"north": ["2024-11", "2024-12"]}


def test_what_was_fetched_is_no_longer_owed(world: World, watch: Watch) -> None:
    world.add("north", "2024-12-09")
    run_of(watch, watch.tick(), dg.DagsterRunStatus.FAILURE, **{FETCHED_TAG: "yes"})  # a check failed, nothing else
    assert watch.requested() is None
    assert watch.memory.owed == {}


def test_an_outage_of_a_day_is_tried_again_once_an_hour_and_ends_by_itself(world: World, watch: Watch) -> None:
    world.add("north", "2024-12-10")
    began = moment = now(world.group)
    waits, keys = [], set()
    for attempt in range(1, 31):
        result = watch.tick(moment)
        run_of(watch, result, dg.DagsterRunStatus.FAILURE)
        assert isinstance(result, dg.SensorResult)
        keys |= {request.run_key for request in result.run_requests or ()}
        assert watch.requested(moment + retry_after(attempt) - timedelta(seconds=1)) is None
        waits.append(retry_after(attempt))
        moment += waits[-1]
    assert [wait.total_seconds() / 60 for wait in waits[:6]] == [5, 10, 20, 40, 60, 60]
    assert max(waits) == LONGEST_WAIT
    assert moment - began > timedelta(days=1)
    assert len(keys) == 30
    run_of(watch, watch.tick(moment), dg.DagsterRunStatus.SUCCESS, **{FETCHED_TAG: "yes"})
    assert watch.requested(moment) is None
    assert watch.memory.owed == {}
    assert watch.memory.tried == {}


def test_only_the_company_that_did_not_come_is_asked_for_again(world: World, watch: Watch) -> None:
    world.add("north", "2024-12-11")
    world.add("south", "2024-12-11")
    moment = now(world.group)
    result = watch.tick(moment)
    run_of(watch, result, dg.DagsterRunStatus.FAILURE, **{MISSING_TAG: "north"})
    assert watch.requested(moment) is None
    assert watch.memory.owed == {"north": ["2024-12"]}
    world.add("south", "2024-11-11")  # what the others do does not hurry it
    assert watch.requested(moment) == {"south": ["2024-11"]}
    assert watch.requested(moment + retry_after(1) - timedelta(seconds=1)) is None
    assert watch.requested(moment + retry_after(1)) == {"north": ["2024-12"], "south": ["2024-11"]}


def test_a_company_that_takes_too_long_is_left_for_the_next_tick(world: World) -> None:
    answered = Event()

    class Slow:
        def changes(self, company: str, since: datetime) -> str:
            if company == "north":
                answered.wait(timeout=30)
            return company

    moment = now(world.group)
    poll = ask(Slow(), {"north": moment, "south": moment}, budget_seconds=0.2)  # type: ignore[arg-type]
    answered.set()
    assert list(poll.changes) == ["south"]
    assert "no answer within 0.2 s" in poll.failures["north"]


def test_companies_that_hang_take_no_turn_from_the_others() -> None:
    """As many as are asked at once hang: the others are first the next time, whoever was heard longest ago."""
    answered = Event()
    moment = datetime(2025, 1, 15, tzinfo=UTC)
    hanging = {f"hanging{number}": moment - timedelta(days=number) for number in range(AT_ONCE)}

    class Hanging:
        def changes(self, company: str, since: datetime) -> str:
            if company in hanging:
                answered.wait(timeout=30)
            return company

    since = {**hanging, "north": moment, "south": moment}
    first = ask(Hanging(), since, budget_seconds=0.2)  # type: ignore[arg-type]
    turns = dict.fromkeys(first.begun, moment)
    second = ask(Hanging(), since, turns, budget_seconds=0.2)  # type: ignore[arg-type]
    answered.set()
    assert (set(first.changes), first.begun) == (set(), frozenset(hanging))
    assert set(second.changes) == {"north", "south"}


def test_a_company_that_hangs_is_asked_one_question_at_a_time(world: World) -> None:
    quickbooks, moment = world.quickbooks, now(world.group)
    world.fault(kind="slow", realm="1001", seconds=1.5, times=1)
    first = ask(quickbooks, {"north": moment, "south": moment}, budget_seconds=0.7)
    again = ask(quickbooks, {"north": moment, "south": moment}, budget_seconds=0.7)
    assert (list(first.changes), list(again.changes)) == (["south"], ["south"])
    assert "no answer within 0.7 s" in first.failures["north"]
    assert "has not been answered yet" in again.failures["north"]


def test_whose_turn_did_not_come_is_asked_at_the_next_tick(
    world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "AT_ONCE", 1)
    released, begun = Event(), list[str]()

    class FirstHangs:
        def changes(self, company: str, since: datetime) -> Changes:
            begun.append(company)
            if len(begun) == 1:
                released.wait(timeout=30)
            return Changes(company, since, since, (), (), (), too_far=False)

    moment = now(world.group) + timedelta(minutes=10)
    watch.tick(moment, quickbooks=FirstHangs(), poll_every=MINUTES, budget_seconds=0.2)
    assert len(begun) == 1
    watch.tick(moment + SECONDS, quickbooks=FirstHangs(), poll_every=MINUTES, budget_seconds=5)
    released.set()
    assert set(begun[1:]) == {"north", "south"}
    assert begun[1] != begun[0]
    assert isinstance(watch.tick(moment + 2 * SECONDS, poll_every=MINUTES), dg.SkipReason)


def test_a_voided_document_asks_for_its_month(world: World, watch: Watch) -> None:
    world.edit("south", "void", id=world.ingested("south", NOVEMBER))
    assert watch.requested() == {"south": ["2024-11"]}


def test_a_thousand_changes_at_once_have_the_whole_company_fetched_again(
    world: World, watch: Watch, tmp_path: Path
) -> None:
    north = generate_company(world.group, world.group.company("north"), until=NOVEMBER)
    for number in range(CHANGES_LIMIT):
        entry = {"date": "2024-12-20", "number": f"M-{number}", "postings": postings("1.00")}
        edit = parse_edit({"realm_id": "1001", "action": "add", "kind": "JournalEntry", "document": entry})
        apply_edit(north, edit, at=now(world.group))
    with running({"1001": north}) as simulator:
        urls = {"quickbooks_url": simulator.url, "quickbooks_token_url": f"{simulator.url}/oauth2/v1/tokens/bearer"}
        busy = replace(world, url=simulator.url, settings=world.settings.model_copy(update={"home": tmp_path, **urls}))
        busy.connect("north")
        assert watch.requested(quickbooks=busy.quickbooks) == {"north": ["2024-11", "2024-12"]}


def test_a_notified_company_is_asked_within_seconds_and_no_other(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment, notices=world.notices, poll_every=MINUTES)
    before = world.asked("cdc")
    world.add("north", "2024-12-07")  # QuickBooks tells the receiver before it answers
    assert watch.requested(moment + SECONDS, notices=world.notices, poll_every=MINUTES) == {"north": ["2024-12"]}
    assert world.asked("cdc") == {"north": before["north"] + 1, "south": before["south"]}


def test_a_quiet_company_is_not_asked_between_polls(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment, notices=world.notices, poll_every=MINUTES)
    before = world.asked("cdc")
    assert isinstance(watch.tick(moment + MINUTES - SECONDS, notices=world.notices, poll_every=MINUTES), dg.SkipReason)
    assert world.asked("cdc") == before
    watch.tick(moment + MINUTES, notices=world.notices, poll_every=MINUTES)
    assert world.asked("cdc") == {company: count + 1 for company, count in before.items()}


def test_notifications_lost_repeated_and_out_of_order_refresh_what_changed_once(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment, notices=world.notices, poll_every=MINUTES)
    for kind in ("delay_notification", "repeat_notification", "lose_notification"):
        world.fault(kind=kind, times=1)
    world.add("north", "2024-11-17")  # told after the next
    world.add("north", "2024-12-17")  # told twice
    world.add("south", "2024-12-18")  # never told
    first = watch.requested(moment + SECONDS, notices=world.notices, poll_every=MINUTES)
    assert first == {"north": ["2024-11", "2024-12"]}
    assert watch.requested(moment + 2 * SECONDS, notices=world.notices, poll_every=MINUTES) is None
    assert watch.requested(moment + MINUTES, notices=world.notices, poll_every=MINUTES) == {
        "south": ["2024-12"]  # the poll finds it
    }


def test_a_notice_waits_while_a_refresh_runs_and_outlives_a_tick_that_dies(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment, notices=world.notices, poll_every=MINUTES)
    world.add("south", "2024-11-18")
    run = create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    assert isinstance(watch.tick(moment + SECONDS, notices=world.notices, poll_every=MINUTES), dg.SkipReason)
    watch.instance.delete_run(run.run_id)
    before = watch.cursor
    watch.tick(moment + 2 * SECONDS, notices=world.notices, poll_every=MINUTES)
    watch.cursor = before  # the daemon died before it kept the tick's cursor
    assert watch.requested(moment + 3 * SECONDS, notices=world.notices, poll_every=MINUTES) == {"south": ["2024-11"]}


def test_a_notified_company_that_does_not_answer_is_left_alone_for_a_while(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment, notices=world.notices, poll_every=MINUTES)
    world.fault(kind="revoke_token", realm="1001")
    world.add("north", "2024-11-19")
    ticks = [watch.tick(moment + n * SECONDS, notices=world.notices, poll_every=MINUTES) for n in (1, 2, 5)]
    assert [isinstance(tick, dg.SkipReason) for tick in ticks] == [False, True, True]
    httpx.delete(f"{world.url}/simulator/faults")
    world.connect("north")
    assert watch.requested(moment + 7 * SECONDS, notices=world.notices, poll_every=MINUTES) == {"north": ["2024-11"]}


def test_months_that_a_notice_names_are_owed_each_time_it_comes(world: World, watch: Watch, tmp_path: Path) -> None:
    """The nightly comparison names months of which change data capture knows nothing."""
    notices, keys = Notices(tmp_path), set[str | None]()
    for _ in range(2):
        notices.leave(COMPARISON, {"north": ["2024-11", "2031-01"], "nobody": ["2024-11"]}, now(world.group))
        result = watch.tick(notices=notices.newest())
        run_of(watch, result, dg.DagsterRunStatus.SUCCESS, **{FETCHED_TAG: "yes"})
        assert isinstance(result, dg.SensorResult)
        assert result.run_requests
        assert result.run_requests[0].run_config["ops"]["refresh_chain"]["config"]["months"] == {"north": ["2024-11"]}
        keys.add(result.run_requests[0].run_key)
        assert watch.requested(notices=notices.newest()) is None
        assert watch.memory.owed == {}
    assert len(keys) == 2  # run keys are remembered for ever


def test_a_clock_that_jumped_ahead_and_back_stops_nobody(world: World, watch: Watch) -> None:
    moment = now(world.group)
    watch.tick(moment + timedelta(days=400), poll_every=MINUTES)
    world.add("south", "2024-11-21")
    assert watch.requested(moment, poll_every=MINUTES) == {"south": ["2024-11"]}
