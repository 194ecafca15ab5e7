"""A variable that is called like a setting and is none is named; those that others read beside the platform are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monette_assets.settings import Settings

ROOT = Path(__file__).parents[1]
WRITTEN = (
    "Makefile",
    "dagster.yaml",
    ".ci",
    ".github",
    "infra",
    "monette_assets",
    "monette_assets_tests",
    "benchmarks",
)


def variables() -> set[str]:
    """All that the repository's files set or read."""
    files = [file for name in WRITTEN for file in (ROOT / name, *(ROOT / name).rglob("*")) if file.is_file()]
    texts = [file.read_text(encoding="utf-8", errors="ignore") for file in files if file != Path(__file__)]
    return {name for text in texts for name in re.findall(r"\bMONETTE_[A-Z_]*[A-Z]\b(?!_)", text)}


def test_whatever_the_repository_sets_or_reads_is_known() -> None:
    found = variables()
    assert {"MONETTE_HOME", "MONETTE_CODE_HOST", "MONETTE_LISTEN"} <= found
    assert Settings.unknown(dict.fromkeys(found, "x")) == []


@pytest.mark.parametrize(
    ("variable", "to_do"),
    [
        ("MONETTE_AZURE_STORGE_KEY", "is it MONETTE_AZURE_STORAGE_KEY?"),
        ("MONETTE_ALERT", "is it MONETTE_ALERTS?"),
        ("monette_lak", "is it MONETTE_LAKE?"),
        ("MONETTE_COLOUR_OF_THE_BARN", "unset it"),
    ],
)
def test_a_misspelt_setting_is_named_with_the_closest_one(variable: str, to_do: str) -> None:
    assert Settings.unknown({variable: "planted", "MONETTE_HOME": "x", "OTHER": "y"}) == [
        f"{variable}: no such setting; {to_do}"
    ]


def test_one_that_is_empty_is_unset() -> None:
    assert Settings.unknown({"MONETTE_ALERT": ""}) == []
