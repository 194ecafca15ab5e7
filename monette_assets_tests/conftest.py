"""What is dear to start is started once: the embedded engine, the judging process, a small world built end to end."""

from __future__ import annotations

import io
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from rich.console import Console

from monette_assets.commands.outside_world import connect
from monette_assets.commands.platform import Platform
from monette_assets.commands.refreshing import refresh
from monette_assets.engine import Engine
from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import Running, running
from monette_assets.tables.judge import Judge
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.azurite import running as running_azurite
from monette_assets_tests.contracts import write_contract

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from monette_assets.automation.chain import ChainResult


# how long an example takes is the machine's business
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole graph end to end first: a long file that is begun last is waited for alone."""
    items.sort(key=lambda item: len(item.path.parts))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Where `TESTS_MAY_SKIP` is no, a test that skips fails, but for those of recorded material."""
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("shared") is None
    if skipped and os.environ.get("TESTS_MAY_SKIP") == "no":
        assert call.excinfo is not None
        report.outcome, report.longrepr = "failed", f"it may not skip here: {call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The embedded engine, one for all tests."""
    running = Engine()
    yield running
    running.close()


@pytest.fixture(scope="module")
def spark(engine: Engine) -> SparkSession:
    """The embedded engine's session; a module's own, since a run in between may have ended the process's session."""
    return engine.spark


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """Great Expectations in its own process, one for all tests."""
    with Judge() as running:
        yield running


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """An account of Azure Storage on loopback; skips where it cannot be had."""
    with running_azurite(tmp_path_factory.mktemp("azurite")) as service:
        yield service


@dataclass(frozen=True)
class SmallWorld:
    """Two companies (one CAD, one USD), connected, November and December 2024 built from the simulated books.

    Shared by every test of a session: whoever changes it makes a world of its own.
    """

    environment: dict[str, str]  # what to set to work on it, e.g. with the command
    settings: Settings
    group: Group
    simulator: Running
    outcome: ChainResult

    @property
    def lake(self) -> Lake:
        """Its lake."""
        return Lake(self.settings.lake_url)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory, judge: Judge) -> Iterator[SmallWorld]:
    """A small group after one chain of runs, as `monette connect --all` and `monette run` leave it."""
    folder = tmp_path_factory.mktemp("small_world")
    contract = write_contract(folder / "group")
    group = load_group(contract)
    with (
        running(
            generate_books(group, until=date(2025, 1, 10)), requests_per_second=1000, requests_per_minute=100_000
        ) as simulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        environment = {
            "MONETTE_HOME": str(folder / "home"),
            "MONETTE_SECRETS_KEY": str(folder / "home.key"),  # a copy of the home is opened with it too
            "MONETTE_GROUP": str(contract),
            "MONETTE_QUICKBOOKS_URL": simulator.url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
            "MONETTE_QUICKBOOKS_REQUESTS_PER_SECOND": "1000",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        platform = Platform()
        connect(platform.settings, group, ["north", "south"])
        silent = Console(file=io.StringIO())
        outcome = refresh(platform, judge, silent, date(2024, 11, 1), date(2024, 12, 1))
        patch.undo()
        yield SmallWorld(environment, platform.settings, group, simulator, outcome)
