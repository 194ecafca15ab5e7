"""The weekly digest says what ran, was completed, restated and wrong; a week has one, delivered as alerts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test
from pydantic import SecretStr

from monette_assets.automation.alerts.digest import COMPLETENESS, RESTATEMENTS, TIE_OUT, compose
from monette_assets.automation.alerts.outbox import deliver
from monette_assets.automation.alerts.register import CLEAR_AFTER, Register
from monette_assets.automation.chain import CHAIN_TAG, STEP_TAG
from monette_assets.bronze.quickbooks_reports import CALLS_TAG
from monette_assets.clock import now
from monette_assets.definitions import build
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets_tests.automation.alerts.conftest import SECRET, Webhook, incident, kept_at
from monette_assets_tests.reports.small_lake import publish

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


@dataclass
class Home:
    """A lake, Dagster's storage and a register with nothing in them."""

    instance: dg.DagsterInstance
    group: Group
    lake: Lake
    register: Register

    def digest(self, at: datetime) -> str:
        return compose(self.instance, self.group, self.lake, self.register, at).text


@pytest.fixture
def home(instance: dg.DagsterInstance, group: Group, lake: Lake, tmp_path: Path) -> Home:
    return Home(instance, group, lake, kept_at(str(tmp_path / "alerts")))


def section(text: str, title: str) -> list[str]:
    """The lines under a heading."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    return lines[start : lines.index("", start)]


def test_a_home_where_nothing_ran_yet_has_one_too(home: Home) -> None:
    message = compose(home.instance, home.group, home.lake, home.register, datetime(2025, 3, 3, 13, tzinfo=UTC))
    assert (message.id, message.occasion) == ("digest:2025-W10", "digest")
    assert message.title == f"{home.group.name}: week to 2025-03-03"
    assert section(message.text, "Incidents") == ["0 opened, 0 over, 0 open"]
    assert section(message.text, "Runs") == ["nothing ran"]
    assert section(message.text, "Months") == ["nothing is built yet"]
    assert section(message.text, "Data") == []


def test_incidents_of_the_week_are_counted_and_named_and_older_ones_only_while_they_last(home: Home) -> None:
    begin = datetime(2025, 2, 24, 12, tzinfo=UTC)
    home.register.look([incident("token:old"), incident("token:south")], begin - HOUR, group="Farm")
    home.register.look([incident("token:south"), incident("token:north")], begin + HOUR, group="Farm")
    for moment in (begin + 2 * HOUR, begin + 2 * HOUR + CLEAR_AFTER):
        home.register.look([incident("token:south")], moment, group="Farm")
    first, *named = section(home.digest(begin + WEEK), "Incidents")
    assert first == "1 opened, 2 over, 1 open"
    assert [line.split("wrong: ")[1] for line in named] == ["token:old", "token:south", "token:north"]
    assert "lasted 1 h 0 min" in named[2]
    assert ", open: " in named[1]
    assert section(home.digest(begin + 2 * WEEK), "Incidents")[0] == "0 opened, 0 over, 1 open"


def test_runs_are_counted_by_job_and_how_they_ended_and_a_chains_calls_once(home: Home) -> None:
    done, failed = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
    create_run_for_test(home.instance, job_name="refresh", status=done)
    create_run_for_test(home.instance, job_name="refresh", status=failed)
    for step, calls in (("objects", "20"), ("reports", "70")):  # counted from the chain's beginning
        tags = {CHAIN_TAG: "c", STEP_TAG: step, CALLS_TAG: calls}
        create_run_for_test(home.instance, job_name="__ASSET_JOB", status=done, tags=tags)
    lines = section(home.digest(datetime.now(UTC)), "Runs")
    assert lines[0] == "refresh: 2 (1 failure, 1 success)"
    assert lines[1] == "steps of jobs: 2 (2 success)"
    assert lines[2].startswith("70 calls of QuickBooks by refreshes")
    assert section(home.digest(datetime.now(UTC) + 2 * WEEK), "Runs") == ["nothing ran"]


def test_months_that_became_complete_or_no_longer_are_since_last_week(home: Home) -> None:
    def of(*complete: tuple[str, date]) -> list[dict[str, object]]:
        units = [(company, period) for company in ("north", "south") for period in (NOVEMBER, DECEMBER)]
        return [{"company": c, "period": p, "complete": (c, p) in complete} for c, p in units]

    publish(home.lake, COMPLETENESS, of(("north", NOVEMBER)), "first")
    since = home.lake.history(COMPLETENESS)[0].timestamp
    publish(home.lake, COMPLETENESS, of(("south", NOVEMBER), ("north", DECEMBER)), "second")
    assert section(home.digest(since + WEEK), "Months") == [
        "2 of 4 company-months are complete",
        "completed: 2024-11 (south), 2024-12 (north)",
        "no longer complete: 2024-11 (north)",
    ]
    assert section(home.digest(datetime.now(UTC) + WEEK), "Months") == ["2 of 4 company-months are complete"]


def test_differences_and_what_was_restated_are_named_by_month_and_company(home: Home) -> None:
    lines = [
        {"company": "north", "period": NOVEMBER, "account_id": "1", "difference": 0},
        {"company": "south", "period": NOVEMBER, "account_id": "1", "difference": 5},
        {"company": "south", "period": NOVEMBER, "account_id": "2", "difference": -5},
    ]
    publish(home.lake, TIE_OUT, lines)
    at = datetime(2025, 3, 3, 13, tzinfo=UTC)
    seen = [at - HOUR, at - 2 * HOUR, at - WEEK - HOUR]
    publish(home.lake, RESTATEMENTS, [{"company": "north", "period": NOVEMBER, "first_seen_at": each} for each in seen])
    text = home.digest(at)
    assert section(text, "Tie-out") == ["3 account balances compared, 2 differ: 2024-11 (south)"]
    accepted = [{**line, "accepted_by": "Ann" if line["account_id"] == "2" else None} for line in lines]
    publish(home.lake, TIE_OUT, accepted, "second")
    assert section(home.digest(at), "Tie-out") == [
        "3 account balances compared, 1 differ: 2024-11 (south)",
        "1 differ by what somebody accepted: 2024-11 (south)",
    ]
    assert section(text, "Restatements since last week") == ["north 2024-11: 2 figure(s)"]
    [volume] = section(text, "Data")
    assert volume.startswith("gold  2 tables  0.0 MB")


def test_the_job_owes_a_weeks_digest_once_and_it_is_delivered(
    home: Home, webhook: Webhook, tmp_path: Path, group: Group
) -> None:
    url = SecretStr(webhook.channel.url.get_secret_value())
    settings = Settings(home=tmp_path, group=tmp_path / "group", lake=str(tmp_path / "lake"), alerts=url)
    job = build(settings, group).resolve_job_def("digest")
    results = [job.execute_in_process(instance=home.instance) for _ in range(2)]
    assert all(result.success for result in results)
    assert deliver(home.register, [webhook.channel], now(group)).delivered == 1
    [body] = webhook.bodies
    assert (body["occasion"], body["id"][:7]) == ("digest", "digest:")
    events = [str(event) for result in results for event in home.instance.all_logs(result.run_id)]
    assert events
    assert SECRET not in "".join(events)
