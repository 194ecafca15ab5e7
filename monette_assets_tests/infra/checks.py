"""What judges infra/ and .github/, in environments of their own: infra/checks names the packages and locks them.

They lie in the user's cache and are made once. Nothing in them is the platform's: checkov alone brings a hundred
packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

LOCKS = Path(__file__).parents[2] / "infra" / "checks"


def tool(name: str) -> str:
    """The program of this name, installed if need be; skips the test, saying why, where it cannot be."""
    return str(environment("checks") / "bin" / name)


def environment(name: str) -> Path:
    """The environment of infra/checks/NAME.lock, made if need be; skips the test, saying why, where it cannot be."""
    installer, locked = LOCKS / "installer.lock", LOCKS / f"{name}.lock"
    digest = sha256(installer.read_bytes() + locked.read_bytes() + sys.version.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "monette_assets"
    folder = cache / f"{name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    python, uv, done = folder / "bin" / "python", folder / "bin" / "uv", folder / "installed"
    with FileLock(folder / "lock"):
        if not done.exists():
            for command in (
                [sys.executable, "-m", "venv", str(folder)],
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                 "--no-deps", "--requirement", str(installer)],
                [str(uv), "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "--no-deps",
                 "--requirement", str(locked)],
            ):  # fmt: skip
                made = subprocess.run(command, capture_output=True, text=True, check=False)
                if made.returncode != 0:
                    pytest.skip(f"infra/checks/{name}.lock could not be installed: {made.stderr.strip()[-300:]}")
            done.touch()
    return folder
