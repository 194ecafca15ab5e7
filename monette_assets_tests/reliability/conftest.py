"""The ground on which every story of a session happens, built once; its figures are printed when it is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monette_assets_tests.reliability.ground import Ground


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Ground]:
    """Two companies, February and March 2024 built and released; what a run without faults makes of every edit."""
    made = Ground(tmp_path_factory.mktemp("reliability"))
    yield made
    made.close()
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\nreliability: {made.tally.sentence()}")
