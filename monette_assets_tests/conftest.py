"""What is dear to start is started once: the embedded engine and the judging process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from monette_assets.engine import Engine
from monette_assets.tables.judge import Judge

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The embedded engine, one for all tests."""
    running = Engine()
    yield running
    running.close()


@pytest.fixture(scope="session")
def spark(engine: Engine) -> SparkSession:
    """The embedded engine's session."""
    return engine.spark


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """Great Expectations in its own process, one for all tests."""
    with Judge() as running:
        yield running
