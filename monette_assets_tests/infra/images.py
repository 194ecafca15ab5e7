"""Builds the image as for production, with Debian's buildah on a base made by mmdebstrap, and runs commands in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pytest

ROOT = Path(__file__).parents[2]
EPOCH = "1764547200"  # 2025-12-01: any moment will do, as long as it is the same
LEAN = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("man", "doc", "locale")]


@dataclass(frozen=True)
class Workshop:
    """A store of images of its own, and what buildah needs to know of it."""

    folder: Path
    environment: dict[str, str]

    def does(self, *command: str, fails: bool = False) -> str:
        """What a command prints; an error of it ends the test with what it said, unless it `fails` as it should."""
        said = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (said.returncode != 0) is fails, f"{' '.join(command)}\n{said.stdout[-2000:]}\n{said.stderr[-4000:]}"
        return said.stdout

    def base(self, name: str) -> str:
        """An image with nothing but Debian, Python and the certificates of its authorities."""
        tree = self.folder / "base.tar"
        self.does("mmdebstrap", "--quiet", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", *LEAN,
                  "bookworm", str(tree))  # fmt: skip
        container = self.does("buildah", "from", "scratch").strip()
        self.does("buildah", "add", "--quiet", container, str(tree), "/")
        self.does("buildah", "commit", "--quiet", "--timestamp", EPOCH, container, name)
        self.does("buildah", "rm", container)
        tree.unlink()
        return name

    def built(self, base: str, name: str) -> Path:
        """The image in an OCI archive, by the script that the workflow `release` runs."""
        archive = self.folder / name
        self.does(str(ROOT / "infra" / "image" / "build"), str(archive), base)
        return archive


@contextmanager
def workshop(folder: Path) -> Iterator[Workshop]:
    """An empty one in `folder`; skips where it cannot be, and leaves nothing behind: images are large."""
    missing = [name for name in ("buildah", "mmdebstrap") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(
            f"building an image needs root, buildah and mmdebstrap (`make image`); missing: {missing or 'root'}"
        )
    settings = folder / "storage.conf"
    ours = {"CONTAINERS_STORAGE_CONF": str(settings), "BUILDAH_ISOLATION": "chroot", "SOURCE_DATE_EPOCH": EPOCH}
    shop = Workshop(folder, {**os.environ, **ours})
    for driver in ("overlay", "vfs"):  # the latter copies every layer, and works anywhere
        settings.write_text(
            f'[storage]\ndriver = "{driver}"\ngraphroot = "{folder / driver}"\nrunroot = "{folder / "run"}"\n',
            encoding="utf-8",
        )
        if subprocess.run(["buildah", "info"], env=shop.environment, capture_output=True, check=False).returncode == 0:
            break
    try:
        yield shop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read(archive: Path, name: str) -> Any:
    """A JSON document of an OCI archive."""
    with tarfile.open(archive) as files:
        return json.load(cast(IO[bytes], files.extractfile(name)))


def manifest(archive: Path) -> str:
    """The digest that says what is in the image: of its layers, and how it is run."""
    digest: str = read(archive, "index.json")["manifests"][0]["digest"]
    return digest


def configuration(archive: Path) -> dict[str, Any]:
    """How the image is run: user, environment, command."""
    named = read(archive, f"blobs/{manifest(archive).replace(':', '/')}")["config"]["digest"]
    found: dict[str, Any] = read(archive, f"blobs/{named.replace(':', '/')}")["config"]
    return found
