"""Dagster's storage under the platform's home, so that the command and the user interface share one instance.

dagster.yaml names these classes. Where home is, only the settings know: nothing has to be set to run anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.compute_log_manager import ComputeLogManager
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage, _event_logs_directory
from dagster._serdes import ConfigurableClassData

from monette_assets import logs
from monette_assets.automation.event_log import PooledSqliteEventLogStorage
from monette_assets.settings import Settings


def dagster_folder(settings: Settings) -> Path:
    """Where Dagster keeps runs, events and schedules of an embedded deployment."""
    return settings.home.absolute() / "dagster"


class HomeStorage(DagsterSqliteStorage):
    """SQLite under the home of the environment's settings, its event log with connections kept open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = PooledSqliteEventLogStorage(_event_logs_directory(base_dir))

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No configuration: the settings say where."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """The storage, its folder made if need be."""
        return cls.from_local(str(dagster_folder(Settings())), inst_data=inst_data)


class ComputeLogs(LocalComputeLogManager):
    """What steps print: in the container that MONETTE_COMPUTE_LOGS names, else in a folder."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """The folder, and that of logs on their way to the container; unset: beside the storage."""
        return {"base_dir": dg.Field(dg.StringSource, is_required=False)}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> ComputeLogManager[Any]:
        """The log manager."""
        settings = Settings()
        folder = config_value.get("base_dir") or str(dagster_folder(settings) / "storage")
        if settings.compute_logs is None:
            return cls(base_dir=folder, inst_data=inst_data)
        from monette_assets.azure_storage import StorageUrl
        from monette_assets.container_logs import ContainerLogs
        from monette_assets.credentials import storage_access

        place = StorageUrl.parse(settings.compute_logs)
        return ContainerLogs(place, storage_access(settings), folder, inst_data)


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance that `dagster dev` uses when started here: DAGSTER_HOME's if set, else this folder's dagster.yaml.

    Without a dagster.yaml in the working directory, storage is at the same place with Dagster's own defaults.
    """
    if os.environ.get("DAGSTER_HOME"):
        with dg.DagsterInstance.get() as instance:
            yield instance
        return
    folder = dagster_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    ref = InstanceRef.from_dir(str(folder), config_dir=str(Path.cwd()), overrides=logs.of_dagster(settings))
    with dg.DagsterInstance.from_ref(ref) as instance:
        yield instance
