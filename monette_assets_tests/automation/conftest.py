"""A small group, its simulated books served over loopback and ingested once, for everything that watches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import httpx
import pytest

from monette_assets.automation import chain
from monette_assets.automation.changes import tick
from monette_assets.automation.owed import Cursor
from monette_assets.automation.rebuilding import rebuild
from monette_assets.automation.refresh import refresh
from monette_assets.clock import now
from monette_assets.definitions import build
from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.resources import QuickBooks, RunningJudge, token_keeper
from monette_assets.settings import Settings
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets.sources.quickbooks.notices import Notice, Notices
from monette_assets.sources.quickbooks.webhooks import Receiver, serving
from monette_assets.tables.judge import Judge
from monette_assets_tests.automation.small_graph import Graph
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.frames import group_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
FAST = 10_000
VERIFIER = "demo-verifier"
REALMS = {"north": "1001", "south": "1002"}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return group_of(tmp_path / "group")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@dataclass
class World:
    """Two companies with their books, connected, November and December 2024 ingested."""

    group: Group
    settings: Settings
    instance: dg.DagsterInstance
    judge: Judge
    url: str

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake_url)

    @property
    def notices(self) -> dict[str, Notice]:
        """What the receiver of webhooks, and whoever else, noted."""
        return Notices(self.settings.notices_path).newest()

    @property
    def quickbooks(self) -> QuickBooks:
        return QuickBooks(self.settings, self.group)

    def definitions(self) -> dg.Definitions:
        return build(self.settings, self.group, {"judge": RunningJudge(self.judge)})

    def connect(self, company: str) -> None:
        code = httpx.post(f"{self.url}/simulator/connect/{REALMS[company]}").json()["code"]
        token_keeper(self.settings).connect(company, REALMS[company], code, "http://127.0.0.1/callback")

    def fault(self, **fault: Any) -> None:
        httpx.post(f"{self.url}/simulator/faults", json=fault).raise_for_status()

    def heal(self) -> None:
        httpx.delete(f"{self.url}/simulator/faults").raise_for_status()

    def edit(self, company: str, action: str, **edit: Any) -> str:
        """Edit the books over HTTP; the document's id."""
        body = {"realm_id": REALMS[company], "action": action, "kind": "JournalEntry", **edit}
        answer = httpx.post(f"{self.url}/simulator/edits", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def asked(self, kind: str) -> dict[str, int]:
        """How often each company was asked so far, by the simulator's own count: `cdc`, `report:TrialBalance`."""
        calls = httpx.get(f"{self.url}/simulator/requests").json()
        return {code: int(calls.get(realm, {"calls": {}})["calls"].get(kind, 0)) for code, realm in REALMS.items()}

    def add(self, company: str, day: str, amount: str = "100.00", account: str = "Repairs") -> str:
        """A journal entry: something paid from chequing."""
        return self.edit(company, "add", document={"date": day, "postings": postings(amount, account)})

    def ingested(self, company: str, month: date) -> str:
        """The id of a journal entry of that month which the lake holds."""
        last = month + timedelta(days=27)
        wanted = {"realm": REALMS[company], "kind": "JournalEntry", "from": str(month), "to": str(last)}
        return str(httpx.get(f"{self.url}/simulator/document", params=wanted).json()["id"])

    def refresh(self) -> chain.ChainResult:
        """Bring both months up to date."""
        return self.execute(chain.plan(self.group, NOVEMBER, DECEMBER))

    def execute(self, steps: Sequence[chain.Step]) -> chain.ChainResult:
        """Run these steps as a refresh does."""
        return refresh(self.group, self.lake, self.definitions(), self.instance, steps)

    def settle(self) -> None:
        """Compute what is made of what a test has computed alone: the world is shared."""
        assert rebuild(self.group, self.lake, self.definitions(), self.instance, deployed=False).ok

    def materialize(self, table: str, first: str, last: str) -> None:
        """Materialize partitions of a table by hand, as the user interface does."""
        keys = [dg.AssetKey(table.split("/"))]
        job = self.definitions().resolve_implicit_job_def_def_for_assets(keys)
        assert job is not None
        tags = {chain.RANGE_START: first, chain.RANGE_END: last}
        done = job.execute_in_process(instance=self.instance, asset_selection=keys, tags=tags)
        assert done.success

    def cost(self, company: str, period: date, account: str) -> Decimal:
        """The account's amount in the profit and loss of the month."""
        accounts = self.lake.read("silver/accounts").to_pylist()
        ids = {row["account_id"] for row in accounts if (row["company"], row["account_name"]) == (company, account)}
        assert len(ids) == 1
        rows = self.lake.read("gold/profit_and_loss").to_pylist()
        own = [row for row in rows if (row["company"], row["period"]) == (company, period)]
        return sum((row["amount"] for row in own if row["account_id"] in ids), Decimal(0))


def postings(amount: str, account: str = "Repairs") -> list[dict[str, str]]:
    return [{"account": account, "amount": amount}, {"account": "1000", "amount": f"-{amount}"}]


@dataclass
class Watch:
    """The sensor, tick by tick, with an instance and a cursor of its own."""

    world: World
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)
    cursor: str | None = None

    def tick(self, moment: datetime | None = None, **replaced: Any) -> dg.SensorResult | dg.SkipReason:
        """One tick as the daemon makes it: the cursor is kept if the tick lives."""
        world = self.world
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            parts = {"lake": world.lake, "quickbooks": world.quickbooks, **replaced}
            result = tick(context, world.group, **parts, moment=moment or now(world.group))
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
        return result

    def requested(self, moment: datetime | None = None, **replaced: Any) -> dict[str, list[str]] | None:
        """The months a tick asks to refresh; None for a tick that asks for nothing."""
        result = self.tick(moment, **replaced)
        if isinstance(result, dg.SkipReason) or not result.run_requests:
            return None
        months: dict[str, list[str]] = result.run_requests[0].run_config["ops"]["refresh_chain"]["config"]["months"]
        return months

    @property
    def memory(self) -> Cursor:
        assert self.cursor is not None
        return Cursor.model_validate_json(self.cursor)

    def caught_up(self) -> Watch:
        """Everything so far heard, noted or not, and nothing owed."""
        self.tick(notices=self.world.notices)
        self.cursor = self.memory.model_copy(
            update={"owed": {}, "tried": {}, "whole": [], "request": None}
        ).model_dump_json()
        return self


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory, judge: Judge) -> Iterator[World]:
    home = tmp_path_factory.mktemp("home")
    group = load_group(write_contract(home / "group"))
    companies = {realm: code for code, realm in REALMS.items()}
    received = Receiver(VERIFIER, companies, Notices(Settings(home=home).notices_path), lambda: now(group))
    # every definition brings a client that counts for itself: none is throttled here, a 429 costs a minute
    books = generate_books(group, until=DECEMBER.replace(day=31))
    limits: dict[str, Any] = dict.fromkeys(("requests_per_second", "requests_per_minute", "concurrent_requests"), FAST)
    with (
        serving(received) as webhooks,
        running(books, webhooks=webhooks, verifier_token=VERIFIER, **limits) as simulator,
    ):
        settings = Settings(
            home=home,
            quickbooks_url=simulator.url,
            quickbooks_token_url=f"{simulator.url}/oauth2/v1/tokens/bearer",
            bank_of_canada_url=f"{simulator.url}/valet",
            quickbooks_requests_per_second=100,
        )
        with dg.DagsterInstance.local_temp(str(home)) as instance:
            made = World(group, settings, instance, judge, simulator.url)
            for company in REALMS:
                made.connect(company)
            result = made.refresh()
            assert result.ok, [step.error or step.failed_checks for step in result.steps]
            yield made


@pytest.fixture
def watch(world: World) -> Watch:
    """A sensor that has heard everything so far."""
    return Watch(world).caught_up()


@pytest.fixture(scope="package")
def graph_group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("contract"))


@pytest.fixture
def graph(tmp_path: Path, graph_group: Group, spark: SparkSession, judge: Judge) -> Iterator[Graph]:
    """Three tables in a lake of their own, made of entries that a test writes out."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Graph(graph_group, Lake(str(tmp_path / "lake")), instance, spark, judge)
