"""The sensor `landing`, tick by tick: a new sheet asks for the months it speaks of, once, whatever goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets import catalog
from monette_assets.automation.chain import plan_landing
from monette_assets.automation.landed import TABLES, Cursor, tick
from monette_assets.automation.owed import REQUEST_TAG, retry_after
from monette_assets.automation.refresh_job import FETCHED_TAG, JOB
from monette_assets.bronze import landing_files, quickbooks_reports
from monette_assets.bronze.appending import append_commit
from monette_assets.gold import trial_balance
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.resources import Landing
from monette_assets.settings import Settings
from monette_assets.tables import provenance
from monette_assets.tables.contract import Contract
from monette_assets.tables.provenance import Provenance
from monette_assets_tests.frames import NOW, group_of, rows
from monette_assets_tests.landed import workbook

HEADER = ["Account", "Nov 2024", "Dec 2024"]
COUNTS = ["Period", "Company", "Location", "Herd", "Head"]
DROPPED = NOW - timedelta(minutes=10)


def budget(amount: float = 1, company: str = "north", place: str = "North Home") -> bytes:
    return workbook({place: [["Company", company], HEADER, [5300, amount, 2]]})


@dataclass
class Watch:
    """A landing folder and a lake that holds November 2024 to January 2025."""

    group: Group
    settings: Settings
    instance: dg.DagsterInstance
    cursor: str | None = None
    requests: list[dg.RunRequest] = field(default_factory=list)

    def drop(self, name: str, content: bytes, at: datetime = DROPPED) -> None:
        path = Path(self.settings.landing_url) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (at.timestamp(), at.timestamp()))

    def tick(self, moment: datetime = NOW) -> tuple[dict[str, list[str]], list[str]] | None:
        """The months and tables a tick asks for; None for a tick that asks for nothing."""
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = tick(context, self.group, Lake(self.settings.lake_url), Landing(self.settings), moment)
        if isinstance(result, dg.SkipReason):
            return None
        self.cursor = result.cursor
        if not result.run_requests:
            return None
        self.requests += result.run_requests
        config: dict[str, Any] = result.run_requests[0].run_config["ops"]["refresh_chain"]["config"]
        return config["months"], config["landed"]

    def run(self, status: dg.DagsterRunStatus, **tags: str) -> None:
        """The run that the last request became."""
        key = self.requests[-1].run_key
        assert key is not None
        create_run_for_test(self.instance, job_name=JOB, status=status, tags={REQUEST_TAG: key, **tags})

    @property
    def owed(self) -> list[str]:
        return Cursor.model_validate_json(self.cursor or "").tables


def append(lake: Lake, contract: Contract, *months: str) -> None:
    given = rows(contract, "period", *([month] for month in months))
    commit = Commit(run_id="run", publish_id=contract.name, code_version="1", contract_version="c", at=NOW)
    data = pa.Table.from_pylist(given, schema=contract.arrow_schema)
    if contract.name.startswith("bronze/"):
        lake.append(contract.name, data, schema=contract.arrow_schema, commit=commit)
    else:
        lake.publish(contract.name, data, schema=contract.arrow_schema, scope=Scope.everything(), commit=commit)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    settings = Settings(home=tmp_path / "home")
    lake = Lake(settings.lake_url)
    for contract in (quickbooks_reports.CONTRACT, trial_balance.CONTRACT):
        append(lake, contract, "2024-11", "2024-12", "2025-01")
    with dg.DagsterInstance.ephemeral() as instance:
        yield Watch(group_of(tmp_path / "group"), settings, instance)


def test_nothing_happens_without_a_folder_and_in_an_empty_one(watch: Watch) -> None:
    assert watch.tick() is None
    Path(watch.settings.landing_url).mkdir(parents=True)
    assert watch.tick() is None


def test_a_budget_asks_for_its_fiscal_year_of_its_company_as_far_as_it_is_built(watch: Watch) -> None:
    watch.drop("budget.xlsx", budget())
    assert watch.tick() == ({"north": ["2024-11", "2024-12", "2025-01"]}, ["silver/budgets"])
    watch.run(dg.DagsterRunStatus.SUCCESS, **{FETCHED_TAG: "yes"})
    assert watch.tick() is None
    assert watch.owed == []


def test_another_company_has_another_year(watch: Watch) -> None:
    watch.drop("budget.xlsx", budget(company="south", place="South Ranch"))
    assert watch.tick() == ({"south": ["2024-11", "2024-12"]}, ["silver/budgets"])


def test_head_counts_and_adjustments_feed_their_own_tables(watch: Watch) -> None:
    watch.drop("herds.xlsx", workbook({"Herds": [COUNTS, ["2024-12", "south", None, "Feedlot", 5]]}))
    assert watch.tick() == ({"south": ["2024-12"]}, ["silver/head_counts"])
    watch.run(dg.DagsterRunStatus.SUCCESS, **{FETCHED_TAG: "yes"})
    header = ["Period", "Entry", "Company", "Group account", "Amount CAD", "Description", "Author", "Approver"]
    lines = [["2024-11", 1, None, "sales", amount, "x", "Ann", "Bob"] for amount in (1, -1)]
    watch.drop("adjustments.xlsx", workbook({"Entries": [header, *lines]}))
    assert watch.tick() == ({"north": ["2024-11"], "south": ["2024-11"]}, ["silver/adjustments"])  # of the group: all


def test_a_file_touched_or_renamed_asks_for_nothing_and_a_changed_one_again(watch: Watch) -> None:
    content = budget()
    watch.drop("budget.xlsx", content)
    watch.tick()
    watch.run(dg.DagsterRunStatus.SUCCESS, **{FETCHED_TAG: "yes"})
    watch.drop("budget.xlsx", content, DROPPED + timedelta(minutes=1))
    watch.drop("copy.xlsx", content)
    assert watch.tick() is None
    watch.drop("budget.xlsx", budget(7), DROPPED + timedelta(minutes=2))
    assert watch.tick() is not None
    assert len({request.run_key for request in watch.requests}) == 2


def test_a_file_on_its_way_waits(watch: Watch) -> None:
    watch.drop("budget.xlsx", budget()[:500], NOW)
    assert watch.tick(NOW + timedelta(seconds=5)) is None
    watch.drop("budget.xlsx", budget(), NOW + timedelta(seconds=5))
    assert watch.tick(NOW + timedelta(minutes=1)) is not None


def taken_in(watch: Watch, *built: str) -> None:
    """As `monette run` does: the folder's files are in bronze, and these tables are computed from them."""
    lake, name = Lake(watch.settings.lake_url), landing_files.CONTRACT.name
    found = landing_files.take_in(Landing(watch.settings).folder, landing_files.stored(lake), "run", NOW)
    append_commit(lake, landing_files.CONTRACT, found.rows, "run", watch.group, NOW)
    for table in built:
        months: list[date | None] = [date(2024, 11, 1), date(2024, 12, 1)]
        made_from = Provenance.of("1", "c", {name: lake.version(name) or 0})
        provenance.note(lake, table, lake.version(table), dict.fromkeys(months, made_from))


def test_what_a_run_has_taken_in_and_built_is_nothing_new_to_a_sensor_that_starts(watch: Watch) -> None:
    watch.drop("plan.xlsx", budget())
    taken_in(watch, *TABLES.values())
    assert watch.tick() is None
    watch.drop("plan.xlsx", budget(5), at=NOW - timedelta(minutes=1))
    assert watch.tick() == ({"north": ["2024-11", "2024-12", "2025-01"]}, ["silver/budgets"])


def test_what_was_taken_in_and_not_built_is_asked_for(watch: Watch) -> None:
    watch.drop("plan.xlsx", budget())
    taken_in(watch, *TABLES.values())
    watch.drop("more.xlsx", budget(3, "south", "South Home"))
    taken_in(watch, "silver/budgets", "silver/adjustments")  # the head counts came to nothing
    asked = watch.tick()
    assert asked is not None
    assert asked[1] == ["silver/budgets"]


def test_what_cannot_be_read_asks_for_a_run_that_says_why(watch: Watch) -> None:
    watch.drop("photo.xlsx", b"\x89PNG\xff")
    asked = watch.tick()
    assert asked is not None
    assert asked[0] == {"north": ["2025-01"], "south": ["2025-01"]}


def test_a_tick_that_dies_repeats_its_key(watch: Watch) -> None:
    watch.drop("budget.xlsx", budget())
    watch.tick()  # begins a cursor
    watch.cursor = Cursor(begun=NOW).model_dump_json()
    watch.requests.clear()
    before = watch.cursor
    watch.tick()
    watch.cursor = before  # it was never stored
    watch.tick()
    first, second = watch.requests
    assert first.run_key == second.run_key


def test_a_run_that_failed_is_asked_for_again_later_and_later(watch: Watch) -> None:
    watch.drop("budget.xlsx", budget())
    assert watch.tick() is not None
    moment = NOW
    for attempt in (1, 2, 3, 4, 5, 6):
        watch.run(dg.DagsterRunStatus.FAILURE)
        assert watch.tick(moment) is None  # not at once
        moment += retry_after(attempt)
        assert watch.tick(moment) is not None
    watch.run(dg.DagsterRunStatus.FAILURE)
    assert watch.owed == ["silver/budgets"]
    watch.drop("herds.xlsx", workbook({"Herds": [COUNTS, ["2024-12", "south", None, "Feedlot", 5]]}))
    asked = watch.tick(moment + timedelta(minutes=1))
    assert asked is not None
    assert asked[1] == ["silver/budgets", "silver/head_counts"]  # what is owed goes with what is new


def test_while_a_refresh_runs_the_folder_waits(watch: Watch) -> None:
    create_run_for_test(watch.instance, job_name=JOB, status=dg.DagsterRunStatus.STARTED)
    watch.drop("budget.xlsx", budget())
    assert watch.tick() is None


def test_a_landing_run_builds_what_is_made_of_the_tables_and_nothing_else() -> None:
    november, january = date(2024, 11, 1), date(2025, 1, 1)
    steps = plan_landing([november, january], ["silver/budgets"], latest=january)
    landing = [step for step in steps if step.name == "landing"]
    assert [(step.start, step.end) for step in landing] == [("2024-11", "2024-11"), ("2025-01", "2025-01")]
    made = {key.to_user_string() for step in steps for key in step.assets}
    assert {"bronze/landing_files", "silver/budgets", "releases"} <= made
    assert not made & {"silver/general_ledger", "gold/ledger", "bronze/exchange_rates", "silver/head_counts"}
    assert dg.AssetKey(["silver", "budgets"]) not in landing[1].assets  # a list runs once
    below = {"silver/budgets"}
    for contract in catalog.contracts():
        below |= {contract.name} if any(spec.contract.name in below for spec in contract.inputs.values()) else set()
    assert below <= made
