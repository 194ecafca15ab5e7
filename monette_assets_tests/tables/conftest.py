"""A fresh lake, and the sample table in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables.judge import Judge
from monette_assets_tests.frames import context_of, group_of
from monette_assets_tests.tables.sample import Books

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def books(spark: SparkSession, judge: Judge, group: Group, lake: Lake) -> Books:
    return Books(context_of(spark, group, "2024-11", "2024-12", "2025-01"), lake, judge)
