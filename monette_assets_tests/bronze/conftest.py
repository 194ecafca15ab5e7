"""Two companies at the simulator and an empty lake, new for every test; runs of bronze alone, and what they told."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from monette_assets.automation.chain import Step, StepResult, multi_key
from monette_assets.group import Group
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.model import Books
from monette_assets.tables.asset import asset_key
from monette_assets.tables.contract import Contract
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.world import World, world_of

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
REALMS = {"north": "1001", "south": "1002"}


@dataclass
class Bronze:
    """One table of bronze and the world it is fetched from."""

    world: World
    contract: Contract

    def fetch(self, start: str, end: str | None = None, **config: Any) -> StepResult:
        """One run over a range of partitions."""
        step = Step("fetch", (asset_key(self.contract),), start, end or start, config)
        return self.world.execute([step]).steps[0]

    def rows(self, **wanted: Any) -> list[dict[str, Any]]:
        """The table's rows with these values, the oldest first."""
        found = [row for row in self.world.rows(self.contract.name) if wanted.items() <= row.items()]
        return sorted(found, key=lambda row: row["fetched_at"])

    def arrived(self, run: StepResult) -> dict[str, dg.AssetCheckEvaluation]:
        """What the run told of each partition: whether it came."""
        events = self.world.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        told = [event.dagster_event.event_specific_data for event in events if event.dagster_event]
        evaluations = [each for each in told if isinstance(each, dg.AssetCheckEvaluation)]
        assert {each.check_name for each in evaluations} == {"arrived"}
        return {each.partition or "": each for each in evaluations}

    def materialized(self, run: StepResult) -> dict[str, dict[str, Any]]:
        """The metadata of each partition that the run materialized."""
        events = self.world.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        found = [event.asset_materialization for event in events]
        return {
            each.partition or "": {name: value.value for name, value in each.metadata.items()}
            for each in found
            if each is not None
        }

    def edit(self, company: str, action: str, **edit: Any) -> str:
        """Edit a journal entry in the company's books; the entry's id."""
        body = {"realm_id": REALMS[company], "action": action, "kind": "JournalEntry", **edit}
        answer = self.world.outside.post("/simulator/edits", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def add(self, company: str, day: str, amount: str = "100.00") -> str:
        """A journal entry: a repair paid from chequing; its id."""
        return self.edit(company, "add", document={"date": day, "postings": postings(amount)})


def postings(amount: str) -> list[dict[str, str]]:
    return [{"account": "Repairs", "amount": amount}, {"account": "1000", "amount": f"-{amount}"}]


def company_months(month: date, *companies: str) -> list[str]:
    return [multi_key(company, month) for company in companies]


@pytest.fixture(scope="session")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """`south` left the group after November 2024."""
    north, south = small_contract()["companies"]
    return group_of(tmp_path_factory.mktemp("group"), companies=[north, {**south, "last_period": NOVEMBER}])


@pytest.fixture(scope="session")
def untouched(group: Group) -> dict[str, Books]:
    return generate_books(group, until=date(2024, 12, 31))


@pytest.fixture
def world(tmp_path: Path, group: Group, untouched: dict[str, Books]) -> Iterator[World]:
    with world_of(tmp_path, group, deepcopy(untouched)) as made:
        yield made
