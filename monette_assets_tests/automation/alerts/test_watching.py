"""From a dead token to one alert, and from its reconnection to one all-clear, tick by tick, on real books."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test
from pydantic import SecretStr

from monette_assets.automation import chain
from monette_assets.automation.alerts.register import CLEAR_AFTER, Register
from monette_assets.automation.alerts.stores import HomeFile
from monette_assets.automation.alerts.watching import LOOK_EVERY, tick
from monette_assets.automation.refresh import refresh
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.home import dagster_instance
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets_tests.automation.alerts.conftest import SECRET, Webhook
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, World
from monette_assets_tests.reports.small_lake import publish

MINUTE = timedelta(minutes=1)


@dataclass
class Alerts:
    """The sensor, at moments of its own, with a home of its own for what it remembers."""

    world: World
    home: Path
    url: SecretStr
    cursor: str | None = None
    docs_url: str | None = None

    def tick(self, moment: datetime) -> str:
        settings = self.world.settings.model_copy(update={"alerts": self.url, "docs_url": self.docs_url})
        kept = settings.model_copy(update={"home": self.home})
        with dg.build_sensor_context(instance=self.world.instance, cursor=self.cursor) as context:
            result = tick(context, self.world.group, self.world.lake, _with_tokens(kept, self.world), moment)
        self.cursor = result.cursor
        return str(result.skip_reason.skip_message) if result.skip_reason else ""

    @property
    def register(self) -> Register:
        return Register(HomeFile(self.home / "alerts"))


def _with_tokens(settings: Settings, world: World) -> Settings:
    """The world's own tokens, under another home."""
    theirs = {"secrets": str(world.settings.secrets_path), "secrets_key": world.settings.secrets_key_path}
    return settings.model_copy(update=theirs)


@pytest.fixture
def alerts(world: World, tmp_path: Path, webhook: Webhook) -> Alerts:
    return Alerts(world, tmp_path, webhook.channel.url)


def test_a_dead_token_is_one_alert_and_its_end_one_all_clear(alerts: Alerts, world: World, webhook: Webhook) -> None:
    moment = now(world.group)
    alerts.tick(moment)
    before = len(webhook.bodies)
    refused = "QuickBooks refuses the connection of north"

    def told() -> list[Any]:  # of this; what other tests left in the world ends meanwhile
        return [body for body in webhook.bodies[before:] if refused in body["title"]]

    world.fault(kind="revoke_token", realm="1001")
    steps = chain.plan(world.group, NOVEMBER, DECEMBER)
    assert not refresh(world.group, world.lake, world.definitions(), world.instance, steps).ok
    alerts.tick(moment + MINUTE)
    [opened] = told()
    assert opened["title"] == f"Small Group: {refused}: nothing of it comes in any more"
    for line in ("Companies: north", "monette connect north", "See docs/playbook.md#a-dead-token"):
        assert line in opened["message"].splitlines()
    assert "monette run --from 2024-11 --to 2024-12 --company north" in opened["message"]
    for minutes in (2, 10, 60, 600):
        alerts.tick(moment + minutes * MINUTE)
    assert told() == [opened]
    world.heal()
    world.connect("north")
    assert world.refresh().ok
    later = moment + 601 * MINUTE
    alerts.tick(later)
    alerts.tick(later + CLEAR_AFTER)
    alerts.tick(later + CLEAR_AFTER + LOOK_EVERY)
    [_, clear] = told()
    assert clear["title"].startswith(f"Small Group: all clear: {refused}")
    assert "token:north" not in {each.incident.key for each in alerts.register.incidents(world.group.time_zone)}


def test_nothing_is_looked_at_again_while_nothing_is_recorded(alerts: Alerts, world: World) -> None:
    moment = now(world.group)
    assert "open incident(s)" in alerts.tick(moment)
    assert "open incident(s)" not in alerts.tick(moment + MINUTE)
    assert "open incident(s)" in alerts.tick(moment + LOOK_EVERY)


def test_a_receiver_that_is_down_is_said_without_its_url_and_tried_again(
    alerts: Alerts, world: World, webhook: Webhook
) -> None:
    webhook.status = 500
    moment = now(world.group)
    create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.FAILURE)
    said = alerts.tick(moment)
    assert "1 not delivered" in said
    assert SECRET not in said + (alerts.cursor or "")
    webhook.status = 200
    alerts.tick(moment + MINUTE)
    create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.SUCCESS)
    assert [title for title in (body["title"] for body in webhook.bodies) if "maintenance" in title] == [
        "Small Group: The last run of maintenance broke down"
    ]


@pytest.mark.parametrize("docs_url", [None, "https://wiki.example/docs"])
def test_an_alert_links_to_what_to_do_where_it_is_known_where_docs_are_read(
    alerts: Alerts, world: World, webhook: Webhook, docs_url: str | None
) -> None:
    alerts.docs_url, webhook.status = docs_url, 500  # what is not taken is kept
    create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.FAILURE)
    alerts.tick(now(world.group))
    create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.SUCCESS)
    owed = (each.message for each in alerts.register.undelivered(world.group.time_zone))
    [message] = [each for each in owed if "maintenance" in each.title]
    page = f"{docs_url or 'docs'}/playbook.md#a-run-that-broke-down"
    assert f"See {page}" in message.text.splitlines()
    assert re.findall(r'href="([^"]*)"', message.html) == ([page] if docs_url else [])


def test_without_channels_incidents_are_kept(alerts: Alerts, world: World) -> None:
    run = create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.FAILURE)
    moment = now(world.group)
    with dg.build_sensor_context(instance=world.instance) as context:
        settings = _with_tokens(world.settings.model_copy(update={"home": alerts.home}), world)
        tick(context, world.group, world.lake, settings, moment)
    kept = {each.incident.key: each.incident for each in alerts.register.incidents(world.group.time_zone)}
    assert kept["run:maintenance"].details == (f"run {run.run_id[:8]}: it ended without saying why",)
    create_run_for_test(world.instance, job_name="maintenance", status=dg.DagsterRunStatus.SUCCESS)


def test_the_daemon_gets_it_with_its_lake(world: World) -> None:
    repository = world.definitions().get_repository_def()
    sensor = repository.get_sensor_def("alerts")
    needs = {key: repository.get_top_level_resources()[key] for key in sensor.required_resource_keys}
    with dg.build_sensor_context(world.instance, resources=needs, repository_def=repository) as context:
        assert sensor.evaluate_tick(context).run_requests == []


def test_an_exceeded_budget_is_an_incident_of_its_own_and_the_new_month_its_all_clear(
    tmp_path: Path, group: Group, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two budgets of November are exceeded and one is not; in December neither is, though nothing was counted yet."""
    lake = Lake(str(tmp_path / "lake"))
    spent = {"period": NOVEMBER, "budget_cad": Decimal("10.00")}
    over = {**spent, "spent_cad": Decimal("10.120000"), "is_exceeded": True}
    publish(
        lake,
        "gold/platform_budgets",
        [
            {**over, "part": "layer", "name": "gold"},
            {**over, "part": "pillar", "name": "Grain"},
            {**spent, "part": "layer", "name": "silver", "spent_cad": Decimal("9.000000"), "is_exceeded": False},
        ],
    )
    settings = Settings(home=tmp_path, alerts=webhook.channel.url)
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path))
    cursor = None
    first, december = datetime(2024, 11, 20, 12, tzinfo=UTC), datetime(2024, 12, 1, 12, tzinfo=UTC)
    with dagster_instance(settings) as instance:
        for moment in (first, december, december + CLEAR_AFTER):
            with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
                cursor = tick(context, group, lake, settings, moment).cursor
    assert [body["title"] for body in webhook.bodies] == [
        "Small Group: The platform costs more than its budget of layer gold, 2024-11",
        "Small Group: The platform costs more than its budget of pillar Grain, 2024-11",
        "Small Group: all clear: The platform costs more than its budget of layer gold, 2024-11",
        "Small Group: all clear: The platform costs more than its budget of pillar Grain, 2024-11",
    ]
    told = webhook.bodies[0]["message"].splitlines()
    assert "layer gold 2024-11: spent 10.12 of 10.00 CAD" in " ".join(told)
    assert "monette cost --by asset --period 2024-11" in told
    assert "See docs/playbook.md#what-it-costs" in told
