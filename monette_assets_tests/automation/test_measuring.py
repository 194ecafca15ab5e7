"""What is measured by looking: how far behind the platform is, and how many incidents are open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData

from monette_assets.automation import changes
from monette_assets.automation.alerts.finding import Kind
from monette_assets.automation.measuring import measure
from monette_assets.automation.owed import Cursor
from monette_assets.telemetry.exporting import Exporter
from monette_assets_tests.telemetry.collector import Collector
from monette_assets_tests.telemetry.conftest import collector, exporting

__all__ = ["collector", "exporting"]

NOW = datetime(2025, 1, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """North was heard of a minute ago, south two hours; the ledger was built just now."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        remember(instance)
        yield instance


def remember(instance: dg.DagsterInstance) -> None:
    """What the sensor and a run leave."""
    heard = {"north": NOW - timedelta(minutes=1), "south": NOW - timedelta(hours=2)}
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "defs")
    told = SensorInstigatorData(cursor=Cursor(begun=NOW, since=heard).model_dump_json())
    instance.add_instigator_state(
        InstigatorState(
            RemoteInstigatorOrigin(repository, changes.SENSOR), InstigatorType.SENSOR, InstigatorStatus.RUNNING, told
        )
    )
    instance.report_runless_asset_event(dg.AssetMaterialization(["gold", "ledger"]))


def test_lag_age_and_open_incidents_are_told(
    instance: dg.DagsterInstance, exporting: Exporter, collector: Collector
) -> None:
    measure(instance, ["token:north", "check:gold/tie_out ties_out", "check:gold/ledger double_entry", "stale"], NOW)
    exporting.flush()
    assert {dict(key)["company"]: value for key, value in collector.values("monette.source.lag").items()} == {
        "north": 60, "south": 7200
    }  # fmt: skip
    [(told, age)] = collector.values("monette.asset.age").items()
    assert dict(told) == {"asset": "gold/ledger"}
    assert age == pytest.approx(NOW.timestamp() - datetime.now(UTC).timestamp(), abs=60)
    counted = {dict(key)["kind"]: value for key, value in collector.values("monette.incidents").items()}
    assert set(counted) == {kind.value for kind in Kind}
    assert {kind: count for kind, count in counted.items() if count} == {"token": 1, "check": 2, "stale": 1}
    measure(instance, [], NOW)  # over: told to be
    exporting.flush()
    assert set(collector.values("monette.incidents").values()) == {0}


def test_nothing_is_read_where_nothing_is_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = dg.DagsterInstance.ephemeral()

    def read(*args: object, **named: object) -> None:
        raise AssertionError("was read")

    monkeypatch.setattr(instance, "all_instigator_state", read)
    monkeypatch.setattr(instance, "get_asset_records", read)
    measure(instance, [], NOW)
