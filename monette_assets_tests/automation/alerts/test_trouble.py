"""What is wrong is read from what the platform recorded: runs, checks, tokens, months, freshness, ticks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.test_utils import create_run_for_test
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from monette_assets.automation import changes
from monette_assets.automation.alerts import trouble
from monette_assets.automation.alerts.failures import left_behind
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.chain import CHAIN_TAG
from monette_assets.automation.owed import Cursor
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.automation.alerts.conftest import NOON, evaluate
from monette_assets_tests.reports.small_lake import append, publish

DECEMBER, JANUARY, FEBRUARY = date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)


def well(_: str) -> None:
    """Every company's stored tokens are good."""


class Ticks:
    """Ticks of sensors and schedules, as the daemon records them."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance

    def of(
        self, name: str, *statuses: TickStatus, schedule: bool = False, cursor: str | None = None, said: str = ""
    ) -> None:
        location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="x"), location_name="here")
        origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "repository"), name)
        kind = InstigatorType.SCHEDULE if schedule else InstigatorType.SENSOR
        data = ScheduleInstigatorData("0 4 * * *") if schedule else SensorInstigatorData(cursor=cursor)
        state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data)
        self.instance.add_instigator_state(state)
        error = SerializableErrorInfo("RuntimeError: no such table\nmore", [], "RuntimeError")
        for number, status in enumerate(statuses):
            self.instance.create_tick(
                TickData(
                    instigator_origin_id=state.instigator_origin_id,
                    instigator_name=name,
                    instigator_type=kind,
                    status=status,
                    run_ids=["run"] if status is TickStatus.SUCCESS else None,
                    timestamp=NOON.timestamp() + number,
                    selector_id=state.selector_id,
                    error=error if status is TickStatus.FAILURE else None,
                    skip_reason=said or None,
                )
            )


def test_what_did_not_arrive_for_want_of_a_connection_is_a_token(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    why = "north: OAuth: invalid_grant; reconnect the company with `monette connect north`"
    evaluate(instance, "bronze/quickbooks_reports", "arrived", "north|2024-12", passed=False, description=why)
    evaluate(instance, "bronze/quickbooks_reports", "arrived", "south|2024-12", passed=False, description="HTTP 503")
    checks = left_behind(instance, group, lake)
    assert [(each.company, each.period) for each in checks] == [("north", DECEMBER), ("south", DECEMBER)]
    assert list(trouble.tokens(instance, group, lake, well, checks, NOON)) == [
        Finding(Kind.TOKEN, "north", why, "north")
    ]


def test_a_stored_connection_that_ran_out_is_one_before_anybody_asks(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    def connection(company: str) -> str | None:
        return "it ran out" if company == "south" else None

    assert list(trouble.tokens(instance, group, lake, connection, [], NOON)) == []  # nothing was ever ingested
    publish_objects(lake)
    assert list(trouble.tokens(instance, group, lake, connection, [], NOON)) == [
        Finding(Kind.TOKEN, "south", "it ran out", "south")
    ]


def publish_objects(lake: Lake) -> None:
    """Something was ingested."""
    append(lake, "bronze/quickbooks_objects", [{"company": "north"}])


def test_a_company_is_silent_once_it_has_not_answered_for_an_hour(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    heard = {"north": NOON - timedelta(minutes=61), "south": NOON - timedelta(minutes=59)}
    cursor = Cursor(begun=NOON, since=heard, silent=["north", "south"]).model_dump_json()
    Ticks(instance).of(changes.SENSOR, TickStatus.SKIPPED, cursor=cursor, said="no answer from north, south: HTTP 503")
    [found] = trouble.tokens(instance, group, lake, well, [], NOON)
    assert (found.kind, found.company) == (Kind.SILENT, "north")


def test_a_company_that_refuses_the_sensors_question_is_a_token_at_once(
    instance: dg.DagsterInstance, group: Group, lake: Lake
) -> None:
    cursor = Cursor(begun=NOON, since={"north": NOON, "south": NOON}, silent=["north", "south"], refused=["north"])
    said = "refresh c0ffee12 is started; changes are asked for after it"  # whatever newer ticks say
    Ticks(instance).of(changes.SENSOR, TickStatus.SKIPPED, cursor=cursor.model_dump_json(), said=said)
    [found] = trouble.tokens(instance, group, lake, well, [], NOON)
    assert (found.kind, found.company) == (Kind.TOKEN, "north")


def test_a_sensor_fails_once_three_ticks_in_a_row_failed_a_schedule_at_once(instance: dg.DagsterInstance) -> None:
    failed, fine = TickStatus.FAILURE, TickStatus.SKIPPED
    ticks = Ticks(instance)
    ticks.of("landing", failed, fine, failed, failed)
    ticks.of("release_when_quiet", fine, failed, failed, failed)
    ticks.of("daily_refresh", TickStatus.SUCCESS, failed, schedule=True)
    ticks.of("month_end", failed, TickStatus.SUCCESS, schedule=True)
    assert sorted((each.subject, each.what) for each in trouble.failing_ticks(instance)) == [
        ("schedule daily_refresh", "RuntimeError: no such table"),
        ("sensor release_when_quiet", "RuntimeError: no such table"),
    ]


def test_a_refresh_under_way_is_waited_for_but_not_for_ever(instance: dg.DagsterInstance) -> None:
    run = create_run_for_test(instance, tags={CHAIN_TAG: "c"}, status=dg.DagsterRunStatus.STARTED)
    begun = datetime.now(UTC)
    assert trouble.at_work(instance, begun) == run.run_id
    assert trouble.at_work(instance, begun + trouble.STUCK_AFTER + timedelta(minutes=1)) is None


def test_months_are_incomplete_once_they_are_past_due(group: Group, lake: Lake) -> None:
    lacks = {"complete": False, "missing": "1 account(s) unmapped"}
    publish(
        lake,
        "gold/completeness",
        [
            {"company": "north", "period": JANUARY, **lacks},
            {"company": "south", "period": JANUARY, "complete": True},
            {"company": "north", "period": FEBRUARY, **lacks},  # ended three days ago
        ],
    )
    at_noon = NOON.astimezone(group.time_zone)
    assert list(trouble.incomplete_months(group, lake, at_noon)) == [
        Finding(Kind.INCOMPLETE, "gold/completeness", "north 2025-01: 1 account(s) unmapped", "north", JANUARY)
    ]
    later = {(each.company, each.period): each.what for each in
             trouble.incomplete_months(group, lake, at_noon + timedelta(days=8))}  # fmt: skip
    assert later["south", FEBRUARY] == "south 2025-02: absent"
    assert len(later) == 3


def test_a_table_is_stale_when_it_is_older_than_its_policy_allows(instance: dg.DagsterInstance) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(dg.AssetKey(["gold", "completeness"])))
    built = datetime.now(UTC)
    assert list(trouble.stale_tables(instance, built + timedelta(hours=35))) == []
    [found] = trouble.stale_tables(instance, built + timedelta(hours=37))
    assert found.what == "gold/completeness: last built 37 hours ago, at most 36 are allowed"
