"""Packages of npm, as a lock names them, in the user's cache: what tests stand on that is written in JavaScript."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

FILES = ("package.json", "package-lock.json")


def installed(name: str, locked: Path) -> Path:
    """The folder above `node_modules` with what the lock in `locked` names, installed once; skips the test, saying why,
    where it cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(f"no node and npm on this machine: {name} needs them")
    digest = sha256((locked / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "monette_assets" / f"{name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with FileLock(folder / "lock"):
        if not done.exists():
            for file in FILES:
                shutil.copy(locked / file, folder)
            npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            made = subprocess.run(npm, cwd=folder, capture_output=True, text=True, check=False)
            if made.returncode != 0:
                pytest.skip(f"npm could not install {name}: {made.stderr.strip()[-300:]}")
            done.touch()
    return folder
