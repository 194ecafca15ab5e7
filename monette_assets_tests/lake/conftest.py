"""The lakes the suite runs on. One in an object store can be added to the parameters, with its storage options."""

from __future__ import annotations

from pathlib import Path

import pytest

from monette_assets.lake.lake import Lake


@pytest.fixture(params=["folder", "object_store"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """An empty lake; `file://` takes the way of an object store (its own file system, no local paths)."""
    return Lake(str(tmp_path) if request.param == "folder" else f"file://{tmp_path}")
