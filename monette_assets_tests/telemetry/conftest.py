"""A collector, and this process exporting to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monette_assets.telemetry.exporting import Exporter, exporter
from monette_assets_tests.telemetry.collector import Collector, collector

__all__ = ["collector"]


@pytest.fixture
def exporting(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exporter]:
    """This process exports to the collector."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    exporter.cache_clear()
    found = exporter()
    assert found is not None
    yield found
    found.shutdown()
    exporter.cache_clear()
