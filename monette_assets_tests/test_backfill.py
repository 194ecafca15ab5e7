"""A backfill launched in Dagster's interface and run by its daemon: what the books say arrives in bronze, silver, gold.

Webserver, daemon, code server and runs are processes of their own, as `make dev` and the containers have them. Every
sensor and schedule is switched off, so that what a backfill does is seen, and nothing besides.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from deltalake import DeltaTable
from rich.console import Console
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from monette_assets.commands.outside_world import connect
from monette_assets.commands.platform import Platform
from monette_assets.commands.refreshing import rebuild
from monette_assets.lake import Lake
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets.tables import releases
from monette_assets.tables.judge import Judge
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.processes import Process, free_port

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 300
NORTH = "1001"
NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
MONTHS = ["2024-11", "2024-12"]
TABLES = ["silver/general_ledger", "gold/ledger", "gold/profit_and_loss"]
LOCATION = "monette_assets.definitions"
WORKSPACE = f"load_from: [{{grpc_server: {{host: 127.0.0.1, port: PORT, location_name: {LOCATION}}}}}]"
# `dagster-daemon run`, but five seconds between two looks at the backfills instead of thirty.
DAEMON = """
import sys
from dagster._daemon import controller
controller.DEFAULT_DAEMON_INTERVAL_SECONDS = 5
from dagster._daemon.cli import cli
sys.argv[1:] = ["run", "-w", "workspace.yaml"]
cli()
"""
AUTOMATION = """
query($in: RepositorySelector!) {
  sensorsOrError(repositorySelector: $in) { ... on Sensors { results { state: sensorState { id } } } }
  schedulesOrError(repositorySelector: $in) { ... on Schedules { results { state: scheduleState { id } } } }
}
"""
STOP_SENSOR = "mutation($id: String!) { done: stopSensor(id: $id) { __typename } }"
STOP_SCHEDULE = "mutation($id: String!) { done: stopRunningSchedule(id: $id) { __typename } }"
LAUNCH = """
mutation($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
BACKFILL = """
query($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill {
      status
      error { message }
      runs { status assetSelection { path } tags { key value } }
    }
  }
}
"""
STATISTICS = """
query($asset: AssetKeyInput!) {
  assetNodeOrError(assetKey: $asset) { ... on AssetNode { partitionStats { numMaterialized numFailed } } }
}
"""


@dataclass(frozen=True)
class Ran:
    """One run of a backfill: its tables, and the first and last partition of its range."""

    tables: frozenset[str]
    first: str
    last: str


@dataclass
class Interface:
    """The interface on a copy of the small world, whose books are its own."""

    address: str
    simulator: str
    platform: Platform

    @property
    def lake(self) -> Lake:
        return self.platform.lake

    def asked(self, query: str, **variables: Any) -> Any:
        """What GraphQL answers."""
        answer = httpx.post(f"{self.address}/graphql", json={"query": query, "variables": variables}, timeout=60)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    def switch_automation_off(self) -> None:
        """Every sensor and schedule."""
        where = {"repositoryName": "__repository__", "repositoryLocationName": LOCATION}
        found = self.asked(AUTOMATION, **{"in": where})
        for kind, stop in (("sensorsOrError", STOP_SENSOR), ("schedulesOrError", STOP_SCHEDULE)):
            assert found[kind]["results"]
            for each in found[kind]["results"]:
                done = self.asked(stop, id=each["state"]["id"])["done"]["__typename"]
                assert done in ("StopSensorMutationResult", "ScheduleStateResult"), done

    def backfill(self, tables: Sequence[str], partitions: Sequence[str]) -> list[Ran]:
        """Launch one as the interface does and wait until it is over: its runs, in order, all of which succeeded."""
        assets = [{"path": table.split("/")} for table in tables]
        params = {"assetSelection": assets, "partitionNames": list(partitions), "fromFailure": False, "tags": []}
        launched = self.asked(LAUNCH, params=params)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched

        @retry(
            retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(PATIENCE_SECONDS),
            wait=wait_fixed(1), reraise=True,
        )  # fmt: skip
        def until_over() -> Any:
            found = self.asked(BACKFILL, id=launched["backfillId"])["partitionBackfillOrError"]
            assert found["status"] != "REQUESTED", f"the backfill of {', '.join(tables)} is not over: {found}"
            return found

        done = until_over()
        assert done["status"] == "COMPLETED_SUCCESS", done
        assert {run["status"] for run in done["runs"]} == {"SUCCESS"}
        return [_ran(run) for run in reversed(done["runs"])]

    def materialized(self, table: str) -> int:
        """How many partitions the interface shows as materialized; none as failed."""
        found = self.asked(STATISTICS, asset={"path": table.split("/")})["assetNodeOrError"]["partitionStats"]
        assert found["numFailed"] == 0
        return int(found["numMaterialized"])

    def profit_and_loss(self, month: date, version: int | None = None) -> dict[str, Decimal]:
        """What stands for north, by account's name; in the present version of the table, or another."""
        names = {
            row["account_id"]: row["account_name"]
            for row in self.lake.read("silver/accounts").to_pylist()
            if row["company"] == "north"
        }
        found: dict[str, Decimal] = {}
        for row in self.lake.read("gold/profit_and_loss", version=version).to_pylist():
            if (row["company"], row["period"]) == ("north", month):
                name = names[row["account_id"]]
                found[name] = found.get(name, Decimal(0)) + row["amount"]
        return found

    def released(self) -> dict[str, Decimal]:
        """November as the newest release has it."""
        return self.profit_and_loss(NOVEMBER, releases.latest(self.lake)["gold/profit_and_loss"])


def _ran(run: dict[str, Any]) -> Ran:
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    tables = frozenset("/".join(asset["path"]) for asset in run["assetSelection"])
    first, last = (tags[f"dagster/asset_partition_range_{side}"] for side in ("start", "end"))
    return Ran(tables, first, last)


@pytest.fixture(scope="module")
def interface(small_world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interface]:
    folder = tmp_path_factory.mktemp("backfill")
    home = shutil.copytree(small_world.settings.home, folder / "home")
    shutil.copy(ROOT / "dagster.yaml", folder)
    code, web = free_port(), free_port()
    (folder / "workspace.yaml").write_text(WORKSPACE.replace("PORT", str(code)), encoding="utf-8")
    books = generate_books(small_world.group, until=date(2025, 1, 10))
    with (
        running(books, requests_per_second=1000, requests_per_minute=100_000) as simulator,
        pytest.MonkeyPatch.context() as patch,
        ExitStack() as stack,
    ):
        for name, value in {
            **small_world.environment,
            "MONETTE_HOME": str(home),
            "MONETTE_QUICKBOOKS_URL": simulator.url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
            "DAGSTER_HOME": str(folder),
        }.items():
            patch.setenv(name, value)
        platform = Platform()
        connect(platform.settings, platform.group, ["north"])
        programs = Path(sys.executable).parent

        def start(name: str, port: int, *command: str | Path) -> Process:
            process = Process(folder / f"{name}.log", port, *command, env=dict(os.environ), cwd=folder)
            stack.callback(process.end)
            return process

        served = ("-m", LOCATION, "-d", str(ROOT), "-h", "127.0.0.1", "-p", str(code))
        start("code", code, programs / "dagster", "api", "grpc", *served).wait()
        start("web", web, programs / "dagster-webserver", "-h", "127.0.0.1", "-p", str(web)).wait()
        shown = Interface(f"http://127.0.0.1:{web}", simulator.url, platform)
        shown.switch_automation_off()
        start("daemon", code, sys.executable, "-c", DAEMON)
        yield shown


def test_what_was_edited_and_what_was_lost_is_there_after_a_backfill_and_released_with_all_that_is_made_of_it(
    interface: Interface, judge: Judge
) -> None:
    lake = interface.lake
    before = {month: interface.profit_and_loss(month) for month in (NOVEMBER, DECEMBER)}
    numbered = len(lake.read(releases.NAME))
    _repair(interface.simulator, "2024-11-20", "123.45")
    DeltaTable(lake.uri("gold/profit_and_loss")).delete("company = 'north' and period = '2024-12-01'")
    assert interface.profit_and_loss(DECEMBER) == {}

    reports = interface.backfill(["bronze/quickbooks_reports"], [f"north|{month}" for month in MONTHS])
    assert reports == [Ran(frozenset({"bronze/quickbooks_reports"}), "north|2024-11", "north|2024-12")]
    assert interface.materialized("bronze/quickbooks_reports") == 4  # two months of two companies, as before
    assert interface.profit_and_loss(NOVEMBER) == before[NOVEMBER]  # fetched, and nothing computed of it

    tables = interface.backfill(TABLES, MONTHS)
    assert tables == [Ran(frozenset(TABLES), "2024-11", "2024-12")]
    repaired = {**before[NOVEMBER], "Repairs": before[NOVEMBER]["Repairs"] + Decimal("123.45")}
    assert interface.profit_and_loss(NOVEMBER) == repaired
    assert interface.profit_and_loss(DECEMBER) == before[DECEMBER]
    assert [interface.materialized(table) for table in TABLES] == [2, 2, 2]

    # A backfill releases nothing by itself: gold below and beside it is older. What `stale_months` asks for, and
    # `monette run --stale` does, computes that and releases it all.
    assert len(lake.read(releases.NAME)) == numbered
    assert interface.released() == before[NOVEMBER]
    outcome = rebuild(interface.platform, judge, Console(file=io.StringIO()))
    assert outcome.ok, [*outcome.errors, *(step.error for step in outcome.steps if step.error)]
    assert len(lake.read(releases.NAME)) == numbered + 1
    assert interface.released() == repaired


def _repair(simulator: str, day: str, amount: str) -> None:
    """Book a repair of north, paid from chequing."""
    postings = [{"account": "Repairs", "amount": amount}, {"account": "1000", "amount": f"-{amount}"}]
    edit = {"realm_id": NORTH, "action": "add", "kind": "JournalEntry", "document": {"date": day, "postings": postings}}
    httpx.post(f"{simulator}/simulator/edits", json=edit).raise_for_status()
