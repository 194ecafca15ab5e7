"""The small world with a home of one's own, and the command at work on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monette_assets.cli import main
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets_tests.conftest import SmallWorld

Say = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class OwnWorld:
    """A copy of what the small world built; the outside world is the same one."""

    home: Path
    group: Group

    @property
    def lake(self) -> Lake:
        return Lake(str(self.home / "lake"))

    def rows(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lake.read(table).to_pylist() if self.lake.exists(table) else []
        return found


@pytest.fixture(scope="module")
def own_world(small_world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnWorld]:
    home = tmp_path_factory.mktemp("own_world") / "home"
    shutil.copytree(small_world.settings.home, home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**small_world.environment, "MONETTE_HOME": str(home)}.items():
            patch.setenv(name, value)
        yield OwnWorld(home, small_world.group)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run the command: exit status, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
