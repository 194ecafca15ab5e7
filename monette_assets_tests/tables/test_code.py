"""A table's code version: changed by what computes it, and by nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from monette_assets import catalog, definitions
from monette_assets.tables.code import FOLLOWED, PACKAGE, Code, own

NAMES = [contract.name for contract in catalog.contracts()]
Edit = Callable[[str, str, str], set[str]]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Replace a text in a module of a copy of the package; the tables whose version is another one then."""
    for folder in (*FOLLOWED, "tables"):
        shutil.copytree(PACKAGE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.yaml"))

    def edit(module: str, old: str, new: str) -> set[str]:
        path = tmp_path / f"{module}.py"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        code = Code(tmp_path)
        return {name for name in NAMES if code.version(name) != own().version(name)}

    return edit


def test_every_table_has_a_version_of_its_own_and_dagster_shows_it() -> None:
    versions = {contract.name: contract.code_version for contract in catalog.contracts()}
    assert "" not in versions.values()
    assert len(set(versions.values())) == len(versions)
    assert Code().version("gold/ledger") == versions["gold/ledger"]  # read again: the same
    graph = definitions.defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        if (name := key.to_user_string()) in versions:
            assert graph.get(key).code_version == versions[name]


@pytest.mark.parametrize(
    ("module", "old", "new", "tables"),
    [
        # a table's own module: not those made of the table, whose inputs tell
        ("silver/general_ledger", '["general_ledger"]', '["general_ledgers"]', {"silver/general_ledger"}),
        # a piece of several tables
        (
            "silver/current_objects",
            "str(value)",
            "repr(value)",
            {"silver/accounts", "silver/locations", "silver/classes", "silver/contacts"},
        ),
        # a parser imported where it is used, through its package
        (
            "sources/quickbooks/reports/general_ledger",
            "return ",
            "return 0 and ",
            {"silver/general_ledger"},
        ),
        # a function of another table's module
        (
            "gold/cash_flow",
            "return ",
            "return 0 and ",
            {
                "gold/cash_flow",
                "gold/changes_in_equity",
                "gold/cash_bridge",
                "gold/consolidated_cash_flow",
                "gold/consolidated_changes_in_equity",
            },
        ),
        # a constant of another table's module: changed itself, or with all around it
        (
            "silver/reported_balances",
            'NET_INCOME = "net_income"',
            'NET_INCOME = "net"',
            {"silver/reported_balances", "gold/balance_sheet"},
        ),
        ("silver/reported_balances", "return parse_newest(", "return list(", {"silver/reported_balances"}),
        # nothing that computes
        ("silver/general_ledger", '"""The newest', '"""Newest', set()),
        ("gold/ledger", "def ledger(", "# as of old\n\n\ndef ledger(", set()),
        ("gold/ledger", "    from pyspark.sql import DataFrame", "    from pyspark.sql import DataFrame, Row", set()),
        ("tables/refresh", "return ", "return 0 and ", set()),  # the framework makes every table
    ],
)
def test_an_edit_changes_the_versions_of_the_tables_it_computes(
    edited: Edit, module: str, old: str, new: str, tables: set[str]
) -> None:
    assert edited(module, old, new) == tables


def test_a_table_that_no_module_declares_has_none() -> None:
    assert own().version("gold/nowhere") == ""
