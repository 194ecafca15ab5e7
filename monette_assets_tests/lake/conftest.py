"""The lakes the suite runs on: a folder of a disk, and one of a container (Azurite), by its key and by a signature."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from monette_assets.lake.lake import Lake
from monette_assets_tests.azurite import Azurite


@pytest.fixture(scope="session")
def container(azurite: Azurite) -> str:
    """A container for every lake of a session."""
    azurite.client("lake").create_container()
    return "lake"


@pytest.fixture(params=["folder", "azurite", "signature"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """An empty lake. Azurite is started, or its absence skipped, for the tests on it only."""
    if request.param == "folder":
        return Lake(str(tmp_path))
    azurite: Azurite = request.getfixturevalue("azurite")
    signature = azurite.signature() if request.param == "signature" else None
    return azurite.lake(request.getfixturevalue("container"), f"lakes/{uuid4().hex}", signature)
