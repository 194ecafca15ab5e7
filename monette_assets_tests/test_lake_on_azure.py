"""The small world from its sources to a release in a container (Azurite), by configuration alone: as on a disk."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from monette_assets.cli import main
from monette_assets.commands.outside_world import connect
from monette_assets.commands.platform import Platform
from monette_assets.commands.refreshing import refresh
from monette_assets.lake import Lake
from monette_assets.tables import provenance
from monette_assets.tables.hash_chain import content_hash
from monette_assets.tables.judge import Judge
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.reliability.oracle import business, tables_of

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

    from monette_assets.automation.chain import ChainResult

MEASURED = {"gold/platform_costs"}  # no two runs take the same seconds
ANSWERS = {
    "bronze/quickbooks_objects": ["company", "entity", "object_id", "payload"],
    "bronze/quickbooks_reports": ["company", "period", "basis", "report", "payloads"],
    "bronze/exchange_rates": ["period", "series", "payload"],
}
OWN_CLOCK = re.compile(r'"Time": ?"[^"]+"')  # a report tells when it was made
NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)


@dataclass(frozen=True)
class AzureWorld:
    """The small world's sources fetched into a container, and all that is made of them made there."""

    container: ContainerClient
    lake: Lake
    outcome: ChainResult


@pytest.fixture(scope="module")
def world(
    small_world: SmallWorld, azurite: Azurite, judge: Judge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AzureWorld]:
    container = azurite.client("small-world")
    container.create_container()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            **small_world.environment,
            "MONETTE_HOME": str(tmp_path_factory.mktemp("azure_world") / "home"),
            "MONETTE_LAKE": azurite.url("small-world", "lake"),
            "MONETTE_COMPUTE_LOGS": azurite.url("small-world", "logs"),
            **azurite.settings,
        }.items():
            patch.setenv(name, value)

        platform = Platform()
        connect(platform.settings, platform.group, ["north", "south"])
        outcome = refresh(platform, judge, Console(file=io.StringIO()), NOVEMBER, DECEMBER)
        yield AzureWorld(container, azurite.lake("small-world", "lake"), outcome)


@pytest.mark.parametrize("table", ANSWERS)
def test_what_the_sources_answered_is_kept_as_on_a_disk(world: AzureWorld, small_world: SmallWorld, table: str) -> None:
    runs = set(world.lake.read(table).column("run_id").to_pylist())
    assert runs <= {step.run_id for step in world.outcome.steps}
    assert answers(world.lake, table) == answers(small_world.lake, table) != []


def answers(lake: Lake, table: str) -> list[str]:
    """Verbatim, but for a report's own clock."""
    return sorted(OWN_CLOCK.sub("", repr(row)) for row in lake.read(table, columns=ANSWERS[table]).to_pylist())


def test_every_table_has_the_rows_it_has_on_a_disk(world: AzureWorld, small_world: SmallWorld) -> None:
    assert world.outcome.ok == small_world.outcome.ok
    names = {*tables_of(small_world.lake), "quarantine"} - MEASURED
    assert len(names) > 40
    assert [name for name in sorted(names) if told(world.lake, name) != told(small_world.lake, name)] == []


def told(lake: Lake, table: str) -> str:
    """The canonical hash of a table's content, whatever the order of rows; nothing where there is no such table."""
    if not lake.exists(table):
        return ""
    return content_hash(
        {name: repr(value) if isinstance(value, list | dict) else value for name, value in row.items()}
        for row in business(lake.read(table))
    )


def test_reports_are_read_through_the_release(
    world: AzureWorld, small_world: SmallWorld, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("report", "profit_and_loss", "--period", "2024-12", "--company", "north", "--format", "json")
    assert main(asked) == 0
    here = json.loads(capsys.readouterr().out)
    for name in ("MONETTE_LAKE", "MONETTE_COMPUTE_LOGS", "MONETTE_AZURE_STORAGE_KEY", "MONETTE_AZURE_STORAGE_ENDPOINT"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("MONETTE_HOME", small_world.environment["MONETTE_HOME"])
    assert main(asked) == 0
    assert here["rows"] == json.loads(capsys.readouterr().out)["rows"] != []


def test_nothing_is_left_staged_and_what_tables_were_computed_from_is_noted(
    world: AzureWorld, small_world: SmallWorld
) -> None:
    assert world.lake.staged_runs() == []
    for name in ("silver/general_ledger", "gold/ledger", "gold/balance_sheet"):
        here, there = provenance.read(world.lake, name), provenance.read(small_world.lake, name)
        assert {month: (each.code, each.contract) for month, each in here.items()} == {
            month: (each.code, each.contract) for month, each in there.items()
        }


def test_what_steps_printed_is_in_the_container(world: AzureWorld) -> None:
    kept = list(world.container.list_blob_names(name_starts_with="logs/"))
    runs = {name.split("/")[2] for name in kept}
    assert runs >= {step.run_id for step in world.outcome.steps}


def test_a_lake_that_is_copied_there_as_it_is_has_its_versions_and_rows(
    small_world: SmallWorld, azurite: Azurite
) -> None:
    """So docs/playbook.md moves one."""
    container, local = azurite.client("moved"), Path(small_world.lake.url)
    container.create_container()
    for file in local.rglob("*"):
        if file.is_file():
            container.upload_blob(f"lake/{file.relative_to(local)}", file.read_bytes())
    moved = azurite.lake("moved", "lake")
    for name in (*ANSWERS, *tables_of(small_world.lake), "releases"):
        assert moved.version(name) == small_world.lake.version(name)
        assert told(moved, name) == told(small_world.lake, name) != ""
