"""House rules no type checker knows: who imports whom, one name everywhere, a code location that loads alone."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from monette_assets import catalog, definitions
from monette_assets.tables import Contract, Table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
COMPUTED: tuple[Table, ...] = (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM)
HEAVY = ("great_expectations", "pysail", "pandas", "pyspark")
# Python imports this at start: whatever opens a connection off the machine is refused, by name and by address.
NO_NETWORK = """
import socket
def refuse(*_args, **_kwargs):
    raise OSError("this process has no network")
class Unconnected(socket.socket):
    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse()
        return super().connect(address)
socket.socket = Unconnected
socket.getaddrinfo = socket.create_connection = refuse
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in the repository root with no environment variables but these."""
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120, errors="replace"
    )


def contracts() -> list[Contract]:
    return [contract for contract in catalog.contracts() if "/" in contract.name]


def test_imports_point_one_way() -> None:
    linted = run(str(BIN / "lint-imports"), "--no-cache")
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.name)
def test_a_tables_module_and_test_bear_its_name(contract: Contract) -> None:
    module = importlib.import_module(f"monette_assets.{contract.name.replace('/', '.')}")
    assert module.CONTRACT is contract
    layer, name = contract.name.split("/")
    assert (ROOT / "monette_assets_tests" / layer / f"test_{name}.py").is_file()


@pytest.mark.parametrize("table", COMPUTED, ids=lambda table: table.name)
def test_a_tables_function_bears_its_name(table: Table) -> None:
    layer, name = table.name.split("/")
    assert table.function.__name__ == name
    assert getattr(importlib.import_module(f"monette_assets.{layer}.{name}"), name) is table


@pytest.mark.parametrize("table", COMPUTED, ids=lambda table: table.name)
def test_a_table_stands_in_the_catalog_after_what_it_is_made_of(table: Table) -> None:
    """Whoever computes every table in that order, as a rebuilt moment is, finds what each reads."""
    names = [each.name for each in COMPUTED]
    before = names[: names.index(table.name)]
    read = [source.contract.name for source in table.contract.inputs.values() if source.contract.name in names]
    assert [name for name in read if name not in before] == []


def test_asset_keys_are_the_tables_names() -> None:
    keys = {key.to_user_string() for key in definitions.defs.resolve_asset_graph().get_all_asset_keys()}
    assert keys == {contract.name for contract in catalog.contracts()} | {"releases"}


def test_every_module_of_a_layer_is_in_the_catalog_or_holds_no_table() -> None:
    """A table that nobody assembles would never run."""
    listed = {contract.name for contract in contracts()}
    for layer in ("bronze", "silver", "gold"):
        for path in (ROOT / "monette_assets" / layer).glob("[a-z]*.py"):
            module = importlib.import_module(f"monette_assets.{layer}.{path.stem}")
            assert hasattr(module, "CONTRACT") == (f"{layer}/{path.stem}" in listed), path


def test_column_sources_exist() -> None:
    """Column lineage names columns that are there, of tables that are inputs (or above them)."""
    by_name = {contract.name: contract for contract in catalog.contracts()}
    for contract in catalog.contracts():
        above = {spec.contract.name for spec in contract.inputs.values()}
        for column in contract.columns:
            for source in column.source:
                name, _, field = source.rpartition(".")
                assert name in above, f"{contract.name}.{column.name}: {name} is not an input"
                assert by_name[name].column(field)


def test_the_definitions_load_without_network_and_without_environment(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    refused = run(
        sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))", PYTHONPATH=str(tmp_path)
    )
    assert "this process has no network" in refused.stderr
    validated = run(str(BIN / "dagster"), "definitions", "validate", PYTHONPATH=str(tmp_path))
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert "All code locations passed validation" in validated.stdout + validated.stderr


def test_loading_the_code_location_imports_nothing_heavy() -> None:
    """Every run imports the code location in a process of its own: seconds there are seconds of every run."""
    probe = f"import sys, monette_assets.definitions; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = run(sys.executable, "-W", "ignore", "-c", probe)
    assert loaded.stdout.strip() == "[]", loaded.stderr


@pytest.mark.parametrize("package", ["sources", "group", "lake", "simulator"])
def test_plain_packages_load_without_dagster_and_spark(package: str) -> None:
    """Imports are followed through the libraries too, which the import contract does not do."""
    probe = (
        "import importlib, pkgutil, sys, monette_assets\n"
        f"package = importlib.import_module('monette_assets.{package}')\n"
        "for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        f"print([name for name in {('dagster', *HEAVY)} if name in sys.modules])"
    )
    loaded = run(sys.executable, "-W", "ignore", "-c", probe)
    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_what_a_check_holds_back_is_the_frameworks_business() -> None:
    """Dagster's blocking would stop the other companies too (DESIGN, What blocks what)."""
    specs = definitions.defs.resolve_asset_graph().asset_check_keys
    assert specs
    for assets in definitions.defs.assets or ():
        if isinstance(assets, dg.AssetsDefinition):
            assert not any(spec.blocking for spec in assets.check_specs)
