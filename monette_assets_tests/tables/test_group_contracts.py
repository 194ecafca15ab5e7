"""Every contract that a release or a close was made with is kept, file by file (ACCOUNTING 12)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import group_contracts
from monette_assets.tables.group_contracts import keep, kept
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of


def renamed(folder: Path, name: str) -> Group:
    """The small group under another name."""
    return group_of(folder, group={**small_contract()["group"], "name": name})


def test_a_contract_is_kept_once_and_read_again_as_it_was(tmp_path: Path) -> None:
    one, other = renamed(tmp_path / "one", "One Group"), renamed(tmp_path / "other", "Other Group")
    lake = Lake(str(tmp_path / "lake"))
    assert kept(lake, one.fingerprint) is None
    assert keep(lake, one)
    assert keep(lake, other)
    version = lake.version("group_contracts")
    assert keep(lake, replace(one))
    assert lake.version("group_contracts") == version
    assert kept(lake, one.fingerprint) == one
    assert kept(lake, other.fingerprint) == other
    files = {row["file_name"] for row in lake.read("group_contracts").to_pylist()}
    assert {"group.yaml", "companies.yaml", "chart.yaml", "mapping.yaml"} <= files


def test_a_kept_contract_carries_the_fingerprint_it_was_kept_under(tmp_path: Path) -> None:
    """A later version of the platform may count the same files differently; the logs name the older count."""
    group = replace(group_of(tmp_path / "group"), fingerprint="of an earlier version")
    lake = Lake(str(tmp_path / "lake"))
    keep(lake, group)
    found = kept(lake, "of an earlier version")
    assert found is not None
    assert (found.fingerprint, found.companies) == ("of an earlier version", group.companies)


def test_a_group_without_files_is_not_kept(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert not keep(lake, replace(group_of(tmp_path / "group"), files={}))
    assert not lake.exists("group_contracts")


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert group_contracts.problem(lake) is None
    keep(lake, renamed(tmp_path / "group", "One Group"))
    assert group_contracts.problem(lake) is None
    lake.open("group_contracts").update(updates={"content": "'bases: [cash]'"}, predicate="file_name = 'group.yaml'")
    found = group_contracts.problem(lake)
    assert found is not None
    assert "group.yaml: expected content hash " in found
