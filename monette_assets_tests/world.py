"""A whole small world: books served over HTTP, companies connected, and chains of runs over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import httpx

from monette_assets.automation import chain
from monette_assets.automation.chain import ChainResult, Step
from monette_assets.automation.refresh import refresh
from monette_assets.definitions import build
from monette_assets.engine import Engine
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.resources import RunningJudge, token_keeper
from monette_assets.settings import Settings
from monette_assets.simulator.model import Books
from monette_assets.simulator.server import running
from monette_assets.tables.judge import Judge
from monette_assets_tests.frames import shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FAST = 1_000  # requests a second and a minute, on both sides


class RunningEngine:
    """An engine that outlives a run."""

    embedded, commits = True, False

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark


@dataclass
class World:
    """A group's deployment, its outside world, and what a person does with them."""

    group: Group
    settings: Settings
    definitions: dg.Definitions
    instance: dg.DagsterInstance
    outside: httpx.Client  # the simulator's controls

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake_url)

    def execute(self, steps: Sequence[Step]) -> ChainResult:
        """Run these steps as `monette run` does."""
        return refresh(self.group, self.lake, self.definitions, self.instance, steps)

    def run(self, first: date, last: date, **plan: Any) -> ChainResult:
        """Bring these months up to date."""
        return self.execute(chain.plan(self.group, first, last, **plan))

    def fault(self, **fault: Any) -> None:
        self.outside.post("/simulator/faults", json=fault).raise_for_status()

    def calls(self, realm: str, report: str) -> int:
        """How often the report was asked for."""
        counted: int = self.outside.get("/simulator/requests").json()[realm]["calls"].get(f"report:{report}", 0)
        return counted

    def heal(self) -> None:
        self.outside.delete("/simulator/faults").raise_for_status()

    def rows(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lake.read(table).to_pylist() if self.lake.exists(table) else []
        return found

    def shown(self, table: str, header: str) -> list[tuple[Any, ...]]:
        return shown(self.rows(table), header)


@contextmanager
def world_of(
    home: Path,
    group: Group,
    books: Mapping[str, Books],
    engine: Engine | None = None,
    judge: Judge | None = None,
    **options: Any,
) -> Iterator[World]:
    """The group's companies served and connected; `home` holds lake and tokens. `options`: of SimulatorOptions.

    Bronze needs neither engine nor judge.
    """
    with (
        running(books, requests_per_second=FAST, requests_per_minute=60 * FAST, **options) as simulator,
        httpx.Client(base_url=simulator.url, timeout=20) as outside,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        settings = Settings(
            home=home,
            quickbooks_url=simulator.url,
            quickbooks_token_url=f"{simulator.url}/oauth2/v1/tokens/bearer",
            quickbooks_requests_per_second=FAST,
            bank_of_canada_url=f"{simulator.url}/valet",
        )
        keeper = token_keeper(settings)
        for company in group.companies:
            code = outside.post(f"/simulator/connect/{company.realm_id}").json()["code"]
            keeper.connect(company.code, company.realm_id, code, "http://127.0.0.1/callback")
        overrides: dict[str, Any] = {} if judge is None else {"judge": RunningJudge(judge)}
        overrides |= {} if engine is None else {"engine": RunningEngine(engine.spark)}
        yield World(group, settings, build(settings, group, overrides), instance, outside)
