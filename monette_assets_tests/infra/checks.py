"""The tools that judge infra/ and .github/, in an environment of their own: infra/checks names them and locks them.

It lies in the user's cache and is made once. Nothing of it is the platform's: checkov alone brings a hundred packages.
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
    installer, checks = LOCKS / "installer.lock", LOCKS / "checks.lock"
    locked = sha256(installer.read_bytes() + checks.read_bytes() + sys.version.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "monette_assets"
    folder = cache / f"checks-{locked}"
    folder.mkdir(parents=True, exist_ok=True)
    python, uv, done = folder / "bin" / "python", folder / "bin" / "uv", folder / "installed"
    with FileLock(folder / "lock"):
        if not done.exists():
            for command in (
                [sys.executable, "-m", "venv", str(folder)],
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                 "--no-deps", "--requirement", str(installer)],
                [str(uv), "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "--no-deps",
                 "--requirement", str(checks)],
            ):  # fmt: skip
                made = subprocess.run(command, capture_output=True, text=True, check=False)
                if made.returncode != 0:
                    pytest.skip(f"the tools of infra/checks could not be installed: {made.stderr.strip()[-300:]}")
            done.touch()
    return str(folder / "bin" / name)
