"""By a signature a lake is as by a key: built, kept and cleaned; and nobody is told the signature when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote

import pytest

from monette_assets.cli import main
from monette_assets.lake import Lake, object_store, staging
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.test_lake_on_azure import told
from monette_assets_tests.test_planted_secrets import Deployment

CONTAINER = "by-signature"
TABLES = ("bronze/quickbooks_objects", "silver/accounts", "silver/contacts")


@dataclass(frozen=True)
class World:
    """A month of the small world's companies in a container."""

    azurite: Azurite
    home: Path
    statuses: dict[str, int]

    @property
    def lake(self) -> Lake:
        return self.azurite.lake(CONTAINER, "lake")


@pytest.fixture(scope="module")
def world(small_world: SmallWorld, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    azurite.client(CONTAINER).create_container()
    home = tmp_path_factory.mktemp("by_signature") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            **small_world.environment,
            "MONETTE_HOME": str(home),
            "MONETTE_LAKE": azurite.url(CONTAINER, "lake"),
            "MONETTE_AZURE_STORAGE_SIGNATURE": azurite.signature(),
            "MONETTE_AZURE_STORAGE_ENDPOINT": azurite.endpoint,
        }.items():
            patch.setenv(name, value)
        commands = {
            "connect": ("connect", "--all"),
            "refresh": ("run", "--from", "2024-11", "--to", "2024-12", "--select", ",".join(TABLES)),
            "doctor": ("doctor",),
        }
        yield World(azurite, home, {name: main(arguments) for name, arguments in commands.items()})


def test_the_doctor_is_content_and_months_are_brought_up_to_date(world: World) -> None:
    assert world.statuses == {"connect": 0, "refresh": 0, "doctor": 0}


@pytest.mark.parametrize("table", TABLES[1:])
def test_tables_have_the_rows_they_have_on_a_disk(world: World, small_world: SmallWorld, table: str) -> None:
    assert told(world.lake, table) == told(small_world.lake, table) != ""


def test_nothing_is_left_staged(world: World) -> None:
    kept = list(world.azurite.client(CONTAINER).list_blob_names(name_starts_with="lake/"))
    assert kept
    assert [name for name in kept if name.startswith(f"lake/{staging.FOLDER}/")] == []


@pytest.mark.parametrize(
    ("allowed", "in_batches", "says"),
    [
        ("rwcl", False, "make one with sp=rwcdl"),  # it may not delete
        ("rwcdl", True, "Error performing bulk delete request"),  # Azurite answers 500, and delta-rs quotes the URL
    ],
)
def test_nobody_is_told_the_signature_by_a_delete_that_failed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    allowed: str,
    in_batches: bool,
    says: str,
) -> None:
    signature = world.azurite.signature(allowed)
    monkeypatch.setenv("MONETTE_AZURE_STORAGE_SIGNATURE", signature)
    if in_batches:
        monkeypatch.setattr(object_store, "by_signature", lambda _: None)
    assert main(("doctor", "--no-engine")) == 1
    looked = capfd.readouterr()
    assert main(("run", "--from", "2024-11", "--no-fetch", "--anew", "--select", "silver/accounts")) == 1
    ran = capfd.readouterr()
    left = Deployment(world.home, world.home, {}, said=[looked.out + looked.err, ran.out + ran.err])
    [planted] = parse_qs(signature)["sig"]
    places = left.places_of(says)
    assert {"output of command 0", "output of command 1"} <= {*places}
    assert any(place.endswith(".db") for place in places)
    assert [place for secret in (planted, quote(planted, "")) for place in left.places_of(secret)] == []
