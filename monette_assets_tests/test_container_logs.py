"""What steps print is kept in a container; where that cannot be, no run fails and it stays on the machine."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from dagster._core.storage.compute_log_manager import ComputeIOType

from monette_assets.azure_storage import AzureAccess, StorageUrl
from monette_assets.container_logs import ContainerLogs
from monette_assets.home import ComputeLogs
from monette_assets_tests.azurite import Azurite

KEY = ["a-run", "compute_logs", "gold__ledger"]


def printed(logs: ContainerLogs, text: str) -> None:
    """As a step prints it."""
    with logs.open_log_stream(KEY, ComputeIOType.STDOUT) as stream:
        assert stream is not None
        stream.write(text)


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch, azurite: Azurite) -> str:
    """The container that the environment's settings name."""
    azurite.client("logs").create_container()
    for name, value in {"MONETTE_COMPUTE_LOGS": azurite.url("logs", "dagster"), **azurite.settings}.items():
        monkeypatch.setenv(name, value)
    return "logs"


def test_what_is_printed_on_one_machine_is_read_on_another(settings_of: str, azurite: Azurite, tmp_path: Path) -> None:
    one, another = (ComputeLogs.from_config_value(None, {"base_dir": str(tmp_path / name)}) for name in "ab")
    assert isinstance(one, ContainerLogs)
    printed(one, "1,234 rows\n")
    assert another.get_log_data(KEY).stdout == b"1,234 rows\n"
    link = another.get_log_metadata(KEY).stdout_download_url
    assert link is not None
    assert link.startswith(f"{azurite.endpoint}/{settings_of}/dagster/storage/a-run/")


def test_without_a_container_a_folder_keeps_it(tmp_path: Path) -> None:
    assert type(ComputeLogs.from_config_value(None, {"base_dir": str(tmp_path)})) is ComputeLogs


def test_what_cannot_be_kept_stays_on_the_machine(
    azurite: Azurite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = StorageUrl.parse(azurite.url("nowhere", "dagster"))
    logs = ContainerLogs(place, AzureAccess(key=azurite.key, endpoint=azurite.endpoint), str(tmp_path))
    with caplog.at_level(logging.WARNING):
        printed(logs, "1,234 rows\n")
    assert "stays on this machine" in caplog.text
    assert "expected a container nowhere" in caplog.text
    assert [file.read_text() for file in tmp_path.rglob("*.out")] == ["1,234 rows\n"]
