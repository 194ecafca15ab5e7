"""What judges infra/ and .github/, in environments of their own: infra/checks names the packages and locks them.

They lie in the user's cache and are made once. Nothing in them is the platform's: checkov alone brings a hundred
packages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from monette_assets_tests.cache import fetch, made_once

LOCKS = Path(__file__).parents[2] / "infra" / "checks"


def tool(name: str) -> str:
    """The program of this name, installed if need be; skips the test, saying why, where it cannot be."""
    return str(environment("checks") / "bin" / name)


def environment(name: str) -> Path:
    """The environment of infra/checks/NAME.lock, made if need be; skips the test, saying why, where it cannot be."""
    installer, locked = LOCKS / "installer.lock", LOCKS / f"{name}.lock"
    with made_once(name, installer.read_bytes(), locked.read_bytes(), sys.version.encode()) as (folder, empty):
        if empty:
            python, uv = str(folder / "bin" / "python"), str(folder / "bin" / "uv")
            for command in (
                [sys.executable, "-m", "venv", str(folder)],
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                 "--no-deps", "--requirement", str(installer)],
                [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--no-deps",
                 "--requirement", str(locked)],
            ):  # fmt: skip
                fetch(f"infra/checks/{name}.lock", command)
    return folder
