"""The recorded responses beside the repository, as their manifest lists them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest

PAYLOADS: Final = Path(__file__).parents[4] / "shared" / "quickbooks" / "payloads"
MANIFEST: Final = PAYLOADS / "MANIFEST.csv"

REQUIRED: Final = [
    pytest.mark.shared,
    pytest.mark.skipif(not MANIFEST.is_file(), reason=f"no recorded responses at {PAYLOADS}"),
]


def listed() -> set[str]:
    """Every recorded response as folder/file: those of the manifest, and whatever lies there unlisted."""
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        named = {row["file"] for row in csv.DictReader(file)}
    return named | {path.relative_to(PAYLOADS).as_posix() for path in PAYLOADS.glob("*/*")}


def text(path: str) -> str:
    """The response verbatim. One that the manifest lists and that is not there skips the test, saying so."""
    file = PAYLOADS / path
    if not file.is_file():
        pytest.skip(f"{path} is listed in {MANIFEST.name} and is not there")
    return file.read_text(encoding="utf-8")


def content(path: str) -> Any:
    """The same, parsed."""
    return json.loads(text(path))
