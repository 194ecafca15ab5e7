"""Packages of npm, as a lock names them, in the user's cache: what tests stand on that is written in JavaScript."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monette_assets_tests.cache import fetch, made_once

FILES = ("package.json", "package-lock.json")


def installed(name: str, locked: Path) -> Path:
    """The folder above `node_modules` with what the lock in `locked` names, installed once; skips the test, saying why,
    where it cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(f"no node and npm on this machine: {name} needs them")
    with made_once(name, (locked / "package-lock.json").read_bytes()) as (folder, empty):
        if empty:
            for file in FILES:
                shutil.copy(locked / file, folder)
            fetch(name, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    return folder
